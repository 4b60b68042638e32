"""The directory: files in two layouts, provisional names, merging."""

import csv

import openpyxl
import pytest

from jieban.apps.cases import selectors as cases
from jieban.apps.cases import services as case_services
from jieban.apps.cases.models import ImportedCase
from jieban.apps.directory import selectors, services
from jieban.apps.directory.models import Alias, Area, Unit
from jieban.apps.ledger.models import Event
from jieban.apps.practices.models import Project
from jieban.domain.errors import Refused
from tests.apps.exports import row, write_export
from tests.conftest import AT, CLERK

pytestmark = pytest.mark.django_db

AREAS = ("代码", "名称", "类型", "上级", "人口", "起始日期", "截止日期", "继任", "别名")


def write_directory(path, areas, units=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "区域"
    sheet.append(AREAS)
    for line in areas:
        sheet.append(line)
    other = book.create_sheet("单位")
    other.append(AREAS)
    for line in units:
        other.append(line)
    book.save(path)
    return path


PLACES = (
    ("99", "云川区", "区", None, 100_000),
    ("9901", "青禾街道", "街道", "99", 60_000),
    ("9902", "白石镇", "镇", "99", 40_000),
    ("990101", "青禾一社区", "社区", "9901", 30_000, None, None, None, "青禾一区、一社区"),
    ("990201", "白石村", "村", "9902", 40_000),
)
OFFICES = (("U1", "青禾街道", "街道办事处"), ("U2", "区城管执法局", "部门"))


def bring(path):
    return services.import_directory(CLERK, path, at=AT)


def test_areas_and_units_come_in_as_a_tree_and_again_change_nothing(tmp_path):
    file = write_directory(tmp_path / "d.xlsx", PLACES, OFFICES)
    outcome = bring(file)
    assert outcome.counts["new"] == 7
    community = Area.objects.get(code="990101")
    assert (community.parent.name, community.parent.parent.name) == ("青禾街道", "云川区")
    assert community.population == 30_000
    assert set(Alias.objects.values_list("name", flat=True)) == {"青禾一区", "一社区"}
    assert Unit.objects.get(code="U1").kind == "street_office"

    again = bring(file)
    assert (again.counts["new"], again.counts["changed"], again.counts["same"]) == (0, 0, 7)
    assert Event.objects.filter(kind="directory.imported").count() == 1


def test_a_correction_says_what_changed_and_the_old_name_stays_known(tmp_path):
    bring(write_directory(tmp_path / "d.xlsx", PLACES))
    changed = [("990101", "青禾第一社区", "社区", "9901", 31_000)]
    outcome = bring(write_directory(tmp_path / "e.xlsx", changed))
    assert {change["field"] for change in outcome.changes} == {"name", "population"}
    assert Alias.objects.filter(name="青禾一社区", area__code="990101").exists()


def test_a_street_dissolved_into_another_names_its_successor(tmp_path):
    lines = [
        ("99", "云川区", "区", None),
        ("9901", "旧街道", "街道", "99", None, None, "2022-01-01", "新街道"),
        ("9903", "新街道", "街道", "99", None, "2022年1月1日"),
    ]
    bring(write_directory(tmp_path / "d.xlsx", lines))
    old = Area.objects.get(code="9901")
    assert old.successor.name == "新街道"
    assert old.valid_to.isoformat() == old.successor.valid_from.isoformat() == "2022-01-01"


def test_one_bad_line_costs_no_good_one(tmp_path):
    lines = [
        *PLACES,
        ("990102", "", "社区", "9901"),
        ("990103", "青禾三社区", "星球", "9901"),
        ("990104", "青禾四社区", "社区", "9999"),
        ("990105", "青禾五社区", "社区", "9901", "很多"),
        ("990106", "青禾六社区", "社区", "9901", None, "去年"),
    ]
    outcome = bring(write_directory(tmp_path / "d.xlsx", lines))
    assert outcome.counts["new"] == 5
    assert [reject.reason for reject in outcome.file.rejected] == [
        "directory.name_missing",
        "directory.kind_unknown",
        "directory.population_unreadable",
        "directory.date_unreadable",
        "directory.parent_unknown",
    ]


def test_what_no_column_can_hold_is_sent_back_on_every_database(tmp_path):
    lines = [
        *PLACES,
        ("990102", "长" * 129, "社区", "9901"),
        ("9" * 33, "青禾三社区", "社区", "9901"),
        ("990104", "青禾四社区", "社区", "9901", "13800001234"),
        ("990105", "青禾五社区", "社区", "9901", None, None, None, None, "别" * 129),
    ]
    outcome = bring(write_directory(tmp_path / "d.xlsx", lines))
    assert outcome.counts["new"] == 6
    assert [reject.reason for reject in outcome.file.rejected] == [
        "directory.too_long",
        "directory.too_long",
        "directory.population_unreadable",
    ]


def test_a_code_that_stands_twice_is_taken_once(tmp_path):
    twice = [*PLACES, ("990101", "青禾七社区", "社区", "9901")]
    file = write_directory(tmp_path / "d.xlsx", twice)
    outcome = bring(file)
    assert [reject.reason for reject in outcome.file.rejected] == ["directory.code_twice"]
    assert Area.objects.get(code="990101").name == "青禾一社区"
    assert bring(file).counts["changed"] == 0


def test_the_layout_of_published_division_codes_is_read(tmp_path):
    file = tmp_path / "d.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["area_code", "area", "street_code", "street", "code", "name"])
        writer.writerow(["99", "云川区", "9901", "青禾街道", "990101", "青禾一社区居委会"])
        writer.writerow(["99", "云川区", "9901", "青禾街道", "990102", "白石村委会"])
    outcome = bring(file)
    assert outcome.counts["new"] == 4
    assert Area.objects.get(code="990102").kind == "village"
    assert Area.objects.get(code="990101").parent.parent.name == "云川区"


def test_the_real_lists_have_the_size_of_a_district_and_of_a_city(real_files):
    bring(real_files / "divisions" / "fengtai_110106.csv")
    assert Area.objects.filter(kind="street").count() == 26
    assert Area.objects.filter(kind="community").count() == 383
    assert Area.objects.filter(kind="village").count() == 57


def test_a_provisional_entry_becomes_the_real_one_when_the_directory_arrives(home, tmp_path):
    export = write_export(tmp_path / "a.csv", [row("A1")])
    case_services.import_file(CLERK, export, at=AT, home=home)
    assert selectors.count_provisional() == 3

    bring(write_directory(tmp_path / "d.xlsx", PLACES, OFFICES))
    assert selectors.count_provisional() == 0
    case = ImportedCase.objects.select_related("area", "unit").get()
    assert (case.area.code, case.unit.code) == ("990101", "U1")


@pytest.mark.parametrize(
    ("written", "by"),
    [("青禾一社区", "source"), ("青禾一社区居委会", "source"), ("青禾一区", "alias")],
)
def test_a_community_is_found_by_name_by_official_ending_and_by_alias(home, tmp_path, written, by):
    bring(write_directory(tmp_path / "d.xlsx", PLACES, OFFICES))
    export = write_export(tmp_path / "a.csv", [row("A1", 所在村社区=written)])
    case_services.import_file(CLERK, export, at=AT, home=home)
    case = ImportedCase.objects.select_related("area").get()
    assert (case.area.code, case.attributed_by) == ("990101", by)


def test_without_a_street_only_a_unique_name_is_taken(home, tmp_path):
    twice = [*PLACES, ("990202", "青禾一社区", "社区", "9902")]
    bring(write_directory(tmp_path / "d.xlsx", twice, OFFICES))
    rows = [
        row("A1", 被反映街乡镇="", 所在村社区="青禾一社区"),
        row("A2", 被反映街乡镇="", 所在村社区="白石村"),
    ]
    case_services.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=AT, home=home)
    unclear = ImportedCase.objects.select_related("area").get(number="A1")
    assert (unclear.area.kind, unclear.attributed_by) == ("district", "")
    assert ImportedCase.objects.select_related("area").get(number="A2").area.code == "990201"


