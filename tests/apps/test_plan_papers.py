"""The papers of a plan: its table, the month's dispatch sheet, the acceptance pack."""

import csv
import hashlib
import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from jieban.documents.acceptance import (
    LIST_NAME,
    PDF_NAME,
    Acceptance,
    Check,
    DueChange,
    Evidence,
    Item,
    LookBack,
    Notice,
    Objection,
    Report,
    SignOff,
    acceptance_pdf,
    pack_zip,
)
from jieban.documents.dispatch import dispatch_pdf
from jieban.documents.plan_table import PlanPaper, plan_pdf
from jieban.domain.rectification.sheets import DispatchRow, PlanRow
from jieban.domain.rectification.tasks import CRITERIA
from jieban.invented.plans import inspection_plan
from tests.pdf_text import text_of

AT = datetime(2023, 10, 30, 4, 0, tzinfo=UTC)
DIGEST = "0123456789abcdef" * 4
ROUND = "云川区第二轮督察（虚构）"


def flat(pdf):
    """The text of a paper without the places where its lines break."""
    return "".join(text_of(pdf).replace("\u200b", "").split())


BARE = Acceptance(ROUND, "12", "露天烧烤反弹。", "烧烤整治", "清零。", "", (), "", "整改中")
FULL = Acceptance(
    ROUND,
    "12",
    "砚湖街道露天烧烤反弹。",
    "烧烤整治",
    "点位清零。",
    "区城管执法局",
    ("砚湖街道", "区市场监管局"),
    "2023年12月31日前",
    "已销号",
    first_due="2023年6月底前",
    place="桥北路",
    closer="市督察办",
    claimed_on=date(2023, 9, 1),
    due_changes=(
        DueChange(date(2023, 5, 4), date(2023, 12, 31), "管线迁改", True, "云环督〔2023〕3号"),
        DueChange(date(2023, 4, 4), date(2024, 12, 31), "施工", False),
    ),
    items=(Item(1, "建立台账。", date(2023, 3, 2)), Item(2, "夜间巡查。")),
    reports=(Report(date(2023, 3, 25), "完成排查", "夜间反弹", "加密巡查"),),
    evidence=(
        Evidence("measurement", "油烟浓度", date(2023, 8, 3), "0.8", "mg/m³", "1.0"),
        Evidence("photo", "现场照片", date(2023, 8, 3), name="现场.jpg", digest=DIGEST),
    ),
    check=Check(
        date(2023, 9, 5),
        True,
        {name: "yes" for name in CRITERIA[:4]} | {CRITERIA[4]: "not_applicable"},
        "甲样例",
        "区生态环境局",
        "三次抽查均无烧烤",
    ),
    notice=Notice(
        date(2023, 9, 6),
        date(2023, 9, 13),
        "区政府网站",
        (Objection(date(2023, 9, 8), "仍有油烟", False, "复查达标"),),
    ),
    sign_off=SignOff(date(2023, 9, 14), "乙样例", "区督察办", "云督〔2023〕9号", "XH-12"),
    look_backs=(
        LookBack(3, date(2023, 12, 14), date(2023, 12, 10), True, "未见反弹"),
        LookBack(12, date(2024, 9, 14)),
    ),
    complaints=(("销号前 12 个月", "17 件"), ("销号后 3 个月", "2 件")),
)


def test_the_acceptance_paper_says_everything_that_proves_the_task():
    text = flat(acceptance_pdf(FULL, at=AT))
    for said in (
        *("砚湖街道露天烧烤反弹。", "点位清零。", "区城管执法局", "砚湖街道、区市场监管局"),
        *("2023年12月31日前", "2023年6月底前", "管线迁改", "云环督〔2023〕3号", "不同意"),
        *("完成情况（1/2）", "2023年3月2日", "未完成", "完成排查", "夜间反弹", "加密巡查"),
        *("0.8mg/m³（限值1.0）", "现场.jpg", DIGEST, "监测数据", "照片"),
        *("措施全部完成", "源头治理长效机制建立", "不适用", "通过", "甲样例（区生态环境局）"),
        *("2023年9月6日至2023年9月13日", "区政府网站", "1条", "仍有油烟", "不成立", "复查达标"),
        *("云督〔2023〕9号", "XH-12", "乙样例（区督察办）", "未反弹", "未到期", "17件"),
        *("申请单位（签章）", "核查人（签章）", "审核销号单位（签章）", "第1页共"),
    ):
        assert said in text, said
    assert "未提供" not in text


def test_what_was_never_given_is_said_to_be_missing():
    text = flat(acceptance_pdf(BARE, at=AT))
    for title in ("整改进展", "佐证材料", "现场核查", "公示"):
        assert f"、{title}未提供。" in text
    assert "尚未销号。" in text
    assert "没有安排。" in text
    assert "牵头单位–" in text
    # A due date that was never changed is not said twice, nor is a comparison without figures.
    assert "原定时限" not in text
    assert "前后对比" not in text


