"""Tables of letters as they are published come in and go out, and nothing is lost on the way."""

import io
import itertools
from datetime import date

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jieban.apps.ledger import selectors as ledger
from jieban.apps.letters import services
from jieban.apps.letters.models import Batch, Letter, Link
from jieban.apps.letters.selectors import folding, telling
from jieban.domain.actors import Actor
from jieban.tables.letters import PUBLIC, public_workbook, title_of
from jieban.tables.lists import written_csv
from tests.apps import lettering, live
from tests.apps.lettering import AT, KEEPER, OFFICE, OTHER, STREET, STREET_KEEPER, number, refuses

pytestmark = pytest.mark.django_db
HEAD = (
    "序号", "受理编号", "交办问题基本情况", "行政区域", "污染类型", "调查核实情况",
    "是否属实", "办结目标", "处理和整改情况", "是否办结", "责任人被处理情况",
)  # fmt: skip
TITLE = "样例区群众信访举报转办和边督边改公开情况一览表（第二十一批 2026年10月31日）"
ONE = (
    "1", number(1), "小区门口夜间施工噪音扰民。", "松涛街道", "噪音,扬尘", "经查属实。",
    "属实", "夜间停工。", "已责令夜间停工。", "已办结", "无",
)  # fmt: skip


@pytest.fixture(autouse=True)
def round_(home):
    live.made_up_district()
    return lettering.opened()


@pytest.fixture
def bring(tmp_path):
    def act(*rows, head=HEAD, title=TITLE, by=KEEPER, **said):
        path = tmp_path / "一览表.csv"
        lines = [[title], list(head), *map(list, rows)] if title else [list(head), *map(list, rows)]
        width = max(map(len, lines))
        padded = [[*line, *[""] * (width - len(line))] for line in lines]
        path.write_bytes(written_csv(padded[0], padded[1:]))
        return services.import_letters(by, path, round="sx-3", at=AT, **said)

    return act


def rebuilt():
    for subject, (compare, rows, _) in folding.FOLDS.items():
        for each in list(rows()):
            assert compare(list(ledger.events_of(subject, each))) is None, each


def test_a_published_table_becomes_a_batch_with_its_letters(bring):
    outcome = bring(ONE)
    assert outcome.counts["new"] == 1
    assert outcome.batches == ["21"]
    letter = Letter.objects.get()
    assert letter.batch.handed_on == date(2026, 10, 31)
    assert letter.types == ["noise", "air"]
    assert (letter.verdict, letter.state, letter.area.code) == ("true", "done", "A1")
    assert telling.accountability_of(letter) == "无"
    rebuilt()


def test_the_same_file_again_changes_nothing(bring):
    bring(ONE)
    before = ledger.newest_number()
    outcome = bring(ONE)
    assert (outcome.counts["same"], outcome.counts["changed"]) == (1, 0)
    assert ledger.newest_number() == before


def test_looking_first_stores_nothing(bring):
    outcome = bring(ONE, dry_run=True)
    assert outcome.counts["new"] == 1
    assert not Letter.objects.exists()
    assert not Batch.objects.exists()


def test_only_what_the_file_says_is_changed_and_a_blank_cell_says_nothing(bring):
    bring(ONE)
    head = ("受理编号", "交办问题基本情况", "处理和整改情况", "办结目标")
    outcome = bring((number(1), ONE[2], "已罚款。", ""), head=head)
    (change,) = outcome.changed
    assert change.fields == ("action",)
    letter = Letter.objects.get()
    assert (letter.action, letter.goal, letter.verdict) == ("已罚款。", "夜间停工。", "true")
    rebuilt()


def test_a_person_of_the_responsible_unit_makes_no_letter_done_by_a_file(bring):
    head = (*HEAD, "责任单位")
    bring((*ONE[:9], "正在办理", "无", "松涛街道"), head=head)
    for by in (STREET, STREET_KEEPER):
        outcome = bring((*ONE[:9], "已办结", "无", "松涛街道"), head=head, by=by)
        assert [each.code for each in outcome.remarks] == ["said_state"]
        letter = Letter.objects.get()
        assert (letter.state, letter.said_state) == ("in_progress", "done")
    bring((*ONE[:9], "已办结", "无", "松涛街道"), head=head)
    assert Letter.objects.get().state == "done"
    rebuilt()


