"""What deciding needs to know of one task, and who signs it off."""

from collections.abc import Iterable

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.ledger import selectors as ledger
from jieban.apps.rectification.models import Task
from jieban.apps.rectification.selectors.seeing import units_in_reach
from jieban.domain.actors import Actor
from jieban.domain.rectification.tasks import Standing, State, signing_unit

_WORK = (
    *(f"task.{past}" for past in ("started", "partly_done", "went_on", "claimed")),
    "task.claim_withdrawn",
    "task.reported",
    "task.evidence_added",
    "task.item_done",
)
"""What somebody does for the units of a task."""


def unit_codes_of(task: Task) -> frozenset[str]:
    """Codes of the lead unit and of the responsible ones, and of what they have become."""
    units = {each.unit.code for each in task.responsible.select_related("unit")}
    return with_successors(units | ({task.lead.code} if task.lead else set()))


def with_successors(codes: Iterable[str]) -> frozenset[str]:
    """Units, and those that took the place of the ones that were dissolved."""
    now = directory.standing()
    found: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        if code in found:
            continue
        found.add(code)
        unit = now.units.get(code)
        if unit is not None and unit.successor is not None:
            waiting.append(unit.successor.code)
    return frozenset(found)


def signer_of(task: Task, units: frozenset[str] | None = None) -> str:
    """Code of the unit that signs a task off: the round's office, or the nearest one above it that
    is none of the task's own; "" is the district."""
    now = directory.standing()
    above = {code: way[1] for code, way in now.unit_above.items() if len(way) > 1}
    return signing_unit(
        task.round.office.code, unit_codes_of(task) if units is None else units, above
    )


def may_sign_for(actor: Actor, signer: str, permission: str = "rectification.sign") -> bool:
    """Whether a permission reaches the unit that signs; for the district it is held everywhere."""
    reach = reach_of(actor, permission)
    if reach.everywhere:
        return True
    unit = directory.standing().units.get(signer)
    return unit is not None and unit.pk in units_in_reach(reach)


def standing_of(task: Task) -> Standing:
    """The task as `decide` wants it."""
    units = unit_codes_of(task)
    checks = task.checks.filter(stands=True, passed=True)
    return Standing(
        state=State(task.state),
        units=units,
        signer=signer_of(task, units),
        worked=_worked_on(task),
        checked_by=frozenset(checks.values_list("by_id", flat=True)),
        brought_by=task.brought_by,
        items_open=task.items.filter(dropped=False, done_on=None).count(),
        evidence=task.evidence.filter(struck_at=None).count(),
        outside=bool(task.closer),
        needs_notice=task.round.notice_days > 0,
        notice_until=task.notice_until,
        objections_open=task.objections.filter(upheld=None).count(),
    )


def _worked_on(task: Task) -> frozenset[str]:
    """Ids of whoever ever reported, gave evidence, ticked an item or moved it for the units.

    By the ledger: what was struck out or ticked anew by another is work all the same.
    """
    events = ledger.events_of_several("task", (f"{task.round.code}/{task.serial}",), _WORK)
    return frozenset(events.order_by().values_list("actor_id", flat=True))
