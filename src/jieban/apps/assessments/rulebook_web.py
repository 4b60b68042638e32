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

RATES = {
    "response": _("Response rate"),
    "resolution": _("Resolution rate"),
    "satisfaction": _("Satisfaction rate"),
    "on_time": _("On-time rate"),
    "closure": _("Closure rate"),
}
KEYS = {
    "rulebook.name": _("Name"),
    "rulebook.title.zh": _("Title in Chinese"),
    "rulebook.title.en": _("Title in English"),
    "rulebook.document": _("Document"),
    "rulebook.valid_from": _("In force from"),
    "rulebook.valid_to": _("In force until"),
    "rulebook.source": _("Source of the rules"),
    "period.rule": _("Assessment period"),
    "period.by": _("What decides a row's period"),
    "period.zone": _("Time zone"),
    "closed.window": _("Window for closed cases"),
    "count.enquiries": _("Enquiries count"),
    "satisfaction.mostly_satisfied": _("What “mostly satisfied” is worth"),
    "rank.on": _("Decimals that decide a place"),
    "rank.ties": _("Equal scores"),
    "rank.minimum": _("Fewest valid call-backs to be ranked among all"),
    "rank.no_callbacks": _("No valid call-back"),
    "rank.group": _("Who is compared with whom"),
    "print.decimals": _("Decimals of printed scores"),
    "print.rate_decimals": _("Decimals of printed rates"),
    "tiers.letters": _("Tiers"),
    "tiers.borders": _("Borders of the tiers"),
    "summary.mean_over": _("The mean of units is over"),
    "publish.rank_list": _("Full rank list is published"),
    "publish.minimum": _("Fewest call-backs for a published figure"),
    "publish.appeal_days": _("Days to appeal"),
}
PART_KEYS = {
    "weight": _("weight"),
    "points": _("points at the target"),
    "target": _("target"),
    "per_point": _("points lost for each percentage point"),
    "floor": _("floor"),
    "cap": _("cap"),
}
VALUES = {
    "19th-to-18th": _("19th of the month before to the 18th"),
    "calendar-month": _("calendar month"),
    "received": _("time of receipt"),
    "closed": _("time of closing"),
    "source": _("each source's own zone"),
    "period": _("same as the assessment period"),
    "from-10th-of-previous-month": _("from the 10th of the month before"),
    "share": _("share a place (1, 2, 2, 4)"),
    "larger-received-first": _("the larger number received comes first"),
    "unranked": _("listed without score and rank"),
    "zero": _("rates and score are 0, last place"),
    "all": _("all"),
    "kind": _("units of one kind"),
    "with-callbacks": _("units with valid call-backs"),
    "true": _("yes"),
    "false": _("no"),
}


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
        "example": EXAMPLE,
        "span": _span(span.start, span.end, zone),
        "closed_span": _span(*closed, zone),
        "zone": rulebook.zone(),
        "whole": sum((_most(part) for part in rulebook.parts), Decimal(0)),
        "value": {
            name: VALUES.get(str(getattr(rulebook, name)), getattr(rulebook, name))
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
    return [PartView(part, RATES[part.rate], _most(part)) for part in rulebook.parts]


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
    if key in KEYS:
        return str(KEYS[key])
    section, name, last = [*key.rsplit(".", 2), "", ""][:3]
    if section == "score.parts":
        return f"{RATES.get(name.partition('#')[0], name)} · {PART_KEYS.get(last, last)}"
    if section == "exclusions.grounds":
        return str(_("Ground %(code)s (%(language)s)")) % {"code": name, "language": last}
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
    return str(VALUES.get(value, value))
