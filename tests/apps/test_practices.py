"""Practices through their services: a second pair of eyes, versions, who took them over."""

from datetime import date, timedelta

import pytest

from jieban.apps.ledger import selectors as ledger
from jieban.apps.practices import services
from jieban.apps.practices.models import Adoption, Note, NoteItem, Practice, PracticeVersion
from jieban.apps.practices.selectors import cards, notes
from jieban.apps.practices.services import Said
from jieban.domain.errors import Refused
from tests.apps import live, practising
from tests.apps.practising import (
    AT,
    NOBODY,
    OTHER_STREET,
    READER,
    REVIEWER,
    SECRETARY,
    STREET,
    TODAY,
    WRITER,
    card,
    picture,
    published,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


def refused(code, act, *arguments, **keywords):
    before = ledger.newest_number()
    with pytest.raises(Refused) as caught:
        act(*arguments, **keywords)
    assert caught.value.code == code
    assert caught.value.message("zh")
    assert caught.value.message("en")
    assert ledger.newest_number() == before
    return caught.value


def agrees(subject):
    for name, wrong in ledger.differing(subject):
        assert wrong is None, (name, wrong)


# --- cards --------------------------------------------------------------------------------


def test_a_card_is_published_by_a_second_person():
    practice = services.write_practice(SECRETARY, card(), at=AT)
    number = practice.pk
    assert cards.library(READER) == []
    with pytest.raises(Refused):
        cards.practice_by_number(OTHER_STREET, number)
    services.move_practice(SECRETARY, number, "submit", at=AT)
    both = practising.actor(SECRETARY.name, practising.RUNNING | {"practice.review"})
    refused("practice.same_person", services.move_practice, both, number, "publish", at=AT)
    refused("practice.not_yours", services.move_practice, SECRETARY, number, "publish", at=AT)
    services.move_practice(REVIEWER, number, "publish", at=AT)
    (found,) = cards.library(OTHER_STREET)
    assert (found.name, found.state, found.decided_by) == (
        "七步议事法",
        "published",
        REVIEWER.name,
    )
    agrees("practice")


def test_a_card_is_sent_back_with_a_reason_and_written_anew():
    practice = services.write_practice(SECRETARY, card(), at=AT)
    services.move_practice(SECRETARY, practice.pk, "submit", at=AT)
    change = services.change_practice
    refused("practice.in_review", change, SECRETARY, practice.pk, card(name="改"), at=AT)
    move = services.move_practice
    refused("practice.reason_missing", move, REVIEWER, practice.pk, "send_back", at=AT)
    move(REVIEWER, practice.pk, "send_back", at=AT, reason="投入没有写")
    change(SECRETARY, practice.pk, card(cost="两名网格员，三周"), at=AT)
    assert practice.versions.get().cost == "两名网格员，三周"
    agrees("practice")


def test_a_new_version_replaces_the_old_one_only_when_it_is_published():
    practice = published()
    services.adopt(STREET, practice.pk, "A12", at=AT)
    services.change_practice(WRITER, practice.pk, card(name="八步议事法", category=""), at=AT)
    assert cards.shown_version(READER, practice).version == 1
    with pytest.raises(Refused):
        cards.shown_version(READER, practice, 2)
    services.move_practice(WRITER, practice.pk, "submit", at=AT)
    services.move_practice(REVIEWER, practice.pk, "publish", at=AT)
    assert cards.shown_version(READER, practice).name == "八步议事法"
    assert [each.state for each in cards.versions_of(practice)] == ["published", "replaced"]
    assert cards.library(READER)[0].adopters == 1
    agrees("practice")


def test_what_is_taken_back_stays_to_be_read_but_is_adopted_no_more():
    practice = published()
    services.adopt(STREET, practice.pk, "A12", at=AT)
    refused(
        "practice.reason_missing", services.move_practice, WRITER, practice.pk, "withdraw", at=AT
    )
    services.move_practice(WRITER, practice.pk, "withdraw", at=AT, reason="新规出台")
    assert cards.library(READER) == []
    assert cards.shown_version(READER, practice).state == "withdrawn"
    refused("practice.not_published", services.adopt, STREET, practice.pk, "A11", at=AT)
    agrees("practice")


def test_a_practice_is_written_where_one_may_write():
    refused("practice.area_not_found", services.write_practice, SECRETARY, card(area="A12"), at=AT)
    refused("practice.area_not_found", services.write_practice, SECRETARY, card(area=""), at=AT)
    refused("actor.not_permitted", services.write_practice, READER, card(), at=AT)
    assert services.write_practice(WRITER, card(area=""), at=AT).area is None


def test_words_that_are_not_known_are_refused():
    write = services.write_practice
    refused("practice.word_unknown", write, WRITER, card(kind="spell"), at=AT)
    refused("practice.word_unknown", write, WRITER, card(kind="script", visit="sing"), at=AT)
    refused("practice.words_missing", write, WRITER, card(problem=" "), at=AT)
    refused("practice.personal_data", write, WRITER, card(steps="打给19900010000"), at=AT)


def test_three_scripts_for_three_kinds_of_visit_and_a_guide_first_in_the_city():
    for visit, name in (
        ("planting", "劝清圈地种植"),
        ("structures", "劝拆违建"),
        ("piling", "劝清堆物"),
    ):
        published(kind="script", visit=visit, name=name)
    guide = published(kind="guide", name="小区停车指引", first_in="全市", visit="piling")
    scripts = cards.library(READER, kind="script")
    assert {each.practice.visit for each in scripts} == {"planting", "structures", "piling"}
    (found,) = cards.library(READER, kind="guide")
    assert (found.practice, found.practice.first_in, found.practice.visit) == (guide, "全市", "")
    assert [each.name for each in cards.library(READER, words="违建")] == ["劝拆违建"]


def test_projects_are_evidence_as_far_as_one_may_see_them():
    project, elsewhere = practising.opened(), practising.opened(OTHER_STREET, area="A21")
    practice = services.write_practice(SECRETARY, card(), at=AT, project=project.pk)
    assert list(practice.projects.all()) == [project]
    refused(
        "project.not_found",
        services.link_project,
        SECRETARY,
        practice.pk,
        elsewhere.pk,
        at=AT,
    )
    agrees("practice")


# --- adoption -----------------------------------------------------------------------------


def test_communities_take_a_practice_over_and_give_it_up():
    practice = published()
    made = services.adopt(
        STREET, practice.pk, "A12", at=AT, on=date(2026, 10, 1), contact_at="工作站 010-63860000"
    )
    services.adopt(OTHER_STREET, practice.pk, "A21", at=AT, estate="柳岸北里")
    services.adopt(OTHER_STREET, practice.pk, "A21", at=AT, estate="柳岸南里")
    adopt = services.adopt
    refused("practice.adopted_already", adopt, STREET, practice.pk, "A12", at=AT)
    refused(
        "practice.adopted_already",
        adopt,
        OTHER_STREET,
        practice.pk,
        "A21",
        at=AT,
        estate="柳岸北里",
    )
    end = services.end_adoption
    refused("practice.reason_missing", end, STREET, practice.pk, made.pk, at=AT, reason="")
    refused("practice.area_not_found", end, OTHER_STREET, practice.pk, made.pk, at=AT, reason="x")
    refused(
        "project.day_out_of_order",
        end,
        STREET,
        practice.pk,
        made.pk,
        at=AT,
        reason="x",
        on=date(2026, 9, 30),
    )
    end(STREET, practice.pk, made.pk, at=AT, reason="物业换了")
    refused("practice.adoption_ended", end, STREET, practice.pk, made.pk, at=AT, reason="x")
    adopt(STREET, practice.pk, "A12", at=AT)
    assert Adoption.objects.count() == 4
    agrees("practice")


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (READER, "actor.not_permitted"),
        (NOBODY, "actor.not_permitted"),
        (SECRETARY, "practice.area_not_found"),
    ],
)
def test_nobody_adopts_for_a_place_that_is_not_theirs(one, code):
    practice = published()
    refused(code, services.adopt, one, practice.pk, "A21", at=AT)


