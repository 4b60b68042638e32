"""受理编号: what a letter's number says, and whether it can be right.

`D3YX202505280018`: D by phone or X by letter, the round, the place, the day it was received, the
serial of that day. Inspections of provinces put the city first and count in two or three digits
(`YCD2022092602`), earlier ones wrote the place as a division code (`D990000201811010028`) or used
a bare number (`4260`). What the kinds look like stands in `PATTERNS` as data; what fits none of
them is not refused for good, but somebody has to say that it is meant so.

Source: published tables of rounds 1 to 3; the meaning of the parts is read off them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jieban.domain.errors import Refused

PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "standard",
        r"(?P<channel>[DX])(?P<nth>[1-9])(?P<place>[A-Z]{2,3})(?P<day>(?:19|20)\d{6})(?P<serial>\d{4})",
    ),
    (
        "division",
        r"(?P<channel>[DX])(?P<place>[1-9]\d{5})(?P<day>(?:19|20)\d{6})(?P<serial>\d{4})",
    ),
    (
        "city",
        r"(?P<place>[A-Z]{2,3})(?P<channel>[DX])(?P<day>(?:19|20)\d{6})(?P<serial>\d{2,3})",
    ),
    ("plain", r"(?P<serial>\d{1,6})"),
)
"""Kind → what it looks like. Parts: channel, nth, place, day, serial; a kind may lack some."""
PHONE, LETTER = "phone", "letter"
CHANNELS = {"D": PHONE, "X": LETTER}
TOLERANCE = 5
"""Days before and after the team's stay on which a number may still be dated: letters travel."""
LONGEST = 32
_COMPILED = tuple((name, re.compile(pattern, re.ASCII)) for name, pattern in PATTERNS)
_ANYWHERE = re.compile(
    "(?<![A-Za-z0-9])(?:"
    + "|".join(re.sub(r"\?P<\w+>", "?:", pattern) for name, pattern in PATTERNS if name != "plain")
    + ")(?![A-Za-z0-9])",
    re.ASCII,
)
_SIGNS = re.compile(r"[\s\-‐-―_·.．。*＊★☆※]+")
_MARKS = "*＊★☆※▲△#＃"
_MISREAD = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1"})
_ALLOWED = re.compile(r"[0-9A-Z\u4e00-\u9fff〔〕()\[\]\-]+")


@dataclass(frozen=True)
class Parts:
    """What a number says; what its kind does not say is "", 0 or None."""

    kind: str
    serial: int
    channel: str = ""
    nth: int = 0
    place: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Bounds:
    """What the round knows: which it is, the codes its numbers bear, when the team was there."""

    nth: int = 0
    codes: tuple[str, ...] = ()
    stationed_from: date | None = None
    stationed_to: date | None = None


@dataclass(frozen=True)
class Finding:
    """Something odd of a number. `code` is a refusal code; `value` what is odd in it."""

    code: str
    value: str = ""


@dataclass(frozen=True)
class Checked:
    """A number that was looked at. `faults` ask for `unusual`, `doubts` are only said.

    `suggestion` is how it would be written right, "" where it is right or nobody can tell.
    """

    number: str
    parts: Parts | None
    faults: tuple[Finding, ...] = ()
    doubts: tuple[Finding, ...] = ()
    suggestion: str = ""


def parse(number: str) -> Parts | None:
    """What the number says; None where it fits no kind or names a day that does not exist."""
    found = _match(number)
    if found is None:
        return None
    kind, parts = found
    day = _day(parts.get("day", ""))
    if parts.get("day") and day is None:
        return None
    return Parts(
        kind,
        int(parts["serial"]),
        CHANNELS.get(parts.get("channel", ""), ""),
        int(parts.get("nth") or 0),
        parts.get("place", ""),
        day,
    )


def tidied(text: str) -> str:
    """A number without what typing and cells put around it: widths, small letters, blanks,
    hyphens, the mark of letters in focus. Digits and letters stay as they are."""
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    bare = _SIGNS.sub("", plain)
    return bare if _match(bare) else plain.strip(_MARKS + " \t\r\n\u3000")


def marked(text: str) -> bool:
    """Whether a mark stands beside the number: so tables show the letters in focus."""
    bare = text.strip()
    return bool(bare) and (bare[0] in _MARKS or bare[-1] in _MARKS)


