"""Worklists: which cases, in which order, a page at a time; the filter is the address.

Every list walks an index in its own order and stops when the page is full: a scope walks
`Reach`, the whole district walks `Case`. Several scopes are walked one by one and merged. The
cursor names the last row of a page, so no page is skipped or doubled when cases move.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import islice
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from jieban.apps.cases import searching
from jieban.apps.cases.models import Assignment, Case, Reach, SavedView
from jieban.apps.cases.selectors.live import with_places
from jieban.apps.directory import selectors as directory
from jieban.domain.actors import EVERYWHERE, Actor
from jieban.domain.cases.lifecycle import OPEN, State
from jieban.domain.errors import Refused

PAGE = 50
ORDERS = ("due", "newest")
DUES = ("today", "24h", "week")
TABS = ("mine", "back")
FLAGS = ("overdue", "held", "supervised", "waiting", "gone_up", "urged")
_LONGEST = 100
_CHUNK = 5_000
_READ_AT_ONCE = 500
_FEW = 5_000
_CURSOR = re.compile(r"(\d{1,19})-(\d{1,18})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filter:
    """What an address asks for. Empty values narrow nothing.

    `scope` is "area:CODE" or "unit:CODE" within the actor's reach; `state` holds several with
    commas; `category` is a path or the beginning of one; `tab` is mine (what I must do now)
    or back (returned or reopened); days are inclusive, in the installation's zone.
    """

    scope: str = ""
    state: str = ""
    unit: str = ""
    category: str = ""
    channel: str = ""
    urgency: str = ""
    due: str = ""
    created_from: str = ""
    created_to: str = ""
    tab: str = ""
    q: str = ""
    order: str = ""
    open: str = ""
    overdue: str = ""
    held: str = ""
    supervised: str = ""
    waiting: str = ""
    gone_up: str = ""
    urged: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Filter":
        """Read an address; names it does not know are left to others.

        Raises:
            Refused "worklist.value_unknown", "worklist.value_too_long".
        """
        said = {}
        for field in fields(cls):
            value = str(query.get(field.name, "")).strip()
            if len(value) > _LONGEST:
                raise Refused("worklist.value_too_long", field=field.name, limit=_LONGEST)
            if "\x00" in value:
                raise Refused("worklist.value_unknown", field=field.name, value="\\0")
            said[field.name] = value
        made = cls(**said)
        made._check()
        return made

    def _check(self) -> None:
        known: dict[str, Iterable[str]] = {
            "due": ("", *DUES),
            "tab": ("", *TABS),
            "order": ("", *ORDERS),
            "urgency": ("", "normal", "urgent"),
            "open": ("", "1", "0"),
            **{flag: ("", "1") for flag in FLAGS},
        }
        for name, values in known.items():
            if getattr(self, name) not in values:
                self._refuse(name)
        if set(self.states) - set(State):
            self._refuse("state")
        if self.scope and not re.fullmatch(r"(area|unit):[\w.-]{1,32}", self.scope, re.ASCII):
            self._refuse("scope")
        for name in ("created_from", "created_to"):
            if getattr(self, name):
                self._day(name)

    def _refuse(self, name: str) -> None:
        raise Refused("worklist.value_unknown", field=name, value=getattr(self, name))

    def _day(self, name: str) -> date:
        try:
            return date.fromisoformat(getattr(self, name))
        except ValueError:
            raise Refused("worklist.value_unknown", field=name, value=getattr(self, name)) from None

    @property
    def states(self) -> list[str]:
        return [state for state in self.state.split(",") if state]

    @property
    def newest_first(self) -> bool:
        """Closed cases, searches and who asks for it: newest first. Else by time left."""
        closed = self.open == "0" or set(self.states) == {"closed"}
        return self.order == "newest" or (not self.order and bool(closed or self.q))

    @property
    def asks_for_few(self) -> bool:
        """For what few cases have, and an index of its own holds."""
        flags = (self.held, self.supervised, self.waiting, self.gone_up, self.urged)
        return any(flags) or self.asks_for_merged

    @property
    def asks_for_merged(self) -> bool:
        """Over without being closed: handled with another one."""
        return self.open == "0" and bool(self.states) and State.CLOSED not in self.states

    @property
    def narrows_by_words_alone(self) -> bool:
        return self.said().keys() <= {"q", "order"}

    def said(self) -> dict[str, str]:
        """What narrows, in the order of the fields: for addresses, chips and saved views."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name)
        }

    def as_query(self, **changes: str) -> str:
        """The address's query with some values changed; an empty value takes one away."""
        return urlencode(replace(self, **changes).said())


