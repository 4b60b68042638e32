"""The empty file of a year's holidays that an operator fills in from the official notice."""

from jieban.domain.words import Language

_EXPLAINED: dict[Language, tuple[str, ...]] = {
    "zh": (
        "{year} 年节假日安排。请照国务院办公厅当年的通知填写，一行一天，填好后导入。",
        "日期写成 {year}-10-01。类型只写两种：放假、补班（周六周日调休上班）。节日写名称，可不写。",
        "平常的周一至周五、周六周日不用写。元旦假期延到上一年 12 月的，那几天也写上。",
        "以 # 开头的行只是说明，导入时略过。",
    ),
    "en": (
        "Holidays of {year}. Fill in from the official notice, one line a day, then import it.",
        "Write dates as {year}-10-01. There are two kinds: holiday, and makeup_workday (a Saturday "
        "or Sunday that is worked). The name of the holiday may be left out.",
        "Ordinary weekdays and weekends are not listed. Days of last December that belong to the "
        "New Year's holiday are.",
        "Lines that begin with # are explanations and are passed over.",
    ),
}
_HEADS: dict[Language, str] = {"zh": "日期,类型,节日", "en": "date,kind,holiday"}


def blank_calendar(year: int, language: Language) -> bytes:
    """The file's bytes: explanations, headings, no days. With a mark that makes Excel read it."""
    lines = [f'"# {line.format(year=year)}"' for line in _EXPLAINED[language]]
    return ("\r\n".join([*lines, _HEADS[language]]) + "\r\n").encode("utf-8-sig")