def test_the_office_makes_no_letter_of_its_own_done_by_a_file_not_even_a_new_one(bring):
    head = (*HEAD, "责任单位")
    outcome = bring((*ONE, "区城管委"), head=head, by=OFFICE)
    letter = Letter.objects.get()
    assert (letter.state, letter.said_state, letter.lead.code) == ("in_progress", "done", "U8")
    assert outcome.counts["decided"] == 0
    bring((*ONE, "区城管委"), head=head, by=OFFICE)
    assert Letter.objects.get().state == "in_progress"
    rebuilt()


def test_a_command_makes_no_letter_done_that_is_on_its_way(bring):
    head = (*HEAD, "责任单位")
    bring((*ONE[:9], "正在办理", "无", "松涛街道"), head=head)
    outcome = bring((*ONE[:9], "已办结", "无", "松涛街道"), head=head, by=Actor.named("经办甲"))
    assert [each.code for each in outcome.remarks] == ["said_state"]
    assert Letter.objects.get().state == "in_progress"
    rebuilt()


def test_a_unit_brings_answers_to_its_own_letters_and_nothing_else(bring):
    bring((*ONE[:9], "", "无", "松涛街道"), head=(*HEAD, "责任单位"))
    new = ("2", number(2), *ONE[2:])
    outcome = bring((*ONE[:5], "已查清。", *ONE[6:9], "", "无"), new, by=STREET)
    assert Letter.objects.get().finding == "已查清。"
    assert Letter.objects.get().answered_by == [STREET.id]
    assert len(outcome.rejected) == 1
    with refuses("round.not_found"):
        bring(ONE, by=OTHER)
    rebuilt()


def test_a_line_that_cannot_be_taken_costs_no_other_and_says_why(bring):
    outcome = bring(
        ONE,
        ("2", "X3YX2O2610290002", *ONE[2:]),
        ("3", "", *ONE[2:]),
        ("4", number(4), "", *ONE[3:]),
        ("5", number(5), *ONE[2:6], "大概属实", *ONE[7:]),
        ("6", number(6), *ONE[2:9], "快了", "无"),
        ("7", number(1), "另一件事。", *ONE[3:]),
        ("", "合计", "7件"),
    )
    assert outcome.counts["new"] == 1
    assert len(outcome.rejected) == 6
    assert number(2) in outcome.rejected[0].message()


def test_numbers_are_tidied_with_a_remark_and_odd_ones_taken_only_if_meant(bring):
    typed = ("2", "ｘ3yx-20261029 0002★", *ONE[2:])
    outcome = bring(typed, ("3", "信2026第7号", *ONE[2:]))
    assert [(each.number, each.code) for each in outcome.remarks] == [(number(2), "number_tidied")]
    assert Letter.objects.get().focus is True
    assert len(outcome.rejected) == 1
    again = bring(("3", "信2026第7号", *ONE[2:]), unusual=True)
    assert [each.code for each in again.remarks] == ["number_unusual"]
    rebuilt()


def test_old_bare_numbers_and_batches_with_a_suffix_come_in(bring):
    title = "样例市关于举报受理事项（第35-1批）交办函案件处理情况的通报"
    row = ("4260", "饭店油烟扰民。", "属实；与第三十一批次受理编号3438号属同一案件")
    head = ("受理编号", "交办问题基本情况", "调查核实情况")
    with refuses("letters.day_missing"):
        bring(row, head=head, title=title)
    bring(row, head=head, title=title, day=date(2026, 10, 31))
    letter = Letter.objects.get()
    assert (letter.batch.number, letter.number) == ("35-1", "4260")
    assert [(each.kind, each.other) for each in Link.objects.all()] == [("same_matter", "3438")]
    rebuilt()


def test_without_a_batch_anywhere_nothing_is_taken(bring):
    with refuses("letters.batch_missing"):
        bring(ONE, title="")
    bring(ONE, title="", batch="第22批", day=date(2026, 10, 31))
    assert Batch.objects.get().number == "22"


def test_without_a_day_anywhere_the_newest_day_of_the_numbers_is_taken_and_said(bring):
    outcome = bring(ONE, title="一览表（第二十一批）")
    assert Batch.objects.get().handed_on == date(2026, 10, 29)
    assert [each.code for each in outcome.remarks] == ["day_from_numbers"]
    rebuilt()


def test_personal_data_of_a_file_is_not_printed_and_columns_nobody_knows_are_kept(bring):
    row = (*ONE[:5], "联系人电话13900001234。", *ONE[6:], "第3网格")
    outcome = bring(row, head=(*HEAD, "所属网格"))
    letter = Letter.objects.get()
    assert letter.finding == "联系人电话[电话]。"
    assert [each.code for each in outcome.remarks] == ["redacted"]
    assert letter.extra == {"所属网格": "第3网格"}
    assert outcome.file.unknown == ("所属网格",)


