"""The problem list 问题清单: entered, changed, solved with proof, handed on, opened again."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from jieban.apps.cases import selectors as cases
from jieban.apps.terms.models import Term, TermProblem
from jieban.apps.terms.selectors.seeing import today_at
from jieban.apps.terms.services.keeping import hold, record, said
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.terms import rules
from jieban.domain.terms.lifecycle import STANDING, State

WHO = ("term.serve", "term.manage")
MOST_PROBLEMS = 200
MOST_CASES = 50


@transaction.atomic
def enter_problem(
    actor: Actor,
    number: str,
    text: str,
    *,
    at: datetime,
    source: str = "complaints",
    category: str = "",
    linked: Sequence[str] = (),
) -> TermProblem:
    """Put a problem on the list; `linked` are numbers of cases it shows in.

    Raises:
        Refused "term.problem_empty", "term.problem_source_unknown", "term.problems_too_many",
            "term.problem_on_list": it is open there already, word for word (a form sent twice),
            "term.not_standing", "case.not_found", "term.text_too_long", and those of `hold`.
    """
    term = _standing(actor, number, at)
    kept = _text(text)
    if source not in rules.PROBLEM_SOURCES:
        raise Refused(
            "term.problem_source_unknown", source=source, known=list(rules.PROBLEM_SOURCES)
        )
    serial = (term.problems.aggregate(last=Max("serial"))["last"] or 0) + 1
    if serial > MOST_PROBLEMS:
        raise Refused("term.problems_too_many", limit=MOST_PROBLEMS)
    links = _known(actor, linked)
    same = term.problems.filter(state="open", text=kept).first()
    if same is not None:
        raise Refused("term.problem_on_list", problem=same.serial)
    made = TermProblem.objects.create(
        term=term,
        serial=serial,
        text=kept,
        category=said(category, "category"),
        source=source,
        cases=links,
        entered_on=today_at(at),
    )
    body = {"problem": serial, "source": source, "category": made.category, "links": links}
    record(term, "term.problem_entered", actor=actor, at=at, body=body)
    return made


@transaction.atomic
def change_problem(
    actor: Actor,
    number: str,
    serial: int,
    *,
    at: datetime,
    text: str,
    category: str = "",
    linked: Sequence[str] = (),
) -> TermProblem:
    """Write a problem better: its words, its category, its cases. What became of it stays.

    Raises:
        Refused: as `enter_problem`, and "term.problem_not_found".
    """
    term = _standing(actor, number, at)
    problem = _problem(term, serial)
    problem.text, problem.category = _text(text), said(category, "category")
    problem.cases = _known(actor, linked)
    problem.save(update_fields=["text", "category", "cases"])
    body = {"problem": serial, "category": problem.category, "links": problem.cases}
    record(term, "term.problem_changed", actor=actor, at=at, body=body)
    return problem


@transaction.atomic
def solve_problem(
    actor: Actor, number: str, serial: int, *, at: datetime, proof: str, on: date | None = None
) -> TermProblem:
    """A problem is solved, and this shows it. Also after the end, where an exception left it open.

    Raises:
        Refused "term.problem_not_found", "term.problem_state", "term.proof_missing",
            "term.day_in_future", and those of `hold`.
    """
    term = hold(actor, number, *WHO, at=at)
    problem, today = _problem(term, serial), today_at(at)
    rules.check_problem(problem.state, "solved", proof=proof)
    day = on or today
    if day > today:
        raise Refused("term.day_in_future", day=day.isoformat())
    problem.state, problem.solved_on, problem.proof = "solved", day, said(proof, "proof")
    problem.save(update_fields=["state", "solved_on", "proof"])
    body = {"problem": serial, "day": day.isoformat()}
    record(term, "term.problem_solved", actor=actor, at=at, body=body)
    return problem


@transaction.atomic
def hand_on_problem(
    actor: Actor, number: str, serial: int, *, at: datetime, to: str, reason: str = ""
) -> TermProblem:
    """A problem goes to whoever keeps it (a department, the street), by name.

    Raises:
        Refused "term.problem_not_found", "term.problem_state", "term.hand_on_to_missing", and
            those of `hold`.
    """
    term = hold(actor, number, *WHO, at=at)
    problem = _problem(term, serial)
    rules.check_problem(problem.state, "handed_on", to=to)
    problem.state, problem.handed_to = "handed_on", said(to, "to")
    problem.save(update_fields=["state", "handed_to"])
    body = {"problem": serial, "to": problem.handed_to}
    record(
        term,
        "term.problem_handed_on",
        actor=actor,
        at=at,
        reason=said(reason, "reason"),
        body=body,
    )
    return problem


@transaction.atomic
def reopen_problem(
    actor: Actor, number: str, serial: int, *, at: datetime, reason: str
) -> TermProblem:
    """It came back: the problem is open again.

    Raises:
        Refused "term.problem_not_found", "term.problem_state", "term.reason_missing",
            "term.not_standing", and those of `hold`.
    """
    term = _standing(actor, number, at)
    problem = _problem(term, serial)
    rules.check_problem(problem.state, "open")
    if not reason.strip():
        raise Refused("term.reason_missing")
    problem.state, problem.solved_on, problem.handed_to = "open", None, ""
    problem.save(update_fields=["state", "solved_on", "handed_to"])
    record(
        term,
        "term.problem_reopened",
        actor=actor,
        at=at,
        reason=said(reason, "reason"),
        body={"problem": serial},
    )
    return problem


def settle_problem(
    actor: Actor, number: str, serial: int, outcome: str, text: str, *, at: datetime
) -> TermProblem:
    """What became of a problem, by its name: solved (`text` is the proof), handed_on (to whom),
    open again (why).

    Raises:
        Refused: those of the act itself, and "term.problem_state" for an outcome nobody knows.
    """
    if outcome == "solved":
        return solve_problem(actor, number, serial, at=at, proof=text)
    if outcome == "handed_on":
        return hand_on_problem(actor, number, serial, at=at, to=text)
    if outcome == "open":
        return reopen_problem(actor, number, serial, at=at, reason=text)
    raise Refused("term.problem_state", state="–", wanted=outcome)


def _standing(actor: Actor, number: str, at: datetime) -> Term:
    term = hold(actor, number, *WHO, at=at)
    if State(term.state) not in STANDING:
        raise Refused("term.not_standing", state=term.state)
    return term


def _problem(term: Term, serial: int) -> TermProblem:
    found = TermProblem.objects.filter(term=term, serial=serial).first()
    if found is None:
        raise Refused("term.problem_not_found", problem=serial)
    return found


def _text(text: str) -> str:
    kept = said(text, "problem")
    if not kept:
        raise Refused("term.problem_empty")
    return kept


def _known(actor: Actor, numbers: Sequence[str]) -> list[str]:
    """The numbers, each once; all of cases that the actor may see."""
    wanted = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    if len(wanted) > MOST_CASES:
        raise Refused("term.cases_too_many", limit=MOST_CASES)
    for number in wanted:
        live = cases.visible_to(actor, "case.see").filter(number=number).exists()
        if not live:
            rows = list(cases.rows_of_case(number))
            if not rows or not cases.may_see_imported(actor, rows):
                raise Refused("case.not_found", number=number[:64])
    return wanted
