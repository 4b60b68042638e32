"""Why a score moved: what each rate and each category gave, and whether chance alone would do.

The contributions of the rates are exact and add up to the change. Sentences are made by the
page; here are only the reasons, largest first. No reason is a cause: a category that weighs
most in a fall is where to look, not whom to blame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from jieban.domain.rulebook.schema import Rulebook
from jieban.evaluation.levels import Row
from jieban.evaluation.measures import RATES, Counts
from jieban.evaluation.scoring import MILLIONTHS, half_up, part_points, percent, rate_part


@dataclass(frozen=True)
class RateReason:
    """What one rate gave to the change, in millionths of a point; its percent before and now."""

    rate: str
    contribution: int
    before: Fraction
    now: Fraction


@dataclass(frozen=True)
class CategoryReason:
    """What one category gave to the change, in millionths, and its valid call-backs."""

    category: str
    contribution: int
    whole_before: int
    whole_now: int


@dataclass(frozen=True)
class Explanation:
    """Reasons for a change of score, largest first.

    `one_answer` is what a single answer (one case unresolved and dissatisfied instead of the
    contrary) moves the score now, in millionths: large where few were reached.
    `is_noise` None: there is no interval.
    """

    change: int
    rates: tuple[RateReason, ...]
    categories: tuple[CategoryReason, ...]
    is_noise: bool | None
    answers_before: int
    answers_now: int
    one_answer: int
    few_answers: bool


def explain(
    before: Row,
    now: Row,
    rulebook: Rulebook,
    categories: Mapping[str, tuple[Counts, Counts]] | None = None,
) -> Explanation | None:
    """Why the score of one place moved; None where either period has no score.

    `categories` are the place's counts by category, now and before (`runs.category_counts`).
    """
    if before.score is None or now.score is None or before.base == 0 or now.base == 0:
        return None
    change = now.score - before.score
    by_rate = _by_rate(before.counts, now.counts, rulebook)
    rounded = _rounded_to(change, {rate: gained for rate, (gained, _, _) in by_rate.items()})
    rates = [
        RateReason(rate, rounded[rate], was, is_now) for rate, (_, was, is_now) in by_rate.items()
    ]
    return Explanation(
        change=change,
        rates=tuple(sorted(rates, key=lambda reason: -abs(reason.contribution))),
        categories=_by_category(before, now, rulebook, categories or {}),
        is_noise=now.change.is_noise if now.change else None,
        answers_before=before.base,
        answers_now=now.base,
        one_answer=half_up(_one_answer(rulebook, now) * MILLIONTHS),
        few_answers=now.base < rulebook.rank_minimum or before.base < rulebook.rank_minimum,
    )


def _by_rate(
    before: Counts, now: Counts, rulebook: Rulebook
) -> dict[str, tuple[Fraction, Fraction, Fraction]]:
    """Per rate: points gained, percent before, percent now."""
    found: dict[str, tuple[Fraction, Fraction, Fraction]] = {}
    for part in rulebook.parts:
        was = percent(before, part.rate, rulebook) or Fraction(0)
        is_now = percent(now, part.rate, rulebook) or Fraction(0)
        gained = part_points(part, is_now) - part_points(part, was)
        if part.rate in found:
            gained += found[part.rate][0]
        found[part.rate] = (gained, was, is_now)
    return found


def _rounded_to(change: int, exact: Mapping[str, Fraction]) -> dict[str, int]:
    """The contributions in millionths so that they add up to the change as it is printed.

    Both scores were rounded, so up to a millionth or two may be over: the largest takes it.
    """
    rounded = {rate: half_up(gained * MILLIONTHS) for rate, gained in exact.items()}
    largest = max(rounded, key=lambda rate: abs(rounded[rate]))
    rounded[largest] += change - sum(rounded.values())
    return rounded


def _by_category(
    before: Row, now: Row, rulebook: Rulebook, categories: Mapping[str, tuple[Counts, Counts]]
) -> tuple[CategoryReason, ...]:
    """Each category's share in the change of each rate, weighted by what the rate gave.

    A category's share of a rate's change is (part - r·whole) / all wholes, now less before,
    where r is the rate before: a category that merely grew gives nothing by that. The shares
    of all categories add up to the rate's change.
    """
    by_rate = _by_rate(before.counts, now.counts, rulebook)
    reasons = []
    for category, (counts_now, counts_before) in categories.items():
        gained = Fraction(0)
        for rate, (points, was, is_now) in by_rate.items():
            if is_now == was:
                continue
            share = _share(counts_now, now.counts, rate, was, rulebook)
            share -= _share(counts_before, before.counts, rate, was, rulebook)
            gained += points * share / (is_now - was)
        wholes = [counts[_main_whole(rulebook)] for counts in (counts_before, counts_now)]
        reasons.append(CategoryReason(category, half_up(gained * MILLIONTHS), *wholes))
    return tuple(sorted(reasons, key=lambda reason: (-abs(reason.contribution), reason.category)))


def _share(
    counts: Counts, all_counts: Counts, rate: str, was: Fraction, rules: Rulebook
) -> Fraction:
    """What a category adds to the rate in percent, beyond what it would at the rate before."""
    whole = RATES[rate].whole
    part = 100 * Fraction(rate_part(counts, rate, rules))
    return (part - was * counts[whole]) / all_counts[whole]


def _main_whole(rulebook: Rulebook) -> str:
    return RATES[rulebook.rates[0]].whole


def _one_answer(rulebook: Rulebook, row: Row) -> Fraction:
    """Points between the best and the worst single answer among the answers there are.

    Contact stays: who answers was reached.
    """
    moved = Fraction(0)
    for part in rulebook.parts:
        if part.rate == "response":
            continue
        slope = part.weight if part.weight is not None else part.per_point
        moved += 100 * Fraction(slope or 0) / row.counts[RATES[part.rate].whole]
    return moved
