"""验收销号材料: all that proves one task, from the problem in its own words to the look-back.

An official paper of a Chinese office, so its words are Chinese whatever language a page is read
in. What was never given is said to be missing 未提供, a cell without words shows a dash.
"""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from jieban.documents.posting import said
from jieban.documents.typesetting import make_pdf, spaced
from jieban.domain.rectification.tasks import CRITERIA

MISSING = "未提供。"
PDF_NAME, LIST_NAME = "00-验收销号材料.pdf", "目录.csv"
_CRITERIA = dict(
    zip(
        CRITERIA,
        (
            "措施全部完成",
            "违法行为查处到位",
            "效果达到法规标准要求",
            "同点位同类问题一并解决",
            "源头治理长效机制建立",
        ),
        strict=True,
    )
)
_ANSWERS = {"yes": "是", "no": "否", "not_applicable": "不适用"}
_KINDS = {"photo": "照片", "document": "文件", "measurement": "监测数据"}


@dataclass(frozen=True)
class DueChange:
    """A request for another due day; `granted` is None while nobody decided."""

    asked_on: date
    wanted: date
    reason: str
    granted: bool | None = None
    paper: str = ""


@dataclass(frozen=True)
class Item:
    """One measure and the day it was done."""

    serial: int
    text: str
    done_on: date | None = None


@dataclass(frozen=True)
class Report:
    """A report of progress."""

    on: date
    done: str
    hindered: str = ""
    next: str = ""


@dataclass(frozen=True)
class Evidence:
    """One proof: `value`, `unit`, `limit` are of a measurement, `name` and `digest` of a file."""

    kind: str
    what: str
    on: date | None = None
    value: str = ""
    unit: str = ""
    limit: str = ""
    name: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Check:
    """现场核查. `answers` are by the names of `CRITERIA`: yes, no, not_applicable."""

    on: date
    passed: bool
    answers: Mapping[str, str]
    by: str
    unit: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Objection:
    """What was said against the sign-off, and the answer; `upheld` None while it is open."""

    received_on: date
    text: str
    upheld: bool | None = None
    answer: str = ""


@dataclass(frozen=True)
class Notice:
    """公示: from which day to which, where, and what came of it."""

    start: date
    end: date
    where: str
    objections: Sequence[Objection] = ()


@dataclass(frozen=True)
class SignOff:
    """销号: who, of which unit, on which day, on which paper, under which number of record."""

    on: date
    by: str
    unit: str = ""
    paper: str = ""
    record_number: str = ""


@dataclass(frozen=True)
class LookBack:
    """回头看, so many months after the sign-off; `held` None before it was done."""

    months: int
    due_on: date
    done_on: date | None = None
    held: bool | None = None
    text: str = ""


@dataclass(frozen=True)
class Acceptance:
    """Everything the paper says of one task. `first_due` is what the plan said before any change,
    `complaints` are labels and figures as they are printed, each with its whole."""

    round: str
    number: str
    problem: str
    title: str
    goal: str
    lead: str
    responsible: Sequence[str]
    due: str
    state: str
    first_due: str = ""
    place: str = ""
    closer: str = ""
    claimed_on: date | None = None
    due_changes: Sequence[DueChange] = ()
    items: Sequence[Item] = ()
    reports: Sequence[Report] = ()
    evidence: Sequence[Evidence] = ()
    check: Check | None = None
    notice: Notice | None = None
    sign_off: SignOff | None = None
    look_backs: Sequence[LookBack] = ()
    complaints: Sequence[tuple[str, str]] = ()
    others: Mapping[str, str] = field(default_factory=dict)


def acceptance_pdf(pack: Acceptance, *, at: datetime) -> bytes:
    """The paper as a PDF; `at` is the moment it was made."""
    values = {
        "title": f"验收销号材料 {pack.number} {pack.title}",
        "heading": "生态环境保护督察整改任务验收销号材料",
        "subtitle": pack.round,
        "number": pack.number,
        "made": said(at.date()),
        "fields": _fields(pack),
        "sections": [
            *_work(pack),
            _checked(pack.check),
            *_noticed(pack.notice),
            _signed(pack.sign_off),
            *_after(pack),
        ],
        "signatures": ["申请单位", "核查人", "审核销号单位"],
    }
    return make_pdf("acceptance", values, at=at)


def _fields(pack: Acceptance) -> list[list[str]]:
    return [
        ["督察轮次", pack.round],
        ["任务编号", pack.number],
        ["反馈问题（原文）", pack.problem],
        ["整改任务", pack.title],
        ["整改目标", pack.goal],
        ["牵头单位", pack.lead],
        ["责任单位", "、".join(pack.responsible)],
        ["完成时限", pack.due],
        *([["原定时限", pack.first_due]] if pack.first_due and pack.first_due != pack.due else []),
        *([["地点", pack.place]] if pack.place else []),
        *([["验收销号单位", pack.closer]] if pack.closer else []),
        ["当前状态", pack.state],
        ["申请验收日期", said(pack.claimed_on)],
        *(list(pair) for pair in pack.others.items()),
    ]


def _section(
    title: str,
    heads: Sequence[str],
    widths: Sequence[float],
    rows: Sequence[Sequence[str]],
    empty: str = MISSING,
) -> dict[str, object]:
    return {
        "title": title,
        "heads": list(heads),
        "widths": list(widths),
        "rows": [list(row) for row in rows],
        "empty": empty,
    }


