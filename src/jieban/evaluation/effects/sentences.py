"""What the numbers say, in plain sentences: always “estimated difference against the expected”.

No sentence names a cause or a person, and none gives a difference without its interval and n.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from jieban.domain.words import translate as _
from jieban.evaluation.effects.estimates import ADJUSTED
from jieban.evaluation.effects.report import Community, Effects, Measured
from jieban.evaluation.effects.sending import AFTER, CLEAR_CHOICE


def signed(value: float, digits: int = 1) -> str:
    """With its sign, half up: +3.1, −0.4; 0.0 has none."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    if rounded == 0:
        return f"{abs(rounded)}"
    return f"+{rounded}" if rounded > 0 else f"−{-rounded}"


def plain(value: float, digits: int = 1) -> str:
    """Without a plus sign, half up."""
    return signed(value, digits).lstrip("+")


def title_of(effects: Effects) -> str:
    """The finding, in one line."""
    main = effects.main
    estimate = main.estimates.get(ADJUSTED)
    if estimate is None:
        return _("Too few communities can be compared to estimate a difference.")
    said = {
        "points": signed(estimate.points),
        "low": signed(estimate.low),
        "high": signed(estimate.high),
    }
    if not estimate.clear:
        text = _(
            "No difference can be told from chance: {points} points, 95% interval {low} to {high}."
        )
    elif estimate.points > 0:
        text = _(
            "{points} points more than expected had nobody been sent; 95% interval {low} to {high}."
        )
    else:
        text = _(
            "{points} points against what was expected had nobody been sent; 95% interval "
            "{low} to {high}."
        )
    return text.format(**said)


def sentences(effects: Effects) -> list[str]:
    """What changed, what would have changed anyway, what remains, and what to be wary of."""
    return [*_rise(effects.main), *_remains(effects), *warnings(effects)]


def _rise(main: Measured) -> Iterator[str]:
    rise = main.rise
    said = {
        "n": main.sent,
        "before": plain(rise.before, 2),
        "after": plain(rise.after, 2),
        "points": signed(rise.change),
        "percent": signed(rise.change_percent or 0.0),
    }
    yield _(
        "In {n} communities the mean went from {before} to {after}: {points} points, or "
        "{percent}% of the value before."
    ).format(**said)
    if rise.trend is not None and rise.rebound is not None:
        yield _(
            "Had nobody been sent: {trend} points from the general trend, {rebound} points from "
            "the rebound that choosing the worst always brings."
        ).format(trend=signed(rise.trend), rebound=signed(rise.rebound))


def _remains(effects: Effects) -> Iterator[str]:
    main = effects.main
    estimate = main.estimates.get(ADJUSTED)
    if estimate is None:
        yield _("Too few communities can be compared to estimate a difference.")
        return
    yield _(
        "Estimated difference against the expected: {points} points, 95% interval {low} to "
        "{high} ({sent} communities sent to, {compared} compared)."
    ).format(
        points=signed(estimate.points),
        low=signed(estimate.low),
        high=signed(estimate.high),
        sent=estimate.sent,
        compared=estimate.compared,
    )
    found = effects.sensitivity
    if found is None:
        return
    if estimate.clear:
        yield _(
            "It would take another difference of {points} points between the sent and the "
            "compared, not seen in these figures, to draw the interval onto nought."
        ).format(points=plain(found.undone_by))
    else:
        yield _(
            "The interval holds nought. With so many communities and call-backs a difference of "
            "{points} points would be found four times in five."
        ).format(points=plain(found.detectable))


def warnings(effects: Effects) -> list[str]:
    """What the figures themselves say against trusting the estimate; empty where nothing does."""
    found = []
    if effects.trend_before is not None and effects.trend_before.clear:
        found.append(
            _(
                "Caution: before arrival the sent communities were already moving {points} points "
                "a month against the expected (95% interval {low} to {high})."
            ).format(
                points=signed(effects.trend_before.points, 2),
                low=signed(effects.trend_before.low, 2),
                high=signed(effects.trend_before.high, 2),
            )
        )
    if effects.placebo is not None and effects.placebo.clear:
        found.append(
            _(
                "Caution: the same estimate finds {points} points in months before anybody was "
                "chosen (95% interval {low} to {high}), where there should be none."
            ).format(
                points=signed(effects.placebo.points),
                low=signed(effects.placebo.low),
                high=signed(effects.placebo.high),
            )
        )
    for cohort, choice in effects.choices.items():
        if choice.clear < CLEAR_CHOICE:
            found.append(
                _(
                    "Caution: cohort {cohort} was not chosen by the score alone (it stood lower in "
                    "{share} of 100 comparisons); what else decided is not adjusted for."
                ).format(cohort=cohort, share=plain(100 * choice.clear, 0))
            )
    known = sorted({len(group.after) for group in effects.plan.groups})
    if known[0] < AFTER:
        found.append(
            _("Only {months} of the {whole} months after arrival are known so far.").format(
                months="–".join(str(each) for each in dict.fromkeys((known[0], known[-1]))),
                whole=AFTER,
            )
        )
    if effects.left:
        found.append(
            _("{n} postings are not in the estimate; the list below says why.").format(
                n=len(effects.left)
            )
        )
    return found


def of_community(one: Community) -> str:
    """One community in one sentence; its interval is wide and stands beside it."""
    estimate = one.estimates.get(ADJUSTED)
    if estimate is None or one.expected is None:
        return _("Too few call-backs to compare.")
    return _(
        "{change} points, of which {expected} were to be expected; difference {points}, 95% "
        "interval {low} to {high} ({n} call-backs after)."
    ).format(
        change=signed(one.rise.change),
        expected=signed(one.expected - one.rise.before),
        points=signed(estimate.points),
        low=signed(estimate.low),
        high=signed(estimate.high),
        n=one.answers_after,
    )
