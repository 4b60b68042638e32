"""Imports: what is stored, what changes, what survives."""

from datetime import timedelta

import pytest
from django.db import connection

from jieban.apps.cases import selectors, services
from jieban.apps.cases.models import Import, ImportedCase, ImportedPrivate, ImportedVersion
from jieban.apps.cases.services import importing
from jieban.apps.directory.models import Area, Unit
from jieban.apps.ledger.models import Event
from jieban.domain.errors import Refused
from jieban.sealing import Sealer
from tests.apps.exports import row, write_export
from tests.conftest import AT, CLERK

pytestmark = pytest.mark.django_db


def bring(path, home, **options):
    return services.import_file(CLERK, path, at=AT, home=home, **options)


def test_a_row_is_stored_with_its_times_answers_and_place(home, tmp_path):
    bring(write_export(tmp_path / "a.csv", [row("A1")]), home)

    case = ImportedCase.objects.select_related("area__parent", "unit").get()
    assert case.received_at.isoformat() == "2023-10-01T01:00:00+00:00"
    assert case.closed_at.isoformat() == "2023-10-03T09:00:00+00:00"
    assert (case.valid, case.contacted, case.resolved) == (True, True, True)
    assert case.satisfaction == "satisfied"
    assert case.area.name == "青禾一社区"
    assert case.area.parent.name == "青禾街道"
    assert case.attributed_by == "source"
    assert case.unit.name == "青禾街道"


def test_the_same_file_again_changes_nothing_and_writes_no_event(home, tmp_path):
    file = write_export(tmp_path / "a.csv", [row("A1"), row("A2")])
    bring(file, home)
    again = bring(file, home)

    assert (again.counts.new, again.counts.changed, again.counts.same) == (0, 0, 2)
    assert again.number is None
    assert Import.objects.count() == 1
    assert Event.objects.filter(kind="cases.imported").count() == 1


def test_what_residents_left_in_imported_rows_is_erased_when_its_time_is_over(
    home, tmp_path, monkeypatch
):
    monkeypatch.setattr("jieban.apps.cases.services.private.IMPORTED_BATCH", 2)
    kept = row("A4", 办结时间="")
    bring(write_export(tmp_path / "a.csv", [row("A1", 是否解决="否"), row("A2"), row("A3")]), home)
    file = write_export(tmp_path / "b.csv", [row("A1"), row("A2"), row("A3"), kept])
    bring(file, home)
    assert ImportedVersion.objects.get().sealed is not None

    def erase(at):
        return services.erase_due_imported(CLERK, at=at, keep_days=30, reason="期满")

    closed = ImportedCase.objects.get(number="A1").closed_at
    assert erase(closed + timedelta(days=30, seconds=-1)) == 0
    assert erase(closed + timedelta(days=30)) == 3
    assert erase(closed + timedelta(days=31)) == 0
    assert ImportedPrivate.objects.get().row.number == "A4"
    assert ImportedVersion.objects.get().sealed is None
    events = Event.objects.filter(kind="cases.imported_erased").order_by("seq")
    assert [event.body["rows"] for event in events] == [2, 1]
    bring(file, home)
    assert ImportedPrivate.objects.count() == 1, "the same file does not bring it back"
    with pytest.raises(Refused) as refusal:
        services.erase_due_imported(CLERK, at=AT, keep_days=30, reason=" ")
    assert refusal.value.code == "case.reason_missing"


def test_a_corrected_row_updates_says_what_changed_and_keeps_what_it_said(home, tmp_path):
    bring(write_export(tmp_path / "a.csv", [row("A1", 是否解决="否"), row("A2")]), home)
    outcome = bring(write_export(tmp_path / "b.csv", [row("A1"), row("A2")]), home)

    assert (outcome.counts.changed, outcome.counts.same) == (1, 1)
    assert outcome.changes == [
        {"number": "A1", "unit": "青禾街道", "field": "resolved", "before": False, "after": True}
    ]
    assert ImportedCase.objects.get(number="A1").version == 2
    old = ImportedVersion.objects.get()
    assert (old.version, old.content["resolved"]) == (1, False)


