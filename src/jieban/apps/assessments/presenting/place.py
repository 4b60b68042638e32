"""One community, street or unit: where it stands, how it got there, which rows say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jieban.apps.assessments.presenting.charts import (
    BAR_WIDTH,
    Bar,
    Chart,
    Point,
    Scale,
    bar,
    history,
    scale_over,
)
from jieban.apps.assessments.presenting.explaining import sentences
from jieban.apps.assessments.presenting.table import (
    MILLION,
    Move,
    fraction,
    interval_text,
    move_of,
    tier_step,
)
from jieban.apps.assessments.presenting.words import (
    CALLBACK_RATES,
    COUNTS,
    KINDS,
    RATES,
    base_name,
    place_name,
    rates_shown,
)
from jieban.apps.assessments.shown import Past, Shown
from jieban.domain.errors import Refused
from jieban.evaluation.explain import Explanation, explain
from jieban.evaluation.facts import FactsFolder
from jieban.evaluation.levels import MEAN, POOLED, SMALL, UNATTRIBUTED, Row
from jieban.evaluation.measures import RATES as RATE_RULES
from jieban.evaluation.runs import Run, category_counts
from jieban.evaluation.scoring import points


@dataclass(frozen=True)
class RateCard:
    """One rate with everything that belongs to it; `chart` is its history."""

    name: str
    label: Any
    says: Any
    percent: Decimal | None
    fraction: str
    interval: str
    bar: Bar | None
    chart: Chart | None
    title: str


@dataclass(frozen=True)
class CategoryLine:
    """One category's part in the change; `x` and `width` draw it left or right of nought."""

    name: str
    points: str
    before: int
    now: int
    x: float
    width: float
    falls: bool


@dataclass(frozen=True)
class PlacePage:
    """What the page of one place shows beside its rows."""

    row: Row
    name: str
    kind: Any
    above: Row | None
    above_level: str
    population: int | None
    tier_step: int
    is_small: bool
    score: Decimal | None
    raw: Decimal | None
    interval: str
    bar: Bar | None
    scale: Scale
    rank_span: str
    change: Move | None
    base: str
    base_name: Any
    why: list[str]
    categories: list[CategoryLine]
    rates: list[RateCard]
    chart: Chart | None
    chart_title: str
    counts: list[tuple[str, Any, int]]


def find_row(run: Run, level: str, place_id: str) -> Row:
    """The line of a place or a summary line.

    Raises:
        Refused "level.unknown", "place.not_found".
    """
    summary = run.summary(level)
    special = {
        UNATTRIBUTED: summary.unattributed,
        MEAN: summary.mean,
        POOLED: summary.pooled,
    }
    row = special[place_id] if place_id in special else summary.row(place_id)
    if row is None:
        raise Refused("place.not_found", place=place_id, period=run.period)
    return row


def place_page(
    it: Shown, level: str, place_id: str, facts: FactsFolder, runs: Sequence[Past]
) -> PlacePage:
    """Everything about one place in one run. `runs` are the periods so far, oldest first."""
    row = find_row(it.run, level, place_id)
    rulebook = it.rulebook
    places = {place.id: place for place in (facts.units if level == "unit" else facts.areas)}
    known = places.get(row.id)
    why = _explanation(it, level, row, facts)
    rows = [(run.period, run.row(level, row.id)) for run in runs]
    scores = [
        Point(
            period,
            None if each is None or each.score is None else each.score / MILLION,
            each.score_low if each else None,
            each.score_high if each else None,
        )
        for period, each in rows
    ]
    value = None if row.score is None else row.score / MILLION
    hundred = Scale(0, 100, 4, BAR_WIDTH - 4)
    ends = [end for end in (row.score_low, row.score_high, value) if end is not None]
    near = scale_over(ends, 4, BAR_WIDTH - 4)
    return PlacePage(
        row=row,
        name=place_name(row),
        kind=KINDS.get(row.kind, row.kind),
        above=it.run.row("street", row.parent) if row.parent and level == "community" else None,
        above_level="street",
        population=known.population if known else None,
        tier_step=tier_step(row.tier, rulebook),
        is_small=row.group == SMALL,
        score=None if row.score is None else points(row.score, rulebook.print_decimals),
        raw=None if row.raw_score is None else points(row.raw_score, rulebook.print_decimals),
        interval=interval_text(row.score_low, row.score_high),
        bar=bar(near, row.score_low, row.score_high, value),
        scale=near,
        rank_span="" if row.rank_low is None else f"{row.rank_low}–{row.rank_high}",
        change=move_of(row, rulebook.print_decimals),
        base="valid" if rulebook.rates[0] in CALLBACK_RATES else "due",
        base_name=base_name(rulebook),
        why=sentences(why, row, rulebook) if why else [],
        categories=_categories(why, rulebook.print_decimals) if why else [],
        rates=[rate_card(rate, row, rows, hundred) for rate in rates_shown(rulebook)],
        chart=history(scores, width=400, height=180) if len(scores) > 1 else None,
        chart_title=_score_title(row, scores),
        counts=_counts(row),
    )


