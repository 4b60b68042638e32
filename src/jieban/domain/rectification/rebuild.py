"""What a round, its plan and its tasks are by their events alone.

Every row of the register can be told again from the ledger: `rebuild` does so for a whole round,
`fold_task` for one task, `fold_round` for a round without what stands below it. What an event
does not hold is not told: the names of files, which are sealed, and for whom somebody acted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from jieban.domain.errors import Refused
from jieban.domain.rectification.due import Due, read_due
from jieban.domain.rectification.plan import Content, digest_of
from jieban.domain.rectification.tasks import PAST, State
from jieban.domain.terms.calendar import add_months

Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One event in plain values. `day` is the day of the place on which it happened.

    `subject` is round, problem or task; `serial` the number of the problem or task in its round.
    """

    subject: str
    serial: int
    kind: str
    at: datetime
    day: date
    by: str
    by_id: str
    reason: str
    body: Mapping[str, Any]


@dataclass
class RebuiltTask:
    """One task: its row, and the rows that hang on it, by their number or in their order."""

    row: Row
    items: dict[int, Row] = field(default_factory=dict)
    reports: dict[int, Row] = field(default_factory=dict)
    evidence: dict[int, Row] = field(default_factory=dict)
    checks: list[Row] = field(default_factory=list)
    objections: dict[int, Row] = field(default_factory=dict)
    due_requests: dict[int, Row] = field(default_factory=dict)
    look_backs: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)

    def plain(self) -> Row:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass
class RebuiltRound:
    """One round. A plan's `content` is the plan as it stood when it was handed up."""

    row: Row
    plans: dict[int, Row] = field(default_factory=dict)
    problems: dict[int, Row] = field(default_factory=dict)
    tasks: dict[int, RebuiltTask] = field(default_factory=dict)

    def plain(self) -> Row:
        return {
            "row": self.row,
            "plans": self.plans,
            "problems": self.problems,
            "tasks": {serial: task.plain() for serial, task in self.tasks.items()},
        }


def rebuild(events: Iterable[Told]) -> RebuiltRound:
    """The round of these events, oldest first, with everything that belongs to it.

    Raises:
        Refused "rectification.events_unreadable": the events begin with no round; one of them is
            of a kind nobody knows, or lacks what its kind has; a move was made that the table
            does not have. `kinds` names them.
    """
    held: RebuiltRound | None = None
    for told in events:
        if held is None:
            held = RebuiltRound(_opened(told))
        elif told.subject == "round":
            _of_round(held, told)
        elif told.subject == "problem":
            _of_problem(held.problems, told)
        else:
            held.tasks[told.serial] = _told_of(held.tasks.get(told.serial), told)
        if told.kind == "round.plan_handed_up":
            held.plans[told.body["version"]]["content"] = content_of(held)
    if held is None:
        raise Refused("rectification.events_unreadable", kinds=[])
    return held


def fold_round(events: Iterable[Told]) -> RebuiltRound:
    """The round of its own events, oldest first, without problems, tasks and plans' contents.

    Raises:
        Refused "rectification.events_unreadable".
    """
    told = iter(events)
    held = RebuiltRound(_opened(next(told)))
    for each in told:
        _of_round(held, each)
    return held


def fold_problem(events: Iterable[Told]) -> Row:
    """The problem of its own events, oldest first.

    Raises:
        Refused "rectification.events_unreadable".
    """
    problems: dict[int, Row] = {}
    serial = 0
    for told in events:
        _of_problem(problems, told)
        serial = told.serial
    return problems[serial]


def fold_task(events: Iterable[Told]) -> RebuiltTask:
    """The task of its own events, oldest first.

    Raises:
        Refused "rectification.events_unreadable".
    """
    task: RebuiltTask | None = None
    for told in events:
        task = _told_of(task, told)
    if task is None:
        raise Refused("rectification.events_unreadable", kinds=[])
    return task


