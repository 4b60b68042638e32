"""Lists made on published runs: frozen, the same again, decided by lot where need is equal."""

from dataclasses import replace

import pytest

from jieban.apps.ledger.models import Event
from jieban.apps.programmes import selectors, services
from jieban.domain.programmes.criteria import Criteria, Picked, digest_of
from jieban.domain.programmes.lot import drawn_order
from jieban.domain.programmes.selection import PublishedRow, Standing, rows_digest
from tests.apps import chosen
from tests.apps.test_programmes import refused
from tests.conftest import AT, CLERK, SECOND

pytestmark = pytest.mark.django_db
TWO = Criteria(choose=2, rank_worst=4)


@pytest.fixture
def run(home, tmp_path):
    chosen.imported_district(home, tmp_path)
    return chosen.published(home)


def programme(criteria=TWO):
    return services.open_programme(CLERK, "zlsj", "治理书记", at=AT, criteria=criteria)


def made(run, home):
    return services.make_selection(CLERK, "zlsj", run.run_id, at=AT, home=home)


def names(selection, *standings):
    return [
        each.area_name
        for each in selection.candidates.all()
        if each.standing in [standing.value for standing in standings]
    ]


def test_the_worst_places_are_chosen_and_everything_read_is_frozen(run, home):
    programme()
    selection = made(run, home)
    assert names(selection, Standing.CHOSEN) == ["青禾一社区", "青禾二社区"]
    assert names(selection, Standing.NEXT) == ["青禾三社区", "松涛一社区"]
    assert selection.candidates.count() == 9
    worst = selection.candidates.first()
    assert worst.street_name == "青禾街道"
    figures = PublishedRow.from_table(worst.figures)
    assert (figures.received, figures.valid, figures.resolved) == (24, 24, 0)
    assert (figures.response, figures.resolution) == (100_000_000, 0)
    assert (figures.score, figures.rank, figures.rank_of) == (10_000_000, 9, 9)
    assert worst.checks == [
        {"criterion": "rank_worst", "value": 9, "border": 6, "of": 9, "met": True}
    ]
    assert worst.categories == {chosen.ESTATE: 16, chosen.PARKING: 8}
    assert selection.candidates.last().categories is None
    assert (selection.run.run_id, selection.period) == (run.run_id, "2023-10")
    assert run.run_id.endswith(selection.run_digest[:12])


def test_the_same_run_and_criteria_make_the_same_list_and_digest(run, home):
    programme()
    first, second = made(run, home), made(run, home)
    assert first == second
    assert Event.objects.filter(kind="selection.made").count() == 1
    services.change_criteria(CLERK, "zlsj", replace(TWO, choose=3), at=AT, reason="扩大")
    third = made(run, home)
    assert (third.number, third.digest == first.digest) == (2, False)
    assert third.rows_digest == first.rows_digest
    assert first.criteria["choose"] == 2


def test_the_digest_can_be_worked_out_from_what_was_kept(run, home):
    programme()
    selection = made(run, home)
    rows = [PublishedRow.from_table(each.figures) for each in selection.candidates.all()]
    assert rows_digest(rows) == selection.rows_digest
    assert selection.digest == digest_of(
        {
            "run": run.run_id,
            "run_digest": selection.run_digest,
            "months": [],
            "criteria": selection.criteria,
            "rows": selection.rows_digest,
        }
    )
    body = Event.objects.get(kind="selection.made").body
    assert (body["digest"], body["chosen"]) == (
        selection.digest,
        [chosen.code_of("青禾一社区"), chosen.code_of("青禾二社区")],
    )


def test_a_run_that_is_not_published_is_refused(home, tmp_path):
    chosen.imported_district(home, tmp_path)
    programme()
    run = chosen.computed(home)
    refusal = refused("selection.run_not_published", made, run, home)
    assert refusal.detail["state"] == "computed"
    assert selectors.published_runs() == []
    assert not Event.objects.filter(kind="selection.made").exists()


def test_a_run_whose_files_were_changed_is_refused(run, home):
    programme()
    (home.runs / run.run_id / "counts.sql").write_text("SELECT 1")
    refused("run.file_changed", made, run, home)


