"""Batches and letters entered and changed by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from jieban.apps.directory.models import Unit
from jieban.apps.letters.models import Batch, Letter
from jieban.apps.letters.selectors.telling import plain
from jieban.apps.letters.services.keeping import (
    bounds_of,
    check_units,
    hold_batch,
    hold_letter,
    hold_round,
    record,
    record_batch,
    sealed,
    write_types,
    write_units,
)
from jieban.apps.letters.services.linking import link_mentioned
from jieban.apps.rectification.models import Round
from jieban.apps.rectification.selectors.naming import area_named, unit_named
from jieban.apps.rectification.services.keeping import happened
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import contact, tidy
from jieban.domain.rectification import letters as rules
from jieban.domain.rectification import numbers
from jieban.domain.rectification.letters import LONGEST_TEXT, State, printed, public

MOST_TYPES = 12


@dataclass(frozen=True)
class Said:
    """What is entered of a letter. `text` is the original, `public_text` what is printed: where
    it is empty, the original without what points to a person. Units and places by code or name."""

    number: str
    text: str = ""
    public_text: str = ""
    channel: str = ""
    area_text: str = ""
    area: str = ""
    types: Sequence[str] = field(default_factory=tuple)
    focus: bool = False
    lead: str = ""
    joint: Sequence[str] = field(default_factory=tuple)


@transaction.atomic
def open_batch(
    actor: Actor, code: str, number: str, handed_on: date, *, at: datetime, source: str = ""
) -> Batch:
    """Begin a batch of a round.

    Raises:
        Refused "actor.not_permitted", "round.not_found", "batch.number_unreadable",
            "batch.there_already", "rectification.day_impossible", "rectification.day_in_future".
    """
    return begin_batch(actor, hold_round(actor, code), number, handed_on, at=at, source=source)


def begin_batch(
    actor: Actor, round_: Round, number: str, handed_on: date, *, at: datetime, source: str = ""
) -> Batch:
    """As `open_batch`, for whoever holds the round already."""
    told = rules.read_batch(number)
    if Batch.objects.filter(round=round_, number=told).exists():
        raise Refused("batch.there_already", batch=told)
    batch = Batch(
        round=round_,
        number=told,
        position=rules.batch_order(told),
        handed_on=happened(handed_on, at),
        source=tidy("letter_source", source),
        made_at=at,
        made_by=actor.name,
    )
    record_batch(
        batch,
        "batch.opened",
        actor=actor,
        at=at,
        handed_on=batch.handed_on.isoformat(),
        source=batch.source,
    )
    return batch


@transaction.atomic
def change_batch(
    actor: Actor, code: str, number: str, *, at: datetime, handed_on: date, source: str = ""
) -> Batch:
    """Say otherwise when a batch was handed over, or by whom; the last days of its letters move.

    Raises:
        Refused "batch.not_found", "rectification.day_impossible", "rectification.day_in_future".
    """
    batch = hold_batch(actor, code, number)
    told: dict[str, Any] = {}
    day, words = happened(handed_on, at), tidy("letter_source", source)
    if day != batch.handed_on:
        batch.handed_on, told["handed_on"] = day, day.isoformat()
    if words != batch.source:
        batch.source = told["source"] = words
    if not told:
        return batch
    record_batch(batch, "batch.changed", actor=actor, at=at, set=told)
    due = rules.due_on(batch.handed_on, batch.round.letter_days)
    for letter in batch.letters.select_related("round").exclude(due_on=due):
        letter.due_on = due
        record(letter, "letter.changed", actor=actor, at=at, set={"due_on": due.isoformat()})
    return batch


@transaction.atomic
def enter_letter(
    actor: Actor,
    code: str,
    batch: str,
    said: Said,
    *,
    at: datetime,
    unusual: bool = False,
) -> Letter:
    """Take a letter in. `unusual` says that a number of no known kind is meant so.

    Raises:
        Refused "batch.not_found", "letter.there_already", "letter.personal_data",
            "rectification.unit_not_found", "rectification.area_not_found",
            "letter.channel_unknown" and those of `numbers.accepted` and `wording.tidy`.
    """
    held = hold_batch(actor, code, batch)
    checked = numbers.accepted(
        said.number, bounds_of(held.round), channel=said.channel, unusual=unusual
    )
    if Letter.objects.filter(round=held.round, number=checked.number).exists():
        raise Refused("letter.there_already", number=checked.number)
    text = contact("letter_text", said.text, limit=LONGEST_TEXT)
    last = Letter.objects.filter(batch=held).aggregate(last=Max("position"))["last"] or 0
    sealed_text, digest = sealed(text)
    letter = Letter(
        round=held.round,
        batch=held,
        number=checked.number,
        position=last + 1,
        rank=rules.letter_rank(held.position, last + 1),
        unusual=bool(checked.faults),
        sealed=sealed_text,
        digest=digest,
        channel=(checked.parts.channel if checked.parts else "") or said.channel,
        due_on=rules.due_on(held.handed_on, held.round.letter_days),
        made_at=at,
        made_by=actor.name,
    )
    _write(letter, replace(said, public_text=said.public_text or public(text)))
    letter.lead = unit_named(said.lead) if said.lead.strip() else None
    joint = _units(said.joint)
    letter.save()
    write_units(letter, joint)
    write_types(letter)
    record(letter, "letter.entered", actor=actor, at=at, **plain(letter))
    link_mentioned(actor, letter, at=at)
    return letter


@transaction.atomic
def change_letter(
    actor: Actor, code: str, number: str, said: Said, *, at: datetime, version: int | None = None
) -> Letter:
    """Say otherwise what the office keeps of a letter: public text, place, types, focus, units.

    The number and the original stay. Units are not changed once it was decided on.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.changed_meanwhile",
            "letter.units_after_decision", "letter.own_unit_stays" and those of `enter_letter`.
    """
    letter = hold_letter(actor, code, number, "letter.manage", version)
    before = plain(letter)
    _write(letter, replace(said, channel=letter.channel or said.channel))
    lead = unit_named(said.lead) if said.lead.strip() else None
    joint = _units(said.joint)
    units = [unit.code for unit in joint if unit != lead]
    if (lead.code if lead else "", units) != (before["lead"], before["joint"]):
        if State(letter.state) is not State.IN_PROGRESS:
            raise Refused("letter.units_after_decision")
        after = [unit.code for unit in (lead, *joint) if unit]
        check_units(actor, (before["lead"], *before["joint"]), after)
        letter.lead = lead
        write_units(letter, joint)
    letter.save()
    changed = {name: value for name, value in plain(letter).items() if value != before[name]}
    if changed:
        if "types" in changed:
            write_types(letter)
        record(letter, "letter.changed", actor=actor, at=at, set=changed)
    return letter


def _write(letter: Letter, said: Said) -> None:
    if said.channel not in ("", "phone", "letter"):
        raise Refused("letter.channel_unknown", value=said.channel[:20])
    letter.channel = letter.channel or said.channel
    letter.public_text = printed("letter_public_text", said.public_text, required=True)
    letter.area_text = tidy("letter_area", said.area_text, limit=100)
    letter.area = area_named(said.area)
    letter.types = types_kept(said.types)
    letter.focus = said.focus


def _units(said: Sequence[str]) -> list[Unit]:
    """Units by code or name, each once."""
    return list(dict.fromkeys(unit_named(each) for each in said if each.strip()))


def types_kept(words: Sequence[str]) -> list[str]:
    """Types by code or by words, each once.

    Raises:
        Refused "letter.too_many_types", and those of `wording.tidy`.
    """
    found: dict[str, None] = {}
    for word in words:
        known = (word,) if word in rules.TYPES else rules.types_of(tidy("letter_types", word))
        found |= dict.fromkeys(known)
    if len(found) > MOST_TYPES:
        raise Refused("letter.too_many_types", limit=MOST_TYPES)
    return list(found)