def content_of(held: RebuiltRound) -> Content:
    """The plan as it would be frozen now: what is not dropped, by number."""
    tasks: dict[int, list[Row]] = {}
    for serial, task in sorted(held.tasks.items()):
        if not task.row["dropped"]:
            tasks.setdefault(task.row["problem"], []).append(_frozen(serial, task))
    return {
        "problems": [
            {"serial": serial, "text": problem["text"], "tasks": tasks[serial]}
            for serial, problem in sorted(held.problems.items())
            if serial in tasks
        ]
    }


def wrong_digests(held: RebuiltRound) -> list[int]:
    """Numbers of the plans whose digest is not that of the plan rebuilt."""
    return [
        number
        for number, plan in held.plans.items()
        if plan["digest"] != digest_of(plan["content"])
    ]


@dataclass(frozen=True)
class Unlike:
    """One place where the rows say otherwise than their events."""

    path: str
    held: Any
    told: Any

    def __str__(self) -> str:
        return f"{self.path} {_shown(self.held)}, events say {_shown(self.told)}"


def unlike(held: Any, told: Any, path: str = "") -> Iterator[Unlike]:
    """Everywhere that `held` differs from `told`, column by column; None where one is missing."""
    if held == told:
        return
    if isinstance(held, dict) and isinstance(told, dict):
        for name in dict.fromkeys((*told, *held)):
            below = f"{path}.{name}" if path else str(name)
            yield from unlike(held.get(name), told.get(name), below)
    elif isinstance(held, list) and isinstance(told, list) and len(held) == len(told):
        for place, (one, other) in enumerate(zip(held, told, strict=True), start=1):
            yield from unlike(one, other, f"{path}.{place}")
    else:
        yield Unlike(path, held, told)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:80] + "…"


# --- the round and its plans --------------------------------------------------------------

_ROUND_DAYS = ("stationed_from", "stationed_to", "feedback_on")


def _opened(told: Told) -> Row:
    if told.kind != "round.opened":
        raise Refused("rectification.events_unreadable", kinds=[told.kind])
    return _with_days(told.body, _ROUND_DAYS) | {
        "plan_open": True,
        "version": 1,
        "made_at": told.at,
        "made_by": told.by,
    }


def _of_round(held: RebuiltRound, told: Told) -> None:
    """Put one more event of the round itself into it."""
    try:
        _act_of_round(held, told)
    except KeyError:
        # A version that nobody handed up, or a body without what its kind has.
        raise _unknown(told) from None


def _act_of_round(held: RebuiltRound, told: Told) -> None:
    body, row, plans = told.body, held.row, held.plans
    row["version"] += 1
    match told.kind:
        case "round.changed":
            row |= _with_days(body["set"], _ROUND_DAYS)
        case "round.plan_handed_up":
            row["plan_open"] = False
            plans[body["version"]] = {
                "digest": body["digest"],
                "state": "in_approval",
                "note": told.reason,
                "made_at": told.at,
                "made_by": told.by,
                "approvals": [],
            }
        case "round.plan_step_passed" | "round.plan_sent_back":
            passed = told.kind == "round.plan_step_passed"
            _of_approval(held, plans[body["version"]], told, passed=passed)
        case "round.plan_revised":
            row["plan_open"] = True
        case _:
            raise _unknown(told)


def _of_approval(held: RebuiltRound, plan: Row, told: Told, *, passed: bool) -> None:
    body = told.body
    plan["approvals"].append(
        {
            "step": body["step"],
            "passed": passed,
            "held_on": _day(body["held_on"]),
            "paper": body["paper"],
            "remark": told.reason,
            "digest": body["digest"],
            "made_at": told.at,
            "made_by": told.by,
        }
    )
    if not passed:
        plan["state"] = "sent_back"
        held.row["plan_open"] = True
    elif body["step"] == "issued":
        for other in held.plans.values():
            if other["state"] == "in_force":
                other["state"] = "replaced"
        plan["state"] = "in_force"


def _of_problem(problems: dict[int, Row], told: Told) -> None:
    if told.kind not in ("problem.entered", "problem.changed"):
        raise _unknown(told)
    problems[told.serial] = {"text": told.body["text"]}


# --- a task -------------------------------------------------------------------------------

_EMPTY_DAYS = ("started_on", "last_told_on", "claimed_on", "checked_on", "notice_from",
               "notice_until", "signed_on")  # fmt: skip
