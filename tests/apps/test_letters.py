"""Letters of an inspection: taken in, answered, decided on by others, published, rebuilt."""

from datetime import date, timedelta

import pytest

from jieban.apps.ledger import selectors as ledger
from jieban.apps.letters import services
from jieban.apps.letters.models import Batch, Letter, Link, Publication
from jieban.apps.letters.selectors import folding, seeing, telling
from jieban.apps.letters.services import Said
from jieban.domain.rectification.letters import Accountability
from tests.apps import lettering, live
from tests.apps.lettering import (
    AT,
    KEEPER,
    NOBODY,
    OFFICE,
    OTHER,
    READER,
    SECOND,
    STREET,
    STREET_KEEPER,
    number,
    refuses,
)

pytestmark = pytest.mark.django_db
ONE = number(1)


@pytest.fixture(autouse=True)
def batch(home):
    live.made_up_district()
    lettering.opened()
    return lettering.batch()


def rebuilt() -> None:
    """Every batch and letter says what its events say."""
    for compare, subject, rows in (
        (folding.compare_batch, "batch", folding.FOLDS["batch"][1]()),
        (folding.compare_letter, "letter", folding.FOLDS["letter"][1]()),
    ):
        for each in list(rows):
            assert compare(list(ledger.events_of(subject, each))) is None, each


def test_a_letter_keeps_its_original_sealed_and_prints_nothing_below_the_building():
    letter = lettering.entered()
    assert letter.public_text == "来电人反映松涛1社区3号楼旁的饭店夜间排放油烟，电话[电话]。"
    assert b"13900001234" not in bytes(letter.sealed)
    assert telling.original_of(letter) == lettering.TEXT
    said = str([event.body for event in ledger.events_of("letter", str(letter))])
    assert "13900001234" not in said
    assert "502" not in said
    assert letter.channel == "letter"
    assert letter.due_on == lettering.HANDED + timedelta(days=10)
    rebuilt()


def test_public_words_that_point_to_a_person_are_refused_and_nothing_is_kept():
    with refuses("letter.personal_data"):
        lettering.entered(public_text="请联系13900001234")
    letter = lettering.entered()
    with refuses("letter.personal_data"):
        services.answer_letter(STREET, "sx-3", ONE, {"finding": "家住3号楼2单元502室"}, at=AT)
    letter.refresh_from_db()
    assert letter.finding == ""
    assert letter.version == 1


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("x3yx202610290001", "letter.number_suggested"),
        ("X3YX2O261029OO01", "letter.number_suggested"),
        ("X3YX202602300001", "letter.number_day"),
        ("X2YX202610290001", "letter.number_round"),
        ("X3BJ202610290001", "letter.number_place"),
        ("X3YX202610290000", "letter.number_serial"),
        ("信2026-7", "letter.number_unusual"),
        ("", "letter.number_missing"),
    ],
)
def test_an_odd_number_is_refused_unless_it_is_said_to_be_meant(typed, code):
    with refuses(code):
        lettering.entered(number=typed)


def test_an_unusual_number_is_kept_as_it_is_and_marked():
    letter = lettering.entered(number="信2026-7", unusual=True)
    assert (letter.number, letter.unusual) == ("信2026-7", True)
    rebuilt()


def test_a_number_is_there_once_in_a_round():
    lettering.entered()
    with refuses("letter.there_already"):
        lettering.entered()
    lettering.opened("other")
    lettering.batch("other")
    services.enter_letter(KEEPER, "other", "19", Said(ONE, text="油烟"), at=AT)
    assert Letter.objects.filter(number=ONE).count() == 2


def test_the_unit_answers_and_asks_and_the_office_decides():
    lettering.answered()
    asked = services.ask_closing(STREET, "sx-3", ONE, "done", at=AT)
    assert (asked.state, asked.wanted) == ("in_progress", "done")
    done = services.move_letter(KEEPER, "sx-3", ONE, "close", at=AT)
    assert (done.state, done.wanted, done.decided_unit) == ("done", "", "U8")
    rebuilt()


def test_what_is_asked_may_be_turned_down_with_a_reason():
    lettering.answered()
    with refuses("letter.not_asked"):
        services.turn_down(KEEPER, "sx-3", ONE, at=AT, reason="还有异味")
    services.ask_closing(STREET, "sx-3", ONE, "partly_done", at=AT)
    with refuses("letter.reason_missing"):
        services.turn_down(KEEPER, "sx-3", ONE, at=AT, reason="")
    assert services.turn_down(KEEPER, "sx-3", ONE, at=AT, reason="还有异味").wanted == ""
    rebuilt()


