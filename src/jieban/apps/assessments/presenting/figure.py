"""One figure's own page: what it is, what it is made of, by which rule, and which rows say so."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from jieban.apps.assessments.presenting.place import find_row, rate_halves
from jieban.apps.assessments.presenting.table import fraction, interval_text
from jieban.apps.assessments.presenting.words import (
    CALLBACK_RATES,
    COUNTS,
    RATES,
    RULE_KEYS,
    RULE_VALUES,
    figure_words,
    place_name,
)
from jieban.apps.assessments.shown import Shown
from jieban.domain.errors import Refused
from jieban.domain.rulebook.periods import months_of
from jieban.domain.words import language
from jieban.evaluation.levels import Row
from jieban.evaluation.scoring import part_points, percent, points, printed


@dataclass(frozen=True)
class Half:
    """One side of a rate: the counts in it, how many rows, and what each row is worth."""

    side: str
    label: str
    counts: list[tuple[Any, int]]
    value: str


@dataclass(frozen=True)
class Span:
    """A window of time in words: what it is for, first moment, first moment after."""

    what: str
    start: str
    end: str
    zone: str


@dataclass(frozen=True)
class Addend:
    """One part of the score: the rate, the rule's numbers, the points it gives."""

    rate: str
    label: Any
    percent: str
    rule: str
    points: str


@dataclass(frozen=True)
class Rule:
    """A line of the rulebook that this figure stands on, its key and value in words."""

    key: str
    says: str

    @property
    def label(self) -> Any:
        """What the key is called; parts of the score are called so."""
        if self.key == "exclusions.grounds":
            return _("Grounds of exclusion")
        return RULE_KEYS.get(self.key) or _("Part of the score")

    @property
    def words(self) -> Any:
        """The value in words, where it is one of a list; else as it is."""
        return RULE_VALUES.get(self.says, self.says)


@dataclass(frozen=True)
class Beside:
    """A count that always stands beside a score or a rate; `figure` opens it."""

    figure: str
    label: Any
    count: int


@dataclass(frozen=True)
class FigurePage:
    name: str
    figure: str
    label: Any
    says: Any
    value: str
    unit: str
    fraction: str
    interval: str
    formula: Any
    symbols: str
    filled: str
    halves: list[Half]
    addends: list[Addend]
    rules: list[Rule]
    windows: list[Span]
    has_rows: bool
    is_rate: bool
    raw: str
    beside: list[Beside]
    per_10000: str


def figure_page(it: Shown, level: str, place_id: str, figure: str) -> FigurePage:
    """Everything about one figure of one line but its rows.

    Raises:
        Refused "figure.unknown", and those of `find_row`.
    """
    row = find_row(it.run, level, place_id)
    words = figure_words(figure)
    if words is None:
        raise Refused("figure.unknown", figure=figure, known=["score", *RATES, *COUNTS])
    page = _score if figure == "score" else _rate if figure in RATES else _count
    return page(it, row, figure)


def _score(it: Shown, row: Row, figure: str) -> FigurePage:
    rulebook, words = it.rulebook, figure_words(figure)
    assert words is not None
    addends = [] if row.score is None or not row.counts else _addends(it, row)
    names = " + ".join(_weighed(part) for part in rulebook.parts)
    return FigurePage(
        name=place_name(row),
        figure=figure,
        label=words.name,
        says=words.says,
        value="–" if row.score is None else f"{points(row.score, rulebook.print_decimals)}",
        unit=_("pts"),
        fraction="",
        interval=interval_text(row.score_low, row.score_high),
        formula=names,
        symbols="",
        filled=" + ".join(addend.points for addend in addends)
        + (f" = {points(row.score or 0, 6)}" if addends else ""),
        halves=[],
        addends=addends,
        rules=[
            *(Rule("score.parts", _part_says(part)) for part in rulebook.parts),
            Rule("rank.on", f"{rulebook.rank_on}"),
            Rule("print.decimals", f"{rulebook.print_decimals}"),
            Rule("satisfaction.mostly_satisfied", f"{rulebook.mostly_satisfied}"),
        ],
        windows=_windows(it, "received"),
        has_rows=False,
        is_rate=False,
        raw="–" if row.raw_score is None else f"{points(row.raw_score, rulebook.print_decimals)}",
        beside=_beside(row, ("valid" if rulebook.rates[0] in CALLBACK_RATES else "due",)),
        per_10000="" if row.per_10000 is None else f"{row.per_10000:,}",
    )


def _beside(row: Row, first: tuple[str, ...] = ()) -> list[Beside]:
    shown = (*first, "received", "excluded", "held")
    return [Beside(name, COUNTS[name].name, row.counts[name]) for name in shown if row.counts]


