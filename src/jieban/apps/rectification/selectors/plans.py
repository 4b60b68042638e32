"""A round's plan as it stands now, its versions, and what each says otherwise."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jieban.apps.rectification.models import (
    ActionItem,
    Approval,
    PlanVersion,
    Problem,
    Round,
    Task,
)
from jieban.domain.errors import Refused
from jieban.domain.rectification.plan import (
    Blank,
    Difference,
    TaskPlan,
    blanks,
    differences,
    next_step,
)


def content_of(held: Round) -> dict[str, Any]:
    """The plan as it would be frozen: problems, tasks and items that are not dropped, by number."""
    items: dict[int, list[dict[str, Any]]] = {}
    kept = ActionItem.objects.filter(task__round=held, task__dropped=False, dropped=False)
    for item in kept:
        items.setdefault(item.task_id, []).append(_frozen_item(item))
    tasks: dict[int, list[dict[str, Any]]] = {}
    for task in tasks_of(held):
        tasks.setdefault(task.problem_id, []).append(_frozen(task, items.get(task.pk, [])))
    return {
        "problems": [
            {"serial": problem.serial, "text": problem.text, "tasks": tasks[problem.pk]}
            for problem in held.problems.order_by("serial")
            if problem.pk in tasks
        ]
    }


def problems_of(held: Round) -> QuerySet[Problem]:
    """Problems that have a task in the plan, and those just entered, by number."""
    every = Exists(Task.objects.filter(problem=OuterRef("pk")))
    standing = Exists(Task.objects.filter(problem=OuterRef("pk"), dropped=False))
    return held.problems.filter(Q(standing) | ~Q(every)).order_by("serial")


def outlined(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """The same shape for these problems alone: what one page shows of a plan."""
    found = Task.objects.filter(problem__in=problems, dropped=False).order_by("serial")
    kept = ActionItem.objects.filter(task__in=found, dropped=False)
    items: dict[int, list[dict[str, Any]]] = {}
    for item in kept:
        items.setdefault(item.task_id, []).append(_frozen_item(item))
    tasks: dict[int, list[dict[str, Any]]] = {}
    for task in found.select_related("lead", "area"):
        tasks.setdefault(task.problem_id, []).append(_frozen(task, items.get(task.pk, [])))
    return [
        {"serial": each.serial, "text": each.text, "tasks": tasks.get(each.pk, [])}
        for each in problems
    ]


def blanks_of(held: Round, most: int) -> tuple[list[Blank], int]:
    """Blanks of the plan as it stands, the first of them, and how many there are."""
    blank = Q(goal="") | Q(lead_words="") | Q(responsible_words=[]) | Q(due_words="")
    rows = held.tasks.filter(blank, dropped=False).order_by("serial")
    told = rows.values_list("serial", "goal", "lead_words", "responsible_words", "due_words")
    found = blanks(
        TaskPlan(serial, goal, lead, tuple(responsible), due)
        for serial, goal, lead, responsible, due in told
    )
    return found[:most], len(found)


def tasks_of(held: Round) -> list[Task]:
    """Tasks that are not dropped, by number, with their units."""
    return list(
        held.tasks.filter(dropped=False)
        .select_related("lead", "area")
        .prefetch_related("responsible__unit")
        .order_by("serial")
    )


def _frozen_item(item: ActionItem) -> dict[str, Any]:
    return {"serial": item.serial, "text": item.text, "due": item.due_words, "units": item.units}


def _frozen(task: Task, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "serial": task.serial,
        "title": task.title,
        "goal": task.goal,
        "lead": task.lead_words,
        "responsible": list(task.responsible_words),
        "due": task.due_words,
        "role": task.role,
        "closer": task.closer,
        "area": task.area.code if task.area else "",
        "place": task.place,
        "category": task.category,
        "items": items,
    }


def task_plans(content: dict[str, Any]) -> list[TaskPlan]:
    """The tasks of a frozen plan, as `check_complete` wants them."""
    return [
        TaskPlan(
            task["serial"],
            task["goal"],
            task["lead"],
            tuple(task["responsible"]),
            task["due"],
            tuple(item["text"] for item in task["items"]),
        )
        for problem in content["problems"]
        for task in problem["tasks"]
    ]


def versions_of(held: Round) -> list[PlanVersion]:
    """Versions, newest first, with their steps."""
    return list(held.plans.defer("content").prefetch_related("approvals"))


def version_by_number(held: Round, number: int) -> PlanVersion:
    """
    Raises:
        Refused "plan.version_not_found".
    """
    found = held.plans.defer("content").prefetch_related("approvals").filter(number=number).first()
    if found is None:
        raise Refused("plan.version_not_found", version=number)
    return found


def paper_of(held: Round, number: int) -> Approval | None:
    """A step of a plan's way that has its paper here; None where there is none."""
    return Approval.objects.filter(plan__round=held, pk=number).exclude(digest="").first()


def version_in_approval(held: Round) -> PlanVersion | None:
    return held.plans.defer("content").filter(state="in_approval").first()


def version_in_force(held: Round) -> PlanVersion | None:
    return held.plans.defer("content").filter(state="in_force").first()


def passed_steps(version: PlanVersion) -> list[str]:
    """The steps a version has passed, in order."""
    return [each.step for each in version.approvals.all() if each.passed]


def step_to_come(version: PlanVersion) -> str | None:
    """The step a version waits for; None where it was issued or sent back."""
    return next_step(passed_steps(version)) if version.state == "in_approval" else None


def frozen_content(version: PlanVersion) -> dict[str, Any]:
    """What a version says. It never changes, so it is kept in memory by its digest."""
    return _kept_content(version.digest, version.pk)


def revised(task: Task) -> bool:
    """Whether a task of an issued plan says otherwise now than the version in force does."""
    version = version_in_force(task.round)
    if version is None or not (task.round.plan_open or version_in_approval(task.round)):
        return False
    items = task.items.filter(dropped=False).order_by("serial")
    now = _frozen(task, [_frozen_item(item) for item in items])
    issued = (
        each
        for problem in frozen_content(version)["problems"]
        for each in problem["tasks"]
        if each["serial"] == task.serial
    )
    return next(issued, None) != now


def differences_between(held: Round, before: int, after: int | None) -> list[Difference]:
    """What version `after` says otherwise than `before`; without `after`, what the plan does now.

    Raises:
        Refused "plan.version_not_found".
    """
    older = version_by_number(held, before)
    if after is None:
        return differences(frozen_content(older), content_of(held))
    newer = version_by_number(held, after)
    return list(_kept_differences(older.digest, older.pk, newer.digest, newer.pk))


@lru_cache(maxsize=4)
def _kept_content(_digest: str, version: int) -> dict[str, Any]:
    content: dict[str, Any] = PlanVersion.objects.values_list("content", flat=True).get(pk=version)
    return content


@lru_cache(maxsize=8)
def _kept_differences(
    older: str, older_pk: int, newer: str, newer_pk: int
) -> tuple[Difference, ...]:
    before, after = _kept_content(older, older_pk), _kept_content(newer, newer_pk)
    return tuple(differences(before, after))