@dataclass(frozen=True)
class Page:
    """Cases in order, and the cursor of the next page; "" on the last one."""

    cases: Sequence[Case]
    next_cursor: str


def worklist(
    actor: Actor,
    asked: Filter,
    *,
    at: datetime,
    after: str = "",
    limit: int = PAGE,
    permission: str = "case.see",
) -> Page:
    """One page of the cases the actor may see that fit the filter.

    Raises:
        Refused "worklist.cursor_wrong".
    """
    found = list(islice(_walk(actor, asked, permission, at, _read(after), limit + 1), limit + 1))
    rows = Case.objects.in_bulk([pk for _, pk in found[:limit]])
    with_places(rows.values())
    cursor = _written(found[limit - 1]) if len(found) > limit else ""
    return Page([rows[pk] for _, pk in found[:limit] if pk in rows], cursor)


def count_up_to(
    actor: Actor, asked: Filter, *, at: datetime, most: int, permission: str = "case.see"
) -> int:
    """How many cases fit, counted no further than `most`."""
    return sum(1 for _ in islice(_walk(actor, asked, permission, at, None, most), most))


Key = tuple[datetime | int, int]


def _walk(
    actor: Actor, asked: Filter, permission: str, at: datetime, after: Key | None, most: int
) -> Iterable[Key]:
    """(order, id) of the cases that fit, in order, after the cursor."""
    scopes = actor.reach(permission)
    if not scopes or _contradicts_itself(asked):
        return ()
    matching = _matching(asked, at, actor)
    if asked.scope and EVERYWHERE not in scopes:
        # Inside the reach: every row of this scope must also be in one of the actor's.
        matching = matching.filter(
            Exists(Reach.objects.filter(case=OuterRef("pk"), key__in=sorted(scopes)))
        )
    walked = [asked.scope] if asked.scope else sorted(scopes)
    everywhere = walked == [EVERYWHERE]
    if asked.q:
        return _walk_found(matching, None if everywhere else walked, asked, after, most)
    if everywhere:
        return _walk_cases(matching, asked, after, most)
    found = [_walk_scope(matching, key, asked, after, most) for key in walked]
    seen: set[int] = set()
    merged = merge(*found, reverse=asked.newest_first)
    return (each for each in merged if not (each[1] in seen or seen.add(each[1])))  # type: ignore[func-returns-value]


def _contradicts_itself(asked: Filter) -> bool:
    """Closed, and due or somebody's turn: nothing is."""
    return asked.open == "0" and bool(asked.overdue or asked.due or asked.tab)


def _walk_found(
    matching: QuerySet[Case],
    keys: Sequence[str] | None,
    asked: Filter,
    after: Key | None,
    most: int,
) -> list[Key]:
    """What has the words: newest first, more at a time while little of it fits the filter."""
    if not asked.newest_first:
        return _walk_found_by_time(matching, keys, asked, after, most)
    found: list[Key] = []
    below = after[1] if after is not None else None
    chunk = most
    while len(found) < most:
        ids = searching.newest(asked.q, keys, below=below, most=chunk)
        if asked.narrows_by_words_alone:
            return [(pk, pk) for pk in ids]
        found += _walk_cases(matching.filter(pk__in=ids), asked, None, most - len(found))
        if len(ids) < chunk:
            break
        below, chunk = ids[-1], min(chunk * 4, _CHUNK)
    return found


