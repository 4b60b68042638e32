"""Letters that belong together, and the tasks that deal with them."""

from datetime import datetime

from django.db import transaction

from jieban.apps.letters.models import Letter, Link
from jieban.apps.letters.selectors.telling import mentioned
from jieban.apps.letters.services.keeping import hold_letter, record
from jieban.apps.rectification.selectors.seeing import task_by_serial
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.letters import LINKS
from jieban.domain.rectification.numbers import LONGEST, tidied

MOST_MENTIONED = 20


@transaction.atomic
def link_letter(
    actor: Actor,
    code: str,
    number: str,
    kind: str,
    other: str,
    *,
    at: datetime,
    found: str = "typed",
) -> Link:
    """Say that a letter repeats another, is the same matter, or is dealt with by a task.

    `other` is a number, which need not be known here, or ROUND/SERIAL of a task. Said twice, it
    is said once.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.link_unknown",
            "letter.link_itself", "letter.number_missing", "task.not_found".
    """
    letter = hold_letter(actor, code, number, "")
    if kind not in LINKS:
        raise Refused("letter.link_unknown", value=kind[:20])
    target = _task(actor, other) if kind == "task" else _number(other)
    if target == letter.number:
        raise Refused("letter.link_itself")
    held = Link.objects.filter(letter=letter, kind=kind, other=target, ended_at=None).first()
    return held or _make(actor, letter, kind, target, found, at)


@transaction.atomic
def end_link(
    actor: Actor, code: str, number: str, link: int, *, at: datetime, reason: str = ""
) -> Letter:
    """Take a link away; its row stays.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.link_not_found".
    """
    letter = hold_letter(actor, code, number, "")
    held = Link.objects.filter(letter=letter, pk=link, ended_at=None).first()
    if held is None:
        raise Refused("letter.link_not_found")
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    record(letter, "letter.unlinked", actor=actor, at=at, reason=reason[:500], link=held.pk)
    return letter


def link_mentioned(actor: Actor, letter: Letter, *, at: datetime) -> int:
    """Link a letter with every other that its texts name by number; how many are new.

    What was taken away once is not linked again.
    """
    named = mentioned(letter)
    if not named:
        return 0
    ended = set(Link.objects.filter(letter=letter).values_list("other", flat=True))
    wanted = [each for each in named if each[0] not in ended][:MOST_MENTIONED]
    for other, kind in wanted:
        _make(actor, letter, kind, other, "mentioned", at)
    return len(wanted)


def _make(actor: Actor, letter: Letter, kind: str, other: str, found: str, at: datetime) -> Link:
    link = Link.objects.create(
        letter=letter, kind=kind, other=other, found=found, made_at=at, made_by=actor.name
    )
    record(
        letter,
        "letter.linked",
        actor=actor,
        at=at,
        link=link.pk,
        link_kind=kind,
        other=other,
        found=found,
    )
    return link


def _number(said: str) -> str:
    number = tidied(said)
    if not number or len(number) > LONGEST or "/" in number or "\x00" in number:
        raise Refused("letter.number_missing")
    return number


def _task(actor: Actor, said: str) -> str:
    code, _, serial = said.strip().rpartition("/")
    if not (serial.isascii() and serial.isdecimal() and len(serial) <= 6) or "\x00" in code:
        raise Refused("task.not_found", round=code[:32], number=serial[:12])
    task = task_by_serial(actor, code, int(serial))
    return f"{task.round.code}/{task.serial}"