@pytest.mark.parametrize("with_district", [True, False])
@pytest.mark.parametrize("files", [["streetless", "whole"], ["whole", "streetless"], ["both"]])
def test_a_new_name_is_one_place_whichever_row_names_its_street(
    home, tmp_path, files, with_district
):
    if with_district:
        bring(write_directory(tmp_path / "d.xlsx", PLACES[:1]))
    rows = {"streetless": [row("A1", 被反映街乡镇="不详")], "whole": [row("A2")]}
    rows["both"] = rows["streetless"] + rows["whole"]
    for name in files:
        export = write_export(tmp_path / f"{name}.csv", rows[name])
        case_services.import_file(CLERK, export, at=AT, home=home)
    community = Area.objects.get(kind="community")
    assert community.parent.name == "青禾街道"
    assert {case.area_id for case in ImportedCase.objects.all()} == {community.pk}


def test_what_names_no_place_is_still_the_only_districts(home, tmp_path):
    bring(write_directory(tmp_path / "d.xlsx", PLACES, OFFICES))
    rows = [
        row("A1", 被反映街乡镇="", 所在村社区="不详"),
        row("A2", 被反映街乡镇="", 所在村社区="无名社区"),
    ]
    case_services.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=AT, home=home)
    assert ImportedCase.objects.select_related("area").get(number="A1").area.code == "99"
    stranger = ImportedCase.objects.select_related("area__parent").get(number="A2").area
    assert (stranger.provisional, stranger.parent.code) == (True, "99")


