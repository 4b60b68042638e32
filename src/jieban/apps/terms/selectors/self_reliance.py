"""造血: the months before, during and after a term, from rows and from published runs.

Who answered comes from the cases handled here; rates come from the published runs of single
months. Months nobody published, and answers nobody is on record for, are said to be missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from jieban.apps.accounts import selectors as accounts
from jieban.apps.accounts.models import Post
from jieban.apps.cases import selectors as cases
from jieban.apps.directory import selectors as directory
from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors.figures import OfRun, months_of_area
from jieban.apps.terms.selectors.seeing import last_day
from jieban.domain.terms.calendar import add_months, months_between
from jieban.domain.terms.selfreliance import Answered, OwnMonth, Who, by_month
from jieban.home import Home

SENT_ROLE = "governance_secretary"


@dataclass(frozen=True)
class Month:
    """One month: `phase` is before, during or after the term.

    `share` is percent of the answers whose answerer is known, None where there are none; `run`
    and the rates are None where nothing was published.
    """

    month: str
    phase: str
    own: OwnMonth
    share: Decimal | None
    run: OfRun | None
    returned: Decimal | None
    reopened: Decimal | None


@dataclass(frozen=True)
class SelfReliance:
    """The months of a term's index, oldest first, and what it was fixed as (None: it never was)."""

    definition: dict[str, Any] | None
    months: tuple[Month, ...]


def self_reliance_of(term: Term, today: date, home: Home) -> SelfReliance:
    """The index of a term as far as its months have begun.

    Without a definition there is nothing to follow, and no month is given.
    """
    if term.index is None:
        return SelfReliance(None, ())
    begins = term.arrived_on or term.planned_start
    leaves = term.ended_on or last_day(term) or begins
    first = add_months(begins, -int(term.index["months_before"]))
    last = min(add_months(leaves, int(term.index["months_after"])), today)
    names = months_between(first, last) if last >= first else []
    owns = by_month(_answers(term, first.replace(day=1), last), names)
    runs = months_of_area(home, term.area_code, names)
    return SelfReliance(
        term.index,
        tuple(
            Month(
                month=own.month,
                phase=_phase(own.month, begins, leaves if term.ended_on else None),
                own=own,
                share=_percent(own.own, own.known),
                run=runs.get(own.month),
                returned=_rate(runs.get(own.month), "returned"),
                reopened=_rate(runs.get(own.month), "reopened"),
            )
            for own in owns
        ),
    )


def _phase(month: str, begins: date, ended: date | None) -> str:
    """A month the official was on post in, even for a day, is during the term."""
    if month < begins.strftime("%Y-%m"):
        return "before"
    if ended is not None and month > ended.strftime("%Y-%m"):
        return "after"
    return "during"


def _answers(term: Term, first: date, last: date) -> list[Answered]:
    zone = ZoneInfo(settings.TIME_ZONE)
    since = datetime.combine(first, time(), tzinfo=zone)
    until = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    who = _Who(term)
    return [
        Answered(
            answer.at.astimezone(zone).strftime("%Y-%m"),
            who.of(answer.by_id, answer.at.astimezone(zone).date()),
            answer.by_id,
        )
        for answer in cases.answers_in(term.area_code, since, until)
    ]


class _Who:
    """Who answered, seen from the community: looked up once for each person.

    Own staff hold, on the day, a post for the community itself (or a part of it) in any role but
    that of the secretary who was sent; nobody else is, however near their office. Who has no
    account here is unknown.
    """

    def __init__(self, term: Term) -> None:
        self._scopes = {
            f"area:{code}"
            for code, path in directory.standing().above.items()
            if term.area_code in path
        }
        self._posts: dict[str, list[Post] | None] = {}

    def of(self, actor_id: str, day: date) -> Who:
        posts = self._posts_of(actor_id)
        if posts is None:
            return Who.UNKNOWN
        here = [
            post
            for post in posts
            if post.scope in self._scopes
            and post.valid_from <= day
            and (post.valid_to is None or day < post.valid_to)
        ]
        if any(post.role.code == SENT_ROLE for post in here):
            return Who.SENT
        return Who.OWN if here else Who.OTHER

    def _posts_of(self, actor_id: str) -> list[Post] | None:
        if actor_id not in self._posts:
            self._posts[actor_id] = _held(actor_id)
        return self._posts[actor_id]


def _held(actor_id: str) -> list[Post] | None:
    kind, _colon, number = actor_id.partition(":")
    if kind != "person" or not number.isdecimal():
        return None
    person = accounts.people().filter(pk=int(number)).first()
    return None if person is None else list(accounts.posts_of(person))


def _rate(line: OfRun | None, name: str) -> Decimal | None:
    if line is None:
        return None
    counts = line.figures["counts"]
    return _percent(counts.get(name, 0), counts.get("received", 0))


def _percent(part: int, whole: int) -> Decimal | None:
    return None if not whole else (Decimal(100 * part) / Decimal(whole)).quantize(Decimal("0.01"))


def series(months: Sequence[Month], measure: str) -> list[tuple[str, float | None]]:
    """(month, value) of one measure, for a line."""
    values = [(month.month, _value(month, measure)) for month in months]
    return [(name, None if value is None else float(value)) for name, value in values]


def _value(month: Month, measure: str) -> Decimal | int | None:
    if measure == "own_people":
        return month.own.people if month.own.known else None
    rates = {
        "own_share": month.share,
        "return_rate": month.returned,
        "reopen_rate": month.reopened,
    }
    return rates[measure]
