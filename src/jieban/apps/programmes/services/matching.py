"""Pairs of places and officials: proposed, changed by hand with a reason, confirmed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from jieban.apps.ledger import services as ledger
from jieban.apps.programmes import selectors
from jieban.apps.programmes.models import Candidate, Cohort, Official, Pair
from jieban.apps.programmes.services.opening import hold_programme
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.evaluation.matching import Fit, Near, fit_of, match, near_misses

SOLVER, HAND = "solver", "hand"
MOST_PLACES, MOST_OFFICIALS = 200, 500
LONGEST_REASON = 500


@transaction.atomic
def propose_pairs(
    actor: Actor,
    code: str,
    number: int,
    *,
    at: datetime,
    officials: Sequence[str] | None = None,
) -> Cohort:
    """Match the cohort's places with officials, all on the roster or those named.

    Pairs made by hand stay; all others are made anew.

    Raises:
        Refused "cohort.not_found", "official.not_found", "pairs.confirmed",
            "pairs.no_selection", "pairs.no_start", "pairs.nobody", "pairs.too_many".
    """
    cohort = _open_cohort(code, number)
    places, roster = selectors.cohort_places(cohort), _roster(officials)
    # Also places that another cohort has confirmed somebody for meanwhile.
    cohort.pairs.exclude(by=HAND, candidate__in=places).delete()
    pinned = {pair.candidate.area_code: pair.official for pair in selectors.pairs_of(cohort)}
    known = {each.code for each in roster}
    roster += [each for each in pinned.values() if each.code not in known]
    if not roster:
        raise Refused("pairs.nobody")
    _check_size(places, roster)
    found = match(
        selectors.places_to_match(places),
        selectors.people_to_match(roster),
        selectors.barred_pairs(cohort, places, roster),
        {place: official.code for place, official in pinned.items()},
    )
    by_place = {each.area_code: each for each in places}
    by_code = {each.code: each for each in roster}
    for each in found.pairs:
        if not each.pinned:
            Pair.objects.create(
                cohort=cohort,
                candidate=by_place[each.place],
                official=by_code[each.person],
                by=SOLVER,
                parts=_parts(each.fit),
                near=_near(each.near),
                made_at=at,
                made_by=actor.name,
            )
        else:
            cohort.pairs.filter(candidate=by_place[each.place]).update(near=_near(each.near))
    body = {
        "pairs": [f"{each.place} {each.person}" for each in found.pairs],
        "officials": len(roster),
        "open_places": [each.place for each in found.unserved],
    }
    name = selectors.name_of(cohort)
    ledger.append("cohort", name, "cohort.pairs_proposed", actor=actor, at=at, body=body)
    return cohort


@transaction.atomic
def change_pair(
    actor: Actor,
    code: str,
    number: int,
    area_code: str,
    official_code: str,
    *,
    at: datetime,
    reason: str,
) -> Cohort:
    """Send somebody else to a place, by hand; nobody where no official is named.

    Somebody who goes elsewhere already changes places with who is here; both are held against
    what bars a pair.

    Raises:
        Refused "cohort.not_found", "pairs.confirmed", "pairs.no_selection", "pairs.no_start",
            "pairs.place_unknown", "pairs.same", "pairs.reason_missing", "pairs.barred",
            "official.not_found".
    """
    cohort = _open_cohort(code, number)
    places = {each.area_code: each for each in selectors.cohort_places(cohort)}
    if area_code not in places:
        raise Refused("pairs.place_unknown", place=area_code)
    tidy = reason.strip()
    if not 0 < len(tidy) <= LONGEST_REASON:
        raise Refused("pairs.reason_missing", limit=LONGEST_REASON)
    present = {pair.candidate.area_code: pair.official for pair in selectors.pairs_of(cohort)}
    before = present.get(area_code)
    after = selectors.official_by_code(official_code) if official_code else None
    if before == after:
        raise Refused("pairs.same", place=places[area_code].area_name)
    wanted: dict[str, Official | None] = {area_code: after}
    elsewhere = next((place for place, who in present.items() if who == after), None)
    if elsewhere is not None:
        wanted[elsewhere] = before
    _check_allowed(cohort, [(places[p], who) for p, who in wanted.items() if who is not None])
    cohort.pairs.filter(candidate__area_code__in=wanted).delete()
    for place, official in wanted.items():
        if official is not None:
            _pair_by_hand(actor, cohort, places[place], official, at=at, reason=tidy)
    _refresh_near(cohort)
    body = {
        "area": area_code,
        "official_before": before.code if before else None,
        "official_after": after.code if after else None,
    }
    name = selectors.name_of(cohort)
    ledger.append("cohort", name, "cohort.pair_changed", actor=actor, at=at, reason=tidy, body=body)
    return cohort


@transaction.atomic
def confirm_pairs(
    actor: Actor, code: str, number: int, *, at: datetime, reason: str = ""
) -> Cohort:
    """Fix the pairs; terms are planned from them. Places left open need a reason.

    Raises:
        Refused "cohort.not_found", "pairs.confirmed", "pairs.no_selection", "pairs.no_start",
            "pairs.none", "pairs.place_taken", "pairs.barred", "pairs.places_open".
    """
    cohort = _open_cohort(code, number)
    pairs = list(selectors.pairs_of(cohort))
    if not pairs:
        raise Refused("pairs.none")
    # Held, so that no other cohort confirms the same people at this moment.
    codes = [pair.official.code for pair in pairs]
    list(Official.objects.select_for_update().filter(code__in=codes))
    places = selectors.cohort_places(cohort)
    free = {each.pk for each in places}
    taken = [pair.candidate.area_name for pair in pairs if pair.candidate_id not in free]
    if taken:
        raise Refused("pairs.place_taken", places=taken)
    # The roster may have changed since.
    _check_allowed(cohort, [(pair.candidate, pair.official) for pair in pairs])
    served = {pair.candidate_id for pair in pairs}
    left = [each for each in places if each.pk not in served]
    if left and not reason.strip():
        raise Refused("pairs.places_open", places=[each.area_name for each in left])
    cohort.confirmed_at, cohort.confirmed_by = at, actor.name
    cohort.save(update_fields=["confirmed_at", "confirmed_by"])
    body = {
        "pairs": [f"{pair.candidate.area_code} {pair.official.code}" for pair in pairs],
        "open_places": [each.area_code for each in left],
    }
    name = selectors.name_of(cohort)
    ledger.append(
        "cohort",
        name,
        "cohort.pairs_confirmed",
        actor=actor,
        at=at,
        reason=reason.strip()[:LONGEST_REASON],
        body=body,
    )
    return cohort


def _open_cohort(code: str, number: int) -> Cohort:
    """The cohort, its programme's row held; ready to be matched."""
    cohort = selectors.cohort_of(hold_programme(code), number)
    if cohort.confirmed_at is not None:
        raise Refused("pairs.confirmed", number=number)
    if cohort.selection is None:
        raise Refused("pairs.no_selection", number=number)
    if cohort.planned_start is None:
        raise Refused("pairs.no_start", number=number)
    return cohort


