"""Lists of terms: narrowed, and what is due on them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jieban.apps.terms.models import LookBack, Term
from jieban.apps.terms.selectors.seeing import clock_on, last_day, visible_to
from jieban.domain.actors import Actor
from jieban.domain.terms.calendar import REVIEW_DAYS, Clock, months_between, week_of
from jieban.domain.terms.lifecycle import RUNNING, State

FILTERS = ("programme", "cohort", "state", "street", "due")
DUE = ("soon", "overdue")
PRESSING = ("overdue", "approval")
"""What comes before all else that is due."""
LOOK_BACK_DAYS = 30
"""So many days before its day a look-back is shown as due."""


@dataclass(frozen=True)
class Listed:
    """One term in a list, with its clock."""

    term: Term
    clock: Clock | None
    last_day: date | None


@dataclass(frozen=True)
class Due:
    """Something that is to be done on a term: `what` is a code, `on` its day, `left` the days to
    it; below nought it is late."""

    term: Term
    what: str
    on: date
    left: int
    detail: str = ""


def listed(actor: Actor, asked: Mapping[str, str], today: date) -> list[Listed]:
    """Terms the actor sees, narrowed by what is asked for (see FILTERS); what is nearest to its
    last day comes first, what runs no clock last."""
    asked = {name: value.replace("\x00", "") for name, value in asked.items()}
    found = visible_to(actor)
    if asked.get("programme"):
        found = found.filter(cohort__programme__code=asked["programme"])
    if asked.get("cohort", "").isdecimal() and len(asked["cohort"]) < 5:
        found = found.filter(cohort__number=int(asked["cohort"]))
    if asked.get("state"):
        found = found.filter(state=asked["state"])
    if asked.get("street"):
        found = found.filter(street_code=asked["street"])
    rows = [Listed(term, clock_on(term, today), last_day(term)) for term in found]
    if asked.get("due") == "overdue":
        rows = [row for row in rows if row.clock is not None and row.clock.overdue]
    elif asked.get("due") == "soon":
        rows = [row for row in rows if row.clock is not None and row.clock.left <= REVIEW_DAYS]
    far = date.max
    return sorted(rows, key=lambda row: (row.clock.last_day if row.clock else far, row.term.number))


def due_of(terms: Iterable[Term], today: date) -> list[Due]:
    """What is due on these terms, most pressing first."""
    found = [each for term in terms for each in _due(term, today)]
    return sorted(
        found, key=lambda each: (each.what not in PRESSING, each.on, each.term.number, each.what)
    )


def due_for(actor: Actor, today: date) -> list[Due]:
    """What is due on every term the actor sees."""
    standing = visible_to(actor).exclude(state=State.CALLED_OFF.value)
    return due_of(standing.prefetch_related("log", "reviews", "look_backs", "decisions"), today)


def _due(term: Term, today: date) -> Iterator[Due]:
    clock = clock_on(term, today)
    if clock is not None and clock.left <= REVIEW_DAYS:
        what = "overdue" if clock.overdue else "decision"
        if any(each.state == "waiting" for each in term.decisions.all()):
            what = "approval"
        yield Due(term, what, clock.last_day, clock.left)
    if term.state == State.PLANNED and term.planned_start <= today:
        yield Due(term, "arrival", term.planned_start, (term.planned_start - today).days)
    # Of an undecided term nothing but the decision can be done, so nothing else is asked for.
    overdue = clock is not None and clock.overdue
    if State(term.state) in RUNNING and term.arrived_on is not None and not overdue:
        yield from _records(term, term.arrived_on, today)
    yield from _look_backs(term, today)


def _records(term: Term, arrived_on: date, today: date) -> Iterator[Due]:
    """The last whole week and the last whole month, where nothing is on file for them."""
    week = week_of(today) - timedelta(days=7)
    sunday = week + timedelta(days=6)
    if sunday >= arrived_on and all(entry.week != week for entry in term.log.all()):
        yield Due(term, "week", sunday, (sunday - today).days, week.isoformat())
    before = today.replace(day=1) - timedelta(days=1)
    month = before.strftime("%Y-%m")
    if month in months_between(arrived_on, today) and all(
        review.month != month for review in term.reviews.all()
    ):
        yield Due(term, "month", before, (before - today).days, month)


def _look_backs(term: Term, today: date) -> Iterator[Due]:
    for each in term.look_backs.all():
        left = (each.due_on - today).days
        if each.done_on is None and left <= LOOK_BACK_DAYS:
            yield Due(term, "look_back", each.due_on, left, str(each.months))


def look_backs_due(today: date) -> list[LookBack]:
    """Look-backs whose day has come and that nobody made."""
    due = LookBack.objects.filter(done_on__isnull=True, due_on__lte=today)
    return list(due.select_related("term").order_by("due_on"))
