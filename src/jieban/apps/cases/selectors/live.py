"""Who may see which case, and what one case holds."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import orjson
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from jieban.apps.cases.models import (
    Assignment,
    Attachment,
    Case,
    CaseLink,
    CaseNote,
    CasePrivate,
    CaseRequest,
    Draft,
    JointCall,
    JointCallUnit,
    Reach,
    Supervision,
)
from jieban.apps.directory import selectors as directory
from jieban.domain.actors import EVERYWHERE, Actor
from jieban.domain.cases import lifecycle
from jieban.domain.cases.lifecycle import State
from jieban.domain.errors import Refused
from jieban.domain.privacy.redaction import normal_phone
from jieban.domain.worktime.clocks import Held, Pause, time_per_unit
from jieban.sealing import Sealer

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""The deadline of what has none now: last in every list."""


def visible_to(actor: Actor, permission: str) -> QuerySet[Case]:
    """Cases on which the actor holds `permission`; nothing if none.

    The only way from a person to a case. "May I" is "is it in here", so a case out of scope
    is not found rather than forbidden.
    """
    scopes = actor.reach(permission)
    if EVERYWHERE in scopes:
        return Case.objects.all()
    if not scopes:
        return Case.objects.none()
    return Case.objects.filter(
        Exists(Reach.objects.filter(case=OuterRef("pk"), key__in=sorted(scopes)))
    )


def case_by_number(actor: Actor, number: str, permission: str = "case.see") -> Case:
    """
    Raises:
        Refused "case.not_found": no such case, or not within the actor's reach.
    """
    case = (
        visible_to(actor, permission)
        .select_related("area", "area__parent", "lead_unit", "merged_into", "parent")
        .filter(number=number)
        .first()
    )
    if case is None:
        raise Refused("case.not_found", number=number)
    return case


def shares_of(case: Case) -> QuerySet[Assignment]:
    """Every assignment of a case in every pass, oldest first."""
    return Assignment.objects.filter(case=case).select_related("unit").order_by("id")


def running_shares_of(case: Case) -> list[Assignment]:
    """Assignments of the present pass that nobody sent back, oldest first."""
    running = Assignment.objects.filter(
        case=case.pk, pass_number=case.passes, ended_at__isnull=True
    ).order_by("id")
    shares, now = list(running), directory.standing()
    for share in shares:
        # From the picture kept in memory: every act on a case asks for this.
        unit = now.unit_by_id.get(share.unit_id)
        if unit is not None:
            share.unit = unit
    return shares


def acting_shares(
    actor: Actor, case: Case, running: Sequence[Assignment] | None = None
) -> list[Assignment]:
    """Running assignments for which this actor may act; `running` saves asking for them again.

    A post on a unit acts for that unit and those below it; a post on a place acts for the
    street office of that place, never for a department that happens to work there.
    """
    scopes = actor.reach("case.handle")
    running = running_shares_of(case) if running is None else list(running)
    if EVERYWHERE in scopes:
        return running
    in_place = not scopes.isdisjoint(place_keys(case))
    return [
        share
        for share in running
        if not scopes.isdisjoint(directory.scope_keys_of_unit(share.unit))
        or (in_place and share.unit.area_id is not None)
    ]


def allowed_moves(
    actor: Actor, case: Case, running: Sequence[Assignment] | None = None
) -> tuple[str, ...]:
    """Names of the moves this actor may make now, in the order of the table; `running` saves
    asking for its assignments again."""
    shares = acting_shares(actor, case, running)
    return tuple(
        name
        for name in lifecycle.moves_from(State(case.state), case.kind)
        if case.merged_into_id is None
        and (
            bool(shares)
            if lifecycle.MOVES[name].permission == "case.handle"
            else _is_visible(actor, lifecycle.MOVES[name].permission, case)
        )
    )


def _is_visible(actor: Actor, permission: str, case: Case) -> bool:
    if EVERYWHERE in actor.reach(permission):
        return True
    return visible_to(actor, permission).filter(pk=case.pk).exists()


def with_places(cases: Iterable[Case]) -> None:
    """Give cases their places and units from the picture kept in memory, instead of a join."""
    now = directory.standing()
    for case in cases:
        area = now.area_by_id.get(case.area_id or 0)
        if area is not None:
            case.area = area
        unit = now.unit_by_id.get(case.lead_unit_id or 0)
        if unit is not None:
            case.lead_unit = unit


