"""What every act on a term shares: its row held, the refusal once nobody decided, the event."""

from datetime import date, datetime
from typing import Any

from jieban.apps.ledger import services as ledger
from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors.seeing import last_day, term_by_number, today_at, visible_to
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.privacy.redaction import redact
from jieban.domain.terms import lifecycle
from jieban.domain.terms.calendar import check_decided
from jieban.domain.terms.lifecycle import MOVES, State
from jieban.tables.values import text_of

LONGEST = {
    "reason": 2000,
    "problem": 500,
    "category": 255,
    "proof": 2000,
    "note": 2000,
    "review": 2000,
    "item": 200,
    "to": 128,
}


def hold(
    actor: Actor,
    number: str,
    *permissions: str,
    at: datetime,
    version: int | None = None,
    deciding: bool = False,
) -> Term:
    """The term, its row locked until the transaction ends, for one who holds any of these.

    Once the last day has passed without a decision only what is part of it (`deciding`) is let
    through.

    Raises:
        Refused "term.not_found": no such term, or not within the actor's reach.
        Refused "actor.not_permitted": it may be seen, and not be acted on.
        Refused "term.changed_meanwhile": somebody acted since; `version` is what was looked at.
        Refused "term.overdue_undecided".
    """
    held = term_by_number(actor, number)
    if not any(
        actor.may(permission) and visible_to(actor, permission).filter(pk=held.pk).exists()
        for permission in permissions
    ):
        raise Refused("actor.not_permitted", permission=permissions[0])
    term = lock(held.pk)
    if version is not None and version != term.version:
        raise Refused("term.changed_meanwhile", number=number)
    if not deciding:
        check_decided(State(term.state), last_day(term), today_at(at))
    return term


def lock(pk: int) -> Term:
    """The row itself, locked."""
    rows = Term.objects.select_related("official", "cohort", "cohort__programme")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def record(
    term: Term,
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    body: dict[str, Any] | None = None,
    first: bool = False,
) -> None:
    """Store the row with its next version and write the event; each event counts one version."""
    if not first:
        term.version += 1
    term.save()
    ledger.append(
        "term", term.number, kind, actor=actor, at=at, reason=reason, body=body, first=first
    )


def take_step(
    term: Term,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    body: dict[str, Any] | None = None,
) -> None:
    """Make a move of the table: state and event.

    Raises:
        Refused: see `lifecycle.decide`.
    """
    move = lifecycle.decide(State(term.state), name, reason=reason)
    term.state = move.to.value
    record(term, f"term.{MOVES[name].past}", actor=actor, at=at, reason=reason, body=body)


def said(text: str, what: str) -> str:
    """A text as it is kept: tidy, without signs nobody sees, without the numbers that belong to a
    person.

    Raises:
        Refused "term.text_too_long".
    """
    tidy = "\n".join(" ".join(line.split()) for line in text_of(text).splitlines())
    if len(tidy) > LONGEST[what]:
        raise Refused("term.text_too_long", limit=LONGEST[what])
    return redact(tidy)[: LONGEST[what]]


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
