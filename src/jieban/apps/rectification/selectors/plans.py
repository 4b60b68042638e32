"""A round's plan as it stands now, its versions, and what each says otherwise."""

from typing import Any

from jieban.apps.rectification.models import ActionItem, Approval, PlanVersion, Round, Task
from jieban.domain.errors import Refused
from jieban.domain.rectification.plan import Difference, TaskPlan, differences, next_step


def content_of(held: Round) -> dict[str, Any]:
    """The plan as it would be frozen: problems, tasks and items that are not dropped, by number."""
    items: dict[int, list[dict[str, Any]]] = {}
    kept = ActionItem.objects.filter(task__round=held, task__dropped=False, dropped=False)
    for item in kept:
        items.setdefault(item.task_id, []).append(
            {"serial": item.serial, "text": item.text, "due": item.due_words, "units": item.units}
        )
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


def tasks_of(held: Round) -> list[Task]:
    """Tasks that are not dropped, by number, with their units."""
    return list(
        held.tasks.filter(dropped=False)
        .select_related("lead", "area")
        .prefetch_related("responsible__unit")
        .order_by("serial")
    )


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
    found = held.plans.prefetch_related("approvals").filter(number=number).first()
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


def differences_between(held: Round, before: int, after: int | None) -> list[Difference]:
    """What version `after` says otherwise than `before`; without `after`, what the plan does now.

    Raises:
        Refused "plan.version_not_found".
    """
    newer = version_by_number(held, after).content if after else content_of(held)
    return differences(version_by_number(held, before).content, newer)