def test_a_draft_is_not_adopted_and_not_found_by_others():
    practice = services.write_practice(SECRETARY, card(), at=AT)
    refused("practice.not_published", services.adopt, STREET, practice.pk, "A12", at=AT)
    refused("practice.not_found", services.adopt, OTHER_STREET, practice.pk, "A21", at=AT)


def test_rows_that_differ_from_their_events_are_named():
    practice = published()
    PracticeVersion.objects.filter(practice=practice).update(state="draft")
    assert "published" in dict(ledger.differing("practice"))[str(practice.pk)]


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (PracticeVersion, {"state": "replaced"}),
        (PracticeVersion, {"version": 7}),
        (Adoption, {"adopted_on": date(2020, 1, 1)}),
        (Adoption, {"ended_on": date(2026, 11, 2)}),
    ],
    ids=str,
)
def test_a_row_of_any_table_of_practices_changed_by_hand_is_found(model, wrong):
    practice = published()
    services.adopt(STREET, practice.pk, "A12", at=AT)
    assert dict(ledger.differing("practice")) == {str(practice.pk): None}
    model.objects.update(**wrong)
    assert dict(ledger.differing("practice"))[str(practice.pk)]


# --- placements, pairings, rules on trial -------------------------------------------------


def said(**more):
    usual = {
        "kind": "placement",
        "title": "跟班学习七步议事法",
        "area": "A11",
        "parties": "柳岸1社区书记、副书记",
        "begins": date(2026, 10, 12),
        "ends": date(2026, 11, 20),
        "next_check": date(2026, 11, 6),
    }
    return Said(**{**usual, **more})