_EMPTY_WORDS = ("falsity", "notice_where", "signed_by", "signed_unit", "paper", "record_number")
_TAKEN = (
    "problem", "title", "goal", "lead", "lead_words", "responsible", "responsible_words", "role",
    "closer", "area", "place", "category",
)  # fmt: skip
_BROUGHT = ("said_state", "said_done", "brought_by", "said_progress", "extra")


def _told_of(task: RebuiltTask | None, told: Told) -> RebuiltTask:
    """The task after one more event."""
    if (task is None) != (told.kind == "task.entered"):
        raise _unknown(told)
    try:
        if task is None:
            task = _entered(told)
        else:
            act = _ACTS[told.kind]
            task.row["version"] += 1
            act(task, told)
    except KeyError:
        # A kind or a number that nobody knows, or a body without what its kind has.
        raise _unknown(told) from None
    _step(task, told)
    return task


def _entered(told: Told) -> RebuiltTask:
    body = told.body
    row = {name: body[name] for name in _TAKEN}
    row |= dict.fromkeys(_EMPTY_DAYS) | dict.fromkeys(_EMPTY_WORDS, "")
    row |= _due(body["due"])
    row |= {name: body[name] for name in _BROUGHT}
    row |= {"first_due_on": row["due_on"], "state": "", "dropped": False}
    row |= {"version": 1, "made_at": told.at}
    items = {serial: _item(each) for serial, each in enumerate(body["items"], start=1)}
    return RebuiltTask(row, items)


def _step(task: RebuiltTask, told: Told) -> None:
    """Move the task, where the event is a move, and put the step down."""
    made = PAST.get(told.kind.removeprefix("task."))
    if made is None:
        return
    state = task.row["state"]
    if (State(state) not in made.from_) if state else made.from_:
        raise _unknown(told)
    task.row["state"] = made.to.value
    # A check's remark and an objection's answer are why the step was taken.
    why = told.body.get("remark") or told.body.get("text") or told.reason
    task.steps.append(
        {
            "move": made.name,
            "to": made.to.value,
            "on": _day(told.body["day"]) if "day" in told.body else told.day,
            "at": told.at,
            "by": told.by,
            "by_id": told.by_id,
            "reason": why[:1000],
        }
    )


def _changed(task: RebuiltTask, told: Told) -> None:
    changed = dict(told.body["set"])
    task.row |= {name: changed[name] for name in (*_TAKEN, "brought_by") if name in changed}
    if "due" in changed:
        task.row |= _due(changed["due"])
    if "first_due" in changed:
        task.row["first_due_on"] = _day(changed["first_due"])


def _dropped(task: RebuiltTask, told: Told) -> None:
    task.row["dropped"] = told.kind == "task.dropped"


def _item_said(task: RebuiltTask, told: Told) -> None:
    before = task.items.get(told.body["item"], {})
    task.items[told.body["item"]] = _item(told.body) | {
        name: before[name] for name in ("done_on", "done_by", "done_by_id") if name in before
    }


def _item_dropped(task: RebuiltTask, told: Told) -> None:
    task.items[told.body["item"]]["dropped"] = True


def _item_done(task: RebuiltTask, told: Told) -> None:
    done = {"done_on": _day(told.body["day"]), "done_by": told.by, "done_by_id": told.by_id}
    task.items[told.body["item"]] |= done


def _item_undone(task: RebuiltTask, told: Told) -> None:
    task.items[told.body["item"]] |= {"done_on": None, "done_by": "", "done_by_id": ""}


def _started(task: RebuiltTask, told: Told) -> None:
    task.row["started_on"] = _day(told.body["day"])


def _moved_on(task: RebuiltTask, told: Told) -> None:
    """Partly done, or gone on with: nothing but the state."""


def _claimed(task: RebuiltTask, told: Told) -> None:
    claimed = told.kind == "task.claimed"
    task.row["claimed_on"] = _day(told.body["day"]) if claimed else None


