"""The end of six months, and of every extension: reviewed, then extended or ended.

The memo is taken from the rows at the moment of the decision and kept with it. Ending with open
problems waits for a second person; until that person has approved, nothing is decided.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from jieban.apps.terms.models import Decision, LookBack, Term
from jieban.apps.terms.selectors.memo import memo_of
from jieban.apps.terms.selectors.seeing import last_day, problem_numbers, served_months, today_at
from jieban.apps.terms.services.keeping import hold, iso, record, said, take_step
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.terms import calendar, lifecycle, rules
from jieban.domain.terms.lifecycle import State
from jieban.home import Home


@transaction.atomic
def open_review(actor: Actor, number: str, *, at: datetime, version: int | None = None) -> Term:
    """Begin the review a decision is made in, at most thirty days before the last day.

    Raises:
        Refused "term.review_too_early", "term.move_not_allowed", and those of `hold`.
    """
    term = hold(actor, number, "term.manage", at=at, version=version)
    if not lifecycle.review_of(State(term.state)):
        raise Refused(
            "term.move_not_allowed",
            state=term.state,
            move="open_review",
            allowed=list(lifecycle.moves_from(State(term.state))),
        )
    calendar.check_review(last_day_of(term), today_at(at))
    begin_review(actor, term, at=at)
    return term


def begin_review(actor: Actor, term: Term, *, at: datetime) -> None:
    """Open the review of a term whose row is held; one that is open already stays as it is."""
    name = lifecycle.review_of(State(term.state))
    if name:
        take_step(term, name, actor=actor, at=at, body={"last_day": iso(last_day_of(term))})


@transaction.atomic
def extend_term(
    actor: Actor,
    number: str,
    problems: Sequence[int],
    *,
    at: datetime,
    reason: str,
    home: Home,
    version: int | None = None,
) -> Decision:
    """Three months more, for problems that are named and open (their numbers on the list).

    Raises:
        Refused "term.extensions_used", "term.extension_without_problems", "term.problem_not_open",
            "term.decision_waits", "term.review_too_early", and those of `hold` and
            `lifecycle.decide`.
    """
    term = _to_decide(actor, number, "extend", at=at, reason=reason, version=version)
    programme = term.cohort.programme
    named = sorted(set(problems))
    rules.check_extension(
        named,
        problem_numbers(term),
        extensions=term.extensions,
        most=programme.max_extensions,
    )
    memo = memo_of(term, today_at(at), home)
    until = calendar.extended_until(
        term.arrived_on or term.planned_start,
        last_day_of(term),
        served_months(term),
        programme.extension_months,
    )
    decision = _file(actor, term, "extend", "filed", reason, at=at, memo=memo)
    decision.problems, decision.until = named, until
    decision.save(update_fields=["problems", "until"])
    term.extended_until, term.extensions, term.reminded = until, term.extensions + 1, ""
    body = {"problems": named, "last_day": until.isoformat()}
    take_step(term, "extend", actor=actor, at=at, reason=decision.reason, body=body)
    return decision


@transaction.atomic
def end_term(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    reason: str,
    home: Home,
    exception: str = "",
    version: int | None = None,
) -> Decision:
    """The post is left: all problems are solved or handed on, else an exception is asked for.

    With an exception the decision is `waiting` and the term goes on as it is, until a second
    person approves (`approve_exception`).

    Raises:
        Refused "term.problems_open", "term.exception_needless", "term.decision_waits",
            "term.review_too_early", and those of `hold` and `lifecycle.decide`.
    """
    term = _to_decide(actor, number, "end", at=at, reason=reason, version=version)
    still_open = problem_numbers(term)
    waits = rules.check_end(still_open, exception=exception)
    memo = memo_of(term, today_at(at), home)
    state = "waiting" if waits else "filed"
    decision = _file(actor, term, "end", state, reason, at=at, memo=memo)
    decision.problems, decision.exception = still_open, said(exception, "reason")
    decision.save(update_fields=["problems", "exception"])
    if waits:
        record(
            term,
            "term.exception_asked",
            actor=actor,
            at=at,
            reason=decision.exception,
            body={"problems": still_open},
        )
    else:
        _leave(actor, term, decision, at=at)
    return decision


@transaction.atomic
def approve_exception(
    actor: Actor, number: str, *, at: datetime, reason: str = "", version: int | None = None
) -> Decision:
    """A second person lets the post be left with problems open; with that it is decided.

    Raises:
        Refused "term.nothing_waits", "term.same_person", and those of `hold`.
    """
    term, decision = _waiting(actor, number, at=at, version=version)
    _answer(actor, decision, "approved", reason, at=at)
    _leave(actor, term, decision, at=at)
    return decision


@transaction.atomic
def refuse_exception(
    actor: Actor, number: str, *, at: datetime, reason: str, version: int | None = None
) -> Decision:
    """A second person does not let the post be left so: the decision is open again.

    Raises:
        Refused "term.nothing_waits", "term.same_person", "term.reason_missing", and those of
            `hold`.
    """
    term, decision = _waiting(actor, number, at=at, version=version)
    if not reason.strip():
        raise Refused("term.reason_missing")
    _answer(actor, decision, "refused", reason, at=at)
    record(
        term,
        "term.exception_refused",
        actor=actor,
        at=at,
        reason=decision.approval_reason,
        body={"problems": decision.problems},
    )
    return decision


def last_day_of(term: Term) -> date:
    """The last day of a term whose clock runs."""
    day = last_day(term)
    if day is None:
        raise Refused("term.not_on_post", state=term.state)
    return day


def _to_decide(
    actor: Actor, number: str, name: str, *, at: datetime, reason: str, version: int | None
) -> Term:
    """The term in its review, which this opens where nobody has."""
    term = hold(actor, number, "term.manage", at=at, version=version, deciding=True)
    if lifecycle.review_of(State(term.state)):
        calendar.check_review(last_day_of(term), today_at(at))
        begin_review(actor, term, at=at)
    lifecycle.decide(State(term.state), name, reason=reason)
    if term.decisions.filter(state="waiting").exists():
        raise Refused("term.decision_waits", number=number)
    return term


def _file(
    actor: Actor, term: Term, outcome: str, state: str, reason: str, *, at: datetime, memo: object
) -> Decision:
    return Decision.objects.create(
        term=term,
        outcome=outcome,
        state=state,
        reason=said(reason, "reason"),
        memo=memo,
        at=at,
        by=actor.name,
        by_id=actor.id,
    )


def _waiting(
    actor: Actor, number: str, *, at: datetime, version: int | None
) -> tuple[Term, Decision]:
    term = hold(actor, number, "term.approve", at=at, version=version, deciding=True)
    decision = term.decisions.filter(state="waiting").first()
    if decision is None:
        raise Refused("term.nothing_waits", number=number)
    rules.check_approval(asked_by=decision.by_id, approved_by=actor.id)
    return term, decision


def _answer(actor: Actor, decision: Decision, state: str, reason: str, *, at: datetime) -> None:
    decision.state, decision.approval_reason = state, said(reason, "reason")
    decision.approved_at, decision.approved_by = at, actor.name
    decision.approved_by_id = actor.id
    decision.save()


def _leave(actor: Actor, term: Term, decision: Decision, *, at: datetime) -> None:
    """The post is left today; two look-backs are due."""
    today = today_at(at)
    # What was solved while the exception waited is not left open.
    left = problem_numbers(term)
    term.ended_on, term.reminded = today, ""
    body = {"ended_on": iso(today), "problems": left, "asked_by": decision.by}
    take_step(term, "end", actor=actor, at=at, reason=decision.reason, body=body)
    plan_look_backs(term, since=today)


def plan_look_backs(term: Term, *, since: date) -> None:
    """The look-backs that follow the end of a term, from `since` on: of a term of the past that
    is only now brought in, nobody is asked to look back on a day that is over."""
    if term.ended_on is None:
        return
    for months in calendar.LOOK_BACK_MONTHS:
        due = calendar.add_months(term.ended_on, months)
        if due >= since:
            LookBack.objects.get_or_create(term=term, months=months, defaults={"due_on": due})
