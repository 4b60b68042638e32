"""The district in ten lines: what changed, what is noise, what is stuck, whose move it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from jieban.apps.assessments.presenting.charts import (
    BAR_WIDTH,
    Bar,
    Chart,
    Point,
    Scale,
    bar,
    history,
)
from jieban.apps.assessments.presenting.place import RateCard, rate_card
from jieban.apps.assessments.presenting.table import (
    MILLION,
    Move,
    interval_text,
    move_of,
    tier_step,
)
from jieban.apps.assessments.presenting.words import (
    CALLBACK_RATES,
    COUNTS,
    ONE_OF,
    base_name,
    in_sentence,
    rates_shown,
)
from jieban.apps.assessments.shown import Past, Shown
from jieban.evaluation.levels import MAIN, SMALL, Row
from jieban.evaluation.runs import Run
from jieban.evaluation.scoring import points, printed


@dataclass(frozen=True)
class Mover:
    """A place whose change is more than chance would give."""

    name: str
    address: str
    move: Move


@dataclass(frozen=True)
class Said:
    """One of the ten lines: its kind, the sentence, where it leads, who is named in it."""

    kind: str
    text: str
    address: str = ""
    movers: tuple[Mover, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class TierRow:
    """One tier of the picture: its streets, and a bar from nought."""

    letter: str
    step: int
    width: float
    streets: list[tuple[str, str]]


@dataclass(frozen=True)
class Overview:
    row: Row
    level: str
    base: str
    base_name: Any
    per_10000: str
    beside: list[tuple[str, Any, int]]
    score: Decimal | None
    raw: Decimal | None
    interval: str
    bar: Bar | None
    change: Move | None
    chart: Chart | None
    rates: list[RateCard]
    lines: list[Said]
    tiers: list[TierRow]
    tiers_title: str
    apart: int


@dataclass(frozen=True)
class Standing:
    """What the database adds to a run: appeals without a decision, provisional names."""

    undecided: int
    provisional: int


def overview(it: Shown, runs: Sequence[Past], standing: Standing) -> Overview:
    """Everything on the first page. `runs` are the periods so far, oldest first, this one last."""
    row, place = _whole(it.run)
    rows = [(run.period, run.row(place, row.id)) for run in runs]
    series = [
        Point(
            period,
            None if each is None or each.score is None else each.score / MILLION,
            each.score_low if each else None,
            each.score_high if each else None,
        )
        for period, each in rows
    ]
    hundred = Scale(0, 100, 4, BAR_WIDTH - 4)
    value = None if row.score is None else row.score / MILLION
    return Overview(
        row=row,
        level=place,
        base="valid" if it.rulebook.rates[0] in CALLBACK_RATES else "due",
        base_name=base_name(it.rulebook),
        per_10000="" if row.per_10000 is None else f"{row.per_10000:,}",
        beside=[
            (name, COUNTS[name].name, row.counts[name])
            for name in ("received", "closed", "excluded", "held")
        ],
        score=None if row.score is None else points(row.score, it.rulebook.print_decimals),
        raw=None if row.raw_score is None else points(row.raw_score, it.rulebook.print_decimals),
        interval=interval_text(row.score_low, row.score_high),
        bar=bar(hundred, row.score_low, row.score_high, value),
        change=move_of(row, it.rulebook.print_decimals),
        chart=history(series, step=5) if len(series) > 1 else None,
        rates=[rate_card(rate, row, rows, hundred) for rate in rates_shown(it.rulebook)],
        lines=_lines(it, row, place, standing),
        tiers=(tiers := _tiers(it)),
        tiers_title=_tiers_title(it, tiers),
        apart=sum(each.group != MAIN for each in it.run.level("street")),
    )


def _whole(run: Run) -> tuple[Row, str]:
    """The line of the district; without one, all cases together."""
    districts = run.level("district")
    if len(districts) == 1:
        return districts[0], "district"
    return run.summary("unit").pooled, "unit"


# --- ten lines ----------------------------------------------------------------------------


def _lines(it: Shown, row: Row, place: str, standing: Standing) -> list[Said]:
    lines = [
        _district_line(row),
        _beyond(it, "street"),
        _beyond(it, "community"),
        _noise(it),
        _small(it),
        _unattributed(it),
        _open(it, row),
        _held(it, row, place),
        _excluded(it, row, place),
        _provisional(standing),
        _appeals(it, standing),
    ]
    return [line for line in lines if line is not None][:10]


def _district_line(row: Row) -> Said | None:
    if row.change is None or row.change.is_noise is None:
        return None
    if row.change.is_noise:
        return Said(
            _("Changed"),
            _(
                "The district's own score moved within noise: no better, no worse than "
                "last period can be told."
            ),
        )
    if row.change.points > 0:
        return Said(
            _("Changed"), _("The district's own score rose by more than chance would give.")
        )
    return Said(_("Changed"), _("The district's own score fell by more than chance would give."))


def _beyond(it: Shown, level: str, most: int = 6) -> Said | None:
    rows = it.run.level(level)
    if not any(each.change for each in rows):
        return None
    moved = [each for each in rows if each.change and each.change.is_noise is False]
    # Small samples are counted but not named: two answers would carry a name onto this page.
    named = [each for each in moved if each.group == MAIN]
    named.sort(key=lambda each: -abs(each.change.points if each.change else 0))
    address = reverse("assessments:table", args=[it.id, level]) + "?beyond=1"
    if level == "street":
        text = _("Streets that changed beyond noise: %(count)s of %(all)s.")
        if len(moved) > len(named):
            text = _(
                "Streets that changed beyond noise: %(count)s of %(all)s. Small samples among "
                "them, not named: %(small)s."
            )
    else:
        text = _(
            "Communities that changed beyond noise: %(count)s of %(all)s. Small samples among "
            "them, not named: %(small)s."
        )
    movers = tuple(
        Mover(
            each.name,
            reverse("assessments:place", args=[it.id, level, each.id]),
            move,
        )
        for each in named[:most]
        if (move := move_of(each, it.rulebook.print_decimals)) is not None
    )
    counted = {"count": len(moved), "all": len(rows), "small": len(moved) - len(named)}
    said = text % counted
    return Said(_("Changed"), said, address if moved else "", movers, len(moved) - len(movers))


def _noise(it: Shown) -> Said | None:
    rows = it.run.level("community") or it.run.level("unit")
    compared = [each for each in rows if each.change and each.change.is_noise is not None]
    still = [each for each in compared if each.change and each.change.is_noise]
    if not compared:
        return None
    level = "community" if it.run.level("community") else "unit"
    text = _(
        "Within noise: %(count)s of %(all)s places on the level of the %(level)s. "
        "Their ups and downs say nothing; naming them would be unfair."
    )
    said = {"count": len(still), "all": len(compared), "level": ONE_OF[level]}
    return Said(_("Noise"), text % said)


def _small(it: Shown) -> Said | None:
    rows = it.run.level("community")
    small = [each for each in rows if each.group == SMALL]
    none = [each for each in rows if each.group is None]
    if not small and not none:
        return None
    text = _(
        "Small samples: %(small)s communities with %(base)s under %(minimum)s are ranked apart; "
        "%(none)s have none at all."
    )
    said = {
        "small": len(small),
        "base": in_sentence(base_name(it.rulebook)),
        "minimum": it.rulebook.rank_minimum,
        "none": len(none),
    }
    address = reverse("assessments:table", args=[it.id, "community"]) + "?small=1"
    return Said(_("Noise"), text % said, address)


def _unattributed(it: Shown) -> Said | None:
    summary = it.run.summary("community")
    line = summary.unattributed
    whole = summary.pooled.counts["received"]
    if line is None or not whole:
        return None
    outside = it.run.summary("district").unattributed
    nowhere = outside.counts["received"] if outside else 0
    text = _(
        "Without a community: %(part)s of %(whole)s received (%(share)s%%). They "
        "count for the street and the district only."
    )
    if nowhere and it.run.level("district"):
        text = _(
            "Without a community: %(part)s of %(whole)s received (%(share)s%%); "
            "%(nowhere)s of them name no place at all and are outside the district's "
            "figures."
        )
    said = {
        "part": f"{line.counts['received']:,}",
        "whole": f"{whole:,}",
        "share": _share(line.counts["received"], whole),
        "nowhere": f"{nowhere:,}",
    }
    return Said(
        _("Stuck"),
        text % said,
        reverse("assessments:figure", args=[it.id, "community", line.id, "received"]),
    )


def _open(it: Shown, row: Row) -> Said | None:
    still = row.counts["raw_considered"] - row.counts["raw_ended"]
    if not still:
        return None
    text = _("Not closed yet: %(part)s of %(whole)s received in the period (%(share)s%%).")
    said = {
        "part": f"{still:,}",
        "whole": f"{row.counts['received']:,}",
        "share": _share(still, row.counts["received"]),
    }
    return Said(_("Stuck"), text % said)


def _held(it: Shown, row: Row, place: str) -> Said | None:
    if not row.counts["held"]:
        return None
    units = sorted(it.run.level("unit"), key=lambda each: -each.counts["held"])
    text = _("On hold: %(count)s of %(whole)s; most of them with %(unit)s (%(most)s).")
    said = {
        "count": f"{row.counts['held']:,}",
        "whole": f"{row.counts['received']:,}",
        "unit": units[0].name if units else "–",
        "most": units[0].counts["held"] if units else 0,
    }
    return Said(
        _("Stuck"), text % said, reverse("assessments:figure", args=[it.id, place, row.id, "held"])
    )


def _excluded(it: Shown, row: Row, place: str) -> Said | None:
    if not row.counts["excluded"] or row.score is None or row.raw_score is None:
        return None
    text = _(
        "Excluded: %(count)s of %(whole)s (%(share)s%%). Without exclusions the "
        "score would be %(raw)s instead of %(score)s."
    )
    decimals = it.rulebook.print_decimals
    said = {
        "count": f"{row.counts['excluded']:,}",
        "whole": f"{row.counts['received']:,}",
        "share": _share(row.counts["excluded"], row.counts["received"]),
        "raw": points(row.raw_score, decimals),
        "score": points(row.score, decimals),
    }
    return Said(
        _("Excluded"),
        text % said,
        reverse("assessments:figure", args=[it.id, place, row.id, "excluded"]),
    )


def _provisional(standing: Standing) -> Said | None:
    if not standing.provisional:
        return None
    text = _(
        "Names nobody has confirmed: %(count)s in the directory. They are "
        "counted; confirm or merge them."
    )
    return Said(_("Stuck"), text % {"count": standing.provisional}, _address("directory:index"))


def _appeals(it: Shown, standing: Standing) -> Said:
    address = reverse("assessments:run", args=[it.id])
    if standing.undecided:
        text = _(
            "Appeals without a decision: %(count)s. The period cannot be published "
            "before they are decided."
        )
        return Said(
            _("Whose move"),
            text % {"count": standing.undecided},
            reverse("assessments:appeals") + "?state=raised",
        )
    moves = {
        "computed": _("The figures are a draft. Next: the assessment office reviews them."),
        "reviewed": _("The figures are reviewed. Next: the appeal window, then publication."),
        "published": _("The figures are published. A correction makes a new version beside them."),
        "superseded": _("A newer version has taken the place of these figures."),
        "discarded": _("A newer run has taken the place of these figures."),
        "unlisted": _("This run is not on the list, so it cannot be reviewed or published."),
    }
    said = moves["superseded"] if it.official_version else moves[it.state]
    return Said(_("Whose move"), said, address)


def _address(name: str) -> str:
    """An address of another room; empty where that room is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _share(part: int, whole: int) -> Decimal:
    return printed(Fraction(100 * part, whole), 1) if whole else Decimal(0)


# --- tiers --------------------------------------------------------------------------------


def _tiers(it: Shown) -> list[TierRow]:
    rows = [row for row in it.run.level("street") if row.group == MAIN]
    if not rows:
        return []
    most = max(_count(rows, letter) for letter in it.rulebook.tier_letters)
    across = Scale(0, max(1, most), 0, 320)
    return [
        TierRow(
            letter,
            tier_step(letter, it.rulebook),
            across.at(_count(rows, letter)),
            [
                (row.name, reverse("assessments:place", args=[it.id, "street", row.id]))
                for row in sorted(rows, key=lambda each: each.id)
                if row.tier == letter
            ],
        )
        for letter in it.rulebook.tier_letters
    ]


def _count(rows: Sequence[Row], letter: str) -> int:
    return sum(row.tier == letter for row in rows)


def _tiers_title(it: Shown, tiers: Sequence[TierRow]) -> str:
    if not tiers:
        return ""
    largest = max(tiers, key=lambda tier: len(tier.streets))
    whole = sum(len(tier.streets) for tier in tiers)
    return _("Most streets stand in tier %(letter)s (%(count)s of %(all)s)") % {
        "letter": largest.letter, "count": len(largest.streets), "all": whole,
    }  # fmt: skip
