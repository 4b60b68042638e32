"""What pages and files say of lists and pairs: figures in words, nothing computed in templates.

Words of criteria stand with the ledger's (domain/words/bodies.toml), so that a page, an event
and an export call a criterion the same.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from jieban.apps.programmes.forms import LOT_WORDS, ORDER_WORDS, STREET_WORDS
from jieban.apps.programmes.models import Candidate, Official, Pair, Selection
from jieban.domain.programmes.criteria import KEYS
from jieban.domain.programmes.selection import PublishedRow, Standing
from jieban.domain.rulebook.periods import months_of
from jieban.domain.words import bodies, language
from jieban.evaluation.scoring import points, printed

_RATES = ("response_below", "resolution_below", "satisfaction_below")
FULL_BASE = 12
"""Months of a base that a year's programme is judged against; fewer are said aloud."""


# --- criteria -----------------------------------------------------------------------------


def criteria_lines(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what, value) of every criterion asked for, in the order of the schema."""
    found = []
    for name in KEYS:
        if name in table and name not in ("level", "lot_points", "persistent_months"):
            found.append((label(name), _criterion(name, table)))
    picked = [f"{each['code']}（{each['reason']}）" for each in table.get("by_hand", ())]
    if picked:
        found.append((label("by_hand"), "；".join(picked)))
    return [(what, value) for what, value in found if value]


def label(name: str) -> str:
    """What a criterion is called."""
    return bodies()["keys"][name][language()]


def _criterion(name: str, table: Mapping[str, Any]) -> str:
    value = table[name]
    if name == "order_by":
        return str(ORDER_WORDS[value])
    if name == "per_street":
        return str(STREET_WORDS[value])
    if name == "lot":
        said = str(LOT_WORDS[value])
        return f"{said} ({table['lot_points']})" if value == "points" else said
    if name == "persistent_below":
        return _("%(border)s in %(months)s of the last %(of)s months") % {
            "border": value,
            "months": table["persistent_months"],
            "of": table["persistent_of"],
        }
    if name == "persistent_of":
        return ""
    return f"{value}%" if name in _RATES or name == "rank_worst_percent" else f"{value}"


@dataclass(frozen=True)
class Chip:
    """One criterion of one place: what, its value, its border, whether it is met."""

    what: str
    value: str
    border: str
    met: bool


def chips(checks: Iterable[Mapping[str, Any]]) -> list[Chip]:
    """The criteria of a place as they stand beside it."""
    return [_chip(check) for check in checks]


_MEASURED = {
    "received_at_least": lambda: _("Received"),
    "response_below": lambda: _("Response rate"),
    "resolution_below": lambda: _("Resolution rate"),
    "satisfaction_below": lambda: _("Satisfaction rate"),
    "score_below": lambda: _("Score"),
    "raw_score_below": lambda: _("Raw score"),
    "rank_worst": lambda: _("Rank"),
    "rank_worst_percent": lambda: _("Rank"),
    "persistent_below": lambda: _("Months below the line"),
}


def _chip(check: Mapping[str, Any]) -> Chip:
    name, value, border, of = (check[key] for key in ("criterion", "value", "border", "of"))
    what = _MEASURED[name]()
    if name == "received_at_least":
        return Chip(what, _text(value), _asked(f"≥ {_text(border)}"), check["met"])
    if name.startswith("rank_"):
        rank = f"{value}/{of}" if value is not None else "–"
        from_rank = _("from %(rank)s on") % {"rank": border} if border else "–"
        return Chip(what, rank, from_rank, check["met"])
    if name == "persistent_below":
        return Chip(what, f"{value}/{of}", _asked(f"≥ {border}"), check["met"])
    unit = "%" if name in _RATES else ""
    shown = "–" if value is None else f"{_plain(value)}{unit}"
    return Chip(what, shown, _asked(f"< {_plain(border)}{unit}"), check["met"])


def _asked(border: str) -> str:
    return _("wanted %(border)s") % {"border": border}


def _plain(millionths: int) -> str:
    """Two decimals at most; whole numbers without."""
    text = f"{points(millionths, 2):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


# --- a list -------------------------------------------------------------------------------

STANDING_WORDS = {
    Standing.CHOSEN.value: lambda: _("Chosen"),
    Standing.BY_HAND.value: lambda: _("Picked by hand"),
    Standing.IN_LOT.value: lambda: _("Waits for the lot"),
    Standing.NEXT.value: lambda: _("Next in line"),
    Standing.OTHER.value: lambda: _("Not chosen"),
}


@dataclass(frozen=True)
class Line:
    """One place on the page of a list."""

    candidate: Candidate
    figures: PublishedRow
    need: int | None
    chips: list[Chip]
    standing: str
    chance: str


def lines_of(candidates: Iterable[Candidate], criteria: Mapping[str, Any]) -> list[Line]:
    """Places with their figures and criteria as the page shows them."""
    raw = criteria["order_by"] == "raw_score"
    found = []
    for each in candidates:
        row = PublishedRow.from_table(each.figures)
        found.append(
            Line(
                each,
                row,
                row.raw_score if raw else row.score,
                chips(each.checks),
                STANDING_WORDS[each.standing](),
                f"{each.lot_seats}/{each.lot_places}" if each.lot else "",
            )
        )
    return found


def months_of_base(selection: Selection) -> int:
    """How many months the frozen figures cover."""
    return len(months_of(selection.period))


def _heads() -> list[str]:
    return [
        _("Position"),
        _("Community or village"),
        _("Code"),
        _("Street"),
        _("Standing"),
        _("Reason"),
        _("Chance in the lot"),
        _("Score"),
        _("Raw score"),
        _("Interval from"),
        _("Interval to"),
        _("Rank"),
        _("Of so many"),
        _("Received"),
        _("Valid call-backs"),
        _("Contacted"),
        _("Resolved"),
        _("Satisfied"),
        _("Mostly satisfied"),
        _("Response rate"),
        _("Resolution rate"),
        _("Satisfaction rate"),
    ]


def table_of(selection: Selection) -> tuple[list[str], list[list[Any]]]:
    """Heads and cells of the whole list: every place, every figure, every criterion."""
    thresholds: list[str] = []
    rows = []
    for each in selection.candidates.all():
        row = PublishedRow.from_table(each.figures)
        thresholds = [str(check["criterion"]) for check in each.checks]
        rows.append(
            [
                each.position,
                each.area_name,
                each.area_code,
                each.street_name,
                STANDING_WORDS[each.standing](),
                each.reason,
                f"{each.lot_seats}/{each.lot_places}" if each.lot else "",
                _figure(row.score),
                _figure(row.raw_score),
                row.low,
                row.high,
                row.rank,
                row.rank_of,
                row.received,
                row.valid,
                row.contacted,
                row.resolved,
                row.satisfied,
                row.mostly_satisfied,
                _figure(row.response),
                _figure(row.resolution),
                _figure(row.satisfaction),
                *(_("met") if check["met"] else _("not met") for check in each.checks),
            ]
        )
    return [*_heads(), *(label(name) for name in thresholds)], rows


def _figure(millionths: int | None) -> Decimal | None:
    return None if millionths is None else points(millionths, 6).normalize() + 0


def notes_of(selection: Selection) -> list[tuple[str, str]]:
    """What goes with the list: what it was made on, and by which criteria."""
    return [
        (_("Selection"), str(selection)),
        (_("Run"), selection.run.run_id),
        (_("Digest of the run"), selection.run_digest),
        (_("Period"), selection.period),
        (_("Digest of the figures"), selection.rows_digest),
        (_("Digest of the list"), selection.digest),
        (_("Lot"), selection.lot_statement or "–"),
        *criteria_lines(selection.criteria),
    ]


def as_csv(selection: Selection) -> bytes:
    """The list as a CSV file for spreadsheets."""
    heads, rows = table_of(selection)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    # A name may begin like a formula; a spreadsheet must not run it.
    return f"'{text}" if isinstance(cell, str) and text[:1] in "=+-@\t\r" and text else text


def as_workbook(selection: Selection) -> bytes:
    """The list as a workbook, with a sheet of what it was made on."""
    heads, rows = table_of(selection)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        sheet = book.add_worksheet(_("Selection"))
        sheet.freeze_panes(1, 2)
        sheet.set_column(1, 3, 18)
        sheet.write_row(0, 0, heads, bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if cell is not None:
                    number = float(cell) if isinstance(cell, Decimal) else cell
                    sheet.write(line, column, number)
        notes = book.add_worksheet(_("Notes"))
        notes.set_column(0, 0, 24)
        notes.set_column(1, 1, 80)
        for line, (what, text) in enumerate(notes_of(selection)):
            notes.write_string(line, 0, what)
            notes.write_string(line, 1, text)
    return out.getvalue()


# --- pairs --------------------------------------------------------------------------------

BARRED_WORDS = {
    "home": lambda: _("comes from there"),
    "conflict": lambda: _("has to avoid the place"),
    "away": lambda: _("is not available"),
    "sent": lambda: _("is sent elsewhere"),
}


@dataclass(frozen=True)
class PairLine:
    """One pair on the page: how well it fits and why in words, what the official brings besides,
    who else might have gone and how much worse."""

    pair: Pair
    fit: str
    why: list[str]
    besides: list[str]
    near: list[str]


def pair_lines(pairs: Sequence[Pair], officials: Mapping[str, Official]) -> list[PairLine]:
    """Pairs with their reasons, in the order they are given."""
    places = {pair.candidate.area_code: pair.candidate.area_name for pair in pairs}
    found = []
    for pair in pairs:
        counted = {part["word"] for part in pair.parts["brings"]}
        found.append(
            PairLine(
                pair,
                f"{printed(Fraction(pair.parts['value'], 10), 1)}%",
                reasons(pair.parts),
                [word for word in pair.official.brings if word not in counted],
                [_near(each, officials, places) for each in pair.near],
            )
        )
    return found


def reasons(parts: Mapping[str, Any]) -> list[str]:
    """Why somebody fits, in words from the numbers."""
    said = [
        _("%(category)s is %(share)s%% of the complaints (%(count)s of %(total)s): knows %(word)s")
        % _part(each, parts["total"])
        for each in parts["skills"]
    ]
    said += [
        _("%(category)s is %(share)s%% of the complaints (%(count)s of %(total)s): brings %(word)s")
        % _part(each, parts["total"])
        for each in parts["brings"]
    ]
    return said or [_("No complaints here are about what this official knows or brings.")]


def _part(part: Mapping[str, Any], total: int) -> dict[str, Any]:
    share = printed(Fraction(100 * part["count"], total), 1) if total else Decimal(0)
    return {
        "category": part["category"],
        "share": share,
        "count": part["count"],
        "total": total,
        "word": part["word"],
    }


def _near(
    near: Mapping[str, Any], officials: Mapping[str, Official], places: Mapping[str, str]
) -> str:
    official = officials.get(near["person"])
    name = official.name if official else near["person"]
    said = [_behind(near["behind"])]
    if near["barred"]:
        said.append(BARRED_WORDS[near["barred"]]())
    elif near["elsewhere"] in places:
        said.append(_("goes to %(place)s") % {"place": places[near["elsewhere"]]})
    if near["costs"] is not None:
        said.append(_costs(near["costs"]))
    return f"{name}: " + _("; ").join(said)


def _behind(thousandths: int) -> str:
    amount = printed(Fraction(abs(thousandths), 10), 1)
    if thousandths == 0:
        return _("fits as well")
    text = _("fits %(points)s points less") if thousandths > 0 else _("fits %(points)s points more")
    return text % {"points": amount}


def _costs(thousandths: int) -> str:
    amount = printed(Fraction(abs(thousandths), 10), 1)
    if thousandths == 0:
        return _("all places together would be served as well")
    if thousandths > 0:
        return _("all places together would lose %(points)s points") % {"points": amount}
    return _("all places together would gain %(points)s points") % {"points": amount}