def suggestion(text: str) -> str:
    """The number that was probably meant: tidied, then with O for 0 and I for 1 put right.

    "" where nothing fits, or nothing differs.
    """
    bare = _SIGNS.sub("", unicodedata.normalize("NFKC", text).upper())
    for guess in (bare, *_digits_read(bare)):
        if guess != text and parse(guess) is not None:
            return guess
    return ""


def check(text: str, bounds: Bounds, *, channel: str = "") -> Checked:
    """The number as it is kept, with everything odd about it.

    `channel` is what somebody says about how it came, against which the number is held.
    """
    number = text.strip()
    parts = parse(number)
    if parts is None:
        found = _match(number)
        odd = found[1].get("day", "") if found else ""
        code = "letter.number_day" if odd else "letter.number_unusual"
        return Checked(number, None, (Finding(code, odd or number),), (), suggestion(text))
    return Checked(number, parts, tuple(_faults(parts, bounds, channel)), _doubts(parts, bounds))


def accepted(text: str, bounds: Bounds, *, channel: str = "", unusual: bool = False) -> Checked:
    """As `check`, for a number that is to be kept.

    Raises:
        Refused "letter.number_missing", "letter.number_signs": nothing, or signs no number has.
        Refused "letter.number_suggested": written otherwise than it is meant; names what is meant.
        Refused "letter.number_unusual", "letter.number_day", "letter.number_serial",
            "letter.number_channel", "letter.number_round", "letter.number_place": odd, and nobody
            said that it is meant so (`unusual`).
    """
    checked = check(text, bounds, channel=channel)
    if not checked.number:
        raise Refused("letter.number_missing")
    if not unusual:
        if checked.suggestion:
            raise Refused(
                "letter.number_suggested",
                number=checked.number[:LONGEST],
                suggestion=checked.suggestion,
            )
        for fault in checked.faults:
            raise Refused(fault.code, number=checked.number[:LONGEST], value=fault.value[:LONGEST])
    if len(checked.number) > LONGEST or not _ALLOWED.fullmatch(checked.number):
        raise Refused("letter.number_signs", number=checked.number[:LONGEST], limit=LONGEST)
    return checked


def numbers_in(text: str) -> list[tuple[int, int]]:
    """Where whole numbers (no bare ones) stand in a text: begin and end of each."""
    return [found.span() for found in _ANYWHERE.finditer(text)]


def _match(number: str) -> tuple[str, dict[str, str]] | None:
    for kind, pattern in _COMPILED:
        found = pattern.fullmatch(number)
        if found:
            return kind, found.groupdict()
    return None


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _digits_read(bare: str) -> Sequence[str]:
    """Guesses at what was meant where letters stand for digits, the fewest changes first."""
    guesses = []
    for head in range(len(bare) + 1):
        if len(bare) - head > 2:
            guesses.append(bare[:head] + bare[head:].translate(_MISREAD))
    if len(bare) > 1:
        guesses += [each[0] + each[1].translate(_MISREAD) + each[2:] for each in guesses]
    return sorted(dict.fromkeys(guesses), key=lambda each: sum(map(str.__ne__, each, bare)))


def _faults(parts: Parts, bounds: Bounds, channel: str) -> list[Finding]:
    found = []
    if parts.serial <= 0:
        found.append(Finding("letter.number_serial", "0"))
    if channel and parts.channel and channel != parts.channel:
        found.append(Finding("letter.number_channel", channel))
    if parts.nth and bounds.nth and parts.nth != bounds.nth:
        found.append(Finding("letter.number_round", str(parts.nth)))
    if bounds.codes and parts.kind in ("standard", "city") and parts.place not in bounds.codes:
        found.append(Finding("letter.number_place", parts.place))
    return found


def _doubts(parts: Parts, bounds: Bounds) -> tuple[Finding, ...]:
    if parts.day is None or bounds.stationed_from is None:
        return ()
    first = bounds.stationed_from - timedelta(days=TOLERANCE)
    last = bounds.stationed_to
    if parts.day < first or (last is not None and parts.day > last + timedelta(days=TOLERANCE)):
        return (Finding("letter.number_outside", parts.day.isoformat()),)
    return ()