def test_merging_a_name_moves_its_rows_and_teaches_the_next_import(home, tmp_path):
    bring(write_directory(tmp_path / "d.xlsx", PLACES, OFFICES))
    odd = write_export(tmp_path / "a.csv", [row("A1", 所在村社区="青禾壹社区")])
    case_services.import_file(CLERK, odd, at=AT, home=home)
    stranger = Area.objects.get(provisional=True)

    moved = case_services.merge_name(CLERK, "area", stranger.code, "990101", at=AT)
    assert moved == 1
    assert not Area.objects.filter(provisional=True).exists()
    case = ImportedCase.objects.select_related("area").get()
    assert (case.area.code, case.attributed_by) == ("990101", "alias")

    more = write_export(tmp_path / "b.csv", [row("A2", 所在村社区="青禾壹社区")])
    case_services.import_file(CLERK, more, at=AT, home=home)
    assert not Area.objects.filter(provisional=True).exists()
    assert cases.rows_per_area() == {Area.objects.get(code="990101").pk: 2}


def test_merging_a_street_merges_its_communities_of_the_same_name(home, tmp_path):
    bring(write_directory(tmp_path / "d.xlsx", PLACES, OFFICES))
    rows = [
        row("A1", 被反映街乡镇="青和街道", 所在村社区="青禾一社区"),
        row("A2", 被反映街乡镇="青和街道", 所在村社区="青禾九社区"),
    ]
    case_services.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=AT, home=home)
    street = Area.objects.get(name="青和街道")
    case_services.merge_name(CLERK, "area", street.code, "9901", at=AT)

    first = ImportedCase.objects.select_related("area__parent").get(number="A1")
    second = ImportedCase.objects.select_related("area__parent").get(number="A2")
    assert first.area.code == "990101"
    assert (second.area.name, second.area.parent.code) == ("青禾九社区", "9901")


def test_a_confirmed_entry_is_neither_confirmed_nor_merged_again(home, tmp_path):
    bring(write_directory(tmp_path / "d.xlsx", PLACES, OFFICES))
    with pytest.raises(Refused) as refusal:
        services.confirm_entry(CLERK, Area.objects.get(code="990101"), at=AT)
    assert refusal.value.code == "directory.not_provisional"
    with pytest.raises(Refused) as refusal:
        case_services.merge_name(CLERK, "area", "990101", "990201", at=AT)
    assert refusal.value.code == "directory.not_provisional"


def test_a_name_that_other_rooms_point_to_is_not_merged_away(home, tmp_path):
    services.import_directory(CLERK, write_directory(tmp_path / "d.xlsx", PLACES), at=AT)
    street = Area.objects.get(code="9901")
    fresh = Area.objects.create(
        code="P9",
        name="青禾街",
        name_key="青禾街",
        kind="street",
        parent=street.parent,
        provisional=True,
        position=99,
    )
    Project.objects.create(
        title="小路",
        area=fresh,
        place="路口",
        state="planned",
        owner="甲",
        owner_id="甲",
        made_at=AT,
        made_by="甲",
    )
    with pytest.raises(Refused, match="1 条别处的记录") as caught:
        services.merge_entry(CLERK, fresh, street, at=AT, cases=0)
    assert caught.value.code == "directory.still_used"
    assert Area.objects.filter(code="P9").exists()


def test_a_street_is_not_merged_into_a_community(home, tmp_path):
    bring(write_directory(tmp_path / "d.xlsx", PLACES, OFFICES))
    export = write_export(tmp_path / "a.csv", [row("A1", 被反映街乡镇="别的街道")])
    case_services.import_file(CLERK, export, at=AT, home=home)
    street = Area.objects.get(name="别的街道")
    with pytest.raises(Refused) as refusal:
        case_services.merge_name(CLERK, "area", street.code, "990101", at=AT)
    assert refusal.value.code == "directory.merge_kind"
