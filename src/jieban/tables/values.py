"""What does one cell say? Times, numbers, yes and no, words and names out of dirty exports.

Every reader takes a cell as a workbook or a CSV file gives it and answers with the value,
with the value for "blank", or with a `Fault` that says in a code what is wrong. Columns
with few different values are read through `Words`, a dictionary that fills itself, so
that a cell seen before costs one lookup.
The rules in words: docs/zh/guide/import.md.
"""

# ruff: noqa: DTZ001, DTZ007 - a cell carries local time; its zone is attached in one place.

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jieban.domain.directory.names import tidy_name
from jieban.tables.profiles import Profile, plain

Cell = str | float | int | bool | datetime | date | time | timedelta | None

NUMBER_LIMIT = 64
FIRST_YEAR, LAST_YEAR = 1990, 2100
# Above this a floating-point cell no longer holds every whole number.
EXACT = 2**53
MOST_REMEMBERED = 200_000

_CONTROL = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, eq=False)
class Fault:
    """Why a cell cannot be taken: a code of `refusals/tables.toml` and its fields."""

    code: str
    detail: Mapping[str, object] = field(default_factory=dict)


def text_of(cell: Any) -> str:
    """A cell as the text a person sees: whole numbers without ".0", times to the second.

    Control and invisible signs are gone, line breaks stay; blank is "".
    """
    if cell.__class__ is str:
        if cell.isprintable() or cell.replace("\n", "").replace("\t", "").isprintable():
            return cell.strip()
        lines = cell.replace("\r\n", "\n").replace("\r", "\n")
        return _SURROGATE.sub("\ufffd", _CONTROL.sub("", lines)).strip()
    if cell is None:
        return ""
    if cell.__class__ is bool:
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e21 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return str(cell)


class Words(dict[str, Any]):
    """Cell text -> value, filled on demand by `read`; use `words.column(cells)` on a column.

    `booleans` says what a TRUE or FALSE cell of a workbook is worth, where it is not its text.
    """

    MOST = 50_000

    def __init__(
        self, read: Callable[[str], Any], booleans: Mapping[bool, Any] | None = None
    ) -> None:
        super().__init__()
        self._read = read
        self._booleans = booleans

    def __missing__(self, text: str) -> Any:
        value = self[text] = self._read(text_of(text))
        return value

    def column(self, cells: Sequence[Any]) -> list[Any]:
        """The value of each cell. Cells that are not text are read as the text they show."""
        if len(self) > self.MOST:
            self.clear()
        if set(map(type, cells)) == {str}:
            return list(map(self.__getitem__, cells))
        # True, 1 and 1.0 are one key to a dictionary but three texts: only text is looked up.
        return [self[cell] if cell.__class__ is str else self._other(cell) for cell in cells]

    def _other(self, cell: Any) -> Any:
        if cell.__class__ is bool and self._booleans:
            return self._booleans[cell]
        return self._read(text_of(cell))


# --- names and words -----------------------------------------------------------------------


def name_reader(profile: Profile) -> Callable[[str], str]:
    """Reader of names: tidied, "" for blanks and for words such as 不详."""
    unknown, beginnings = profile.unknown, profile.unknown_beginnings

    def read(text: str) -> str:
        name = tidy_name(text)
        key = plain(name)
        if key in unknown or (beginnings and key.startswith(beginnings)):
            return ""
        return name

    return read


_ARROWS = re.compile(r"\s*(?:[-－—–]*[>＞›»→]+)\s*")
_SLASH = re.compile(r"[/／]")


def category_reader(profile: Profile) -> Callable[[str], str]:
    """Reader of "一级->二级->三级", also written with >, ＞, → or /; levels joined by "->"."""
    read_name = name_reader(profile)

    def read(text: str) -> str:
        if not read_name(text):
            return ""
        levels = _ARROWS.split(text)
        if len(levels) == 1:
            levels = _SLASH.split(text)
        return join_levels(read_name(level) for level in levels)

    return read


def join_levels(levels: Iterable[str]) -> str:
    """Levels of a category as one text; blank ones are left out."""
    return "->".join([level for level in levels if level])


def code_reader(
    codes: Mapping[str, Any], blank: Any, other: Any, unknown: frozenset[str] = frozenset()
) -> Callable[[str], Any]:
    """Reader of a column with a closed list of words; `blank` for none, `other` for any else."""

    def read(text: str) -> Any:
        key = plain(text)
        return codes.get(key, other) if key and key not in unknown else blank

    return read


def count_reader(blank: int) -> Callable[[str], int]:
    """Reader of small counts (退单次数): a whole number of at most four digits, else `blank`."""

    def read(text: str) -> int:
        digits = plain(text).removesuffix("次")
        return int(digits) if digits.isdecimal() and len(digits) < 5 else blank

    return read


