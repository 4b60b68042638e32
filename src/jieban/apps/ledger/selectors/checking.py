"""Finding what was altered, removed or inserted past the program.

Two walks. Along each subject: every event fits its digest and follows the one before. Along
the seals: each run of events still has the digest and the heads it was sealed with. Only the
second finds a removed last event and a chain that was written anew from some point on.
Seals an auditor kept outside replace the database's own, which somebody who can change the
events could have made anew as well.
"""

import base64
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jieban.apps.ledger import chain
from jieban.apps.ledger.models import Event, Seal
from jieban.apps.ledger.selectors import seals as sealed
from jieban.domain.errors import Refused

FAULTS = (
    "altered",
    "gap",
    "broken_link",
    "removed",
    "inserted",
    "rewritten",
    "renumbered",
    "seal_altered",
    "seal_missing",
)
_COLUMNS = ("number", "digest", *chain.CONTENT)
Advance = Callable[[int], None]
FileSeal = Seal
"""A seal read from a file: never stored, compared with the one of the same number."""


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit. `what` is one of `FAULTS`.

    `number` is the event's, 0 where it is gone or a seal is meant; `subject` is "kind/id",
    for a seal "seal/number", for a run of numbers "events/first-last".
    """

    number: int
    subject: str
    seq: int
    what: str


@dataclass
class Checked:
    """The outcome of one walk over the whole ledger: how much was read, and what does not fit.

    `last` is the newest event read; events after `sealed_to` have no seal yet.
    """

    events: int = 0
    last: int = 0
    seals: int = 0
    sealed_to: int = 0
    faults: list[Fault] = field(default_factory=list)


def faults() -> Iterator[Fault]:
    """Walk every chain and name each event that was altered, or whose predecessor is gone."""
    yield from _walk(_chains(), lambda _: None)


def faults_of(subject_kind: str, subject_id: str) -> list[Fault]:
    """The faults of one subject's chain; empty when every event fits the one before."""
    rows = Event.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return list(_walk(rows.order_by("seq").values_list(*_COLUMNS), lambda _: None))


def check(against: Sequence[FileSeal] = (), advance: Advance = lambda _: None) -> Checked:
    """Walk every chain and every seal; with `against`, by those seals where they reach.

    `advance` is told how many events were read so far; both walks read each event once.
    """
    checked = Checked()
    for event in _walk(_chains(), lambda row: _count(checked, row, advance)):
        checked.faults.append(event)
    checked.faults += _seal_faults(against)
    known = {fault.number for fault in checked.faults if fault.number}
    first = True
    for seal in _trusted(against):
        if first:
            checked.faults += _before(seal)
            first = False
        checked.faults += _range_faults(seal, known)
        checked.seals += 1
        checked.sealed_to = seal.last
        advance(checked.events + seal.total)
    return checked


def check_subject(
    subject_kind: str, subject_id: str, against: Sequence[FileSeal] = ()
) -> list[Fault]:
    """The faults of one subject: its chain, and its place in every seal."""
    return _subject_faults(subject_kind, subject_id, _trusted(against))


def faults_shown(subject_kind: str, subject_id: str) -> list[Fault]:
    """As `check_subject`, quick enough for a page: its chain, and the seals over its events.

    A last event that is gone together with every other one of its seal is not missed here, but
    by the walk over the whole ledger; what the latest walk found of the subject is added.
    """
    rows = Event.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    numbers = list(rows.order_by("number").values_list("number", flat=True))
    ends = list(sealed.all_seals().values_list("last", "number"))
    lasts = [last for last, _ in ends]
    places = {bisect_left(lasts, number) for number in numbers}
    over = [ends[place][1] for place in places if place < len(ends)]
    seals = sealed.all_seals().filter(number__in=over).iterator(chunk_size=20)
    found = _subject_faults(subject_kind, subject_id, seals)
    walk = sealed.last_verification()
    name = f"{subject_kind}/{subject_id}"
    kept = [Fault(**fault) for fault in walk.faults if fault["subject"] == name] if walk else []
    return found + [fault for fault in kept if fault not in found]


def _subject_faults(subject_kind: str, subject_id: str, seals: Iterable[Seal]) -> list[Fault]:
    found = faults_of(subject_kind, subject_id)
    name = f"{subject_kind}/{subject_id}"
    rows = Event.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    events = list(rows.order_by("number").values_list("number", "seq", "digest"))
    for seal in seals:
        try:
            expected = chain.head_in(seal.heads, seal.heads_digest, name)
        except ValueError:
            # The seal itself is at fault, which the walk over the whole ledger says.
            continue
        within = [event for event in events if seal.after < event[0] <= seal.last]
        head = within[-1] if within else None
        found += _head_faults(name, expected, head[1:] if head else None, head[0] if head else 0)
    return found


def sealed_file(file: Path) -> list[FileSeal]:
    """The seals in a file that `jieban ledger seals export` wrote.

    Raises:
        Refused "ledger.seals_unreadable": the file is not there, or a line says something else.
    """
    found: list[FileSeal] = []
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                found.append(_from_line(file, number, line))
    except (OSError, UnicodeDecodeError):
        raise Refused("ledger.seals_unreadable", file=str(file), line=len(found) + 1) from None
    if not found:
        raise Refused("ledger.seals_unreadable", file=str(file), line=1)
    return found


