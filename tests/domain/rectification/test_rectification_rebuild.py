"""A round out of plain events, with no database at all."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jieban.domain.errors import Refused
from jieban.domain.rectification.plan import digest_of
from jieban.domain.rectification.rebuild import (
    Told,
    Unlike,
    content_of,
    fold_problem,
    fold_round,
    fold_task,
    rebuild,
    unlike,
    wrong_digests,
)
from jieban.domain.rectification.tasks import CRITERIA

BEGAN = datetime(2026, 11, 2, 8, tzinfo=UTC)
YES = dict.fromkeys(CRITERIA, "yes")
ROUND = {
    "name": "市第二轮督察",
    "level": "municipal",
    "nth": 2,
    "team": "",
    "office": "UE",
    "stationed_from": "2025-11-01",
    "stationed_to": "",
    "feedback_on": "2026-02-22",
    "notice_days": 5,
    "stuck_days": 30,
    "report_day": 25,
    "look_back_months": [6, 12],
    "letter_days": 10,
    "letter_codes": ["YX"],
}
TASK = {
    "problem": 1,
    "title": "整治",
    "goal": "销账",
    "lead": "U1",
    "lead_words": "松涛街道",
    "responsible": ["U9"],
    "responsible_words": ["区供热中心"],
    "role": "lead",
    "closer": "",
    "due": "2026年12月底前，长期坚持",
    "area": "A11",
    "place": "",
    "category": "",
    "items": [{"text": "巡查", "due": "", "units": ""}],
    "said_state": "",
    "said_done": False,
    "brought_by": "",
    "said_progress": "",
    "extra": {},
}


def told(subject: str, kind: str, number: int = 0, reason: str = "", **body) -> Told:
    at = BEGAN + timedelta(days=number)
    return Told(
        subject,
        0 if subject == "round" else 1,
        f"{subject}.{kind}",
        at,
        at.date(),
        "某甲",
        "id-a",
        reason,
        body,
    )


ENTERED = told("task", "entered", **TASK)
OPENED = [
    told("round", "opened", **ROUND),
    told("problem", "entered", text="烧烤"),
    ENTERED,
]
SIGNED = [
    ENTERED,
    told("task", "started", 1, day="2026-11-03"),
    told("task", "item_done", 2, item=1, day="2026-11-04"),
    told("task", "claimed", 3, day="2026-11-05"),
    told("task", "checked", 4, day="2026-11-06", answers=YES, remark="看过"),
    told("task", "announced", 5, day="2026-11-07", until="2026-11-13", where="网站"),
    told(
        "task", "signed_off", 14, day="2026-11-16", unit="UE", paper="1号", record="",
        look_backs=[12, 6],
    ),
]  # fmt: skip


def test_an_entered_task_has_the_due_date_its_words_mean():
    row = fold_task([ENTERED]).row
    assert (row["due_kind"], row["due_on"], row["due_lasting"]) == (
        "date",
        date(2026, 12, 31),
        True,
    )
    assert (row["state"], row["first_due_on"], row["version"]) == (
        "not_started",
        date(2026, 12, 31),
        1,
    )


def test_a_sign_off_makes_its_looks_back_in_the_order_they_fall_due():
    task = fold_task(SIGNED)
    assert (task.row["state"], task.row["signed_on"]) == ("signed_off", date(2026, 11, 16))
    assert [(each["months"], each["due_on"]) for each in task.look_backs] == [
        (6, date(2027, 5, 16)),
        (12, date(2027, 11, 16)),
    ]
    assert [each["move"] for each in task.steps] == [
        "enter", "start", "claim", "check", "announce", "sign",
    ]  # fmt: skip
    assert task.steps[3]["reason"] == "看过"


def test_what_is_reopened_begins_again_and_keeps_what_was_done():
    looked = told("task", "looked_back", 200, months=6, day="2027-05-20", held=False, text="回潮")
    reopened = told("task", "reopened", 201, reason="回潮", day="2027-05-21", falsity="false")
    task = fold_task([*SIGNED, looked, reopened])
    row = task.row
    assert (row["state"], row["falsity"], row["signed_on"], row["signed_by"]) == (
        "under_way",
        "false",
        None,
        "",
    )
    assert [(each["held"], each["dropped"]) for each in task.look_backs] == [
        (False, False),
        (None, True),
    ]
    assert [each["stands"] for each in task.checks] == [False]
    assert task.items[1]["done_on"] == date(2026, 11, 4)


def test_a_plan_is_frozen_as_it_stood_when_it_was_handed_up():
    before = rebuild(OPENED)
    digest = digest_of(content_of(before))
    handed = told("round", "plan_handed_up", 1, version=1, digest=digest)
    back = told(
        "round", "plan_sent_back", 2, reason="再议", version=1, step="leading_group",
        held_on="2026-11-04", paper="", digest="",
    )  # fmt: skip
    changed = told("task", "changed", 3, set={"goal": "零新增"})
    held = rebuild([*OPENED, handed, back, changed])
    assert wrong_digests(held) == []
    assert held.plans[1]["content"]["problems"][0]["tasks"][0]["goal"] == "销账"
    assert (held.plans[1]["state"], held.row["plan_open"]) == ("sent_back", True)
    assert held.tasks[1].row["goal"] == "零新增"
    forged = rebuild([*OPENED, told("round", "plan_handed_up", 1, version=1, digest="0" * 64)])
    assert wrong_digests(forged) == [1]


def test_the_parts_fold_to_what_the_whole_has():
    held = rebuild(OPENED)
    assert fold_round(OPENED[:1]).row == held.row
    assert fold_problem(OPENED[1:2]) == held.problems[1]
    assert fold_task(OPENED[2:]).plain() == held.tasks[1].plain()
    assert held.row["stationed_from"] == date(2025, 11, 1)
    assert held.row["stationed_to"] is None


@pytest.mark.parametrize(
    ("events", "named"),
    [
        ([], []),
        ([ENTERED], ["task.entered"]),
        ([*OPENED, told("round", "cancelled")], ["round.cancelled"]),
        ([*OPENED, told("problem", "solved")], ["problem.solved"]),
        ([*OPENED, told("task", "approved")], ["task.approved"]),
        ([*OPENED, ENTERED], ["task.entered"]),
        ([*OPENED[:2], told("task", "started", day="2026-11-03")], ["task.started"]),
        # Outside the table of moves: signed off before it was checked.
        ([*OPENED, SIGNED[-1]], ["task.signed_off"]),
        ([*OPENED, told("task", "item_done", item=7, day="2026-11-03")], ["task.item_done"]),
        ([*OPENED, told("task", "item_done", item=1)], ["task.item_done"]),
        (
            [*OPENED, told("task", "looked_back", months=6, day="2026-11-03", held=True, text="")],
            ["task.looked_back"],
        ),
        ([told("round", "opened", **ROUND), told("round", "plan_handed_up", digest="")],
         ["round.plan_handed_up"]),
    ],
)  # fmt: skip
def test_events_that_make_no_round_are_named(events, named):
    with pytest.raises(Refused) as caught:
        rebuild(events)
    assert caught.value.code == "rectification.events_unreadable"
    assert caught.value.detail["kinds"] == named


def test_every_difference_is_named_by_its_column():
    held = {"row": {"a": 1, "b": 2}, "items": {1: {"x": "y"}}, "steps": [{"on": 1}, {"on": 2}]}
    same = {"row": {"a": 1, "b": 2}, "items": {1: {"x": "y"}}, "steps": [{"on": 1}, {"on": 2}]}
    assert list(unlike(held, same)) == []
    other = {"row": {"a": 1, "b": 3}, "items": {2: {"x": "y"}}, "steps": [{"on": 1}, {"on": 9}]}
    assert list(unlike(held, other)) == [
        Unlike("row.b", 2, 3),
        Unlike("items.2", None, {"x": "y"}),
        Unlike("items.1", {"x": "y"}, None),
        Unlike("steps.2.on", 2, 9),
    ]
    assert list(unlike({"steps": [1]}, {"steps": []})) == [Unlike("steps", [1], [])]
    assert str(Unlike("row.b", "短" * 100, 3)).startswith(f"row.b {'短' * 80}…, events say 3")
