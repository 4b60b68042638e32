"""The names of rates, figures, levels, states and rules on pages, and what each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Figure:
    """A figure in words: its name, what it says, and its formula as words and as symbols."""

    name: Any
    says: Any
    formula: Any = ""
    symbols: str = ""


LEVELS: Mapping[str, Any] = {
    "district": _("District"),
    "street": _("Streets"),
    "community": _("Communities"),
    "unit": _("Units"),
}
ONE_OF: Mapping[str, Any] = {
    "district": _("district"),
    "street": _("street"),
    "community": _("community"),
    "unit": _("unit"),
}
KINDS: Mapping[str, Any] = {
    "district": _("district"),
    "street": _("street"),
    "community": _("community"),
    "village": _("village"),
    "street_office": _("street office"),
    "department": _("department"),
    "enterprise": _("enterprise"),
    "unit": _("unit"),
}
RATES: Mapping[str, Figure] = {
    "response": Figure(
        _("Response rate"),
        _("Of residents reached by a valid call-back, how many had been contacted by the unit."),
        _("contacted ÷ valid call-backs × 100"),
        "r₁ = C / V × 100",
    ),
    "resolution": Figure(
        _("Resolution rate"),
        _("Of residents reached by a valid call-back, how many say the matter is resolved."),
        _("resolved ÷ valid call-backs × 100"),
        "r₂ = R / V × 100",
    ),
    "satisfaction": Figure(
        _("Satisfaction rate"),
        _("Of residents reached by a valid call-back, how many are satisfied."),
        _("(satisfied + f × mostly satisfied) ÷ valid call-backs × 100"),
        "r₃ = (S + f·M) / V × 100",
    ),
    "on_time": Figure(
        _("On-time rate"),
        _("Of cases with a due time whose verdict is known, how many were closed by it."),
        _("closed on time ÷ cases with a verdict × 100"),
        "r₄ = T / D × 100",
    ),
    "closure": Figure(
        _("Closure rate"),
        _("Of assessed cases, how many are closed."),
        _("closed ÷ assessed × 100"),
        "r₅ = E / N × 100",
    ),
}
COUNTS: Mapping[str, Figure] = {
    "received": Figure(
        _("Received"), _("Every assignment received in the period, excluded ones too.")
    ),
    "closed": Figure(_("Closed"), _("Every assignment closed within the window for closing.")),
    "considered": Figure(_("Assessed"), _("Received and not excluded.")),
    "valid": Figure(
        _("Valid call-backs"), _("Valid call-back, not excluded: the V below the rates.")
    ),
    "contacted": Figure(_("Contacted"), _("Valid call-backs that say they were contacted.")),
    "resolved": Figure(_("Resolved"), _("Valid call-backs that say it is resolved.")),
    "satisfied": Figure(_("Satisfied"), _("Valid call-backs that are satisfied.")),
    "mostly_satisfied": Figure(
        _("Mostly satisfied"), _("Valid call-backs that are mostly satisfied.")
    ),
    "excluded": Figure(
        _("Excluded"), _("Left out of the score on a ground of the rulebook, not out of handling.")
    ),
    "held": Figure(_("On hold"), _("Cannot be solved now for an accepted reason.")),
    "returned": Figure(_("Sent back"), _("Sent back by a unit at least once.")),
    "reopened": Figure(_("Reopened"), _("Handled more than once.")),
    "due": Figure(_("With a verdict"), _("Has a due time, and whether it was met is known.")),
    "ended": Figure(_("Closed, of the assessed"), _("Assessed cases that have been closed.")),
}
SCORE = Figure(
    _("Score"),
    _("The rates put together by the rulebook; ranked on all six decimals."),
)
STATES: Mapping[str, Any] = {
    "computed": _("Draft"),
    "reviewed": _("Reviewed"),
    "published": _("Published"),
    "superseded": _("Superseded"),
    "discarded": _("Discarded"),
    "unlisted": _("Not on the list"),
}
APPEAL_STATES: Mapping[str, Any] = {
    "raised": _("Undecided"),
    "granted": _("Granted"),
    "refused": _("Refused"),
    "withdrawn": _("Withdrawn"),
}
SUMMARIES: Mapping[str, Any] = {
    "<unattributed>": _("Unattributed"),
    "<mean>": _("Mean of the units"),
    "<pooled>": _("All cases together"),
}
# A rulebook's keys and values in words; `PART_KEYS` are those of one part of the score.
RULE_KEYS: Mapping[str, Any] = {
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
    "limits.contact_hours": _("Hours until first contact"),
    "limits.amber": _("Share of a limit after which its light is amber"),
    "limits.working_day_hours": _("Hours of work in a working day"),
    "limits.returns": _("Returns after which a case goes up"),
    "limits.followup_days": _("Days until the call-back"),
    "limits.hold_review_days": _("Days until a hold is reviewed"),
    "limits.extension_days": _("Most days of an extension"),
    "limits.reopen.unresolved": _("Unresolved cases are reopened by rule"),
    "limits.reopen.times": _("Most reopenings by rule"),
    "limits.escalate.street_hours": _("Hours overdue until the unit's leader is told"),
    "limits.escalate.district_hours": _("Hours overdue until the district is told"),
}
LIMIT_KEYS: Mapping[str, Any] = {
    "urgency": _("urgency"),
    "complexity": _("complexity"),
    "kind": _("kind of matter"),
    "category": _("categories"),
    "hours": _("hours"),
    "days": _("days"),
    "counting": _("counted in"),
    "amber": _("amber from"),
    "zh": _("words in Chinese"),
    "en": _("words in English"),
}
PART_KEYS: Mapping[str, Any] = {
    "weight": _("weight"),
    "points": _("points at the target"),
    "target": _("target"),
    "per_point": _("points lost for each percentage point"),
    "floor": _("floor"),
    "cap": _("cap"),
}
RULE_VALUES: Mapping[str, Any] = {
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
    "urgent": _("urgent"),
    "complex": _("complex"),
    "normal": _("normal"),
    "request": _("request"),
    "enquiry": _("enquiry"),
    "calendar": _("calendar time"),
    "working": _("working time"),
    "with-callbacks": _("units with valid call-backs"),
    "true": _("yes"),
    "false": _("no"),
}


def figure_words(figure: str) -> Figure | None:
    """The words of a rate, a count or the score; None for a figure there is not."""
    if figure == "score":
        return SCORE
    return RATES.get(figure) or COUNTS.get(figure)


def place_name(row: Any) -> str:
    """A row's name; summary lines have one of their own."""
    return str(SUMMARIES.get(row.id, row.name))


# Rates that come from call-backs; the others come from due and closing times.
CALLBACK_RATES = ("response", "resolution", "satisfaction")


def rates_shown(rulebook: Any) -> list[str]:
    """The rates printed beside a rulebook's score: the block its parts belong to, whole."""
    timed = ("on_time", "closure")
    shown: list[str] = []
    if any(rate in CALLBACK_RATES for rate in rulebook.rates):
        shown += CALLBACK_RATES
    if any(rate in timed for rate in rulebook.rates):
        shown += timed
    return shown


def base_name(rulebook: Any) -> Any:
    """What the answers under the score are called."""
    first = rulebook.rates[0]
    if first == "on_time":
        return COUNTS["due"].name
    return COUNTS["considered"].name if first == "closure" else COUNTS["valid"].name


def in_sentence(name: Any) -> str:
    """A name inside a sentence: English writes it small, Chinese has no other way."""
    text = str(name)
    return text[:1].lower() + text[1:]