def test_hostile_words_are_set_as_they_are():
    hostile = '#panic("x") $x$ <b> =1+1 \x00\u202e "\\'
    paper = Acceptance(ROUND, "1", hostile, hostile, hostile, hostile, (hostile,), hostile, "")
    assert '#panic("x")$x$<b>=1+1"\\' in flat(acceptance_pdf(paper, at=AT))


def test_the_same_values_give_the_same_paper():
    assert acceptance_pdf(FULL, at=AT) == acceptance_pdf(FULL, at=AT)


def test_the_table_of_a_plan_bears_version_and_digest_on_every_page():
    plan = inspection_plan()
    pdf = plan_pdf(PlanPaper(plan.title, ROUND, "3", DIGEST), plan.rows(), at=AT)
    text = flat(pdf)
    pages = text.count(f"SHA-256{DIGEST}")
    assert pages > 1
    assert f"第1页共{pages}页" in text
    assert text.count("整改措施牵头单位责任单位完成时限") == pages
    assert text.count("第3版") == pages + 1
    for task in plan.tasks:
        assert task.title in text
    # However many tasks a problem has, it is printed once.
    starts = [problem[:16] for problem in plan.problems.values()]
    assert [text.count(start) for start in starts] == [1] * len(starts)
    assert "共27项任务、102项措施" in text
    assert "（一）建立点位台账，逐一明确责任人和销账时间。" in text


def test_a_plan_that_was_never_handed_up_says_that_it_is_a_draft():
    text = flat(plan_pdf(PlanPaper("整改方案", ROUND), [PlanRow(1, "问题", "任务")], at=AT))
    assert "草案" in text
    assert "SHA-256" not in text


def test_the_dispatch_sheet_says_what_is_late_and_unreported():
    rows = [
        DispatchRow(1, "甲任务", "区水务局", ("松篱街道",), "2023年6月底前", "已完成", True),
        DispatchRow(
            *(
                2,
                "乙任务",
                "区水务局",
                (),
                "2023年6月底前",
                "正在推进",
                False,
                "排查",
                "资金",
                "报批",
            ),
            late=True,
            reported_on=date(2023, 9, 25),
        ),
        DispatchRow(3, "丙任务", "区水务局", (), "长期坚持", "正在推进", False),
    ]
    text = flat(dispatch_pdf(rows, "2023-09", round_name=ROUND, at=AT))
    assert "2023年9月整改调度表" in text
    assert "排查资金报批逾期2023年9月25日" in text
    assert text.count("未报") == 2  # the third task, and the sums
    assert "合计：共3项：已完成1项，正在推进2项；其中逾期1项，本月未报1项" in text


def listed(pack):
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read(LIST_NAME).decode("utf-8-sig"))))
        return archive.namelist(), rows, {name: archive.read(name) for name in archive.namelist()}


def test_a_pack_holds_the_paper_and_its_files_with_their_digests():
    pack = pack_zip(b"%PDF", [("现场.jpg", b"one"), ("报告.pdf", b"two")], at=AT)
    names, rows, contents = listed(pack)
    assert names == [PDF_NAME, "01-现场.jpg", "02-报告.pdf", LIST_NAME]
    assert [row["文件"] for row in rows] == names[:-1]
    for row in rows:
        content = contents[row["文件"]]
        assert row["SHA-256"] == hashlib.sha256(content).hexdigest()
        assert row["字节"] == str(len(content))
    assert pack == pack_zip(b"%PDF", [("现场.jpg", b"one"), ("报告.pdf", b"two")], at=AT)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "01-passwd"),
        ("C:\\桌面\\图.png", "01-图.png"),
        ("", "01-文件"),
        ("...", "01-文件"),
        ("a\x00b:c?.jpg", "01-a_b_c_.jpg"),
        ("长" * 200 + ".jpeg", "01-" + "长" * 76 + ".jpeg"),
        ("\u202egpj.exe", "01-_gpj.exe"),
    ],
)
def test_a_file_in_a_pack_has_a_name_that_stays_in_its_folder(name, kept):
    names, _, _ = listed(pack_zip(b"", [(name, b"")], at=AT))
    assert names[1] == kept


def test_two_files_of_one_name_are_both_there_and_a_formula_is_text():
    names, rows, _ = listed(pack_zip(b"", [("=1+1.jpg", b"1"), ("=1+1.jpg", b"2")], at=AT))
    assert names[1:3] == ["01-=1+1.jpg", "02-=1+1.jpg"]
    assert rows[1]["原文件名"] == "'=1+1.jpg"
