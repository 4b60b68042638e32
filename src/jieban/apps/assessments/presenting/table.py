"""The table of one level: which rows, in which order, in which groups, dressed for printing.

Tiers come first: in the view by tier the order inside a tier is that of the directory's codes,
so that no list of ranks is made where nobody decided to have one. The view by rank is the
office's own. Small samples stand apart, with ranks of their own. Nothing is measured here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jieban.apps.assessments.presenting.charts import BAR_WIDTH, Bar, Scale, bar, scale_over
from jieban.apps.assessments.presenting.words import (
    KINDS,
    RATES,
    base_name,
    place_name,
    rates_shown,
)
from jieban.apps.assessments.shown import Shown
from jieban.domain.rulebook.schema import Rulebook
from jieban.evaluation.levels import MAIN, SMALL, Row
from jieban.evaluation.scoring import points

MILLION = 1_000_000
ABSENT = "–"


@dataclass(frozen=True)
class Choices:
    """What the reader asked for, as it stands in the address."""

    by: str = "tier"
    sort: str = ""
    search: str = ""
    tier: str = ""
    street: str = ""
    beyond: bool = False
    small: bool = False
    public: bool = False

    @classmethod
    def read(cls, query: Any) -> "Choices":
        return cls(
            by="rank" if query.get("by") == "rank" else "tier",
            sort=query.get("sort", "") if query.get("sort", "").lstrip("-") in _SORTS else "",
            search=query.get("q", "").strip()[:64],
            tier=query.get("tier", "")[:16],
            street=query.get("street", "")[:64],
            beyond=query.get("beyond") == "1",
            small=query.get("small") == "1",
            public=query.get("view") == "public",
        )

    @property
    def narrowed(self) -> bool:
        """Whether any row may be left out."""
        return bool(self.search or self.tier or self.street or self.beyond or self.small)


@dataclass(frozen=True)
class Cell:
    """A rate in a cell: percent with its halves; `name` is part of the figure's address."""

    name: str
    label: Any
    percent: str
    fraction: str


@dataclass(frozen=True)
class Move:
    """A change dressed for the tag `points`."""

    points: Decimal
    is_noise: bool
    is_small: bool = False


@dataclass(frozen=True)
class Line:
    """One printed row. Text is ready to print; `link` is whether it opens to a page."""

    id: str
    name: str
    under: str
    under_id: str
    kind: Any
    tier: str
    tier_step: int
    group: str | None
    rank: int | None
    rank_of: int | None
    rank_span: str
    score: str
    raw: str
    raw_differs: bool
    bar: Bar | None
    bar_text: str
    change: Move | None
    rates: list[Cell]
    base: str
    base_whole: str
    received: str
    closed: str
    excluded: str
    held: str
    per_10000: str
    provisional: bool
    withheld: bool


@dataclass(frozen=True)
class Group:
    """Rows under one heading: a tier, the small samples, those without call-backs."""

    title: str
    note: str
    lines: list[Line]
    step: int = 0
    small: bool = False


@dataclass(frozen=True)
class Summary:
    line: Line
    label: str
    note: str


@dataclass(frozen=True)
class TierChoice:
    letter: str
    step: int
    count: int


@dataclass(frozen=True)
class PrintedTable:
    """Everything the page of a table shows."""

    groups: list[Group]
    summaries: list[Summary]
    scale: Scale
    heads: list[tuple[str, Any]]
    base_name: Any
    tiers: list[TierChoice]
    streets: list[tuple[str, str]]
    shown: int
    of: int
    beyond: int
    small: int
    ranks_shown: bool


