"""A clerk, a street and a second person go through the pages, without JavaScript."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.test import Client

from jieban import clock
from jieban.apps.assessments import facts, selectors, services
from jieban.apps.assessments.models import Appeal, Run
from jieban.apps.cases import services as cases
from jieban.domain.rulebook import schema
from jieban.evaluation import runs
from jieban.sealing import Sealer
from tests.apps.exports import row, write_export
from tests.conftest import AT, CLERK
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def as_person(name="", language="zh") -> Client:
    """A browser of a person who may have said a name."""
    browser = signed_in(name or "考核员甲")
    browser.cookies["jieban_language"] = language
    return browser


@pytest.fixture
def imported(home, tmp_path):
    """Two months of one street; three communities, one of them with few answers."""
    rows = []
    for month, first in (("09", 0), ("10", 100)):
        for number in range(first, first + 60):
            community = "青禾一社区" if number % 5 else "青禾<二>社区"
            rows.append(
                row(
                    f"A{number:03d}",
                    创建时间=f"2023-{month}-01 09:00:00",
                    办结时间=f"2023-{month}-03 17:00:00",
                    所在村社区=community,
                    是否解决="否" if number % 4 == 0 else "是",
                    来电人="李小明",
                )
            )
    rows.append(row("B1", 主办单位="区城管执法局", 所在村社区=""))
    cases.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=AT, home=home)
    return home


def compute(home, period="2023-10") -> Run:
    folder = facts.current_facts(home)
    made = runs.run(folder, schema.load("beijing-district"), period, home.runs, at=clock.now())
    return services.record_run(CLERK, made, at=clock.now())


@pytest.fixture
def computed(imported):
    compute(imported, "2023-09")
    return compute(imported)


def unit_code(home, run) -> str:
    rows = selectors.figures(home, run.run_id).level("unit")
    return next(each.id for each in rows if each.name == "青禾街道")


def page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, (address, answer.content[:300])
    return answer.content.decode()


def test_an_empty_installation_says_what_to_do_first(home):
    assert "还没有导入数据" in page(as_person(), "/")
    assert "Nothing has been imported yet" in page(as_person(language="en"), "/")


def test_a_clerk_evaluates_a_month_from_the_page(imported):
    browser = as_person("张三")
    assert "2023年10月" in page(browser, "/runs/compute/")
    answer = browser.post(
        "/runs/compute/", {"period": "2023-10", "rulebook": "beijing-district"}, follow=True
    )
    assert "v1 草稿" in " ".join(answer.content.decode().split())


def test_a_month_without_facts_is_refused_above_the_form(imported):
    browser = as_person("张三")
    answer = browser.post("/runs/compute/", {"period": "1999-01", "rulebook": "beijing-district"})
    assert answer.status_code == 422
    assert 'value="1999-01"' in answer.content.decode()
    assert "没有考核明细" in answer.content.decode()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_a_run_opens_in_both_languages(home, computed, language):
    browser = as_person(language=language)
    run = f"/runs/{computed.run_id}"
    community = selectors.figures(home, computed.run_id).level("community")[0].id
    for address in (
        "/", "/runs/", f"{run}/", f"{run}/overview/", f"{run}/street/", f"{run}/community/",
        f"{run}/unit/", f"{run}/community/?by=rank", f"{run}/community/?view=public",
        f"{run}/community/?sort=-score&tier=A&beyond=1", f"{run}/community/?small=1",
        f"{run}/community/{community}/", f"{run}/unit/{unit_code(home, computed)}/",
        f"{run}/community/{community}/score/", f"{run}/community/{community}/resolution/",
        f"{run}/community/{community}/satisfaction/?half=whole",
        f"{run}/community/~unattributed/received/", f"{run}/unit/~pooled/excluded/",
        "/appeals/", f"{run}/appeal/", "/me/", "/keys/",
    ):  # fmt: skip
        text = page(browser, address)
        assert f'lang="{"zh-hans" if language == "zh" else "en"}"' in text
        assert not re.search(r"\sstyle=", text), f"{address} has a style of its own"
        assert "<h1>" in text


def test_the_strip_says_place_period_rulebook_and_state(computed):
    text = page(as_person(), f"/runs/{computed.run_id}/street/")
    strip = text[text.index('class="strip"') : text.index("<main")]
    for said in ("2023年10月", "2023-09-19", "2023-10-18", "区级考核细则", "草稿"):
        assert said in strip


def test_a_name_from_an_export_is_text_and_nothing_else(computed):
    text = page(as_person(), f"/runs/{computed.run_id}/community/")
    assert "青禾&lt;二&gt;社区" in text
    assert "青禾<二>" not in text


def test_a_figure_opens_to_as_many_rows_as_it_counts(home, computed):
    figures = selectors.figures(home, computed.run_id)
    community = figures.level("community")[0]
    address = f"/runs/{computed.run_id}/community/{community.id}/resolution/"
    rate = community.rates["resolution"]
    assert f"{rate.part:,} / {rate.whole}" in page(as_person(), address)
    for half, count in (("part", int(rate.part)), ("whole", rate.whole)):
        answer = as_person().get(f"{address}rows.csv?half={half}")
        lines = answer.content.decode("utf-8-sig").strip().splitlines()
        assert len(lines) == count + 1


def test_no_page_and_no_export_shows_who_called(home, computed):
    figures = selectors.figures(home, computed.run_id)
    unit = unit_code(home, computed)
    run = f"/runs/{computed.run_id}"
    archive = as_person().get(f"{run}/run.zip").content
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        inside = b"".join(bundle.read(name) for name in bundle.namelist())
    addresses = (
        f"{run}/unit/{unit}/received/",
        f"{run}/unit/{unit}/received/rows.csv",
        f"{run}/community/{figures.level('community')[0].id}/",
    )
    for address in addresses:
        assert "李小明" not in page(as_person(), address)
    assert "李小明".encode() not in inside


def test_an_auditor_recomputes_the_bundle_elsewhere(home, computed, tmp_path):
    archive = as_person().get(f"/runs/{computed.run_id}/run.zip").content
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        bundle.extractall(tmp_path / "taken")
    taken = runs.Run.load(tmp_path / "taken" / "run")
    assert runs.verify(taken, tmp_path / "taken" / "facts") is None


def test_who_is_not_signed_in_is_led_to_the_door(computed):
    answer = Client().post(f"/runs/{computed.run_id}/act/review/")
    assert answer.url.startswith("/sign-in/")


def test_a_month_goes_from_draft_to_published_with_an_appeal(home, computed):
    clerk, street, second = as_person("张三"), as_person("李四"), as_person("王五")
    run = f"/runs/{computed.run_id}"
    assert clerk.post(f"{run}/act/open/").status_code == 422, "not before review"
    for act in ("review", "open"):
        assert clerk.post(f"{run}/act/{act}/").status_code == 302
    unit = unit_code(home, computed)
    given = {"number": "A104", "unit": unit, "ground": "unreasonable_demand"}
    lacking = street.post(f"{run}/appeal/", given)
    assert "A104" in lacking.content.decode(), "what was typed stays"
    file = io.BytesIO("依据".encode())
    file.name = "依据.txt"
    answer = street.post(
        f"{run}/appeal/", given | {"evidence": "超出规划，已上门两次。", "file": file}, follow=True
    )
    assert "超出规划，已上门两次。" in answer.content.decode()
    appeal = Appeal.objects.get()
    assert "超出规划".encode() not in bytes(appeal.evidence), "kept sealed"
    assert selectors.evidence_file(appeal, Sealer(home.keys)) == "依据".encode()
    here = f"/appeals/{appeal.pk}/"
    sent = street.get(f"{here}file/")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    own = street.post(here, {"granted": "yes", "reason": "同意"})
    assert own.status_code == 422, "nobody decides an appeal of their own"
    assert "不能自己决定" in own.content.decode()
    assert clerk.post(f"{run}/act/close/", {"because": "各单位已答复"}).status_code == 302
    blocked = clerk.post(f"{run}/act/publish/")
    assert blocked.status_code == 422, "not with an undecided appeal"
    assert second.post(here, {"granted": "no", "reason": "依据不足"}).status_code == 302
    assert clerk.post(f"{run}/act/publish/").status_code == 302
    text = page(clerk, f"{run}/street/")
    assert "公布" in text[text.index('class="strip"') : text.index("<main")]
    assert Run.objects.get(run_id=computed.run_id).published_by == "张三"


def test_two_versions_stand_side_by_side_with_the_reason(home, computed, monkeypatch):
    services.review_run(CLERK, computed.run_id, at=clock.now())
    services.open_appeals(CLERK, computed.run_id, at=clock.now(), home=home)
    street, second = as_person("李四"), as_person("王五")
    unit = unit_code(home, computed)
    given = {"number": "A104", "unit": unit, "ground": "duplicate", "evidence": "与 A101 重复。"}
    street.post(f"/runs/{computed.run_id}/appeal/", given)
    second.post(f"/appeals/{Appeal.objects.get().pk}/", {"granted": "yes", "reason": "属实"})
    first = f"/runs/{computed.run_id}"
    assert second.post(f"{first}/act/close/", {"because": "都已答复"}).status_code == 302
    text = page(second, f"{first}/")
    assert "重新测算2023年10月" in text, "what was granted is not in this run yet"
    assert "公布第 1 版" not in text
    later = compute(home)
    assert later.version == 2
    second.post(f"/runs/{later.run_id}/act/review/", {"because": "一件申诉成立"})
    text = page(second, f"/runs/{later.run_id}/against/{computed.run_id}/")
    assert "一件申诉成立" in text
    assert "青禾一社区" in text
    assert "v1 已审核，未公布；另有 v2 未公布" in page(second, f"{first}/street/")
    assert second.post(f"/runs/{later.run_id}/act/publish/").status_code == 302
    assert "v1 已审核，未公布；由 v2 取代" in page(second, f"{first}/street/")
    assert "v2 已公布" in page(second, f"/runs/{later.run_id}/street/")


def test_a_page_changes_as_soon_as_something_happened(home, computed):
    browser = as_person()
    assert "草稿" in page(browser, "/")
    services.review_run(CLERK, computed.run_id, at=clock.now() + timedelta(seconds=1))
    assert "已审核" in page(browser, "/")


def test_a_browser_that_has_the_page_is_told_so(computed):
    browser = as_person()
    address = f"/runs/{computed.run_id}/community/"
    mark = browser.get(address).headers["ETag"]
    assert browser.get(address, headers={"If-None-Match": mark}).status_code == 304
    english = as_person(language="en")
    assert english.get(address, headers={"If-None-Match": mark}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/nothing/",
        "/runs/nothing/",
        "/runs/../../etc/",
        "/appeals/99/",
        "/runs/{run}/street/nothing/",
        "/runs/{run}/galaxy/",
        "/runs/{run}/street/~pooled/charm/",
    ],
)
def test_what_is_not_there_is_said_in_the_readers_language(computed, address):
    address = address.format(run=computed.run_id)
    assert re.search("没有|不支持|可用", page(as_person(), address, 404))
    assert re.search(r"no |There is", page(as_person(language="en"), address, 404))


def test_the_tables_download_exactly_as_the_run_printed_them(home, computed):
    answer = as_person().get(f"/runs/{computed.run_id}/unit/table.csv")
    folder = home.runs / computed.run_id
    assert answer.content == (folder / "table-unit.csv").read_bytes()
    for form in ("xlsx", "json"):
        assert as_person().get(f"/runs/{computed.run_id}/unit/table.{form}").status_code == 200
    assert as_person().get(f"/runs/{computed.run_id}/unit/table.exe").status_code in (404, 422)


def test_the_published_view_withholds_small_samples(home, computed):
    rows = selectors.figures(home, computed.run_id).level("community")
    small = [each for each in rows if "withheld" in each.flags]
    assert small
    address = f"/runs/{computed.run_id}/community/"
    assert "样本不足，不公布" not in page(as_person(), address)
    assert "样本不足，不公布" in page(as_person(), f"{address}?view=public")
    assert "按名次" not in page(as_person(), f"{address}?view=public")


def test_a_language_is_chosen_by_a_link_and_kept(home):
    browser = signed_in()
    assert browser.get("/language/en/?next=/runs/").headers["Location"] == "/runs/"
    assert 'lang="en"' in page(browser, "/")
    away = browser.get("/language/zh/?next=https://elsewhere.example/")
    assert away.headers["Location"] == "/"


def test_nothing_on_a_page_may_come_from_elsewhere(home):
    policy = Client().get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