def _explanation(it: Shown, level: str, row: Row, facts: FactsFolder) -> Explanation | None:
    earlier = it.run.previous_row(level, row.id)
    if earlier is None:
        return None
    categories = None
    if level != "unit":
        categories = category_counts(it.run, facts, level, row.id)
    return explain(earlier, row, it.rulebook, categories)


def _categories(why: Explanation, decimals: int, most: int = 6) -> list[CategoryLine]:
    shown = [reason for reason in why.categories if reason.contribution][:most]
    if not shown:
        return []
    reach = max(abs(reason.contribution) for reason in shown)
    across = Scale(-reach, reach, 2, 198)
    lines = []
    for reason in shown:
        end, nought = across.at(reason.contribution), across.at(0)
        value = points(abs(reason.contribution), decimals)
        lines.append(
            CategoryLine(
                name=reason.category.replace("->", " › "),
                points=f"{'−' if reason.contribution < 0 else '+'}{value}",
                before=reason.whole_before,
                now=reason.whole_now,
                x=min(end, nought),
                width=round(abs(end - nought), 1),
                falls=reason.contribution < 0,
            )
        )
    return lines


def rate_card(
    rate: str, row: Row, rows: Sequence[tuple[str, Row | None]], scale: Scale
) -> RateCard:
    figure, words = row.rates[rate], RATES[rate]
    series = [_rate_point(period, each, rate) for period, each in rows]
    value = None if figure.percent is None else float(figure.percent)
    return RateCard(
        name=rate,
        label=words.name,
        says=words.says,
        percent=figure.percent,
        fraction=fraction(figure.part, figure.whole),
        interval=interval_text(figure.low, figure.high),
        bar=bar(scale, figure.low, figure.high, value),
        chart=history(series) if len(series) > 1 else None,
        title=_rate_title(str(words.name), series),
    )


def _rate_point(period: str, row: Row | None, rate: str) -> Point:
    figure = row.rates[rate] if row else None
    if figure is None or figure.percent is None:
        return Point(period, None, None, None)
    return Point(period, float(figure.percent), figure.low, figure.high)


def _rate_title(name: str, series: Sequence[Point]) -> str:
    """The finding: against the period before, and whether the two intervals overlap."""
    now = series[-1]
    before = series[-2] if len(series) > 1 else None
    if now.value is None:
        return _("%(name)s: no answers in this period") % {"name": name}
    if before is None or before.value is None:
        return f"{name} {now.value:.1f}%"
    said = {
        "name": name,
        "value": f"{now.value:.1f}",
        "amount": f"{abs(now.value - before.value):.1f}",
    }
    if None in (now.low, now.high, before.low, before.high):
        up, down = (
            _("%(name)s %(value)s%%, %(amount)s points higher than before"),
            _("%(name)s %(value)s%%, %(amount)s points lower than before"),
        )
        return (up if now.value >= before.value else down) % said
    apart = (now.low or 0) > (before.high or 0) or (now.high or 0) < (before.low or 0)
    if not apart:
        return _("%(name)s %(value)s%%; the two periods' intervals overlap") % said
    if now.value > before.value:
        return _("%(name)s %(value)s%%, clearly higher than the period before") % said
    return _("%(name)s %(value)s%%, clearly lower than the period before") % said


def _score_title(row: Row, series: Sequence[Point]) -> str:
    known = [point.value for point in series if point.value is not None]
    if not known:
        return _("No score yet")
    said = {"low": f"{min(known):.1f}", "high": f"{max(known):.1f}", "count": len(known)}
    span = _("Score between %(low)s and %(high)s over %(count)s periods") % said
    if row.change is None:
        return span
    if row.group == SMALL:
        end = _("a small sample, so one period says little")
    elif row.change.is_noise is False:
        end = _("this period's change is beyond noise")
    else:
        end = _("this period's change is within noise")
    return _("%(span)s; %(end)s") % {"span": span, "end": end}


def _counts(row: Row) -> list[tuple[str, Any, int]]:
    shown = ("received", "closed", "returned", "reopened")
    return [(name, COUNTS[name].name, row.counts[name]) for name in shown if name in row.counts]


def rate_halves(rate: str) -> tuple[tuple[str, ...], str]:
    """Names of the counts above and below the line of a rate."""
    rule = RATE_RULES[rate]
    return (rule.part, rule.mostly) if rule.mostly else (rule.part,), rule.whole