def _checked(task: RebuiltTask, told: Told) -> None:
    task.row["checked_on"] = _day(told.body["day"])
    task.checks.append(_look(told, told.body["remark"], passed=True))


def _sent_back(task: RebuiltTask, told: Told) -> None:
    task.checks.append(_look(told, told.reason, passed=False))
    _begin_again(task)


def _look(told: Told, remark: str, *, passed: bool) -> Row:
    return {
        "on": _day(told.body["day"]),
        "passed": passed,
        "answers": told.body["answers"],
        "remark": remark,
        "at": told.at,
        "by": told.by,
        "by_id": told.by_id,
        "stands": True,
    }


def _announced(task: RebuiltTask, told: Told) -> None:
    task.row |= {
        "notice_from": _day(told.body["day"]),
        "notice_until": _day(told.body["until"]),
        "notice_where": told.body["where"],
    }


def _signed(task: RebuiltTask, told: Told) -> None:
    body, day = told.body, date.fromisoformat(told.body["day"])
    task.row |= {
        "signed_on": day,
        "signed_by": told.by,
        "signed_unit": body["unit"],
        "paper": body["paper"],
        "record_number": body["record"],
        "falsity": "",
    }
    task.look_backs += [
        {
            "months": months,
            "due_on": add_months(day, months),
            "done_on": None,
            "held": None,
            "text": "",
            "by": "",
            "dropped": False,
        }
        for months in body["look_backs"]
    ]
    task.look_backs.sort(key=lambda each: each["due_on"])


def _reopened(task: RebuiltTask, told: Told) -> None:
    _begin_again(task)
    task.row["falsity"] = told.body["falsity"]


def _begin_again(task: RebuiltTask) -> None:
    for name in ("claimed_on", "checked_on", "signed_on", "notice_from", "notice_until"):
        task.row[name] = None
    for name in ("notice_where", "signed_by", "signed_unit", "paper", "record_number"):
        task.row[name] = ""
    for check in task.checks:
        check["stands"] = False
    for look_back in task.look_backs:
        look_back["dropped"] = look_back["dropped"] or look_back["done_on"] is None


def _reported(task: RebuiltTask, told: Told) -> None:
    body = told.body
    task.reports[body["report"]] = {
        "on": _day(body["day"]),
        "done": body["done"],
        "hindered": body["hindered"],
        "next": body["next"],
        **_entered_by(told),
    }
    _last_told(task)


def _report_struck(task: RebuiltTask, told: Told) -> None:
    _strike(task.reports[told.body["report"]], told)
    _last_told(task)


def _last_told(task: RebuiltTask) -> None:
    days = (each["on"] for each in task.reports.values() if each["struck_at"] is None)
    task.row["last_told_on"] = max(days, default=None)


def _evidence_added(task: RebuiltTask, told: Told) -> None:
    body = told.body
    named = ("item", "what", "value", "unit", "limit", "digest", "media_type", "size")
    task.evidence[body["evidence"]] = {
        **{name: body[name] for name in named},
        "kind": body["entry_kind"],
        "on": _day(body["day"]),
        **_entered_by(told),
    }


def _evidence_struck(task: RebuiltTask, told: Told) -> None:
    _strike(task.evidence[told.body["evidence"]], told)


def _entered_by(told: Told) -> Row:
    return {
        "made_at": told.at,
        "made_by": told.by,
        "made_by_id": told.by_id,
        "struck_at": None,
        "struck_because": "",
    }


def _strike(entry: Row, told: Told) -> None:
    entry |= {"struck_at": told.at, "struck_because": told.reason}


def _due_asked(task: RebuiltTask, told: Told) -> None:
    task.due_requests[told.body["request"]] = {
        "wanted": _day(told.body["wanted"]),
        "reason": told.reason,
        "asked_at": told.at,
        "asked_by": told.by,
        "asked_by_id": told.by_id,
        "granted": None,
        "paper": "",
        "answer": "",
        "decided_at": None,
        "decided_by": "",
    }


def _due_decided(task: RebuiltTask, told: Told) -> None:
    granted = told.kind == "task.due_granted"
    request = task.due_requests[told.body["request"]]
    request |= {
        "granted": granted,
        "answer": told.reason,
        "paper": told.body["paper"],
        "decided_at": told.at,
        "decided_by": told.by,
    }
    if granted:
        task.row["due_on"] = _day(told.body["wanted"])