def place_keys(case: Case, *, now: directory.Standing | None = None) -> list[str]:
    """Scopes of the places a case lies in; of a case nobody could place, the whole district.

    `now` is the directory's picture, where the caller has it already.
    """
    if case.area is not None:
        return directory.scope_keys_of_area(case.area, now=now)
    tops = directory.areas().filter(parent__isnull=True, kind__in=("city", "district"))
    return [f"area:{code}" for code in tops.values_list("code", flat=True)]


def requests_of(case: Case) -> QuerySet[CaseRequest]:
    return CaseRequest.objects.filter(case=case).select_related("unit")


def notes_of(case: Case) -> QuerySet[CaseNote]:
    return CaseNote.objects.filter(case=case).select_related("unit")


def private_of_case(case: Case, sealer: Sealer) -> dict[str, str]:
    """What the resident said or left, opened; empty where it was erased.

    Doors show it masked; in clear only through services.unmask_case, which writes it down.
    """
    kept = CasePrivate.objects.filter(case=case).first()
    return {} if kept is None else orjson.loads(sealer.open(kept.sealed))


def earlier_cases(actor: Actor, phone: str, sealer: Sealer, limit: int = 20) -> Sequence[Case]:
    """Cases of the same phone that the actor may see, newest first; none without a phone."""
    number = normal_phone(phone)
    if not number:
        return ()
    indexes = sealer.blind_all("phone", number)
    found = visible_to(actor, "case.see").filter(private__phone_index__in=indexes)
    return list(found.select_related("area", "lead_unit").order_by("-id")[:limit])


def joint_calls_of(case: Case) -> list[JointCall]:
    """Calls of units to a case, with their units, oldest first."""
    return list(
        JointCall.objects.filter(case=case)
        .select_related("caller")
        .prefetch_related(Prefetch("units", JointCallUnit.objects.select_related("unit")))
    )


def supervisions_of(case: Case) -> QuerySet[Supervision]:
    return Supervision.objects.filter(case=case)


def links_of(case: Case) -> list[CaseLink]:
    """Links that stand, in both directions."""
    standing = CaseLink.objects.filter(undone_at__isnull=True).select_related("case", "other")
    return list(standing.filter(Q(case=case) | Q(other=case)))


def attachments_of(case: Case) -> QuerySet[Attachment]:
    """Files of a case that were not removed, oldest first."""
    return Attachment.objects.filter(case=case, removed_at__isnull=True)


def attachment_of(case: Case, number: int) -> Attachment:
    """
    Raises:
        Refused "attachment.not_found".
    """
    found = attachments_of(case).filter(pk=number).first()
    if found is None:
        raise Refused("attachment.not_found", number=number)
    return found


def draft_of(actor: Actor, sealer: Sealer) -> dict[str, str]:
    """What the person was typing when they left the form; empty for nothing."""
    kept = Draft.objects.filter(owner_id=actor.id).first()
    return {} if kept is None else orjson.loads(sealer.open(kept.sealed))


def time_per_unit_of(case: Case, at: datetime) -> list[tuple[str, timedelta]]:
    """How long each unit had the case, holds left out, longest first; by the case's calendar."""
    limits = directory.rulebook_in_force(case.clock_started_at).limits
    limit = limits.answer_for(case.category, case.urgency, case.complexity, case.kind)
    shares = list(shares_of(case).exclude(role="joint"))
    held = [
        Held(
            share.unit.name,
            share.dispatched_at,
            share.answered_at or share.ended_at or case.closed_at,
        )
        for share in shares
    ]
    pauses = [
        Pause(decided, ended)
        for decided, ended in CaseRequest.objects.filter(
            case=case, kind="hold", state__in=("granted", "ended"), decided_at__isnull=False
        ).values_list("decided_at", "ended_at")
        if decided is not None
    ]
    calendar = directory.calendar_for("calendar" if case.by_calendar_time else limit.counting)
    spent = time_per_unit(held, calendar, at=at, pauses=pauses)
    return sorted(spent.items(), key=lambda each: -each[1])
