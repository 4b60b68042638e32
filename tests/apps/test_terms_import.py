"""A list of postings becomes terms, each in the state its days put it in."""

from datetime import date

import pytest

from jieban.apps.directory.models import Alias, Area
from jieban.apps.ledger import selectors as ledger
from jieban.apps.programmes.models import Cohort, Official, Programme
from jieban.apps.terms import selectors, services
from jieban.apps.terms.models import LookBack, Term
from jieban.apps.terms.selectors.folding import compare
from jieban.domain.errors import Refused
from jieban.tables.lists import written_csv
from tests.apps import live, postings
from tests.apps.postings import ORGANISER, noon

pytestmark = pytest.mark.django_db
HEAD = (
    "批次", "姓名", "派出单位", "街道", "社区(村)",
    "到任日期", "期满日期", "延长至", "撤点日期", "备注",
)  # fmt: skip
TODAY = date(2023, 10, 30)


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


@pytest.fixture
def bring(tmp_path):
    def act(*rows, head=HEAD, actor=ORGANISER, today=TODAY, **said):
        path = tmp_path / "名单.csv"
        path.write_bytes(
            written_csv(head, [[*row, *[""] * (len(head) - len(row))] for row in rows])
        )
        return services.import_terms(actor, path, programme="zl", at=noon(today), **said)

    return act


def first(name="甲样例", place="松涛1社区", start="2023-03-16", **said):
    usual = {
        "cohort": "2",
        "home": "区样例局",
        "street": "",
        "end": "",
        "extended": "",
        "ended": "",
    }
    told = usual | said
    return [
        told["cohort"], name, told["home"], told["street"], place, start, told["end"],
        told["extended"], told["ended"], told.get("note", ""),
    ]  # fmt: skip


def reasons(outcome):
    return [(each.line, each.reason) for each in outcome.rejected]


@pytest.mark.parametrize(
    ("row", "state", "last", "overdue", "why"),
    [
        (first(start="2023-11-01"), "planned", None, False, "not there yet"),
        (first(start="2023-10-30"), "serving", "2024-04-30", False, "arrived today"),
        (first(start="2023-04-30"), "serving", "2023-10-30", False, "its last day is today"),
        (
            first(start="2023-04-29"),
            "under_review",
            "2023-10-29",
            True,
            "undecided since yesterday",
        ),
        (first(extended="2023-12-16"), "extended", "2023-12-16", False, "day 228, extended"),
        (first(), "under_review", "2023-09-16", True, "day 228, and nobody decided"),
        (
            first(start="2022-12-01", extended="2023-09-01"),
            "final_review",
            "2023-09-01",
            True,
            "the extension is over too",
        ),
        (first(end="2023-12-31"), "serving", "2023-12-31", False, "an end of its own is kept"),
        (
            first(ended="2023-09-20", extended="2023-12-16"),
            "ended",
            "2023-12-16",
            False,
            "left, and said so",
        ),
        (first(ended="2023-12-01"), "under_review", "2023-09-16", True, "leaving is still to come"),
    ],
)
def test_days_say_where_a_term_stands(bring, row, state, last, overdue, why):
    outcome = bring(row)
    assert reasons(outcome) == []
    term = Term.objects.get()
    assert term.state == state, why
    held = selectors.last_day(term)
    assert (held and held.isoformat()) == last
    clock = selectors.clock_on(term, TODAY)
    assert (clock is not None and clock.overdue) == overdue
    events = list(ledger.events_of("term", term.number))
    assert [event.kind for event in events] == ["term.planned", "term.imported"]
    assert compare(events) is None
    assert dict(ledger.differing("term")) == {term.number: None}
    assert LookBack.objects.count() == (2 if state == "ended" else 0)


def test_the_two_cohorts_of_the_page_are_77(bring):
    street = Area.objects.get(code="A1")
    for number in range(77):
        live._area(f"Z{number}", f"样例{number}社区", "community", street)
    rows = [
        first(
            f"干部{number}", f"样例{number}社区", "2021-12-10", cohort="第一批", ended="2022-06-10"
        )
        for number in range(26)
    ] + [
        first(f"干部{number}", f"样例{number}社区", cohort="第二批", extended="2023-12-16")
        for number in range(26, 77)
    ]
    outcome = bring(*rows)
    assert (outcome.counts["new"], outcome.cohorts, outcome.states) == (
        77,
        [1, 2],
        {"ended": 26, "extended": 51},
    )
    assert [cohort.terms.count() for cohort in Cohort.objects.order_by("number")] == [26, 51]
    assert len(selectors.sent("zl")) == 77
    assert len({sent.area for sent in selectors.sent("zl")}) == 77


def test_the_same_file_again_changes_nothing(bring):
    rows = [first(), first("乙样例", "柳岸1社区", extended="2023-12-16")]
    bring(*rows)
    before = ledger.newest_number()
    again = bring(*rows)
    assert again.counts == {"read": 2, "new": 0, "same": 2, "rejected": 0, "officials": 0}
    assert ledger.newest_number() == before
    assert (Term.objects.count(), Official.objects.count(), Cohort.objects.count()) == (2, 2, 1)


def test_a_line_that_says_other_days_than_the_term_changes_nothing(bring):
    bring(first(), first("乙样例", "柳岸1社区", extended="2023-12-16"))
    again = bring(first(extended="2023-12-16"), first("乙样例", "柳岸1社区", extended="2023-12-31"))
    assert reasons(again) == [(2, "postings.differs"), (3, "postings.differs")]
    assert Term.objects.filter(extended_until=None).count() == 1


