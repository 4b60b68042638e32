"""Turns planned files into what lies on a clerk's desk: workbooks and CSV files.

Each file is rendered on its own, column by column, so that memory follows one month's rows.
All that is said of a case comes from the case itself: exported again, it reads the same.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jieban.invented import words
from jieban.invented.cases import JOINT, NEVER, ROLE_WORDS, TRANSFER
from jieban.invented.district import District
from jieban.invented.plan import DEFECTS, FilePlan
from jieban.invented.timeline import DAY, moment
from jieban.invented.workbook import Sheet, write_workbook

if TYPE_CHECKING:
    from jieban.invented import Invented

SHEETS = ("区街道乡镇", "直派行业")
DIRECTORY_HEADING = (
    "代码", "名称", "类型", "上级", "人口", "起始日期", "截止日期", "继任", "别名", "辖区"
)  # fmt: skip
# Column -> its heading in the three layouts that take turns; None: not in that layout.
HEADINGS: dict[str, tuple[str | None, str | None, str | None]] = {
    "position": ("序号", "序号", "序号"),
    "number": ("工单编号", "工单号", "受理编号"),
    "kind": ("工单类型", "诉求类型", "事项类型"),
    "path": ("问题分类", None, "问题分类"),
    "level_1": (None, "一级分类", None),
    "level_2": (None, "二级分类", None),
    "level_3": (None, "三级分类", None),
    "tag": ("标签", "标签", "标签"),
    "title": ("标题", "标题", "标题"),
    "content": ("主要内容", "诉求内容", "反映内容"),
    "status": ("工单状态", "工单状态", "工单状态"),
    "name": ("来电人", "来电人", "来电人"),
    "phone": ("来电人电话/账号", "来电人电话", "来电人电话/账号"),
    "district": ("被反映区", "被反映区", "被反映区"),
    "street": ("被反映街乡镇", "街乡镇", "所在街乡镇"),
    "community": ("所在村社区", "村/社区", "所在村社区"),
    "spot": ("小区点位", "问题点位", "详细地址"),
    "company": ("企业名称", "企业名称", "企业名称"),
    "unit": ("主办单位", "承办单位", "责任单位"),
    "role": ("工单性质", "工单性质", "工单性质"),
    "received": ("创建时间", "来电时间", "受理时间"),
    "due": ("办理时限", "办结时限", "办理时限"),
    "closed": ("办结时间", "完成时间", "结案时间"),
    "channel": ("诉求来源", "来源", "诉求来源"),
    "result": ("办理结果", "处理结果", "回复内容"),
    "valid": ("是否有效回访", "是否有效回访", "是否有效回访"),
    "contacted": ("是否联系", "是否联系", "是否联系"),
    "resolved": ("是否解决", "是否解决", "是否解决"),
    "satisfaction": ("是否满意", "满意度", "是否满意"),
    "returns": ("退单次数", "退单次数", "退单次数"),
    "passes": ("办理次数", "办理次数", "办理次数"),
    "ground": ("剔除原因", "剔除原因", "剔除原因"),
    "seat": ("坐席工号", None, "坐席工号"),
    "seven": ("七有五性", "七有五性", None),
}
MOMENTS = ("received", "due", "closed")
WIDTHS = {"title": 30, "content": 50, "result": 40, "number": 20, "path": 34, "spot": 22}
EXCEL_EPOCH = 25_569
"""Days from Excel's day 0 to 1970-01-01."""
UNREADABLE = ("2023年13月45日", "昨天上午", "####")
NO_COMMUNITY = ("", "不详", "", "不详", "", "不详", "", "未知", "无", "-")
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
YES_NO = ("否", "是")

Column = list[Any]


def write_directory(path: Path, district: District, created: datetime) -> None:
    """The directory workbook: sheets 区域 and 单位."""
    write_workbook(
        path,
        [
            Sheet(name, (), DIRECTORY_HEADING, [_entry(entry) for entry in entries],
                  widths=(16, 22, 12, 12, 10, 12, 12, 14, 30, 12))
            for name, entries in (("区域", district.areas), ("单位", district.units))
        ],
        created,
    )  # fmt: skip


