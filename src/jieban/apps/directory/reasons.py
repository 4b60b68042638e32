"""Why the duty list suggests a unit, in words: for the pages and for commands."""

from jieban.apps.directory import selectors
from jieban.apps.directory.models import Duty
from jieban.apps.directory.selectors import Suggested
from jieban.domain.routing.duties import LOCAL, DutyRule
from jieban.domain.words import translate as _


def reason(found: Suggested) -> str:
    """One sentence: which rule, or why there is none."""
    rule = found.reason.rule
    if rule is not None:
        said = _("Rule {number} of the duty list: {rule}.").format(
            number=rule.number, rule=rule_words(rule)
        )
        if rule.lead != LOCAL:
            return said
        return _("{first} {second}").format(first=said, second=_place(found))
    if found.because == "tie":
        numbers = _(", ").join(str(each.number) for each in found.reason.tied)
        said = _("Rules {numbers} are equally specific and name different leads: please choose.")
        return said.format(numbers=numbers)
    said = _("No rule of the duty list fits.")
    return _("{first} {second}").format(first=said, second=_place(found))


def beaten(found: Suggested) -> list[tuple[int, str]]:
    """(number, sentence) of every other rule that fits, most specific first."""
    sentences = {
        "category": _("Rule {number} ({rule}) is for a wider category."),
        "area": _("Rule {number} ({rule}) is for a larger place."),
        "condition": _("Rule {number} ({rule}) has fewer conditions."),
        "newest": _("Rule {number} ({rule}) is older."),
        "none": _("Rule {number} ({rule}) says the same lead."),
    }
    return [
        (
            each.rule.number,
            sentences[each.aspect].format(number=each.rule.number, rule=rule_words(each.rule)),
        )
        for each in found.reason.alternatives
    ]


def rule_words(rule: DutyRule) -> str:
    """What a rule is for: category, place, conditions."""
    now = selectors.standing()
    area = now.areas.get(rule.area)
    where = area.name if area else rule.area or _("everywhere")
    parts = [rule.category or _("every category"), where, *sorted(rule.conditions)]
    return _(", ").join(parts)


def lead_words(duty: Duty) -> str:
    return duty.lead.name if duty.lead else _("the street of the place")


def joint_words(duty: Duty) -> list[str]:
    """Names of the units that help."""
    named = [unit.name for unit in duty.joints.all()]
    return [*named, _("the street of the place")] if duty.local_joins else named


def _place(found: Suggested) -> str:
    """Whose unit was taken for the place."""
    area = found.area.name if found.area else ""
    lead = found.lead.name if found.lead else ""
    if found.because == "nobody":
        return _("No unit answers for the place: please choose.")
    if found.because == "district":
        return _("The street is not known or has no unit: {lead} answers for {area}.").format(
            lead=lead, area=area
        )
    return _("{lead} is the unit of the place.").format(lead=lead)
