"""挂账、延期、剔除、派单异议: asked by a unit, decided by a second person of the district."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from jieban.apps.cases.models import Case, CaseRequest
from jieban.apps.cases.selectors.live import acting_shares, visible_to
from jieban.apps.cases.services.keeping import (
    decide_move,
    hold_row,
    record,
    set_clocks,
    set_reach,
    tidy,
)
from jieban.apps.cases.services.moves import send_back
from jieban.apps.directory import selectors as directory
from jieban.domain.actors import Actor
from jieban.domain.cases import requests
from jieban.domain.cases.lifecycle import State
from jieban.domain.cases.requests import RequestState
from jieban.domain.errors import Refused

LONGEST_TERM = 500
# Terms in a person's own words; the others are codes, days and numbers.
_FREE = ("plan", "exit_test", "evidence")


@transaction.atomic
def ask_request(
    actor: Actor,
    number: str,
    kind: str,
    *,
    at: datetime,
    reason: str,
    terms: Mapping[str, str] | None = None,
    version: int | None = None,
) -> CaseRequest:
    """Ask for a hold, an extension, an exclusion, or object to the dispatch.

    `terms`: hold wants lead_unit (code), plan, review_on (day), exit_test; extension wants
    days; exclusion a ground of the rulebook; objection its evidence.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", those of requests.check_ask,
            "exclusion.unknown_ground", "case_request.days_over", "case_request.review_far".
    """
    case = hold_row(actor, number, "case.request", version)
    said = {
        name: tidy(value) if name in _FREE else value.strip()[:LONGEST_TERM]
        for name, value in (terms or {}).items()
    }
    today = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    known = requests.check_ask(
        kind,
        said,
        state=State(case.state),
        reason=reason,
        waiting=CaseRequest.objects.filter(case=case, kind=kind, state="asked").exists(),
        held=case.held,
        today=today,
    )
    said = {name: said[name] for name in known.terms}
    _check_by_rules(kind, said, at=at, today=today)
    shares = acting_shares(actor, case)
    asked = CaseRequest.objects.create(
        case=case,
        kind=kind,
        unit=shares[0].unit if len(shares) == 1 else case.lead_unit,
        state=RequestState.ASKED.value,
        terms=said,
        reason=tidy(reason),
        asked_at=at,
        asked_by=actor.name,
        asked_by_id=actor.id,
        review_on=date.fromisoformat(said["review_on"]) if kind == "hold" else None,
    )
    case.waiting = True
    record(
        case,
        f"case.{kind}_asked",
        actor=actor,
        at=at,
        reason=reason,
        body={"request": asked.pk, "terms": said},
    )
    return asked


def _check_by_rules(kind: str, terms: Mapping[str, str], *, at: datetime, today: date) -> None:
    """What the rulebook in force allows of a request's terms."""
    rulebook = directory.rulebook_in_force(at)
    if kind == "exclusion" and terms["ground"] not in rulebook.excluding:
        raise Refused(
            "exclusion.unknown_ground", ground=terms["ground"], known=sorted(rulebook.excluding)
        )
    if kind == "extension" and int(terms["days"]) > rulebook.limits.extension_days:
        raise Refused("case_request.days_over", days=rulebook.limits.extension_days)
    if kind == "hold":
        longest = rulebook.limits.hold_review_days
        if (date.fromisoformat(terms["review_on"]) - today).days > longest:
            raise Refused("case_request.review_far", days=longest)
        directory.unit_by_code(terms["lead_unit"])


@transaction.atomic
def decide_request(
    actor: Actor, request: int, *, granted: bool, at: datetime, reason: str = ""
) -> CaseRequest:
    """Grant or refuse. A granted hold stops the clock, an extension lengthens it, an exclusion
    leaves the case out of scoring, an upheld objection brings it back to be dispatched anew.

    Raises:
        Refused "case_request.not_found", those of requests.check_decide,
            "case.move_not_allowed" (an objection to what was answered meanwhile).
    """
    asked, case = _held(actor, request, "case.decide")
    requests.check_decide(
        RequestState(asked.state),
        asked_by=asked.asked_by_id,
        by=actor.id,
        reason=reason,
        granted=granted,
    )
    asked.state = (RequestState.GRANTED if granted else RequestState.REFUSED).value
    asked.decided_at, asked.decided_by, asked.decision = at, actor.name, tidy(reason)
    asked.save()
    case.waiting = CaseRequest.objects.filter(case=case, state="asked").exists()
    if granted and asked.kind == "hold":
        if State(case.state) not in requests.KINDS["hold"].states:
            decide_move(case, "answer")
        case.held = True
        case.holds += 1
    elif granted and asked.kind == "exclusion":
        case.excluded_ground = asked.terms["ground"]
    elif granted and asked.kind == "extension":
        case.extended_days += int(asked.terms["days"])
    back = decide_move(case, "return", "-") if granted and asked.kind == "objection" else None
    set_clocks(case, at=at)
    record(
        case,
        f"case.{asked.kind}_{'granted' if granted else 'refused'}",
        actor=actor,
        at=at,
        reason=reason,
        body={"request": asked.pk, "terms": asked.terms, "asked_by": asked.asked_by},
    )
    if back is not None:
        unit = asked.unit.code if asked.unit else ""
        send_back(case, unit, back.to, actor=actor, at=at, reason=asked.reason)
    else:
        set_reach(case)
    return asked


@transaction.atomic
def withdraw_request(actor: Actor, request: int, *, at: datetime) -> CaseRequest:
    """Take a request back before it is decided.

    Raises:
        Refused "case_request.not_found", "case_request.decided", "case_request.not_yours".
    """
    asked, case = _held(actor, request, "case.request")
    requests.check_withdraw(RequestState(asked.state), asked_by=asked.asked_by_id, by=actor.id)
    asked.state = RequestState.WITHDRAWN.value
    asked.save()
    case.waiting = CaseRequest.objects.filter(case=case, state="asked").exists()
    record(case, f"case.{asked.kind}_withdrawn", actor=actor, at=at, body={"request": asked.pk})
    return asked


@transaction.atomic
def end_hold(actor: Actor, request: int, *, at: datetime, reason: str) -> CaseRequest:
    """销账: the hold ends, with how its exit test was met; the clock goes on.

    Raises:
        Refused "case_request.not_found", "case_request.not_running", "case.reason_missing".
    """
    asked, case = _held(actor, request, "case.decide")
    requests.check_end(asked.kind, RequestState(asked.state), reason=reason)
    asked.state, asked.ended_at = RequestState.ENDED.value, at
    asked.save()
    case.held = False
    set_clocks(case, at=at)
    record(case, "case.hold_ended", actor=actor, at=at, reason=reason, body={"request": asked.pk})
    set_reach(case)
    return asked


def _held(actor: Actor, request: int, permission: str) -> tuple[CaseRequest, Case]:
    """The request and its case's locked row.

    Raises:
        Refused "case_request.not_found": none, or its case is out of reach.
    """
    number = (
        CaseRequest.objects.filter(pk=request, case__in=visible_to(actor, permission))
        .values_list("case__number", flat=True)
        .first()
    )
    if number is None:
        raise Refused("case_request.not_found", request=request)
    case = hold_row(actor, number, permission)
    # Read again under the lock: another person may have decided meanwhile.
    return CaseRequest.objects.select_related("unit").get(pk=request), case
