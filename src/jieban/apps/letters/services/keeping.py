"""What every act on letters shares: the row held, who may, days, types, the event."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings

from jieban.apps.directory.models import Unit
from jieban.apps.ledger import services as ledger
from jieban.apps.letters.models import Batch, Letter, LetterType, LetterUnit
from jieban.apps.letters.selectors.seeing import (
    letter_by_number,
    may_answer,
    may_judge,
    may_manage,
    rounds_managed_by,
)
from jieban.apps.rectification.models import Round
from jieban.apps.rectification.selectors.seeing import person_of
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.numbers import Bounds
from jieban.sealing import sealer_of


def hold_round(actor: Actor, code: str) -> Round:
    """The round, its row locked, for whoever takes letters in.

    Raises:
        Refused "actor.not_permitted", "round.not_found".
    """
    actor.demand("letter.manage")
    found = rounds_managed_by(actor).filter(code=code).select_related("office")
    held = found.select_for_update(of=("self",)).first()
    if held is None:
        raise Refused("round.not_found", round=code[:32])
    return held


def hold_batch(actor: Actor, code: str, number: str) -> Batch:
    """The batch, its row locked, for whoever keeps it.

    Raises:
        Refused "actor.not_permitted", "round.not_found", "batch.not_found".
    """
    held = hold_round(actor, code)
    found = Batch.objects.filter(round=held, number=number).select_related("round__office")
    batch = found.select_for_update(of=("self",)).first()
    if batch is None:
        raise Refused("batch.not_found", round=code[:32], batch=number[:16])
    return batch


def hold_letter(
    actor: Actor, code: str, number: str, permission: str, version: int | None = None
) -> Letter:
    """The letter, its row locked, for one who holds the permission on it.

    `permission` "" is for either of letter.manage and letter.handle; "judge" is letter.manage on
    the unit that decides.

    Raises:
        Refused "letter.not_found", "letter.not_yours", "letter.changed_meanwhile".
    """
    seen = letter_by_number(actor, code, number)
    letter = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("round__office", "batch__round", "lead", "area")
        .get(pk=seen.pk)
    )
    allowed = {
        "letter.manage": (may_manage,),
        "letter.handle": (may_answer,),
        "judge": (may_judge,),
        "": (may_manage, may_answer),
    }[permission]
    if not any(may(actor, letter) for may in allowed):
        raise Refused("letter.not_yours", number=number[:32])
    if version is not None and version != letter.version:
        raise Refused("letter.changed_meanwhile", number=number[:32])
    return letter


def bounds_of(round_: Round) -> Bounds:
    """What numbers of its letters are held against."""
    return Bounds(
        round_.nth, tuple(round_.letter_codes), round_.stationed_from, round_.stationed_to
    )


def sealed(text: str) -> tuple[bytes | None, str]:
    """An original text sealed, and its keyed digest; nothing of no text."""
    if not text:
        return None, ""
    sealer = sealer_of(settings.HOME.keys)
    plain = text.encode()
    return sealer.seal(plain), sealer.digest(plain).hex()


def check_units(actor: Actor, before: Iterable[str], after: Iterable[str]) -> None:
    """Nobody takes their own unit off a letter: they would then decide on its work.

    Raises:
        Refused "letter.own_unit_stays".
    """
    gone = set(before) - set(after)
    own = sorted(gone & person_of(actor).works_for)
    if own:
        raise Refused("letter.own_unit_stays", units=own)


def write_units(letter: Letter, joint: Iterable[Unit]) -> None:
    """Store the joint units, without the lead unit."""
    letter.joint.all().delete()
    LetterUnit.objects.bulk_create(
        LetterUnit(letter=letter, unit=unit, position=place)
        for place, unit in enumerate(joint, start=1)
        if unit.pk != letter.lead_id
    )


def write_types(letter: Letter) -> None:
    """Store the types once more as rows."""
    letter.type_rows.all().delete()
    LetterType.objects.bulk_create(LetterType(letter=letter, code=code) for code in letter.types)


def record(
    letter: Letter, kind: str, /, *, actor: Actor, at: datetime, reason: str = "", **body: Any
) -> None:
    """One event of a letter, and its row stored with the next version."""
    letter.version += 1
    letter.save()
    ledger.append("letter", str(letter), kind, actor=actor, at=at, reason=reason, body=body)


def record_batch(batch: Batch, kind: str, /, *, actor: Actor, at: datetime, **body: Any) -> None:
    """One event of a batch, and its row stored with the next version."""
    batch.version += 1
    batch.save()
    ledger.append("batch", str(batch), kind, actor=actor, at=at, body=body)