def test_a_dry_run_says_what_would_be_and_leaves_nothing(bring):
    outcome = bring(first(), first("", ""), dry_run=True)
    assert outcome.counts["new"] == 1
    assert not Programme.objects.exists()
    assert not Term.objects.exists()
    assert ledger.newest_number() == 0


def test_places_are_found_by_name_street_alias_and_written_together(bring):
    street = Area.objects.get(code="A2")
    live._area("A29", "松涛1社区", "community", street)
    Alias.objects.create(
        name="老松涛", name_key="老松涛", area=Area.objects.get(code="A12"), decided_by="名录"
    )
    outcome = bring(
        first("甲", "松涛1社区"),
        first("乙", "松涛1社区", street="柳岸街道"),
        first("丙", "松涛街道松涛1社区居委会"),
        first("丁", "老松涛"),
        first("戊", "不存在社区"),
        first("己", "柳岸1社区", street="无此街道"),
        first("庚", "柳岸1社区", street="松涛街道"),
        first("辛", "松涛街道"),
    )
    assert reasons(outcome) == [
        (2, "postings.place_ambiguous"),
        (6, "postings.place_unknown"),
        (7, "postings.street_unknown"),
        (8, "postings.place_unknown"),
        (9, "postings.place_unknown"),
    ]
    assert [term.area_code for term in Term.objects.order_by("number")] == ["A29", "A11", "A12"]


def test_terms_that_overlap_are_refused_line_by_line(bring):
    outcome = bring(
        first("甲", "松涛1社区"),
        first("甲", "松涛2社区", "2023-05-01"),
        first("乙", "松涛1社区", "2023-09-16"),
        first("乙", "松涛1社区", "2023-09-17"),
        first("甲", "松涛2社区", "2023-09-17"),
    )
    assert reasons(outcome) == [(3, "postings.official_taken"), (4, "postings.area_taken")]
    assert Term.objects.count() == 3
    assert "zl-2-001" in outcome.rejected[0].value


def test_a_later_list_with_other_days_is_no_way_round_the_decision(bring):
    bring(first())
    term = Term.objects.get()
    for row, reason in (
        (first(start="2023-09-17"), "postings.refused"),
        (first("乙", start="2023-09-17"), "postings.refused"),
        (first(place="松涛2社区", start="2023-10-01"), "postings.refused"),
        (first(end="2023-12-31"), "postings.differs"),
        (first(extended="2023-12-16"), "postings.differs"),
        (first(ended="2023-09-16"), "postings.differs"),
        (first(start="2023-03-17"), "postings.official_taken"),
    ):
        outcome = bring(row)
        assert reasons(outcome) == [(2, reason)], row
        assert not outcome.made
    assert "zl-2-001" in bring(first(start="2023-09-17")).rejected[0].value
    assert list(Term.objects.values_list("number", "version")) == [(term.number, term.version)]


def test_what_is_unusual_of_a_line_that_was_taken_is_said(bring):
    outcome = bring(first(end="2023-09-30"), first("乙", "柳岸1社区", note="内线 123"))
    assert [(each.line, each.code) for each in outcome.remarks] == [
        (2, "own_end"),
        (2, "overdue"),
        (3, "overdue"),
    ]
    assert outcome.file.unknown == ("备注",)
    assert Term.objects.get(area_code="A21").extra == {"备注": "内线 123"}


def test_a_posting_without_a_home_organisation_says_so(bring):
    bring(first(home=""))
    assert Official.objects.get().home == "未注明"


def test_only_who_manages_terms_brings_a_list(bring):
    for actor in (postings.ONLOOKER, postings.SECRETARY, postings.LEADER):
        with pytest.raises(Refused) as refusal:
            bring(first(), actor=actor)
        assert refusal.value.code == "actor.not_permitted"
    there = live.actor("街道组织员", postings.MANAGING, "area:A2")
    outcome = bring(first(), first("乙", "柳岸1社区"), actor=there)
    assert reasons(outcome) == [(2, "postings.place_outside")]


def test_an_overdue_term_from_a_list_refuses_all_but_the_decision(bring, home):
    bring(first())
    term = Term.objects.get()
    at = noon(TODAY)
    with pytest.raises(Refused) as refusal:
        services.enter_problem(ORGANISER, term.number, "积水", at=at)
    assert refusal.value.code == "term.overdue_undecided"
    services.end_term(ORGANISER, term.number, at=at, reason="期满", home=home)
    term.refresh_from_db()
    assert (term.state, term.ended_on) == ("ended", TODAY)


def test_a_term_from_a_list_is_given_a_baseline_once_from_before_its_arrival(bring, home, tmp_path):
    early = postings.published(home, tmp_path, "2023-09", "2023-09-01")
    bring(first(start="2023-10-10"))
    number = Term.objects.get().number
    late = postings.published(home, tmp_path, "2023-10", "2023-10-01")

    def freeze(run):
        services.freeze_baseline(ORGANISER, number, run, at=noon(TODAY), home=home)

    with pytest.raises(Refused) as refusal:
        freeze(late)
    assert refusal.value.code == "term.baseline_too_late"
    freeze(early)
    with pytest.raises(Refused) as refusal:
        freeze(early)
    assert refusal.value.code == "term.baseline_frozen"
    assert compare(list(ledger.events_of("term", number))) is None