def printed(it: Shown, level: str, choices: Choices) -> PrintedTable:
    """The table of `level` as the choices want it."""
    summary = it.run.summary(level)
    names = {row.id: row.name for row in it.run.level("street")} if level == "community" else {}
    rows = list(summary.rows)
    scale = scale_over(
        [row.score_low for row in rows if row.group == MAIN and row.score_low is not None]
        + [row.score_high for row in rows if row.group == MAIN and row.score_high is not None],
        4,
        BAR_WIDTH - 4,
    )
    chosen = [row for row in rows if _fits(row, choices)]
    # Published views list ranks only where the rulebook says so; inside the office it is a switch.
    ranks = choices.by == "rank" and (not choices.public or it.rulebook.publish_rank_list)
    dress = _Dresser(it, scale, names, choices.public)
    return PrintedTable(
        groups=_groups(chosen, it.rulebook, choices, ranks, dress),
        summaries=_summaries(summary, dress),
        scale=scale,
        heads=[(rate, RATES[rate].name) for rate in rates_shown(it.rulebook)],
        base_name=base_name(it.rulebook),
        tiers=[
            TierChoice(letter, step, sum(row.tier == letter and row.group == MAIN for row in rows))
            for step, letter in enumerate(it.rulebook.tier_letters, 1)
        ],
        streets=sorted(((code, name) for code, name in names.items()), key=lambda pair: pair[0]),
        shown=len(chosen),
        of=len(rows),
        beyond=sum(_is_beyond(row) for row in rows),
        small=sum(row.group == SMALL for row in rows),
        ranks_shown=ranks,
    )


def tier_step(tier: str | None, rulebook: Rulebook) -> int:
    """1 for the best tier; 0 without one. A number, so that styles need no letters."""
    return rulebook.tier_letters.index(tier) + 1 if tier in rulebook.tier_letters else 0


def move_of(row: Row, decimals: int) -> Move | None:
    """A row's change in points; None where there is nothing to compare with."""
    if row.change is None:
        return None
    # Without an interval nobody can say that it is more than chance.
    noise = row.change.is_noise is not False
    return Move(points(row.change.points, decimals), noise, row.group == SMALL)


def _is_beyond(row: Row) -> bool:
    return row.change is not None and row.change.is_noise is False


def _fits(row: Row, choices: Choices) -> bool:
    return (
        (not choices.search or choices.search.casefold() in row.name.casefold())
        and (not choices.tier or (row.tier == choices.tier and row.group == MAIN))
        and (not choices.street or row.parent == choices.street)
        and (not choices.beyond or _is_beyond(row))
        and (not choices.small or row.group == SMALL)
    )


# --- order and groups ---------------------------------------------------------------------

_SORTS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: row.name,
    "score": lambda row: row.score,
    "raw": lambda row: row.raw_score,
    "change": lambda row: row.change.points if row.change else None,
    "base": lambda row: row.base,
    "received": lambda row: row.counts["received"],
    "excluded": lambda row: row.counts["excluded"],
    "held": lambda row: row.counts["held"],
    "per_10000": lambda row: row.per_10000,
    **{
        rate: (lambda row, rate=rate: row.rates[rate].percent)  # type: ignore[misc]
        for rate in RATES
    },
}


def _groups(
    rows: list[Row], rulebook: Rulebook, choices: Choices, ranks: bool, dress: "_Dresser"
) -> list[Group]:
    main = [row for row in rows if row.group == MAIN]
    small = [row for row in rows if row.group == SMALL]
    bare = [row for row in rows if row.group is None]
    if choices.sort:
        groups = [Group("", "", dress.all(_sorted(main, choices.sort)))]
    elif ranks:
        groups = [Group("", "", dress.all(main))]
    else:
        groups = [
            Group(
                _("Tier %(letter)s") % {"letter": letter},
                _border(rulebook, step),
                dress.all(sorted(by_code(main, letter), key=lambda row: (row.kind == "", row.id))),
                step=step,
            )
            for step, letter in enumerate(rulebook.tier_letters, 1)
        ]
    small = _sorted(small, choices.sort) if choices.sort else small
    if not choices.sort and not ranks:
        small = sorted(small, key=lambda row: row.id)
    groups.append(
        Group(
            _("Small samples"),
            _("%(base)s under %(minimum)s: a ranking of their own; two may turn it")
            % {"base": base_name(rulebook), "minimum": rulebook.rank_minimum},
            dress.all(small),
            small=True,
        )
    )
    groups.append(
        Group(
            _("Nothing to judge by"),
            _("listed, without score or rank"),
            dress.all(bare),
            small=True,
        )
    )
    return [group for group in groups if group.lines]


def by_code(rows: Sequence[Row], letter: str) -> list[Row]:
    return [row for row in rows if row.tier == letter]


