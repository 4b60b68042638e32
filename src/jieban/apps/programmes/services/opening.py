"""Opening programmes and cohorts, and changing the criteria of a programme."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from jieban.apps.ledger import services as ledger
from jieban.apps.programmes import selectors
from jieban.apps.programmes.models import Cohort, Programme, Selection
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import PRESETS, Criteria, read_criteria

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_LONGEST_NAME = 128
_MOST_MONTHS = 60
_MOST_COHORTS = 999
# Years a start may lie in; beyond them its end has no date, or somebody mistyped.
_EARLIEST, _LATEST = 1950, 2200


@transaction.atomic
def open_programme(
    actor: Actor,
    code: str,
    name: str,
    *,
    at: datetime,
    criteria: Criteria | Mapping[str, Any] | None = None,
    term_months: int = 6,
    extension_months: int = 3,
    max_extensions: int = 1,
) -> Programme:
    """Open a programme; without criteria it begins with those of the worst 51.

    Raises:
        Refused "programme.code_wrong", "programme.name_wrong", "programme.exists",
            "programme.months_wrong", "criteria.invalid".
    """
    code, name = code.strip(), " ".join(name.split())
    # "new" is an address of its own.
    if not _CODE.fullmatch(code) or code == "new":
        raise Refused("programme.code_wrong", programme=code[:40] or "–")
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Refused("programme.name_wrong", limit=_LONGEST_NAME)
    lengths = (term_months, extension_months, max_extensions)
    if term_months < 1 or min(lengths) < 0 or max(lengths) > _MOST_MONTHS:
        raise Refused("programme.months_wrong", most=_MOST_MONTHS)
    if Programme.objects.filter(code=code).exists():
        raise Refused("programme.exists", programme=code)
    chosen = _criteria(PRESETS["worst"] if criteria is None else criteria)
    try:
        with transaction.atomic():
            made = Programme.objects.create(
                code=code,
                name=name,
                criteria=chosen.as_table(),
                term_months=term_months,
                extension_months=extension_months,
                max_extensions=max_extensions,
                opened_at=at,
                opened_by=actor.name,
            )
    except IntegrityError:
        # Somebody opened it at the same moment.
        raise Refused("programme.exists", programme=code) from None
    body = {
        "name": name,
        "criteria": chosen.as_table(),
        "term_months": term_months,
        "extension_months": extension_months,
        "max_extensions": max_extensions,
    }
    ledger.append("programme", code, "programme.opened", actor=actor, at=at, body=body)
    return made


@transaction.atomic
def change_criteria(
    actor: Actor,
    code: str,
    criteria: Criteria | Mapping[str, Any],
    *,
    at: datetime,
    reason: str,
) -> Programme:
    """Choose by other criteria from now on; lists that were made keep theirs.

    Raises:
        Refused "programme.not_found", "programme.reason_missing", "programme.same_criteria",
            "criteria.invalid".
    """
    programme = hold_programme(code)
    chosen, before = _criteria(criteria), selectors.criteria_of(programme)
    if not reason.strip():
        raise Refused("programme.reason_missing")
    if chosen == before:
        raise Refused("programme.same_criteria")
    programme.criteria = chosen.as_table()
    programme.save(update_fields=["criteria"])
    ledger.append(
        "programme",
        code,
        "programme.criteria_changed",
        actor=actor,
        at=at,
        reason=reason.strip(),
        body={"before": before.as_table(), "after": chosen.as_table()},
    )
    return programme


@transaction.atomic
def open_cohort(
    actor: Actor,
    programme: Programme,
    number: int | None = None,
    *,
    at: datetime,
    planned_start: date | None = None,
    selection: Selection | None = None,
) -> Cohort:
    """Open a cohort, the next one where no number is said. With a selection its places are known.

    Raises:
        Refused "cohort.number_wrong", "cohort.exists", "cohort.start_wrong",
            "cohort.other_programme",
            "cohort.lot_waiting".
    """
    held = hold_programme(programme.code)
    if number is None:
        last = held.cohorts.order_by("-number").first()
        number = last.number + 1 if last else 1
    if not 1 <= number <= _MOST_COHORTS:
        raise Refused("cohort.number_wrong", number=number, most=_MOST_COHORTS)
    if planned_start is not None and not _EARLIEST <= planned_start.year <= _LATEST:
        raise Refused("cohort.start_wrong", day=planned_start)
    if held.cohorts.filter(number=number).exists():
        raise Refused("cohort.exists", programme=held.name, number=number)
    if selection is not None:
        if selection.programme_id != held.pk:
            raise Refused("cohort.other_programme", selection=str(selection), programme=held.name)
        if selectors.lot_is_waiting(selection):
            raise Refused("cohort.lot_waiting", selection=str(selection))
    made = Cohort.objects.create(
        programme=held, number=number, planned_start=planned_start, selection=selection
    )
    body = {
        "cohort": number,
        "planned_start": planned_start.isoformat() if planned_start else None,
        "selection": str(selection) if selection else None,
    }
    ledger.append("cohort", selectors.name_of(made), "cohort.opened", actor=actor, at=at, body=body)
    return made


def hold_programme(code: str) -> Programme:
    """The programme's row, held until the transaction ends.

    Raises:
        Refused "programme.not_found".
    """
    programme = Programme.objects.select_for_update().filter(code=code).first()
    if programme is None:
        raise Refused("programme.not_found", programme=code)
    return programme


def _criteria(given: Criteria | Mapping[str, Any]) -> Criteria:
    return read_criteria(given.as_table() if isinstance(given, Criteria) else given)
