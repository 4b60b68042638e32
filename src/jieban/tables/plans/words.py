"""How plans write numbers, lists of measures, lists of units and how far a task has come."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from jieban.domain.directory.names import UNKNOWN_WORDS, tidy_name
from jieban.domain.rectification.numerals import chinese_numeral, number_of
from jieban.tables.plans.shapes import (
    ASSISTS,
    DONE,
    LEADS,
    NOT_STARTED,
    PARTLY,
    UNDER_WAY,
    PlanItem,
)

LONGEST_TITLE = 60
_LONGEST_SERIAL = 32
_SIGNS = "0-9〇零一二两三四五六七八九十百"
NUMERAL = rf"(?:[0-9]{{1,4}}|[{_SIGNS[3:]}]{{1,6}})"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


_PAIR = re.compile(rf"({NUMERAL})\s*[-–—－.·]\s*({NUMERAL})")
_AROUND = re.compile(
    r"^(?:整改)?(?:任务|问题|第|序号|编号|task|problem|no\.?)+|[项条件号个、.．:：]+$"
)


def serial_of(text: str) -> tuple[int | None, int | None]:
    """(problem, task) of a number: 二十, （二十）, 任务20 are (None, 20), 2-3 is (2, 3).

    (None, None) where it is no number.
    """
    if len(text) > _LONGEST_SERIAL:
        return None, None
    said = unicodedata.normalize("NFKC", text).casefold().strip()
    said = re.sub(r"[\s()〔〕【】\[\]]", "", said)
    said = re.sub(r"(?<=\d)\.0+$", "", said)
    said = _AROUND.sub("", _AROUND.sub("", said))
    pair = _PAIR.fullmatch(said)
    if pair:
        first, second = number_of(pair[1]), number_of(pair[2])
        return (first, second) if first and second else (None, None)
    return None, number_of(said)


# --- measures ------------------------------------------------------------------------------

# Style -> how its marks look; the group is the number. A mark of digits and a point is none where
# digits go on behind it (2.5 吨).
_STYLES = {
    "（一）": re.compile(r"[（(]\s*([〇零一二三四五六七八九十百]{1,5})\s*[）)]\s*[、.．]?"),
    "一、": re.compile(r"([〇零一二三四五六七八九十百]{1,5})\s*[、．]"),
    "（1）": re.compile(r"[（(]\s*(\d{1,3})\s*[）)]\s*[、.．]?"),
    "1）": re.compile(r"(?<![\d(（])(\d{1,3})\s*[）)]"),
    "1.": re.compile(r"(?<![\d.．])(\d{1,3})\s*(?:[、．]|\.(?!\d))"),
    "①": re.compile(rf"([{CIRCLED}])"),
    "措施一": re.compile(rf"(?:整改)?措施\s*({NUMERAL})\s*[：:、.．]"),
}
_WRITES: Mapping[str, Callable[[int], str]] = {
    "（一）": lambda number: f"（{chinese_numeral(number)}）",
    "1.": lambda number: f"{number}.",
    "①": lambda number: CIRCLED[number - 1] if number <= len(CIRCLED) else "",
    "措施一": lambda number: f"措施{chinese_numeral(number)}：",
}
# What may stand before a mark inside a line.
_ENDS = "。；;！!？?：:，, \t\u3000"


def mark_at(text: str) -> tuple[str, int, int] | None:
    """(style, number, end) of the mark that a text begins with."""
    for style, pattern in _STYLES.items():
        found = pattern.match(text)
        number = _number_of_mark(found[1]) if found else None
        if found and number:
            return style, number, found.end()
    return None


def _number_of_mark(sign: str) -> int | None:
    return CIRCLED.index(sign) + 1 if sign in CIRCLED else number_of(sign)


def split_measures(text: str) -> list[str]:
    """The measures of a cell: at the marks of its outermost numbering, else one for each line.

    Only marks that count on are taken: （二） after （一）. A mark that begins a line comes before
    one inside a line. What stands before the first mark is a measure of its own, unless a colon
    says that it leads in; then it stays with the first.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").strip()
    if not text:
        return []
    for style, start in _first_marks(text):
        cuts = _cuts(text, style, start)
        before = text[: cuts[0][0]].strip()
        if not before and len(cuts) == 1 and not text[cuts[0][1] :].strip():
            continue
        parts = [
            text[end:next_start].strip()
            for (_, end), (next_start, _) in zip(cuts, [*cuts[1:], (len(text), 0)], strict=True)
        ]
        if before.endswith((":", "：")):
            parts[0] = f"{before}{parts[0]}"
        elif before:
            parts.insert(0, before)
        return [part for part in parts if part]
    return [line.strip() for line in text.split("\n") if line.strip()]