def test_a_personal_change_is_named_but_not_shown(home, tmp_path):
    bring(write_export(tmp_path / "a.csv", [row("A1")]), home)
    outcome = bring(write_export(tmp_path / "b.csv", [row("A1", 来电人="李女士")]), home)

    assert [change["field"] for change in outcome.changes] == ["personal"]
    assert "李女士" not in str(outcome.changes)


def test_of_one_key_twice_in_a_file_the_last_counts_and_the_earlier_is_listed(home, tmp_path):
    rows = [row("A1", 是否满意="不满意"), row("A2"), row("A1", 是否满意="满意")]
    outcome = bring(write_export(tmp_path / "a.csv", rows), home)

    assert (outcome.counts.read, outcome.counts.new, outcome.counts.superseded) == (3, 2, 1)
    assert outcome.superseded[0]["line"] == 2
    assert ImportedCase.objects.get(number="A1").satisfaction == "satisfied"
    assert not ImportedVersion.objects.exists()


def test_lines_of_one_key_far_apart_behave_as_if_side_by_side(home, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    first = [row("A1", 是否满意="一般"), row("A2"), row("A3"), row("A1", 是否满意="满意")]
    file = write_export(tmp_path / "a.csv", first)
    outcome = bring(file, home)
    assert (outcome.counts.new, outcome.counts.superseded) == (3, 1)
    assert outcome.superseded[0]["line"] == 2
    assert ImportedCase.objects.get(number="A1").satisfaction == "satisfied"

    again = bring(file, home)
    assert (again.counts.new, again.counts.changed, again.counts.superseded) == (0, 0, 1)
    assert again.number is None
    assert not ImportedVersion.objects.exists()


def test_every_line_has_one_fate(home, tmp_path):
    bring(write_export(tmp_path / "a.csv", [row("A1"), row("A2")]), home)
    rows = [
        row("A1"),
        row("A2", 是否解决="否"),
        row("A3"),
        row("A3", 工单类型="咨询"),
        row(""),
        row("A4", 创建时间="不知道"),
    ]
    counts = bring(write_export(tmp_path / "b.csv", rows), home).counts
    assert counts.read == 6
    assert (counts.new, counts.changed, counts.same) == (1, 1, 1)
    assert (counts.superseded, counts.rejected) == (1, 2)
    assert sum(counts.rejected_by_reason.values()) == 2


def test_one_bad_row_never_costs_a_good_one(home, tmp_path):
    rows = [row("A1"), row("A2", 工单性质="旁观"), row("A3")]
    outcome = bring(write_export(tmp_path / "a.csv", rows), home)
    assert outcome.counts.new == 2
    assert [(bad.line, bad.faults[0].heading) for bad in outcome.reading.rejected] == [
        (3, "工单性质")
    ]


@pytest.mark.parametrize(
    ("cell", "longest"),
    [("主办单位", 128), ("被反映街乡镇", 128), ("所在村社区", 128), ("问题分类", 255)],
)
def test_what_no_column_can_hold_is_sent_back_on_every_database(home, tmp_path, cell, longest):
    rows = [row("A1", **{cell: "长" * longest}), row("A2", **{cell: "长" * (longest + 1)})]
    rows.append(row("A3", 退单次数="70000", 办理次数="70000"))
    export = write_export(tmp_path / "a.csv", rows, extra=("退单次数", "办理次数"))
    outcome = bring(export, home)
    assert outcome.counts.new == 2
    [rejected] = outcome.reading.rejected
    assert (rejected.line, rejected.reason) == (3, "row.text_too_long")
    assert rejected.faults[0].heading == cell


def test_a_dry_run_stores_nothing_at_all(home, tmp_path):
    outcome = bring(write_export(tmp_path / "a.csv", [row("A1")]), home, dry_run=True)
    assert outcome.counts.new == 1
    assert not ImportedCase.objects.exists()
    assert not Area.objects.exists()
    assert not Event.objects.exists()


def test_an_import_that_breaks_half_way_leaves_nothing_and_can_be_run_again(
    home, tmp_path, monkeypatch
):
    monkeypatch.setattr(importing, "CHUNK", 2)
    file = write_export(tmp_path / "a.csv", [row(f"A{number}") for number in range(6)])

    def pull_the_plug(done):
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(file, home, on_progress=pull_the_plug)
    assert not ImportedCase.objects.exists()
    assert not Import.objects.exists()

    assert bring(file, home).counts.new == 6
    assert ImportedCase.objects.count() == ImportedPrivate.objects.count() == 6


def test_personal_data_is_sealed_and_unknown_columns_are_kept_with_it(home, tmp_path):
    rows = [row("A1") | {"坐席工号": "0817"}]
    bring(write_export(tmp_path / "a.csv", rows, extra=("坐席工号",)), home)

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {table}")
            for line in cursor.fetchall():
                text = "|".join(
                    bytes(cell).decode("utf-8", "replace")
                    if isinstance(cell, bytes | memoryview)
                    else str(cell)
                    for cell in line
                )
                assert "王先生" not in text
                assert "19900001234" not in text
                assert "路面有坑" not in text
    opened = selectors.private_of(ImportedCase.objects.get(), Sealer(home.keys))
    assert opened["name"] == "王先生"
    assert opened["坐席工号"] == "0817"


def test_blank_and_unknown_names_never_become_entries(home, tmp_path):
    rows = [
        row("A1", 所在村社区="不详"),
        row("A2", 所在村社区="", 被反映街乡镇=""),
        row("A3", 主办单位="不详"),
    ]
    bring(write_export(tmp_path / "a.csv", rows), home)
    assert set(Area.objects.values_list("name", flat=True)) == {"青禾街道", "青禾一社区"}
    assert set(Unit.objects.values_list("name", flat=True)) == {"青禾街道"}
    assert ImportedCase.objects.get(number="A1").area.name == "青禾街道"
    assert ImportedCase.objects.get(number="A2").area is None
    assert ImportedCase.objects.get(number="A3").unit is None


def test_a_case_of_two_units_is_one_case_with_two_rows(home, tmp_path):
    rows = [row("A1"), row("A1", 主办单位="区城管执法局", 工单性质="双派")]
    bring(write_export(tmp_path / "a.csv", rows), home)
    assert (selectors.count(), selectors.count_rows()) == (1, 2)


def test_what_a_person_attributed_stands_until_the_source_names_another_place(home, tmp_path):
    bring(write_export(tmp_path / "a.csv", [row("A1", 所在村社区="不详"), row("A2")]), home)
    community = Area.objects.get(kind="community")
    services.attribute_case(CLERK, "A1", community.code, at=AT, reason="地址在该社区")

    bring(write_export(tmp_path / "b.csv", [row("A1", 所在村社区="不详", 是否解决="否")]), home)
    case = ImportedCase.objects.select_related("area").get(number="A1")
    assert (case.area, case.attributed_by, case.resolved) == (community, "person", False)

    bring(write_export(tmp_path / "c.csv", [row("A1", 所在村社区="青禾二社区")]), home)
    case = ImportedCase.objects.select_related("area").get(number="A1")
    assert (case.area.name, case.attributed_by) == ("青禾二社区", "source")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"%PDF-1.7 ...", "file.not_a_table"),
        (b"a,b\n1,2\n", "file.no_profile"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_words(home, tmp_path, content, code):
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        bring(file, home)
    assert refusal.value.code == code
    assert refusal.value.message("zh") != refusal.value.message("en")
    assert not Import.objects.exists()


def test_a_large_file_is_stored_like_a_small_one(home, tmp_path, monkeypatch):
    monkeypatch.setattr(importing.ahead, "LARGE", 0)
    monkeypatch.setattr(importing, "CHUNK", 10)
    rows = [row(f"A{number}") for number in range(35)]
    rows[3] = row("")
    file = write_export(tmp_path / "a.csv", rows)
    outcome = bring(file, home)
    assert (outcome.counts.read, outcome.counts.new, outcome.counts.rejected) == (35, 34, 1)
    opened = selectors.private_of(ImportedCase.objects.get(number="A20"), Sealer(home.keys))
    assert opened["name"] == "王先生"

    monkeypatch.setattr(importing.ahead, "LARGE", 2**40)
    again = bring(file, home)
    assert (again.counts.new, again.counts.changed, again.counts.same) == (0, 0, 34)