# --- case numbers --------------------------------------------------------------------------

_PLAIN_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*", re.ASCII).fullmatch
_SPOILT = re.compile(r"\d(?:\.\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_POINT_ZERO = re.compile(r"(\d+)\.0+", re.ASCII)


def read_number(cell: Any) -> str | Fault:
    """A case number as text: no white space, one width of letters, "" where there is none.

    A numeric cell is taken while it is exact; one that a spreadsheet has rounded (2.0231E+13,
    or more digits than a floating-point number holds) is a fault, since two cases might
    be taken for one.
    """
    if cell.__class__ is str:
        if len(cell) <= NUMBER_LIMIT and (
            (cell.isascii() and cell.isalnum()) or _PLAIN_NUMBER(cell)
        ):
            return cell
        return _number_text(cell)
    if cell is None or cell.__class__ is bool:
        return ""
    if isinstance(cell, float | int):
        if 0 <= cell < EXACT and cell == int(cell):
            return str(int(cell))
        return Fault("row.number_rounded")
    return _number_text(text_of(cell))


def _number_text(cell: str) -> str | Fault:
    number = "".join(tidy_name(cell.strip().removeprefix("'")).split())
    if len(number) > NUMBER_LIMIT:
        return Fault("row.number_too_long", {"limit": NUMBER_LIMIT})
    if _SPOILT.fullmatch(number):
        return Fault("row.number_rounded")
    whole = _POINT_ZERO.fullmatch(number)
    return whole[1] if whole else number


# --- times ---------------------------------------------------------------------------------

_DIGITS_TIME = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?",
    re.ASCII,
)
_SPOKEN_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?号?T?"
    r"(?P<half>上午|下午|中午|凌晨|清晨|早上|早晨|晨|傍晚|晚上|晚间|夜间|夜里|晚|午后|AM|PM)?"
    r"(?:(?P<hour>\d{1,2})(?:[:点时](?:(?P<part>半|一刻|三刻|整|(?P<minute>\d{1,2})"
    r"(?:[:分](?:(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,9}))?秒?)?)?))?))?"
    r"(?P<after>AM|PM)?",
    re.ASCII | re.IGNORECASE,
)
_US_TIME = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AP])M",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?", re.ASCII).fullmatch
_from_iso = datetime.fromisoformat
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_WEEKDAY = re.compile(r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?")
_CHINESE_NUMBER = re.compile("[〇零一二三四五六七八九十]+")
_CHINESE_DIGIT = {sign: digit for digit, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_PARTS = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, None: 0}
_MORNING = frozenset({"上午", "凌晨", "清晨", "早上", "早晨", "晨", "AM"})
_AFTERNOON = frozenset({"下午", "午后", "PM"})
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
# What databases and spreadsheets write where they have no date.
_ZERO_DATES = frozenset({datetime(1900, 1, 1), datetime(1899, 12, 30), datetime(1899, 12, 31)})
_UNREADABLE = Fault("row.time_unreadable")
_OUT_OF_RANGE = Fault("row.time_out_of_range", {"first": FIRST_YEAR, "last": LAST_YEAR})
_HIGH = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_LAST_INSTANT = timedelta(microseconds=1)


class Times:
    """Reads the time cells of one source; local times are of its zone, answers are in UTC.

    A local time that a clock change makes happen twice is the first of the two; one that
    it skips is read as if the clock had not yet been changed. `None` is "no time".
    """

    def __init__(self, profile: Profile, *, mac_epoch: bool = False) -> None:
        self._zone = ZoneInfo(profile.zone)
        self._formats = profile.times
        self._no_time = profile.no_time
        self._none = profile.no_time | profile.unknown
        self._epoch = _EPOCH_1904 if mac_epoch else _EPOCH
        self._offset, self._from, self._until = self._steady()
        self._is_steady = self._from < self._until
        # Day as written -> its midnight, in UTC for a steady zone, else local; clock -> time since.
        self._days: dict[str, datetime] = {}
        self._clocks: dict[str, timedelta] = {}

    def column(self, cells: Iterable[Any]) -> list[datetime | Fault | None]:
        """The moment of each cell; `None` where it is blank, a `Fault` where unreadable."""
        return list(map(self.read, cells))

    def last_moment_of(self, cells: Iterable[Any]) -> list[datetime | Fault | None]:
        """As `column`, for cells that name a day and mean until its end."""
        return list(map(self.read_day_end, cells))

    def read(self, cell: Any) -> datetime | Fault | None:
        """One moment, to the microsecond; see `column`."""
        if cell.__class__ is str:
            if not cell:
                return None
            if len(cell) == 19 and self._is_steady and cell[10] in " T":
                try:
                    moment = _from_iso(cell + "+00:00")
                except ValueError:
                    pass
                else:
                    if self._from <= moment < self._until:
                        return moment - self._offset
            return self._from_parts(cell)
        if self._is_steady and cell.__class__ is datetime and not cell.microsecond:
            moment = cell.replace(tzinfo=UTC)
            if self._from <= moment < self._until:
                return moment - self._offset
        local = self._local(cell)
        return self._in_utc(local) if isinstance(local, datetime) else local

    def _from_parts(self, cell: str) -> datetime | Fault | None:
        """A time by its day and its clock: both come back in thousands of cells."""
        written_day, _, written_clock = cell.partition(" ")
        day = self._days.get(written_day)
        if day is not None:
            since = self._clocks.get(written_clock) or _since_midnight(written_clock)
            if since is not None:
                moment = day + since
                return moment if self._is_steady else self._in_utc(moment)
        local = self._local(cell)
        if not isinstance(local, datetime):
            return local
        if local.tzinfo is None:
            self._remember(written_day, written_clock, local)
        return self._in_utc(local)

    def _remember(self, written_day: str, written_clock: str, local: datetime) -> None:
        key = plain(written_day)
        if any(none.startswith(key) for none in self._no_time):
            return
        day = self._local(written_day)
        if not isinstance(day, datetime) or day.tzinfo is not None:
            return
        midnight = start = day.replace(tzinfo=None)
        if self._is_steady:
            start = day.replace(tzinfo=UTC)
            if not self._from <= start < self._until:
                return
            start -= self._offset
        elif not FIRST_YEAR <= day.year <= LAST_YEAR:
            return
        for kept in (self._days, self._clocks):
            if len(kept) > MOST_REMEMBERED:
                kept.clear()
        self._days[written_day] = start
        self._clocks[written_clock] = local - midnight

    def read_day_end(self, cell: Any) -> datetime | Fault | None:
        """The last microsecond of the day the cell names."""
        local = self._local(cell)
        if not isinstance(local, datetime) or local in _ZERO_DATES:
            return local if isinstance(local, Fault) else None
        day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return self._in_utc(day + _DAY - _LAST_INSTANT)

    def _steady(self) -> tuple[timedelta, datetime, datetime]:
        """The offset of the zone and the span in which it keeps it; an empty span if it does not.

        China's clocks have not been changed since 1991: one subtraction is enough.
        """
        offset = datetime(2024, 1, 15, tzinfo=self._zone).utcoffset() or timedelta()
        first = LAST_YEAR + 1
        for year in range(LAST_YEAR, FIRST_YEAR - 1, -1):
            days = (datetime(year, 1, 1) + timedelta(days=step) for step in range(0, 366, 5))
            if any(day.replace(tzinfo=self._zone).utcoffset() != offset for day in days):
                break
            first = year
        start = datetime(min(first + 1, LAST_YEAR + 1), 1, 1, tzinfo=UTC)
        return offset, start, _HIGH

    def _in_utc(self, local: datetime) -> datetime | Fault | None:
        if local in _ZERO_DATES:
            return None
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            return _OUT_OF_RANGE
        if local.tzinfo is None:
            local = local.replace(tzinfo=self._zone)
        return local.astimezone(UTC)

    def _local(self, cell: Any) -> datetime | Fault | None:
        """The time as written: without a zone unless the cell gives one."""
        if cell.__class__ is str:
            return self._written(cell)
        if cell is None:
            return None
        if isinstance(cell, datetime):
            return _to_millisecond(cell)
        if isinstance(cell, date):
            return datetime(cell.year, cell.month, cell.day)
        if cell.__class__ is not bool and isinstance(cell, float | int):
            return self._counted(float(cell))
        return _UNREADABLE

    def _counted(self, cell: float) -> datetime | Fault | None:
        """A number: days since the spreadsheet's epoch, or the digits of a time."""
        if cell == 0:
            return None
        if cell >= 1e7 and cell.is_integer():
            return self._compact(str(int(cell))) if cell < 1e15 else _UNREADABLE
        if not 0 < cell < 200_000:
            return _UNREADABLE
        return _to_millisecond(self._epoch + timedelta(days=cell))

    def _compact(self, digits: str) -> datetime | Fault:
        pattern = _COMPACT.get(len(digits))
        try:
            return datetime.strptime(digits, pattern) if pattern else _UNREADABLE
        except ValueError:
            return _UNREADABLE

    def _written(self, cell: str) -> datetime | Fault | None:
        match = _DIGITS_TIME.fullmatch(cell)
        if match:
            year, month, day, hour, minute, second, fraction = match.groups()
            return _composed(year, month, day, hour, minute, second, fraction)
        text = " ".join(tidy_name(text_of(cell)).split()) if cell.isascii() else _tidied(cell)
        text = text.removeprefix("'")
        if not text or plain(text) in self._none:
            return None
        return self._by_format(text) or self._by_shape(text)

    def _by_format(self, text: str) -> datetime | None:
        for pattern in self._formats:
            if pattern == "%m/%d/%Y %I:%M:%S %p" and (match := _US_TIME.fullmatch(text)):
                found = _american(match)
                return found if isinstance(found, datetime) else None
            try:
                return datetime.strptime(text, pattern)
            except ValueError:
                continue
        return None

    def _by_shape(self, text: str) -> datetime | Fault:
        if match := _DIGITS_TIME.fullmatch(text):
            return _composed(*match.groups())
        if match := _US_TIME.fullmatch(text):
            return _american(match)
        if text.isdecimal() and len(text) in _COMPACT:
            return self._compact(text)
        if _SERIAL.fullmatch(text):
            return self._counted(float(text)) or _UNREADABLE
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return _spoken(text)


def _tidied(cell: str) -> str:
    """Full-width letters and stray signs out of the way; the weekday says nothing new."""
    text = unicodedata.normalize("NFKC", text_of(cell))
    return " ".join(_WEEKDAY.sub(" ", text).split())


def _since_midnight(clock: str) -> timedelta | None:
    """9:32 or 09:32:09 as time since midnight; None for all that is less plain."""
    match = _CLOCK(clock)
    if match is None:
        return None
    hour, minute, second = match.groups("0")
    return timedelta(hours=int(hour), minutes=int(minute), seconds=int(second))


def _to_millisecond(moment: datetime) -> datetime:
    """A spreadsheet's day fraction is not exact: what it means is the nearest millisecond."""
    extra = moment.microsecond % 1000
    if extra == 0:
        return moment
    return moment + timedelta(microseconds=(1000 - extra) if extra >= 500 else -extra)


def _composed(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    fraction: str | None,
) -> datetime | Fault:
    """A moment out of its parts; 24:00 is the midnight that ends the day."""
    hours, later = int(hour or 0), 0
    if hours == 24 and not int(minute or 0) and not int(second or 0):
        hours, later = 0, 1
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            hours,
            int(minute or 0),
            int(second or 0),
            int(fraction.ljust(6, "0")[:6]) if fraction else 0,
        )
        return moment + later * _DAY
    except (ValueError, OverflowError):
        return _UNREADABLE