def _work(pack: Acceptance) -> list[dict[str, object]]:
    done = sum(item.done_on is not None for item in pack.items)
    sections = [
        _section(
            f"一、整改措施及完成情况（{done}/{len(pack.items)}）",
            ("序号", "措施", "完成日期"),
            (1.2, 0, 3.2),
            [(str(item.serial), item.text, said(item.done_on) or "未完成") for item in pack.items],
        ),
        _section(
            "二、整改进展",
            ("日期", "进展", "存在问题", "下步安排"),
            (2.9, 0, 3.4, 3.4),
            [(said(each.on), each.done, each.hindered, each.next) for each in pack.reports],
        ),
        _section(
            "三、佐证材料",
            ("序号", "类别", "内容", "日期", "数值与限值", "文件及 SHA-256"),
            (1.2, 1.8, 0, 2.9, 3, 4.6),
            [
                (
                    str(number),
                    _KINDS.get(each.kind, each.kind),
                    each.what,
                    said(each.on),
                    _measured(each),
                    "\n".join(filter(None, (each.name, spaced(each.digest)))),
                )
                for number, each in enumerate(pack.evidence, start=1)
            ],
        ),
    ]
    if pack.due_changes:
        sections.append(
            _section(
                "时限变更",
                ("申请日期", "申请延至", "理由", "决定", "文号"),
                (2.9, 2.9, 0, 1.8, 3),
                [
                    (
                        said(each.asked_on),
                        said(each.wanted),
                        each.reason,
                        {True: "同意", False: "不同意", None: "待定"}[each.granted],
                        each.paper,
                    )
                    for each in pack.due_changes
                ],
            )
        )
    return sections


def _measured(each: Evidence) -> str:
    if not each.value:
        return ""
    value = " ".join(filter(None, (each.value, each.unit)))
    return f"{value}（限值 {each.limit}）" if each.limit else value


def _checked(check: Check | None) -> dict[str, object]:
    if check is None:
        return _section("四、现场核查", (), (), ())
    rows = [
        *(
            (words, _ANSWERS.get(check.answers.get(name, ""), ""))
            for name, words in _CRITERIA.items()
        ),
        ("核查结论", "通过" if check.passed else "未通过"),
        ("核查人及单位", _person(check.by, check.unit)),
        ("核查日期", said(check.on)),
        ("说明", check.remark),
    ]
    return _section("四、现场核查", ("核查内容", "结果"), (6, 0), rows)


def _noticed(notice: Notice | None) -> list[dict[str, object]]:
    if notice is None:
        return [_section("五、公示", (), (), ())]
    return [
        _section(
            "五、公示",
            ("项目", "内容"),
            (3.2, 0),
            [
                ("公示时间", f"{said(notice.start)}至{said(notice.end)}"),
                ("公示位置", notice.where),
                ("收到意见", f"{len(notice.objections)} 条"),
            ],
        ),
        *(
            [
                _section(
                    "公示期间意见及处理",
                    ("日期", "意见", "处理", "答复"),
                    (2.9, 0, 1.8, 5),
                    [
                        (
                            said(each.received_on),
                            each.text,
                            {True: "成立", False: "不成立", None: "待处理"}[each.upheld],
                            each.answer,
                        )
                        for each in notice.objections
                    ],
                )
            ]
            if notice.objections
            else []
        ),
    ]


def _signed(sign_off: SignOff | None) -> dict[str, object]:
    if sign_off is None:
        return _section("六、审核销号", (), (), (), "尚未销号。")
    return _section(
        "六、审核销号",
        ("项目", "内容"),
        (3.2, 0),
        [
            ("销号日期", said(sign_off.on)),
            ("审核人及单位", _person(sign_off.by, sign_off.unit)),
            ("文号", sign_off.paper),
            ("备案号", sign_off.record_number),
        ],
    )


def _person(name: str, unit: str) -> str:
    return f"{name}（{unit}）" if name and unit else name or unit


def _after(pack: Acceptance) -> list[dict[str, object]]:
    sections = [
        _section(
            "七、回头看",
            ("安排", "应查日期", "实查日期", "结果", "情况"),
            (2.6, 2.9, 2.9, 1.8, 0),
            [
                (
                    f"销号后 {each.months} 个月",
                    said(each.due_on),
                    said(each.done_on),
                    {True: "未反弹", False: "反弹", None: "未到期" if not each.done_on else ""}[
                        each.held
                    ],
                    each.text,
                )
                for each in pack.look_backs
            ],
            "没有安排。",
        )
    ]
    if pack.complaints:
        sections.append(_section("八、点位诉求前后对比", ("期间", "诉求"), (6, 0), pack.complaints))
    return sections


# --- the pack ------------------------------------------------------------------------------

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST_NAME = 80
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def pack_zip(pdf: bytes, files: Sequence[tuple[str, bytes]], *, at: datetime) -> bytes:
    """The paper and its evidence as one archive: files named 01-…, listed with their digests.

    The same arguments give the same bytes.
    """
    named = [(PDF_NAME, "", pdf)] + [
        (f"{number:02d}-{_safe(name)}", name, content)
        for number, (name, content) in enumerate(files, start=1)
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, _, content in named:
            archive.writestr(_entry(name, at), content)
        archive.writestr(_entry(LIST_NAME, at), _list_of(named))
    return out.getvalue()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _safe(name: str) -> str:
    """A file name that every system keeps, with the ending it had."""
    plain = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if dot and 0 < len(ending) <= 8:
        return f"{stem[: _LONGEST_NAME - len(ending)]}.{ending}"
    return plain[:_LONGEST_NAME] or "文件"


def _list_of(named: Sequence[tuple[str, str, bytes]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("文件", "原文件名", "字节", "SHA-256"))
    for name, original, content in named:
        # A name that looks like a formula is text for whatever program opens the list.
        shown = f"'{original}" if original.startswith(_FORMULA_SIGNS) else original
        writer.writerow((name, shown, len(content), hashlib.sha256(content).hexdigest()))
    return out.getvalue().encode("utf-8-sig")
