"""The roster of officials."""

from collections.abc import Sequence

from django.db.models import QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.programmes.models import Official
from jieban.domain.errors import Refused


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
