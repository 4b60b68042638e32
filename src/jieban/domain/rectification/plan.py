"""整改方案: problem → task → action item, what must not be blank, its way to being issued.

    draft ──hand_up──► 领导小组 → 区委常委会 → 区政府常务会 → 上级同意 → 印发 ──► in force
      ▲                    │            │            │           │
      └────────────────────┴─ sent back ┴────────────┴───────────┘

Each time a plan is handed up it is frozen as a version; what one version says otherwise than
another is listed by task. Source: the chain that every published plan names in its preamble.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jieban.domain.errors import Refused

STEPS = ("leading_group", "standing_committee", "government", "superior", "issued")
"""领导小组, 区委常委会, 区政府常务会, 上级同意, 印发: in this order, none left out."""
REQUIRED = ("goal", "lead", "responsible", "due")
"""What no task of a plan may leave blank."""
MOST_BLANKS_NAMED = 200


@dataclass(frozen=True)
class Blank:
    """One blank: the task's number in the plan and what is missing there."""

    task: int
    field: str


@dataclass(frozen=True)
class TaskPlan:
    """What the plan says of one task. Units by code, the due date as the plan words it."""

    serial: int
    goal: str = ""
    lead: str = ""
    responsible: tuple[str, ...] = ()
    due: str = ""
    items: tuple[str, ...] = ()


def blanks(tasks: Iterable[TaskPlan]) -> list[Blank]:
    """Every blank among goal, lead, responsible and due, in the order of the plan."""
    return [
        Blank(task.serial, name) for task in tasks for name in REQUIRED if not getattr(task, name)
    ]


def check_complete(tasks: Sequence[TaskPlan]) -> None:
    """
    Raises:
        Refused "plan.empty": there is no task.
        Refused "plan.blanks": `blanks` lists every one as "12 goal".
    """
    if not tasks:
        raise Refused("plan.empty")
    found = blanks(tasks)
    if found:
        raise Refused(
            "plan.blanks",
            count=len(found),
            blanks=[f"{each.task} {each.field}" for each in found[:MOST_BLANKS_NAMED]],
        )


def next_step(passed: Sequence[str]) -> str | None:
    """The step that comes after those passed; None where it is issued.

    Raises:
        ValueError: the steps were not taken in this order.
    """
    if tuple(passed) != STEPS[: len(passed)]:
        raise ValueError(f"steps out of order: {passed}")
    return STEPS[len(passed)] if len(passed) < len(STEPS) else None


def decide_step(passed: Sequence[str], step: str) -> None:
    """May this step be recorded now?

    Raises:
        Refused "plan.step_unknown", "plan.step_out_of_order", "plan.already_issued".
    """
    if step not in STEPS:
        raise Refused("plan.step_unknown", step=step[:32], known=list(STEPS))
    wanted = next_step(passed)
    if wanted is None:
        raise Refused("plan.already_issued")
    if step != wanted:
        raise Refused("plan.step_out_of_order", step=step, next=wanted)


Content = Mapping[str, Any]
"""A frozen plan: {"problems": [{"serial", "text", …, "tasks": [{"serial", …, "items": […]}]}]}."""


def digest_of(content: Content) -> str:
    """SHA-256 of the frozen plan as canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """What two versions say otherwise. `what` is problem, task or item; `path` names it in words
    of numbers ("3", "3.2"); without `before` it is new, without `after` it is gone."""

    what: str
    path: str
    field: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class _Flat:
    what: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict)


def differences(before: Content, after: Content) -> list[Difference]:
    """Everything in which `after` differs, in the order of the plan; what is gone comes last."""
    old = {(each.what, each.path): each for each in _flat(before)}
    new = {(each.what, each.path): each for each in _flat(after)}
    found: list[Difference] = []
    for key, each in new.items():
        if key not in old:
            text = next(iter(each.fields.values()), "")
            found.append(Difference(each.what, each.path, after=text))
            continue
        was = old[key].fields
        found += [
            Difference(each.what, each.path, name, was.get(name, ""), each.fields.get(name, ""))
            for name in dict.fromkeys((*was, *each.fields))
            if was.get(name, "") != each.fields.get(name, "")
        ]
    found += [
        Difference(each.what, each.path, before=next(iter(each.fields.values()), ""))
        for key, each in old.items()
        if key not in new
    ]
    return found


def _flat(content: Content) -> Iterable[_Flat]:
    for problem in content["problems"]:
        yield _Flat("problem", str(problem["serial"]), _said(problem, "tasks"))
        for task in problem["tasks"]:
            number = str(task["serial"])
            yield _Flat("task", number, _said(task, "items"))
            for item in task["items"]:
                yield _Flat("item", f"{number}.{item['serial']}", _said(item))


def _said(row: Mapping[str, Any], below: str = "") -> dict[str, str]:
    return {
        name: "、".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in row.items()
        if name not in ("serial", below)
    }
