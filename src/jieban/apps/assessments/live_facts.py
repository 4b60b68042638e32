"""Facts of cases that were reopened: one per case × unit × assessment period.

The last call-back in the period counts; how often the case was handled is kept as `passes`. The
period is that of the rulebook in force for handling: a fact holds one moment of receipt, which
for a later period is when the case was sent to the unit again. An area counts a case once, in
its first period.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.conf import settings

from jieban.apps.cases import selectors as cases
from jieban.apps.cases.models import Case
from jieban.apps.cases.selectors import DUPLICATE, LIVE_SOURCE, ReopenedShare
from jieban.apps.directory import selectors as directory
from jieban.apps.followups import selectors as followups
from jieban.domain.rulebook.periods import month_of


def reopened_fact_rows() -> Iterator[tuple[Any, ...]]:
    """Rows in the order of `cases.selectors.fact_rows`, by case."""
    for _case, shares in groupby(cases.reopened_shares(), key=lambda each: each.case.pk):
        yield from _facts_of(list(shares))


def _facts_of(shares: list[ReopenedShare]) -> Iterator[tuple[Any, ...]]:
    case = shares[0].case
    outcomes = {each.pass_number: each for each in followups.of_case(case)}
    groups: dict[tuple[int, str], list[ReopenedShare]] = {}
    for each in shares:
        groups.setdefault((each.share.unit_id, _period(case, each)), []).append(each)
    first = shares[0].share.pk
    for same in groups.values():
        begun, last = same[0].share, same[-1].share
        said = [
            outcomes[each.share.pass_number] for each in same if each.share.pass_number in outcomes
        ]
        told = said[-1] if said else None
        yield (
            f"L{begun.pk}",
            case.number,
            case.received_at if begun.pass_number == 1 else begun.dispatched_at,
            last.answered_at,
            last.due_at or case.due_at,
            case.area.code if case.area else None,
            last.unit.code,
            last.role,
            case.category or None,
            case.channel or None,
            DUPLICATE if case.merged_into_id else case.excluded_ground or None,
            told.contacted if told else None,
            told.result == "reached" if told else None,
            told.resolved if told else None,
            (told.satisfaction or None) if told else None,
            case.returns,
            last.pass_number,
            case.held,
            begun.pk == first,
            LIVE_SOURCE,
            case.kind,
        )


def _period(case: Case, each: ReopenedShare) -> str:
    moment = case.received_at if each.share.pass_number == 1 else each.share.dispatched_at
    rulebook = directory.rulebook_in_force(moment)
    return month_of(moment, rulebook.period_rule, rulebook.zone(settings.TIME_ZONE))
