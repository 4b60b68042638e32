"""The roster: entering an official, changing what is known of them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from jieban.apps.ledger import services as ledger
from jieban.apps.programmes import selectors
from jieban.apps.programmes.models import Official
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.programmes.officials import Profile, checked, checked_code

_FIELDS = (
    "name",
    "home",
    "skills",
    "brings",
    "conflicts",
    "available_from",
    "available_until",
    "account",
)
# A name and an account belong to the row, which can be put right; the ledger keeps the rest.
_PRIVATE = ("name", "account")


@transaction.atomic
def enter_official(
    actor: Actor,
    code: str,
    name: str,
    home: str,
    *,
    at: datetime,
    skills: Sequence[str] = (),
    brings: Sequence[str] = (),
    conflicts: Sequence[str] = (),
    available_from: date | None = None,
    available_until: date | None = None,
    account: str = "",
) -> Official:
    """Put an official on the roster; without a code the next one (G0001, G0002, …) is given.

    Raises:
        Refused "official.exists", "official.conflict_unknown", and those of
            `domain.programmes.officials.checked` and `checked_code`.
    """
    profile = checked(
        Profile(
            name,
            home,
            tuple(skills),
            tuple(brings),
            tuple(conflicts),
            available_from,
            available_until,
            account,
        )
    )
    code = checked_code(code) if code.strip() else selectors.next_official_code()
    if Official.objects.filter(code=code).exists():
        raise Refused("official.exists", official=code)
    selectors.check_conflicts(profile.conflicts)
    made = Official(code=code)
    _fill(made, profile)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        # Somebody took the code at the same moment.
        raise Refused("official.exists", official=code) from None
    body = {
        "home": made.home,
        "skills": made.skills,
        "brings": made.brings,
        "conflicts": made.conflicts,
        "available_from": _plain(made.available_from),
        "available_until": _plain(made.available_until),
    }
    ledger.append("official", code, "official.entered", actor=actor, at=at, body=body, first=True)
    return made


@transaction.atomic
def change_official(actor: Actor, code: str, profile: Profile, *, at: datetime) -> Official:
    """Change what the roster says; nothing is written where nothing changed.

    Raises:
        Refused "official.not_found", "official.conflict_unknown", and those of `checked`.
    """
    official = Official.objects.select_for_update().filter(code=code).first()
    if official is None:
        raise Refused("official.not_found", official=code)
    tidy = checked(profile)
    selectors.check_conflicts(tidy.conflicts)
    before = {name: _plain(getattr(official, name)) for name in _FIELDS}
    _fill(official, tidy)
    after = {name: _plain(getattr(official, name)) for name in _FIELDS}
    changed = [name for name in _FIELDS if before[name] != after[name]]
    if not changed:
        return official
    official.save(update_fields=[*_FIELDS, "home_code"])
    told = [name for name in changed if name not in _PRIVATE]
    body = {
        "changed": changed,
        "before": {name: before[name] for name in told},
        "after": {name: after[name] for name in told},
    }
    ledger.append("official", code, "official.changed", actor=actor, at=at, body=body)
    return official


def _fill(official: Official, profile: Profile) -> None:
    for name in _FIELDS:
        value = getattr(profile, name)
        setattr(official, name, list(value) if isinstance(value, tuple) else value)
    official.home_code = selectors.unit_code_of(profile.home)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