def _walk_found_by_time(
    matching: QuerySet[Case],
    keys: Sequence[str] | None,
    asked: Filter,
    after: Key | None,
    most: int,
) -> list[Key]:
    """Rare words: what has them, put in order. Common ones: down the list, reading each text."""
    ids = searching.newest(asked.q, keys, below=None, most=_CHUNK)
    if len(ids) < _CHUNK:
        return _walk_cases(matching.filter(pk__in=ids), asked, after, most)
    if keys is not None:
        reached = Reach.objects.filter(case=OuterRef("pk"), key__in=keys)
        matching = matching.filter(Exists(reached))
    found: list[Key] = []
    while len(found) < most:
        walked = _walk_cases(matching, asked, after, _READ_AT_ONCE)
        rows = Case.objects.only("title", "address", "text").in_bulk([pk for _, pk in walked])
        found += [
            key for key in walked if searching.has(searching.content_of(rows[key[1]]), asked.q)
        ]
        if len(walked) < _READ_AT_ONCE:
            break
        after = walked[-1]
    return found[:most]


def _walk_cases(matching: QuerySet[Case], asked: Filter, after: Key | None, most: int) -> list[Key]:
    if asked.newest_first:
        if after is not None:
            matching = matching.filter(pk__lt=after[1])
        return [(pk, pk) for pk in matching.order_by("-pk").values_list("pk", flat=True)[:most]]
    if after is not None:
        later = Q(next_at__gt=after[0]) | Q(next_at=after[0], pk__gt=after[1])
        matching = matching.filter(later, next_at__gte=after[0])
    return list(matching.order_by("next_at", "pk").values_list("next_at", "pk")[:most])


def _walk_scope(
    matching: QuerySet[Case], key: str, asked: Filter, after: Key | None, most: int
) -> list[Key]:
    """Down the scope in its own order, looking at each case, until the page is full. What few
    cases have is looked up the other way round."""
    if asked.newest_first and asked.asks_for_few:
        reached = Q(reaches__key=key)
        if after is not None:
            reached &= Q(reaches__case_id__lt=after[1])
        few = matching.filter(reached).order_by("-pk").values_list("pk", flat=True)
        return [(pk, pk) for pk in few[:most]]
    rows = Reach.objects.filter(key=key)
    # Written so that the database can neither make a join of it, which it would begin at the wrong
    # end, nor bring together every case that fits.
    looked_at = matching.filter(pk=OuterRef("case_id")).values(fits=Value(True))
    fits = Coalesce(Subquery(looked_at), Value(False))
    if asked.newest_first:
        if after is not None:
            rows = rows.filter(case_id__lt=after[1])
        if _wanted_open(asked):
            rows = rows.filter(open=True)
        ids = rows.filter(fits).order_by("-case_id").values_list("case_id", flat=True)
        return [(pk, pk) for pk in ids[:most]]
    wanted_open = _wanted_open(asked)
    if wanted_open is not None:
        rows = rows.filter(open=wanted_open)
    if after is not None:
        later = Q(next_at__gt=after[0]) | Q(next_at=after[0], case_id__gt=after[1])
        rows = rows.filter(later, next_at__gte=after[0])
    order = ("next_at", "case_id")
    return list(rows.filter(fits).order_by(*order).values_list(*order)[:most])


def _wanted_open(asked: Filter) -> bool | None:
    """Whether the filter asks for open cases only, closed only, or both.

    By time left, what is over has none: closed cases are listed only where they are asked for.
    """
    if asked.open:
        return asked.open == "1"
    if asked.overdue or asked.due or asked.tab:
        return True
    if asked.states:
        closed = {state == "closed" for state in asked.states}
        return None if len(closed) > 1 else closed == {False}
    return None if asked.newest_first else True


