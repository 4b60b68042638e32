"""Do the rows of programmes say what their events say? For `jieban ledger verify --rows`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from jieban.apps.ledger.selectors import Event
from jieban.apps.programmes.models import Cohort, Official, Programme, Selection
from jieban.apps.programmes.selectors.checking import differences
from jieban.apps.programmes.selectors.listed import name_of
from jieban.apps.programmes.selectors.pairs import pairs_of

_MISSING = "row missing"
_ON_THE_ROSTER = (
    "home",
    "skills",
    "brings",
    "conflicts",
    "available_from",
    "available_until",
)
Compare = Callable[[Sequence[Event]], str | None]


def compare_programme(events: Sequence[Event]) -> str | None:
    """Months and criteria, the last ones told."""
    row = Programme.objects.filter(code=events[0].subject_id).first()
    if row is None:
        return _MISSING
    told = dict(events[0].body)
    for event in events[1:]:
        if event.kind == "programme.criteria_changed":
            told["criteria"] = event.body["after"]
    return _unlike(told, {name: getattr(row, name) for name in told})


def compare_selection(events: Sequence[Event]) -> str | None:
    """The list worked out again, and the statement its lot was drawn from."""
    code, _, number = events[0].subject_id.rpartition("-")
    row = (
        Selection.objects.select_related("run", "programme")
        .filter(programme__code=code, number=int(number))
        .first()
    )
    if row is None:
        return _MISSING
    found = differences(row)
    if found:
        return f"does not come out again: {', '.join(found)}"
    drawn = [event.body for event in events if event.kind == "selection.lot_drawn"]
    said = drawn[-1]["statement"] if drawn else ""
    return _unlike({"lot_statement": said}, {"lot_statement": row.lot_statement})


def compare_cohort(events: Sequence[Event]) -> str | None:
    """When it starts, on which list, and the pairs it was confirmed with."""
    code, _, number = events[0].subject_id.rpartition("-c")
    row = Cohort.objects.filter(programme__code=code, number=int(number)).first()
    if row is None:
        return _MISSING
    told: dict[str, Any] = {name: events[0].body[name] for name in ("planned_start", "selection")}
    held: dict[str, Any] = {
        "planned_start": row.planned_start.isoformat() if row.planned_start else None,
        "selection": str(row.selection) if row.selection else None,
    }
    confirmed = [event.body for event in events if event.kind == "cohort.pairs_confirmed"]
    told["pairs"] = confirmed[-1]["pairs"] if confirmed else None
    held["pairs"] = None
    if row.confirmed_at is not None:
        pairs = pairs_of(row)
        held["pairs"] = [f"{pair.candidate.area_code} {pair.official.code}" for pair in pairs]
    return _unlike(told, held)


def compare_official(events: Sequence[Event]) -> str | None:
    """What the roster says but name and account, which no event holds."""
    row = Official.objects.filter(code=events[0].subject_id).first()
    if row is None:
        return _MISSING
    told = {name: events[0].body[name] for name in _ON_THE_ROSTER}
    for event in events[1:]:
        told |= {name: each for name, each in event.body["after"].items() if name in told}
    return _unlike(told, {name: _plain(getattr(row, name)) for name in _ON_THE_ROSTER})


def _unlike(told: dict[str, Any], held: dict[str, Any]) -> str | None:
    for name, value in told.items():
        if held[name] != value:
            return f"{name} {held[name]}, events say {value}"
    return None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


FOLDS: dict[str, tuple[Compare, Callable[[], Iterable[str]], str]] = {
    "programme": (
        compare_programme,
        lambda: Programme.objects.order_by("pk").values_list("code", flat=True),
        "programme.opened",
    ),
    "selection": (
        compare_selection,
        lambda: (str(each) for each in Selection.objects.select_related("programme")),
        "selection.made",
    ),
    "cohort": (
        compare_cohort,
        lambda: (name_of(each) for each in Cohort.objects.select_related("programme")),
        "cohort.opened",
    ),
    "official": (
        compare_official,
        lambda: Official.objects.order_by("pk").values_list("code", flat=True),
        "official.entered",
    ),
}
"""subject -> how it is compared, every row there is, the event each began with."""
