"""Placements, pairings, rules on trial: opened, their items ticked, looked at again, ended."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from jieban.apps.practices.models import Note, NoteItem, Practice
from jieban.apps.practices.selectors import cards
from jieban.apps.practices.selectors.notes import item_of
from jieban.apps.practices.services.keeping import (
    area_within,
    happened,
    hold_note,
    possible,
    record_note,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.notes import KINDS, MOST_ITEMS, check_span
from jieban.domain.practices.wording import TEXT, tidy


@dataclass(frozen=True)
class Said:
    """What a note says. `parties` are who takes part; `practice` what is learned, by number."""

    kind: str
    title: str
    area: str
    parties: str
    begins: date | None = None
    ends: date | None = None
    next_check: date | None = None
    practice: int | None = None


@transaction.atomic
def open_note(actor: Actor, said: Said, *, at: datetime, items: str = "") -> Note:
    """Begin a note; every line of `items` is one thing to be done.

    Raises:
        Refused "actor.not_permitted", "practice.area_not_found", "practice.word_unknown",
            "practice.not_found", "note.ends_before_it_begins", "note.too_many_items" and those
            of `wording.tidy`.
    """
    if said.kind not in KINDS:
        raise Refused("practice.word_unknown", value=said.kind[:40], known=list(KINDS))
    note = Note(kind=said.kind, made_at=at, made_by=actor.name)
    _write(actor, note, said, at)
    note.save()
    record_note(
        note,
        "note.opened",
        actor=actor,
        at=at,
        kind=note.kind,
        area=note.area.code,
        begins=str(note.begins),
        ends=str(note.ends or ""),
    )
    _add(actor, note, items, None, at)
    return note


@transaction.atomic
def change_note(actor: Actor, number: int, said: Said, *, at: datetime) -> Note:
    """Say differently who takes part, until when, when one looks again; its kind stays.

    Raises:
        Refused "note.not_found", "note.not_yours", "note.ended" and those of open_note.
    """
    note = hold_note(actor, number)
    _write(actor, note, said, at)
    record_note(
        note,
        "note.changed",
        actor=actor,
        at=at,
        begins=str(note.begins),
        ends=str(note.ends or ""),
        next_check=str(note.next_check or ""),
    )
    return note


@transaction.atomic
def add_items(
    actor: Actor, number: int, written: str, *, at: datetime, due: date | None = None
) -> Note:
    """Add one thing to be done for every line.

    Raises:
        Refused "note.not_found", "note.ended", "note.too_many_items" and those of
            `wording.tidy`.
    """
    note = hold_note(actor, number)
    if not written.strip():
        tidy("item", "", required=True)
    _add(actor, note, written, possible(due), at)
    return note


@transaction.atomic
def tick_item(
    actor: Actor, number: int, item: int, *, at: datetime, on: date | None = None, proof: str = ""
) -> NoteItem:
    """An item is done; `proof` says how one knows. Ticked again it stays as it is.

    Raises:
        Refused "note.not_found", "note.ended", "note.item_not_found", "practice.day_in_future"
            and those of `wording.tidy`.
    """
    note = hold_note(actor, number)
    held = item_of(note, item)
    day = happened(on, at)
    if held.done_on is not None:
        return held
    held.done_on, held.done_by = day, actor.name
    held.proof = tidy("proof", proof, limit=500)
    held.save(update_fields=["done_on", "done_by", "proof"])
    record_note(note, "note.item_done", actor=actor, at=at, item=item, day=str(day))
    return held


@transaction.atomic
def untick_item(actor: Actor, number: int, item: int, *, at: datetime) -> NoteItem:
    """An item is not done after all; what was said as proof goes.

    Raises:
        Refused "note.not_found", "note.ended", "note.item_not_found".
    """
    note = hold_note(actor, number)
    held = item_of(note, item)
    if held.done_on is None:
        return held
    held.done_on, held.done_by, held.proof = None, "", ""
    held.save(update_fields=["done_on", "done_by", "proof"])
    record_note(note, "note.item_undone", actor=actor, at=at, item=item)
    return held


@transaction.atomic
def end_note(
    actor: Actor, number: int, *, at: datetime, outcome: str, on: date | None = None
) -> Note:
    """Close a note with what came of it; open items stay open in it.

    Raises:
        Refused "note.not_found", "note.ended", "note.ends_before_it_begins" and those of
            `wording.tidy`.
    """
    note = hold_note(actor, number)
    day = happened(on, at)
    check_span(note.begins, day)
    note.ended_on = day
    note.outcome = tidy("outcome", outcome, limit=500, required=True)
    record_note(
        note,
        "note.ended",
        actor=actor,
        at=at,
        day=str(day),
        open_items=note.items.filter(done_on__isnull=True).count(),
    )
    return note


def _write(actor: Actor, note: Note, said: Said, at: datetime) -> None:
    note.area = area_within(actor, said.area, "practice.write")
    note.title = tidy("title", said.title, required=True)
    note.parties = tidy("parties", said.parties, limit=TEXT, required=True)
    note.begins = possible(said.begins) or happened(None, at)
    note.ends, note.next_check = possible(said.ends), possible(said.next_check)
    note.practice = _practice(actor, said.practice)
    check_span(note.begins, note.ends)


def _practice(actor: Actor, number: int | None) -> Practice | None:
    return cards.practice_by_number(actor, number) if number is not None else None


def _add(actor: Actor, note: Note, written: str, due: date | None, at: datetime) -> None:
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if note.items.count() + len(lines) > MOST_ITEMS:
        raise Refused("note.too_many_items", limit=MOST_ITEMS)
    for line in lines:
        made = NoteItem.objects.create(
            note=note, what=tidy("item", line, limit=300, required=True), due=due
        )
        record_note(note, "note.item_added", actor=actor, at=at, item=made.pk)