def test_nobody_decides_on_a_letter_of_a_unit_they_work_for():
    lettering.answered()
    with refuses("letter.not_yours"):
        services.move_letter(STREET, "sx-3", ONE, "close", at=AT)
    with refuses("letter.own_work"):
        services.move_letter(STREET_KEEPER, "sx-3", ONE, "close", at=AT)
    assert Letter.objects.get().state == "in_progress"


def test_whoever_wrote_the_answer_does_not_decide_on_it_after_it_is_reopened_either():
    lettering.answered(by=KEEPER)
    with refuses("letter.answered_it"):
        services.move_letter(KEEPER, "sx-3", ONE, "close", at=AT)
    services.move_letter(SECOND, "sx-3", ONE, "close", at=AT)
    services.move_letter(SECOND, "sx-3", ONE, "reopen", at=AT, reason="问题反弹")
    with refuses("letter.answered_it"):
        services.move_letter(KEEPER, "sx-3", ONE, "close", at=AT)
    rebuilt()


def test_where_the_office_answers_itself_the_unit_above_it_decides():
    lettering.answered(lead="U8", by=OFFICE)
    colleague = live.actor("城管委壬", lettering.MANAGING, "unit:U8")
    for each in (OFFICE, colleague):
        with refuses("letter.own_work"):
            services.move_letter(each, "sx-3", ONE, "close", at=AT)
    assert services.move_letter(KEEPER, "sx-3", ONE, "close", at=AT).decided_unit == ""


def test_a_joint_unit_is_barred_like_the_lead_unit():
    lettering.answered(lead="U2", joint=["U8"], by=OTHER)
    with refuses("letter.own_work"):
        services.move_letter(OFFICE, "sx-3", ONE, "close", at=AT)


def test_no_letter_is_done_before_its_answer_is_whole_or_without_a_lead_unit():
    lettering.entered()
    with refuses("letter.blanks") as refused:
        services.move_letter(KEEPER, "sx-3", ONE, "close", at=AT)
    assert "是否属实" in refused.value.message()
    lettering.answered(2, lead="", by=SECOND)
    with refuses("letter.lead_missing"):
        services.move_letter(KEEPER, "sx-3", number(2), "close", at=AT)


def test_units_are_not_changed_once_it_was_decided_on():
    letter = lettering.closed()
    said = Said(ONE, public_text=letter.public_text, lead="U2", types=["air"], area="A11")
    with refuses("letter.units_after_decision"):
        services.change_letter(KEEPER, "sx-3", ONE, said, at=AT)
    with refuses("letter.done_already"):
        services.answer_letter(STREET, "sx-3", ONE, {"finding": "另查"}, at=AT)


def test_nobody_takes_their_own_unit_off_a_letter_to_decide_on_it():
    letter = lettering.answered(lead="U8", by=OFFICE)
    said = Said(ONE, public_text=letter.public_text, lead="U2", types=["air"], area="A11")
    colleague = live.actor("城管委壬", lettering.MANAGING, "unit:U8")
    with refuses("letter.own_unit_stays"):
        services.change_letter(colleague, "sx-3", ONE, said, at=AT)
    assert services.change_letter(KEEPER, "sx-3", ONE, said, at=AT).lead.code == "U2"
    rebuilt()


def test_who_sees_a_letter_and_who_does_not():
    lettering.entered(area="")
    for actor, sees in (
        (KEEPER, 1),
        (OFFICE, 1),
        (STREET, 1),
        (READER, 1),
        (OTHER, 0),
        (NOBODY, 0),
    ):
        assert seeing.letters_visible_to(actor).count() == sees, actor.name
    with refuses("letter.not_found"):
        services.answer_letter(OTHER, "sx-3", ONE, lettering.ANSWER, at=AT)
    with refuses("letter.not_yours"):
        services.answer_letter(READER, "sx-3", ONE, lettering.ANSWER, at=AT)
    with refuses("actor.not_permitted"):
        lettering.entered(2, by=STREET)


def test_reading_the_original_asks_a_reason_and_leaves_an_event():
    lettering.entered()
    with refuses("letter.not_yours"):
        services.open_in_clear(READER, "sx-3", ONE, at=AT, reason="核实")
    with refuses("letter.reason_missing"):
        services.open_in_clear(STREET, "sx-3", ONE, at=AT, reason=" ")
    assert services.open_in_clear(STREET, "sx-3", ONE, at=AT, reason="核实") == lettering.TEXT
    assert list(ledger.events_of("letter", f"sx-3/{ONE}"))[-1].kind == "letter.opened_in_clear"
    rebuilt()


