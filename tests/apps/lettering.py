"""An inspection round with batches and letters, and the people around them, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from jieban.apps.directory.models import Unit
from jieban.apps.letters import services
from jieban.apps.letters.models import Batch, Letter
from jieban.apps.letters.services import Said
from jieban.apps.rectification.models import Round
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from tests.apps import live

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
HANDED = date(2026, 10, 30)
MANAGING = frozenset(("letter.see", "letter.manage", "rectification.see", "rectification.manage"))
HANDLING = frozenset(("letter.see", "letter.handle", "rectification.see"))

KEEPER = live.actor("环境办甲", MANAGING)
SECOND = live.actor("环境办乙", MANAGING)
OFFICE = live.actor("城管委丙", MANAGING | HANDLING, "unit:U8")
STREET = live.actor("松涛街道丁", HANDLING, "unit:U1")
STREET_KEEPER = live.actor("松涛街道戊", MANAGING | HANDLING, "unit:U1")
OTHER = live.actor("柳岸街道己", HANDLING, "unit:U2")
READER = live.actor("审计庚", frozenset(("letter.see", "rectification.see")))
NOBODY = live.actor("无岗辛", frozenset(("directory.see",)))
TEXT = "来电人反映松涛1社区3号楼2单元502室旁的饭店夜间排放油烟，电话13900001234。"
ANSWER = {
    "verdict": "partly_true",
    "finding": "经查，油烟净化设施未及时清洗，反映问题部分属实。",
    "goal": "油烟达标排放，消除影响。",
    "action": "1.责令清洗净化设施。2.安排每周巡查。",
}


@contextmanager
def refuses(code: str) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """What is done within is refused with this code."""
    with pytest.raises(Refused) as refused:
        yield refused
    assert refused.value.code == code


def opened(code: str = "sx-3", office: str = "U8", **said: Any) -> Round:
    """A round as its row stands; letters need no more of it."""
    usual = {
        "name": "第三轮督察",
        "level": "central",
        "nth": 3,
        "stationed_from": date(2026, 10, 10),
        "stationed_to": date(2026, 11, 10),
        "letter_codes": ["YX"],
        "made_at": AT,
        "made_by": "环境办甲",
    }
    unit = Unit.objects.get(code=office)
    return Round.objects.create(code=code, office=unit, **{**usual, **said})


def batch(code: str = "sx-3", number: str = "19", by: Actor = KEEPER) -> Batch:
    return services.open_batch(by, code, number, HANDED, at=AT)


def number(serial: int, channel: str = "X") -> str:
    return f"{channel}3YX20261029{serial:04d}"


def entered(serial: int = 1, by: Actor = KEEPER, unusual: bool = False, **said: Any) -> Letter:
    """A letter of batch 19, answered for by street U1 unless said otherwise."""
    usual = {
        "number": number(serial),
        "text": TEXT,
        "area_text": "云溪区",
        "area": "A11",
        "types": ["air"],
        "lead": "U1",
    }
    return services.enter_letter(
        by, "sx-3", "19", Said(**{**usual, **said}), at=AT, unusual=unusual
    )


def answered(serial: int = 1, by: Actor = STREET, **said: Any) -> Letter:
    made = entered(serial, **said)
    return services.answer_letter(by, "sx-3", made.number, ANSWER, at=AT)


def closed(serial: int = 1, by: Actor = KEEPER, **said: Any) -> Letter:
    made = answered(serial, **said)
    return services.move_letter(by, "sx-3", made.number, "close", at=AT)
