"""Tables of letters as they are published, taken in: new letters, changes, what is the same.

A line that cannot be taken costs no other. Only what the file says is changed, and a blank cell
says nothing. Whoever works for a letter's units does not make it done by a file either: what the
file says of its state is kept beside it (`said_state`) until somebody else decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area, Unit
from jieban.apps.ledger import services as ledger
from jieban.apps.letters.models import Batch, Letter, LetterType, LetterUnit
from jieban.apps.letters.selectors.seeing import (
    ANSWER,
    judge_of,
    letters_visible_to,
    round_seen,
    rounds_managed_by,
    standing_of,
)
from jieban.apps.letters.selectors.telling import plain
from jieban.apps.letters.services.deciding import make_move
from jieban.apps.letters.services.entering import begin_batch
from jieban.apps.letters.services.keeping import (
    bounds_of,
    check_units,
    hold_round,
    record,
    sealed,
    write_types,
    write_units,
)
from jieban.apps.letters.services.linking import link_mentioned
from jieban.apps.rectification.models import Round
from jieban.apps.rectification.selectors.naming import area_named, unit_named
from jieban.apps.rectification.selectors.seeing import person_of
from jieban.apps.rectification.selectors.standing import may_sign_for
from jieban.domain.actors import AT_THE_MACHINE, Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import contact
from jieban.domain.rectification import letters as rules
from jieban.domain.rectification import numbers
from jieban.domain.rectification.letters import LONGEST_TEXT, State, public
from jieban.tables.letters import HEADINGS, LetterFile, LetterLine, read_letters
from jieban.tables.lists import RejectedLine

LONGEST_OTHER = 500
_CHUNK = 500
_TEXTS = ("finding", "goal", "action")
_FIELD = {"text": "public_text", "area": "area_text", "accountability": "told_accountability"}


@dataclass(frozen=True)
class Remark:
    """Something of a line that was taken and should be known. `code` is one of number_tidied,
    number_unusual, number_outside, redacted, area_unknown, unit_unknown, said_state, batch_day,
    day_from_numbers. A place nobody knows is told once."""

    line: int
    number: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class Change:
    """What a file says otherwise of a letter that is there."""

    number: str
    fields: tuple[str, ...]


@dataclass
class LettersOutcome:
    """What a file did, or would do."""

    file: LetterFile
    round: str
    new: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    decided: int = 0
    batches: list[str] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "read": len(self.file.lines) + len(self.file.rejected),
            "new": len(self.new),
            "changed": len(self.changed),
            "same": self.same,
            "decided": self.decided,
            "rejected": len(self.rejected),
            "batches": len(self.batches),
        }


class _Rejected(Exception):
    def __init__(self, reason: str, value: str) -> None:
        super().__init__(reason)
        self.reason, self.value = reason, value


def import_letters(
    actor: Actor,
    path: Path,
    *,
    round: str,
    at: datetime,
    batch: str = "",
    day: date | None = None,
    unusual: bool = False,
    name: str = "",
    dry_run: bool = False,
) -> LettersOutcome:
    """Take in a table of letters of a round (its code).

    `batch` and `day` stand for what titles do not say, and go before it. `unusual`: numbers of no
    known kind are taken as they are, with a remark. `name` is the file's own where it came under
    another. With `dry_run` nothing is stored; the outcome says what would be.

    Raises:
        Refused "actor.not_permitted", "round.not_found", "batch.number_unreadable",
            "letters.batch_missing", "letters.day_missing", and those of `read_letters`.
    """
    if not actor.may("letter.manage"):
        actor.demand("letter.handle")
    told = rules.read_batch(batch) if batch.strip() else ""
    file = read_letters(path)
    file.name = name or file.name
    with transaction.atomic():
        manages = rounds_managed_by(actor).filter(code=round).exists()
        held = hold_round(actor, round) if manages else round_seen(actor, round)
        outcome = _Importing(actor, held, manages, file, told, day, unusual, at).run()
        if dry_run:
            transaction.set_rollback(True)
    return outcome


class _Importing:
    """One file on its way in: what was looked up for one line is kept for the next."""

    def __init__(
        self,
        actor: Actor,
        held: Round,
        manages: bool,
        file: LetterFile,
        batch: str,
        day: date | None,
        unusual: bool,
        at: datetime,
    ) -> None:
        self.actor, self.round, self.manages, self.file = actor, held, manages, file
        self.batch, self.day, self.unusual, self.at = batch, day, unusual, at
        self.outcome = LettersOutcome(file, held.code, rejected=list(file.rejected))
        self.person = person_of(actor)
        self.bounds = bounds_of(held)
        self.batches: dict[str, Batch] = {
            each.number: each for each in Batch.objects.filter(round=held)
        }
        self.taken: dict[str, LetterLine] = {}
        self.judges: dict[frozenset[str], bool] = {}
        self.positions: dict[str, set[int]] = {}
        self.there: dict[str, Letter] = {}
        self.mine: set[int] = set()
        self.unknown_areas: set[str] = set()

    def run(self) -> LettersOutcome:
        wanted = [numbers.tidied(line.number) for line in self.file.lines]
        self._look_up(wanted)
        made: list[tuple[Letter, list[Unit]]] = []
        for line, number in zip(self.file.lines, wanted, strict=True):
            try:
                fresh = self._take(line, number)
            except _Rejected as rejected:
                self._reject(line, rejected.reason, rejected.value)
            except Refused as refused:
                if refused.code in ("letters.batch_missing", "letters.day_missing"):
                    raise
                self._reject(line, "letters.refused", refused.message())
            else:
                if fresh is not None:
                    made.append(fresh)
        self._store(made)
        self.outcome.rejected.sort(key=lambda each: (each.sheet, each.line))
        return self.outcome

    def _look_up(self, wanted: list[str]) -> None:
        for start in range(0, len(wanted), _CHUNK):
            found = (
                Letter.objects.filter(round=self.round, number__in=wanted[start : start + _CHUNK])
                .select_related("batch", "lead", "area")
                .prefetch_related("joint__unit", "accountability")
            )
            for each in found:
                each.round = self.round
                self.there[each.number] = each
        if not self.manages:
            mine = letters_visible_to(self.actor, "letter.handle").filter(round=self.round)
            self.mine = set(mine.values_list("pk", flat=True))

    def _reject(self, line: LetterLine, reason: str, value: str) -> None:
        self.outcome.rejected.append(RejectedLine(line.sheet, line.line, reason, value, line.row))

    def _remark(self, line: LetterLine, number: str, code: str, detail: str = "") -> None:
        self.outcome.remarks.append(Remark(line.line, number, code, detail[:200]))

    def _take(self, line: LetterLine, number: str) -> tuple[Letter, list[Unit]] | None:
        """What the line is: a letter to be made, or None for one that was there."""
        known = self.there.get(number)
        if number in self.taken:
            if replace(self.taken[number], line=0, row=(), sheet="", position=0) != replace(
                line, line=0, row=(), sheet="", position=0
            ):
                raise _Rejected("letters.number_twice", number)
            self.outcome.same += 1
            return None
        if known is not None:
            self._change(known, line)
            self.taken[number] = line
            return None
        if not self.manages:
            raise Refused("letter.not_yours", number=number[:32])
        made = self._make(line, number)
        self.taken[number] = line
        return made

    # --- letters that are new ---------------------------------------------------------------

    def _make(self, line: LetterLine, number: str) -> tuple[Letter, list[Unit]]:
        checked = numbers.accepted(number, self.bounds, channel=line.channel, unusual=self.unusual)
        batch = self._batch(line)
        sealed_text, digest = sealed(contact("letter_text", line.text, limit=LONGEST_TEXT))
        letter = Letter(
            round=self.round,
            batch=batch,
            number=checked.number,
            position=self._position(batch, line),
            unusual=bool(checked.faults),
            channel=(checked.parts.channel if checked.parts else "") or line.channel,
            sealed=sealed_text,
            digest=digest,
            due_on=rules.due_on(batch.handed_on, self.round.letter_days),
            by_file=True,
            version=1,
            made_at=self.at,
            made_by=self.actor.name,
        )
        letter.rank = rules.letter_rank(batch.position, letter.position)
        for name, value in self._values(line, letter).items():
            setattr(letter, name, value)
        letter.lead, joint, extra = self._units(line)
        letter.extra = {**self._others(line), **extra}
        self._number_remarks(line, checked)
        self._state_of_new(letter, joint, line)
        self.outcome.new.append(letter.number)
        return letter, joint

    def _number_remarks(self, line: LetterLine, checked: numbers.Checked) -> None:
        bare = line.number.strip("*＊★☆※▲△#＃ ")
        if checked.number != bare:
            self._remark(line, checked.number, "number_tidied", bare)
        for fault in checked.faults:
            self._remark(line, checked.number, "number_unusual", fault.value)
        for doubt in checked.doubts:
            self._remark(line, checked.number, "number_outside", doubt.value)

    def _state_of_new(self, letter: Letter, joint: list[Unit], line: LetterLine) -> None:
        if line.state in ("", State.IN_PROGRESS.value):
            return
        units = frozenset(unit.code for unit in (*joint, letter.lead) if unit is not None)
        if self._decides(letter, units):
            letter.state = line.state
            letter.decided_by = self.actor.name
            self.outcome.decided += 1
        else:
            letter.said_state = line.state
            self._remark(line, letter.number, "said_state", line.state)

    def _decides(self, letter: Letter, units: frozenset[str]) -> bool:
        """Whether this person may say of the letter that it is done."""
        if not self.manages or not units.isdisjoint(self.person.works_for):
            return False
        if units not in self.judges:
            judge = judge_of(letter, units)
            self.judges[units] = may_sign_for(self.actor, judge, "letter.manage")
        return self.judges[units]

    def _batch(self, line: LetterLine) -> Batch:
        number = self.batch or line.batch
        if not number:
            raise Refused("letters.batch_missing")
        day = self.day or line.day
        if number not in self.batches:
            if day is None:
                day = self._newest_day(number)
                self._remark(line, number, "day_from_numbers", day.isoformat())
            made = begin_batch(self.actor, self.round, number, day, at=self.at)
            self.batches[number] = made
            self.outcome.batches.append(number)
        held = self.batches[number]
        if day is not None and day != held.handed_on and number not in self.positions:
            self._remark(line, number, "batch_day", f"{held.handed_on} ≠ {day}")
        if number not in self.positions:
            self.positions[number] = set(held.letters.values_list("position", flat=True))
        return held

    def _newest_day(self, batch: str) -> date:
        """The newest day that the numbers of a batch bear: it was not handed over before."""
        days = [
            parts.day
            for line in self.file.lines
            if (self.batch or line.batch) == batch
            and (parts := numbers.parse(numbers.tidied(line.number))) is not None
            and parts.day is not None
        ]
        if not days:
            raise Refused("letters.day_missing", batch=batch)
        return max(days)

    def _position(self, batch: Batch, line: LetterLine) -> int:
        """The serial the table gives, unless it is taken."""
        taken = self.positions[batch.number]
        place = line.position
        if not place or place in taken:
            place = max(taken, default=0) + 1
        taken.add(place)
        return place

    def _units(self, line: LetterLine) -> tuple[Unit | None, list[Unit], dict[str, str]]:
        """Lead and joint units; names nobody knows come back under their heading."""
        found: list[Unit] = []
        unknown: list[str] = []
        lead: Unit | None = None
        for place, said in enumerate((line.lead, *line.joint)):
            if not said:
                continue
            try:
                unit = unit_named(said)
            except Refused:
                unknown.append(said)
                self._remark(line, line.number, "unit_unknown", said)
                continue
            if place == 0:
                lead = unit
            elif unit not in found:
                found.append(unit)
        extra = {HEADINGS["lead"][0]: "、".join(unknown)[:LONGEST_OTHER]} if unknown else {}
        return lead, [unit for unit in found if unit != lead], extra

    def _store(self, made: list[tuple[Letter, list[Unit]]]) -> None:
        letters = [letter for letter, _ in made]
        Letter.objects.bulk_create(letters, batch_size=_CHUNK)
        LetterUnit.objects.bulk_create(
            (
                LetterUnit(letter=letter, unit=unit, position=place)
                for letter, joint in made
                for place, unit in enumerate(joint, start=1)
            ),
            batch_size=_CHUNK,
        )
        LetterType.objects.bulk_create(
            (LetterType(letter=letter, code=code) for letter in letters for code in letter.types),
            batch_size=_CHUNK,
        )
        ledger.append_new(
            "letter",
            "letter.entered",
            ((str(letter), plain(letter, [unit.code for unit in joint])) for letter, joint in made),
            actor=self.actor,
            at=self.at,
        )
        for letter in letters:
            link_mentioned(self.actor, letter, at=self.at)

    # --- letters that are there -------------------------------------------------------------

    def _change(self, letter: Letter, line: LetterLine) -> None:
        units = _codes_of(letter)
        own = not units.isdisjoint(self.person.works_for)
        if not self.manages and letter.pk not in self.mine:
            raise Refused("letter.not_yours", number=letter.number)
        wanted = self._values(line, letter)
        if not self.manages:
            kept = (*ANSWER, "told_accountability")
            wanted = {name: value for name, value in wanted.items() if name in kept}
        changed = {name: value for name, value in wanted.items() if value != getattr(letter, name)}
        units_changed = self._changed_units(letter, line) if self.manages else None
        moved = bool(line.state) and line.state != letter.state
        if (changed or units_changed) and letter.state == State.DONE and own:
            raise Refused("letter.done_already")
        fields = list(changed) + (["units"] if units_changed else [])
        self._write(letter, line, changed, units_changed, answered=own or not self.manages)
        if moved and self._said(letter, line, units):
            fields.append("state")
        if fields:
            self.outcome.changed.append(Change(letter.number, tuple(fields)))
        else:
            self.outcome.same += 1

    def _write(
        self,
        letter: Letter,
        line: LetterLine,
        changed: Mapping[str, Any],
        units: tuple[Unit | None, list[Unit]] | None,
        *,
        answered: bool,
    ) -> None:
        """Store what the file says otherwise. What a unit's own people bring is its answer."""
        if not changed and units is None:
            return
        before = plain(letter)
        for name, value in changed.items():
            setattr(letter, name, value)
        if "public_text" in changed:
            letter.sealed, letter.digest = sealed(line.text)
        if units is not None:
            letter.lead = units[0]
            letter.save()
            write_units(letter, units[1])
            letter = _again(letter)
        if "types" in changed:
            write_types(letter)
        told = {name: value for name, value in plain(letter).items() if value != before[name]}
        answer = {name: told.pop(name) for name in ANSWER if answered and name in told}
        if told:
            record(letter, "letter.changed", actor=self.actor, at=self.at, set=told)
        if answer:
            day = directory.local_day(self.at)
            letter.answered_on = day
            if self.actor.id not in letter.answered_by:
                letter.answered_by = [*letter.answered_by, self.actor.id]
            record(
                letter,
                "letter.answered",
                actor=self.actor,
                at=self.at,
                day=day.isoformat(),
                set=answer,
            )
        link_mentioned(self.actor, letter, at=self.at)
        self.there[letter.number] = letter

    def _said(self, letter: Letter, line: LetterLine, units: frozenset[str]) -> bool:
        """The file says another state: decided, if this person may and it leads on; else kept
        beside the letter. Whether anything became otherwise."""
        letter = self.there[letter.number]
        move = rules.MOVE_TO.get(State(line.state))
        may = move is not None and State(letter.state) in rules.MOVES[move].from_
        standing = replace(standing_of(letter), blanks=())
        # Who sits at the machine has no unit and decides on nothing that is on its way; a letter
        # that begins with an old table stands as that table was published.
        may = may and self.actor.grants != AT_THE_MACHINE
        if may and move and self._decides(letter, units):
            free = self.person.id not in standing.answered_by
            if free:
                make_move(
                    self.actor,
                    letter,
                    move,
                    at=self.at,
                    day=max(directory.local_day(self.at), letter.batch.handed_on),
                    reason=self.file.name[:255],
                    standing=standing,
                )
                self.outcome.decided += 1
                return True
        self._remark(line, letter.number, "said_state", line.state)
        if letter.said_state == line.state:
            return False
        letter.said_state = line.state
        record(
            letter,
            "letter.changed",
            actor=self.actor,
            at=self.at,
            set={"said_state": line.state},
        )
        return True

    def _changed_units(
        self, letter: Letter, line: LetterLine
    ) -> tuple[Unit | None, list[Unit]] | None:
        """Units as the file has them, if they are others; only while nothing was decided."""
        if "lead" not in line.given and "joint" not in line.given:
            return None
        lead, joint, _ = self._units(line)
        held = [each.unit for each in letter.joint.all()]
        lead = lead or letter.lead
        joint = joint if "joint" in line.given or joint else held
        if lead == letter.lead and joint == held:
            return None
        if letter.state != State.IN_PROGRESS:
            raise Refused("letter.units_after_decision")
        after = [unit.code for unit in (lead, *joint) if unit]
        check_units(self.actor, _codes_of(letter), after)
        return lead, joint

    # --- what a line says -------------------------------------------------------------------

    def _values(self, line: LetterLine, letter: Letter) -> dict[str, Any]:
        """The columns of a letter of which the line says something, as they are kept."""
        said: dict[str, Any] = {}
        for name in ("text", *_TEXTS, "accountability"):
            if name in line.given:
                said[_FIELD.get(name, name)] = self._printed(line, name, letter.number)
        if "accountability" in line.given and letter.pk and _has_rows(letter):
            del said["told_accountability"]
        if "area" in line.given:
            said |= self._area(line, letter)
        if "types" in line.given:
            said["types"] = [public(each) for each in line.types]
        if "verdict" in line.given:
            said["verdict"] = line.verdict
        if numbers.marked(line.number):
            said["focus"] = True
        elif line.focus is not None:
            said["focus"] = line.focus
        return said

    def _printed(self, line: LetterLine, name: str, number: str) -> str:
        text = contact(f"letter_{name}", getattr(line, name), limit=LONGEST_TEXT)
        shown = public(text)
        if shown != text and name != "text":
            self._remark(line, number, "redacted", HEADINGS[name][0])
        return shown

    def _area(self, line: LetterLine, letter: Letter) -> dict[str, Any]:
        told = public(line.area)
        if letter.pk and told == (letter.area_text or (letter.area.name if letter.area else "")):
            return {}
        return {"area_text": told, "area": self._named(line, told, letter.number)}

    def _named(self, line: LetterLine, told: str, number: str) -> Area | None:
        try:
            return area_named(told)
        except Refused:
            if told not in self.unknown_areas:
                self.unknown_areas.add(told)
                self._remark(line, number, "area_unknown", told)
            return None

    def _others(self, line: LetterLine) -> dict[str, str]:
        return {public(head): public(text)[:LONGEST_OTHER] for head, text in line.others.items()}


def _codes_of(letter: Letter) -> frozenset[str]:
    units = {each.unit.code for each in letter.joint.all()}
    return frozenset(units | ({letter.lead.code} if letter.lead else set()))


def _has_rows(letter: Letter) -> bool:
    return any(each.struck_at is None for each in letter.accountability.all())


def _again(letter: Letter) -> Letter:
    """The letter read again, without what was fetched before it changed."""
    found = Letter.objects.select_related("batch", "lead", "area", "round__office")
    return found.get(pk=letter.pk)