def test_a_placement_with_its_items_and_what_is_due():
    practice = published()
    note = services.open_note(
        SECRETARY, said(practice=practice.pk), at=AT, items="跟一次议事会\n写一份心得"
    )
    first, second = notes.items_of(note)
    services.add_items(SECRETARY, note.pk, "回本社区试一次", at=AT, due=TODAY - timedelta(days=1))
    third = notes.items_of(note)[-1]
    assert [(each.on, each.item) for each in notes.due(SECRETARY, TODAY)] == [
        (TODAY - timedelta(days=1), third),
        (date(2026, 11, 6), None),
    ]
    services.tick_item(SECRETARY, note.pk, third.pk, at=AT, proof="议事会记录")
    services.tick_item(SECRETARY, note.pk, first.pk, at=AT)
    services.untick_item(SECRETARY, note.pk, first.pk, at=AT)
    assert [each.item for each in notes.due(SECRETARY, TODAY)] == [None]
    ended = services.end_note(SECRETARY, note.pk, at=AT, outcome="学会了，柳岸1社区已采用")
    assert ended.ended_on == TODAY
    assert not notes.due(SECRETARY, TODAY)
    refused("note.ended", services.tick_item, SECRETARY, note.pk, second.pk, at=AT)
    agrees("note")


@pytest.mark.parametrize("kind", ["pairing", "rule_series"])
def test_pairings_and_rules_on_trial_have_the_same_shape(kind):
    note = services.open_note(
        STREET, said(kind=kind, title="区环卫中心与松涛街道结对"), at=AT, items="每周清运一次"
    )
    assert list(notes.listed(STREET, kind=kind)) == [note]
    assert not notes.listed(STREET, kind="placement")
    assert not notes.listed(OTHER_STREET)


def test_a_note_of_another_street_is_not_found_and_a_reader_writes_nothing():
    note = services.open_note(SECRETARY, said(), at=AT, items="一")
    item = NoteItem.objects.get()
    for one, code in (
        (OTHER_STREET, "note.not_found"),
        (NOBODY, "note.not_found"),
        (READER, "note.not_yours"),
    ):
        refused(code, services.tick_item, one, note.pk, item.pk, at=AT)
        refused(code, services.add_items, one, note.pk, "二", at=AT)
        refused(code, services.end_note, one, note.pk, at=AT, outcome="完")
        refused(code, services.change_note, one, note.pk, said(), at=AT)
        refused(code, services.attach_proof, one, note.pk, item.pk, "a.png", picture(), at=AT)
    refused("actor.not_permitted", services.open_note, READER, said(), at=AT)
    refused("practice.area_not_found", services.open_note, SECRETARY, said(area="A21"), at=AT)


def test_days_and_words_of_a_note_are_checked():
    refused(
        "note.ends_before_it_begins",
        services.open_note,
        SECRETARY,
        said(ends=date(2026, 10, 1)),
        at=AT,
    )
    refused("practice.word_unknown", services.open_note, SECRETARY, said(kind="party"), at=AT)
    refused("practice.not_found", services.open_note, SECRETARY, said(practice=99), at=AT)
    note = services.open_note(SECRETARY, said(), at=AT)
    many = "\n".join("一" for _ in range(101))
    refused("note.too_many_items", services.add_items, SECRETARY, note.pk, many, at=AT)
    assert Note.objects.count() == 1


def test_a_proof_is_a_photo_or_a_pdf_and_replaces_the_one_before():
    note = services.open_note(SECRETARY, said(), at=AT, items="一")
    item = NoteItem.objects.get()
    attach = services.attach_proof
    refused("attachment.type", attach, SECRETARY, note.pk, item.pk, "a.exe", b"MZ\0\0", at=AT)
    attach(SECRETARY, note.pk, item.pk, "a.png", picture(), at=AT)
    held = attach(SECRETARY, note.pk, item.pk, "b.pdf", b"%PDF-1.7 x", at=AT)
    assert services.content_of(held) == ("b.pdf", b"%PDF-1.7 x")
    assert Practice.objects.count() == 0
    agrees("note")
