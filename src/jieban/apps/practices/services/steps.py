"""The path of a project: steps added, ticked, moved, taken out."""

from datetime import date, datetime

from django.db import transaction

from jieban.apps.practices.models import Project, ProjectStep
from jieban.apps.practices.selectors.projects import step_of, steps_of
from jieban.apps.practices.services.keeping import happened, hold_project, possible, record_project
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.projects import MOST_STEPS, placed, shifted
from jieban.domain.practices.wording import tidy

LONGEST_STEP = 300


@transaction.atomic
def add_steps(
    actor: Actor,
    number: int,
    written: str,
    *,
    at: datetime,
    after: int | None = None,
    at_end: bool = False,
    who: str = "",
    due: date | None = None,
) -> list[ProjectStep]:
    """Add a step for every line that was written, after the step `after` (None: before all).

    Numbers at the beginning of lines ("3." or "3、") are taken off: steps count themselves.

    Raises:
        Refused "project.not_found", "project.closed", "project.too_many_steps",
            "project.step_not_found" and those of `wording.tidy`.
    """
    project = hold_project(actor, number)
    lines = [line for line in (_unnumbered(each) for each in written.splitlines()) if line]
    if not lines:
        tidy("step", "", required=True)
    there = steps_of(project)
    if len(there) + len(lines) > MOST_STEPS:
        raise Refused("project.too_many_steps", limit=MOST_STEPS)
    if at_end:
        after = there[-1].pk if there else None
    elif after is not None:
        step_of(project, after)
    made = []
    for line in lines:
        step = ProjectStep.objects.create(
            project=project,
            position=0,
            what=tidy("step", line, limit=LONGEST_STEP, required=True),
            who=tidy("who", who, limit=100),
            due=possible(due),
        )
        order = [each.pk for each in steps_of(project) if each.pk != step.pk]
        place = _reorder(project, placed(order, step.pk, after), step)
        record_project(
            project, "project.step_added", actor=actor, at=at, step=step.pk, position=place
        )
        made.append(step)
        after = step.pk
    return made


@transaction.atomic
def change_step(
    actor: Actor,
    number: int,
    step: int,
    *,
    at: datetime,
    what: str,
    who: str = "",
    due: date | None = None,
) -> ProjectStep:
    """Say a step differently.

    Raises:
        Refused "project.not_found", "project.closed", "project.step_not_found" and those of
            `wording.tidy`.
    """
    project = hold_project(actor, number)
    held = step_of(project, step)
    held.what = tidy("step", what, limit=LONGEST_STEP, required=True)
    held.who = tidy("who", who, limit=100)
    held.due = possible(due)
    held.save(update_fields=["what", "who", "due"])
    record_project(project, "project.step_changed", actor=actor, at=at, step=step)
    return held


@transaction.atomic
def tick_step(
    actor: Actor, number: int, step: int, *, at: datetime, on: date | None = None
) -> ProjectStep:
    """A step is done. Ticked again it stays as it is: two taps on a phone are one act.

    Raises:
        Refused "project.not_found", "project.closed", "project.step_not_found",
            "practice.day_in_future".
    """
    project = hold_project(actor, number)
    held = step_of(project, step)
    day = happened(on, at)
    if held.done_on is not None:
        return held
    held.done_on, held.done_by = day, actor.name
    held.save(update_fields=["done_on", "done_by"])
    record_project(project, "project.step_done", actor=actor, at=at, step=step, day=str(day))
    return held


@transaction.atomic
def untick_step(actor: Actor, number: int, step: int, *, at: datetime) -> ProjectStep:
    """A step is not done after all.

    Raises:
        Refused "project.not_found", "project.closed", "project.step_not_found".
    """
    project = hold_project(actor, number)
    held = step_of(project, step)
    if held.done_on is None:
        return held
    held.done_on, held.done_by = None, ""
    held.save(update_fields=["done_on", "done_by"])
    record_project(project, "project.step_undone", actor=actor, at=at, step=step)
    return held


@transaction.atomic
def shift_step(actor: Actor, number: int, step: int, by: int, *, at: datetime) -> ProjectStep:
    """Move a step by some places; at an end it stays, and nothing is written.

    Raises:
        Refused "project.not_found", "project.closed", "project.step_not_found".
    """
    project = hold_project(actor, number)
    held = step_of(project, step)
    order = [each.pk for each in steps_of(project)]
    wanted = shifted(order, step, by)
    if wanted != order:
        place = _reorder(project, wanted, held)
        record_project(
            project, "project.step_shifted", actor=actor, at=at, step=step, position=place
        )
    return held


@transaction.atomic
def remove_step(actor: Actor, number: int, step: int, *, at: datetime, reason: str) -> Project:
    """Take a step out of the path that will not be taken; one that is done stays.

    Raises:
        Refused "project.not_found", "project.closed", "project.step_not_found",
            "project.step_is_done", "project.reason_missing".
    """
    project = hold_project(actor, number)
    held = step_of(project, step)
    told = tidy("reason", reason, limit=500)
    if held.done_on is not None:
        raise Refused("project.step_is_done")
    if not told:
        raise Refused("project.reason_missing")
    held.removed_at = at
    held.save(update_fields=["removed_at"])
    record_project(project, "project.step_removed", actor=actor, at=at, reason=told, step=step)
    return project


def _reorder(project: Project, order: list[int], step: ProjectStep) -> int:
    """Store the order; the place of `step` in it, counted from 1."""
    known = {each.pk: each for each in steps_of(project)}
    for place, pk in enumerate(order, start=1):
        if known[pk].position != place:
            ProjectStep.objects.filter(pk=pk).update(position=place)
    step.position = order.index(step.pk) + 1
    return step.position


def _unnumbered(line: str) -> str:
    """A line without the number somebody wrote before it: "3. 拆除" is "拆除"."""
    words = line.strip()
    head = words.lstrip("0123456789０１２３４５６７８９")
    marks = ".、．)）"
    if head != words and head[:1] and head[0] in marks and not head[1:2].isdigit():
        return head[1:].strip()
    return words