def _matching(asked: Filter, at: datetime, actor: Actor) -> QuerySet[Case]:
    """The filter's conditions, without scope and order."""
    matching = Case.objects.all()
    wanted_open = _wanted_open(asked)
    if wanted_open is not None:
        matching = matching.filter(open=wanted_open)
    if asked.states:
        matching = matching.filter(state__in=asked.states)
        if asked.asks_for_merged:
            merged = Case.objects.filter(merged_into__isnull=False)
            matching = matching.filter(pk__in=merged.values("pk"))
    if asked.unit:
        matching = _of_unit(matching, asked)
    if asked.category:
        matching = _of_category(matching, asked)
    if asked.channel:
        matching = matching.filter(channel=asked.channel)
    if asked.urgency:
        matching = matching.filter(urgency=asked.urgency)
    for flag in ("held", "supervised", "waiting", "gone_up"):
        if getattr(asked, flag):
            matching = matching.filter(**{flag: True})
    if asked.urged:
        matching = matching.filter(urges__gt=0)
    if asked.overdue:
        matching = matching.filter(next_at__lt=at, open=True, state__in=sorted(OPEN))
    if asked.due:
        matching = matching.filter(next_at__lt=_due_before(asked.due, at), open=True)
    if asked.created_from:
        matching = matching.filter(received_at__gte=_midnight(asked._day("created_from")))
    if asked.created_to:
        day = asked._day("created_to") + timedelta(days=1)
        matching = matching.filter(received_at__lt=_midnight(day))
    if asked.tab == "back":
        back = Q(returns__gt=0, state=State.RECEIVED.value)
        matching = matching.filter(back | Q(passes__gt=1), open=True)
    if asked.tab == "mine":
        matching = matching.filter(_mine(actor))
    return matching


def _of_category(matching: QuerySet[Case], asked: Filter) -> QuerySet[Case]:
    """Cases of a category or one below it.

    A common one is met soon on the way down the list; only a rare one is looked up by its name.
    Left to itself the database would bring together a hundred thousand rows to show fifty.
    """
    below = {"gte": f"{asked.category}->", "lt": f"{asked.category}-?"}
    named = Q(category=asked.category) | Q(category__gte=below["gte"], category__lt=below["lt"])
    if asked.newest_first and Case.objects.filter(named)[:_FEW].count() < _FEW:
        return matching.filter(named)
    # An expression, so that the index on the name is of no use.
    told = Coalesce("category", Value(""))
    return matching.alias(told=told).filter(
        Q(told=asked.category) | Q(told__gte=below["gte"], told__lt=below["lt"])
    )


def _of_unit(matching: QuerySet[Case], asked: Filter) -> QuerySet[Case]:
    """Cases a unit leads: newest first by its index, by time left on the way down the list."""
    unit = directory.standing().units.get(asked.unit)
    if unit is None:
        return matching.none()
    if asked.newest_first:
        return matching.filter(lead_unit_id=unit.pk)
    return matching.alias(led=Coalesce("lead_unit_id", Value(0))).filter(led=unit.pk)


def _mine(actor: Actor) -> Q:
    """Cases on which the actor's posts have the next move."""
    waiting = Q(pk__in=())
    if actor.may("case.dispatch"):
        waiting |= Q(state=State.RECEIVED.value)
    if actor.may("case.handle"):
        waiting |= Q(state__in=(State.DISPATCHED.value, State.ACCEPTED.value))
    if actor.may("case.decide"):
        waiting |= Q(waiting=True)
    if actor.may("follow_up.record"):
        waiting |= Q(state=State.ANSWERED.value)
    return waiting & Q(open=True)


def _due_before(due: str, at: datetime) -> datetime:
    if due == "24h":
        return at + timedelta(hours=24)
    if due == "week":
        return at + timedelta(days=7)
    today = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return _midnight(today + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))


def _read(cursor: str) -> Key | None:
    if not cursor:
        return None
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Refused("worklist.cursor_wrong")
    try:
        return _EPOCH + timedelta(microseconds=int(found[1])), int(found[2])
    except OverflowError:
        raise Refused("worklist.cursor_wrong") from None


def _written(key: Key) -> str:
    order, pk = key
    if isinstance(order, int):
        return f"0-{pk}"
    return f"{(order - _EPOCH) // timedelta(microseconds=1)}-{pk}"


def running_shares(cases: Sequence[Case]) -> dict[int, list[Assignment]]:
    """The present shares of a page's cases, by case."""
    shares: dict[int, list[Assignment]] = {}
    for share in Assignment.objects.filter(case__in=cases, ended_at__isnull=True).select_related(
        "unit"
    ):
        shares.setdefault(share.case_id, []).append(share)
    return shares


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """The lists a person keeps, by name."""
    return SavedView.objects.filter(owner_id=actor.id)
