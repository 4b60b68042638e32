"""督察信访件: what a letter holds, how it moves, by when it is answered, what may be printed.

    ┌─ enter ─► in_progress ──part──► partly_done ──close──► done
    │               │  ▲                   │                  │
    │               │  └────── go_on ──────┘                  │
    │               └───────────── close ────────────────────►│
    │               ▲                                         │
    │               └───────────────── reopen ────────────────┘

The units answer and ask; the office that keeps the round decides, by somebody who works for none
of the letter's units and wrote none of its answer. Where that office is itself among the units,
the unit above it decides (`tasks.signing_unit`).

A letter may name several types of pollution, so types may add up to more than letters.

Sources: 《群众信访举报转办和边督边改公开情况一览表》 of rounds 1 to 3; S:hk (10 days).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from jieban.domain import moves
from jieban.domain.errors import Refused
from jieban.domain.moves import Table, move
from jieban.domain.practices.wording import Field, contact
from jieban.domain.privacy.redaction import redact
from jieban.domain.rectification import numbers
from jieban.domain.rectification.tasks import Person


class State(StrEnum):
    """是否办结: 正在办理, 阶段性办结, 已办结."""

    IN_PROGRESS = "in_progress"
    PARTLY_DONE = "partly_done"
    DONE = "done"


class Verdict(StrEnum):
    """是否属实."""

    TRUE = "true"
    MOSTLY_TRUE = "mostly_true"
    PARTLY_TRUE = "partly_true"
    UNTRUE = "untrue"


S = State
STATE_WORDS = MappingProxyType(
    {S.IN_PROGRESS: "正在办理", S.PARTLY_DONE: "阶段性办结", S.DONE: "已办结"}
)
VERDICT_WORDS = MappingProxyType(
    {
        Verdict.TRUE: "属实",
        Verdict.MOSTLY_TRUE: "基本属实",
        Verdict.PARTLY_TRUE: "部分属实",
        Verdict.UNTRUE: "不属实",
    }
)
TYPES = MappingProxyType(
    {
        "water": ("水", "水污染", "水环境", "废水", "污水", "地表水", "黑臭水体"),
        "air": ("大气", "大气污染", "大气环境", "空气", "油烟", "扬尘", "废气", "异味", "恶臭"),
        "noise": ("噪声", "噪音", "噪声污染", "噪音污染", "声环境"),
        "soil": ("土壤", "土壤污染", "土壤环境"),
        "waste": ("固体废物", "固废", "垃圾", "固体废弃物", "危险废物", "危废"),
        "ecology": ("生态", "生态破坏", "自然生态", "生态环境"),
        "radiation": ("辐射", "电磁辐射", "核与辐射"),
        "other": ("其他", "其它", "其他污染"),
    }
)
"""Type → its words, the one that is printed first. Other words are kept as they are told."""
ACTIONS = MappingProxyType(
    {
        "talk": "约谈",
        "criticism": "通报批评",
        "admonition": "诫勉",
        "party": "党纪处分",
        "administrative": "政务处分",
        "judicial": "移送司法",
        "other": "其他",
    }
)
"""责任人被处理情况: kind → how it is printed."""
NOTHING = "无"
LINKS = ("repeat", "same_matter", "task")
"""重复件, 同一事项, and a rectification task that deals with it."""
MOST_DAYS_SOON = 3
"""Days before the last one from which an answer is said to come near."""
LIKE = 0.55
"""Share of sign pairs in common from which two letters are offered as alike."""
LONGEST_TEXT = 8000

Move = moves.Move[State]
_TABLE = Table(
    "letter",
    State,
    move("enter", "entered", (), S.IN_PROGRESS, "letter.manage"),
    move("part", "partly_done", (S.IN_PROGRESS,), S.PARTLY_DONE, "letter.manage"),
    move("close", "closed", (S.IN_PROGRESS, S.PARTLY_DONE), S.DONE, "letter.manage"),
    move("go_on", "went_on", (S.PARTLY_DONE,), S.IN_PROGRESS, "letter.manage", True),
    move("reopen", "reopened", (S.DONE,), S.IN_PROGRESS, "letter.manage", reason=True),
)
MOVES = _TABLE.moves
PAST = _TABLE.past
replay = _TABLE.replay
WANTED = (S.PARTLY_DONE, S.DONE)
"""What a unit may ask for."""
MOVE_TO = {S.PARTLY_DONE: "part", S.DONE: "close"}


@dataclass(frozen=True)
class Standing:
    """What deciding needs to know of a letter.

    `units` are the codes of its lead and joint units, `answered_by` the ids of whoever wrote its
    answer or asked for its closing, `blanks` what an answer still lacks. `brought_by` brought the
    letter in from outside.
    """

    state: State
    units: frozenset[str] = frozenset()
    answered_by: frozenset[str] = frozenset()
    blanks: tuple[str, ...] = ()
    wanted: str = ""


def moves_of(standing: Standing, person: Person) -> tuple[str, ...]:
    """Names of the moves there are from here; nothing for whom none of them is."""
    return () if _barred(standing, person) else _TABLE.moves_from(standing.state)


def decide(standing: Standing, name: str, *, by: Person, reason: str = "") -> Move:
    """The move, if this person may make it.

    Raises:
        Refused "letter.unknown_move", "letter.move_not_allowed", "letter.reason_missing".
        Refused "letter.own_work": they work for one of its units.
        Refused "letter.answered_it": they wrote its answer, or asked for its closing.
        Refused "letter.blanks": closed before its answer is whole.
    """
    made = _TABLE.decide(standing.state, name, reason=reason)
    barred = _barred(standing, by)
    if barred is not None:
        raise barred
    if name in ("part", "close") and standing.blanks:
        raise Refused("letter.blanks", blanks=[Field(f"letter_{each}") for each in standing.blanks])
    return made


def check_judge(standing: Standing, by: Person) -> None:
    """
    Raises:
        Refused "letter.own_work", "letter.answered_it": they are not who decides on it.
    """
    barred = _barred(standing, by)
    if barred is not None:
        raise barred


def _barred(standing: Standing, person: Person) -> Refused | None:
    own = sorted(standing.units & person.works_for)
    if own:
        return Refused("letter.own_work", units=own)
    if person.id in standing.answered_by:
        return Refused("letter.answered_it")
    return None


# --- the reply clock ----------------------------------------------------------------------


@dataclass(frozen=True)
class Clock:
    """By when the answer is due. `left` counts days, below nought after the last one."""

    due: date
    left: int

    @property
    def light(self) -> str:
        """red | amber | green."""
        return "red" if self.left < 0 else "amber" if self.left <= MOST_DAYS_SOON else "green"


def due_on(handed_on: date, days: int) -> date:
    """The last day to answer: so many calendar days after the hand-over."""
    return handed_on + timedelta(days=days)


def clock_on(due: date, state: str, today: date) -> Clock | None:
    """The clock while it runs: until the letter is done, or done in part."""
    return Clock(due, (due - today).days) if state == S.IN_PROGRESS else None


# --- words of a table ---------------------------------------------------------------------

_SIMPLE = str.maketrans(
    "編號問題實況處理責關環廢聲業區劃屬結辦無談報評誡勉黨紀務轉約狀態類標時調",
    "编号问题实况处理责关环废声业区划属结办无谈报评诫勉党纪务转约状态类标时调",
)
_TYPE_OF = {word: code for code, words in TYPES.items() for word in words}
_TYPE_MARKS = re.compile(r"[、,，;；/|\s]+")
_VERDICTS = {
    "属实": Verdict.TRUE,
    "是": Verdict.TRUE,
    "基本属实": Verdict.MOSTLY_TRUE,
    "大部分属实": Verdict.MOSTLY_TRUE,
    "部分属实": Verdict.PARTLY_TRUE,
    "部分不属实": Verdict.PARTLY_TRUE,
    "不完全属实": Verdict.PARTLY_TRUE,
    "不属实": Verdict.UNTRUE,
    "否": Verdict.UNTRUE,
    "基本不属实": Verdict.UNTRUE,
}
_STATES = {
    "已办结": S.DONE,
    "办结": S.DONE,
    "是": S.DONE,
    "已完成": S.DONE,
    "完成整改": S.DONE,
    "阶段性办结": S.PARTLY_DONE,
    "阶段办结": S.PARTLY_DONE,
    "部分办结": S.PARTLY_DONE,
    "正在办理": S.IN_PROGRESS,
    "办理中": S.IN_PROGRESS,
    "正在整改": S.IN_PROGRESS,
    "未办结": S.IN_PROGRESS,
    "否": S.IN_PROGRESS,
    "未完成": S.IN_PROGRESS,
}


def simplified(text: str) -> str:
    """Words of headings and of choices in simplified signs; other text is not for this."""
    return text.translate(_SIMPLE)


def types_of(text: str) -> tuple[str, ...]:
    """Types a cell names, each once, in their order; a word nobody knows stays as it is told."""
    words = (
        each.strip()
        for each in _TYPE_MARKS.split(unicodedata.normalize("NFC", text))
        if each.strip() and each.strip() != NOTHING
    )
    return tuple(dict.fromkeys(_TYPE_OF.get(simplified(each), each[:32]) for each in words))


def type_word(code: str) -> str:
    """How a type is printed."""
    return TYPES[code][0] if code in TYPES else code


def types_said(codes: Sequence[str]) -> str:
    return "、".join(map(type_word, codes))


def verdict_of(text: str) -> str:
    """The verdict a cell gives, "" for none.

    Raises:
        Refused "letter.verdict_unreadable".
    """
    return _choice(text, _VERDICTS, "letter.verdict_unreadable")


def state_of(text: str) -> str:
    """The state a cell gives, "" for none.

    Raises:
        Refused "letter.state_unreadable".
    """
    return _choice(text, _STATES, "letter.state_unreadable")


def _choice(text: str, known: Mapping[str, StrEnum], code: str) -> str:
    plain = simplified(re.sub(r"[\s。.，,]+", "", unicodedata.normalize("NFKC", text)))
    if plain in ("", "/", "-", "—"):
        return ""
    if plain not in known:
        raise Refused(code, value=text.strip()[:40])
    return str(known[plain])


_CHINESE = "零一二三四五六七八九"
_BATCH = re.compile(
    r"第\s*(?P<whole>[0-9]{1,3}|[〇零一二三四五六七八九十百两]{1,6})"
    r"(?:\s*[-—–－之]\s*(?P<part>[0-9]{1,2}))?\s*(?:批次|批)"
)
_BARE_BATCH = re.compile(
    r"(?P<whole>[0-9]{1,3}|[〇零一二三四五六七八九十百两]{1,6})(?:[-](?P<part>[0-9]{1,2}))?"
)


def batch_of(text: str) -> str:
    """ "19" for 第十九批, "35-1" for （第35-1批） wherever it stands in a text; "" for none."""
    found = _BATCH.search(unicodedata.normalize("NFKC", text))
    return _batch(found) if found else ""


def read_batch(text: str) -> str:
    """A batch's number as somebody typed it: 19, 第十九批, 35-1.

    Raises:
        Refused "batch.number_unreadable".
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    found = _BATCH.fullmatch(plain) or _BARE_BATCH.fullmatch(plain)
    number = _batch(found) if found else ""
    if not number:
        raise Refused("batch.number_unreadable", value=text.strip()[:32])
    return number


