"""A plan from a file, taken in: problems, tasks and items, each in the plan's own words.

A line that cannot be taken costs no other: it comes back with its reason. What is there already
stays, so the same file brought twice changes nothing; a task of a known number that says
something else is changed by it. How a file says a task stands is kept beside it and proves
nothing: no import signs anything off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Unit
from jieban.apps.ledger import services as ledger
from jieban.apps.rectification.models import ActionItem, Problem, Round, Step, Task, TaskUnit
from jieban.apps.rectification.selectors.naming import area_named, names, units_of
from jieban.apps.rectification.services.keeping import hold_round, open_plan, write_due
from jieban.apps.rectification.services.planning import (
    HIGHEST,
    MOST_ITEMS,
    ROLES,
    ItemPlan,
    TaskSaid,
    add_item,
    change_task,
    plan_of,
)
from jieban.apps.rows import insert_rows, without_cycles
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import contact, tidy
from jieban.domain.privacy.redaction import redact
from jieban.domain.rectification.due import Due, read_due
from jieban.domain.rectification.tasks import WORKING, State
from jieban.tables.lists import RejectedLine
from jieban.tables.plans import PlanFile, PlanItem, PlanTask, read_plan

UNSAID = "（方案未列问题原文）"
"""The problem of tasks whose file names none."""
TEXT, LINE = 4000, 200


@dataclass(frozen=True)
class Note:
    """Something of a task that was taken and should be known.

    `code`: unit_unknown, due_unreadable, area_unknown, redacted; `value` is what it is about.
    """

    task: int
    line: int
    code: str
    value: str


@dataclass
class PlanOutcome:
    """What a file did to a plan, or would do. `made`, `changed` are numbers of tasks."""

    file: PlanFile
    round: str
    made: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    same: int = 0
    problems: int = 0
    items: int = 0
    said_done: int = 0
    notes: list[Note] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "read": len(self.file.tasks) + len(self.file.rejected),
            "new": len(self.made),
            "changed": len(self.changed),
            "same": self.same,
            "rejected": len(self.rejected),
            "problems": self.problems,
            "items": self.items,
            "said_done": self.said_done,
        }


def import_plan(
    actor: Actor, code: str, path: Path, *, at: datetime, name: str = "", dry_run: bool = False
) -> PlanOutcome:
    """Take a plan's file into a round whose plan may be edited.

    `name` is the file's own where it came under another. With `dry_run` nothing is stored.

    Raises:
        Refused "round.not_found", "actor.not_permitted", "plan.in_approval", "plan.closed",
            "file.…", "plans.…".
    """
    actor.demand("rectification.manage")
    with without_cycles(), transaction.atomic():
        file = read_plan(path)
        file.name = name or file.name
        held = hold_round(actor, code)
        open_plan(held)
        outcome = _Importing(actor, held, file, at).run()
        if dry_run:
            transaction.set_rollback(True)
    return outcome


@dataclass
class _Read:
    """One task of the file as it may be kept."""

    said: PlanTask
    serial: int
    title: str
    goal: str
    leads: list[Unit]
    lead_words: str
    units: list[Unit]
    unit_words: list[str]
    due: Due | None
    area: Any
    place: str
    category: str
    closer: str
    role: str
    items: list[tuple[str, Due | None, str]]
    said_state: str
    progress: str
    extra: dict[str, str]


class _Importing:
    """One file on its way in: what was looked up for one task is kept for the next."""

    def __init__(self, actor: Actor, held: Round, file: PlanFile, at: datetime) -> None:
        self.actor, self.round, self.file, self.at = actor, held, file, at
        self.names = names()
        self.looked_up: set[str] = set()
        self.outcome = PlanOutcome(file, held.code, rejected=list(file.rejected))
        self.problems = {each.serial: each for each in held.problems.all()}
        self.by_text = {each.text: each for each in self.problems.values()}
        self.new_problems: list[Problem] = []
        self.there = {
            task.serial: task
            for task in held.tasks.select_related("lead", "area", "problem").prefetch_related(
                "responsible__unit", "items"
            )
        }
        self.by_words = {
            (task.problem.text, task.title, task.goal): task for task in self.there.values()
        }
        self.next_task = max(self.there, default=0) + 1
        self.next_problem = max(self.problems, default=0) + 1

    def run(self) -> PlanOutcome:
        said = {each.serial: each.text for each in self.file.problems}
        numbers = {task.serial for task in self.file.tasks if task.serial}
        self.next_task = max([self.next_task, *(number + 1 for number in numbers)])
        fresh: list[tuple[_Read, Problem]] = []
        taken: dict[int, PlanTask] = {}
        for line in self.file.tasks:
            try:
                words = self._words("text", said.get(line.problem_serial or 0, ""), line, TEXT)
                problem = self._problem(words or UNSAID, line.problem_serial)
                read = self._read(line, problem)
                if read.serial in taken:
                    raise Refused("task.number_taken", number=read.serial)
                taken[read.serial] = line
                if read.serial in self.there:
                    self._compare(read, self.there[read.serial], problem)
                else:
                    fresh.append((read, problem))
            except Refused as refused:
                self._reject(line, refused)
        self._store(fresh)
        self.outcome.rejected.sort(key=lambda each: (each.sheet, each.line))
        return self.outcome

    # --- reading one task -------------------------------------------------------------------

    def _read(self, line: PlanTask, problem: Problem) -> _Read:
        title = self._words("title", line.title, line, LINE, required=True)
        goal = self._words("goal", line.goal, line, TEXT)
        known = self.by_words.get((problem.text, title, goal)) if line.serial is None else None
        if line.serial is not None:
            serial = line.serial
            if not 1 <= serial <= HIGHEST:
                raise Refused("task.number_taken", number=serial)
        elif known is not None:
            serial = known.serial
        else:
            serial, self.next_task = self.next_task, self.next_task + 1
        if len(line.items) > MOST_ITEMS:
            raise Refused("practice.words_too_long", field="items", limit=MOST_ITEMS)
        leads, lead_words = units_of([self._words("lead", line.lead, line, LINE)], self.names)
        units, unit_words = units_of(
            (self._words("responsible", each, line, LINE) for each in line.responsible),
            self.names,
        )
        self._note_unknown(serial, line, (*lead_words, *unit_words))
        return _Read(
            said=line,
            serial=serial,
            title=title,
            goal=goal,
            leads=leads,
            lead_words="".join(lead_words),
            units=units,
            unit_words=unit_words,
            due=self._due(line.due, serial, line),
            area=self._area(line, serial),
            place=self._words("place", line.place or line.area, line, LINE),
            category=self._words("category", line.category, line, 255),
            closer=self._words("closer", line.closer, line, 100),
            role=line.role if line.role in ROLES else "lead",
            items=[self._item(each, serial, line) for each in line.items],
            said_state=self._words("remark", line.said_state[:LINE], line, LINE),
            progress=self._words("done", line.progress, line, TEXT),
            extra={
                heading: self._words("remark", text, line, TEXT)
                for heading, text in (*line.extra.items(), *_unread(line.due))
            },
        )

    def _item(self, said: PlanItem, serial: int, line: PlanTask) -> tuple[str, Due | None, str]:
        text = self._words("text", said.text, line, TEXT, required=True)
        units = self._words("units", "、".join(said.units), line, 300)
        return text, self._due(said.due, serial, line), units

    def _words(
        self, name: str, said: str, line: PlanTask, limit: int, *, required: bool = False
    ) -> str:
        """The words as they may be kept: what names a resident is taken out, and that is noted."""
        if not said and not required:
            return ""
        try:
            return tidy(name, said, limit=limit, required=required)
        except Refused as refused:
            if refused.code != "practice.personal_data":
                raise
        clean = redact(said)
        self.outcome.notes.append(Note(line.serial or 0, line.line, "redacted", clean[:80]))
        return tidy(name, clean, limit=limit, required=required)

    def _due(self, said: str, serial: int, line: PlanTask) -> Due | None:
        try:
            return read_due(contact("due", said, limit=LINE))
        except Refused:
            self.outcome.notes.append(Note(serial, line.line, "due_unreadable", said[:80]))
            return None

    def _area(self, line: PlanTask, serial: int) -> Any:
        try:
            return area_named(line.area, self.names)
        except Refused:
            self.outcome.notes.append(Note(serial, line.line, "area_unknown", line.area[:80]))
            return None

    def _note_unknown(self, serial: int, line: PlanTask, words: Iterable[str]) -> None:
        """Each name that the directory does not know is noted once, where it stands first."""
        for word in words:
            if word in self.looked_up:
                continue
            self.looked_up.add(word)
            if not units_of([word], self.names)[0]:
                self.outcome.notes.append(Note(serial, line.line, "unit_unknown", word))

    def _problem(self, text: str, wanted: int | None) -> Problem:
        """The problem of these words; a new one under the file's number where that is free."""
        known = self.by_text.get(text)
        if known is not None:
            return known
        free = wanted is not None and 1 <= wanted <= HIGHEST and wanted not in self.problems
        serial = wanted if free and wanted is not None else self.next_problem
        made = Problem(round=self.round, serial=serial, text=text)
        self.problems[serial] = self.by_text[text] = made
        self.next_problem = max(self.next_problem, serial + 1)
        self.new_problems.append(made)
        return made

    # --- what is there already --------------------------------------------------------------

    def _compare(self, read: _Read, task: Task, problem: Problem) -> None:
        """Change a task that the file words differently; what it leaves blank stays."""
        there = plan_of(task, [each.unit.code for each in task.responsible.all()])
        said = {
            "title": read.title,
            "goal": read.goal,
            "lead_words": read.lead_words,
            "responsible_words": read.unit_words,
            "due": read.due.words if read.due else "",
            "area": read.area.code if read.area else "",
            "place": read.place,
            "category": read.category,
            "closer": read.closer,
        }
        differs = any(value and value != there[name] for name, value in said.items())
        differs = differs or (problem.text != task.problem.text and problem.text != UNSAID)
        # Names that the directory has come to know since are linked now.
        known = {*there["responsible"], there["lead"]}
        differs = differs or any(unit.code not in known for unit in (*read.leads, *read.units))
        have = {each.text for each in task.items.all() if not each.dropped}
        items = [each for each in read.items if each[0] not in have]
        if not differs and not items:
            self.outcome.same += 1
            return
        if State(task.state) not in WORKING or task.dropped:
            raise Refused("task.closed")
        self._keep_problems()
        change_task(
            self.actor,
            self.round.code,
            task.serial,
            TaskSaid(
                problem=(problem if problem.text != UNSAID else task.problem).serial,
                title=read.title,
                goal=read.goal or task.goal,
                lead=read.lead_words or task.lead_words,
                responsible=read.unit_words or task.responsible_words,
                due=read.due.words if read.due else task.due_words,
                role=task.role,
                closer=read.closer or task.closer,
                area=read.area.code if read.area else there["area"],
                place=read.place or task.place,
                category=read.category or task.category,
            ),
            at=self.at,
        )
        for text, due, units in items:
            item = ItemPlan(text, due.words if due else "", units)
            add_item(self.actor, self.round.code, task.serial, item, at=self.at)
        self.outcome.items += len(items)
        self.outcome.changed.append(task.serial)

    # --- what is new ------------------------------------------------------------------------

    def _keep_problems(self) -> None:
        """Store problems that were found so far, each with its event."""
        fresh, self.new_problems = self.new_problems, []
        _stored(self.round.problems, fresh)
        ledger.append_new(
            "problem",
            "problem.entered",
            [(f"{self.round.code}/{each.serial}", {"text": each.text}) for each in fresh],
            actor=self.actor,
            at=self.at,
        )
        self.outcome.problems += len(fresh)

    def _store(self, fresh: list[tuple[_Read, Problem]]) -> None:
        used = {problem.serial for _, problem in fresh}
        self.new_problems = [each for each in self.new_problems if each.serial in used]
        self._keep_problems()
        tasks = [self._row(read, problem) for read, problem in fresh]
        _stored(self.round.tasks, tasks)
        reads = [read for read, _ in fresh]
        insert_rows(list(_unit_rows(reads, tasks)))
        insert_rows(list(_item_rows(reads, tasks)))
        today = directory.local_day(self.at)
        insert_rows(
            [
                Step(
                    task=task,
                    move="enter",
                    to=task.state,
                    on=today,
                    at=self.at,
                    by=self.actor.name,
                    by_id=self.actor.id,
                )
                for task in tasks
            ]
        )
        ledger.append_new(
            "task",
            "task.entered",
            [
                (f"{self.round.code}/{task.serial}", _body(read, task))
                for read, task in zip(reads, tasks, strict=True)
            ],
            actor=self.actor,
            at=self.at,
        )
        self.outcome.made = [task.serial for task in tasks]
        self.outcome.items += sum(len(read.items) for read in reads)
        self.outcome.said_done = sum(task.said_done for task in tasks)

    def _row(self, read: _Read, problem: Problem) -> Task:
        task = Task(
            round=self.round,
            problem=problem,
            serial=read.serial,
            title=read.title,
            goal=read.goal,
            lead=next(iter(read.leads), None),
            lead_words=read.lead_words,
            responsible_words=read.unit_words,
            role=read.role,
            closer=read.closer,
            area=read.area,
            place=read.place,
            category=read.category,
            said_state=read.said_state,
            said_done=read.said.said == "done",
            said_progress=read.progress,
            extra=read.extra,
            brought_by=self.actor.id,
            version=1,
            made_at=self.at,
        )
        write_due(task, read.due)
        task.first_due_on = task.due_on
        return task

    def _reject(self, line: PlanTask, refused: Refused) -> None:
        self.outcome.rejected += line.sent_back("plans.line_refused", refused.message())


