"""One line of the big table. Written as a function: 440 lines of it are made for one page."""

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jieban.apps.assessments.presenting.table import ABSENT, Line, PrintedTable
from jieban.apps.assessments.shown import Shown
from jieban.site.templatetags.figures import points

register = template.Library()


@register.simple_tag
def table_line(line: Line, shown: Shown, level: str, table: PrintedTable) -> SafeString:
    """The cells of one line."""
    said = _words(get_language() or "")
    at = reverse("assessments:place", args=[shown.id, level, line.id])
    return mark_safe(
        _place_cell(line, table.ranks_shown, said)
        + _name_cell(line, shown, at, said)
        + _figure(at, "score", said["score"], line.score, first=True)
        + _bar_cell(line, said)
        + f'<td class="number chg" data-label="{said["change"]}">'
        + (points(line.change, unit="") if line.change else ABSENT)
        + "</td>"
        + "".join(
            _figure(at, cell.name, str(cell.label), cell.percent, cell.fraction)
            for cell in line.rates
        )
        + _figure(at, "valid" if line.rates[0].name == "response" else "due",
                  str(table.base_name), line.base, f"/ {line.base_whole}")
        + _figure(at, "received", said["received"], line.received)
        + _figure(at, "excluded", said["excluded"], line.excluded)
        + _figure(at, "held", said["held"], line.held)
        + f'<td class="figure" data-label="{said["per"]}">{line.per_10000}</td>'
        + f'<td class="figure{"" if line.raw_differs else " same"}" data-label="{said["raw"]}">'
        + f"{line.raw}</td>"
    )  # fmt: skip


def _place_cell(line: Line, ranks: bool, said: dict[str, str]) -> str:
    letter = (
        f'<span class="tier tier-{line.tier_step}">{escape(line.tier)}</span>'
        if line.tier
        else f'<span class="tier tier-0">{ABSENT}</span>'
    )
    if line.group == "small" and line.rank is not None:
        place = said["rank"] % line.rank
        beside = said["of"] % line.rank_of
        return f'<td class="tierly rank"><small>{place}<br>{beside}</small></td>'
    if ranks and line.rank is not None:
        span = f" <small>{line.rank_span}</small>" if line.rank_span else ""
        return f'<td class="tierly rank">{letter}<b>{line.rank}</b>{span}</td>'
    return f'<td class="tierly">{letter}</td>'


def _name_cell(line: Line, shown: Shown, at: str, said: dict[str, str]) -> str:
    flags = ""
    if line.provisional:
        flags += f' <span class="flag">{said["provisional"]}</span>'
    if line.withheld:
        flags += f' <span class="flag">{said["withheld"]}</span>'
    under = ""
    if line.under:
        under = f"<small>{escape(line.under)}</small>"
    return f'<td class="name"><a href="{at}">{escape(line.name)}</a>{flags}{under}</td>'


def _bar_cell(line: Line, said: dict[str, str]) -> str:
    if line.bar is None:
        return f'<td class="scale full" data-label="{said["interval"]}">{ABSENT}</td>'
    small = " small" if line.group == "small" else ""
    dot = ""
    if line.bar.dot is not None:
        kind = "dot off" if line.bar.off else "dot"
        dot = f'<circle class="{kind}" cx="{line.bar.dot}" cy="9" r="3.2"/>'
    return (
        f'<td class="scale full" data-label="{said["interval"]} {line.bar_text}">'
        f'<svg class="iv{small}" viewBox="0 0 120 18" role="img" aria-label="{line.bar_text}">'
        f'<path class="rule" d="M4 9H116"/><rect class="range" x="{line.bar.x}" y="6.5" '
        f'width="{line.bar.width}" height="5" rx="2.5"/>{dot}'
        f"<title>{line.bar_text}</title></svg></td>"
    )


def _figure(
    at: str, figure: str, label: str, value: str, fraction: str = "", *, first: bool = False
) -> str:
    kind = "figure first" if first else "figure"
    if value == ABSENT:
        return f'<td class="{kind}" data-label="{label}">{ABSENT}</td>'
    below = f'<span class="fraction">{fraction}</span>' if fraction else ""
    return (
        f'<td class="{kind}" data-label="{label}">'
        f'<a href="{at}{figure}/"><b>{value}</b>{below}</a></td>'
    )


@lru_cache(maxsize=4)
def _words(language: str) -> dict[str, str]:
    """Labels of cells, once per language."""
    return {
        "score": _("Score"),
        "interval": _("Interval"),
        "change": _("Against last period"),
        "received": _("Received"),
        "excluded": _("Excluded"),
        "held": _("On hold"),
        "per": _("Per 10,000"),
        "raw": _("Raw score"),
        "provisional": _("name not confirmed"),
        "withheld": _("withheld, too few answers"),
        "rank": _("No. %d"),
        "of": _("of %d"),
    }