def test_persistence_looks_at_the_months_published_before(home, tmp_path):
    chosen.imported_district(home, tmp_path, ("08", "09", "10"))
    programme(
        Criteria(choose=1, persistent_below=30, persistent_months=3, persistent_of=3, compare=0)
    )
    run = chosen.published(home)
    refusal = refused("selection.history_short", made, run, home)
    assert (refusal.detail["wanted"], refusal.detail["found"]) == (3, 1)
    for month in ("2023-08", "2023-09"):
        chosen.published(home, month)
    year = chosen.published(home, "2023-08..2023-10")
    selection = made(year, home)
    assert selection.months == ["2023-08", "2023-09", "2023-10"]
    checks = [each.checks[0] for each in selection.candidates.all()]
    assert [(check["value"], check["of"], check["met"]) for check in checks[:4]] == [
        (3, 3, True),
        (3, 3, True),
        (3, 3, True),
        (0, 3, False),
    ]


def test_a_place_picked_by_hand_is_sent_to_with_its_reason(run, home):
    best = chosen.code_of("柳岸三社区")
    programme(replace(TWO, by_hand=(Picked(best, "两级督办"),)))
    selection = made(run, home)
    assert names(selection, Standing.CHOSEN, Standing.BY_HAND) == ["青禾一社区", "柳岸三社区"]
    assert selection.candidates.get(area_code=best).reason == "两级督办"
    services.change_criteria(
        CLERK, "zlsj", replace(TWO, by_hand=(Picked("Z9", "试"),)), at=AT, reason="试"
    )
    refused("selection.place_unknown", made, run, home)


# --- the lot ------------------------------------------------------------------------------


@pytest.fixture
def drawing(run, home):
    programme(Criteria(choose=3, lot="points", lot_points=8))
    return made(run, home)


def draw(selection, statement="体彩第23105期 3 1 7"):
    return services.draw_lot(
        SECOND, "zlsj", selection.number, statement, at=AT, source="公开报道 2023-11-01"
    )


def test_places_of_equal_need_wait_until_the_lot_is_drawn(drawing):
    assert names(drawing, Standing.CHOSEN) == ["青禾一社区"]
    assert names(drawing, Standing.IN_LOT) == ["青禾二社区", "青禾三社区", "松涛一社区"]
    refused(
        "cohort.lot_waiting",
        services.open_cohort,
        CLERK,
        drawing.programme,
        at=AT,
        selection=drawing,
    )
    codes = [each.area_code for each in drawing.candidates.filter(standing=Standing.IN_LOT.value)]
    drawn = draw(drawing)
    order = drawn_order(codes, "体彩第23105期 3 1 7", drawing.digest)
    standings = {each.area_code: each for each in drawn.candidates.all()}
    assert [standings[code].standing for code in order] == ["chosen", "chosen", "next"]
    assert [standings[code].lot_order for code in order] == [1, 2, 3]
    assert {(standings[code].lot_seats, standings[code].lot_places) for code in order} == {(2, 3)}
    event = Event.objects.get(kind="selection.lot_drawn")
    assert event.body["statement"] == "体彩第23105期 3 1 7"
    assert sorted(event.body["chosen"]) == sorted(order[:2])
    assert services.open_cohort(CLERK, drawn.programme, at=AT, selection=drawn).number == 1


def test_a_lot_is_drawn_once_and_only_where_there_is_one(drawing, run, home):
    refused("lot.statement_wrong", draw, drawing, "12")
    draw(drawing)
    refused("lot.drawn_before", draw, drawing, "另一个公开依据")
    refused("lot.drawn_before", draw, made(run, home), "另一个公开依据")
    services.change_criteria(
        CLERK,
        "zlsj",
        Criteria(choose=3, lot="points", lot_points=8, compare=0),
        at=AT,
        reason="不留递补",
    )
    again = made(run, home)
    assert [each.number for each in selectors.earlier_lots(again)] == [1]
    services.change_criteria(CLERK, "zlsj", TWO, at=AT, reason="不抽签")
    refused("lot.nothing_to_draw", draw, made(run, home))


# --- does it still say what it said -------------------------------------------------------


def test_a_list_comes_out_again_and_what_was_changed_is_found(drawing):
    assert selectors.differences(drawing) == []
    drawn = draw(drawing)
    assert selectors.differences(drawn) == []
    lucky = drawn.candidates.filter(lot_order=1)
    lucky.update(standing=Standing.NEXT.value)
    assert selectors.differences(drawn) == ["lot"]
    lucky.update(standing=Standing.CHOSEN.value)
    last = drawn.candidates.last()
    last.standing = Standing.CHOSEN.value
    last.save()
    assert selectors.differences(drawn) == ["list"]
    last.standing = Standing.OTHER.value
    last.figures["score"] = 1
    last.save()
    assert set(selectors.differences(drawn)) >= {"figures", "digest", "list"}
    drawn.criteria["choose"] = 4
    assert "digest" in selectors.differences(drawn)