def test_accountability_is_printed_in_words_and_none_is_said_to_be_none():
    letter = lettering.entered()
    assert telling.accountability_of(letter) == "无"
    talk = Accountability("talk", 2, "松涛街道", date(2026, 11, 1))
    row = services.add_accountability(STREET, "sx-3", ONE, talk, at=AT)
    assert telling.accountability_of(letter) == "2026年11月1日，松涛街道约谈2人。"
    with refuses("letter.accountability_unknown"):
        services.add_accountability(STREET, "sx-3", ONE, Accountability("x"), at=AT)
    services.strike_accountability(STREET, "sx-3", ONE, row.pk, at=AT, reason="填错件")
    assert telling.accountability_of(Letter.objects.get()) == "无"
    rebuilt()


def test_letters_that_name_each_other_are_linked_even_where_the_other_is_unknown():
    first = lettering.entered(1)
    second = lettering.entered(2, text=f"与{ONE}反映的问题重复；与受理编号3438号属同一案件。")
    links = {(each.kind, each.other) for each in Link.objects.filter(letter=second)}
    assert links == {("repeat", ONE), ("same_matter", "3438")}
    (back,) = telling.links_of(KEEPER, first)
    assert back["letter"] == second
    link = Link.objects.get(other="3438")
    services.end_link(KEEPER, "sx-3", second.number, link.pk, at=AT)
    services.answer_letter(STREET, "sx-3", second.number, lettering.ANSWER, at=AT)
    assert not Link.objects.filter(other="3438", ended_at=None).exists()
    rebuilt()


def test_letters_of_one_place_that_read_alike_are_offered_until_they_are_linked():
    first = lettering.entered(1)
    lettering.entered(2, text="来电人反映松涛1社区3号楼旁的饭店夜里仍然排放油烟，至今没有解决。")
    lettering.entered(3, text="道路井盖损坏，车辆经过噪声大。")
    (offered,) = telling.alike(KEEPER, first)
    assert offered["number"] == number(2)
    services.link_letter(KEEPER, "sx-3", ONE, "repeat", number(2), at=AT, found="likeness")
    assert telling.alike(KEEPER, first) == []


def test_a_published_table_is_frozen_and_a_later_one_tells_what_changed():
    lettering.answered(1)
    lettering.entered(2)
    table = services.publish_batch(KEEPER, "sx-3", "19", at=AT)
    assert [row["number"] for row in table.content["rows"]] == [ONE, number(2)]
    with refuses("batch.nothing_changed"):
        services.publish_batch(KEEPER, "sx-3", "19", at=AT)
    services.move_letter(KEEPER, "sx-3", ONE, "close", at=AT)
    later = services.publish_batch(SECOND, "sx-3", "19", at=AT)
    assert (later.number, later.changed) == (2, [ONE])
    assert Publication.objects.get(number=1).content["rows"][0]["state"] == "正在办理"
    rebuilt()


def test_nothing_is_published_of_a_batch_with_a_phone_in_it_whatever_way_it_came():
    lettering.entered(1)
    Letter.objects.update(action="请拨打13900001234")
    with refuses("letter.not_printable") as refused:
        services.publish_batch(KEEPER, "sx-3", "19", at=AT)
    assert refused.value.detail["number"] == ONE
    assert not Publication.objects.exists()


def test_a_row_changed_behind_the_ledger_is_told():
    lettering.entered()
    for changed in ({"finding": "改过"}, {"state": "done"}, {"focus": True}, {"types": ["water"]}):
        Letter.objects.update(**changed)
        events = list(ledger.events_of("letter", f"sx-3/{ONE}"))
        assert folding.compare_letter(events) is not None, changed
        Letter.objects.update(finding="", state="in_progress", focus=False, types=["air"])
    rebuilt()


def test_another_day_of_hand_over_moves_the_last_days_of_its_letters():
    lettering.entered()
    day = lettering.HANDED - timedelta(days=1)
    services.change_batch(KEEPER, "sx-3", "19", at=AT, handed_on=day, source="督察组")
    assert Letter.objects.get().due_on == day + timedelta(days=10)
    assert Batch.objects.get().source == "督察组"
    rebuilt()


def test_a_letter_is_not_decided_before_it_was_handed_over():
    lettering.answered()
    with refuses("letter.day_too_early"):
        services.move_letter(KEEPER, "sx-3", ONE, "close", at=AT, on=date(2026, 10, 1))


def test_an_original_that_was_tampered_with_and_a_row_of_another_hand_are_named(home):
    lettering.entered()
    lettering.entered(2)
    Letter.objects.filter(number=ONE).update(sealed=b"x")
    Letter.objects.exclude(number=ONE).update(made_by="别人")
    told = dict(ledger.differing("letter"))
    assert told[f"sx-3/{ONE}"].startswith("sealed ")
    assert told[f"sx-3/{lettering.number(2)}"].startswith("made_by ")
