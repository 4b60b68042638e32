"""People with posts and a project on its way, for tests of projects and practices."""

import io
from datetime import date, timedelta
from typing import Any

from PIL import Image

from jieban.apps.practices import services
from jieban.apps.practices.models import Practice, Project
from jieban.apps.practices.services import Asked, Card, Plan
from jieban.domain.actors import Actor
from tests.apps import live

AT = live.AT
TODAY = date(2026, 11, 2)
RUNNING = frozenset(
    (
        "case.see",
        "project.see",
        "project.run",
        "practice.see",
        "practice.write",
        "assessment.see",
    )
)
REVIEWING = frozenset(("practice.see", "practice.write", "practice.review"))


def actor(name: str, permissions: frozenset[str], *scopes: str) -> Actor:
    return live.actor(name, permissions, *scopes)


SECRETARY = actor("书记甲", RUNNING, "area:A11")
STREET = actor("街道乙", RUNNING, "area:A1")
OFFICE = actor("街道丙", RUNNING, "unit:U1")
OTHER_STREET = actor("邻街丁", RUNNING, "area:A2")
BUREAU = actor("供热戊", frozenset(("project.see", "practice.see")), "unit:U9")
READER = actor("审计己", frozenset(("project.see", "practice.see", "case.see")))
NOBODY = actor("无岗庚", frozenset(("directory.see",)))
WRITER = actor("组织部辛", REVIEWING)
REVIEWER = actor("组织部壬", REVIEWING)


def opened(by: Actor = SECRETARY, **said: Any) -> Project:
    """A project as its owner opens it; what is not said is usual."""
    usual = {
        "title": "楼间小路被圈占",
        "area": "A11",
        "place": "3号楼与5号楼之间的小路",
        "basis": "《物业管理条例》",
        "deadline": date(2026, 12, 31),
    }
    return services.open_project(by, Plan(**{**usual, **said}), at=AT)


def claimed(**said: Any) -> Project:
    """A project with one step, done, that the owner says is done."""
    project = opened(**said)
    services.move_project(SECRETARY, project.pk, "start", at=AT)
    (step,) = services.add_steps(SECRETARY, project.pk, "拆除围挡", at=AT)
    services.tick_step(SECRETARY, project.pk, step.pk, at=AT)
    return services.move_project(SECRETARY, project.pk, "claim", at=AT)


def asked(in_favour: int = 30, against: int = 4, **said: Any) -> Asked:
    return Asked(
        **{"held_by": "居委会", "how": "居民议事会", **said}, in_favour=in_favour, against=against
    )


def accepted(**said: Any) -> Project:
    project = claimed(**said)
    services.record_consultation(SECRETARY, project.pk, asked(), at=AT, acceptance=True)
    return services.move_project(SECRETARY, project.pk, "accept", at=AT)


def card(**said: Any) -> Card:
    usual = {
        "kind": "method",
        "name": "七步议事法",
        "problem": "楼间小路反复被圈占",
        "steps": "一、摸底\n二、议事",
        "author": "松涛1社区党委",
        "area": "A11",
    }
    return Card(**{**usual, **said})


def published(**said: Any) -> Practice:
    practice = services.write_practice(WRITER, card(**said), at=AT)
    services.move_practice(WRITER, practice.pk, "submit", at=AT)
    services.move_practice(REVIEWER, practice.pk, "publish", at=AT)
    return practice


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **more)
    return out.getvalue()


def later(days: int = 1) -> Any:
    return AT + timedelta(days=days)