def batch_order(number: str) -> int:
    """Where a batch stands among others: 35 before 35-1 before 36."""
    whole, _, part = number.partition("-")
    return int(whole) * 100 + int(part or 0)


def letter_rank(batch: int, position: int) -> int:
    """What a letter is ordered by, highest first: later batches, then earlier positions."""
    return batch * 10_000_000 - position


def _batch(found: re.Match[str]) -> str:
    whole = _counted(found["whole"])
    if not whole:
        return ""
    return f"{whole}-{int(found['part'])}" if found["part"] else str(whole)


def _counted(signs: str) -> int:
    """12, 十二, 一百零三 as a number; 0 where it is none."""
    if signs.isascii():
        return int(signs)
    total, digit = 0, 0
    for sign in signs.replace("两", "二").replace("〇", "零"):
        if sign == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif sign == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _CHINESE.index(sign)
    return total + digit


# --- what may be printed ------------------------------------------------------------------

_KEPT = "\ue000"


def public(text: str) -> str:
    """The text as everybody may read it: nobody's phone or identity, nothing below a building.

    Numbers of letters stay, which a rule for phones would take out. Twice is once.
    """
    text = text.replace(_KEPT, "")
    kept: list[str] = []
    pieces, last = [], 0
    for begin, end in numbers.numbers_in(text):
        if numbers.parse(text[begin:end]) is None:
            continue
        pieces += [text[last:begin], _KEPT]
        kept.append(text[begin:end])
        last = end
    shown = redact("".join([*pieces, text[last:]]))
    for each in kept:
        shown = shown.replace(_KEPT, each, 1)
    return shown