def _from_line(file: Path, number: int, line: str) -> FileSeal:
    try:
        said = json.loads(line)
        return Seal(
            number=int(said["seal"]),
            made_at=datetime.fromisoformat(said["made_at"]),
            heads=base64.b64decode(said["heads"], validate=True),
            **{name: int(said[name]) for name in ("after", "last", "events", "total")},
            **{
                name: str(said[name])
                for name in ("events_digest", "heads_digest", "previous", "digest")
            },
        )
    except (ValueError, KeyError, TypeError):
        raise Refused("ledger.seals_unreadable", file=str(file), line=number) from None


# --- along the chains ---------------------------------------------------------------------


def _chains() -> Iterator[tuple[Any, ...]]:
    ordered = Event.objects.order_by("subject_kind", "subject_id", "seq")
    return ordered.values_list(*_COLUMNS).iterator(chunk_size=2000)


def _count(checked: Checked, row: tuple[Any, ...], advance: Advance) -> None:
    checked.events += 1
    checked.last = max(checked.last, row[0])
    if checked.events % 2000 == 0:
        advance(checked.events)


def _walk(
    ordered: Iterable[tuple[Any, ...]], seen: Callable[[tuple[Any, ...]], None]
) -> Iterator[Fault]:
    subject: tuple[str, str] | None = None
    seq, link = 0, ""
    for row in ordered:
        seen(row)
        number, digest, *content = row
        _, _, kind, code, place, *_, previous = content
        if (kind, code) != subject:
            subject, seq, link = (kind, code), 0, ""
        name = f"{kind}/{code}"
        if place != seq + 1:
            yield Fault(number, name, place, "gap")
        elif previous != link:
            yield Fault(number, name, place, "broken_link")
        if chain.digest_of_row(tuple(content)) != digest:
            yield Fault(number, name, place, "altered")
        seq, link = place, digest


# --- along the seals ----------------------------------------------------------------------


def _trusted(against: Sequence[FileSeal]) -> Iterator[Seal]:
    """The seals to go by: those kept outside as far as they reach, then the database's."""
    yield from against
    last = against[-1].number if against else 0
    yield from sealed.all_seals().filter(number__gt=last).iterator(chunk_size=50)


def _seal_faults(against: Sequence[FileSeal]) -> Iterator[Fault]:
    """Seals that do not follow one another, do not fit their digest, or differ from outside."""
    kept = {seal.number: seal.digest for seal in against}
    before: Seal | None = None
    for seal in sealed.all_seals().iterator(chunk_size=50):
        expected = before.number + 1 if before else 1
        for missing in range(expected, seal.number):
            yield _seal_fault(missing, "seal_missing")
        # What follows a missing seal cannot be compared with it.
        follows = seal.number != expected or _follows(seal, before)
        differs = seal.number in kept and kept.pop(seal.number) != seal.digest
        if not follows or differs or not _fits(seal):
            yield _seal_fault(seal.number, "seal_altered")
        kept.pop(seal.number, None)
        before = seal
    for number in kept:
        yield _seal_fault(number, "seal_missing")


def _follows(seal: Seal, before: Seal | None) -> bool:
    if before is None:
        return (seal.after, seal.previous, seal.total) == (0, "", seal.events)
    return (seal.after, seal.previous, seal.total) == (
        before.last,
        before.digest,
        before.total + seal.events,
    )


def _fits(seal: Seal) -> bool:
    return chain.digest_of_seal(seal) == seal.digest and _heads(seal) is not None


def _seal_fault(number: int, what: str) -> Fault:
    return Fault(0, f"seal/{number}", number, what)


def _heads(seal: Seal) -> Mapping[str, chain.Head] | None:
    """The heads a seal names; None if they are not those it was made with."""
    try:
        heads = chain.unpack(seal.heads)
    except ValueError:
        return None
    return heads if chain.digest_of_heads(heads) == seal.heads_digest else None


def _before(seal: Seal) -> Iterator[Fault]:
    """Events numbered below the first sealed one, where none can be."""
    rows = Event.objects.filter(number__lte=seal.after)
    for number, kind, code, seq in rows.values_list("number", "subject_kind", "subject_id", "seq"):
        yield Fault(number, f"{kind}/{code}", seq, "inserted")


def _range_faults(seal: Seal, known: set[int]) -> list[Fault]:
    """What differs between the events in a seal's range and what was sealed."""
    rows = sealed.unsealed(seal.after, seal.last, limit=None)
    found = chain.range_of(rows)
    if (found.events, found.digest) == (seal.events, seal.events_digest):
        return []
    expected = _heads(seal) or {}
    named: list[Fault] = []
    for name in sorted(expected.keys() | found.heads.keys()):
        if expected:
            named += _head_faults(
                name, expected.get(name), found.heads.get(name), found.numbers.get(name, 0)
            )
    if not named and not any(row[0] in known for row in rows):
        # Every chain and every head is right, and yet the run is not what it was.
        named.append(Fault(0, f"events/{seal.after + 1}-{seal.last}", 0, "renumbered"))
    return named


def _head_faults(
    name: str, expected: chain.Head | None, found: chain.Head | None, number: int
) -> list[Fault]:
    if expected == found:
        return []
    if found is None or (expected is not None and found[0] < expected[0]):
        assert expected is not None
        return [Fault(0, name, expected[0], "removed")]
    if expected is None or found[0] > expected[0]:
        return [Fault(number, name, found[0], "inserted")]
    return [Fault(number, name, found[0], "rewritten")]
