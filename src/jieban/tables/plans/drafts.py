"""From what stands in the cells of a task to the task, whichever shape the plan had."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from jieban.domain.errors import Refused
from jieban.domain.rectification.due import read_due
from jieban.tables.lists import RejectedLine
from jieban.tables.plans.shapes import (
    DONE,
    UNDER_WAY,
    PlanFile,
    PlanItem,
    PlanProblem,
    PlanTask,
    Remark,
)
from jieban.tables.plans.words import (
    item_of,
    labelled_units,
    role_of,
    said_of,
    serial_of,
    split_measures,
    split_units,
    title_of,
)

LONGEST = {"due": 200, "closer": 100, "area": 100, "place": 200, "category": 255, "said": 100}
_UNITS = ("lead", "responsible", "assisting")
LONGEST_TITLE, LONGEST_UNIT, LONGEST_TEXT = 200, 100, 32_000


@dataclass(frozen=True)
class Step:
    """One line of a task: its measures and, where they are its own, units and due date."""

    items: str
    lead: str = ""
    responsible: str = ""
    due: str = ""


@dataclass
class Draft:
    """A task while it is read. `cells` are its fields as they stand, `problem` "" where the plan
    names none; `row` is its first line, `below` are the lines that go on with it."""

    sheet: str
    line: int
    cells: dict[str, str]
    steps: list[Step]
    problem: str = ""
    problem_serial: int | None = None
    serial: int | None = None
    extra: dict[str, str] = field(default_factory=dict)
    row: tuple[str, ...] = ()
    below: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    has_lead: bool = True
    problem_told: bool = True

    _more: dict[str, dict[str, None]] = field(default_factory=dict)
    _aside: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        """Says more in a field; the same words are not said twice."""
        if text and text != self.cells.get(name):
            self._more.setdefault(name, {})[text] = None

    def keep(self, heading: str, text: str) -> None:
        """Keeps words under the heading of a column beside, each once."""
        if text:
            self._aside.setdefault(heading, {})[text] = None

    def last(self, name: str) -> str:
        """What was said last in a field."""
        more = self._more.get(name)
        return next(reversed(more)) if more else self.cells.get(name, "")

    def settle(self) -> None:
        """Puts together what was said bit by bit."""
        for name, texts in self._more.items():
            between = "；" if name in _UNITS else "\n"
            self.cells[name] = between.join(filter(None, (self.cells.get(name, ""), *texts)))
        for heading, texts in self._aside.items():
            self.extra[heading] = "\n".join(filter(None, (self.extra.get(heading, ""), *texts)))
        self._more, self._aside = {}, {}


class Finishing:
    """Puts drafts into a file: numbers, problems, titles, units, remarks."""

    def __init__(self, found: PlanFile) -> None:
        self._found = found
        self._drafts: list[tuple[Draft, PlanTask]] = []
        self._taken: set[int] = set()

    def add_all(self, drafts: Sequence[Draft]) -> None:
        """Takes the drafts of one table or text.

        Numbers that begin again, in each part of a plan or on each sheet, are not the tasks' own.
        """
        for draft in drafts:
            draft.settle()
        serials = [draft.serial for draft in drafts]
        if serials.count(1) > 1 or (1 in serials and 1 in self._taken):
            self._remark(drafts[0], "plans.numbers_begin_again", drafts[0].sheet)
            for draft in drafts:
                if draft.serial is not None:
                    draft.extra.setdefault("序号", str(draft.serial))
                    draft.serial = None
        for draft in drafts:
            self._add(draft)

    def _add(self, draft: Draft) -> None:
        """Takes the draft, or sends its lines back with the reason."""
        fault = _fault(draft)
        if fault is not None:
            self.reject(draft, *fault)
            return
        task = self._task(draft)
        long = next(
            (unit for unit in (task.lead, *task.responsible) if len(unit) > LONGEST_UNIT), ""
        )
        if long:
            self.reject(draft, "plans.text_too_long", long[:32] + "…")
            return
        self._drafts.append((draft, task))

    def reject(self, draft: Draft, reason: str, value: str = "") -> None:
        """Sends the lines of a draft back, the first with the reason."""
        self._found.rejected.append(RejectedLine(draft.sheet, draft.line, reason, value, draft.row))
        self._found.rejected += [
            RejectedLine(draft.sheet, line, "plans.above_rejected", "", row)
            for line, row in draft.below
        ]

    def finish(self) -> None:
        """Numbers the problems and puts everything into the file, in its order."""
        numbers = self._problem_numbers()
        problems: dict[int, PlanProblem] = {}
        for draft, task in self._drafts:
            number = numbers.get(_key(draft))
            if number is not None:
                problems.setdefault(number, PlanProblem(number, draft.problem))
            self._found.tasks.append(_with_problem(task, number))
        self._found.problems.extend(problems.values())

    def _problem_numbers(self) -> dict[tuple[int | None, str], int]:
        """The number of each problem: the plan's own, that of its only task, else the next free."""
        keys = [_key(draft) for draft, _ in self._drafts if draft.problem]
        times = Counter(keys)
        serials = {_key(draft): task.serial for draft, task in self._drafts}
        alone = all(count == 1 for count in times.values())
        wanted = {
            key: key[0] if key[0] is not None else serials[key] if alone else None
            for key in dict.fromkeys(keys)
        }
        taken: dict[int, tuple[int | None, str]] = {}
        for key, number in wanted.items():
            if number is not None:
                taken.setdefault(number, key)
        numbers: dict[tuple[int | None, str], int] = {}
        free = 1
        for key, number in wanted.items():
            if number is None or taken[number] != key:
                while free in taken:
                    free += 1
                number = free
                taken[number] = key
            numbers[key] = number
        return numbers

    def _remark(self, draft: Draft, reason: str, value: str = "") -> None:
        self._found.remarks.append(Remark(draft.sheet, draft.line, reason, value))

    def _task(self, draft: Draft) -> PlanTask:
        cells = draft.cells
        if draft.serial is not None and draft.serial in self._taken:
            self._remark(draft, "plans.serial_twice", str(draft.serial))
            draft.extra.setdefault("序号", str(draft.serial))
            draft.serial = None
        elif draft.serial is not None:
            self._taken.add(draft.serial)
        lead, responsible, closer = self._units(draft)
        due, items = self._items(draft, lead, responsible)
        if not due and cells.get("due"):
            due = cells["due"]
        self._check_due(draft, (due, *(item.due for item in items)))
        said_states = list(dict.fromkeys(filter(None, cells.get("said", "").split("\n"))))
        title = cells.get("title", "").strip()
        short = " ".join(title.split())
        if len(short) > LONGEST_TITLE:
            draft.extra.setdefault("整改任务", title)
            short = title_of(title)
        measures = items[0].text if items else ""
        return PlanTask(
            serial=draft.serial,
            problem_serial=None,
            title=short or title_of(cells.get("goal", ""), draft.problem, measures),
            goal=cells.get("goal", ""),
            lead=lead,
            responsible=responsible,
            due=due,
            items=items,
            role=role_of(cells.get("role", "")),
            closer=closer,
            area=_line(cells.get("area", "")),
            place=_line(cells.get("place", "")),
            category=_line(cells.get("category", "")),
            said_state="；".join(said_states),
            said=_together(said_states),
            progress=cells.get("progress", ""),
            extra=draft.extra,
            sheet=draft.sheet,
            line=draft.line,
            lines=((draft.line, draft.row), *draft.below),
        )

    def _units(self, draft: Draft) -> tuple[str, tuple[str, ...], str]:
        """Lead, responsible units and closer of a task, with a remark where they are not plain."""
        cells = draft.cells
        labelled = labelled_units(cells.get("responsible", ""))
        # A cell of lead units may label its units too; what has no label there leads.
        within = labelled_units(cells.get("lead", ""))
        named = "lead" in within
        in_lead = within.get("lead" if named else "responsible", "")
        leads = tuple(
            dict.fromkeys((*split_units(in_lead), *split_units(labelled.get("lead", ""))))
        )
        beside = split_units(within.get("responsible", "")) if named else ()
        responsible = (*beside, *split_units(labelled.get("responsible", "")))
        assisting = split_units(labelled_units(cells.get("assisting", "")).get("responsible", ""))
        if len(leads) > 1:
            self._remark(draft, "plans.leads_several", "、".join(leads))
        elif not leads and not draft.has_lead and len(responsible) == 1:
            self._remark(draft, "plans.lead_is_the_only_unit", responsible[0])
            leads = responsible
        elif not leads and not draft.has_lead and responsible:
            self._remark(draft, "plans.lead_not_named", "、".join(responsible))
        every = tuple(dict.fromkeys((*responsible, *assisting, *leads[1:])))
        closer = cells.get("closer", "") or labelled.get("closer", "")
        return (leads[0] if leads else ""), every, _line(closer)

    def _items(
        self, draft: Draft, lead: str, responsible: tuple[str, ...]
    ) -> tuple[str, tuple[PlanItem, ...]]:
        """The due date of the task and its items; of items with several, the task has them all."""
        dues = list(dict.fromkeys(step.due for step in draft.steps if step.due))
        own = {lead, *responsible}
        differ = len({(step.lead, step.responsible) for step in draft.steps} - {("", "")}) > 1
        items: dict[tuple[str, str, int], tuple[str, ...]] = {}
        for step in draft.steps:
            labelled = labelled_units(step.responsible)
            units = tuple(
                dict.fromkeys(
                    (
                        *split_units(step.lead),
                        *split_units(labelled.get("lead", "")),
                        *split_units(labelled.get("responsible", "")),
                    )
                )
            )
            times: Counter[str] = Counter()
            for text in split_measures(step.items):
                item = item_of(text)
                due = item.due or (step.due if len(dues) > 1 else "")
                of_its_own = item.units or (units if differ and set(units) != own else ())
                # A line for each unit says the same measures again; a cell may say one twice.
                key = item.text, due, times[item.text]
                times[item.text] += 1
                items[key] = tuple(dict.fromkeys((*items.get(key, ()), *of_its_own)))
        every = tuple(PlanItem(text, due, units) for (text, due, _), units in items.items())
        return "；".join(dues), every

    def _check_due(self, draft: Draft, dues: Iterable[str]) -> None:
        for words in dict.fromkeys(filter(None, dues)):
            if not _can_be_read(words):
                self._remark(draft, "plans.due_unread", words)


