"""A plan: what must not be blank, its way to being issued, what one version says otherwise."""

import copy

import pytest

from jieban.domain.errors import Refused
from jieban.domain.rectification.plan import (
    STEPS,
    Blank,
    Difference,
    TaskPlan,
    blanks,
    check_complete,
    decide_step,
    differences,
    digest_of,
    next_step,
)

WHOLE = TaskPlan(1, "点位销账", "区城管委", ("松涛街道",), "立行立改", ("按月通报",))


def test_a_whole_task_has_no_blank():
    assert blanks([WHOLE]) == []
    check_complete([WHOLE])


def test_a_task_without_action_items_is_whole():
    check_complete([TaskPlan(1, "点位销账", "区城管委", ("松涛街道",), "立行立改")])


@pytest.mark.parametrize(
    ("task", "missing"),
    [
        (TaskPlan(2, "", "a", ("b",), "c"), ["goal"]),
        (TaskPlan(2, "g", "", ("b",), "c"), ["lead"]),
        (TaskPlan(2, "g", "a", (), "c"), ["responsible"]),
        (TaskPlan(2, "g", "a", ("b",), ""), ["due"]),
        (TaskPlan(2), ["goal", "lead", "responsible", "due"]),
    ],
)
def test_every_blank_is_found(task, missing):
    assert blanks([WHOLE, task]) == [Blank(2, name) for name in missing]
    with pytest.raises(Refused) as caught:
        check_complete([WHOLE, task])
    assert caught.value.code == "plan.blanks"
    assert caught.value.detail == {
        "count": len(missing),
        "blanks": [f"2 {name}" for name in missing],
    }


def test_an_empty_plan_is_not_handed_up():
    with pytest.raises(Refused) as caught:
        check_complete([])
    assert caught.value.code == "plan.empty"


def test_of_very_many_blanks_all_are_counted():
    with pytest.raises(Refused) as caught:
        check_complete([TaskPlan(number) for number in range(1, 501)])
    assert caught.value.detail["count"] == 2000
    assert len(caught.value.detail["blanks"]) == 200


@pytest.mark.parametrize("passed", range(len(STEPS)))
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_only_in_its_turn(passed, step):
    before = STEPS[:passed]
    if step == STEPS[passed]:
        decide_step(before, step)
        return
    with pytest.raises(Refused) as caught:
        decide_step(before, step)
    assert caught.value.code == "plan.step_out_of_order"
    assert caught.value.detail["next"] == STEPS[passed]


def test_after_the_last_step_there_is_none():
    assert next_step(STEPS) is None
    with pytest.raises(Refused) as caught:
        decide_step(STEPS, "issued")
    assert caught.value.code == "plan.already_issued"
    with pytest.raises(Refused) as caught:
        decide_step((), "party_congress")
    assert caught.value.code == "plan.step_unknown"
    with pytest.raises(ValueError, match="out of order"):
        next_step(("government",))


def content() -> dict:
    return {
        "problems": [
            {
                "serial": 1,
                "text": "露天烧烤仍然突出",
                "tasks": [
                    {
                        "serial": 1,
                        "title": "整治",
                        "goal": "销账",
                        "lead": "区城管委",
                        "responsible": ["松涛街道", "柳岸街道"],
                        "due": "立行立改",
                        "items": [
                            {"serial": 1, "text": "巡查", "due": "", "units": ""},
                            {"serial": 2, "text": "通报", "due": "", "units": ""},
                        ],
                    }
                ],
            }
        ]
    }


def changed(path, value):
    after = copy.deepcopy(content())
    *way, last = path
    held = after
    for step in way:
        held = held[step]
    held[last] = value
    return after


TASK = ("problems", 0, "tasks", 0)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (content(), []),
        (
            changed((*TASK, "goal"), "零新增"),
            [Difference("task", "1", "goal", "销账", "零新增")],
        ),
        (
            changed((*TASK, "responsible"), ["松涛街道"]),
            [Difference("task", "1", "responsible", "松涛街道、柳岸街道", "松涛街道")],
        ),
        (
            changed(("problems", 0, "text"), "改写"),
            [Difference("problem", "1", "text", "露天烧烤仍然突出", "改写")],
        ),
        (
            changed((*TASK, "items", 1, "due"), "2025年底前"),
            [Difference("item", "1.2", "due", "", "2025年底前")],
        ),
        (
            changed((*TASK, "items"), content()["problems"][0]["tasks"][0]["items"][:1]),
            [Difference("item", "1.2", before="通报")],
        ),
        (
            changed(("problems",), []),
            [
                Difference("problem", "1", before="露天烧烤仍然突出"),
                Difference("task", "1", before="整治"),
                Difference("item", "1.1", before="巡查"),
                Difference("item", "1.2", before="通报"),
            ],
        ),
    ],
)
def test_what_one_version_says_otherwise(after, found):
    assert differences(content(), after) == found


def test_what_is_new_is_gone_the_other_way_round():
    fewer = changed(("problems",), [])
    assert [each.after for each in differences(fewer, content())] == [
        each.before for each in differences(content(), fewer)
    ]


def test_a_digest_is_of_what_is_said_not_of_the_order_of_its_names():
    other = {"problems": [dict(reversed(list(content()["problems"][0].items())))]}
    assert digest_of(other) == digest_of(content())
    assert digest_of(changed((*TASK, "goal"), "零新增")) != digest_of(content())
