"""归属: a person decides which place a case belongs to, or what a written name means."""

from datetime import datetime

from django.db import transaction

from jieban.apps.cases.models import AttributedBy, Case, ImportedCase
from jieban.apps.cases.services.keeping import hand_over, involved_units, set_reach
from jieban.apps.directory import selectors as directory
from jieban.apps.directory import services as directory_services
from jieban.apps.ledger import services as ledger
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused


@transaction.atomic
def attribute_case(actor: Actor, number: str, area: str, *, at: datetime, reason: str) -> int:
    """Set the place of every row of one case; later exports do not undo it.

    `area` is the place's code. Returns how many rows were changed.

    Raises:
        Refused "case.not_found", "directory.unknown_area", "case.reason_missing".
    """
    if not reason.strip():
        raise Refused("case.reason_missing")
    place = directory.area_by_code(area)
    rows = list(
        ImportedCase.objects.select_for_update(of=("self",))
        .select_related("area")
        .filter(number=number)
    )
    if not rows:
        raise Refused("case.not_found", number=number)
    before = sorted({row.area.name if row.area else "" for row in rows})
    ImportedCase.objects.filter(pk__in=[row.pk for row in rows]).update(
        area=place, attributed_by=AttributedBy.PERSON
    )
    ledger.append(
        "case",
        number,
        "case.attributed",
        actor=actor,
        at=at,
        reason=reason,
        body={"number": number, "before": before, "after": place.name},
    )
    return len(rows)


@transaction.atomic
def merge_name(actor: Actor, what: str, code: str, into: str, *, at: datetime) -> int:
    """A provisional name (`what`: area or unit) means the entry with the code `into`.

    Its rows move over, its name becomes an alias for the next import. Returns how many rows
    moved. There is no way back, so doors ask once.

    Raises:
        Refused "directory.unknown_area", "directory.unknown_unit", and those of
            `directory.selectors.merge_pairs`.
    """
    entry = directory.entry_by_code(what, code)
    target = directory.entry_by_code(what, into)
    moved = 0
    touched: set[int] = set()
    for gone, kept in directory.merge_pairs(entry, target):
        touched |= hand_over(gone, kept)
        rows = ImportedCase.objects.filter(**{what: gone})
        if what == "area":
            moved += rows.exclude(attributed_by=AttributedBy.PERSON).update(
                area=kept, attributed_by=AttributedBy.ALIAS
            )
        moved += rows.update(**{what: kept})
    directory_services.merge_entry(actor, entry, target, at=at, cases=moved)
    for case in Case.objects.select_related("area").filter(pk__in=touched):
        set_reach(case, involved_units(case))
    return moved
