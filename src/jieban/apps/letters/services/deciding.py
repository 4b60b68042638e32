"""Answers of units, what they ask for, and what the office decides."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from jieban.apps.directory import selectors as directory
from jieban.apps.letters.models import Accountability as AccountabilityRow
from jieban.apps.letters.models import Letter
from jieban.apps.letters.selectors.seeing import ANSWER, judge_of, standing_of
from jieban.apps.letters.selectors.telling import original_of
from jieban.apps.letters.services.keeping import hold_letter, record
from jieban.apps.letters.services.linking import link_mentioned
from jieban.apps.rectification.selectors.seeing import person_of
from jieban.apps.rectification.services.keeping import happened
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import Field, tidy
from jieban.domain.rectification import letters as rules
from jieban.domain.rectification.letters import ACTIONS, WANTED, State, Verdict, printed

LONGEST_REASON = 500
MOST_PEOPLE = 9999


@transaction.atomic
def answer_letter(
    actor: Actor,
    code: str,
    number: str,
    said: Mapping[str, str],
    *,
    at: datetime,
    version: int | None = None,
) -> Letter:
    """Write what was found and done: `verdict`, `finding`, `goal`, `action`; only what is given.

    Whoever writes it does not decide on it.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.changed_meanwhile",
            "letter.done_already", "letter.verdict_unreadable", "letter.personal_data" and those
            of `wording.tidy`.
    """
    letter = hold_letter(actor, code, number, "", version)
    _check_open(letter)
    changed: dict[str, Any] = {}
    for name in ANSWER:
        if name not in said:
            continue
        value = _verdict(said[name]) if name == "verdict" else printed(f"letter_{name}", said[name])
        if value != getattr(letter, name):
            setattr(letter, name, value)
            changed[name] = value
    if changed:
        day = directory.local_day(at)
        letter.answered_on = day
        _took_part(letter, actor)
        record(letter, "letter.answered", actor=actor, at=at, day=day.isoformat(), set=changed)
        link_mentioned(actor, letter, at=at)
    return letter


@transaction.atomic
def ask_closing(
    actor: Actor, code: str, number: str, wanted: str, *, at: datetime, reason: str = ""
) -> Letter:
    """A unit asks that its letter be taken as done, or as done in part.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.done_already",
            "letter.wanted_unknown", "letter.blanks".
    """
    letter = hold_letter(actor, code, number, "letter.handle")
    _check_open(letter)
    if wanted not in [each.value for each in WANTED] or wanted == letter.state:
        raise Refused("letter.wanted_unknown", value=wanted[:20])
    blanks = standing_of(letter).blanks
    if blanks:
        raise Refused("letter.blanks", blanks=[Field(f"letter_{each}") for each in blanks])
    letter.wanted = wanted
    _took_part(letter, actor)
    record(
        letter,
        "letter.asked",
        actor=actor,
        at=at,
        reason=tidy("reason", reason, limit=LONGEST_REASON),
        day=directory.local_day(at).isoformat(),
        wanted=wanted,
    )
    return letter


@transaction.atomic
def turn_down(actor: Actor, code: str, number: str, *, at: datetime, reason: str) -> Letter:
    """The office does not take a letter as done; the unit goes on.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.not_asked",
            "letter.reason_missing", "letter.own_work", "letter.answered_it".
    """
    letter = _hold_to_judge(actor, code, number)
    rules.check_judge(standing_of(letter), person_of(actor))
    if not letter.wanted:
        raise Refused("letter.not_asked")
    told = tidy("reason", reason, limit=LONGEST_REASON)
    if not told:
        raise Refused("letter.reason_missing")
    letter.wanted = ""
    record(letter, "letter.turned_down", actor=actor, at=at, reason=told)
    return letter


@transaction.atomic
def move_letter(
    actor: Actor,
    code: str,
    number: str,
    move: str,
    *,
    at: datetime,
    on: date | None = None,
    reason: str = "",
    version: int | None = None,
) -> Letter:
    """Decide on a letter: part, close, go_on, reopen. `on` is the day; today where nobody says.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.changed_meanwhile",
            "letter.day_too_early" and those of `letters.decide`.
    """
    letter = _hold_to_judge(actor, code, number, version)
    day = happened(on, at)
    if day < letter.batch.handed_on:
        raise Refused(
            "letter.day_too_early", day=str(day), handed_on=letter.batch.handed_on.isoformat()
        )
    told = tidy("reason", reason, limit=LONGEST_REASON)
    standing = standing_of(letter)
    if move in ("part", "close") and letter.lead is None:
        raise Refused("letter.lead_missing")
    make_move(actor, letter, move, at=at, day=day, reason=told, standing=standing)
    return letter


def make_move(
    actor: Actor,
    letter: Letter,
    move: str,
    *,
    at: datetime,
    day: date,
    reason: str,
    standing: rules.Standing,
) -> None:
    """Take the step and write it down, for whoever holds the letter.

    Raises:
        Refused: those of `letters.decide`.
    """
    made = rules.decide(standing, move, by=person_of(actor), reason=reason)
    letter.state = made.to.value
    letter.wanted = ""
    letter.decided_on, letter.decided_by = day, actor.name
    letter.decided_unit = judge_of(letter)
    record(
        letter,
        f"letter.{made.past}",
        actor=actor,
        at=at,
        reason=reason,
        day=day.isoformat(),
        unit=letter.decided_unit,
    )


@transaction.atomic
def add_accountability(
    actor: Actor, code: str, number: str, said: rules.Accountability, *, at: datetime
) -> AccountabilityRow:
    """Enter who was dealt with how: kind, how many, by unit and day; nobody is named.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.accountability_unknown",
            "letter.people_impossible", "rectification.day_in_future" and those of `wording.tidy`.
    """
    letter = hold_letter(actor, code, number, "")
    if said.kind not in ACTIONS:
        raise Refused("letter.accountability_unknown", value=said.kind[:20])
    if not 0 <= said.people <= MOST_PEOPLE:
        raise Refused("letter.people_impossible", limit=MOST_PEOPLE)
    row = AccountabilityRow.objects.create(
        letter=letter,
        kind=said.kind,
        people=said.people,
        unit=tidy("letter_unit", said.unit, limit=100),
        on=happened(said.on, at) if said.on else None,
        text=printed("letter_accountability", said.text, limit=500),
        made_at=at,
        made_by=actor.name,
    )
    record(
        letter,
        "letter.accountability_added",
        actor=actor,
        at=at,
        entry=row.pk,
        entry_kind=row.kind,
        people=row.people,
        unit=row.unit,
        day=row.on.isoformat() if row.on else "",
        text=row.text,
    )
    return row


@transaction.atomic
def strike_accountability(
    actor: Actor, code: str, number: str, entry: int, *, at: datetime, reason: str
) -> Letter:
    """Strike an entry that was wrong; its row stays.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.entry_not_found",
            "letter.reason_missing".
    """
    letter = hold_letter(actor, code, number, "")
    row = letter.accountability.filter(pk=entry, struck_at=None).first()
    if row is None:
        raise Refused("letter.entry_not_found")
    told = tidy("reason", reason, limit=LONGEST_REASON)
    if not told:
        raise Refused("letter.reason_missing")
    row.struck_at = at
    row.save(update_fields=["struck_at"])
    record(letter, "letter.accountability_struck", actor=actor, at=at, reason=told, entry=row.pk)
    return letter


@transaction.atomic
def open_in_clear(actor: Actor, code: str, number: str, *, at: datetime, reason: str) -> str:
    """The original of a letter in clear; who read it and why is an event.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.reason_missing".
    """
    letter = hold_letter(actor, code, number, "")
    told = tidy("reason", reason, limit=LONGEST_REASON)
    if not told:
        raise Refused("letter.reason_missing")
    text = original_of(letter)
    record(letter, "letter.opened_in_clear", actor=actor, at=at, reason=told)
    return text


def _hold_to_judge(actor: Actor, code: str, number: str, version: int | None = None) -> Letter:
    """The letter, held; whoever works for its units is told so before anything else.

    Raises:
        Refused "letter.own_work", and those of `hold_letter`.
    """
    try:
        return hold_letter(actor, code, number, "judge", version)
    except Refused as refused:
        if refused.code == "letter.not_yours" and actor.may("letter.manage"):
            letter = hold_letter(actor, code, number, "")
            rules.check_judge(standing_of(letter), person_of(actor))
        raise


def _check_open(letter: Letter) -> None:
    if letter.state == State.DONE:
        raise Refused("letter.done_already")


def _took_part(letter: Letter, actor: Actor) -> None:
    if actor.id not in letter.answered_by:
        letter.answered_by = [*letter.answered_by, actor.id]


def _verdict(said: str) -> str:
    return said if said in [each.value for each in Verdict] else rules.verdict_of(said)