def _entry(entry: Any) -> tuple[str | int, ...]:
    def day(value: date | None) -> str:
        return value.isoformat() if value else ""

    return (
        entry.code,
        entry.name,
        entry.kind,
        entry.parent or "",
        entry.population or "",
        day(entry.valid_from),
        day(entry.valid_to),
        entry.successor or "",
        "、".join(entry.aliases),
        getattr(entry, "serves", None) or "",
    )


def write_export(folder: Path, made: "Invented", plan: FilePlan) -> Path:
    """Writes one month's export into `folder`."""
    path = folder / plan.name
    layout = [(name, heads[plan.headings]) for name, heads in HEADINGS.items()]
    names = [name for name, heading in layout if heading]
    headings = [heading for _, heading in layout if heading]
    columns = _Renderer(made, plan).columns(names)
    titles = _titles(made, plan)
    drawn = moment(int(made.line.exports[plan.period]))
    if plan.is_workbook:
        offices = {
            unit.name for unit in made.district.units if unit.kind in ("街道办事处", "镇政府")
        }
        unit = columns[names.index("unit")]
        at_street = [value.split("办事处")[0] in offices for value in unit]
        sheets = []
        for sheet, wanted in zip(SHEETS, (True, False), strict=True):
            chosen = [place for place, here in enumerate(at_street) if here is wanted]
            sheets.append(
                Sheet(
                    sheet,
                    titles,
                    headings,
                    _numbered(columns, names, chosen, plan.total_row),
                    frozenset(names.index(name) for name in MOMENTS)
                    if plan.dates == "cells"
                    else frozenset(),
                    [WIDTHS.get(name, 14) for name in names],
                )
            )
        write_workbook(path, sheets, drawn)
        return path
    with path.open("w", encoding=plan.encoding, newline="") as file:
        writer = csv.writer(file)
        for title in titles:
            writer.writerow([title, *[""] * (len(names) - 1)])
        writer.writerow(headings)
        rows = range(len(columns[0]))
        writer.writerows(_numbered(columns, names, rows, plan.total_row))
    return path


def _titles(made: "Invented", plan: FilePlan) -> tuple[str, ...]:
    start = moment(int(made.line.starts[plan.period]))
    last = moment(int(made.line.starts[plan.period + 1]) - DAY)
    drawn = moment(int(made.line.exports[plan.period]))
    lines = (
        f"{made.district.name}12345市民服务热线诉求明细（生成数据，非真实诉求）",
        f"考核周期：{start:%Y年%m月%d日}—{last:%Y年%m月%d日}　导出时间：{drawn:%Y-%m-%d %H:%M}",
        "",
    )
    return lines[: plan.title_rows]


def _numbered(
    columns: Sequence[Column], names: Sequence[str], rows: Sequence[int], total: bool
) -> Iterator[Sequence[Any]]:
    """The chosen rows with 序号 from 1, and a total row if there is one."""
    for position, row in enumerate(rows, start=1):
        yield [position, *[column[row] for column in columns[1:]]]
    if total:
        last: list[Any] = [""] * len(names)
        last[0], last[names.index("title")] = "合计", f"共{len(rows)}件"
        yield last


