"""Bringing a roster in from a file: lines that cannot be taken are listed and cost no other."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from jieban.apps.programmes import selectors
from jieban.apps.programmes.models import Official
from jieban.apps.programmes.services.officials import change_official, enter_official
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.programmes.officials import Profile
from jieban.tables.officials import OfficialLine, read_officials

MOST_LINES = 5000


@dataclass(frozen=True)
class Turned:
    """A line that was not taken: where it stands, why, and what it says."""

    sheet: str
    line: int
    because: Refused
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Brought:
    """What a file did: officials new, changed, the same; the lines turned away."""

    new: int
    changed: int
    same: int
    turned: tuple[Turned, ...]


@transaction.atomic
def import_officials(actor: Actor, path: Path, *, at: datetime) -> Brought:
    """Enter and change officials from a workbook or CSV; the same file again changes nothing.

    A line without a code is the official of this name and home, if there is exactly one.

    Raises:
        Refused "file.…", "official.no_layout", "official.file_too_long".
    """
    file = read_officials(path)
    if len(file.lines) > MOST_LINES:
        raise Refused("official.file_too_long", limit=MOST_LINES)
    counted: Counter[str] = Counter()
    turned = [
        Turned(each.sheet, each.line, Refused(each.reason, value=each.value), each.cells)
        for each in file.rejected
    ]
    seen: set[str] = set()
    for line in file.lines:
        try:
            with transaction.atomic():
                code, outcome = _take(actor, line, seen, at=at)
                seen.add(code)
                counted[outcome] += 1
        except Refused as refused:
            turned.append(Turned(line.sheet, line.line, refused, line.row))
    turned.sort(key=lambda each: (each.sheet, each.line))
    return Brought(counted["new"], counted["changed"], counted["same"], tuple(turned))


def _take(actor: Actor, line: OfficialLine, seen: set[str], *, at: datetime) -> tuple[str, str]:
    known = _known(line)
    conflicts = selectors.conflict_codes(line.conflicts)
    if known is None:
        made = enter_official(
            actor,
            line.code,
            line.name,
            line.home,
            at=at,
            skills=line.skills,
            brings=line.brings,
            conflicts=conflicts,
            available_from=line.available_from,
            available_until=line.available_until,
            account=line.account,
        )
        return made.code, "new"
    if known.code in seen:
        raise Refused("official.line_twice", official=known.code)
    before = selectors.profile_of(known)
    wanted = replace(
        before,
        name=line.name,
        home=line.home,
        skills=line.skills or before.skills,
        brings=line.brings or before.brings,
        conflicts=conflicts or before.conflicts,
        available_from=line.available_from or before.available_from,
        available_until=line.available_until or before.available_until,
        account=line.account or before.account,
    )
    change_official(actor, known.code, wanted, at=at)
    return known.code, "same" if _same(before, known.code) else "changed"


def _same(before: Profile, code: str) -> bool:
    return selectors.profile_of(selectors.official_by_code(code)) == before


def _known(line: OfficialLine) -> Official | None:
    if line.code:
        return selectors.officials().filter(code=line.code).first()
    found = selectors.officials_named(line.name, line.home)
    if len(found) > 1:
        raise Refused("official.line_ambiguous", name=line.name, home=line.home)
    return found[0] if found else None