def _american(match: re.Match[str]) -> datetime | Fault:
    month, day, year, hour, minute, second, half = match.groups()
    if not 1 <= int(hour) <= 12:
        return _UNREADABLE
    hours = int(hour) % 12 + (12 if half in "pP" else 0)
    return _composed(year, month, day, str(hours), minute, second, None)


def _spoken(text: str) -> datetime | Fault:
    """2024年3月5日 下午3点20分 and its kin."""
    joined = _CHINESE_NUMBER.sub(_in_digits, text.replace(" ", "").replace("三刻", "45分"))
    joined = joined.replace("1刻", "15分").replace("3刻", "45分")
    match = _SPOKEN_TIME.fullmatch(joined)
    if not match:
        return _UNREADABLE
    year, month, day = match[1], match[2], match[3]
    half = (match["half"] or match["after"] or "").upper()
    if match["hour"] is None:
        return _UNREADABLE if half else _composed(year, month, day, None, None, None, None)
    if match["half"] and match["after"]:
        return _UNREADABLE
    hour = _hour_of_day(int(match["hour"]), half)
    if hour is None:
        return _UNREADABLE
    minute = match["minute"] or str(_PARTS[match["part"]])
    return _composed(year, month, day, str(hour), minute, match["second"], match["fraction"])


def _hour_of_day(hour: int, half: str) -> int | None:
    """The hour on the 24-hour clock; None where the words contradict each other."""
    if not half:
        return hour
    if half in _MORNING:
        return 0 if hour == 12 else hour if hour < 12 else None
    if half in _AFTERNOON:
        return hour + 12 if hour < 12 else hour if hour < 24 else None
    if half == "中午":
        return hour + 12 if hour < 3 else hour if 10 <= hour <= 14 else None
    # Evening and night: 晚上12点 is the midnight that ends the day, 晚上1点 could be either day.
    if 5 <= hour < 12:
        return hour + 12
    return 24 if hour == 12 else hour if 17 <= hour <= 24 else None


def _in_digits(match: re.Match[str]) -> str:
    """三 -> 3, 十五 -> 15, 二十 -> 20, 二〇二四 -> 2024."""
    signs = match[0]
    if "十" not in signs:
        return "".join(str(_CHINESE_DIGIT[sign]) for sign in signs)
    tens, _, ones = signs.partition("十")
    try:
        return str(
            (_CHINESE_DIGIT[tens] if tens else 1) * 10 + (_CHINESE_DIGIT[ones] if ones else 0)
        )
    except KeyError:
        return signs
