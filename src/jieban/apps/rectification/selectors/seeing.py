"""Who may see which round and which task, and which units somebody works for."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.selectors.reach import Reach, reach_of
from jieban.apps.rectification.models import Round, Task, TaskUnit
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.tasks import Person


def units_in_reach(reach: Reach) -> frozenset[int]:
    """Keys of the units a reach holds: its own, and the offices of its places."""
    now = directory.standing()
    of_places = {unit.pk for unit in now.unit_by_id.values() if unit.area_id in reach.areas}
    return reach.units | of_places


def person_of(actor: Actor) -> Person:
    """Who acts, with the units they work for: those of their posts, and what these are parts of.

    A post for a place is one of the office that answers for it. A post for the whole district is
    of no unit.
    """
    now = directory.standing()
    units: set[str] = set()
    for grant in actor.grants:
        kind, _, code = grant.scope.partition(":")
        if kind == "unit":
            units.update(now.unit_above.get(code, (code,)))
        elif kind == "area" and code in now.areas:
            office = directory.unit_of_area(now.areas[code], now=now)
            if office is not None:
                units.update(now.unit_above.get(office.code, (office.code,)))
    return Person(actor.id, frozenset(units))


def rounds_visible_to(actor: Actor, permission: str = "rectification.see") -> QuerySet[Round]:
    """Rounds on which the actor holds `permission`: those of an office within reach, and to look
    at, those with a task within reach."""
    reach = reach_of(actor, permission)
    if reach.everywhere:
        return Round.objects.all()
    units = sorted(units_in_reach(reach))
    kept: Q = Q(office__in=units)
    if permission in ("rectification.see", "letter.see"):
        own = tasks_visible_to(actor, "rectification.see").filter(round=OuterRef("pk"))
        kept |= Q(Exists(own))
    return Round.objects.filter(kept)


def keeps_round(actor: Actor, held: Round) -> bool:
    """Whether the actor keeps this round: its office is within reach of `manage`."""
    return rounds_visible_to(actor, "rectification.manage").filter(pk=held.pk).exists()


def round_by_code(actor: Actor, code: str, permission: str = "rectification.see") -> Round:
    """
    Raises:
        Refused "round.not_found": none of this code, or not within the actor's reach.
    """
    found = rounds_visible_to(actor, permission).select_related("office").filter(code=code).first()
    if found is None:
        raise Refused("round.not_found", round=code[:32])
    return found


def tasks_visible_to(actor: Actor, permission: str = "rectification.see") -> QuerySet[Task]:
    """Tasks on which the actor holds `permission`.

    To see or to carry out: those of a unit within reach; to see, also those of a round whose
    office is within reach, and those at a place within reach. To manage, check and sign: those
    of rounds whose office is within reach (who signs is decided by the table of moves).
    """
    reach = reach_of(actor, permission)
    if reach.everywhere:
        return Task.objects.all()
    units = sorted(units_in_reach(reach))
    by_office = Q(round__office__in=units)
    if permission not in ("rectification.see", "rectification.handle"):
        return Task.objects.filter(by_office)
    responsible = TaskUnit.objects.filter(task=OuterRef("pk"), unit__in=units)
    kept = Q(lead__in=units) | Q(Exists(responsible))
    if permission == "rectification.see":
        kept |= by_office | Q(area__in=sorted(reach.areas))
    return Task.objects.filter(kept)


def task_by_serial(
    actor: Actor, code: str, serial: int, permission: str = "rectification.see"
) -> Task:
    """
    Raises:
        Refused "task.not_found": none of this number in the round, or not within reach.
    """
    found = tasks_visible_to(actor, permission).filter(round__code=code, serial=serial)
    task = found.select_related("round__office", "problem", "lead", "area").first()
    if task is None:
        raise Refused("task.not_found", round=code[:32], number=serial)
    return task
