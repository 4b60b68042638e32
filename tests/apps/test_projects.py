"""Problem projects through their services: who may, what is refused, what the ledger says."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PIL import Image

from jieban import kept_files
from jieban.apps.cases import services as cases
from jieban.apps.ledger import selectors as ledger
from jieban.apps.ledger.services import append as write_event
from jieban.apps.practices import services
from jieban.apps.practices.models import (
    Consultation,
    Cost,
    Photo,
    Project,
    ProjectCall,
    ProjectCase,
    ProjectQuantity,
    ProjectStep,
)
from jieban.apps.practices.selectors import projects, projects_of_term
from jieban.apps.practices.services import Plan
from jieban.domain.errors import Refused
from tests.apps import live, practising
from tests.apps.exports import row, write_export
from tests.apps.practising import (
    AT,
    BUREAU,
    NOBODY,
    OFFICE,
    OTHER_STREET,
    READER,
    SECRETARY,
    STREET,
    TODAY,
    accepted,
    asked,
    claimed,
    opened,
    picture,
)

pytestmark = pytest.mark.django_db
PATH = "\n".join(f"{number}. 第{number}件事" for number in range(1, 24))


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


def agrees():
    """Rows of projects say what their events say."""
    for name, wrong in ledger.differing("project"):
        assert wrong is None, (name, wrong)


# --- seeing and running -------------------------------------------------------------------


def test_a_project_is_seen_where_its_place_is_within_reach():
    project = opened()
    for one in (SECRETARY, STREET, OFFICE, READER):
        assert projects.project_by_number(one, project.pk) == project
    for one in (OTHER_STREET, BUREAU, NOBODY):
        with pytest.raises(Refused) as caught:
            projects.project_by_number(one, project.pk)
        assert caught.value.code == "project.not_found"
        assert not projects.listed(one)


def test_a_unit_that_was_called_sees_the_project_and_writes_nothing():
    project = opened()
    services.record_call(SECRETARY, project.pk, ["U9", "U8"], at=AT, decision="十日内拆除")
    assert projects.project_by_number(BUREAU, project.pk) == project
    assert list(projects.listed(BUREAU)) == [project]
    refused("project.not_yours", services.add_steps, BUREAU, project.pk, "一步", at=AT)


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (OTHER_STREET, "project.not_found"),
        (NOBODY, "project.not_found"),
        (READER, "project.not_yours"),
    ],
)
def test_no_act_is_done_by_whoever_does_not_run_it(one, code):
    project = opened()
    (step,) = services.add_steps(SECRETARY, project.pk, "一步", at=AT)
    for act, arguments, more in (
        (services.add_steps, ["二步"], {}),
        (services.tick_step, [step.pk], {}),
        (services.untick_step, [step.pk], {}),
        (services.shift_step, [step.pk, 1], {}),
        (services.change_step, [step.pk], {"what": "别的"}),
        (services.remove_step, [step.pk], {"reason": "不做了"}),
        (services.move_project, ["start"], {}),
        (services.record_consultation, [asked()], {}),
        (services.record_call, [["U8", "U9"]], {"decision": "拆"}),
        (services.record_quantity, [], {"what": "垃圾", "amount": "1", "unit": "车"}),
        (services.record_cost, [], {"what": "围挡", "amount": "1", "source": "街道"}),
        (services.strike_entry, ["cost", 1], {"reason": "错"}),
        (services.add_photo, ["a.png", picture()], {"spot": "路口"}),
        (services.link_cases, [["JB1"]], {}),
        (services.take_over, [], {"reason": "接手"}),
        (
            services.change_project,
            [services.Plan("别的", "A11", "别处")],
            {},
        ),
    ):
        refused(code, act, one, project.pk, *arguments, at=AT, **more)


def test_nobody_opens_a_project_outside_their_reach():
    refused("practice.area_not_found", opened, SECRETARY, area="A12")
    refused("practice.area_not_found", opened, OTHER_STREET)
    refused("actor.not_permitted", opened, READER)
    refused("practice.area_not_found", opened, SECRETARY, area="没有\x00")


def test_of_what_is_typed_nothing_personal_is_kept():
    refused("practice.personal_data", opened, title="找王先生19900010000")
    project = opened()
    refused(
        "practice.personal_data",
        services.record_consultation,
        SECRETARY,
        project.pk,
        asked(fears="3号楼2单元502室不同意"),
        at=AT,
    )
    refused(
        "practice.personal_data", services.add_steps, SECRETARY, project.pk, "京A12345挪走", at=AT
    )


def test_free_words_stay_out_of_the_ledger():
    project = opened(title="小路圈占难题")
    services.add_steps(SECRETARY, project.pk, "逐户上门", at=AT)
    services.record_consultation(SECRETARY, project.pk, asked(wants="要路", fears="要地"), at=AT)
    services.record_quantity(SECRETARY, project.pk, at=AT, what="旧浴缸", amount="5", unit="个")
    said = str([event.body for event in ledger.events_of("project", str(project.pk))])
    for words in ("小路", "逐户", "要路", "要地", "浴缸"):
        assert words not in said


# --- the path -----------------------------------------------------------------------------


def test_a_path_of_twenty_three_steps_is_pasted_ticked_and_moved():
    project = opened()
    made = services.add_steps(SECRETARY, project.pk, PATH, at=AT)
    assert [step.what for step in projects.steps_of(project)] == [
        f"第{number}件事" for number in range(1, 24)
    ]
    between = services.add_steps(SECRETARY, project.pk, "补一件\n再补一件", at=AT, after=made[4].pk)
    order = [step.pk for step in projects.steps_of(project)]
    assert order[4:8] == [made[4].pk, between[0].pk, between[1].pk, made[5].pk]
    services.shift_step(SECRETARY, project.pk, made[0].pk, 1, at=AT)
    services.shift_step(SECRETARY, project.pk, made[22].pk, 1, at=AT)
    order = [step.pk for step in projects.steps_of(project)]
    assert order[:2] == [made[1].pk, made[0].pk]
    assert order[-1] == made[22].pk
    for step in made[:3]:
        services.tick_step(SECRETARY, project.pk, step.pk, at=AT, on=date(2026, 10, 20))
    services.untick_step(SECRETARY, project.pk, made[0].pk, at=AT)
    services.remove_step(SECRETARY, project.pk, between[0].pk, at=AT, reason="与上一步重复")
    listed = projects.listed(SECRETARY).get()
    assert (listed.steps_all, listed.steps_done) == (24, 2)
    agrees()


def test_two_taps_on_a_step_are_one_act():
    project = opened()
    (step,) = services.add_steps(SECRETARY, project.pk, "一步", at=AT)
    services.tick_step(SECRETARY, project.pk, step.pk, at=AT, on=date(2026, 10, 1))
    before = ledger.newest_number()
    again = services.tick_step(STREET, project.pk, step.pk, at=AT)
    assert (again.done_on, again.done_by) == (date(2026, 10, 1), SECRETARY.name)
    assert ledger.newest_number() == before


def test_steps_of_one_project_are_not_steps_of_another():
    one, other = opened(), opened(title="别的问题")
    (step,) = services.add_steps(SECRETARY, one.pk, "一步", at=AT)
    for act in (services.tick_step, services.untick_step):
        refused("project.step_not_found", act, SECRETARY, other.pk, step.pk, at=AT)
    refused(
        "project.step_not_found",
        services.add_steps,
        SECRETARY,
        other.pk,
        "二",
        at=AT,
        after=step.pk,
    )


def test_a_step_that_is_done_is_not_taken_out_and_too_many_are_refused():
    project = opened()
    (step,) = services.add_steps(SECRETARY, project.pk, "一步", at=AT)
    services.tick_step(SECRETARY, project.pk, step.pk, at=AT)
    refused(
        "project.step_is_done",
        services.remove_step,
        SECRETARY,
        project.pk,
        step.pk,
        at=AT,
        reason="不要",
    )
    many = "\n".join(["一步"] * 200)
    refused("project.too_many_steps", services.add_steps, SECRETARY, project.pk, many, at=AT)
    assert ProjectStep.objects.count() == 1
    refused("practice.words_missing", services.add_steps, SECRETARY, project.pk, " \n ", at=AT)
    refused("practice.words_too_long", services.add_steps, SECRETARY, project.pk, "长" * 301, at=AT)


def test_nothing_is_done_tomorrow_and_no_year_is_absurd():
    project = opened()
    (step,) = services.add_steps(SECRETARY, project.pk, "一步", at=AT)
    tick = services.tick_step
    tomorrow = TODAY + timedelta(days=1)
    refused("practice.day_in_future", tick, SECRETARY, project.pk, step.pk, at=AT, on=tomorrow)
    refused(
        "practice.day_impossible", tick, SECRETARY, project.pk, step.pk, at=AT, on=date(1023, 1, 1)
    )


# --- from planned to accepted -------------------------------------------------------------


def test_a_project_is_closed_by_what_residents_say():
    project = claimed()
    refused("project.not_accepted", services.move_project, STREET, project.pk, "accept", at=AT)
    lost = services.record_consultation(SECRETARY, project.pk, asked(3, 20), at=AT, acceptance=True)
    refused("project.not_accepted", services.move_project, STREET, project.pk, "accept", at=AT)
    services.strike_entry(STREET, project.pk, "consultation", lost.pk, at=AT, reason="票数登反了")
    services.record_consultation(SECRETARY, project.pk, asked(20, 3), at=AT, acceptance=True)
    done = services.move_project(SECRETARY, project.pk, "accept", at=AT)
    assert (done.state, done.closed_on) == ("accepted", TODAY)
    assert Consultation.objects.count() == 2
    agrees()


def test_work_that_is_sent_back_is_accepted_anew():
    project = claimed()
    services.record_consultation(SECRETARY, project.pk, asked(), at=AT, acceptance=True)
    services.move_project(STREET, project.pk, "send_back", at=AT, reason="东侧没有拆完")
    again = practising.later(5)
    services.move_project(SECRETARY, project.pk, "claim", at=again)
    refused("project.not_accepted", services.move_project, STREET, project.pk, "accept", at=again)
    services.record_consultation(SECRETARY, project.pk, asked(), at=again, acceptance=True)
    assert services.move_project(STREET, project.pk, "accept", at=again).state == "accepted"


def test_giving_up_needs_somebody_else_and_a_reason():
    project = opened()
    move = services.move_project
    refused("project.own_giving_up", move, SECRETARY, project.pk, "give_up", at=AT, reason="做不了")
    refused("project.reason_missing", move, STREET, project.pk, "give_up", at=AT)
    gone = move(STREET, project.pk, "give_up", at=AT, reason="纳入老旧小区改造")
    assert (gone.state, gone.closing) == ("given_up", "纳入老旧小区改造")
    refused("project.closed", services.add_steps, SECRETARY, project.pk, "再做", at=AT)
    move(SECRETARY, project.pk, "reopen", at=AT, reason="改造未批")
    services.add_steps(SECRETARY, project.pk, "再做", at=AT)
    agrees()


def test_nothing_is_claimed_with_open_steps_or_before_it_began():
    project = opened()
    services.move_project(SECRETARY, project.pk, "start", at=AT)
    services.add_steps(SECRETARY, project.pk, "一\n二", at=AT)
    said = refused(
        "project.steps_open", services.move_project, SECRETARY, project.pk, "claim", at=AT
    )
    assert said.detail == {"steps": 2}
    for step in projects.steps_of(project):
        services.tick_step(SECRETARY, project.pk, step.pk, at=AT)
    refused(
        "project.day_out_of_order",
        services.move_project,
        SECRETARY,
        project.pk,
        "claim",
        at=AT,
        on=TODAY - timedelta(days=1),
    )


def test_of_two_who_move_it_one_is_second():
    project = opened()
    seen = project.version
    services.move_project(SECRETARY, project.pk, "start", at=AT, version=seen)
    refused(
        "project.changed_meanwhile",
        services.move_project,
        STREET,
        project.pk,
        "give_up",
        at=AT,
        reason="x",
        version=seen,
    )


def test_residents_accept_nothing_that_nobody_says_is_done():
    project = opened()
    refused(
        "project.not_claimed",
        services.record_consultation,
        SECRETARY,
        project.pk,
        asked(),
        at=AT,
        acceptance=True,
    )


def test_a_project_is_taken_over_with_a_reason():
    project = opened()
    refused("project.already_yours", services.take_over, SECRETARY, project.pk, at=AT, reason="x")
    refused("project.reason_missing", services.take_over, STREET, project.pk, at=AT, reason=" ")
    taken = services.take_over(STREET, project.pk, at=AT, reason="原负责人调离")
    assert taken.owner == STREET.name
    services.move_project(SECRETARY, project.pk, "give_up", at=AT, reason="换了做法")
    agrees()


def test_saying_the_same_again_is_no_event():
    project = opened()
    before = ledger.newest_number()
    plan = services.Plan(
        project.title, "A11", project.place, "", project.basis, project.deadline, ""
    )
    services.change_project(SECRETARY, project.pk, plan, at=AT)
    assert ledger.newest_number() == before
    changed = services.Plan("新名", "A11", project.place, deadline=project.deadline)
    services.change_project(SECRETARY, project.pk, changed, at=AT)
    event = ledger.events_of("project", str(project.pk)).last()
    assert event.body == {"changed": ["title", "basis"]}


def term_in(area, number="zl-1-001"):
    """A term as its first event has it: what a project can know of it."""
    body = {"official": "G0001", "area": area, "cohort": 1, "planned_start": "2026-01-05"}
    write_event("term", number, "term.planned", actor=OFFICE, at=AT, body=body, first=True)
    return number


def test_projects_of_a_term_are_found_by_its_number():
    own, other = term_in("A11"), term_in("A11", "zl-1-002")
    mine = opened(term=own)
    opened(title="别人的", term=other)
    opened(title="没有任期")
    services.add_steps(SECRETARY, mine.pk, "一\n二", at=AT)
    (found,) = projects_of_term(own)
    assert (found, found.steps_all, found.steps_done) == (mine, 2, 0)
    assert projects_of_term("") == []


def test_a_project_is_no_part_of_a_term_that_is_not_there_or_elsewhere():
    elsewhere, own = term_in("A21"), term_in("A11", "zl-1-002")
    project = opened(term=own)
    for wrong in (elsewhere, "zl-9-001", "zl/1", "../zl"):
        with pytest.raises(Refused) as caught:
            opened(title="别处的", term=wrong)
        assert caught.value.code == "project.term_not_found", wrong
        plan = Plan(title="改", area="A11", place="北门", term=wrong)
        refused(
            "project.term_not_found", services.change_project, SECRETARY, project.pk, plan, at=AT
        )
    assert list(Project.objects.values_list("term", flat=True)) == [own]


# --- amounts and money --------------------------------------------------------------------


def test_amounts_are_exact_and_summed_by_thing_and_unit():
    project = opened()
    for what, amount, unit in (
        ("清运杂物", "4", "车"),
        ("清运杂物", "6", "车"),
        ("旧浴缸", "5", "个"),
        ("停车位", "800", "个"),
        ("违建", "320.25", "m²"),
        ("违建", "179.75", "平方米"),
    ):
        services.record_quantity(SECRETARY, project.pk, at=AT, what=what, amount=amount, unit=unit)
    sums = projects.entries_of(Project.objects.get()).sums
    assert [(each.what, each.amount, each.unit) for each in sums] == [
        ("清运杂物", Decimal(10), "车"),
        ("旧浴缸", Decimal(5), "个"),
        ("停车位", Decimal(800), "个"),
        ("违建", Decimal(500), "平方米"),
    ]
    wrong = ProjectQuantity.objects.get(what="旧浴缸")
    services.strike_entry(SECRETARY, project.pk, "quantity", wrong.pk, at=AT, reason="数错")
    assert "旧浴缸" not in {each.what for each in projects.entries_of(project).sums}
    refused(
        "project.entry_not_found",
        services.strike_entry,
        SECRETARY,
        project.pk,
        "quantity",
        wrong.pk,
        at=AT,
        reason="再来",
    )
    agrees()


def test_money_is_summed_by_its_source():
    project = opened()
    for what, amount, source in (
        ("围挡拆除", "12000.10", "街道经费"),
        ("道路硬化", "0.20", "街道经费"),
        ("绿化", "3000", "物业公司"),
    ):
        services.record_cost(SECRETARY, project.pk, at=AT, what=what, amount=amount, source=source)
    found = projects.entries_of(project)
    assert [(each.what, each.amount) for each in found.cost_by_source] == [
        ("街道经费", Decimal("12000.30")),
        ("物业公司", Decimal("3000")),
    ]
    assert found.cost_total.amount == Decimal("15000.30")
    refused(
        "project.amount_wrong",
        services.record_cost,
        SECRETARY,
        project.pk,
        at=AT,
        what="x",
        amount="1.234",
        source="y",
    )
    assert Cost.objects.count() == 3


@pytest.mark.parametrize("units", [["U9"], ["U9", "U9"], []])
def test_a_joint_call_brings_two_units_together(units):
    project = opened()
    refused(
        "project.too_few_units",
        services.record_call,
        SECRETARY,
        project.pk,
        units,
        at=AT,
        decision="拆",
    )
    refused(
        "practice.unit_not_found",
        services.record_call,
        SECRETARY,
        project.pk,
        ["U9", "没有"],
        at=AT,
        decision="拆",
    )


# --- cases --------------------------------------------------------------------------------


def test_only_cases_one_may_see_are_linked_and_shown():
    here, elsewhere = live.dispatched(), live.received(area="A21")
    project = opened()
    services.link_cases(SECRETARY, project.pk, [here.number, here.number], at=AT)
    refused("case.not_found", services.link_cases, SECRETARY, project.pk, [elsewhere.number], at=AT)
    refused("case.not_found", services.link_cases, SECRETARY, project.pk, ["没有\x00"], at=AT)
    assert projects.linked_cases(SECRETARY, project).numbers == [here.number]
    blind = practising.actor("看项目的", frozenset(("project.see",)))
    assert projects.linked_cases(blind, project) == projects.Linked([], 1)
    services.unlink_case(SECRETARY, project.pk, here.number, at=AT)
    agrees()


def test_a_case_that_came_by_file_is_linked_as_well(home, tmp_path):
    said = {"被反映街乡镇": "松涛街道", "所在村社区": "松涛1社区", "主办单位": "松涛街道"}
    export = write_export(tmp_path / "a.csv", [row("IM1", **said)])
    cases.import_file(
        practising.actor("考核", frozenset(("import.bring",))), export, at=AT, home=home
    )
    everywhere = practising.actor("全区", practising.RUNNING)
    project = opened()
    services.link_cases(everywhere, project.pk, ["IM1"], at=AT)
    assert projects.linked_cases(everywhere, project).numbers == ["IM1"]


# --- photos -------------------------------------------------------------------------------


def test_photos_from_one_spot_stand_together_without_their_place(home):
    project = opened()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (39.0, 51.0, 0.0), 3: "E", 4: (116.0, 17.0, 0.0)}
    before = services.add_photo(
        SECRETARY,
        project.pk,
        "前.jpg",
        picture("JPEG", exif=exif),
        at=AT,
        spot="北口台阶上",
        taken_on=date(2026, 9, 1),
    )
    after = services.add_photo(
        SECRETARY, project.pk, "后.png", picture(size=(9, 9)), at=AT, pair=before.pk
    )
    (spot,) = projects.spots_of(project)
    assert (spot.before, spot.afters) == (before, [after])
    assert after.spot == "北口台阶上"
    assert before.had_place
    name, content = services.content_of(before)
    assert name == "前.jpg"
    assert not Image.open(io.BytesIO(content)).getexif().get_ifd(0x8825)
    sealed = kept_files.path_of(home, before.digest, "-practices").read_bytes()
    assert content not in sealed
    agrees()


def test_a_photo_from_after_is_not_older_and_pairs_with_a_first_one():
    project, other = opened(), opened(title="别的")
    before = services.add_photo(
        SECRETARY, project.pk, "a.png", picture(), at=AT, spot="路口", taken_on=TODAY
    )
    after = services.add_photo(SECRETARY, project.pk, "b.png", picture(), at=AT, pair=before.pk)
    add = services.add_photo
    refused(
        "project.pair_earlier",
        add,
        SECRETARY,
        project.pk,
        "c.png",
        picture(),
        at=AT,
        pair=before.pk,
        taken_on=TODAY - timedelta(days=1),
    )
    for pair, number in ((after.pk, project.pk), (before.pk, other.pk)):
        refused(
            "project.photo_not_found", add, SECRETARY, number, "c.png", picture(), at=AT, pair=pair
        )
    refused("practice.words_missing", add, SECRETARY, project.pk, "c.png", picture(), at=AT)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "attachment.type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "attachment.type"),
        (b"GIF89a" + b"\0" * 40, "attachment.type"),
        (b"MZ" + b"\0" * 100, "attachment.type"),
        (b"%PDF-1.7 not a photo", "project.not_a_photo"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, "attachment.type"),
        (b"x" * (15 * 1024 * 1024 + 1), "attachment.too_large"),
    ],
)
def test_a_hostile_file_is_refused_and_nothing_stays(home, content, code):
    project = opened()
    refused(code, services.add_photo, SECRETARY, project.pk, "a.jpg", content, at=AT, spot="路口")
    assert not Photo.objects.exists()


def test_a_photo_cut_short_is_refused():
    project = opened()
    whole = picture("JPEG", size=(400, 400))
    refused(
        "attachment.broken",
        services.add_photo,
        SECRETARY,
        project.pk,
        "a.jpg",
        whole[: len(whole) // 2],
        at=AT,
        spot="路口",
    )


def test_a_name_that_is_no_name_does_no_harm():
    project = opened()
    made = services.add_photo(
        SECRETARY, project.pk, "../../etc/\ud83d\x00.png", picture(), at=AT, spot="路口"
    )
    assert services.content_of(made)[1]


def test_a_photo_goes_with_those_from_its_spot_but_no_file_of_a_case_does(
    home, django_capture_on_commit_callbacks
):
    project = opened()
    case = live.dispatched()
    kept = cases.attach(live.STREET, case.number, "现场.png", picture(), at=AT)
    before = services.add_photo(SECRETARY, project.pk, "a.png", picture(), at=AT, spot="路口")
    after = services.add_photo(
        SECRETARY, project.pk, "b.png", picture(size=(9, 9)), at=AT, pair=before.pk
    )
    assert before.digest == kept.digest
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_photo(SECRETARY, project.pk, before.pk, at=AT, reason="拍到居民")
    for photo in (before, after):
        assert not kept_files.path_of(home, photo.digest, "-practices").exists()
    assert cases.content_of(kept)[1]
    assert projects.spots_of(project) == []
    agrees()


def test_a_file_of_a_case_goes_and_the_projects_stays(home, django_capture_on_commit_callbacks):
    project = opened()
    case = live.dispatched()
    kept = cases.attach(live.STREET, case.number, "现场.png", picture(), at=AT)
    before = services.add_photo(SECRETARY, project.pk, "a.png", picture(), at=AT, spot="路口")
    with django_capture_on_commit_callbacks(execute=True):
        cases.remove_attachment(live.STREET, case.number, kept.pk, at=AT, reason="重复")
    assert services.content_of(before)[1]


ALL_SEEING = practising.actor("都能看", practising.RUNNING | {"case.see"}, "area:A1", "unit:U1")


@pytest.fixture
def lived():
    """A project with a row in every table, one entry of each sort struck out."""
    case = live.dispatched()
    project = accepted()
    services.move_project(SECRETARY, project.pk, "reopen", at=AT, reason="返潮")
    services.link_cases(ALL_SEEING, project.pk, [case.number], at=AT)
    (step, _other) = services.add_steps(SECRETARY, project.pk, "一步\n二步", at=AT)
    services.tick_step(SECRETARY, project.pk, step.pk, at=AT)
    for kind, made in (
        ("call", services.record_call(SECRETARY, project.pk, ["U9", "U8"], at=AT, decision="拆")),
        ("quantity", quantity(project)),
        ("cost", cost(project)),
    ):
        services.strike_entry(SECRETARY, project.pk, kind, made.pk, at=AT, reason="重复")
    services.record_call(SECRETARY, project.pk, ["U9", "U8"], at=AT, decision="拆")
    quantity(project)
    cost(project)
    services.add_photo(SECRETARY, project.pk, "a.png", picture(), at=AT, spot="路口")
    return project


def quantity(project):
    return services.record_quantity(
        SECRETARY, project.pk, at=AT, what="杂物", amount="4", unit="车"
    )


def cost(project):
    return services.record_cost(
        SECRETARY, project.pk, at=AT, what="铺装", amount="1200.5", source="物业费"
    )


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (Project, {"state": "accepted"}),
        (Project, {"started_on": date(2020, 1, 1)}),
        (Project, {"closed_on": date(2020, 1, 1)}),
        (ProjectCase, {"number": "JB-1"}),
        (ProjectStep, {"done_on": None}),
        (ProjectStep, {"removed_at": AT}),
        (Consultation, {"in_favour": 999}),
        (Consultation, {"purpose": "consultation"}),
        (ProjectCall, {"held_on": date(2020, 1, 1)}),
        (ProjectCall, {"struck_at": None}),
        (ProjectQuantity, {"amount": Decimal(800)}),
        (ProjectQuantity, {"unit": "个"}),
        (Cost, {"amount": Decimal(1)}),
        (Photo, {"digest": "0" * 64}),
        (Photo, {"removed_at": AT}),
    ],
    ids=str,
)
def test_a_row_of_any_table_somebody_changed_by_hand_is_found(lived, model, wrong):
    assert dict(ledger.differing("project")) == {str(lived.pk): None}
    model.objects.update(**wrong)
    assert dict(ledger.differing("project"))[str(lived.pk)]


@pytest.mark.parametrize(
    "model", [ProjectCase, ProjectStep, Consultation, ProjectQuantity, Cost, Photo]
)
def test_a_row_that_is_gone_is_found(lived, model):
    model.objects.all().delete()
    assert dict(ledger.differing("project"))[str(lived.pk)]


def test_an_accepted_project_agrees_with_its_events():
    accepted()
    agrees()
    assert set(dict(ledger.differing("project")).values()) == {None}
    Project.objects.update(state="planned")
    assert "state" in next(iter(dict(ledger.differing("project")).values()))
