"""What is entered into a project by day: residents asked, units called, amounts, money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models, transaction

from jieban.apps.practices.models import Consultation, Cost, ProjectCall, ProjectQuantity
from jieban.apps.practices.services.keeping import (
    happened,
    hold_project,
    record_project,
    units_of,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.projects import votes
from jieban.domain.practices.quantities import amount_of, plain_number, unit_of
from jieban.domain.practices.wording import TEXT, tidy

FEWEST_UNITS = 2
STRUCK: Mapping[str, type[models.Model]] = {
    "consultation": Consultation,
    "call": ProjectCall,
    "quantity": ProjectQuantity,
    "cost": Cost,
}
"""What can be struck out."""


@dataclass(frozen=True)
class Asked:
    """Residents were asked: by whom, how, with which count. `wants` and `fears` are the sides."""

    held_by: str
    how: str
    in_favour: int
    against: int
    abstained: int = 0
    held_on: date | None = None
    wants: str = ""
    fears: str = ""
    outcome: str = ""


@transaction.atomic
def record_consultation(
    actor: Actor, number: int, asked: Asked, *, at: datetime, acceptance: bool = False
) -> Consultation:
    """Enter what residents said: before the work, or (`acceptance`) about it.

    Raises:
        Refused "project.not_found", "project.closed", "project.votes_wrong",
            "practice.day_in_future" and those of `wording.tidy`.
        Refused "project.not_claimed": acceptance of what nobody says is done.
    """
    project = hold_project(actor, number)
    if acceptance and project.claimed_on is None:
        raise Refused("project.not_claimed")
    counted = votes(asked.in_favour, asked.against, asked.abstained)
    made = Consultation.objects.create(
        project=project,
        purpose="acceptance" if acceptance else "consultation",
        held_on=happened(asked.held_on, at),
        held_by=tidy("held_by", asked.held_by, limit=100, required=True),
        how=tidy("how", asked.how, limit=100, required=True),
        in_favour=counted.in_favour,
        against=counted.against,
        abstained=counted.abstained,
        wants=tidy("wants", asked.wants, limit=TEXT),
        fears=tidy("fears", asked.fears, limit=TEXT),
        outcome=tidy("outcome", asked.outcome, limit=TEXT),
        made_at=at,
        made_by=actor.name,
    )
    record_project(
        project,
        "project.acceptance_held" if acceptance else "project.consulted",
        actor=actor,
        at=at,
        entry=made.pk,
        held_on=str(made.held_on),
        in_favour=made.in_favour,
        against=made.against,
        abstained=made.abstained,
    )
    return made


@transaction.atomic
def record_call(
    actor: Actor,
    number: int,
    units: Sequence[str],
    *,
    at: datetime,
    decision: str,
    held_on: date | None = None,
) -> ProjectCall:
    """Enter a joint call: at least two units together, and what they decided.

    Raises:
        Refused "project.not_found", "project.closed", "practice.unit_not_found",
            "project.too_few_units" and those of `wording.tidy`.
    """
    project = hold_project(actor, number)
    called = units_of(list(units))
    if len(called) < FEWEST_UNITS:
        raise Refused("project.too_few_units", fewest=FEWEST_UNITS)
    made = ProjectCall.objects.create(
        project=project,
        held_on=happened(held_on, at),
        decision=tidy("decision", decision, limit=TEXT, required=True),
        made_at=at,
        made_by=actor.name,
    )
    made.units.set(called)
    record_project(
        project,
        "project.units_called",
        actor=actor,
        at=at,
        entry=made.pk,
        held_on=str(made.held_on),
        units=[unit.code for unit in called],
    )
    return made


@transaction.atomic
def record_quantity(
    actor: Actor,
    number: int,
    *,
    at: datetime,
    what: str,
    amount: str,
    unit: str,
    on: date | None = None,
) -> ProjectQuantity:
    """Enter how much was done; the amount is kept exactly as written.

    Raises:
        Refused "project.not_found", "project.closed", "project.amount_wrong" and those of
            `wording.tidy`.
    """
    project = hold_project(actor, number)
    made = ProjectQuantity.objects.create(
        project=project,
        on=happened(on, at),
        what=tidy("what", what, limit=100, required=True),
        amount=amount_of(amount),
        unit=unit_of(tidy("unit_of_amount", unit, limit=20, required=True)),
        made_at=at,
        made_by=actor.name,
    )
    record_project(
        project,
        "project.quantity_entered",
        actor=actor,
        at=at,
        entry=made.pk,
        day=str(made.on),
        amount=plain_number(made.amount),
        unit_of_amount=made.unit,
    )
    return made


@transaction.atomic
def record_cost(
    actor: Actor,
    number: int,
    *,
    at: datetime,
    what: str,
    amount: str,
    source: str,
    on: date | None = None,
) -> Cost:
    """Enter money spent, in yuan and whole fen, and where it came from.

    Raises:
        Refused "project.not_found", "project.closed", "project.amount_wrong" and those of
            `wording.tidy`.
    """
    project = hold_project(actor, number)
    made = Cost.objects.create(
        project=project,
        on=happened(on, at),
        what=tidy("what", what, limit=100, required=True),
        amount=amount_of(amount, places=2),
        source=tidy("money_from", source, limit=100, required=True),
        made_at=at,
        made_by=actor.name,
    )
    record_project(
        project,
        "project.cost_entered",
        actor=actor,
        at=at,
        entry=made.pk,
        day=str(made.on),
        amount=plain_number(made.amount),
    )
    return made


@transaction.atomic
def strike_entry(
    actor: Actor, number: int, what: str, entry: int, *, at: datetime, reason: str
) -> None:
    """Strike out an entry that was wrong; its row and its event stay.

    Raises:
        Refused "project.not_found", "project.closed", "project.entry_not_found",
            "project.reason_missing".
    """
    project = hold_project(actor, number)
    told = tidy("reason", reason, limit=500)
    if not told:
        raise Refused("project.reason_missing")
    model = STRUCK.get(what)
    found = (
        model._default_manager.filter(project=project, pk=entry, struck_at__isnull=True)
        if model
        else None
    )
    if found is None or not found.update(struck_at=at, struck_because=told):
        raise Refused("project.entry_not_found", number=entry)
    record_project(
        project,
        "project.entry_struck",
        actor=actor,
        at=at,
        reason=told,
        entry_kind=what,
        entry=entry,
    )