def numbered(draft: Draft, words: str, found: PlanFile) -> None:
    """Gives the draft the number that stands there; words that are none are kept aside."""
    if not words:
        return
    problem, task = serial_of(words)
    if problem is not None:
        draft.problem_serial = problem
        draft.extra["序号"] = words
    elif task is not None:
        draft.serial = task
    else:
        draft.extra["序号"] = words
        found.remarks.append(Remark(draft.sheet, draft.line, "plans.serial_unread", words))


def _fault(draft: Draft) -> tuple[str, str] | None:
    cells = draft.cells
    says = (draft.problem if draft.problem_told else "", cells.get("title"), cells.get("goal"))
    if not any(says) and not any(step.items for step in draft.steps):
        return "plans.line_empty", next(iter(filter(None, draft.row)), "")[:32]
    for name, limit in LONGEST.items():
        if len(cells.get(name, "")) > limit:
            return "plans.text_too_long", cells[name][:32] + "…"
    texts = (draft.problem, *cells.values(), *(step.items for step in draft.steps))
    long = next((text for text in texts if len(text) > LONGEST_TEXT), None)
    return ("plans.text_too_long", long[:32] + "…") if long else None


def _key(draft: Draft) -> tuple[int | None, str]:
    return draft.problem_serial, re.sub(r"\s+", "", draft.problem)


def _with_problem(task: PlanTask, number: int | None) -> PlanTask:
    return task if number is None else replace(task, problem_serial=number)


@lru_cache(maxsize=4096)
def _can_be_read(due: str) -> bool:
    try:
        read_due(due)
    except Refused:
        return False
    return True


def _line(text: str) -> str:
    return " ".join(text.split())


def _together(said_states: list[str]) -> str:
    """What several words of status mean together: the same, or under way."""
    said = {said_of(text) for text in said_states} - {""}
    if len(said) <= 1:
        return said.pop() if said else ""
    return UNDER_WAY if said != {DONE} else DONE
