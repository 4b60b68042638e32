"""Rows of facts as people read them, on a page and as CSV. Facts hold no personal data."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from jieban.apps.assessments.shown import Shown
from jieban.domain.words import language
from jieban.evaluation.facts import FactsFolder
from jieban.evaluation.rows import Half


@dataclass(frozen=True)
class FactLine:
    """One assignment. Times are in the zone of the rulebook; answers are words or a dash."""

    number: str
    unit_id: str
    unit: str
    area: str
    received: str
    closed: str
    due: str
    late: bool
    category: str
    valid: str
    contacted: str
    resolved: str
    satisfaction: str
    ground: str
    held: bool


def half_of(text: str | None) -> Half:
    return "whole" if text == "whole" else "part"


def page_number(text: str | None) -> int:
    return max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1


def dressed(rows: Sequence[Mapping[str, Any]], it: Shown, facts: FactsFolder) -> list[FactLine]:
    """Rows in the reader's language."""
    names = {place.id: place.name for place in (*facts.areas, *facts.units)}
    zones = {
        name: ZoneInfo(it.rulebook.zone(source.zone)) for name, source in facts.sources.items()
    }
    chosen = "zh" if language() == "zh" else "en"
    grounds = {ground.code: getattr(ground, chosen) for ground in it.rulebook.grounds}
    words = _satisfaction_words()
    lines = []
    for row in rows:
        zone = zones.get(row["source"], ZoneInfo(it.rulebook.zone()))
        ground = row["excluded_ground"]
        lines.append(
            FactLine(
                number=row["case_number"] or row["fact_id"],
                unit_id=row["unit_id"] or "",
                unit=names.get(row["unit_id"], row["unit_id"] or "–"),
                area=names.get(row["area_id"], row["area_id"] or "–"),
                received=_moment(row["received_at"], zone),
                closed=_moment(row["closed_at"], zone),
                due=_moment(row["due_at"], zone),
                late=row["on_time"] is False,
                category=(row["category_id"] or "–").replace("->", " › "),
                valid=_yes(row["valid"]),
                contacted=_yes(row["contacted"]),
                resolved=_yes(row["resolved"]),
                satisfaction=words.get(row["satisfaction"], row["satisfaction"] or "–"),
                ground=grounds.get(ground, ground) if ground else "",
                held=bool(row["held"]),
            )
        )
    return lines


def as_csv(rows: Sequence[Mapping[str, Any]], it: Shown, facts: FactsFolder) -> bytes:
    """The rows as CSV with BOM, heads in the reader's language; nothing that begins a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(
        [
            _("Case number"), _("Unit"), _("Area"), _("Received at"), _("Closed at"), _("Due at"),
            _("Category"), _("Valid call-back"), _("Contacted"), _("Resolved"),
            _("Satisfaction"), _("Ground of exclusion"), _("On hold"),
        ]
    )  # fmt: skip
    for line in dressed(rows, it, facts):
        cells = [
            line.number, line.unit, line.area, line.received, line.closed, line.due,
            line.category, line.valid, line.contacted, line.resolved, line.satisfaction,
            line.ground, _yes(line.held),
        ]  # fmt: skip
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """A spreadsheet runs cells that begin with these; an apostrophe keeps them text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "@", "\t", "\r") else cell


def _moment(value: datetime | None, zone: ZoneInfo) -> str:
    return "–" if value is None else f"{value.astimezone(zone):%Y-%m-%d %H:%M}"


def _yes(value: bool | None) -> str:
    if value is None:
        return "–"
    return _("yes") if value else _("no")


def _satisfaction_words() -> dict[str, str]:
    return {
        "satisfied": _("satisfied"),
        "mostly_satisfied": _("mostly satisfied"),
        "neutral": _("neutral"),
        "dissatisfied": _("dissatisfied"),
        "other": _("other"),
    }
