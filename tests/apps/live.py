"""A small made-up district and people with posts, for tests of cases handled here."""

from datetime import UTC, datetime, timedelta

from jieban.apps.cases import services
from jieban.apps.cases.models import Case
from jieban.apps.cases.services import Intake
from jieban.apps.directory.models import Area, Unit
from jieban.domain.actors import Actor, Grant

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)

HANDLING = frozenset(("case.see", "case.handle", "case.request", "case.call_units"))
CENTRE = frozenset(
    (
        "case.see",
        "case.receive",
        "case.classify",
        "case.dispatch",
        "case.close",
        "case.reopen",
        "case.link",
        "case.urge",
    )
)
REVIEWING = frozenset(("case.see", "case.decide", "case.supervise", "case.dispatch"))


def actor(name: str, permissions: frozenset[str], *scopes: str) -> Actor:
    grants = tuple(Grant(scope, permissions) for scope in scopes or ("*",))
    return Actor(id=name, name=name, grants=grants)


CLERK = actor("派单员", CENTRE)
REVIEWER = actor("区级审核员", REVIEWING)
STREET = actor("街道协调员", HANDLING, "unit:U1")
HEATING = actor("供热承办人", HANDLING | {"case.report_in"}, "unit:U9")
OTHER_STREET = actor("别处协调员", HANDLING, "unit:U2")
SECRETARY = actor("社区书记", HANDLING, "area:A11")
AUDITOR = actor("审计员", frozenset(("case.see",)))
PRIVACY = actor("隐私专员", frozenset(("case.see", "case.unmask", "case.erase")))


def made_up_district() -> None:
    """District A, streets A1 and A2 with two communities each; their offices, and two bureaus."""
    top = _area("A", "云溪区", "district", None)
    for place, (code, name) in enumerate((("A1", "松涛街道"), ("A2", "柳岸街道"))):
        street = _area(code, name, "street", top)
        for below in ("1", "2"):
            _area(f"{code}{below}", f"{name[:2]}{below}社区", "community", street)
        _unit(f"U{place + 1}", name, "street_office", street)
    _unit("U9", "区供热中心", "department", None)
    _unit("U8", "区城管委", "department", None)


def _area(code: str, name: str, kind: str, parent: Area | None) -> Area:
    position = Area.objects.count()
    return Area.objects.create(
        code=code, name=name, name_key=name, kind=kind, parent=parent, position=position
    )


def _unit(code: str, name: str, kind: str, area: Area | None) -> Unit:
    position = Unit.objects.count()
    return Unit.objects.create(
        code=code, name=name, name_key=name, kind=kind, area=area, position=position
    )


def received(**said: str) -> Case:
    """A case as a call taker leaves it; what is not said is usual."""
    usual = {
        "text": "松涛路3号楼2单元暖气不热，请联系19900010000",
        "name": "王小明",
        "phone": "19900010000",
        "address": "松涛路3号楼2单元502室",
        "area": "A11",
        "category": "城市管理->供热->暖气不热",
    }
    return services.receive_case(CLERK, Intake(**{**usual, **said}), at=AT)


def dispatched(*, dual: tuple[str, ...] = (), joint: tuple[str, ...] = (), **said: str) -> Case:
    case = received(**said)
    return services.dispatch_case(
        CLERK, case.number, "U1", dual=dual, joint=joint, at=AT + timedelta(minutes=6)
    )


def accepted(**said: str) -> Case:
    case = dispatched(**said)
    return services.accept_case(STREET, case.number, at=AT + timedelta(minutes=10))


def answered(**said: str) -> Case:
    case = accepted(**said)
    services.record_contact(STREET, case.number, at=AT + timedelta(hours=1))
    return services.answer_case(STREET, case.number, text="阀门已修好", at=AT + timedelta(hours=5))