def _first_marks(text: str) -> Iterator[tuple[str, int]]:
    """Where a numbering begins, the outermost first: at the start, with one at a line or inside."""
    begins = mark_at(text)
    if begins:
        # A line of its own for each measure goes on counting: （三） begins it.
        yield begins[0], 0
    for match in re.finditer(r"\n\s*", text):
        mark = mark_at(text[match.end() :])
        if mark and mark[1] == 1:
            yield mark[0], match.end()
            return
    for style in ("（一）", "①", "（1）"):
        for found in _STYLES[style].finditer(text):
            if _number_of_mark(found[1]) == 1 and text[: found.start()].rstrip().endswith(
                ("：", ":")
            ):
                yield style, found.start()
                return


def _cuts(text: str, style: str, start: int) -> list[tuple[int, int]]:
    """Start and end of each mark of this numbering from `start` on."""
    places: dict[int, list[tuple[int, int, bool]]] = {}
    for found in _STYLES[style].finditer(text, start):
        number = _number_of_mark(found[1])
        line_start = not text[text.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
        if number and (line_start or text[found.start() - 1] in _ENDS):
            places.setdefault(number, []).append((found.start(), found.end(), line_start))
    number, first = min(
        ((number, each[0]) for number, each in places.items()), key=lambda pair: pair[1]
    )
    cuts, lined = [first[:2]], 0
    while True:
        number += 1
        here = [each for each in places.get(number, ()) if each[0] >= cuts[-1][1]]
        best = next((each for each in here if each[2]), None)
        # Where the marks begin lines, one inside a line only speaks of another.
        if best is None and here and not lined:
            best = here[0]
        if best is None:
            return cuts
        lined += best[2]
        cuts.append(best[:2])


def joined_measures(measures: Sequence[str]) -> str:
    """The measures as one cell that `split_measures` takes apart again, numbered （一）（二）.

    Where the words themselves hold such marks, another numbering is taken.
    """
    if not measures:
        return ""
    first = ""
    for write in _WRITES.values():
        marks = [write(number) for number in range(1, len(measures) + 1)]
        if not all(marks):
            continue
        cell = "\n".join(f"{mark}{each}" for mark, each in zip(marks, measures, strict=True))
        first = first or cell
        if split_measures(cell) == list(measures):
            return cell
    return first


_OWN_UNITS = ("责任单位", "牵头单位", "责任部门")
_OWN_DUES = ("完成时限", "整改时限", "时限", "完成时间")


def item_of(text: str) -> PlanItem:
    """A measure; "（责任单位：…；完成时限：…）" at its end is its own (`sheets.measure_words`)."""
    whole = text.rstrip("。；; \t\n")
    start = _opening(whole)
    if start <= 0:
        return PlanItem(text)
    units: tuple[str, ...] = ()
    due = ""
    for part in re.split("[；;]", whole[start + 1 : -1]):
        label, colon, words = part.replace(":", "：").partition("：")
        if colon and label.strip() in _OWN_UNITS:
            units = split_units(words)
        elif colon and label.strip() in _OWN_DUES:
            due = words.strip()
        else:
            return PlanItem(text)
    return PlanItem(text[:start].strip(), due, units)


def _opening(text: str) -> int:
    """Where the bracket opens that closes at the end of the text; -1 where none closes there."""
    if not text.endswith(("）", ")")):
        return -1
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] in _CLOSES) - (text[place] in _OPENS)
        if depth == 0:
            return place
    return -1


# --- units ---------------------------------------------------------------------------------

_NEAR = 40
_SPLITS = "、，,；;\n\r\t/|"
_OPENS, _CLOSES = "（(〔[【《", "）)〕]】》"
_LABEL = re.compile(
    r"(?:^|(?<=[\s；;，,、。]))(?P<label>(?:市级|区级|省级|县级)?(?:总牵头|牵头|主责|主办|主要责任"
    r"|责任|整改责任|配合|协办|协助|参与|督导|验收|销号)(?:责任)?(?:单位|部门|地区)?)\s*[：:]"
)
_LEADING = re.compile(r"[(（](?:总?牵头(?:单位|部门)?|主责(?:单位)?|主办(?:单位)?)[)）]$")
_BESIDE = re.compile(r"[(（](?:配合|协办|协助|参与|责任)(?:单位|部门)?[)）]$")


@lru_cache(maxsize=4096)
def split_units(text: str) -> tuple[str, ...]:
    """The units named in a cell, each once; brackets keep together what stands in them."""
    parts, depth, part = [], 0, ""
    for place, sign in enumerate(text):
        if sign in _OPENS:
            depth += 1
        elif sign in _CLOSES:
            depth = max(depth - 1, 0)
        if depth == 0 and (sign in _SPLITS or (sign.isspace() and _parts(text, place))):
            parts.append(part)
            part = ""
        else:
            part += sign
    named = (tidy_name(each).strip("。.:： ") for each in (*parts, part))
    return tuple(dict.fromkeys(each for each in named if each and each not in UNKNOWN_WORDS))


