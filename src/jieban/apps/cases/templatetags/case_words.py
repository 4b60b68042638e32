"""Words for the fields of a row and the values they hold."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jieban.domain import words

register = template.Library()

FIELDS = {
    "number": gettext_lazy("case number"),
    "kind": gettext_lazy("kind of case"),
    "role": gettext_lazy("role of the unit"),
    "unit": gettext_lazy("responsible unit"),
    "unit_written": gettext_lazy("responsible unit"),
    "street": gettext_lazy("street or town"),
    "street_written": gettext_lazy("street or town"),
    "community": gettext_lazy("community"),
    "community_written": gettext_lazy("community"),
    "category": gettext_lazy("category"),
    "category_1": gettext_lazy("category, level 1"),
    "category_2": gettext_lazy("category, level 2"),
    "category_3": gettext_lazy("category, level 3"),
    "channel": gettext_lazy("channel"),
    "received_at": gettext_lazy("time received"),
    "closed_at": gettext_lazy("time closed"),
    "due_at": gettext_lazy("time due"),
    "cancelled_at": gettext_lazy("time cancelled"),
    "excluded": gettext_lazy("excluded or not"),
    "ground": gettext_lazy("ground of exclusion"),
    "excluded_ground": gettext_lazy("ground of exclusion"),
    "contacted": gettext_lazy("contacted"),
    "valid": gettext_lazy("valid call-back"),
    "resolved": gettext_lazy("resolved"),
    "satisfaction": gettext_lazy("satisfaction"),
    "held": gettext_lazy("on hold"),
    "returns": gettext_lazy("times returned"),
    "passes": gettext_lazy("times handled"),
    "status": gettext_lazy("status"),
    "name": gettext_lazy("resident's name"),
    "phone": gettext_lazy("resident's phone"),
    "title": gettext_lazy("title"),
    "content": gettext_lazy("what was said"),
    "address": gettext_lazy("address"),
    "spot": gettext_lazy("estate or spot"),
    "company": gettext_lazy("company"),
    "reply": gettext_lazy("reply"),
    "result": gettext_lazy("result of handling"),
    "district": gettext_lazy("district"),
    "labels": gettext_lazy("labels"),
    "personal": gettext_lazy("personal data"),
}
VALUES = {
    "lead": gettext_lazy("lead"),
    "dual": gettext_lazy("dual"),
    "joint": gettext_lazy("joint"),
    "transfer": gettext_lazy("transfer"),
    "request": gettext_lazy("request"),
    "enquiry": gettext_lazy("enquiry"),
    "satisfied": gettext_lazy("satisfied"),
    "mostly_satisfied": gettext_lazy("mostly satisfied"),
    "neutral": gettext_lazy("neutral"),
    "dissatisfied": gettext_lazy("dissatisfied"),
    "other": gettext_lazy("other"),
    "unlawful_demand": gettext_lazy("unlawful demand"),
    "unreasonable_demand": gettext_lazy("unreasonable demand"),
    "force_majeure": gettext_lazy("force majeure"),
    "wrong_jurisdiction": gettext_lazy("outside the unit's jurisdiction"),
    "malicious_repeat": gettext_lazy("malicious repetition"),
    "commercial_complaint": gettext_lazy("commercial complaint"),
    "legal_process": gettext_lazy("already in a legal process"),
    "duplicate": gettext_lazy("duplicate"),
    "cancelled": gettext_lazy("cancelled"),
    "withdrawn": gettext_lazy("withdrawn by the resident"),
}


@register.filter
def field_name(field: str) -> str:
    """What a field is called; a heading that is no field stays as it is."""
    return str(FIELDS.get(field, field))


@register.filter
def said(value: Any) -> str:
    """A value of a row in the reader's words; an en dash where the source said nothing."""
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and (moment := _moment(value)):
        return f"{localtime(moment):%Y-%m-%d %H:%M}"
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M}"
    return str(VALUES.get(value, words.glossary().get(value, {}).get(words.language(), value)))


@register.filter
def steps(category: str) -> str:
    """A category with its levels set apart: 一级 › 二级 › 三级."""
    return category.replace("->", " › ")


def _moment(text: str) -> datetime | None:
    """A moment as the records of changes keep it; other texts are none."""
    if len(text) < 19 or text[10] != "T":
        return None
    return parse_datetime(text)
