"""Who sees which term, and what they may do on it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet

from jieban.apps.accounts import selectors as accounts
from jieban.apps.directory import selectors as directory
from jieban.apps.programmes.selectors import Posted
from jieban.apps.terms.models import Term
from jieban.domain.actors import AT_THE_MACHINE, EVERYWHERE, Actor
from jieban.domain.errors import Refused
from jieban.domain.terms import lifecycle
from jieban.domain.terms.calendar import Clock, add_months, clock_of
from jieban.domain.terms.lifecycle import State


def account_names(actor: Actor) -> tuple[str, ...]:
    """What an official's `account` may say when it is this person: the user name, or the id."""
    kind, _colon, number = actor.id.partition(":")
    if kind == "person" and number.isdecimal():
        return (accounts.person_by_id(int(number)).username, actor.id)
    return (actor.id,)


def terms() -> QuerySet[Term]:
    """Every term with its people, by cohort and number."""
    return Term.objects.select_related("official", "cohort", "cohort__programme")


def areas_in_reach(actor: Actor, permission: str) -> list[str] | None:
    """Codes of the places where the actor holds the permission; None for everywhere."""
    scopes = actor.reach(permission)
    if EVERYWHERE in scopes:
        return None
    wanted = {scope.removeprefix("area:") for scope in scopes if scope.startswith("area:")}
    above = directory.standing().above
    return [code for code, path in above.items() if not wanted.isdisjoint(path)]


def visible_to(actor: Actor, permission: str = "term.see") -> QuerySet[Term]:
    """Terms on which the actor holds `permission`; nothing if none.

    Seeing goes by the place, and one's own term is always seen. `term.serve` holds on one's own
    term and on no other.
    """
    if permission == "term.serve":
        return _own(actor)
    codes = areas_in_reach(actor, permission)
    if codes is None:
        return terms()
    found = Q(area_code__in=codes)
    if permission == "term.see":
        found |= Q(pk__in=_own(actor).values("pk"))
    return terms().filter(found)


def _own(actor: Actor) -> QuerySet[Term]:
    if not actor.may("term.serve"):
        return terms().none()
    if actor.grants == AT_THE_MACHINE:
        return terms()
    return terms().filter(official__account__in=account_names(actor)).exclude(official__account="")


def own_terms(actor: Actor) -> QuerySet[Term]:
    """The terms somebody serves themselves, those that run first."""
    names = account_names(actor)
    found = terms().filter(official__account__in=names).exclude(official__account="")
    return found.order_by("ended_on", "-planned_start") if actor.may("term.serve") else found.none()


def term_by_number(actor: Actor, number: str, permission: str = "term.see") -> Term:
    """
    Raises:
        Refused "term.not_found": no such term, or not within the actor's reach.
    """
    # A database would take no NUL, not even to look for it.
    found = visible_to(actor, permission).filter(number=number.replace("\x00", "")).first()
    if found is None or found.number != number:
        raise Refused("term.not_found", number=number)
    return found


def holds(actor: Actor, term: Term, permission: str) -> bool:
    """Whether the actor holds the permission on this term."""
    return actor.may(permission) and visible_to(actor, permission).filter(pk=term.pk).exists()


def allowed_moves(actor: Actor, term: Term, today: date) -> tuple[str, ...]:
    """Names of the moves this actor may make now, in the order of the table.

    Once the last day has passed only the decision is left; a review that did not open by itself
    is opened by it.
    """
    state, clock = State(term.state), clock_on(term, today)
    names = list(lifecycle.moves_from(state))
    opening = lifecycle.review_of(state)
    if clock is not None and clock.overdue:
        names = [name for name in names if name in lifecycle.DECISIONS]
        if opening:
            names = list(lifecycle.DECISIONS)
    if term.extensions >= term.cohort.programme.max_extensions and "extend" in names:
        names.remove("extend")
    return tuple(name for name in names if holds(actor, term, lifecycle.MOVES[name].permission))


def last_day(term: Term) -> date | None:
    """The last day of the term as it now stands."""
    return term.extended_until or term.ends_on


def clock_on(term: Term, today: date) -> Clock | None:
    """How the term's clock stands on a day; None where none runs."""
    return clock_of(State(term.state), last_day(term), today)


def today_at(at: datetime) -> date:
    """The day it is at the installation's place."""
    return directory.local_day(at)


def served_months(term: Term) -> int:
    """Whole months the term has up to its last day, extensions included."""
    programme = term.cohort.programme
    return programme.term_months + term.extensions * programme.extension_months


def lacks_baseline(term: Term) -> bool:
    """Whether a list brought the term without a baseline, and it has none yet."""
    return term.imported and term.baseline is None and term.arrived_on is not None


def spans_taken(
    queryset: QuerySet[Term], *, but: int | None = None
) -> list[tuple[date, date, str]]:
    """(first day, last day, number) of terms that were not called off, as they stand."""
    return [
        (term.arrived_on or term.planned_start, _ends(term), term.number)
        for term in queryset.exclude(state=State.CALLED_OFF.value)
        if term.pk != but
    ]


def _ends(term: Term) -> date:
    """The day until which a term keeps its place and its person; a plan for its usual length."""
    known = term.ended_on or last_day(term)
    if known is not None:
        return known
    return planned_end(term)


def posted_between(first: date, last: date) -> Posted:
    """Who is on post, or planned to be, on any of these days; and where."""
    held = [
        term
        for term in terms().exclude(state=State.CALLED_OFF.value)
        if (term.arrived_on or term.planned_start) <= last and first <= _ends(term)
    ]
    return Posted(
        frozenset(term.official.code for term in held),
        frozenset(term.area_code for term in held),
    )


def undecided(queryset: QuerySet[Term], today: date, *, but: int | None = None) -> list[Term]:
    """Those whose last day has passed and that nobody has decided: they still hold their post."""
    found = [term for term in queryset if term.pk != but]
    return [term for term in found if (clock := clock_on(term, today)) and clock.overdue]


def planned_end(term: Term) -> date:
    """The last day a planned term would have if it began as planned."""
    return add_months(term.planned_start, term.cohort.programme.term_months)


def problem_numbers(term: Term, state: str = "open") -> list[int]:
    """Serials of the term's problems in a state, in order."""
    return list(term.problems.filter(state=state).values_list("serial", flat=True))


def officials_of(term: Term) -> Sequence[tuple[str, str, date | None, date | None]]:
    """(code, name, from, until) of everybody who held the post, first to last; None: still, or
    not yet there."""
    found: list[tuple[str, str, date | None, date | None]] = []
    begins = term.arrived_on
    for change in term.handovers.select_related("before", "after"):
        found.append((change.before.code, change.before.name, begins, change.on))
        begins = change.on
    found.append((term.official.code, term.official.name, begins, term.ended_on))
    return found
