"""What the API takes and gives for cases. Names are the glossary's."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from jieban.apps.cases.services.intake import LONGEST
from jieban.domain.cases.lifecycle import MOVES


def _writable(value: Any) -> Any:
    """Text that a database can hold: no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a text holds no NUL")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("a text is whole Unicode") from None
    return value


Text = Annotated[str, BeforeValidator(_writable)]
Code = Annotated[str, BeforeValidator(_writable), Field(max_length=32)]
Reason = Annotated[str, BeforeValidator(_writable), Field(max_length=2000)]
Number = Annotated[str, BeforeValidator(_writable), Field(max_length=32)]
Version = Annotated[int | None, Field(ge=1, le=2**31 - 1)]


class Said(Schema):
    """A body; a name it does not know is refused, so that a slip of the pen is not lost."""

    model_config = ConfigDict(extra="forbid")


class CaseIn(Said):
    """A case as it is taken in."""

    text: Annotated[Text, Field(min_length=1, max_length=LONGEST["text"])]
    title: Annotated[Text, Field(max_length=LONGEST["title"])] = ""
    name: Annotated[Text, Field(max_length=LONGEST["name"])] = ""
    phone: Annotated[Text, Field(max_length=LONGEST["phone"])] = ""
    address: Annotated[Text, Field(max_length=LONGEST["address"])] = ""
    area: Code = ""
    category: Annotated[Text, Field(max_length=LONGEST["category"])] = ""
    kind: Literal["request", "enquiry"] = "request"
    urgency: Literal["normal", "urgent"] = "normal"
    complexity: Literal["normal", "complex"] = "normal"
    channel: Literal["phone", "app", "wechat", "web", "visit", "letter"] = "phone"


class Shown(BaseModel):
    """An answer, read from a row's attributes."""

    model_config = ConfigDict(from_attributes=True)


NumberOf = Annotated[str | None, BeforeValidator(lambda case: case and case.number)]
"""The number of another case; null without one."""


class PlaceOut(Shown):
    code: str
    name: str


class ShareOut(Shown):
    """One unit's present share of a case."""

    unit: PlaceOut
    role: str
    dispatched_at: datetime
    accepted_at: datetime | None
    answered_at: datetime | None


class CaseOut(Shown):
    """A case as everybody in reach may see it: redacted."""

    number: str
    state: str
    version: int
    kind: str
    urgency: str
    complexity: str
    category: str
    channel: str
    area: PlaceOut | None
    address: str
    title: str
    text: str
    lead_unit: PlaceOut | None
    received_at: datetime
    contacted_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    contact_due_at: datetime | None
    due_at: datetime | None
    by_calendar_time: bool
    held: bool
    supervised: bool
    waiting: bool
    gone_up: bool
    excluded_ground: str
    returns: int
    passes: int
    urges: int
    merged_into: NumberOf
    parent: NumberOf


class CaseDetailOut(CaseOut):
    """With its shares and the moves that may be made now by who asks."""

    shares: list[ShareOut]
    allowed: list[str]


class CasesOut(Schema):
    """A page of cases; `next` is the cursor of the following one, empty on the last."""

    cases: list[CaseOut]
    next: str


class MoveIn(Said):
    """One move; which of the other names it takes is said in the guide."""

    move: Literal[tuple(name for name in MOVES if name != "receive")]  # type: ignore[valid-type]
    version: Version = None
    reason: Reason = ""
    unit: Code = ""
    lead: Code = ""
    dual: Annotated[list[Code], Field(max_length=20)] = []
    joint: Annotated[list[Code], Field(max_length=20)] = []
    text: Annotated[Text, Field(max_length=LONGEST["text"])] = ""
    instead: Annotated[Text, Field(max_length=255)] = ""


class ContactIn(Said):
    method: Literal["phone", "visit", "message"] = "phone"
    reached: bool = True
    note: Annotated[Text, Field(max_length=LONGEST["text"])] = ""
    unit: Code = ""
    version: Version = None


class ClassificationIn(Said):
    """What is left out stays as it is."""

    category: Annotated[Text | None, Field(max_length=LONGEST["category"])] = None
    urgency: Literal["normal", "urgent"] | None = None
    complexity: Literal["normal", "complex"] | None = None
    area: Code | None = None
    reason: Reason = ""
    version: Version = None


class RequestIn(Said):
    """A request; `terms` are those its kind demands."""

    kind: Literal["hold", "extension", "exclusion", "objection"]
    reason: Reason
    terms: Annotated[
        dict[Annotated[Text, Field(max_length=32)], Annotated[Text, Field(max_length=500)]],
        Field(max_length=8),
    ] = {}
    version: Version = None


class RequestOut(Schema):
    id: int
    case: str
    kind: str
    state: str
    terms: dict[str, str]
    reason: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    decision: str
    ended_at: datetime | None

    @staticmethod
    def resolve_case(request: Any) -> str:
        return str(request.case.number)


class RequestsOut(Schema):
    requests: list[RequestOut]


class DecisionIn(Said):
    granted: bool
    reason: Reason = ""


class ReasonIn(Said):
    reason: Reason


class UrgeIn(Said):
    reason: Reason


class SupervisionIn(Said):
    source: Annotated[Text, Field(max_length=64)]
    reason: Reason = ""


class LinkIn(Said):
    """repeat: the same matter again; merge: handled with the other from now on."""

    kind: Literal["repeat", "merge"]
    other: Number
    reason: Reason = ""


class JointCallIn(Said):
    units: Annotated[list[Code], Field(min_length=1, max_length=30)]
    topic: Annotated[Text, Field(min_length=1, max_length=255)]
    basis: Annotated[Text, Field(max_length=255)] = ""
    report_in_by: AwareDatetime
    version: Version = None


class CalledOut(Schema):
    unit: PlaceOut
    arrived_at: datetime | None
    task: str
    task_due_on: date | None
    task_done_at: datetime | None
    rating_of_unit: int | None
    rating_of_caller: int | None


class JointCallOut(Schema):
    id: int
    case: str
    caller: PlaceOut
    topic: str
    basis: str
    called_at: datetime
    report_in_by: datetime
    visited_at: datetime | None
    findings: str
    finished_at: datetime | None
    units: list[CalledOut]

    @staticmethod
    def resolve_case(call: Any) -> str:
        return str(call.case.number)

    @staticmethod
    def resolve_units(call: Any) -> list[Any]:
        return list(call.units.select_related("unit"))


class EventOut(Schema):
    """One line of the case's chain in the ledger."""

    seq: int
    kind: str
    happened_at: datetime
    actor_name: str
    actor_post: str
    reason: str
    body: dict[str, Any]
    digest: str


class EventsOut(Schema):
    events: list[EventOut]


class PrivateOut(Schema):
    """What the resident said or left, in clear."""

    private: dict[str, str]


class ErrorBody(Schema):
    code: str
    message: str
    detail: dict[str, Any]


class ErrorOut(Schema):
    """The one shape of every error."""

    error: ErrorBody