class _Renderer:
    """All columns of one file. Positions in the arrays below are rows of the file."""

    def __init__(self, made: "Invented", plan: FilePlan) -> None:
        cases, assignments = made.cases, made.assignments
        self.made, self.plan = made, plan
        defects = np.array([planted.like for planted in plan.rejected], dtype=np.int64)
        # Rejected rows stand among the others, where the case they copy was received.
        body = np.concatenate([plan.rows, defects])
        lead_in = len(plan.corrected_here)
        middle = body[lead_in : len(plan.rows) - lead_in]
        keys = np.concatenate(
            [np.full(lead_in, -1), middle * 2, np.full(lead_in, 2**62), defects * 2 + 1]
        )
        order = np.argsort(keys, kind="stable")
        self.row = body[order]
        self.wrong = np.concatenate([plan.wrong, np.zeros(len(defects), dtype=bool)])[order]
        self.defect: dict[int, Any] = {
            int(place): plan.rejected[int(source) - len(plan.rows)]
            for place, source in enumerate(order)
            if source >= len(plan.rows)
        }
        self.case = assignments.case[self.row]
        self.role = assignments.role[self.row]
        self.unit = assignments.unit[self.row]
        self.chance = cases.chance[self.case]
        drawn = made.line.exports[plan.period]
        closed, called = cases.closed[self.case], cases.called_back[self.case]
        handled = self.role != TRANSFER
        self.closed = handled & (closed != NEVER) & (closed <= drawn)
        self.called = self.closed & (called <= drawn) & (self.role <= JOINT)
        self.valid = self.called & cases.valid[self.case]
        self.told = self._told()

    def columns(self, names: Sequence[str]) -> list[Column]:
        """The columns called `names`, defects planted."""
        columns = [getattr(self, f"_{name}")() for name in names]
        for place, planted in self.defect.items():
            columns[names.index("number")][place] = planted.number
            if planted.defect == DEFECTS[1]:
                columns[names.index("received")][place] = UNREADABLE[place % len(UNREADABLE)]
            elif planted.defect == DEFECTS[2]:
                columns[names.index("role")][place] = "待定"
        return columns

    # --- small tools ------------------------------------------------------------------------

    def _of_case(self, name: str) -> Any:
        return getattr(self.made.cases, name)[self.case]

    def _choose(self, options: Sequence[str], shift: int) -> Column:
        places = (self.chance >> np.uint32(shift)) % np.uint32(len(options))
        return [options[place] for place in places.tolist()]

    def _where(self, shown: Any, values: Sequence[Any]) -> Column:
        return [value if here else "" for here, value in zip(shown.tolist(), values, strict=True)]

    def _one_in(self, count: int, shift: int) -> Any:
        """A flag per row, true for about one case in `count`."""
        return (self.chance >> np.uint32(shift)) % np.uint32(count) == 0

    # --- the case ---------------------------------------------------------------------------

    def _position(self) -> Column:
        return [""] * len(self.row)

    def _number(self) -> Column:
        numbers = case_numbers(self.made, self.case)
        for place in np.flatnonzero(self._one_in(1499, 3)).tolist():
            numbers[place] = numbers[place].translate(FULL_WIDTH)
        return numbers

    def _kind(self) -> Column:
        return [words.KINDS[kind] for kind in self._of_case("kind").tolist()]

    def _path(self) -> Column:
        return [words.CATEGORY_NAMES[kind] for kind in self._of_case("category").tolist()]

    def _level(self, level: int) -> Column:
        names = [category.levels[level] for category in words.CATEGORIES]
        return [names[kind] for kind in self._of_case("category").tolist()]

    def _level_1(self) -> Column:
        return self._level(0)

    def _level_2(self) -> Column:
        return self._level(1)

    def _level_3(self) -> Column:
        return self._level(2)

    def _tag(self) -> Column:
        return self._where(self._one_in(9, 2), self._choose(words.TAGS, 11))

    def _told(self) -> Column:
        chances = self.chance.tolist()
        return [
            words.CATEGORIES[kind].told[(chance >> 6) % len(words.CATEGORIES[kind].told)]
            for kind, chance in zip(self._of_case("category").tolist(), chances, strict=True)
        ]

    def _title(self) -> Column:
        return [f"关于{told}的诉求" for told in self.told]

    def _content(self) -> Column:
        return [
            f"来电人反映：{spot}，{phase}{told}。{wish}"
            for spot, phase, told, wish in zip(
                self._spot(),
                self._choose(words.PHASES, 4),
                self.told,
                self._choose(words.WISHES, 8),
                strict=True,
            )
        ]

    def _company(self) -> Column:
        stems = self._choose(words.FIRM_STEMS, 13)
        kinds = self._choose(words.FIRM_KINDS, 17)
        firms = [f"{stem}{kind}" for stem, kind in zip(stems, kinds, strict=True)]
        market = np.array([c.path.startswith(("市场", "教育->校外")) for c in words.CATEGORIES])
        return self._where(market[self._of_case("category")], firms)

    def _channel(self) -> Column:
        return [words.CHANNELS[channel] for channel in self._of_case("channel").tolist()]

    def _seat(self) -> Column:
        return [f"ZX{1000 + chance % 180}" for chance in self.chance.tolist()]

    def _seven(self) -> Column:
        return [YES_NO[chance % 5 == 0] for chance in self.chance.tolist()]

    # --- the person -------------------------------------------------------------------------

    def _name(self) -> Column:
        return [
            words.SURNAMES[person * 40_503 % 65_537 % len(words.SURNAMES)]
            + words.ADDRESS_WORDS[person * 7_919 % 97 % 2]
            for person in self._of_case("person").tolist()
        ]

    def _phone(self) -> Column:
        # 154 is handed out to no network; six figures vary, without two persons sharing one
        # before a million persons.
        phones = [
            f"15400{person * 7_919 % 1_000_000:06d}" for person in self._of_case("person").tolist()
        ]
        masked = self._one_in(60, 9) if not self.plan.phones_masked else np.ones(len(phones), bool)
        if self.plan.phones_as_numbers:
            return [
                f"{phone[:3]}****{phone[7:]}" if hide else int(phone)
                for phone, hide in zip(phones, masked.tolist(), strict=True)
            ]
        full = self._one_in(251, 5)
        return [
            f"{phone[:3]}****{phone[7:]}"
            if hide
            else phone.translate(FULL_WIDTH)
            if wide
            else phone
            for phone, hide, wide in zip(phones, masked.tolist(), full.tolist(), strict=True)
        ]

    # --- the place --------------------------------------------------------------------------

    def _district(self) -> Column:
        return [self.made.district.name] * len(self.row)

    def _former(self) -> Any:
        """Rows received before the reform in a place that the reform moved."""
        reform = (self.made.district.reform_date - date(1970, 1, 1)).days * DAY
        moved = np.array(self.made.district.was_in_dissolved)[self._of_case("community")]
        return moved & (self._of_case("received") < reform)

    def _street(self) -> Column:
        district = self.made.district
        streets = [*district.streets, district.dissolved]
        place = np.array(district.street_of)[self._of_case("community")]
        place = np.where(self._former(), len(streets) - 1, place)
        alias = self._one_in(67, 7).tolist()
        written = [
            streets[street].aliases[0] if other else streets[street].name
            for street, other in zip(place.tolist(), alias, strict=True)
        ]
        return self._where(self._of_case("street_known"), written)

    def _community(self) -> Column:
        known = self._of_case("community_known") & self._of_case("street_known")
        none = self._choose(NO_COMMUNITY, 5)
        alias = self._one_in(53, 10).tolist()
        former = self._former().tolist()
        areas = self.made.district.communities
        result = []
        for place, here, blank, other, before in zip(
            self._of_case("community").tolist(), known.tolist(), none, alias, former, strict=True
        ):
            area = areas[place]
            if not here:
                result.append(blank)
            elif other and area.aliases and not before:
                result.append(area.aliases[0])
            elif other:
                result.append(area.name + ("居委会" if area.kind == "社区" else "委会"))
            else:
                result.append(area.name)
        return result

    def _spot(self) -> Column:
        estates = self.made.estates
        result = []
        for place, chance in zip(
            self._of_case("community").tolist(), self.chance.tolist(), strict=True
        ):
            here = estates[place]
            estate = here[(chance >> 17) % len(here)]
            if estate.endswith("村"):
                result.append(f"{estate}{1 + (chance >> 9) % 180}号")
            else:
                result.append(f"{estate}{1 + (chance >> 9) % 28}号楼{1 + (chance >> 14) % 6}单元")
        return result

    # --- the handling -----------------------------------------------------------------------

    def _unit(self) -> Column:
        units = self.made.district.units
        alias = self._one_in(43, 12).tolist()
        return [
            units[unit].aliases[0] if other and units[unit].aliases else units[unit].name
            for unit, other in zip(self.unit.tolist(), alias, strict=True)
        ]

    def _role(self) -> Column:
        return [ROLE_WORDS[role] for role in self.role.tolist()]

    def _status(self) -> Column:
        blank = self._one_in(29, 15)
        excluded = self.closed & (self._of_case("ground") != NEVER)
        status = np.where(self.closed, np.where(blank, "", "回复完成"), "办理中")
        status = np.where(excluded, "已剔除", status)
        status = np.where(self._of_case("held"), "挂账", status)
        status = np.where(self.role == TRANSFER, "已转派", status)
        return [str(value) for value in status.tolist()]

    def _ground(self) -> Column:
        names = [*words.GROUNDS, ""]
        ground = np.where(self.closed, self._of_case("ground"), NEVER)
        return [names[place] for place in ground.tolist()]

    def _moments(self, seconds: Any, shown: Any) -> Column:
        if self.plan.dates in ("cells", "numbers"):
            values: Column = np.round(seconds / DAY + EXCEL_EPOCH, 9).tolist()
        else:
            texts = np.datetime_as_string(seconds.astype("datetime64[s]")).tolist()
            if self.plan.dates == "iso":
                values = [text.replace("T", " ") for text in texts]
            else:
                values = [text.replace("-", "/").replace("T", " ") for text in texts]
        return self._where(shown, values)

    def _received(self) -> Column:
        seconds = self._of_case("received")
        values = self._moments(seconds, np.ones(len(seconds), bool))
        for place in np.flatnonzero(self._of_case("told_on_the_hour")).tolist():
            values[place] = spoken_hour(moment(int(seconds[place])))
        return values

    def _due(self) -> Column:
        return self._moments(self._of_case("due"), self.role != TRANSFER)

    def _closed(self) -> Column:
        return self._moments(self._of_case("closed"), self.closed)

    def _result(self) -> Column:
        answers = self._choose(words.ANSWERS, 12)
        told = [answer.format(told=told) for answer, told in zip(answers, self.told, strict=True)]
        return self._where(self.closed, told)

    def _valid(self) -> Column:
        return self._where(self.called, [YES_NO[value] for value in self.valid.tolist()])

    def _contacted(self) -> Column:
        return self._said("contacted", lambda value: value)

    def _resolved(self) -> Column:
        return self._said("resolved", lambda value: value ^ self.wrong)

    def _said(self, name: str, seen: Callable[[Any], Any]) -> Column:
        return self._where(
            self.valid, [YES_NO[value] for value in seen(self._of_case(name)).tolist()]
        )

    def _satisfaction(self) -> Column:
        level = self._of_case("satisfaction")
        level = np.where(self.wrong, np.where(level == 0, 3, 0), level)
        return self._where(self.valid, [words.SATISFACTION[value] for value in level.tolist()])

    def _returns(self) -> Column:
        return self._of_case("returns").tolist()  # type: ignore[no-any-return]

    def _passes(self) -> Column:
        return np.where(self.called, self._of_case("passes"), 1).tolist()  # type: ignore[no-any-return]


def case_numbers(made: "Invented", case: Any) -> list[str]:
    """The numbers of cases: 热线-231018-000123 by telephone, GD20231018000123 by the network."""
    cases = made.cases
    days = np.datetime_as_string(cases.received[case].astype("datetime64[s]"), unit="D").tolist()
    return [
        f"GD{day.replace('-', '')}{serial:06d}"
        if channel
        else f"热线-{day[2:].replace('-', '')}-{serial:06d}"
        for day, serial, channel in zip(
            days, cases.serial[case].tolist(), cases.channel[case].tolist(), strict=True
        )
    ]


def spoken_hour(at: datetime) -> str:
    """2024年3月5日 下午3点."""
    half, hour = ("下午", at.hour - 12) if at.hour > 12 else ("上午", at.hour)
    return f"{at.year}年{at.month}月{at.day}日 {half}{hour}点"