def _objection_entered(task: RebuiltTask, told: Told) -> None:
    task.objections[told.body["objection"]] = {
        "received_on": _day(told.body["day"]),
        "text": told.body["text"],
        "upheld": None,
        "answer": "",
        "made_at": told.at,
        "made_by": told.by,
        "decided_at": None,
        "decided_by": "",
    }


def _objection_decided(task: RebuiltTask, told: Told) -> None:
    upheld = told.kind == "task.objection_upheld"
    task.objections[told.body["objection"]] |= {
        "upheld": upheld,
        "answer": told.body["text"],
        "decided_at": told.at,
        "decided_by": told.by,
    }
    if upheld:
        _begin_again(task)


def _record_entered(task: RebuiltTask, told: Told) -> None:
    task.row["record_number"] = told.body["record"]


def _looked_back(task: RebuiltTask, told: Told) -> None:
    body = told.body
    due = (
        each
        for each in task.look_backs
        if each["months"] == body["months"] and each["done_on"] is None and not each["dropped"]
    )
    found = next(due, None)
    if found is None:
        raise _unknown(told)
    found |= {
        "done_on": _day(body["day"]),
        "held": body["held"],
        "text": body["text"],
        "by": told.by,
    }


_ACTS: Mapping[str, Callable[[RebuiltTask, Told], None]] = {
    "task.changed": _changed,
    "task.dropped": _dropped,
    "task.restored": _dropped,
    "task.item_added": _item_said,
    "task.item_changed": _item_said,
    "task.item_dropped": _item_dropped,
    "task.item_done": _item_done,
    "task.item_undone": _item_undone,
    "task.started": _started,
    "task.partly_done": _moved_on,
    "task.went_on": _moved_on,
    "task.claimed": _claimed,
    "task.claim_withdrawn": _claimed,
    "task.checked": _checked,
    "task.sent_back": _sent_back,
    "task.announced": _announced,
    "task.objection_upheld": _objection_decided,
    "task.signed_off": _signed,
    "task.sign_off_taken_over": _signed,
    "task.reopened": _reopened,
    "task.reported": _reported,
    "task.report_struck": _report_struck,
    "task.evidence_added": _evidence_added,
    "task.evidence_struck": _evidence_struck,
    "task.due_asked": _due_asked,
    "task.due_granted": _due_decided,
    "task.due_refused": _due_decided,
    "task.objection_entered": _objection_entered,
    "task.objection_answered": _objection_decided,
    "task.record_entered": _record_entered,
    "task.looked_back": _looked_back,
}


# --- values -------------------------------------------------------------------------------


def _frozen(serial: int, task: RebuiltTask) -> Row:
    row = task.row
    return {
        "serial": serial,
        **{name: row[name] for name in ("title", "goal", "role", "closer", "area", "place")},
        "category": row["category"],
        "lead": row["lead_words"],
        "responsible": row["responsible_words"],
        "due": row["due_words"],
        "items": [
            {
                "serial": number,
                "text": item["text"],
                "due": item["due_words"],
                "units": item["units"],
            }
            for number, item in sorted(task.items.items())
            if not item["dropped"]
        ],
    }


def _item(said: Mapping[str, Any]) -> Row:
    return {
        "text": said["text"],
        "units": said["units"],
        **_due(said["due"]),
        "done_on": None,
        "done_by": "",
        "done_by_id": "",
        "dropped": False,
    }


def _due(words: str) -> Row:
    due: Due | None = read_due(words)
    return {
        "due_kind": due.kind.value if due else "",
        "due_on": due.on if due else None,
        "due_lasting": due.lasting if due else False,
        "due_words": words,
    }


def _with_days(said: Mapping[str, Any], days: Iterable[str]) -> Row:
    return {name: _day(value) if name in days else value for name, value in said.items()}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _unknown(told: Told) -> Refused:
    return Refused("rectification.events_unreadable", kinds=[told.kind])
