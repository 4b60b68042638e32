"""Who goes where: what may not be, what there is to match, what terms are planned from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.programmes.models import Candidate, Cohort, Official, Pair
from jieban.apps.programmes.selectors.listed import sent_places
from jieban.apps.programmes.selectors.posted import Posted, posted_between
from jieban.domain.terms.calendar import add_months
from jieban.evaluation.matching import Person, Place

HOME, CONFLICT, AWAY, SENT_ELSEWHERE = "home", "conflict", "away", "sent"


@dataclass(frozen=True)
class ConfirmedPair:
    """One official and the place they go to. `baseline` is what the selection froze of it:
    run, digest, period, selection, and `figures` of the place."""

    official: Official
    area_code: str
    area_name: str
    street_code: str
    street_name: str
    baseline: dict[str, Any]


def confirmed_pairs(cohort: Cohort) -> list[ConfirmedPair]:
    """The pairs of a cohort, those in greatest need first; none before they are confirmed."""
    if cohort.confirmed_at is None:
        return []
    return [_confirmed(pair) for pair in pairs_of(cohort)]


def pairs_of(cohort: Cohort) -> QuerySet[Pair]:
    """The pairs of a cohort, confirmed or not, those in greatest need first."""
    return Pair.objects.filter(cohort=cohort).select_related(
        "official",
        "candidate",
        "candidate__selection",
        "candidate__selection__run",
        "candidate__selection__programme",
    )


def cohort_places(cohort: Cohort) -> list[Candidate]:
    """The places of the cohort's selection that somebody is sent to, those in greatest need
    first; without those another cohort has confirmed somebody for, or where somebody is on post
    in the months of this one."""
    if cohort.selection is None:
        return []
    taken = Pair.objects.filter(
        candidate__selection=cohort.selection, cohort__confirmed_at__isnull=False
    ).exclude(cohort=cohort)
    codes = {*taken.values_list("candidate__area_code", flat=True), *_posted(cohort).places}
    return [each for each in sent_places(cohort.selection) if each.area_code not in codes]


def places_held(cohort: Cohort) -> list[Candidate]:
    """The places of the cohort's selection that are left out of it because somebody is there, or
    will be; see `cohort_places`."""
    if cohort.selection is None:
        return []
    free = {each.pk for each in cohort_places(cohort)}
    return [each for each in sent_places(cohort.selection) if each.pk not in free]


def places_to_match(candidates: Iterable[Candidate]) -> list[Place]:
    """Candidates as the matching reads them."""
    return [Place(each.area_code, each.categories or {}) for each in candidates]


def people_to_match(officials: Iterable[Official]) -> list[Person]:
    """Officials as the matching reads them."""
    return [Person(each.code, tuple(each.skills), tuple(each.brings)) for each in officials]


def barred_pairs(
    cohort: Cohort, places: Sequence[Candidate], officials: Sequence[Official]
) -> dict[tuple[str, str], str]:
    """(place, official) -> why not: from there, to be avoided, not available, sent elsewhere."""
    start = cohort.planned_start
    last = add_months(start, cohort.programme.term_months) if start else None
    busy = _sent_elsewhere(cohort, start, last) | _posted(cohort).officials
    above = {each.area_code: _above(each) for each in places}
    units = {unit.code: unit for unit in directory.units().select_related("area")}
    barred: dict[tuple[str, str], str] = {}
    for official in officials:
        always = ""
        if official.code in busy:
            always = SENT_ELSEWHERE
        elif _is_away(official, start, last):
            always = AWAY
        from_there = _where(units, [official.home_code])
        avoided = {*official.conflicts, *_where(units, official.conflicts)}
        for place in places:
            up = above[place.area_code]
            reason = always
            if from_there & up or _home_named(official.home, place):
                reason = HOME
            elif avoided & up:
                reason = CONFLICT
            if reason:
                barred[place.area_code, official.code] = reason
    return barred


def _confirmed(pair: Pair) -> ConfirmedPair:
    place, selection = pair.candidate, pair.candidate.selection
    return ConfirmedPair(
        official=pair.official,
        area_code=place.area_code,
        area_name=place.area_name,
        street_code=place.street_code,
        street_name=place.street_name,
        baseline={
            "run": selection.run.run_id,
            "digest": selection.run_digest,
            "period": selection.period,
            "selection": str(selection),
            "figures": place.figures,
        },
    )


def _above(place: Candidate) -> set[str]:
    """Codes of the place, its street and whatever they lie in; of the district only itself."""
    known = directory.standing().areas
    area = known.get(place.area_code)
    up = set(directory.path_of_area(area)) if area else set()
    # Everybody of the district's own offices may go: only smaller places are somebody's home.
    wide = {code for code in up if code in known and known[code].kind in ("district", "city")}
    return (up - wide) | {code for code in (place.area_code, place.street_code) if code}


def _where(units: dict[str, Any], codes: Iterable[str]) -> set[str]:
    """Codes of the places the units answer for."""
    found = (units.get(code) for code in codes)
    return {unit.area.code for unit in found if unit is not None and unit.area is not None}


def _home_named(home: str, place: Candidate) -> bool:
    """Whether the home organisation is named after the place: 青禾街道办事处, 青禾一社区居委会."""
    names = (place.street_name, place.area_name)
    return any(len(name) > 2 and home.startswith(name) for name in names)


def _is_away(official: Official, start: date | None, last: date | None) -> bool:
    if start is None or last is None:
        return False
    first, until = official.available_from, official.available_until
    return (first is not None and first > start) or (until is not None and until < last)


def _posted(cohort: Cohort) -> Posted:
    """Who holds a post in the months of a cohort; nobody once its own terms are planned."""
    start = cohort.planned_start
    if start is None or cohort.confirmed_at is not None:
        return Posted()
    return posted_between(start, add_months(start, cohort.programme.term_months))


def _sent_elsewhere(cohort: Cohort, start: date | None, last: date | None) -> set[str]:
    """Officials whom another cohort has confirmed for months that overlap."""
    others = (
        Pair.objects.exclude(cohort=cohort)
        .filter(cohort__confirmed_at__isnull=False)
        .select_related("cohort__programme", "official")
    )
    busy = set()
    for pair in others:
        theirs = pair.cohort.planned_start
        if theirs is None or start is None or last is None:
            continue
        until = add_months(theirs, pair.cohort.programme.term_months)
        if theirs <= last and start <= until:
            busy.add(pair.official.code)
    return busy
