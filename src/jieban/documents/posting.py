"""The posting file of one term: 派驻通知 to the street and the community, and the 登记表.

An official paper of a Chinese office, so its words are Chinese whatever language a page is read
in. What nobody recorded shows as a dash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from jieban.documents.typesetting import make_pdf

ISSUER = "组织部门"
_SOURCES = {
    "complaints": "诉求",
    "visits": "走访",
    "inspection": "督察检查",
    "assigned": "上级交办",
    "handed_over": "上任移交",
}
_STATES = {"open": "未解决", "solved": "已解决", "handed_on": "已移交"}


@dataclass(frozen=True)
class Problem:
    """One line of the problem list."""

    serial: int
    text: str
    source: str
    state: str


@dataclass(frozen=True)
class Baseline:
    """The figures a term is measured against, as they are printed: each with its part and whole."""

    run: str
    period: str
    figures: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Posting:
    """What the paper says of one term; days are None where nothing was decided yet."""

    number: str
    programme: str
    cohort: int
    official: str
    home: str
    area: str
    street: str
    months: int
    planned_start: date
    arrived_on: date | None = None
    ends_on: date | None = None
    extended_until: date | None = None
    ended_on: date | None = None
    skills: Sequence[str] = ()
    brings: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    baseline: Baseline | None = None
    people: Sequence[tuple[str, date | None, date | None]] = ()
    index: Sequence[str] = ()
    others: Mapping[str, str] = field(default_factory=dict)


def posting_pdf(posting: Posting, *, at: datetime, day: date) -> bytes:
    """The paper as a PDF, dated `day`; `at` is the moment it was made."""
    return make_pdf("posting", _values(posting, day), at=at)


def _values(posting: Posting, day: date) -> dict[str, object]:
    place = f"{posting.street}{posting.area}"
    return {
        "title": f"派驻通知 {posting.number}",
        "heading": "派驻通知",
        "form_heading": f"{posting.programme}派驻登记表",
        "number": posting.number,
        "addressee": "、".join(filter(None, (posting.street, posting.area))),
        "issuer": ISSUER,
        "dated": said(day),
        "footer": f"第{posting.cohort}批",
        "letter": _letter(posting, place),
        "fields": _fields(posting),
        "sections": _sections(posting),
        "signatures": ["派出单位", "街道（镇）", "本人"],
    }


def _letter(posting: Posting, place: str) -> list[str]:
    begins = posting.arrived_on or posting.planned_start
    lines = [
        f"经研究，选派{posting.home}{posting.official}同志到{place}担任{posting.programme}"
        f"（第{posting.cohort}批），全脱产驻点工作，任期{posting.months}个月，"
        f"自{said(begins)}起" + (f"，至{said(posting.ends_on)}止。" if posting.ends_on else "。")
    ]
    if posting.extended_until:
        lines.append(f"因所列问题尚未有效解决，任期延长至{said(posting.extended_until)}。")
    lines.append(
        "任期内按问题清单逐项解决，每周记录、每月小结；期满评估，问题未有效解决的依规延长。"
        "任务不完结、蹲点工作不脱钩。请予支持配合。"
    )
    return lines


def _fields(posting: Posting) -> list[list[str]]:
    begins = "到任日期" if posting.arrived_on else "计划到任"
    pairs = [
        ("姓名", posting.official),
        ("派出单位", posting.home),
        ("派驻社区（村）", posting.area),
        ("街道（镇）", posting.street),
        ("批次", f"第{posting.cohort}批"),
        (begins, said(posting.arrived_on or posting.planned_start)),
        ("期满日期", said(posting.ends_on)),
        ("延长至", said(posting.extended_until)),
        ("擅长", "、".join(posting.skills)),
        ("带来资源", "、".join(posting.brings)),
        ("造血指标", "、".join(posting.index)),
        ("撤点日期", said(posting.ended_on)),
        *posting.others.items(),
    ]
    if len(pairs) % 2:
        pairs.append(("", ""))
    return [list(pair) for pair in pairs]


def _sections(posting: Posting) -> list[dict[str, object]]:
    baseline = posting.baseline
    sections: list[dict[str, object]] = [
        {
            "title": "问题清单",
            "heads": ["序号", "问题", "来源", "状态"],
            "widths": [1.4, 0, 2.4, 2.4],
            "rows": [
                [
                    str(problem.serial),
                    problem.text,
                    _SOURCES.get(problem.source, problem.source),
                    _STATES.get(problem.state, problem.state),
                ]
                for problem in posting.problems
            ],
            "empty": "还没有登记问题。",
        },
        {
            "title": f"基线（测算 {baseline.run}，{baseline.period}）" if baseline else "基线",
            "heads": ["项目", "数字"],
            "widths": [4, 0],
            "rows": [list(pair) for pair in baseline.figures] if baseline else [],
            "empty": "没有冻结基线。",
        },
    ]
    if len(posting.people) > 1:
        sections.append(
            {
                "title": "任内交接",
                "heads": ["干部", "自", "至"],
                "widths": [0, 4, 4],
                "rows": [[name, said(first), said(last)] for name, first, last in posting.people],
                "empty": "",
            }
        )
    return sections


def said(day: date | None) -> str:
    """2023年3月16日; blank for no day."""
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"