def _addends(it: Shown, row: Row) -> list[Addend]:
    found = []
    for part in it.rulebook.parts:
        exact = percent(row.counts, part.rate, it.rulebook)
        if exact is None:
            continue
        gained = part_points(part, exact)
        found.append(
            Addend(
                part.rate,
                RATES[part.rate].name,
                f"{printed(exact, it.rulebook.print_rate_decimals)}",
                _part_says(part),
                f"{printed(gained, 6)}",
            )
        )
    return found


def _weighed(part: Any) -> str:
    name = str(RATES[part.rate].name)
    if part.weight is not None:
        return f"{part.weight} × {name}"
    return _("points(%(name)s)") % {"name": name}


def _part_says(part: Any) -> str:
    if part.weight is not None:
        return f"{RATES[part.rate].name} × {part.weight}"
    return _(
        "%(name)s: %(points)s points at %(target)s%%, %(per)s less for each point below, "
        "between %(floor)s and %(cap)s"
    ) % {
        "name": RATES[part.rate].name,
        "points": part.points,
        "target": part.target,
        "per": part.per_point,
        "floor": part.floor,
        "cap": part.cap,
    }


def _rate(it: Shown, row: Row, figure: str) -> FigurePage:
    words, rate = RATES[figure], row.rates[figure]
    above, below = rate_halves(figure)
    rulebook = it.rulebook
    weights = [Decimal(1), rulebook.mostly_satisfied]
    terms = [
        f"{row.counts[name]:,}" if weight == 1 else f"{weight} × {row.counts[name]:,}"
        for name, weight in zip(above, weights, strict=False)
        if row.counts
    ]
    filled = ""
    if row.counts and rate.percent is not None:
        top = terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"
        filled = f"{top} ÷ {rate.whole:,} × 100 = {rate.percent}"
    rules = [
        Rule("score.parts", _part_says(part)) for part in rulebook.parts if part.rate == figure
    ]
    if figure == "satisfaction":
        rules.append(Rule("satisfaction.mostly_satisfied", f"f = {rulebook.mostly_satisfied}"))
    rules += _common_rules(it)
    return FigurePage(
        name=place_name(row),
        figure=figure,
        label=words.name,
        says=words.says,
        value="–" if rate.percent is None else f"{rate.percent}",
        unit="%",
        fraction=fraction(rate.part, rate.whole),
        interval=interval_text(rate.low, rate.high),
        formula=words.formula,
        symbols=words.symbols,
        filled=filled,
        halves=[
            Half(
                "part",
                _("Part"),
                [((COUNTS.get(n) or RATES[n]).name, row.counts[n]) for n in above],
                "",
            ),
            Half("whole", _("Whole"), [(COUNTS[below].name, row.counts[below])], ""),
        ]
        if row.counts
        else [],
        addends=[],
        rules=rules,
        windows=_windows(it, "received"),
        has_rows=bool(row.counts),
        is_rate=True,
        raw="",
        beside=_beside(row),
        per_10000="" if row.per_10000 is None else f"{row.per_10000:,}",
    )


def _count(it: Shown, row: Row, figure: str) -> FigurePage:
    words = COUNTS[figure]
    value = row.counts.get(figure)
    return FigurePage(
        name=place_name(row),
        figure=figure,
        label=words.name,
        says=words.says,
        value="–" if value is None else f"{value:,}",
        unit=_("rows"),
        fraction="",
        interval="",
        formula="",
        symbols="",
        filled="",
        halves=[],
        addends=[],
        rules=_common_rules(it) + _ground_rules(it, figure),
        windows=_windows(it, "closed" if figure == "closed" else "received"),
        has_rows=bool(row.counts),
        is_rate=False,
        raw="",
        beside=[],
        per_10000="",
    )


def _common_rules(it: Shown) -> list[Rule]:
    rulebook = it.rulebook
    return [
        Rule("period.rule", rulebook.period_rule),
        Rule("period.by", rulebook.period_by),
        Rule("count.enquiries", str(rulebook.count_enquiries).lower()),
    ]


def _ground_rules(it: Shown, figure: str) -> list[Rule]:
    if figure != "excluded":
        return []
    chosen = "zh" if language() == "zh" else "en"
    listed = _(", ").join(getattr(ground, chosen) for ground in it.rulebook.grounds)
    return [Rule("exclusions.grounds", listed)]


def _windows(it: Shown, count: str) -> list[Span]:
    """The windows that decide which rows count: one for each source if they differ."""
    zone = it.rulebook.zone()
    months = months_of(it.run.period)
    spans = []
    for kind, label in (("received", _("received and assessed")), ("closed", _("closed"))):
        mine = [w for w in it.run.windows if w.count == kind and w.period in months]
        for source in dict.fromkeys(window.source for window in mine):
            of_source = [window for window in mine if window.source == source]
            start = min(window.start for window in of_source)
            end = max(window.end for window in of_source)
            here = ZoneInfo(zone)
            what = label if source is None else f"{label} ({source})"
            spans.append(Span(what, _moment(start, here), _moment(end, here), zone))
    return spans


def _moment(value: datetime, zone: ZoneInfo) -> str:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