def printed(field: str, text: str, *, limit: int = LONGEST_TEXT, required: bool = False) -> str:
    """The text tidied, if it may be printed.

    Raises:
        Refused "practice.words_missing", "practice.words_too_long", "practice.words_unreadable".
        Refused "letter.personal_data": phones, identity numbers, plates, flats; `redacted` shows.
    """
    words = contact(field, text, limit=limit, required=required)
    shown = public(words)
    if _seen(shown) != _seen(words):
        raise Refused("letter.personal_data", field=Field(field), redacted=shown[:200])
    return words


def _seen(text: str) -> str:
    shown = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", shown)


@dataclass(frozen=True)
class Accountability:
    """One line of 责任人被处理情况; nobody is named. `people` may be 0 where a unit was dealt
    with."""

    kind: str
    people: int = 0
    unit: str = ""
    on: date | None = None
    text: str = ""

    def said(self) -> str:
        """ "2024年6月3日，样例街道约谈2人。" """
        day = f"{self.on.year}年{self.on.month}月{self.on.day}日，" if self.on else ""
        people = f"{self.people}人" if self.people else ""
        words = self.text.rstrip("。；; ")
        return f"{day}{self.unit}{ACTIONS[self.kind]}{people}{'：' + words if words else ''}。"


def accountability_said(rows: Sequence[Accountability], told: str = "") -> str:
    """How the public table prints it: the rows, else what was told, else 无."""
    if rows:
        return "".join(each.said() for each in rows)
    return told or NOTHING


