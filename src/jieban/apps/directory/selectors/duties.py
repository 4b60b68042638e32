"""Every read of the duty list; the units it suggests for a case, and what is wrong with it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db.models import QuerySet

from jieban.apps.directory.models import Area, Category, Duty, Unit
from jieban.apps.directory.selectors import picture as places
from jieban.apps.directory.selectors.categories import category_book
from jieban.apps.directory.selectors.picture import Standing
from jieban.domain.errors import Refused
from jieban.domain.routing.duties import (
    LOCAL,
    Because,
    DutyRule,
    Suggestion,
    prefixes,
    suggest,
)
from jieban.domain.routing.review import Overlap, gaps, overlaps, rivals
from jieban.domain.words import language
from jieban.tables.duties import LOCAL as LOCAL_WORD
from jieban.tables.duties import DutyLine, row_of, written, written_workbook


def duties() -> QuerySet[Duty]:
    """Every line of the duty list, ended ones too, in the order of its categories."""
    found = Duty.objects.select_related("category", "area", "area__parent", "lead")
    return found.prefetch_related("joints").order_by("category__position", "id")


def duty_by_number(number: int) -> Duty:
    """
    Raises:
        Refused "duties.unknown".
    """
    found = duties().filter(pk=number).first()
    if found is None:
        raise Refused("duties.unknown", number=number)
    return found


@dataclass(frozen=True)
class Suggested:
    """Who should have a case. `because` and `reason` say why, see `domain.routing.duties`.

    `lead` is None where a person must choose; `leads` are those to choose from: the one, or the
    several that the list names alike. `area` is the place whose unit was taken for want of a rule.
    """

    because: Because
    lead: Unit | None
    joints: tuple[Unit, ...]
    leads: tuple[Unit, ...]
    area: Area | None
    reason: Suggestion


def suggest_units(
    category: Category | str, area: Area | None, at: datetime, *, conditions: Collection[str] = ()
) -> Suggested:
    """The units that the duty list of the day names for a case.

    `category` may be a path as the case has it, also a former one. `area` is the case's place,
    None where nobody knows it. `conditions` are words of the list that hold for the case.
    """
    head, day = places.directory_head(), places.local_day(at)
    now, rules = places.standing(head), _rules(head, day)
    path = category if isinstance(category, str) else category.path
    known = category_book(head).meant(path)
    area_path = places.up(now, area) if area is not None else ()
    district = next((code for code in area_path if _is_district(now, code)), now.district)
    found = suggest(
        (
            rule
            for upper in prefixes(known.path if known else path)
            for rule in rules.get(upper, ())
        ),
        category=known.path if known else path,
        area_path=area_path,
        at_day=day,
        conditions=conditions,
        units=_units_of(now, (*area_path, district), day),
        district=district,
    )
    return Suggested(
        because=found.because,
        lead=now.units[found.lead] if found.lead else None,
        joints=tuple(now.units[code] for code in found.joints),
        leads=tuple(now.units[code] for code in found.leads),
        area=now.areas.get(found.area) if found.area else None,
        reason=found,
    )


def duty_rules(at: datetime) -> list[DutyRule]:
    """The rules of the day, with units that have ended replaced by those that follow them."""
    rules = _rules(places.directory_head(), places.local_day(at))
    return [rule for found in rules.values() for rule in found]


@dataclass(frozen=True)
class Review:
    """What is wrong with the list of a day: contradictions, categories that no rule covers
    everywhere, rules that speak of what has ended (rule, "category", "area" or "lead")."""

    overlaps: tuple[Overlap, ...]
    gaps: tuple[str, ...]
    ended: tuple[tuple[Duty, str], ...]


def review_duties(at: datetime) -> Review:
    """The list of the day at `at`, looked over as a whole."""
    day = places.local_day(at)
    paths = [row.path for row in category_book().listed]
    rules = duty_rules(at)
    return Review(tuple(overlaps(rules)), tuple(gaps(rules, paths, day)), tuple(_ended(day)))


def _ended(day: date) -> Iterable[tuple[Duty, str]]:
    now, standing = places.standing(), category_book().standing
    for duty in duties():
        if duty.valid_to is not None and duty.valid_to <= day:
            continue
        if duty.category is not None and duty.category.code not in standing:
            yield duty, "category"
        if duty.area is not None and duty.area.valid_to is not None and duty.area.valid_to <= day:
            yield duty, "area"
        if duty.lead and places.unit_standing(now, duty.lead.code, day) is None:
            yield duty, "lead"


@dataclass(frozen=True)
class Compared:
    """A rule beside another that can be for the same case, see `review.rivals`."""

    duty: Duty
    outcome: str
    aspect: str


def compared(duty: Duty, at: datetime) -> list[Compared]:
    """The rules of the day that one rule meets, in the order of the list."""
    now, by_code, day = places.standing(), category_book().standing, places.local_day(at)
    listed = {each.pk: each for each in duties()}
    rules = {pk: as_rule(each, now, by_code, day) for pk, each in listed.items()}
    rule = rules.get(duty.pk)
    if rule is None:
        return []
    others = (each for each in rules.values() if each is not None and each.valid_on(day))
    return [
        Compared(listed[each.rule.number], each.outcome, each.aspect)
        for each in rivals(rule, others, now.above)
    ]


def duties_csv() -> bytes:
    """The whole list as a file that comes back by import, see `tables.duties`."""
    return written(map(row_of, _lines()))


def duties_workbook(notes: Sequence[str] = (), *, blank: bool = False) -> bytes:
    """The same as a workbook; `blank` without rules, to be filled in."""
    return written_workbook(() if blank else map(row_of, _lines()), notes, language())


def _lines() -> Iterable[DutyLine]:
    standing = category_book().standing
    for duty in duties():
        category = duty.category and standing.get(duty.category.code, duty.category)
        joints = [unit.name for unit in duty.joints.all()]
        yield DutyLine(
            sheet="",
            line=0,
            category=category.path if category else "",
            area=_named(duty.area) if duty.area else "",
            conditions=tuple(duty.conditions),
            lead=duty.lead.name if duty.lead else LOCAL_WORD,
            joints=(*joints, LOCAL_WORD) if duty.local_joins else tuple(joints),
            basis=duty.basis,
            valid_from=duty.valid_from,
            valid_to=duty.valid_to,
            note=duty.note,
            number=duty.pk,
        )


def _named(area: Area) -> str:
    """The name of a place, or its code where others bear the same name."""
    same = [each for each in places.standing().areas.values() if each.name_key == area.name_key]
    return area.code if len(same) > 1 else area.name


def all_conditions(at: datetime) -> list[str]:
    """The words that rules of the day use as conditions, in order."""
    return sorted({word for rule in duty_rules(at) for word in rule.conditions})


def _is_district(now: Standing, code: str) -> bool:
    area = now.areas.get(code)
    return area is not None and area.kind == "district"


def _units_of(now: Standing, codes: Iterable[str], day: date) -> dict[str, str]:
    found = {code: places.office(now, code, day) for code in codes if code}
    return {code: unit.code for code, unit in found.items() if unit is not None}


def _rules(head: str, day: date) -> Mapping[str, tuple[DutyRule, ...]]:
    return _kept_rules(head, day) if head else _drawn_rules("", day)


@lru_cache(maxsize=8)
def _kept_rules(head: str, day: date) -> Mapping[str, tuple[DutyRule, ...]]:
    return _drawn_rules(head, day)


def _drawn_rules(head: str, day: date) -> Mapping[str, tuple[DutyRule, ...]]:
    """Category path → the rules of the day that are for it."""
    now = places.standing(head)
    by_code = category_book(head).standing
    found: dict[str, list[DutyRule]] = {}
    for duty in duties():
        rule = as_rule(duty, now, by_code, day)
        if rule is not None and rule.valid_on(day):
            found.setdefault(rule.category, []).append(rule)
    return {path: tuple(rules) for path, rules in found.items()}


def as_rule(
    duty: Duty, now: Standing, by_code: Mapping[str, Category], day: date
) -> DutyRule | None:
    """A line as the domain reads it on a day; None where no unit is left to lead."""
    lead = places.unit_standing(now, duty.lead.code, day) if duty.lead else None
    if lead is None and duty.lead is not None:
        return None
    joints = [places.unit_standing(now, unit.code, day) for unit in duty.joints.all()]
    category = duty.category
    if category is not None:
        category = by_code.get(category.code, category)
    return DutyRule(
        number=duty.pk,
        lead=lead.code if lead else LOCAL,
        joints=(
            *dict.fromkeys(unit.code for unit in joints if unit is not None),
            *((LOCAL,) if duty.local_joins else ()),
        ),
        category=category.path if category else "",
        area=duty.area.code if duty.area else "",
        conditions=frozenset(duty.conditions),
        valid_from=duty.valid_from,
        valid_to=duty.valid_to,
        basis=duty.basis,
    )
