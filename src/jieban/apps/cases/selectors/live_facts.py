"""Cases handled here as rows of the fact table; the evaluation does not know which is which.

A fact is a lead or dual share that was not sent back; a case that is with nobody is one fact
without a unit. Closed 办结 is when the share was answered. Outcomes come from the last call-back.
A merged case counts as received and is left out of scoring as a duplicate.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from jieban.apps.cases import storage
from jieban.apps.cases.models import Assignment, Case

SOURCE = "jieban"
DUPLICATE = "duplicate"

_FACTS = """
SELECT 'L' || COALESCE(CAST(s.id AS TEXT), 'C' || CAST(c.id AS TEXT)), c.number,
       {received_at},
       {answered_at},
       {due_at},
       a.code, u.code, COALESCE(s.role, 'lead'),
       NULLIF(c.category, ''), NULLIF(c.channel, ''),
       CASE WHEN c.merged_into_id IS NOT NULL THEN 'duplicate'
            ELSE NULLIF(c.excluded_ground, '') END,
       c.contacted, c.valid, c.resolved, NULLIF(c.satisfaction, ''), c.returns, c.passes, c.held,
       ROW_NUMBER() OVER (
           PARTITION BY c.id ORDER BY CASE WHEN s.role = 'dual' THEN 1 ELSE 0 END, s.id
       ) = 1,
       'jieban', c.kind
FROM cases_case c
LEFT JOIN cases_assignment s
    ON s.case_id = c.id AND s.role IN ('lead', 'dual') AND NOT s.sent_back
LEFT JOIN directory_area a ON a.id = c.area_id
LEFT JOIN directory_unit u ON u.id = s.unit_id
WHERE c.passes = 1
ORDER BY c.received_at, c.id
"""
_MOMENTS = {
    "received_at": "c.received_at",
    "answered_at": "COALESCE(s.answered_at, CASE WHEN s.id IS NULL THEN"
    " COALESCE(c.answered_at, c.closed_at) END)",
    "due_at": "COALESCE(s.due_at, c.due_at)",
}


def live_fact_rows(batch: int = 50_000) -> Iterator[list[tuple[Any, ...]]]:
    """Facts of cases that were handled once, in the order of `fact_rows`, by time received."""
    as_kept = "{0}" if storage.keeps_zone() else "CAST({0} AS TEXT)"
    moments = {name: as_kept.format(sql) for name, sql in _MOMENTS.items()}
    with connection.cursor() as cursor:
        cursor.execute(_FACTS.format(**moments))
        while rows := cursor.fetchmany(batch):
            yield rows


@dataclass(frozen=True)
class ReopenedShare:
    """One share of a case that was handled more than once."""

    share: Assignment
    case: Case


def reopened_shares() -> Iterator[ReopenedShare]:
    """Shares that count, of every pass of cases that were reopened, by case and pass."""
    shares = (
        Assignment.objects.filter(case__passes__gt=1, role__in=("lead", "dual"), sent_back=False)
        .select_related("case", "case__area", "unit")
        .order_by("case_id", "pass_number", "id")
    )
    for share in shares.iterator(chunk_size=2000):
        yield ReopenedShare(share, share.case)


def last_live_moment() -> datetime | None:
    """The last moment the cases handled here know of; None without any."""
    newest = Case.objects.aggregate(
        received=Max("received_at"), answered=Max("answered_at"), closed=Max("closed_at")
    )
    return max((moment for moment in newest.values() if moment), default=None)