def test_headings_in_traditional_signs_are_read(bring):
    head = (
        "序號", "受理編號", "交辦問題基本情況", "行政區域", "污染類型", "調查核實情況",
        "是否屬實", "處理和整改情況", "責任人被處理情況",
    )  # fmt: skip
    bring(
        (
            "1",
            number(1),
            "铁路噪声大。",
            "松涛街道",
            "噪聲",
            "經查屬實。",
            "是",
            "無需整改。",
            "無",
        ),
        head=head,
    )
    letter = Letter.objects.get()
    assert (letter.verdict, letter.types) == ("true", ["noise"])


def test_several_tables_of_a_word_file_come_in_with_their_batches(tmp_path):
    paper = docx.Document()
    for batch, serial in (("十二", 1), ("十三", 2)):
        paper.add_paragraph(f"样例区公开情况一览表（第{batch}批 2026年10月{20 + serial}日）")
        table = paper.add_table(rows=3, cols=len(HEAD))
        for column, word in enumerate(HEAD):
            table.cell(0, column).text = word
        for line, number_ in ((1, number(serial)), (2, number(serial + 10))):
            for column, word in enumerate(("1", number_, *ONE[2:])):
                table.cell(line, column).text = word
        table.cell(1, 3).merge(table.cell(2, 3)).text = "柳岸街道"
    path = tmp_path / "一览表.docx"
    paper.save(path)
    outcome = services.import_letters(KEEPER, path, round="sx-3", at=AT)
    assert outcome.counts["new"] == 4
    assert sorted(Batch.objects.values_list("number", flat=True)) == ["12", "13"]
    assert set(Letter.objects.values_list("area__code", flat=True)) == {"A2"}


def test_cells_merged_over_several_lines_of_a_workbook_stand_in_each(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([TITLE])
    sheet.merge_cells("A1:K1")
    sheet.append(list(HEAD))
    for serial in (1, 2):
        sheet.append([serial, number(serial), *ONE[2:]])
    sheet.merge_cells("D3:D4")
    path = tmp_path / "a.xlsx"
    book.save(path)
    services.import_letters(KEEPER, path, round="sx-3", at=AT)
    assert Letter.objects.filter(area__code="A1").count() == 2


COUNTED = itertools.count(100)
WORDS = st.text("甲乙丙丁水气声，。、1234567890\n abc()（）", max_size=40).map(str.strip)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(
        st.tuples(
            WORDS.filter(bool),
            st.sampled_from(["", "云溪区", "松涛街道", "远方县"]),
            st.lists(st.sampled_from(["水", "大气", "噪声", "光污染", "其他"]), unique=True),
            WORDS,
            st.sampled_from(["", "属实", "基本属实", "部分属实", "不属实"]),
            WORDS,
            WORDS,
            st.sampled_from(["正在办理", "阶段性办结", "已办结"]),
            WORDS,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_exported_comes_back_as_the_same(rows, tmp_path_factory):
    code = f"sx-{next(COUNTED)}"
    lettering.opened(code)
    path = tmp_path_factory.mktemp("out") / "a.xlsx"
    cells = [
        [
            str(n),
            number(n),
            text,
            area,
            "、".join(types),
            finding,
            verdict,
            goal,
            action,
            state,
            told,
        ]
        for n, (text, area, types, finding, verdict, goal, action, state, told) in enumerate(
            rows, 1
        )
    ]
    path.write_bytes(public_workbook([(title_of("19", lettering.HANDED), cells)]))
    first = services.import_letters(KEEPER, path, round=code, at=AT)
    assert first.counts["new"] == len(rows), first.rejected
    batch = Batch.objects.get(round__code=code)
    content = telling.content_of(batch)
    printed = telling.said_columns(content["rows"])
    path.write_bytes(public_workbook([(title_of("19", batch.handed_on), printed)]))
    again = services.import_letters(KEEPER, path, round=code, at=AT)
    assert (again.counts["same"], again.changed) == (len(rows), [])
    assert telling.content_of(batch) == content


def test_the_workbook_of_the_public_table_has_the_official_columns():
    book = openpyxl.load_workbook(
        io.BytesIO(public_workbook([(title_of("19", lettering.HANDED), [list(ONE)])]))
    )
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][0] == "群众信访举报转办和边督边改公开情况一览表（第19批 2026年10月30日）"
    assert rows[1] == HEAD
    assert len(PUBLIC) == len(HEAD)
