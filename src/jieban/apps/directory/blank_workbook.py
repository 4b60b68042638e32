"""The empty workbook a clerk fills in: one sheet for each layout, and how to fill them.

The sheet of explanations has no heading that an import would take for a layout.
"""

import io

import xlsxwriter

from jieban.domain.words import Language
from jieban.tables.directories import HEADINGS

_ENTRY = (
    "code",
    "name",
    "kind",
    "parent",
    "population",
    "valid_from",
    "valid_to",
    "successor",
    "aliases",
)
_UNIT = (*_ENTRY, "serves")
_BESIDE = ("district", "street", "name", "code", "population")
_EXPLAINED = {
    "zh": (
        "怎样填写这张表",
        "“区域”：一行一个区、街道（镇）、社区（村）。只有“名称”必填；类型可填：区、街道、镇、社区、村。",
        "“单位”：一行一个承办单位。类型可填：街道办、部门、企业、单位。"
        "辖区写它管哪个地方；与街道同名的街道办不必写。",
        "“社区对照”：只有街道与社区两级时更省事，一行一个社区，旁边写它的街道。",
        "上级、继任：写名称或代码都可以。调整撤并的，填截止日期（当天起不再有效）和继任。",
        "别名：多个别名用顿号隔开，例如“云溪、云溪里”。导入工单时按别名也能对上。",
        "空着的格子不会抹掉名录里已有的内容。同一份文件重复导入不会有任何变化。",
    ),
    "en": (
        "How to fill in this workbook",
        "Sheet 区域: one line per district, street or town, community or village. Only the name is "
        "required. Kinds: district, street, community, village.",
        "Sheet 单位: one line per responsible unit. Kinds: street_office, department, enterprise, "
        "unit. The column 辖区 says which place a unit answers for; the office of a street is "
        "known by its name.",
        "Sheet 社区对照: shorter where there are only streets and communities; one line per "
        "community with its street beside it.",
        "Parents and successors may be given by name or by code. After a reform give the first day "
        "on which the entry is no longer valid, and its successor.",
        "Several aliases are set apart by 、 or by commas. Cases are matched by alias too.",
        "A blank cell never takes away what the directory knows. The same file again changes "
        "nothing.",
    ),
}


def blank_workbook(language: Language) -> bytes:
    """The workbook's bytes; headings are those an import reads."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E2EFF1", "bottom": 1})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for title, fields in (("区域", _ENTRY), ("单位", _UNIT), ("社区对照", _BESIDE)):
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for column, field in enumerate(fields):
            form = {"code": text, "valid_from": day, "valid_to": day}.get(field)
            sheet.set_column(column, column, 24 if field in ("name", "aliases") else 14, form)
            # The second layout is told by its street column, the name column by 社区.
            heading = "社区" if fields is _BESIDE and field == "name" else HEADINGS[field][0]
            sheet.write_string(0, column, heading, head)
    notes = book.add_worksheet("说明" if language == "zh" else "How to")
    notes.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    for line, words in enumerate(_EXPLAINED[language]):
        notes.write_string(line, 0, words)
    book.close()
    return out.getvalue()
