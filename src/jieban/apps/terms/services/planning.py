"""Before the term: planned for an official and a community, measured, defined, arrived."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area
from jieban.apps.programmes import selectors as programmes
from jieban.apps.programmes.models import Cohort, Official, Programme
from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors.figures import ends_after, line_of, published_run
from jieban.apps.terms.selectors.seeing import (
    areas_in_reach,
    lacks_baseline,
    last_day,
    planned_end,
    spans_taken,
    today_at,
    undecided,
)
from jieban.apps.terms.services.keeping import hold, iso, record, said, take_step
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.terms import rules, selfreliance
from jieban.domain.terms.calendar import add_months, check_no_overlap
from jieban.domain.terms.lifecycle import State
from jieban.home import Home

LOWEST = ("community", "village")
SERIAL_DIGITS = 3


@transaction.atomic
def plan_term(
    actor: Actor,
    cohort: Cohort,
    official: Official,
    area_code: str,
    planned_start: date,
    *,
    at: datetime,
) -> Term:
    """Plan that an official goes to a community; there is a term from now on.

    Raises:
        Refused "actor.not_permitted", "directory.unknown_area", "term.not_a_community",
            "term.official_taken", "term.area_taken", "term.official_undecided",
            "term.area_undecided", "term.date_too_far".
    """
    area = directory.area_by_code(area_code)
    codes = areas_in_reach(actor, "term.manage")
    if codes is not None and area.code not in codes:
        raise Refused("actor.not_permitted", permission="term.manage")
    term = build(cohort, official, area, planned_start, at=at)
    check_free(term, planned_start, planned_end(term), today=today_at(at))
    begin(actor, term, at=at)
    return term


def build(
    cohort: Cohort, official: Official, area: Area, planned_start: date, *, at: datetime
) -> Term:
    """A term that is not stored yet, under the next number of its cohort.

    Raises:
        Refused "term.not_a_community".
    """
    if area.kind not in LOWEST:
        raise Refused("term.not_a_community", name=area.name)
    take_turns()
    street = area.parent
    return Term(
        number=_next_number(cohort),
        cohort=cohort,
        official=official,
        area_code=area.code,
        area_name=area.name,
        street_code=street.code if street else "",
        street_name=street.name if street else "",
        state=State.PLANNED.value,
        planned_start=planned_start,
        made_at=at,
    )


def take_turns() -> None:
    """Let whoever plans, arrives or hands over, in whichever programme, be followed by the next
    only when all is stored: no number is given twice, and nobody is promised to two at once."""
    list(Programme.objects.select_for_update().order_by("pk"))


def begin(actor: Actor, term: Term, *, at: datetime) -> None:
    """Store a term that was built and write its first event."""
    body = {
        "official": term.official.code,
        "area": term.area_code,
        "cohort": term.cohort.number,
        "planned_start": term.planned_start.isoformat(),
    }
    record(term, "term.planned", actor=actor, at=at, body=body, first=True)


def check_free(
    term: Term, first: date, last: date, *, today: date, told_with: Collection[str] = ()
) -> None:
    """Is neither the official nor the community taken by another term in this span?

    A term that has run over holds both until it is decided: a new one that would stand today is
    no way round the decision. `told_with` are numbers of terms that came in the same list: what
    followed what, the list itself says.

    Raises:
        Refused "term.official_taken", "term.area_taken", "term.official_undecided",
            "term.area_undecided".
    """
    take_turns()
    others = Term.objects.select_related("cohort__programme")
    for found, whose in (
        (others.filter(official=term.official_id), "official"),
        (others.filter(area_code=term.area_code), "area"),
    ):
        check_no_overlap(first, last, spans_taken(found, but=term.pk), f"term.{whose}_taken")
        before = found.exclude(number__in=told_with)
        check_decided_first(before, whose, first, last, today=today, but=term.pk)


def check_decided_first(
    others: QuerySet[Term], whose: str, first: date, last: date, *, today: date, but: int | None
) -> None:
    """Is none of these terms waiting for its decision, where a span holds today?

    Raises:
        Refused "term.official_undecided" or "term.area_undecided", as `whose` says.
    """
    if first <= today <= last:
        for other in undecided(others, today, but=but):
            raise Refused(
                f"term.{whose}_undecided", other=other.number, last_day=iso(last_day(other))
            )


def _next_number(cohort: Cohort) -> str:
    """The number after the highest of the cohort: none is given twice."""
    stem = f"{cohort.programme.code}-{cohort.number}-"
    numbers = Term.objects.filter(number__startswith=stem).values_list("number", flat=True)
    highest = max((int(number.removeprefix(stem)) for number in numbers), default=0)
    return f"{stem}{highest + 1:0{SERIAL_DIGITS}d}"


@dataclass(frozen=True)
class CohortPlan:
    """What came of planning a cohort: the terms, and (place, why not) of pairs that have none.

    Confirmed pairs do not change any more; for a place that is left another official is planned
    by hand (`plan_term`).
    """

    made: Sequence[Term]
    left: Sequence[tuple[str, Refused]]


@transaction.atomic
def plan_cohort(
    actor: Actor, cohort: Cohort, planned_start: date, *, at: datetime, home: Home
) -> CohortPlan:
    """Plan a term for every confirmed pair of a cohort, its baseline frozen from the selection's
    run; pairs that have a term already are left alone. A pair that cannot go costs no other.

    Raises:
        Refused "term.nothing_to_plan"; where no pair can go, what was refused for the first: see
            `plan_term` and `freeze_baseline`.
    """
    planned = set(
        Term.objects.filter(cohort=cohort)
        .exclude(state=State.CALLED_OFF.value)
        .values_list("area_code", flat=True)
    )
    waiting = [pair for pair in programmes.confirmed_pairs(cohort) if pair.area_code not in planned]
    if not waiting:
        raise Refused("term.nothing_to_plan", cohort=cohort.number)
    made, left = list[Term](), list[tuple[str, Refused]]()
    for pair in waiting:
        try:
            with transaction.atomic():
                term = plan_term(actor, cohort, pair.official, pair.area_code, planned_start, at=at)
                run = pair.baseline["run"]
                made.append(freeze_baseline(actor, term.number, run, at=at, home=home))
        except Refused as refused:
            left.append((pair.area_name, refused))
    if not made:
        raise left[0][1]
    return CohortPlan(made, left)


@transaction.atomic
def call_off(
    actor: Actor, number: str, *, at: datetime, reason: str, version: int | None = None
) -> Term:
    """Take back a plan; nobody arrived.

    Raises:
        Refused: those of `hold` and `lifecycle.decide`.
    """
    term = hold(actor, number, "term.manage", at=at, version=version)
    take_step(term, "call_off", actor=actor, at=at, reason=said(reason, "reason"))
    return term


@transaction.atomic
def freeze_baseline(actor: Actor, number: str, run_id: str, *, at: datetime, home: Home) -> Term:
    """Freeze the community's line of a published run as what the term is measured against.

    The digest is of the run's manifest, which seals its tables. Until the official arrives it
    may be frozen anew; afterwards never. Only a term that a list brought without one may be
    given it later, once, from a run that was over before the arrival.

    Raises:
        Refused "term.baseline_frozen", "term.run_not_published", "term.baseline_without_line",
            "term.baseline_too_late", "run.not_recorded", "run.not_found", and those of `hold`.
    """
    term = hold(actor, number, "term.manage", at=at)
    if term.state != State.PLANNED and not lacks_baseline(term):
        raise Refused("term.baseline_frozen", number=number)
    published_run(run_id)
    if term.arrived_on is not None and ends_after(home, run_id, term.arrived_on):
        raise Refused("term.baseline_too_late", run=run_id, day=term.arrived_on.isoformat())
    line = line_of(home, run_id, term.area_code)
    if line is None or not line.says_something:
        raise Refused("term.baseline_without_line", run=run_id, area=term.area_name)
    manifest = (home.runs / run_id / "manifest.json").read_bytes()
    digest = hashlib.sha256(manifest).hexdigest()
    term.baseline = {
        "run": line.run_id,
        "period": line.period,
        "rulebook": line.rulebook,
        "digest": digest,
        "frozen_on": today_at(at).isoformat(),
        "figures": line.figures,
    }
    body = {"run": line.run_id, "period": line.period, "digest": digest}
    record(term, "term.baseline_frozen", actor=actor, at=at, body=body)
    return term


@transaction.atomic
def fix_index(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    measures: tuple[str, ...] = selfreliance.MEASURES,
    months_before: int = selfreliance.MONTHS_BEFORE,
    months_after: int = 12,
) -> Term:
    """Say, before the term starts, how self-reliance will be measured.

    Raises:
        Refused "term.index_fixed": the official has arrived.
        Refused: those of `selfreliance.definition` and `hold`.
    """
    term = hold(actor, number, "term.manage", at=at)
    selfreliance.check_definition(arrived_on=term.arrived_on)
    if term.state != State.PLANNED:
        raise Refused("term.index_fixed", day=term.planned_start.isoformat())
    chosen = selfreliance.definition(measures, months_before, months_after)
    term.index = {**chosen.plain(), "fixed_on": today_at(at).isoformat(), "fixed_by": actor.name}
    record(term, "term.index_fixed", actor=actor, at=at, body=chosen.plain())
    return term


@transaction.atomic
def arrive(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    arrived_on: date | None = None,
    version: int | None = None,
) -> Term:
    """The official is on post from `arrived_on` (today, where nothing is said); the clock runs.

    Raises:
        Refused "term.baseline_missing", "term.problems_missing", "term.arrival_in_future",
            "term.official_taken", "term.area_taken", "term.official_undecided",
            "term.area_undecided", and those of `hold` and `lifecycle.decide`.
    """
    term = hold(actor, number, "term.manage", at=at, version=version)
    today = today_at(at)
    day = arrived_on or today
    rules.check_arrival(
        has_baseline=term.baseline is not None,
        problems=term.problems.aggregate(last=Max("serial"))["last"] or 0,
        arrived_on=day,
        today=today,
    )
    ends = add_months(day, term.cohort.programme.term_months)
    check_free(term, day, ends, today=today)
    term.arrived_on, term.ends_on = day, ends
    body = {"arrived_on": iso(day), "ends_on": iso(ends)}
    take_step(term, "arrive", actor=actor, at=at, body=body)
    return term