# --- letters that belong together ---------------------------------------------------------

_MENTION = re.compile(
    r"(?:受理编号|信访编号|编号|举报件|信访件|案件)[^0-9A-Za-z，。；]{0,4}(?P<bare>[0-9]{2,6})(?=号|[^0-9A-Za-z]|$)"
)
_REPEAT = re.compile("重复|重覆|重複")
_CLAUSE = re.compile("[。；;！\n]")
_ABOUT = 24


def mentions(text: str, own: str) -> list[tuple[str, str]]:
    """Other letters a text names, in order: (number, kind).

    "重复" near the number makes it a repeat, anything else the same matter.
    """
    found: dict[str, tuple[int, str]] = {}
    for begin, end in numbers.numbers_in(text.upper()):
        _note(found, text, text[begin:end].upper(), begin, end)
    for each in _MENTION.finditer(text):
        _note(found, text, each["bare"], each.start("bare"), each.end("bare"))
    found.pop(own, None)
    return [(number, kind) for number, (_, kind) in sorted(found.items(), key=lambda e: e[1][0])]


def _note(found: dict[str, tuple[int, str]], text: str, number: str, begin: int, end: int) -> None:
    if numbers.parse(number) is None or number in found:
        return
    before = _CLAUSE.split(text[max(begin - _ABOUT, 0) : begin])[-1]
    near = before + _CLAUSE.split(text[end : end + _ABOUT])[0]
    found[number] = (begin, "repeat" if _REPEAT.search(near) else "same_matter")


def pairs_of_signs(text: str) -> frozenset[str]:
    """Every two neighbouring signs of a text, without what stands between words."""
    plain = "".join(sign for sign in text if sign.isalnum())
    return frozenset(plain[place : place + 2] for place in range(len(plain) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the pairs in common, measured against the smaller text; 0 for empty ones."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


# --- sums ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class LetterSum:
    """done + partly_done + in_progress = total, whatever was counted."""

    total: int
    done: int
    partly_done: int
    in_progress: int


def sum_of(states: Mapping[str, int]) -> LetterSum:
    """The sum of counts by state. An unknown state is a ValueError, not a letter left out."""
    known = {State(state): count for state, count in states.items()}
    return LetterSum(
        sum(known.values()),
        known.get(S.DONE, 0),
        known.get(S.PARTLY_DONE, 0),
        known.get(S.IN_PROGRESS, 0),
    )


@dataclass(frozen=True)
class Line:
    """What counting needs of a letter: where it is counted, its types, its state."""

    where: str
    types: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class Row:
    """One place or unit of the table: how many letters, in which state, how often each type."""

    name: str
    sum: LetterSum
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Cross:
    """按街道（单位）× 污染类型. Columns are `types`; `total` is over all rows.

    `mentions` may exceed `total.sum.total`: a letter may name several types.
    """

    types: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row

    @property
    def mentions(self) -> int:
        return sum(self.total.counts)

    @property
    def exceeds(self) -> bool:
        return self.mentions != self.total.sum.total


def cross(lines: Iterable[Line]) -> Cross:
    """Letters by place or unit and type: a row for each, most letters first, and the total.

    A letter counts once in its row, and once under each of its types; one without any under "".
    """
    every = list(lines)
    named = Counter(type_ for line in every for type_ in set(line.types) or {""})
    order = {code: place for place, code in enumerate(TYPES)}
    types = tuple(sorted(named, key=lambda code: (order.get(code, len(order)), code)))
    by_place: dict[str, list[Line]] = {}
    for line in every:
        by_place.setdefault(line.where, []).append(line)
    rows = [_row(name, types, held) for name, held in by_place.items()]
    rows.sort(key=lambda row: (-row.sum.total, row.name))
    return Cross(types, tuple(rows), _row("", types, every))


def _row(name: str, types: Sequence[str], lines: Sequence[Line]) -> Row:
    counted = Counter(type_ for line in lines for type_ in set(line.types) or {""})
    states = Counter(line.state for line in lines)
    return Row(name, sum_of(states), tuple(counted[code] for code in types))
