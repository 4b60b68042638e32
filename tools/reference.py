"""Writes the reference pages out of the code: `python tools/reference.py [--check]`.

Pages go to docs/{zh,en}/reference. What the code says once (words, columns, kinds, refusals,
keys, commands) is taken from it; what only a reader needs (one sentence on a key, a setting, a
command) stands in the tables of this file. A thing the code has and no table explains stops
the program with its name, so nothing public stays undocumented. `--check` writes nothing and
names the pages that are not current.
"""

# ruff: noqa: E501 - sentences stand whole, however long

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
LANGUAGES = ("zh", "en")
MADE_BY = {
    "zh": "<!-- 由 tools/reference.py 生成，请勿手改。 -->",
    "en": "<!-- Made by tools/reference.py; do not edit. -->",
}
Both = tuple[str, str]


class Undocumented(Exception):
    """Something public has no sentence here."""


def said(table: Mapping[str, Both], key: str, language: str, what: str) -> str:
    """The sentence on `key`; a missing one names itself."""
    if key not in table:
        raise Undocumented(f"{what} {key}: add a sentence (zh, en) to tools/reference.py")
    return table[key][LANGUAGES.index(language)]


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table in Markdown; a bar or line break inside a cell would end it."""
    listed = list(heads)
    lines = [f"| {' | '.join(listed)} |", "|" + "---|" * len(listed)]
    for row in rows:
        cells = [str(cell).replace("|", "\\|").replace("\n", " ") for cell in row]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def code(text: str) -> str:
    return f"`{text}`" if text else ""


# --- words --------------------------------------------------------------------------------


def words(language: str) -> list[str]:
    from jieban.domain.words import glossary

    zh = language == "zh"
    lines = [
        "# 词汇" if zh else "# Words",
        "",
        "出自 `src/jieban/domain/words/glossary.toml`。代码、页面、文档用同一个词，一个词只有一个意思。"
        if zh
        else "From `src/jieban/domain/words/glossary.toml`. Code, pages and documents use the same "
        "word, and a word has one meaning.",
        "",
    ]
    rows = [
        [code(name), entry["zh"], entry["en"], entry.get("meaning", "")]
        for name, entry in glossary().items()
    ]
    heads = ["代码", "中文", "英文", "说明"] if zh else ["Code", "Chinese", "English", "Meaning"]
    return [*lines, *table(heads, rows)]


# --- measures -----------------------------------------------------------------------------

# Counts and rates of evaluation/measures.py: what each holds, and the page that explains it.
MEASURES: dict[str, tuple[str, str, str]] = {
    "received": ("进入考核范围的行，含已剔除", "rows that count, excluded ones too", "received"),
    "held": ("其中挂账的", "of these, on hold", "held"),
    "returned": ("其中退过单的", "of these, sent back at least once", "received"),
    "reopened": ("其中办理不止一次的", "of these, handled more than once", "received"),
    "excluded": (
        "其中按细则认可的情形剔除的",
        "of these, excluded on a granted ground",
        "excluded",
    ),
    "closed": (
        "办结时间落在办结窗口内的行",
        "rows whose closing time lies in the closing window",
        "closed",
    ),
    "considered": ("未剔除的行", "rows not excluded", "closure-rate"),
    "valid": ("未剔除且有效回访的行，记作 V", "rows not excluded, validly called back: V", "valid"),
    "contacted": ("V 中已联系的", "of V, contacted", "contacted"),
    "resolved": ("V 中已解决的", "of V, resolved", "resolved"),
    "satisfied": ("V 中满意的", "of V, satisfied", "satisfied"),
    "mostly_satisfied": ("V 中基本满意的", "of V, mostly satisfied", "satisfied"),
    "due": ("未剔除且按期与否已有结论的行", "rows not excluded with a verdict", "on-time-rate"),
    "on_time": ("其中按期的", "of these, on time", "on-time-rate"),
    "ended": ("未剔除且已办结的行", "rows not excluded that are closed", "closure-rate"),
    "response": ("响应率：联系数 ÷ V", "response rate: contacted ÷ V", "response-rate"),
    "resolution": ("解决率：解决数 ÷ V", "resolution rate: resolved ÷ V", "resolution-rate"),
    "satisfaction": (
        "满意率：（满意 + f × 基本满意）÷ V",
        "satisfaction rate: (satisfied + f × mostly satisfied) ÷ V",
        "satisfaction-rate",
    ),
    "closure": ("办结率：已办结 ÷ 未剔除", "closure rate: ended ÷ considered", "closure-rate"),
}
# Figures made of counts and rates; with those above they are every page in measures/.
FIGURES: dict[str, Both] = {
    "score": ("综合成绩", "score"),
    "raw-score": ("原始成绩", "raw score"),
    "rank": ("排名", "rank"),
    "tier": ("档次", "tier"),
    "interval": ("区间", "interval"),
    "shrinkage": ("修匀", "shrinkage"),
    "change": ("变化", "change against the period before"),
    "per-10000": ("万人诉求比", "cases per 10,000 residents"),
}
# The pages in measures/ by the words of the table: used where a page is linked.
PAGE_TITLES: dict[str, Both] = {
    "received": ("受理量", "received"),
    "closed": ("办结量", "closed"),
    "valid": ("有效回访", "valid call-backs"),
    "contacted": ("联系数", "contacted"),
    "resolved": ("解决数", "resolved"),
    "satisfied": ("满意数与基本满意", "satisfied and mostly satisfied"),
    "response-rate": ("响应率", "response rate"),
    "resolution-rate": ("解决率", "resolution rate"),
    "satisfaction-rate": ("满意率", "satisfaction rate"),
    "on-time-rate": ("按期率", "on-time rate"),
    "closure-rate": ("办结率", "closure rate"),
    "excluded": ("剔除数", "excluded"),
    "held": ("挂账数", "on hold"),
    **FIGURES,
}
HEADS = {
    "序号": "",
    "承办单位": "",
    "区域": "",
    "受理量": "received",
    "办结量": "closed",
    "有效回访": "valid",
    "联系数": "contacted",
    "解决数": "resolved",
    "满意数": "satisfied",
    "基本满意": "satisfied",
    "响应率(%)": "response-rate",
    "解决率(%)": "resolution-rate",
    "满意率(%)": "satisfaction-rate",
    "有时限数": "on-time-rate",
    "按期数": "on-time-rate",
    "按期率(%)": "on-time-rate",
    "办结率(%)": "closure-rate",
    "综合成绩": "score",
    "原始成绩": "raw-score",
    "排名": "rank",
    "档次": "tier",
    "区间下限": "interval",
    "区间上限": "interval",
    "剔除数": "excluded",
    "挂账数": "held",
    "万人诉求比": "per-10000",
}
HEADS_EN = {
    "序号": "number of the line; empty in summary lines",
    "承办单位": "responsible unit",
    "区域": "area",
    "受理量": "received",
    "办结量": "closed",
    "有效回访": "valid call-backs, V",
    "联系数": "contacted",
    "解决数": "resolved",
    "满意数": "satisfied",
    "基本满意": "mostly satisfied",
    "响应率(%)": "response rate",
    "解决率(%)": "resolution rate",
    "满意率(%)": "satisfaction rate",
    "有时限数": "with a verdict on time",
    "按期数": "on time",
    "按期率(%)": "on-time rate",
    "办结率(%)": "closure rate",
    "综合成绩": "score",
    "原始成绩": "raw score",
    "排名": "rank",
    "档次": "tier",
    "区间下限": "lower end of the interval",
    "区间上限": "upper end of the interval",
    "剔除数": "excluded",
    "挂账数": "on hold",
    "万人诉求比": "cases per 10,000 residents",
}


def measures(language: str) -> list[str]:
    from jieban.evaluation.measures import COUNTS, RATES

    zh = language == "zh"
    place = 0 if zh else 1
    rows = []
    for name in dict.fromkeys([*COUNTS, *RATES]):
        if name.startswith("raw_"):
            if name.removeprefix("raw_") not in MEASURES:
                raise Undocumented(f"measure {name}: add it to MEASURES in tools/reference.py")
            continue
        if name not in MEASURES:
            raise Undocumented(f"measure {name}: add it to MEASURES in tools/reference.py")
        page = MEASURES[name][2]
        rows.append([code(name), MEASURES[name][place], f"[{PAGE_TITLES[page][place]}]({page}.md)"])
    lines = [
        "# 指标" if zh else "# Measures",
        "",
        "一个“数”是一组结果码上的计数，一个“率”是两个数之比。定义在 `evaluation/measures.py`；"
        "细则只能选情形、权重和基本满意的折算，不能改它们的意思。名称前加 `raw_` 的，是不看剔除的同一个数。"
        if zh
        else "A count is a set of outcome codes, a rate is two counts. They are defined in "
        "`evaluation/measures.py`; a rulebook chooses grounds, weights and the worth of 基本满意, "
        "never what they mean. `raw_` before a name is the same count with exclusions ignored.",
        "",
        *table(["代码", "数的是什么", "页"] if zh else ["Code", "What it counts", "Page"], rows),
        "",
        "## 由它们算出的数" if zh else "## Figures made of them",
        "",
    ]
    lines += [f"- [{both[place]}]({page}.md)" for page, both in FIGURES.items()]
    return lines


def heads(language: str) -> list[str]:
    from jieban.domain.rulebook.schema import load, shipped_names
    from jieban.evaluation.tables import heads_of

    zh = language == "zh"
    wanted: dict[str, None] = {}
    lists = {name: heads_of("unit", load(name)) for name in shipped_names()}
    for listed in (heads_of("street", load("beijing-district")), *lists.values()):
        wanted |= dict.fromkeys(listed)
    rows = []
    for head in sorted(wanted, key=lambda head: [*HEADS].index(head) if head in HEADS else -1):
        if head not in HEADS:
            raise Undocumented(f"table head {head}: add it to HEADS in tools/reference.py")
        page = HEADS[head]
        link = f"[{PAGE_TITLES[page][0 if zh else 1]}](measures/{page}.md)" if page else ""
        rows.append([head, link] if zh else [head, HEADS_EN[head], link])
    lines = [
        "# 考核表的列" if zh else "# Columns of the table",
        "",
        "列名和次序固定；CSV 为带 BOM 的 UTF-8。用回访三率的细则印回访一组，用按期率的印时限一组，两者都用的都印。"
        "表尾依次是未归属（有才印）、各单位平均、合并计算。"
        if zh
        else "Heads and order are fixed, in Chinese in both languages, since the table is an official "
        "form; CSV is UTF-8 with BOM. Rulebooks of the three call-back rates print the block of "
        "call-backs, those of the on-time rate the block of due times, those of both print both. "
        "The last lines are 未归属 (what belongs to no place of the level; only where there is "
        "something), 各单位平均 (plain mean of the rows) and 合并计算 (pooled).",
        "",
        *table(["列", "指标"] if zh else ["Head", "Meaning", "Measure"], rows),
        "",
        "## 各细则印哪些列" if zh else "## What each shipped rulebook prints",
        "",
    ]
    for name, listed in lists.items():
        lines += [f"- `{name}`{'：' if zh else ': '}{'、'.join(listed)}"]
    return lines


# --- rulebook -----------------------------------------------------------------------------

RULEBOOK: dict[str, Both] = {
    "rulebook.name": ("名称，也是文件名", "name, also of the file"),
    "rulebook.title.zh": ("中文标题", "title in Chinese"),
    "rulebook.title.en": ("英文标题", "title in English"),
    "rulebook.document": ("文号", "number of the document that put it in force"),
    "rulebook.valid_from": ("生效日", "first day in force"),
    "rulebook.valid_to": (
        "失效日（当日不再有效）；不写表示仍有效",
        "first day no longer in force; absent: still",
    ),
    "rulebook.source": ("口径出处", "where the rules come from"),
    "rulebook.like": (
        "以哪份随附细则为底；没写的键都从那里取",
        "the shipped rulebook from which all keys not given are taken",
    ),
    "period.rule": (
        "考核期：上月 19 日至本月 18 日，或自然月",
        "periods from the 19th to the 18th, or calendar months",
    ),
    "period.by": ("按创建时间还是办结时间归入考核期", "which time decides a row's period"),
    "period.zone": (
        "考核期按哪个时区切；source 表示按各来源自己的时区",
        "zone in which periods are cut; source: each source in its own",
    ),
    "closed.window": (
        "办结量的窗口：与考核期相同，或从上月 10 日起",
        "window of 办结量: the period, or from the 10th of the month before",
    ),
    "count.enquiries": ("咨询是否计入", "whether enquiries 咨询 count"),
    "satisfaction.mostly_satisfied": ("一个基本满意折算多少", "what one 基本满意 is worth"),
    "rank.on": (
        "按成绩的几位小数排名",
        "decimals of the score that decide a place (6: all that is kept)",
    ),
    "rank.ties": (
        "并列：同名次，或受理量大者在前",
        "ties share a place, or the larger 受理量 goes first",
    ),
    "rank.minimum": (
        "有效回访少于此数的，只在小样本组内排名",
        "with fewer valid call-backs a place is ranked only among small ones",
    ),
    "rank.no_callbacks": (
        "没有有效回访：不排名，或按零分",
        "no valid call-back: unranked, or nought points",
    ),
    "rank.group": ("全部一起排，或按类别分组排", "all ranked together, or each kind apart"),
    "print.decimals": ("成绩印几位小数", "decimals of printed scores"),
    "print.rate_decimals": ("率印几位小数", "decimals of printed rates"),
    "tiers.letters": ("档名，由高到低", "letters of the tiers, best first"),
    "tiers.borders": (
        "各档下限，由高到低，比档名少一个；与修匀后的成绩比",
        "lower borders, falling, one fewer than letters; compared with the shrunken score",
    ),
    "summary.mean_over": (
        "各单位平均：只算有有效回访的，或所有有受理量的",
        "mean line over rows with call-backs, or over all that received anything",
    ),
    "publish.rank_list": ("对外是否列完整名次", "whether the full rank list is shown"),
    "publish.minimum": (
        "有效回访少于此数的，对外不公开数字",
        "with fewer valid call-backs a figure is withheld in public",
    ),
    "publish.appeal_days": ("申诉期几天", "days of the appeal window"),
    "score.parts": ("成绩由哪些部分相加", "the addends of the score"),
    "exclusions.grounds": ("认可哪些剔除情形", "which grounds take a row out of the score"),
}
PARTS: dict[str, Both] = {
    "rate": ("用哪个率", "the rate it uses"),
    "weight": (
        "权重；全部用权重时合计必须为 1",
        "its weight; where all parts have weights they sum to 1",
    ),
    "points": ("率达到 target 时得几分", "points where the rate is `target`"),
    "target": ("目标率", "the target, in percent"),
    "per_point": ("每低一个百分点扣几分", "points lost per percentage point below it"),
    "floor": ("最低几分", "never fewer points than this"),
    "cap": ("最高几分", "never more points than this"),
}
GROUNDS: dict[str, Both] = {
    "code": (
        "情形代码，见下",
        "code of the ground, see below",
    ),
    "zh": ("中文说法", "words in Chinese"),
    "en": ("英文说法", "words in English"),
}


def rulebook(language: str) -> list[str]:
    from jieban.domain.rulebook.grounds import GROUND_DIGITS
    from jieban.domain.rulebook.schema import (
        GROUND_KEYS,
        KEYS,
        PART_KEYS,
        load,
        shipped_names,
    )

    zh = language == "zh"
    base = load("beijing-district").as_table()
    rows = []
    for key, declared in KEYS.items():
        held: Any = base
        for step in key.split("."):
            held = held.get(step) if isinstance(held, dict) else None
        shown = (
            ""
            if held is None
            else code(
                str(held).lower() if held in (True, False) and isinstance(held, bool) else str(held)
            )
        )
        needed = (
            ("必填" if zh else "required")
            if declared.required
            else ("可不写" if zh else "optional")
        )
        rows.append(
            [
                code(key),
                code(declared.allowed),
                needed,
                shown,
                said(RULEBOOK, key, language, "rulebook key"),
            ]
        )
    rows.append(
        [
            code("rulebook.like"),
            code(" | ".join(shipped_names())),
            "可不写" if zh else "optional",
            "",
            said(RULEBOOK, "rulebook.like", language, "rulebook key"),
        ]
    )
    lines = [
        "# 考核细则的键" if zh else "# Keys of a rulebook",
        "",
        "细则是 TOML 文件。下表是全部的键；写了别的键会被拒绝，并指出最接近的键。用 `jieban rulebook check 文件` 检查。"
        if zh
        else "A rulebook is a TOML file. These are all the keys; any other is refused, with the nearest "
        "one that exists. `jieban rulebook check FILE` checks a file.",
        "",
        *table(
            ["键", "可填", "", "beijing-district", "说明"]
            if zh
            else ["Key", "Allowed", "", "beijing-district", "Meaning"],
            rows,
        ),
    ]
    for title, keys, sentences, note in (
        (
            "score.parts",
            PART_KEYS,
            PARTS,
            (
                "每部分要么写 `weight`，要么把 `points`、`target`、`per_point`、`floor`、`cap` 都写上。",
                "Each part has either `weight`, or all of `points`, `target`, `per_point`, `floor`, `cap`.",
            ),
        ),
        (
            "exclusions.grounds",
            GROUND_KEYS,
            GROUNDS,
            (
                "事实数据里可能带任何情形；只有列在这里的才剔除。",
                "Facts may carry any ground; only those listed here take a row out.",
            ),
        ),
    ):
        lines += [
            "",
            f"## `[[{title}]]`",
            "",
            said(RULEBOOK, title, language, "rulebook key")
            + ("。" if zh else ". ")
            + note[0 if zh else 1],
            "",
            *table(
                ["键", "可填", "说明"] if zh else ["Key", "Allowed", "Meaning"],
                [
                    [
                        code(key),
                        code(declared.allowed),
                        said(sentences, key, language, f"{title} key"),
                    ]
                    for key, declared in keys.items()
                ],
            ),
        ]
    words_of = {ground.code: (ground.zh, ground.en) for ground in load("beijing-district").grounds}
    lines += [
        "",
        "## 剔除情形代码" if zh else "## Codes of grounds",
        "",
        "数字是结果码中的一位，定下后不改、不复用；不在表上的情形按 `other` 计。出自 `domain/rulebook/grounds.py`。"
        if zh
        else "The number is a digit of the outcome code; it is never changed or used again. A ground not "
        "in the list counts as `other`. From `domain/rulebook/grounds.py`.",
        "",
        *table(
            ["代码", "数字", "beijing-district 的说法"]
            if zh
            else ["Code", "Digit", "Words in beijing-district"],
            [
                [code(name), str(digit), words_of.get(name, ("", ""))[0 if zh else 1]]
                for name, digit in GROUND_DIGITS.items()
            ],
        ),
        "",
        "## 随附的细则" if zh else "## Shipped rulebooks",
        "",
        *table(
            ["名称", "标题", "出处"]
            if zh
            else ["Name", "Title", "Source (as written in the file)"],
            [
                [code(name), (rules.title_zh if zh else rules.title_en), rules.source]
                for name in shipped_names()
                for rules in [load(name)]
            ],
        ),
    ]
    return lines


# --- facts and the outcome code -----------------------------------------------------------

FACTS_ZH = {
    "fact_id": "一条事实的名字，在文件夹内唯一",
    "case_number": "工单编号",
    "received_at": "创建时间；决定归入哪个考核期",
    "closed_at": "办结时间；未办结为空",
    "due_at": "时限；没有则空",
    "area_id": "已知的最细一级区域；不知道则空",
    "unit_id": "承办单位",
    "role": "lead 主办、dual 双派计入；joint 协办、transfer 转办不计",
    "category_id": "一级->二级->三级",
    "channel": "来源渠道",
    "excluded_ground": "已认可的剔除情形；空为未剔除",
    "contacted": "是否联系；空为没说，按 0 计",
    "valid": "是否有效回访；空为没说，按 0 计",
    "resolved": "是否解决；空为没说，按 0 计",
    "satisfaction": "满意度；表外的词按 0 计",
    "on_time": "是否在时限内办结；空为没有结论",
    "returns": "退单次数；空为 0",
    "passes": "办理次数；空为 1",
    "held": "是否挂账；空为否",
    "counts_for_area": "一件工单只有一条为真，区域只计一次",
    "source": "来自哪个来源",
    "kind": "request 诉求或 enquiry 咨询；空为诉求",
    "id": "条目的名字",
    "name": "印在表上的名称",
    "parent": "上一级的 id",
    "population": "常住人口",
    "valid_from": "第一天；空为一直有效",
    "valid_to": "不再有效的第一天；空为仍有效",
    "successor": "失效后由谁接着计",
    "provisional": "由导入带来、尚未确认",
    "also_parent": "另一个上级：社区不在一个街道内时，一块地方同属两者",
}


def facts(language: str) -> list[str]:
    from jieban.evaluation.facts import AREA_COLUMNS, COLUMNS, UNIT_COLUMNS

    zh = language == "zh"
    lines = [
        "# 事实文件夹" if zh else "# The facts folder",
        "",
        "一行是一次被考核的承办（工单 × 承办单位）。有了这个文件夹就能测算，不需要数据库："
        "`jieban evaluate run --facts 文件夹 …`。"
        if zh
        else "One row is one assessed assignment (case × responsible unit). The folder alone is enough "
        "to evaluate, without a database: `jieban evaluate run --facts FOLDER …`.",
        "",
        "```",
        "manifest.json                 names, digests, sources, time zones",
        "areas-<digest>.parquet        units-<digest>.parquet",
        "parts/2026-05-<digest>.parquet …   one calendar month of received_at (UTC) each",
        "```",
        "",
        "没有 `manifest.json` 的文件夹也可以：`areas.parquet`、`units.parquet`，其余每个 `.parquet` 都是事实；"
        "没有时区的时间按 Asia/Shanghai 读。"
        if zh
        else "A folder without `manifest.json` is accepted: `areas.parquet`, `units.parquet`, and every "
        "other `.parquet` is facts; times without a zone are read as Asia/Shanghai.",
    ]
    for title, columns in (
        ("事实" if zh else "Facts", COLUMNS),
        ("区域 areas" if zh else "areas", AREA_COLUMNS),
        ("单位 units" if zh else "units", UNIT_COLUMNS),
    ):
        rows = []
        for column in columns:
            if zh and column.name not in FACTS_ZH and column.name != "kind":
                raise Undocumented(f"fact column {column.name}: add it to FACTS_ZH")
            meaning = FACTS_ZH[column.name] if zh else column.meaning
            if zh and column.name == "kind" and columns is not COLUMNS:
                meaning = "区域的层级，单位的类别"
            may = ("可空" if zh else "may be empty") if column.empty else ""
            extra = ("，可没有此列" if zh else ", column may be absent") if column.extra else ""
            rows.append([code(column.name), code(str(column.type)), may + extra, meaning])
        lines += [
            "",
            f"## {title}",
            "",
            *table(["列", "类型", "", "说明"] if zh else ["Column", "Type", "", "Meaning"], rows),
        ]
    return lines


DIGITS_ZH = {
    "ground": "0 未剔除，其余为情形的数字（13 其他）",
    "valid": "1 有效回访",
    "contacted": "1 已联系",
    "resolved": "1 已解决",
    "satisfaction": "0 空白或其他词，1 满意，2 基本满意，3 一般，4 不满意",
    "timing": "0 未办结、无结论，1 按期办结，2 逾期办结，3 逾期未办结，4 已办结、无结论，5 称按期但没有办结时间",
    "returned": "1 退过单",
    "reopened": "1 办理不止一次",
    "held": "1 挂账",
}


def outcome(language: str) -> list[str]:
    from jieban.evaluation.outcome import ALPHABET, CODES, DIGITS, weights

    zh = language == "zh"
    worth = weights()
    rows = []
    for digit in DIGITS:
        if zh and digit.name not in DIGITS_ZH:
            raise Undocumented(f"outcome digit {digit.name}: add it to DIGITS_ZH")
        meaning = DIGITS_ZH[digit.name] if zh else digit.meaning
        rows.append([code(digit.name), str(digit.size), str(worth[digit.name]), meaning])
    return [
        "# 结果码" if zh else "# The outcome code",
        "",
        f"一条事实对任何规则来说的全部内容，压成一个 uint16：每位的值乘以该位的权，相加。可能的值 {CODES:,} 个，"
        f"一次计数中不同的值最多 {ALPHABET:,} 个。定义在 `evaluation/outcome.py`；"
        "每次测算的 `counts.sql` 里有同样的式子。"
        if zh
        else "Everything a rule may ask about one fact, as one uint16: each digit times its worth, added "
        f"up. {CODES:,} values are possible; at most {ALPHABET:,} different ones may occur in one "
        "counting. Declared in `evaluation/outcome.py`; the `counts.sql` of every run has the same sum.",
        "",
        *table(
            ["位", "取值数", "权", "含义"] if zh else ["Digit", "Values", "Worth", "Meaning"], rows
        ),
    ]


# --- events, refusals ---------------------------------------------------------------------


def events(language: str) -> list[str]:
    from jieban.apps.ledger.kinds import KINDS

    zh = language == "zh"
    return [
        "# 台账的记录种类" if zh else "# Kinds of events in the ledger",
        "",
        "没有记录就没有改动。每条记录另有：何时发生、何时记下、谁（姓名、岗位）、理由、前一条的摘要。"
        "记录内容里没有诉求人的个人信息。"
        if zh
        else "No event, no change. Every event also holds when it happened and was recorded, who acted "
        "(name, post), the reason, and the digest of the event before. No body holds personal data "
        "of residents.",
        "",
        *table(
            ["种类", "名称", "内容的键"] if zh else ["Kind", "Words", "Keys of the body"],
            [
                [
                    code(kind.kind),
                    kind.zh if zh else kind.en,
                    " ".join(map(code, sorted(kind.keys))),
                ]
                for kind in KINDS.values()
            ],
        ),
    ]


def refusals(language: str) -> list[str]:
    from jieban.domain.words import refusals as all_refusals

    zh = language == "zh"
    rooms: dict[str, list[list[str]]] = {}
    for name, texts in sorted(all_refusals().items()):
        rooms.setdefault(name.partition(".")[0], []).append([code(name), texts[language]])
    lines = [
        "# 拒绝与提示" if zh else "# Refusals and remarks",
        "",
        "规则说“不”时，什么也没有改变。每条有固定代码；`--json` 时在 `error.code` 里。花括号中是当时填入的内容。"
        "`row.` 是导入时某一行被退回的原因，`table.` 是不退回任何行的提示。"
        if zh
        else "When a rule says no, nothing has changed. Each has a stable code, under `error.code` with "
        "`--json`. Braces are filled in at the time. `row.` codes say why a row was rejected, "
        "`table.` codes are remarks that cost no row.",
    ]
    for room, rows in rooms.items():
        lines += ["", f"## {room}", "", *table(["代码", "文字"] if zh else ["Code", "Text"], rows)]
    return lines


# --- settings, profiles -------------------------------------------------------------------

SETTINGS: dict[str, tuple[str, str, str]] = {
    "JIEBAN_HOME": (
        "./var",
        "数据放在哪个文件夹；命令可用 `--home` 代替",
        "folder of the installation; `--home` on a command comes first",
    ),
    "JIEBAN_DATABASE_URL": (
        "",
        "PostgreSQL 的地址；不写则用 HOME 里的 SQLite",
        "address of a PostgreSQL; without it, SQLite in HOME",
    ),
    "JIEBAN_LANGUAGE": (
        "zh",
        "命令的语言 zh 或 en；`--lang` 优先；都没有时看终端的 LANG",
        "language of commands, zh or en; `--lang` comes first, the terminal's LANG last",
    ),
    "JIEBAN_ACTOR": (
        "",
        "谁在操作；`--as` 优先；都没有时用系统用户名",
        "who acts; `--as` comes first, the system's user name last",
    ),
    "JIEBAN_SECRET_KEY": (
        "",
        "网页签名用的密钥；不写则自动生成，存于 HOME/keys/site-secret",
        "secret of the pages' signatures; without it one is made and kept in HOME/keys/site-secret",
    ),
    "JIEBAN_TIME_ZONE": (
        "Asia/Shanghai",
        "页面显示时间用的时区",
        "zone in which pages show times",
    ),
    "JIEBAN_KEEP_UPLOADS_DAYS": (
        "30",
        "网页上传的文件保留几天",
        "days for which files sent through the pages are kept",
    ),
    "JIEBAN_MAX_UPLOAD_MB": (
        "100",
        "网页上传的文件最大多少 MB；更大的用命令导入",
        "largest file the pages take, in MB; larger ones go by command",
    ),
}
_SETTING = re.compile(r"JIEBAN_[A-Z][A-Z_]*[A-Z]")


def settings_in_code() -> list[str]:
    """Every JIEBAN_* name that the package mentions."""
    found: set[str] = set()
    for file in sorted((ROOT / "src").rglob("*.py")):
        found |= set(_SETTING.findall(file.read_text(encoding="utf-8")))
    return sorted(found)


def settings(language: str) -> list[str]:
    zh = language == "zh"
    for name in settings_in_code():
        if name not in SETTINGS:
            raise Undocumented(f"setting {name}: add it to SETTINGS in tools/reference.py")
    return [
        "# 设置" if zh else "# Settings",
        "",
        "全部来自环境变量，都有默认值，一台机器上不用设任何一个。"
        if zh
        else "All from the environment, all with a default that works on one machine.",
        "",
        *table(
            ["变量", "默认", "说明"] if zh else ["Variable", "Default", "Meaning"],
            [
                [code(name), code(default), chinese if zh else english]
                for name, (default, chinese, english) in SETTINGS.items()
                if name in settings_in_code()
            ],
        ),
    ]


def profiles(language: str) -> list[str]:
    from jieban.tables.profiles import FIELDS, PRIVATE_FIELDS, load_profiles

    zh = language == "zh"
    known = load_profiles()
    lines = [
        "# 映射方案" if zh else "# Mapping profiles",
        "",
        "一个方案说明一个来源的哪一列是什么、用哪些词。随附的在下面；自己的放在 `HOME/profiles/*.toml`，"
        '多半写 `like = "beijing-district"` 再改几行。带 ● 的字段是个人信息，加密保存；方案可以写 `dropped` 不保存。'
        "方案不认识的列同样加密保存。"
        if zh
        else "A profile says which column of a source means what, and in which words. These are shipped; "
        'your own go to `HOME/profiles/*.toml`, most often `like = "beijing-district"` and a few '
        "lines. Fields with ● are personal and sealed; a profile may name them under `dropped`. "
        "Columns a profile does not know are sealed too.",
        "",
        *table(
            ["名称", "标题", "来源", "时区", "键", "必有的列"]
            if zh
            else ["Name", "Title", "Source", "Zone", "Key", "Columns it needs"],
            [
                [
                    code(profile.name),
                    profile.title[language],
                    code(profile.source),
                    profile.zone,
                    " + ".join(profile.key),
                    " + ".join(profile.required),
                ]
                for profile in known.values()
            ],
        ),
    ]
    for profile in known.values():
        lines += ["", f"## {profile.name}", ""]
        if profile.generated:
            lines += ["标明为生成的数据。" if zh else "Marked as generated.", ""]
        if not profile.nested:
            lines += [
                "社区不在一个街道之内：每一对（街道、社区）各成一块，两级都能计。"
                if zh
                else "Communities are not nested in streets: each pair (street, community) becomes a part, "
                "so both levels can be counted.",
                "",
            ]
        rows = [
            [
                code(field) + (" ●" if field in PRIVATE_FIELDS else ""),
                " / ".join(profile.columns[field]),
            ]
            for field in FIELDS
            if field in profile.columns
        ]
        lines += table(
            ["字段", "认识的列名（靠前的优先）"]
            if zh
            else ["Field", "Headings it knows, best first"],
            rows,
        )
    return lines


# --- commands -----------------------------------------------------------------------------

COMMANDS_ZH: dict[str, str] = {
    "demo": "造一个虚构区并打开页面。",
    "serve": "在本机打开页面；别的机器看不到。",
    "directory": "名录：区域、单位和它们的名称。",
    "directory import": "从 .xlsx 或 .csv 导入区域和单位；同一文件再导入不改变任何内容。",
    "directory list": "按名录次序列出全部条目。",
    "directory provisional": "导入带来、还没有人确认的名称。",
    "directory confirm": "确认一个暂用名称是真实的地方或单位。",
    "directory merge": "一个暂用名称其实是已有条目；它成为那个条目的别名。",
    "directory attribution": "归属由谁认定，以及无法归属的占多少。",
    "cases": "导入工单，查看工单。",
    "cases import": "导入 .xlsx、.xls 或 .csv。每个文件要么整个进来，要么完全不进。",
    "cases count": "有多少件工单（按编号），多少行（按承办）。",
    "cases show": "一件工单：它的各行和以前的内容。不显示个人信息。",
    "cases changes": "某次导入改了哪些已有的行。",
    "cases imports": "历次导入，新的在前。",
    "cases attribute": "认定一件工单属于哪个地方。",
    "cases expire-uploads": "删除到期的网页上传文件；可放入每晚的定时任务。",
    "facts": "封存的事实文件。",
    "facts build": "把 HOME/facts 更新到与数据库一致。",
    "evaluate": "测算、核验、比较、公布。",
    "evaluate run": "按细则测算一个考核期并保存；打印考核表，或写到文件。",
    "evaluate verify": "重算一次测算（编号、文件夹或清单文件），指出第一处不同。",
    "evaluate compare": "两次测算之间谁动了，成绩变化大的在前。",
    "evaluate list": "本系统的测算，以及各自到了哪一步。",
    "evaluate review": "审核通过一次测算，可以开放申诉和公布。",
    "evaluate open": "开放申诉，天数由细则定。",
    "evaluate close": "提前截止申诉。",
    "evaluate publish": "公布一次已审核的测算。",
    "appeals": "申诉与决定。",
    "appeals list": "全部申诉，新的在前。",
    "appeals raise": "对一次测算中某单位的某件工单提出申诉。",
    "appeals decide": "认可或不认可；不能由提出的人决定。",
    "appeals withdraw": "撤回自己提出的申诉。",
    "rulebook": "考核细则：查看、检查、比较。",
    "rulebook list": "随附的细则。",
    "rulebook show": "一份细则的全部键，含从别的细则取来的。",
    "rulebook check": "按格式检查一份细则，指出每个不对的键。",
    "rulebook diff": "两份细则不同的每个键。",
    "profiles": "映射方案：来源的哪一列是什么。",
    "profiles list": "全部方案，随附的和本系统自己的。",
    "profiles show": "一个方案映射了什么，含从别的方案取来的。",
    "profiles check": "检查自己写的方案，指出每个不对的键和可填的内容。",
    "ledger": "台账：查看、核验。",
    "ledger list": "最近的记录，新的在前。",
    "ledger verify": "逐链核对；指出每条被改过或缺了前一条的记录。",
    "invent": "写出虚构区的导出文件。",
    "manage": "Django 自带的命令。",
}
HELP_ZH: dict[str, str] = {
    "Mapping profile (see jieban profiles list); else by the heading.": "映射方案（见 jieban profiles list）；不写则按表头判断。",
    "Say what would happen; store nothing.": "只说会发生什么，不保存。",
    "Where rejected rows go.": "退回的行写到哪里。",
    "Code of the place (see jieban directory list).": "地方的代码（见 jieban directory list）。",
    "district, street, community, village, street_office, department …": "只列一类：district、street、community、village、street_office、department……",
    "The entry that the name means.": "这个名称指的条目。",
    "2023-10, 2022 or 2022-01..2022-12.": "2023-10、2022 或 2022-01..2022-12。",
    "A shipped name or a TOML file.": "随附细则的名称，或 TOML 文件。",
    "Default: by FILE's ending, or csv.": "不写则看文件扩展名，否则为 csv。",
    "Where the table goes.": "考核表写到哪里。",
    "A facts folder; the database is not used.": "事实文件夹；不用数据库。",
    "Why there is a new version (from v2 on).": "为什么有新版本（第 2 版起必写）。",
    "Code of the unit whose fact it is.": "哪个单位（代码）。",
    "Ground from the rulebook.": "细则中的剔除情形代码。",
    "Facts and basis, in words.": "事实和依据。",
    "Only make the district.": "只造区，不打开页面。",
    "Build even if nothing happened since the last time.": "即使没有变化也重建。",
}


def commands() -> dict[str, Any]:
    """Every command by its words, in the order of the program; nouns not there yet left out."""
    import click

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.site.settings")
    import django

    django.setup()
    from jieban.cli.main import NOUNS

    found: dict[str, Any] = {}
    for name, noun in NOUNS.items():
        if importlib.util.find_spec(noun.module) is None:
            continue
        command = getattr(importlib.import_module(noun.module), noun.name)
        if name == "evaluate":
            importlib.import_module("jieban.cli.publication").attach(command)
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {verb}": each for verb, each in command.commands.items()}
    return found


def cli(language: str) -> list[str]:
    import click

    zh = language == "zh"
    lines = [
        "# 命令" if zh else "# Commands",
        "",
        "```",
        "jieban [--home DIR] [--lang zh|en] [--as NAME] <noun> <verb> … [--json]",
        "```",
        "",
        "`--home` 是本系统的文件夹（否则 `JIEBAN_HOME`，再否则 `./var`），`--as` 是谁在操作，"
        "`--json` 放在哪里都行，回答和拒绝都是一个 JSON 对象。退出码：0 完成，1 被拒绝（什么也没变），2 用法不对。"
        if zh
        else "`--home` is the folder of the installation (else `JIEBAN_HOME`, else `./var`), `--as` says who "
        "acts. `--json` may stand anywhere; answers and refusals are then one JSON object. Exit code: "
        "0 done, 1 refused (nothing changed), 2 misuse.",
    ]
    for name, command in commands().items():
        if zh and name not in COMMANDS_ZH:
            raise Undocumented(f"command {name}: add it to COMMANDS_ZH in tools/reference.py")
        depth = "###" if " " in name else "##"
        sentence = COMMANDS_ZH[name] if zh else (command.help or "").split("\n\n")[0].strip()
        lines += ["", f"{depth} jieban {name}", "", " ".join(sentence.split())]
        if isinstance(command, click.Group):
            continue
        usage, options = f"jieban {name}", []
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                word = parameter.human_readable_name.upper() + (
                    "…" if parameter.nargs == -1 else ""
                )
                usage += f" {word}"
                continue
            help_text = parameter.help or ""
            shown = HELP_ZH.get(help_text, help_text) if zh else help_text
            names = ", ".join([*parameter.opts, *parameter.secondary_opts])
            kind = parameter.type
            if isinstance(kind, click.Choice):
                names += f" {'|'.join(map(str, kind.choices))}"
            elif not parameter.is_flag:
                names += f" {parameter.metavar or str(kind.name).upper()}"
            if parameter.required:
                shown += " 必写。" if zh else " Required."
            if parameter.show_default and parameter.default is not None:
                shown += f"默认 {parameter.default}。" if zh else f" Default {parameter.default}."
            options.append([code(names), shown.strip()])
        lines += ["", "```", usage + (" [OPTIONS]" if options else ""), "```"]
        if options:
            lines += ["", *table(["选项", "说明"] if zh else ["Option", "Meaning"], options)]
    return lines


def index(language: str) -> list[str]:
    zh = language == "zh"
    titles = {
        "cli": ("命令", "Commands"),
        "settings": ("设置", "Settings"),
        "table": ("考核表的列", "Columns of the table"),
        "measures/README": ("指标，每个一页", "Measures, a page each"),
        "rulebook": ("考核细则的键", "Keys of a rulebook"),
        "profiles": ("映射方案", "Mapping profiles"),
        "facts": ("事实文件夹", "The facts folder"),
        "outcome": ("结果码", "The outcome code"),
        "events": ("台账的记录种类", "Kinds of events"),
        "refusals": ("拒绝与提示", "Refusals and remarks"),
        "words": ("词汇", "Words"),
    }
    lines = [
        "# 查阅" if zh else "# Reference",
        "",
        "除各指标页外，都由 `tools/reference.py` 从代码生成。"
        if zh
        else "All but the pages of single measures are made from the code by `tools/reference.py`.",
        "",
    ]
    return lines + [f"- [{both[0 if zh else 1]}]({page}.md)" for page, both in titles.items()]


PAGES: dict[str, Callable[[str], list[str]]] = {
    "README": index,
    "cli": cli,
    "events": events,
    "facts": facts,
    "measures/README": measures,
    "outcome": outcome,
    "profiles": profiles,
    "refusals": refusals,
    "rulebook": rulebook,
    "settings": settings,
    "table": heads,
    "words": words,
}


def made() -> dict[Path, str]:
    """Every generated page: where it lies and what it says."""
    return {
        DOCS / language / "reference" / f"{name}.md": "\n".join(
            [MADE_BY[language], *write(language)]
        )
        + "\n"
        for language in LANGUAGES
        for name, write in PAGES.items()
    }


def stale(pages: Mapping[Path, str]) -> list[Path]:
    """The pages that are missing or say something else."""
    return [
        path
        for path, text in pages.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ["JIEBAN_HOME"] = home
        try:
            pages = made()
        except Undocumented as missing:
            print(missing, file=sys.stderr)
            return 1
    behind = stale(pages)
    for path in behind:
        print(path.relative_to(ROOT))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], encoding="utf-8")
    return 1 if behind and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
