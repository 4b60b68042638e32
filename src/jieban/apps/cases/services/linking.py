"""并单、重复、子工单: cases that belong together, and how that is undone."""

from datetime import datetime

from django.db import transaction

from jieban.apps.cases.models import Case, CaseLink
from jieban.apps.cases.selectors.live import visible_to
from jieban.apps.cases.services.intake import Intake, receive_case
from jieban.apps.cases.services.keeping import (
    hold_row,
    involved_units,
    record,
    set_clocks,
    set_reach,
)
from jieban.domain.actors import Actor
from jieban.domain.cases import links
from jieban.domain.cases.lifecycle import State
from jieban.domain.errors import Refused


@transaction.atomic
def merge_case(
    actor: Actor, number: str, into: str, *, at: datetime, reason: str, version: int | None = None
) -> Case:
    """并单: the case is handled with `into` from now on; its clock stops, its state stays.

    Raises:
        Refused "case.not_found", "case.reason_missing", those of links.check_merge.
    """
    first, second = (_held(actor, each) for each in sorted((number, into)))
    case, other = (first, second) if first.number == number else (second, first)
    if version is not None and case.version != version:
        hold_row(actor, number, "case.link", version)
    if not reason.strip():
        raise Refused("case.reason_missing")
    links.check_merge(
        number,
        into,
        state=State(case.state),
        merged=case.merged_into_id is not None,
        into_merged=other.merged_into_id is not None,
        has_merged=case.merged.exists(),
    )
    CaseLink.objects.create(kind="merge", case=case, other=other, made_at=at, made_by=actor.name)
    case.merged_into = other
    set_clocks(case, at=at)
    record(case, "case.merged", actor=actor, at=at, reason=reason, body={"into": into})
    set_reach(case)
    record(other, "case.took_in", actor=actor, at=at, reason=reason, body={"number": number})
    return case


@transaction.atomic
def undo_merge(actor: Actor, number: str, *, at: datetime, reason: str) -> Case:
    """撤销并单: the case is back where it was, its clock as if it had never stopped.

    Raises:
        Refused "case.not_found", "case.reason_missing", "case.not_merged".
    """
    case = _held(actor, number)
    if not reason.strip():
        raise Refused("case.reason_missing")
    other = case.merged_into
    if other is None:
        raise Refused("case.not_merged", number=number)
    CaseLink.objects.filter(case=case, kind="merge", undone_at__isnull=True).update(undone_at=at)
    case.merged_into = None
    set_clocks(case, at=at)
    record(
        case, "case.merge_undone", actor=actor, at=at, reason=reason, body={"from": other.number}
    )
    set_reach(case, involved_units(case))
    held = _held(actor, other.number)
    record(held, "case.gave_back", actor=actor, at=at, reason=reason, body={"number": number})
    return case


@transaction.atomic
def link_repeat(actor: Actor, number: str, of: str, *, at: datetime) -> CaseLink:
    """重复诉求: the same matter again; linked, and both go on.

    Raises:
        Refused "case.not_found", "case.link_itself", "case.linked".
    """
    case, other = hold_row(actor, number, "case.link"), _found(actor, of)
    known = CaseLink.objects.filter(kind="repeat", case=case, other=other, undone_at__isnull=True)
    links.check_repeat(number, of, linked=known.exists())
    link = CaseLink.objects.create(
        kind="repeat", case=case, other=other, made_at=at, made_by=actor.name
    )
    record(case, "case.linked", actor=actor, at=at, body={"of": of})
    return link


@transaction.atomic
def undo_repeat(actor: Actor, number: str, of: str, *, at: datetime, reason: str) -> None:
    """The two are not the same matter after all.

    Raises:
        Refused "case.not_found", "case.not_linked".
    """
    case, other = hold_row(actor, number, "case.link"), _found(actor, of)
    undone = CaseLink.objects.filter(
        kind="repeat", case=case, other=other, undone_at__isnull=True
    ).update(undone_at=at)
    if not undone:
        raise Refused("case.not_linked", number=number, other=of)
    record(case, "case.unlinked", actor=actor, at=at, reason=reason, body={"of": of})


@transaction.atomic
def split_case(actor: Actor, number: str, part: Intake, *, at: datetime, reason: str) -> Case:
    """拆分: a child case for a part that another unit handles; it starts as received.

    Raises:
        Refused "case.not_found", "case.reason_missing", those of receive_case.
    """
    case = hold_row(actor, number, "case.link")
    if not reason.strip():
        raise Refused("case.reason_missing")
    child = receive_case(actor, part, at=at, parent=case)
    CaseLink.objects.create(kind="child", case=child, other=case, made_at=at, made_by=actor.name)
    record(case, "case.split", actor=actor, at=at, reason=reason, body={"child": child.number})
    return child


def _held(actor: Actor, number: str) -> Case:
    """A case that may be merged or be merged already, its row locked."""
    case = (
        visible_to(actor, "case.link").select_for_update(of=("self",)).filter(number=number).first()
    )
    if case is None:
        raise Refused("case.not_found", number=number)
    return case


def _found(actor: Actor, number: str) -> Case:
    case = visible_to(actor, "case.link").filter(number=number).first()
    if case is None:
        raise Refused("case.not_found", number=number)
    return case
