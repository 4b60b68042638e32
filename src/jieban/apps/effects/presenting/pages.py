"""What the page of an effect shows, in the order a leader reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jieban.apps.effects.models import QuotedFigure
from jieban.apps.effects.presenting import drawn
from jieban.domain.words import refusal_text, word
from jieban.evaluation.effects import Effects, sentences
from jieban.evaluation.effects.chance import Expected
from jieban.evaluation.effects.estimates import ADJUSTED, ESTIMATORS, Estimate
from jieban.evaluation.effects.panel import MEASURE_WORDS
from jieban.evaluation.effects.report import Community, Measured
from jieban.evaluation.effects.sentences import plain, signed

ASSUMPTIONS: Mapping[str, Any] = {
    "before_after": gettext_lazy("That nothing else would have changed: no trend, no rebound."),
    "difference_in_differences": gettext_lazy(
        "That the sent would have moved like all others. They do not where the worst were chosen: "
        "bad luck comes back, and the others had none."
    ),
    "matched_difference": gettext_lazy(
        "That the sent would have moved like those next in line, who were less unlucky."
    ),
    "drawn_by_lot": gettext_lazy(
        "Nothing: among places of equal need a recorded lot decided who was sent to."
    ),
    "adjusted_for_selection": gettext_lazy(
        "That nothing but the choosing score decided who was sent, and that the line through the "
        "others goes on below them."
    ),
}
WAYS: Mapping[str, Any] = {
    "all_alike": gettext_lazy("All compared communities weigh the same"),
    "nearest_only": gettext_lazy("Only those nearly chosen weigh"),
    "bent_line": gettext_lazy("A bent line (square term)"),
    "same_reliability": gettext_lazy("Every score taken as equally reliable"),
}


@dataclass(frozen=True)
class Row:
    """One estimator: words, what it takes for granted, the estimate as text."""

    name: str
    words: str
    assumes: Any
    estimate: Estimate
    percent: str
    is_main: bool


@dataclass(frozen=True)
class Line:
    """One sent community in the table."""

    place: str
    street: str
    code: str
    cohort: str
    one: Community
    estimate: Estimate | None
    sentence: str


@dataclass(frozen=True)
class Quoted:
    """A quoted figure, both readings, and what the rows give."""

    figure: QuotedFigure
    measure: str
    as_points: str
    as_growth: str
    ours_points: str
    ours_growth: str
    before: str


@dataclass(frozen=True)
class Threshold:
    """How many rose or climbed by so much, and how many had nobody been sent."""

    words: str
    found: int
    sent: int
    expected: str


@dataclass(frozen=True)
class Page:
    """Everything the template draws."""

    title: str
    sentences: list[str]
    warnings: list[str]
    main: Measured
    estimate: Estimate | None
    pieces: list[drawn.Piece]
    course: drawn.Drawing | None
    course_title: str
    slope: drawn.Drawing
    slope_title: str
    funnel: drawn.Funnel | None
    funnel_title: str
    rows: list[Row]
    rates: list[tuple[str, str, Measured, Estimate | None]]
    thresholds: list[Threshold]
    climb: str
    beside: list[tuple[str, str, str, str]]
    lines: list[Line]
    left: list[tuple[str, str]]
    choices: list[str]
    months: tuple[str, str]


def page_of(effects: Effects, names: Mapping[str, str]) -> Page:
    """`names` are the names of streets by code."""
    main = effects.main
    estimate = main.estimates.get(ADJUSTED)
    communities = effects.communities[effects.measure]
    said = sentences.sentences(effects)
    warned = sentences.warnings(effects)
    funnel = None
    if estimate is not None:
        funnel = drawn.funnel(communities, estimate.points, (_("call-backs after"), _("mean")))
    return Page(
        title=sentences.title_of(effects),
        sentences=[each for each in said if each not in warned],
        warnings=warned,
        main=main,
        estimate=estimate,
        pieces=drawn.parts_of_rise(main),
        course=_course(effects),
        course_title=_course_title(estimate),
        slope=drawn.slope(
            main,
            communities,
            (_("before sending"), _("after arrival"), _("reached"), _("expected")),
        ),
        slope_title=_slope_title(main),
        funnel=funnel,
        funnel_title=_funnel_title(funnel),
        rows=_rows(main),
        rates=_rates(effects),
        thresholds=_thresholds(effects),
        climb=_climb(effects),
        beside=_beside(effects),
        lines=_lines(effects, communities, names),
        left=[(_place_of(effects, each.sent.area), _reason(each.reason)) for each in effects.left],
        choices=_choices(effects),
        months=_span(effects),
    )


def _span(effects: Effects) -> tuple[str, str]:
    """The first and last month that count for anything here."""
    groups = effects.plan.groups
    first = min(min(group.before[0], group.choice.months[0]) for group in groups)
    last = max(group.after[-1] for group in groups)
    return effects.panel.months[first], effects.panel.months[last]


def _course(effects: Effects) -> drawn.Drawing | None:
    if len(effects.course) < 2:
        return None
    first, last = effects.course[0].month, effects.course[-1].month
    return drawn.course(
        effects.course,
        (_("reached"), _("expected"), _("arrival")),
        (
            _("{n} months before").format(n=-first),
            _("{n} months after").format(n=last),
        ),
    )


def _course_title(estimate: Estimate | None) -> str:
    if estimate is None or not estimate.clear:
        return _("After arrival the sent communities stay within what was expected")
    if estimate.points > 0:
        return _("After arrival the sent communities run above what was expected")
    return _("After arrival the sent communities run below what was expected")


def _slope_title(main: Measured) -> str:
    rise = main.rise
    if rise.trend is None or rise.rebound is None:
        return _("From {before} to {after}").format(
            before=plain(rise.before), after=plain(rise.after)
        )
    return _("Of {change} points, {anyway} would have come anyway").format(
        change=signed(rise.change), anyway=signed(rise.trend + rise.rebound)
    )


def _funnel_title(funnel: drawn.Funnel | None) -> str:
    if funnel is None:
        return _("Too few call-backs to compare communities")
    if not funnel.outside:
        return _("No community differs from the common mean by more than chance gives")
    return ngettext(
        "{outside} of {shown} communities differs from the common mean by more than chance gives",
        "{outside} of {shown} communities differ from the common mean by more than chance gives",
        funnel.outside,
    ).format(outside=funnel.outside, shown=funnel.shown)


def _rows(main: Measured) -> list[Row]:
    return [
        Row(
            name,
            word(f"estimator_{name}"),
            ASSUMPTIONS[name],
            main.estimates[name],
            _in_percent(main.estimates[name].points, main.rise.before),
            name == ADJUSTED,
        )
        for name in ESTIMATORS
        if name in main.estimates
    ]


def _in_percent(points: float, before: float) -> str:
    return signed(100 * points / before) + "%" if before else "–"


def _rates(effects: Effects) -> list[tuple[str, str, Measured, Estimate | None]]:
    return [
        (name, word(MEASURE_WORDS[name]), measured, measured.estimates.get(ADJUSTED))
        for name, measured in effects.pooled.items()
    ]


def _thresholds(effects: Effects) -> list[Threshold]:
    counted = effects.counted
    if counted is None:
        return []
    made = [
        Threshold(
            _("rose by more than {border} points").format(border=border),
            int(found.found),
            counted.sent,
            _range(found),
        )
        for border, found in counted.rises.items()
    ]
    made += [
        Threshold(
            _("climbed more than {border} places").format(border=border),
            int(found.found),
            counted.sent,
            _range(found),
        )
        for border, found in counted.climbs.items()
    ]
    return made


def _range(found: Expected) -> str:
    return _("{mean} ({low} to {high})").format(
        mean=plain(found.mean), low=plain(found.low, 0), high=plain(found.high, 0)
    )


def _climb(effects: Effects) -> str:
    counted = effects.counted
    if counted is None:
        return ""
    climb = counted.mean_climb
    return _(
        "Mean climb {found} places ({total} places over {sent} communities); {mean} ({low} to "
        "{high}) had nobody been sent. Lists: {before} communities before, {after} after."
    ).format(
        found=signed(climb.found, 2),
        total=counted.total_climb,
        sent=counted.sent,
        mean=signed(climb.mean),
        low=signed(climb.low),
        high=signed(climb.high),
        before=counted.list_before,
        after=counted.list_after,
    )


def _beside(effects: Effects) -> list[tuple[str, str, str, str]]:
    """Label, before and after, difference with interval, n: for what is beside the rates."""
    volume, again, spill = effects.volume, effects.again, effects.spill
    rows = [
        (
            _("Cases received, a month and community"),
            f"{plain(volume.before)} → {plain(volume.after)}",
            _interval(volume.estimate, "%"),
            _n(volume.estimate),
        ),
        (
            _("Reopened, of 100 received"),
            f"{plain(again.before)} → {plain(again.after)}",
            _interval(again.estimate),
            _n(again.estimate),
        ),
        (
            _("Not-sent neighbours in the same street"),
            "",
            _interval(spill.estimate)
            if spill.estimate
            else _("cannot be told: {near} neighbours, {far} elsewhere").format(
                near=spill.near, far=spill.far
            ),
            _n(spill.estimate),
        ),
    ]
    for name, estimate in effects.leaving.items():
        text = _("First half year after leaving") if name == "6" else _("Second half year")
        rows.append(
            (
                text,
                "",
                _interval(estimate) if estimate else _("too early to tell"),
                _n(estimate),
            )
        )
    return rows


def _interval(estimate: Estimate | None, unit: str = "") -> str:
    if estimate is None:
        return "–"
    return (
        f"{signed(estimate.points)}{unit} [{signed(estimate.low)}{unit}, "
        f"{signed(estimate.high)}{unit}]"
    )


def _n(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.sent} / {estimate.compared}"


def _lines(
    effects: Effects, communities: Sequence[Community], names: Mapping[str, str]
) -> list[Line]:
    lines = []
    for one in communities:
        place = effects.panel.places[one.place]
        lines.append(
            Line(
                place.name,
                names.get(place.parent or "", ""),
                place.id,
                one.sent.cohort,
                one,
                one.estimates.get(ADJUSTED),
                sentences.of_community(one),
            )
        )
    return lines


def _place_of(effects: Effects, code: str) -> str:
    number = effects.panel.index.get(code)
    return code if number is None else effects.panel.places[number].name


def _reason(code: str) -> str:
    return refusal_text(code, {"name": ""})


def _choices(effects: Effects) -> list[str]:
    found = []
    for cohort, choice in effects.choices.items():
        months = [effects.panel.months[number] for number in choice.months]
        text = (
            _("Cohort {cohort}: chosen by {measure} over {first}–{last}, as declared.")
            if choice.declared
            else _(
                "Cohort {cohort}: {measure} over {first}–{last} tells the sent from the others "
                "best (lower in {share} of 100 comparisons)."
            )
        )
        found.append(
            text.format(
                cohort=cohort,
                measure=word(MEASURE_WORDS[choice.measure]),
                first=months[0],
                last=months[-1],
                share=plain(100 * choice.clear),
            )
        )
    return found


def quoted_of(effects: Effects, figures: Sequence[QuotedFigure]) -> list[Quoted]:
    """Quoted figures in both readings, beside the same from rows."""
    made = []
    for figure in figures:
        measured = effects.cohorts.get(str(figure.cohort), {}).get(figure.measure)
        before = None if measured is None else Decimal(str(measured.rise.before))
        made.append(
            Quoted(
                figure=figure,
                measure=word(MEASURE_WORDS[figure.measure]),
                as_points=signed(float(figure.value), 2),
                as_growth="" if before is None else signed(float(figure.value * before / 100), 2),
                ours_points="" if measured is None else signed(measured.rise.change, 2),
                ours_growth=""
                if measured is None
                else signed(measured.rise.change_percent or 0.0, 2),
                before="" if before is None else plain(float(before), 2),
            )
        )
    return made
