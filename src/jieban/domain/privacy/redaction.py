"""What of a free text may be listed and searched by everyone in reach?

Taken out: phones, identity and card numbers, plates, mail addresses, chat ids, the caller's
own names, and the part of an address below the building. Kept: places, dates, amounts,
document and case numbers. Where the two cannot be told apart the text loses, not the
resident: seven digits in a row that are no date, amount or case number are taken out.

A building is public, a household is not. So a flat goes (3号楼2单元502室 → 3号楼) and so does a
house number in a village (王庄村35号 → 王庄村), which names one family; the number of a
courtyard in a lane (胡同35号, 35号院) stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

PHONE, NUMBER, PLATE, MAIL, CHAT, CALLER, FLAT = (
    "[电话]",
    "[证件或卡号]",
    "[车牌]",
    "[邮箱]",
    "[账号]",
    "[来电人]",
    "[房号]",
)
_MARKS = r"\[(?:电话|证件或卡号|车牌|邮箱|账号|来电人|房号)\]"

_FULL = "０１２３４５６７８９＠．－＋＿" + "".join(
    map(chr, (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))
)
_HALF = {ord(sign): ord(sign) - 0xFEE0 for sign in _FULL}
# Signs nobody sees, which would hide a number from every pattern below.
_UNSEEN = dict.fromkeys((0xAD, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF))
_PLAIN = _HALF | _UNSEEN
_ODD_DIGIT = re.compile(r"[^\D0-9]")

_C = "零〇一二三四五六七八九幺"
_SEP = r"[ \t\u3000\u00a0.·_‐‑‒–—−-]{0,3}"
_TAIL = rf"{_SEP}[0-9{_C}]"
# 138，0000，1111: three groups of a mobile with whatever signs between them.
_GROUPS = r"1[3-9][0-9](?:[^0-9A-Za-z\u4e00-\u9fff]{1,3}[0-9]{4}){2}(?![0-9])"
_DATE = (
    r"(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"(?:[T ][0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9]))?"
    r"|(?:19|20)[0-9]{2} ?[-—–~] ?(?:19|20)[0-9]{2}(?=年)"
    r"|[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9])"
)
_CASE_NUMBER = (
    r"(?<![A-Za-z0-9])[A-Z]{2,4}(?:19|20)[0-9]{6}-?[0-9]{3,6}(?:-[0-9])?(?![0-9])"
    r"|GB(?:/T)? ?[0-9]{3,5}(?:\.[0-9]+)?[-—](?:19|20)[0-9]{2}(?![0-9])"
)
_PLACES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = (
    rf"[{_PLACES}] ?[A-Za-z][·• -]?"
    rf"(?=[A-Za-z]{{0,5}}[0-9])[A-HJ-NP-Za-hj-np-z0-9]{{4,6}}[挂学警港澳领使]?(?![A-Za-z0-9])"
    rf"|(?P<tag>车牌(?:号码|号)?(?:是|为|[:：])?[ ]*)"
    rf"[A-Za-z][·• -]?(?=[A-Za-z]{{0,5}}[0-9])[A-Za-z0-9]{{4,6}}(?![A-Za-z0-9])"
)
_CHAT = (
    r"(?:[微薇威]信|[vVwW][xX]|[vV]信|加[vV]|[qQ]{2}|扣扣)"
    r"(?:号码|账号|帐号|号)?[ ]*(?:是|为|[:：]){0,2}[ ]*"
    r"(?P<id>[A-Za-z0-9][A-Za-z0-9_-]{4,19}(?:@[A-Za-z0-9.-]+)?)"
)
_PERSONAL = re.compile(
    rf"(?=[0-9A-Za-z._%(（+\[{_PLACES}尾后微薇威扣加车{_C}])(?:(?P<kept>{_MARKS}|{_CASE_NUMBER}|(?<![0-9]){_DATE})"
    rf"|(?P<mail>(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    rf"|(?P<chat>{_CHAT})"
    rf"|(?P<plate>{_PLATE})"
    rf"|(?P<ending>(?:尾号|后四位|后4位)(?:是|为|[:：])?[ ]*[0-9]{{3,6}})"
    rf"|(?P<number>{_GROUPS}|(?:[(（][+]?[0-9]{{2,4}}[)）]{_SEP}|[+])?(?:[0-9]|[{_C}])(?:{_TAIL}){{6,}}[xX]?"
    rf"(?:(?:转|分机|-)[ ]*[0-9]{{1,5}})?))"
)
# Where none of these stands, there is nothing to take out but a name.
_ANYTHING = re.compile(rf"[0-9A-Za-z@]|[{_C}]{_SEP}[{_C}]{_SEP}[{_C}]|[单室户]")
_UNIT_OF_AMOUNT = re.compile(r"[余多]?(?:元|块钱|万|亿|平方米|平米|㎡|千瓦时|吨|公里)")
_CALLED = re.compile(r"(?:电话|手机|座机|固话|联系|号码|致电|拨打)")
_NUMBERED = re.compile(r"(?:工单|单号|编号|案号|受理号|诉求号|文号)[^0-9]{0,4}$")
_CHINESE = str.maketrans(_C, "001234567891")
_MOBILES = re.compile(r"(?:(?:0086|86|0)?1[3-9][0-9]{9}){2,}")
_MOBILE = re.compile(r"(?:0086|86|0)?1[3-9][0-9]{9}")

_N = rf"(?:[0-9]{{1,4}}|[{_C}十百]{{1,4}}|[A-Za-z甲乙丙丁])"
_BUILDING = rf"(?:{_N} ?(?:号楼|栋|幢|座|# ?楼|#)){{1,2}}"
_NOT_ROOM = r"(?![0-9年月日天元万平米人名位辆路个多余次家岁度分时点%.:：])"
_SIDE = "[东西南北中]{1,2}"
_BELOW = (
    rf"(?:[ 　,，、及和至到-]?(?:(?:{_N}|{_SIDE})单元"
    rf"(?:[ ,，-]?(?:[0-9]{{1,2}}[室户号](?![楼院线])|[0-9]{{1,2}}[A-Za-z](?![A-Za-z座])))?"
    rf"|{_N}门(?![口卫前头])|{_N}[层楼](?![道下上梯栋])|{_SIDE}户(?!外)"
    rf"|[0-9]{{1,2}}-[0-9]{{3,4}}[室房户号]?{_NOT_ROOM}"
    rf"|(?:[0-9]{{2,4}}[A-Za-z]?|[{_C}]{{3,4}})(?:号房|房间|室|房|户|号(?![楼院线]))"
    rf"|[0-9]{{3,4}}(?:-[0-9]{{1,2}}(?![0-9])|[A-Za-z](?!座))?(?![A-Za-z]){_NOT_ROOM}"
    rf"|[{_C}]{{3,4}}(?![{_C}]){_NOT_ROOM}))"
)
_HOME = re.compile(
    rf"(?=[0-9A-Za-z村{_C}十百甲乙丙丁])(?:(?P<building>{_BUILDING})(?P<below>{_BELOW}+)"
    rf"|(?<![0-9A-Za-z.-])(?P<first>[0-9]{{1,2}}|[A-Za-z])(?P<rest>[-—](?:[1-9]|1[0-2])[-—][0-9]{{3,4}})"
    rf"(?:室)?(?![0-9年-])"
    rf"|(?<=[区园里苑寓庭城府湾居住])(?P<house>[0-9]{{1,3}})(?P<room>[-—][0-9]{{3,4}}室?)(?![0-9年元米-])"
    rf"|(?P<village>村(?:[东西南北中]区)?(?:{_N}[组队区排]){{0,2}})"
    rf"(?P<family>[ ]?{_N}号(?![楼院线地门路站井]))"
    rf"|(?P<alone>{_N}单元[ ,，-]?(?:[0-9]{{2,4}}|[{_C}]{{3,4}})[室号房户]?{_NOT_ROOM}"
    rf"|(?<![0-9])[A-Za-z]?(?:[0-9]{{3,4}}|[{_C}]{{3,4}})(?:号?房间|室|号?房(?![屋产地租源管价款东]))"
    rf"|(?<=号)[0-9]{{1,2}}室(?![0-9一二两]?厅)"
    rf"|(?<![0-9])(?:[0-9]{{1,2}}|[{_C}十]{{1,3}})楼[0-9]{{3,4}}{_NOT_ROOM}))"
)


def redact(text: str, *, names: Sequence[str] = (), phones: Sequence[str] = ()) -> str:
    """`text` without what points to a person: to be listed and searched.

    Digits come out half width. Twice redacted is once redacted. `names` are the caller's own
    (one sign is no name), `phones` the caller's numbers, taken out however short they are.
    """
    own = _own(tuple(names), tuple(phones))
    text, again = _once(_plain(text), own)
    # Taking a flat out can bring a building and another flat together.
    while again:
        text, again = _once(text, own)
    return text


def building_of(address: str) -> tuple[str, str]:
    """An address in two: down to the building, and what lies below it ("" if nothing does).

    The two joined are the address again, in half-width digits and without outer blanks.
    """
    address = _plain(address).strip()
    found = _HOME.search(address)
    if found is None:
        return address, ""
    place = max(
        found.end(name) if found[name] else -1 for name in ("building", "first", "house", "village")
    )
    place = found.start("alone") if place < 0 else place
    return address[:place], address[place:]


def normal_phone(text: str) -> str:
    """The digits of a phone as it is looked up: no country code, no separators.

    "" for what is no phone: masked (138****5678), too short, or words.
    """
    text = _plain(text)
    if "*" in text or "＊" in text:
        return ""
    digits = re.sub(r"[^0-9]", "", text)
    for code in ("0086", "86"):
        if digits.startswith(code) and re.fullmatch(
            r"1[3-9][0-9]{9}|0?[1-9][0-9]{9,10}", digits[len(code) :]
        ):
            digits = digits[len(code) :]
            break
    return digits if 5 <= len(digits) <= 20 else ""


def _plain(text: str) -> str:
    """Digits and Latin letters half width, unseen signs gone, so that the patterns see them."""
    text = text.translate(_PLAIN)
    return _ODD_DIGIT.sub(lambda odd: str(unicodedata.decimal(odd[0])), text)


def _once(text: str, own: re.Pattern[str] | None) -> tuple[str, bool]:
    """One pass; whether a flat was taken out, so that another pass may find more."""
    flats = 0
    if _ANYTHING.search(text):
        text, flats = _HOME.subn(_to_building, text)
        text = _PERSONAL.sub(_taken_out, text)
    if own is not None:
        text = own.sub(lambda found: found[1] or (PHONE if found["phone"] else CALLER), text)
    return text, flats > 0


def _to_building(found: re.Match[str]) -> str:
    if found["building"]:
        return found["building"]
    if found["village"]:
        return found["village"]
    if found["alone"]:
        return FLAT
    return f"{found['first'] or found['house']}号楼"


def _taken_out(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind == "mail":
        return MAIL
    if kind == "chat":
        return found[0][: found.start("id") - found.start()] + CHAT
    if kind == "plate":
        return (found["tag"] or "") + PLATE
    if kind == "ending":
        return found[0].rstrip("0123456789") + PHONE
    return _number(found) if kind == "number" else found[0]


def _number(found: re.Match[str]) -> str:
    """A run of seven digits or more: a phone, an identity or card number, or none of these."""
    run, text = found[0], found.string
    digits = re.sub(r"[^0-9]", "", run.translate(_CHINESE))
    mobile = _MOBILE.fullmatch(digits) is not None
    before = text[max(found.start() - 10, 0) : found.start()]
    if not (mobile or len(digits) >= 15 or digits[0] == "0" or _CALLED.search(before)):
        if _UNIT_OF_AMOUNT.match(text, found.end()) or _NUMBERED.search(before):
            return run
        if run == digits and _is_day(digits):
            return run
    if len(digits) >= 15 and not (mobile or _MOBILES.fullmatch(digits)):
        return NUMBER
    return PHONE


def _is_day(digits: str) -> bool:
    """20231030: a day of this or the last hundred years."""
    if len(digits) != 8 or digits[:2] not in ("19", "20"):
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=512)
def _own(names: tuple[str, ...], phones: tuple[str, ...]) -> re.Pattern[str] | None:
    """What the caller is called and called by; marks come first, so that none is opened again."""
    told = sorted({_plain(name).strip() for name in names}, key=len, reverse=True)
    people = [r"\s?".join(map(re.escape, name)) for name in told if len(name) > 1]
    numbers = [
        f"{_SEP}".join(digits) for phone in phones if len(digits := normal_phone(phone)) >= 5
    ]
    if not people and not numbers:
        return None
    never = "(?!)"
    return re.compile(
        f"({_MARKS})|(?P<phone>{'|'.join(numbers) or never})|(?P<name>{'|'.join(people) or never})"
    )