def _stored(of_round: Any, rows: Sequence[Problem | Task]) -> None:
    """Store many new rows of a round and find their keys again by their numbers."""
    insert_rows(rows)
    keys = dict(of_round.values_list("serial", "pk"))
    for row in rows:
        row.pk = keys[row.serial]


def _unread(due: str) -> list[tuple[str, str]]:
    """What a due date said that nobody understands: kept under a heading of its own."""
    try:
        read_due(due)
    except Refused:
        return [("完成时限（原文）", due)]
    return []


def _unit_rows(reads: list[_Read], tasks: list[Task]) -> Iterable[TaskUnit]:
    for read, task in zip(reads, tasks, strict=True):
        for position, unit in enumerate(read.units):
            yield TaskUnit(task=task, unit=unit, position=position)


def _item_rows(reads: list[_Read], tasks: list[Task]) -> Iterable[ActionItem]:
    for read, task in zip(reads, tasks, strict=True):
        for serial, (text, due, units) in enumerate(read.items, start=1):
            item = ActionItem(task=task, serial=serial, text=text, units=units)
            write_due(item, due)
            yield item


def _body(read: _Read, task: Task) -> dict[str, Any]:
    return {
        **plan_of(task, [unit.code for unit in read.units]),
        "items": [
            {"text": text, "due": due.words if due else "", "units": units}
            for text, due, units in read.items
        ],
        "said_state": task.said_state,
        "said_done": task.said_done,
        "brought_by": task.brought_by,
        "said_progress": task.said_progress,
        "extra": task.extra,
    }
