"""Time limits of a rulebook: which one a case has, and that no evaluation notices them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from jieban.domain.errors import Refused
from jieban.domain.rulebook.diff import difference
from jieban.domain.rulebook.limits import ANSWERS, DEFAULT_ANSWERS, LIMIT_KEYS, Limit, within
from jieban.domain.rulebook.schema import from_table, load, read, shipped_names

HEAD = '[rulebook]\nname = "mine"\nlike = "beijing-district"\n'
LIMITS = load("beijing-district").limits
LAST = '[[limits.answer]]\nname = "rest"\nzh = "其余"\nen = "rest"\ndays = 5\n'


def problems(text):
    with pytest.raises(Refused) as refused:
        read(HEAD + text, "mine.toml")
    return {each.detail["key"]: each for each in refused.value.detail["problems"]}


def row(*lines):
    return '[[limits.answer]]\nname = "one"\nzh = "一"\nen = "one"\n' + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("category", "urgency", "complexity", "name", "allowance"),
    [
        ("公共安全->消防安全->通道占用", "urgent", "normal", "urgent", timedelta(hours=2)),
        ("公共服务->供暖->室温不达标", "urgent", "complex", "urgent", timedelta(hours=2)),
        ("公共服务->供暖->室温不达标", "normal", "complex", "utilities", timedelta(hours=24)),
        ("公共服务->供暖", "normal", "normal", "utilities", timedelta(hours=24)),
        ("水务->供排水->停水与水质", "normal", "normal", "utilities", timedelta(hours=24)),
        ("公共服务->燃气->燃气维修", "", "", "utilities", timedelta(hours=24)),
        ("公共服务->供电->停电报修", "normal", "normal", "utilities", timedelta(hours=24)),
        ("公共服务->供暖费", "normal", "normal", "general", timedelta(days=7)),
        ("公共服务", "normal", "normal", "general", timedelta(days=7)),
        ("住房城乡建设->物业管理->电梯故障", "normal", "complex", "complex", timedelta(days=15)),
        ("", "", "", "general", timedelta(days=7)),
    ],
)
def test_the_first_row_that_fits_counts(category, urgency, complexity, name, allowance):
    limit = LIMITS.answer_for(category, urgency, complexity)
    assert (limit.name, limit.allowance, limit.counting) == (name, allowance, "calendar")
    assert limit.amber == Decimal("0.75")


def test_contact_is_within_a_day_and_night():
    assert (LIMITS.contact.allowance, LIMITS.contact.counting) == (timedelta(hours=24), "calendar")


@pytest.mark.parametrize("name", shipped_names())
def test_the_file_says_what_is_meant_where_nothing_is_said(name):
    rules = load(name)
    assert rules.limits == from_table(rules.as_table(), name).limits
    assert [answer.limit.name for answer in rules.limits.answers] == [
        row["name"] for row in DEFAULT_ANSWERS
    ]


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("311-on-time", "a0f2021a081f"),
        ("beijing-district", "68d265c7c040"),
        ("beijing-district-as-printed", "caecee6f54ed"),
        ("example-piecewise", "b679a4ee0251"),
        ("weights-30-35-35", "378eb467f580"),
    ],
)
def test_published_runs_still_cite_the_rulebook_they_were_computed_by(name, digest):
    assert load(name).digest.startswith(digest)


def test_a_changed_limit_changes_no_evaluation():
    mine = read(HEAD + "[limits]\nreturns = 5\n", "mine.toml")
    same = read(HEAD, "mine.toml")
    assert (mine.digest, mine.as_table()) == (same.digest, same.as_table())
    assert mine.limits.digest != same.limits.digest
    assert [(one.key, one.before, one.after) for one in difference(same, mine)] == [
        ("limits.returns", "3", "5")
    ]


def test_equal_limits_written_otherwise_are_equal():
    mine = read(HEAD + "[limits]\ncontact_hours = 24.0\namber = 0.750\n", "mine.toml")
    assert mine.limits.digest == LIMITS.digest


def test_rows_of_ones_own_take_the_place_of_all():
    mine = read(
        HEAD + row('category = ["劳动和社会保障"]', "days = 3", 'counting = "working"') + LAST,
        "mine.toml",
    ).limits
    wages = mine.answer_for("劳动和社会保障->拖欠工资", "urgent", "complex")
    assert (wages.allowance, wages.calendar_allowance) == (timedelta(hours=21), timedelta(days=3))
    assert wages.counting == "working"
    assert mine.answer_for("公共服务->供暖", "urgent", "normal").name == "rest"


def test_a_row_may_be_for_one_kind_of_matter():
    mine = read(HEAD + row('kind = "enquiry"', "hours = 1") + LAST, "mine.toml").limits
    assert mine.answer_for("", "normal", "normal", "enquiry").name == "one"
    assert mine.answer_for("", "normal", "normal").name == "rest"


def test_an_extension_is_counted_as_its_limit_is():
    mine = read(
        HEAD
        + "[limits]\nworking_day_hours = 8\n"
        + row('urgency = "urgent"', "hours = 4.5", 'counting = "working"')
        + LAST,
        "mine.toml",
    ).limits
    urgent, rest = (answer.limit for answer in mine.answers)
    longer = mine.extended(urgent, 2)
    assert isinstance(longer, Limit)
    assert (urgent.allowance, longer.allowance) == (timedelta(hours=4.5), timedelta(hours=20.5))
    assert longer.calendar_allowance == timedelta(days=2, hours=4.5)
    assert mine.extended(rest, 2).allowance == timedelta(days=7)


def test_returns_and_reopenings_have_an_end():
    assert [LIMITS.goes_up(returns) for returns in range(5)] == [False] * 3 + [True] * 2
    assert [LIMITS.may_reopen(times) for times in range(4)] == [True, True, False, False]
    never = read(HEAD + "[limits.reopen]\nunresolved = false\n", "mine.toml").limits
    assert not never.may_reopen(0)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[limits]\ncontact_hours = 0\n", "limits.contact_hours"),
        ("[limits]\namber = 1.5\n", "limits.amber"),
        ("[limits]\nreturn = 3\n", "limits.return"),
        ("[limits.reopen]\nunresolved = 1\n", "limits.reopen.unresolved"),
        ("[limits.escalate]\nstreet = 1\n", "limits.escalate.street"),
        ("[limits]\nanswer = []\n", "limits.answer"),
        ("[limits]\nanswer = 3\n", "limits.answer"),
        (row("hours = 2", 'urgency = "urgent"'), "limits.answer[0]"),
        (row("hours = 2", "days = 2", 'urgency = "urgent"') + LAST, "limits.answer[0]"),
        (row('urgency = "urgent"') + LAST, "limits.answer[0]"),
        (row("hours = 2") + LAST, "limits.answer[0]"),
        (LAST.replace("days", "urgency = 'urgent'\nhours") + LAST, "limits.answer[1].name"),
        (row("hours = 2", 'urgency = "hot"') + LAST, "limits.answer[0].urgency"),
        (row("hours = 2", 'category = "供水"') + LAST, "limits.answer[0].category"),
        (
            row("hours = 2", 'counting = "lunar"', 'kind = "request"') + LAST,
            "limits.answer[0].counting",
        ),
        (row("hours = 2", 'speed = "high"') + LAST, "limits.answer[0].speed"),
        ('[[limits.answer]]\nname = "one"\nhours = 2\n', "limits.answer[0].zh"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(text, key):
    assert key in problems(text)


@pytest.mark.parametrize(
    ("category", "top", "inside"),
    [("甲", "甲", True), ("甲->乙", "甲", True), ("甲乙", "甲", False), ("甲", "甲->乙", False)],
)
def test_categories_are_compared_level_by_level(category, top, inside):
    assert within(category, top) is inside


def test_every_key_has_a_default():
    assert [path for path, key in LIMIT_KEYS.items() if key.required or key.default is None] == []
    assert ANSWERS not in LIMIT_KEYS
