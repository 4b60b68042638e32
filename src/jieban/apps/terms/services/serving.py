"""While on post: the week in two minutes, the month in a page."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from jieban.apps.terms.models import LogEntry, MonthlyReview, Term
from jieban.apps.terms.selectors.seeing import last_day, today_at
from jieban.apps.terms.services.keeping import hold, record, said, take_step
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.terms.calendar import months_between, week_of
from jieban.domain.terms.lifecycle import RUNNING, State

COUNTED = ("done", "persuaded", "talked", "meetings", "joint_calls")
MOST = 999


@transaction.atomic
def begin(actor: Actor, number: str, *, at: datetime, version: int | None = None) -> Term:
    """The official begins to serve; the first week that is logged says so too.

    Raises:
        Refused: those of `hold` and `lifecycle.decide`.
    """
    term = hold(actor, number, "term.serve", "term.manage", at=at, version=version)
    take_step(term, "begin", actor=actor, at=at, body={})
    return term


@transaction.atomic
def log_week(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    week: date | None = None,
    counts: Mapping[str, int] | None = None,
    note: str = "",
    problems: Sequence[int] = (),
) -> LogEntry:
    """What was done in one week: door visits of the three sorts, other counts, one text.

    `week` is any day of it (this week where nothing is said). A week that is on file already is
    corrected, with an event of its own.

    Raises:
        Refused "term.not_on_post", "term.week_outside", "term.count_wrong",
            "term.problem_not_found", "term.text_too_long", and those of `hold`.
    """
    term = hold(actor, number, "term.serve", at=at)
    today = today_at(at)
    monday = week_of(week or today)
    _check_on_post(term, monday, monday + timedelta(days=6), today, "term.week_outside")
    counted = {name: _count((counts or {}).get(name, 0)) for name in COUNTED}
    touched = sorted(set(problems))
    unknown = set(touched) - set(term.problems.values_list("serial", flat=True))
    if unknown:
        raise Refused("term.problem_not_found", problem=min(unknown))
    kept = {"note": said(note, "note"), "problems": touched, "at": at, "by": actor.name}
    if term.state == State.ARRIVED:
        take_step(term, "begin", actor=actor, at=at, body={})
    entry, made = LogEntry.objects.update_or_create(
        term=term, week=monday, defaults={**counted, **kept}
    )
    body = {"week": monday.isoformat(), **counted, "problems": touched}
    kind = "term.week_logged" if made else "term.week_corrected"
    record(term, kind, actor=actor, at=at, body=body)
    return entry


@transaction.atomic
def review_month(
    actor: Actor,
    number: str,
    month: str,
    *,
    at: datetime,
    progress: str,
    obstacles: str = "",
    help_needed: str = "",
) -> MonthlyReview:
    """What moved in a month (2023-04), what stands in the way, what help is needed.

    A month that is on file already is corrected.

    Raises:
        Refused "term.not_on_post", "term.month_outside", "term.progress_missing",
            "term.text_too_long", and those of `hold`.
    """
    term = hold(actor, number, "term.serve", "term.manage", at=at)
    today = today_at(at)
    _check_running(term)
    begins = term.arrived_on or term.planned_start
    if month not in months_between(begins, min(today, last_day(term) or today)):
        raise Refused("term.month_outside", month=month)
    if not progress.strip():
        raise Refused("term.progress_missing")
    kept = {
        "progress": said(progress, "review"),
        "obstacles": said(obstacles, "review"),
        "help_needed": said(help_needed, "review"),
        "at": at,
        "by": actor.name,
    }
    review, made = MonthlyReview.objects.update_or_create(term=term, month=month, defaults=kept)
    kind = "term.month_reviewed" if made else "term.month_corrected"
    record(term, kind, actor=actor, at=at, body={"month": month})
    return review


def _check_running(term: Term) -> None:
    if State(term.state) not in RUNNING:
        raise Refused("term.not_on_post", state=term.state)


def _check_on_post(term: Term, first: date, last: date, today: date, code: str) -> None:
    """A span must touch the days on post that have come."""
    _check_running(term)
    begins = term.arrived_on or term.planned_start
    ends = min(today, last_day(term) or today)
    if last < begins or first > ends:
        raise Refused(code, first=begins.isoformat(), last=ends.isoformat())


def _count(value: int) -> int:
    if not 0 <= value <= MOST:
        raise Refused("term.count_wrong", value=value, limit=MOST)
    return value