def _roster(codes: Sequence[str] | None) -> list[Official]:
    if codes is None:
        return list(selectors.officials())
    return [selectors.official_by_code(code) for code in dict.fromkeys(codes)]


def _check_size(places: Sequence[Candidate], roster: Sequence[Official]) -> None:
    if len(places) > MOST_PLACES or len(roster) > MOST_OFFICIALS:
        raise Refused("pairs.too_many", places=MOST_PLACES, officials=MOST_OFFICIALS)


def _check_allowed(cohort: Cohort, wanted: Sequence[tuple[Candidate, Official]]) -> None:
    """
    Raises:
        Refused "pairs.barred" with every pair that must not be.
    """
    barred = selectors.barred_pairs(
        cohort, [place for place, _ in wanted], [official for _, official in wanted]
    )
    faults = [
        Refused(
            f"pairs.barred_{barred[place.area_code, official.code]}",
            place=place.area_name,
            official=official.name,
        )
        for place, official in wanted
        if (place.area_code, official.code) in barred
    ]
    if faults:
        raise Refused("pairs.barred", faults=faults)


def _pair_by_hand(
    actor: Actor,
    cohort: Cohort,
    place: Candidate,
    official: Official,
    *,
    at: datetime,
    reason: str,
) -> None:
    where, who = selectors.places_to_match([place])[0], selectors.people_to_match([official])[0]
    Pair.objects.create(
        cohort=cohort,
        candidate=place,
        official=official,
        by=HAND,
        parts=_parts(fit_of(where, who)),
        reason=reason,
        made_at=at,
        made_by=actor.name,
    )


def _refresh_near(cohort: Cohort) -> None:
    """Who else might have gone where, told anew for the pairs as they stand now."""
    pairs = list(selectors.pairs_of(cohort))
    places = [pair.candidate for pair in pairs]
    roster = list(selectors.officials())
    _check_size(places, roster)
    near = near_misses(
        selectors.places_to_match(places),
        selectors.people_to_match(roster),
        selectors.barred_pairs(cohort, places, roster),
        {pair.candidate.area_code: pair.official.code for pair in pairs},
        [pair.candidate.area_code for pair in pairs if pair.by == HAND],
    )
    for pair in pairs:
        pair.near = _near(near[pair.candidate.area_code])
    Pair.objects.bulk_update(pairs, ["near"])


def _parts(fit: Fit) -> dict[str, object]:
    return asdict(fit)


def _near(near: Sequence[Near]) -> list[dict[str, object]]:
    return [asdict(each) for each in near]