def _border(rulebook: Rulebook, step: int) -> str:
    borders = rulebook.tier_borders
    if step == 1:
        return _("shrunken score %(low)s and more") % {"low": borders[0]}
    if step > len(borders):
        return _("shrunken score under %(high)s") % {"high": borders[-1]}
    both = {"low": borders[step - 1], "high": borders[step - 2]}
    return _("shrunken score %(low)s to under %(high)s") % both


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    """Rows by one column; those without a value last, whichever way."""
    value = _SORTS[sort.lstrip("-")]
    known = [row for row in rows if value(row) is not None]
    known.sort(key=value, reverse=sort.startswith("-"))
    return known + [row for row in rows if value(row) is None]


# --- dressing -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Dresser:
    it: Shown
    scale: Scale
    names: dict[str, str]
    public: bool

    def all(self, rows: Sequence[Row]) -> list[Line]:
        return [self.line(row) for row in rows]

    def line(self, row: Row) -> Line:
        rulebook = self.it.rulebook
        hidden = self.public and "withheld" in row.flags
        value = None if row.score is None else row.score / MILLION
        return Line(
            id=row.id,
            name=place_name(row),
            under=self.names.get(row.parent or "", ""),
            under_id=row.parent or "",
            kind=KINDS.get(row.kind, row.kind),
            tier="" if hidden else row.tier or "",
            tier_step=tier_step(row.tier, rulebook),
            group=row.group,
            rank=None if hidden else row.rank,
            rank_of=row.rank_of,
            rank_span=_span(row),
            score=ABSENT if hidden else _points(row.score, rulebook),
            raw=ABSENT if hidden else _points(row.raw_score, rulebook),
            raw_differs=not hidden and row.raw_score != row.score,
            bar=None if hidden else bar(self.scale, row.score_low, row.score_high, value),
            bar_text="" if hidden else interval_text(row.score_low, row.score_high),
            change=None if hidden else move_of(row, rulebook.print_decimals),
            rates=[self._cell(row, rate, hidden) for rate in rates_shown(rulebook)],
            base=_count(row.base) if row.counts else ABSENT,
            base_whole=_count(row.counts.get("considered")),
            received=_count(row.counts.get("received")),
            closed=_count(row.counts.get("closed")),
            excluded=_count(row.counts.get("excluded")),
            held=_count(row.counts.get("held")),
            per_10000=ABSENT if row.per_10000 is None else f"{row.per_10000:,}",
            provisional=row.provisional,
            withheld=hidden,
        )

    @staticmethod
    def _cell(row: Row, rate: str, hidden: bool) -> Cell:
        figure = row.rates[rate]
        if hidden or figure.percent is None:
            return Cell(rate, RATES[rate].name, ABSENT, "")
        return Cell(
            rate, RATES[rate].name, f"{figure.percent}", fraction(figure.part, figure.whole)
        )


def fraction(part: Decimal | None, whole: int | None) -> str:
    """“181 / 204”; a part with 基本满意 in it keeps its decimals, without idle noughts."""
    if part is None or whole is None:
        return ""
    shown = f"{int(part):,}" if part == int(part) else f"{part.normalize():,f}"
    return f"{shown} / {whole:,}"


def interval_text(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.1f}–{high:.1f}"


def _span(row: Row) -> str:
    if row.rank_low is None or row.rank_high is None:
        return ""
    return f"{row.rank_low}–{row.rank_high}" if row.rank_low != row.rank_high else f"{row.rank_low}"


def _points(millionths: int | None, rulebook: Rulebook) -> str:
    return ABSENT if millionths is None else f"{points(millionths, rulebook.print_decimals)}"


def _count(value: int | None) -> str:
    return ABSENT if value is None else f"{value:,}"


def _summaries(summary: Any, dress: _Dresser) -> list[Summary]:
    said = [
        (
            summary.unattributed,
            _("Unattributed"),
            _("no place of this level is known; counted above it"),
        ),
        (summary.mean, _("Mean of the units"), _("each counts the same, whatever its size")),
        (summary.pooled, _("All cases together"), _("each case counts the same")),
    ]
    return [Summary(dress.line(row), label, note) for row, label, note in said if row is not None]
