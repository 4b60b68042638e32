"""受理: a case is taken in, classified, and its words are kept apart from its row."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.db import transaction

from jieban.apps.cases import searching
from jieban.apps.cases.models import AttributedBy, Case, CasePrivate
from jieban.apps.cases.selectors.live import FAR, place_keys
from jieban.apps.cases.services.keeping import (
    begin_reach,
    hold_row,
    involved_units,
    next_id,
    record,
    set_clocks,
    set_reach,
)
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area
from jieban.apps.directory.selectors import Standing
from jieban.apps.rows import insert_row
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import State
from jieban.domain.cases.numbers import case_number
from jieban.domain.errors import Refused
from jieban.domain.privacy.redaction import building_of, normal_phone, redact
from jieban.sealing import sealer_of

CHANNELS = ("phone", "app", "wechat", "web", "visit", "letter")
KINDS = ("request", "enquiry")
URGENCIES = ("normal", "urgent")
COMPLEXITIES = ("normal", "complex")
LONGEST = {"text": 5000, "title": 60, "name": 64, "phone": 32, "address": 200, "category": 255}
_TITLE = 40


@dataclass(frozen=True)
class Intake:
    """What a resident said, as it was taken down. Only the text is always there.

    `area` is a code of the directory; `address` may go down to the flat.
    """

    text: str
    title: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""
    area: str = ""
    category: str = ""
    kind: str = "request"
    urgency: str = "normal"
    complexity: str = "normal"
    channel: str = "phone"


@dataclass(frozen=True)
class Prepared:
    """A case that wants only its number and its place in the database."""

    case: Case
    private: CasePrivate
    scopes: tuple[str, ...]
    tokens: str
    actor: Actor
    body: dict[str, str]


def receive_case(actor: Actor, intake: Intake, *, at: datetime, parent: Case | None = None) -> Case:
    """Take a case in: its row, its sealed half, its place in lists and search, its event.

    Raises:
        Refused "actor.not_permitted", "case.text_missing", "case.too_long",
            "case.word_unknown", "directory.unknown_area".
    """
    return store_case(prepare_case(actor, intake, at=at, parent=parent))


def prepare_case(
    actor: Actor, intake: Intake, *, at: datetime, parent: Case | None = None
) -> Prepared:
    """Everything about a new case that can be done before it is written.

    Checking, redacting, sealing, reading the clocks: two thirds of the work, while others write.

    Raises: as `receive_case`.
    """
    actor.demand("case.receive")
    check_intake(intake)
    now = directory.standing()
    area = _place(intake.area, now)
    public, flat = building_of(intake.address)
    title = redact(intake.title or intake.text[:_TITLE], names=(intake.name,))
    case = Case(
        state=State.RECEIVED.value,
        kind=intake.kind,
        urgency=intake.urgency,
        complexity=intake.complexity,
        category=intake.category,
        channel=intake.channel,
        area=area,
        attributed_by=AttributedBy.PERSON if area else AttributedBy.NOBODY,
        address=redact(public),
        title=" ".join(title.split())[:128],
        text=redact(intake.text, names=(intake.name,)),
        received_at=at,
        clock_started_at=at,
        next_at=FAR,
        parent=parent,
    )
    set_clocks(case, at=at)
    return Prepared(
        case,
        _sealed(intake, flat),
        tuple(place_keys(case, now=now)),
        searching.tokens_of(case),
        actor,
        {
            "kind": case.kind,
            "urgency": case.urgency,
            "complexity": case.complexity,
            "category": case.category,
            "channel": case.channel,
            "area": intake.area,
            "limit": case.limit_name,
            "parent": parent.number if parent else "",
        },
    )


@transaction.atomic
def store_case(prepared: Prepared) -> Case:
    """Number and write a prepared case."""
    case, at = prepared.case, prepared.case.received_at
    case.id = next_id()
    case.number = case_number(at.astimezone(ZoneInfo(settings.TIME_ZONE)).date(), case.id)
    record(case, "case.received", actor=prepared.actor, at=at, body=prepared.body, first=True)
    prepared.private.case = case
    insert_row(prepared.private)
    begin_reach(case, prepared.scopes)
    searching.enter(case.id, prepared.tokens)
    return case


@transaction.atomic
def classify_case(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    reason: str = "",
    category: str | None = None,
    urgency: str | None = None,
    complexity: str | None = None,
    area: str | None = None,
    version: int | None = None,
) -> Case:
    """Set category, urgency, complexity or place anew; the clocks follow.

    After the dispatch a reason is demanded: moving a case to another place or kind moves it
    in the figures.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.reason_missing",
            "case.word_unknown", "directory.unknown_area".
    """
    case = hold_row(actor, number, "case.classify", version)
    if case.state != State.RECEIVED and not reason.strip():
        raise Refused("case.reason_missing")
    before = _classified(case)
    if category is not None:
        case.category = category
    if urgency is not None:
        case.urgency = _known("urgency", urgency, URGENCIES)
    if complexity is not None:
        case.complexity = _known("complexity", complexity, COMPLEXITIES)
    if area is not None:
        case.area = directory.area_by_code(area)
        case.attributed_by = AttributedBy.PERSON
    after = _classified(case)
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return case
    set_clocks(case, at=at)
    record(
        case,
        "case.classified",
        actor=actor,
        at=at,
        reason=reason,
        body={"before": {name: before[name] for name in changed}, "after": changed},
    )
    set_reach(case, involved_units(case) if "area" in changed else None)
    return case


def _place(code: str, now: Standing) -> Area | None:
    """The place of a code, from the picture that is kept in memory; None where none is named."""
    if not code:
        return None
    return now.areas.get(code) or directory.area_by_code(code)


def check_intake(intake: Intake) -> None:
    """
    Raises:
        Refused "case.text_missing", "case.too_long", "case.word_unknown".
    """
    if not intake.text.strip():
        raise Refused("case.text_missing")
    for name, longest in LONGEST.items():
        if len(getattr(intake, name)) > longest:
            raise Refused("case.too_long", field=name, limit=longest)
        if "\x00" in getattr(intake, name):
            raise Refused("case.word_unknown", field=name, value="\\0", known=[])
    _known("kind", intake.kind, KINDS)
    _known("urgency", intake.urgency, URGENCIES)
    _known("complexity", intake.complexity, COMPLEXITIES)
    _known("channel", intake.channel, CHANNELS)


def _known(field: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise Refused("case.word_unknown", field=field, value=value, known=list(known))
    return value


def _classified(case: Case) -> dict[str, str]:
    return {
        "category": case.category,
        "urgency": case.urgency,
        "complexity": case.complexity,
        "area": case.area.code if case.area else "",
    }


def _sealed(intake: Intake, flat: str) -> CasePrivate:
    sealer = sealer_of(settings.HOME.keys)
    private = {
        "name": intake.name.strip(),
        "phone": intake.phone.strip(),
        "address": intake.address.strip(),
        "flat": flat,
        "title": intake.title.strip(),
        "text": intake.text,
    }
    phone = normal_phone(intake.phone)
    return CasePrivate(
        sealed=sealer.seal(orjson.dumps({key: said for key, said in private.items() if said})),
        phone_index=sealer.blind("phone", phone) if phone else None,
    )
