"""Every read of imported cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import connection
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncDate

from jieban.apps.cases import storage
from jieban.apps.cases.models import AttributedBy, Import, ImportedCase, ImportedVersion
from jieban.apps.directory import selectors as directory
from jieban.domain.actors import EVERYWHERE, Actor
from jieban.domain.errors import Refused
from jieban.domain.rulebook.periods import month_of
from jieban.sealing import Sealer

# Roles that answer for a case; a joint unit is scored through the joint call only.
COUNTED_ROLES = ("lead", "dual")


@dataclass(frozen=True)
class SourceSpan:
    """One source: its zone, whether it was generated, and the last moment it knows of."""

    source: str
    zone: str
    generated: bool
    last_moment: datetime | None


def count() -> int:
    """Cases as people count them: different numbers of a source."""
    return ImportedCase.objects.values("source", "number").distinct().count()


def count_rows() -> int:
    return ImportedCase.objects.count()


def imports() -> QuerySet[Import]:
    """Imports, newest first."""
    return Import.objects.all()


def import_by_number(number: int) -> Import:
    found = Import.objects.filter(pk=number).first()
    if found is None:
        raise Refused("import.not_found", number=number)
    return found


def days_received(number: int) -> list[tuple[date, int]]:
    """Days, in the source's own zone, on which the rows of one import were received."""
    zone = ZoneInfo(import_by_number(number).zone)
    days = ImportedCase.objects.filter(brought_by=number).annotate(
        day=TruncDate("received_at", tzinfo=zone)
    )
    return list(days.values_list("day").annotate(rows=Count("id")).order_by("day"))


@dataclass(frozen=True)
class PeriodTouched:
    """A period that rows of an import belong to, and how many."""

    name: str
    rows: int


def periods_touched(number: int, rule: str) -> list[PeriodTouched]:
    """Assessment periods by `period.rule` that the rows of one import belong to, oldest first."""
    zone = import_by_number(number).zone
    counted: dict[str, int] = {}
    for day, rows in days_received(number):
        noon = datetime.combine(day, time(12), tzinfo=ZoneInfo(zone))
        name = month_of(noon, rule, zone)
        counted[name] = counted.get(name, 0) + rows
    return [PeriodTouched(name, rows) for name, rows in sorted(counted.items())]


def rows_of_case(number: str) -> QuerySet[ImportedCase]:
    """Every assignment of one case, the lead first."""
    return (
        ImportedCase.objects.filter(number=number)
        .select_related("area", "area__parent", "unit", "brought_by")
        .order_by("source", "-role", "id")
    )


def may_see_imported(actor: Actor, rows: Sequence[ImportedCase]) -> bool:
    """Whether a case that came by file lies in, or was with, what the actor's posts hold."""
    scopes = actor.reach("case.see")
    if EVERYWHERE in scopes:
        return True
    return any(
        (row.area is not None and not scopes.isdisjoint(directory.scope_keys_of_area(row.area)))
        or (row.unit is not None and not scopes.isdisjoint(directory.scope_keys_of_unit(row.unit)))
        for row in rows
    )


def versions_of(number: str) -> QuerySet[ImportedVersion]:
    """What the rows of one case said before, newest first."""
    return ImportedVersion.objects.filter(row__number=number).select_related("replaced_by", "row")


def assignment(number: str, unit: str) -> ImportedCase:
    """The counted row of one case and unit code, for an appeal.

    Raises:
        Refused "case.not_found".
    """
    row = (
        ImportedCase.objects.filter(number=number, unit__code=unit, role__in=COUNTED_ROLES)
        .select_related("unit", "brought_by")
        .order_by("-role", "id")
        .first()
    )
    if row is None:
        raise Refused("case.not_found", number=number)
    return row


def private_of(row: ImportedCase, sealer: Sealer) -> dict[str, str]:
    """What the resident said, opened; empty where it was dropped or erased."""
    kept = getattr(row, "private", None)
    return {} if kept is None else orjson.loads(sealer.open(kept.sealed))


def attribution_shares() -> dict[str, int]:
    """Rows by who decided their place: source, alias, person, or nobody ("")."""
    counted = ImportedCase.objects.values_list("attributed_by").annotate(rows=Count("id"))
    return {str(key): 0 for key in AttributedBy.values} | dict(counted)


def rows_per_area() -> dict[int, int]:
    return dict(
        ImportedCase.objects.exclude(area=None).values_list("area").annotate(rows=Count("id"))
    )


def rows_per_unit() -> dict[int, int]:
    return dict(
        ImportedCase.objects.exclude(unit=None).values_list("unit").annotate(rows=Count("id"))
    )


def sources() -> list[SourceSpan]:
    """Every source that has rows."""
    spans = []
    seen = ImportedCase.objects.values("source").annotate(
        received=Max("received_at"), closed=Max("closed_at")
    )
    for row in seen.order_by("source"):
        last = Import.objects.filter(source=row["source"]).first()
        moments = [moment for moment in (row["received"], row["closed"]) if moment]
        spans.append(
            SourceSpan(
                row["source"],
                last.zone if last else "Asia/Shanghai",
                bool(last and last.generated),
                max(moments, default=None),
            )
        )
    return spans


# One line per counted assignment. Of a case with several, the first lead counts for its area.
_FACTS = f"""
SELECT c.id, c.number, {{received_at}}, {{closed_at}}, {{due_at}}, a.code, u.code, c.role,
       NULLIF(c.category, ''), NULLIF(c.channel, ''),
       COALESCE(e.ground, NULLIF(c.excluded_ground, '')),
       c.contacted, c.valid, c.resolved, NULLIF(c.satisfaction, ''), c.returns, c.passes, c.held,
       ROW_NUMBER() OVER (
           PARTITION BY c.source, c.number ORDER BY CASE c.role WHEN 'lead' THEN 0 ELSE 1 END, c.id
       ) = 1,
       c.source, c.kind
FROM {storage.TABLE} c
LEFT JOIN directory_area a ON a.id = c.area_id
LEFT JOIN directory_unit u ON u.id = c.unit_id
LEFT JOIN cases_exclusion e ON e.row_id = c.id
WHERE c.role IN ('lead', 'dual')
ORDER BY c.received_at, c.id
"""


def fact_rows(batch: int = 50_000) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of the fact table, by time received, in batches.

    Times are moments, or from SQLite the text it keeps, in UTC: reading half a million of
    them as objects would cost more than all the rest.

    Order of values: fact_id, case_number, received_at, closed_at, due_at, area_id, unit_id,
    role, category_id, channel, excluded_ground, contacted, valid, resolved, satisfaction,
    returns, passes, held, counts_for_area, source, kind.
    """
    with connection.cursor() as cursor:
        as_kept = "c.{0}" if storage.keeps_zone() else "CAST(c.{0} AS TEXT)"
        times = {name: as_kept.format(name) for name in ("received_at", "closed_at", "due_at")}
        cursor.execute(_FACTS.format(**times))
        while rows := cursor.fetchmany(batch):
            yield rows
