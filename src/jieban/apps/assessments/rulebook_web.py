"""Pages of the rulebooks: what each rule says, how two differ, whether one's own is right.

Rulebooks come with the program and are read, not kept: nothing here touches the database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from jieban.apps.assessments.presenting.words import (
    LIMIT_KEYS,
    PART_KEYS,
    RATES,
    RULE_KEYS,
    RULE_VALUES,
)
from jieban.apps.assessments.templatetags.rulebook_words import plain_number
from jieban.domain.errors import Refused
from jieban.domain.rulebook import schema
from jieban.domain.rulebook.diff import difference
from jieban.domain.rulebook.periods import closed_bounds
from jieban.domain.rulebook.schema import Part, Rulebook
from jieban.domain.words import language

EXAMPLE = "2023-10"
LARGEST = 256 * 1024
# A score is 100 points or fewer; the scale that parts are drawn on.
FULL = Decimal(100)


@dataclass(frozen=True)
class PartView:
    """One addend of the score. `width` is its share of a scale of 100, for drawing."""

    part: Part
    name: Any
    width: Decimal


@dataclass(frozen=True)
class TierView:
    """One tier: from (inclusive) and below; None at the ends. `step` is its shade."""

    letter: str
    at_least: Decimal | None
    below: Decimal | None
    step: int


@dataclass(frozen=True)
class Span:
    """A span of days, both ends included, as people say it."""

    first: datetime
    last: datetime


class CheckForm(forms.Form):
    """A rulebook of one's own, as a file or as text."""

    file = forms.FileField(
        label=_("Rulebook file (TOML)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".toml,.txt", "class": "drop"}),
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        max_length=LARGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "class": "toml", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        file = said.get("file")
        if file and file.size > LARGEST:
            self.add_error("file", _("A rulebook is a small text; this file is too large."))
        elif file:
            try:
                said["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("This file is not UTF-8 text. Save it as UTF-8."))
        elif not said.get("text", "").strip():
            self.add_error("text", _("Choose a file, or paste the text of a rulebook."))
        return said


@require_GET
def list_rulebooks(request: HttpRequest) -> HttpResponse:
    """Every rulebook that comes with the program."""
    rulebooks = [schema.load(name) for name in _usual_first()]
    shown = [{"rulebook": each, "parts": parts_of(each)} for each in rulebooks]
    return render(request, "rulebooks/list.html", {"shown": shown})


@require_GET
def show(request: HttpRequest, name: str) -> HttpResponse:
    """One rulebook, rule by rule, with its text."""
    rulebook = _shipped(name)
    others = [schema.load(other) for other in _usual_first() if other != name]
    text = _text(name)
    context = {"text": text, "about": _about(text), "others": others, **described(rulebook)}
    return render(request, "rulebooks/show.html", context)


@require_GET
def download(request: HttpRequest, name: str) -> HttpResponse:
    """The rulebook's file, to begin one's own with."""
    _shipped(name)
    response = HttpResponse(_text(name), content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.toml"'
    return response


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """What differs between two rulebooks, in words."""
    names = _usual_first()
    before = _shipped(request.GET.get("before") or names[0])
    after = _shipped(request.GET.get("after") or names[1])
    differences = [
        {
            "key": each.key,
            "words": _key_words(each.key),
            "before": _value_words(each.key, each.before),
            "after": _value_words(each.key, each.after),
        }
        for each in difference(before, after)
    ]
    # Names differ always and say nothing; they stand last.
    differences.sort(key=lambda each: each["key"].startswith("rulebook."))
    context = {
        "before": before,
        "after": after,
        "rulebooks": [schema.load(name) for name in names],
        "differences": differences,
    }
    return render(request, "rulebooks/diff.html", context)


def check(request: HttpRequest) -> HttpResponse:
    """Whether a rulebook of one's own follows the schema; nothing is stored."""
    sent = request.method == "POST"
    form = CheckForm(request.POST, request.FILES) if sent else CheckForm()
    context: dict[str, Any] = {"form": form}
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        name = file.name if file else str(_("your text"))
        try:
            context |= described(schema.read(form.cleaned_data["text"], name))
        except Refused as refusal:
            context["refusal"] = refusal
            context["problems"] = refusal.detail.get("problems", [])
            # What a file held is shown to be mended on the spot.
            form.data = {**request.POST.dict(), "text": form.cleaned_data["text"]}
    wrong = bool(form.errors) or "refusal" in context
    return render(request, "rulebooks/check.html", context, status=422 if wrong else 200)


def described(rulebook: Rulebook) -> dict[str, Any]:
    """What the part `rulebooks/rules.html` needs of a rulebook."""
    span = rulebook.period(EXAMPLE)
    zone = ZoneInfo(rulebook.zone())
    closed = closed_bounds(EXAMPLE, rulebook.period_rule, rulebook.closed_window, rulebook.zone())
    return {
        "rulebook": rulebook,
        "parts": parts_of(rulebook),
        "tiers": _tiers(rulebook),
        "limits": [rulebook.limits.contact, *(each.limit for each in rulebook.limits.answers)],
        "example": EXAMPLE,
        "span": _span(span.start, span.end, zone),
        "closed_span": _span(*closed, zone),
        "zone": rulebook.zone(),
        "whole": sum((_most(part) for part in rulebook.parts), Decimal(0)),
        "value": {
            name: RULE_VALUES.get(str(getattr(rulebook, name)), getattr(rulebook, name))
            for name in (
                "period_rule",
                "period_by",
                "closed_window",
                "rank_ties",
                "rank_no_callbacks",
                "rank_group",
                "summary_mean_over",
            )
        },
    }


def parts_of(rulebook: Rulebook) -> list[PartView]:
    """The addends of a score, each with its most possible points."""
    return [PartView(part, RATES[part.rate].name, _most(part)) for part in rulebook.parts]


def _most(part: Part) -> Decimal:
    return part.weight * FULL if part.weight is not None else part.cap or Decimal(0)


def _tiers(rulebook: Rulebook) -> list[TierView]:
    borders = [None, *rulebook.tier_borders, None]
    return [
        TierView(letter, borders[number + 1], borders[number], number + 1)
        for number, letter in enumerate(rulebook.tier_letters)
    ]


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> Span:
    return Span(start.astimezone(zone), (end - timedelta(seconds=1)).astimezone(zone))


def _usual_first() -> list[str]:
    """Names of the shipped rulebooks, the usual one first."""
    return sorted(schema.shipped_names(), key=lambda name: (name != "beijing-district", name))


def _shipped(name: str) -> Rulebook:
    """A rulebook by name; never a path, which an address could point anywhere."""
    if name not in schema.shipped_names():
        raise Refused("rulebook.unknown", name=name, shipped=schema.shipped_names())
    return schema.load(name)


def _text(name: str) -> str:
    return (files("jieban") / "rulebooks" / f"{name}.toml").read_text(encoding="utf-8")


def _about(text: str) -> str:
    """What the file says of itself before its first table: where it is from and how sure it is."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines)


def _key_words(key: str) -> str:
    """`score.parts.response.weight` → Response rate: weight."""
    if key in RULE_KEYS:
        return str(RULE_KEYS[key])
    section, name, last = [*key.rsplit(".", 2), "", ""][:3]
    if section == "score.parts":
        rate = RATES.get(name.partition("#")[0])
        return f"{rate.name if rate else name} · {PART_KEYS.get(last, last)}"
    if section == "exclusions.grounds":
        return str(_("Ground %(code)s (%(language)s)")) % {"code": name, "language": last}
    if section == "limits.answer":
        return f"{_('Time limit')} {name} · {LIMIT_KEYS.get(last, last)}"
    return key


def _value_words(key: str, value: str | None) -> str:
    if value is None:
        return "–"
    if key.startswith("rulebook."):
        return value
    if key.endswith(".weight"):
        return f"{plain_number(Decimal(value) * FULL)}%"
    joint = "、" if language() == "zh" else ", "
    if value.startswith("["):
        return joint.join(part.strip().strip('"') for part in value[1:-1].split(","))
    return str(RULE_VALUES.get(value, value))
