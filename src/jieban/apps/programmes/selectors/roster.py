"""The roster of officials."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.programmes.models import Official
from jieban.domain.errors import Refused
from jieban.domain.programmes.officials import Profile


def officials() -> QuerySet[Official]:
    """Everybody on the roster, by code."""
    return Official.objects.all()


def official_by_code(code: str) -> Official:
    """
    Raises:
        Refused "official.not_found".
    """
    found = Official.objects.filter(code=code).first()
    if found is None:
        raise Refused("official.not_found", official=code)
    return found


def officials_named(name: str, home: str) -> list[Official]:
    """Officials of this name and home organisation, as a list from outside names them."""
    return list(Official.objects.filter(name=" ".join(name.split()), home=" ".join(home.split())))


def next_official_code() -> str:
    """The first code of the form G0001 after all that are taken."""
    taken = [
        int(code[1:])
        for code in Official.objects.filter(code__startswith="G").values_list("code", flat=True)
        if code[1:].isascii() and code[1:].isdigit()
    ]
    return f"G{max(taken, default=0) + 1:04d}"


def unit_code_of(home: str) -> str:
    """The directory's unit of this name; blank where it has none."""
    found = directory.units().filter(name=home, valid_to__isnull=True).first()
    return found.code if found else ""


def check_conflicts(codes: Sequence[str]) -> None:
    """
    Raises:
        Refused "official.conflict_unknown": a code that is neither a place nor a unit.
    """
    known = {
        *directory.areas().filter(code__in=codes).values_list("code", flat=True),
        *directory.units().filter(code__in=codes).values_list("code", flat=True),
    }
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Refused("official.conflict_unknown", codes=unknown)


def conflict_codes(said: Sequence[str]) -> tuple[str, ...]:
    """Codes of places and units that are named by code or by name.

    A name that several places bear stands for all of them: one too many is avoided rather than
    one too few.

    Raises:
        Refused "official.conflict_unknown".
    """
    codes: list[str] = []
    unknown = []
    for word in said:
        found = [
            *directory.areas().filter(Q(code=word) | Q(name=word)).values_list("code", flat=True),
            *directory.units().filter(Q(code=word) | Q(name=word)).values_list("code", flat=True),
        ]
        codes += found
        if not found:
            unknown.append(word)
    if unknown:
        raise Refused("official.conflict_unknown", codes=unknown)
    return tuple(dict.fromkeys(codes))


def profile_of(official: Official) -> Profile:
    """What the roster holds of one official."""
    return Profile(
        official.name,
        official.home,
        tuple(official.skills),
        tuple(official.brings),
        tuple(official.conflicts),
        official.available_from,
        official.available_until,
        official.account,
    )


def roster_rows() -> list[list[str]]:
    """Everybody on the roster as a file has it, in the order of `tables.officials.WRITTEN`."""
    return [
        [
            each.code,
            each.name,
            each.home,
            "、".join(each.skills),
            "、".join(each.brings),
            "、".join(each.conflicts),
            each.available_from.isoformat() if each.available_from else "",
            each.available_until.isoformat() if each.available_until else "",
            each.account,
        ]
        for each in officials()
    ]


def names_of(codes: Sequence[str]) -> dict[str, str]:
    """What places and units of these codes are called."""
    found = dict(directory.units().filter(code__in=codes).values_list("code", "name"))
    return found | dict(directory.areas().filter(code__in=codes).values_list("code", "name"))