def _parts(text: str, place: int) -> bool:
    """Whether a space parts two names: not between Latin words, nor in a name spaced out."""
    before, after = (
        text[max(place - _NEAR, 0) : place].rstrip(),
        text[place : place + _NEAR].lstrip(),
    )
    if not before or not after:
        return True
    if before[-1].isascii() and after[0].isascii():
        return False
    left = re.split(r"[\s、，,；;]", before)[-1]
    right = re.split(r"[\s、，,；;]", after)[0]
    return len(left) > 1 and len(right) > 1


@lru_cache(maxsize=4096)
def labelled_units(text: str) -> Mapping[str, str]:
    """lead, responsible, closer → their words, in a cell that labels them itself.

    "牵头单位：甲；配合单位：乙、丙", and "甲（牵头）、乙、丙". What has no label is responsible.
    """
    found = list(_LABEL.finditer(text))
    said: dict[str, str] = {}
    before = text[: found[0].start()] if found else text
    _put(said, "responsible", before)
    ends = [*(after.start() for after in found[1:]), len(text)]
    for here, end in zip(found, ends, strict=False):
        words = text[here.end() : end]
        label = here["label"]
        if re.search("牵头|主责|主办|主要责任", label):
            _put(said, "lead", words)
        elif re.search("督导|验收|销号", label):
            _put(said, "closer", words)
        else:
            _put(said, "responsible", words)
    units = split_units(said.get("responsible", ""))
    leading = [unit for unit in units if _LEADING.search(unit)]
    if leading and "lead" not in said:
        said["lead"] = "、".join(_LEADING.sub("", unit) for unit in leading)
        units = tuple(unit for unit in units if unit not in leading)
    if units:
        said["responsible"] = "、".join(_BESIDE.sub("", unit) for unit in units)
    else:
        said.pop("responsible", None)
    return MappingProxyType(said)


def _put(said: dict[str, str], name: str, words: str) -> None:
    words = words.strip(" \t\r\n；;，,、。")
    if words:
        said[name] = f"{said[name]}、{words}" if name in said else words


# --- how far it has come -------------------------------------------------------------------

_NOT_STARTED = re.compile("未启动|未开始|未开展|尚未动工|未动工|notstarted")
_NOT_DONE = re.compile("未完成|未办结|未销号|没有完成|尚未|未按期|未整改|notdone|incomplete")
_PARTLY = re.compile("阶段性?(?:办结|完成|销号)|部分(?:办结|完成)|基本完成|partly|partially")
_MOVING = re.compile(
    "推进|整改中|办理中|正在|进行中|序时|持续|under.?way|ongoing|inprogress|长期坚持$"
)
_DONE = re.compile("完成|办结|销号|整改到位|已整改|已解决|done|completed|closed|signedoff")
_YES, _NO = (
    frozenset(("是", "y", "yes", "true", "√", "✓", "1", "100%")),
    frozenset(("否", "n", "no", "false", "×", "0")),
)


def said_of(text: str) -> str:
    """What a word of status means: done, partly, under_way, not_started; "" where it is no such."""
    said = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
    if said in _YES:
        return DONE
    if said in _NO or (_NOT_DONE.search(said) and not _NOT_STARTED.search(said)):
        return UNDER_WAY
    if _NOT_STARTED.search(said):
        return NOT_STARTED
    if _PARTLY.search(said):
        return PARTLY
    if re.search("已经?(?:全部)?(?:完成|办结|销号)", said):
        return DONE
    if _MOVING.search(said):
        return UNDER_WAY
    return DONE if _DONE.search(said) else ""


def role_of(text: str) -> str:
    """牵头 is "lead", 协办 and its like "assist", anything else ""."""
    said = text.strip().casefold()
    if re.search("协办|配合|参与|协助|assist", said):
        return ASSISTS
    return LEADS if re.search("牵头|主办|主责|lead", said) else ""


def title_of(*texts: str) -> str:
    """A title: the first sentence of the first text that has one, 60 signs at most."""
    for text in texts:
        line = next((line.strip() for line in text.split("\n") if line.strip()), "")
        mark = mark_at(line)
        line = line[mark[2] :].strip() if mark and len(line) > mark[2] else line
        sentence = re.split(r"[。；;！!？?]", line)[0].strip() or line
        if sentence:
            return sentence if len(sentence) <= LONGEST_TITLE else sentence[:59] + "…"
    return ""
