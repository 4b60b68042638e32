"""The criteria of a selection 选点条件 as data: what they may say, and whether they make sense.

One flat table of keys (JSON or TOML), and places picked by hand with a reason. `KEYS` is the
whole schema; every fault is collected before anything is refused. Numbers with a point are
kept as text, so that equal criteria have one digest.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from jieban.domain.errors import Refused

ORDERS: Final = ("score", "raw_score")
PER_STREET: Final = ("any", "at_most_one", "at_least_one")
LOTS: Final = ("none", "points", "intervals")
LONGEST_REASON: Final = 500
_MOST_PLACES: Final = 5000


@dataclass(frozen=True)
class Picked:
    """A place picked by hand, whatever its figures say, and why."""

    code: str
    reason: str


@dataclass(frozen=True)
class Criteria:
    """What decides which places are chosen. Field names are the keys; None: not asked for.

    Borders of rates and scores are percent and points; `meet` is how many of the thresholds a
    place must meet, None for all of them. `choose` counts places picked by hand too.
    """

    level: str = "community"
    choose: int = 1
    order_by: str = "score"
    per_street: str = "any"
    meet: int | None = None
    minimum_valid: int = 20
    received_at_least: int | None = None
    response_below: Decimal | None = None
    resolution_below: Decimal | None = None
    satisfaction_below: Decimal | None = None
    score_below: Decimal | None = None
    raw_score_below: Decimal | None = None
    rank_worst: int | None = None
    rank_worst_percent: Decimal | None = None
    persistent_below: Decimal | None = None
    persistent_months: int | None = None
    persistent_of: int | None = None
    lot: str = "none"
    lot_points: Decimal | None = None
    compare: int | None = None
    by_hand: tuple[Picked, ...] = ()

    @property
    def thresholds(self) -> tuple[str, ...]:
        """The criteria a place is held against, in the order they are shown."""
        return tuple(name for name in THRESHOLDS if getattr(self, name) is not None)

    @property
    def comparison(self) -> int:
        """How many places next in line are kept to compare with: as many as are chosen."""
        return self.choose if self.compare is None else self.compare

    def as_table(self) -> dict[str, Any]:
        """The criteria as JSON keeps them; what is not asked for is left out."""
        table: dict[str, Any] = {}
        for name in KEYS:
            value = getattr(self, name)
            if value is not None:
                table[name] = f"{value:f}" if isinstance(value, Decimal) else value
        if self.by_hand:
            table["by_hand"] = [{"code": each.code, "reason": each.reason} for each in self.by_hand]
        return table

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of `as_table`."""
        return digest_of(self.as_table())


THRESHOLDS: Final = (
    "received_at_least",
    "response_below",
    "resolution_below",
    "satisfaction_below",
    "score_below",
    "raw_score_below",
    "rank_worst",
    "rank_worst_percent",
    "persistent_below",
)


def digest_of(value: Any) -> str:
    """SHA-256 over canonical JSON: sorted keys, no blanks, characters as they are."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# --- the schema ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Key:
    """How a value is read (None: it does not fit), and what is allowed, in words."""

    read: Callable[[Any], Any]
    allowed: str


def _whole(low: int, high: int) -> _Key:
    def read(value: Any) -> int | None:
        return value if type(value) is int and low <= value <= high else None

    return _Key(read, f"{low}..{high}")


def _number(low: int, high: int) -> _Key:
    def read(value: Any) -> Decimal | None:
        if type(value) not in (int, float, str, Decimal):
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        if not number.is_finite() or not low <= number <= high:
            return None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -6:
            return None
        # One way to write a number, so that equal criteria have one digest.
        return number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()

    return _Key(read, f"{low}..{high}")


def _choice(*values: str) -> _Key:
    return _Key(
        lambda value: value if isinstance(value, str) and value in values else None,
        " | ".join(values),
    )


KEYS: Final[Mapping[str, _Key]] = {
    "level": _choice("community"),
    "choose": _whole(1, _MOST_PLACES),
    "order_by": _choice(*ORDERS),
    "per_street": _choice(*PER_STREET),
    "meet": _whole(1, len(THRESHOLDS)),
    "minimum_valid": _whole(0, 1_000_000),
    "received_at_least": _whole(1, 10_000_000),
    "response_below": _number(0, 100),
    "resolution_below": _number(0, 100),
    "satisfaction_below": _number(0, 100),
    "score_below": _number(0, 200),
    "raw_score_below": _number(0, 200),
    "rank_worst": _whole(1, _MOST_PLACES),
    "rank_worst_percent": _number(0, 100),
    "persistent_below": _number(0, 200),
    "persistent_months": _whole(1, 60),
    "persistent_of": _whole(1, 60),
    "lot": _choice(*LOTS),
    "lot_points": _number(0, 100),
    "compare": _whole(0, _MOST_PLACES),
}
_REQUIRED: Final = ("choose",)
_PERSISTENCE: Final = ("persistent_below", "persistent_months", "persistent_of")


def read_criteria(table: Any) -> Criteria:
    """Criteria out of a table of plain values; a key given as None is as good as absent.

    Raises:
        Refused "criteria.invalid" with every fault: "criteria.not_a_table",
            "criteria.key_unknown", "criteria.value_wrong", "criteria.key_missing", and what
            does not go together.
    """
    if not isinstance(table, Mapping):
        raise _refusal([Refused("criteria.not_a_table")])
    faults: list[Refused] = []
    found: dict[str, Any] = {}
    for key, value in table.items():
        if value is None:
            continue
        if key == "by_hand":
            found[key] = tuple(_picked(value, faults))
        elif key not in KEYS:
            near = difflib.get_close_matches(str(key), [*KEYS, "by_hand"], n=1, cutoff=0.0)
            faults.append(Refused("criteria.key_unknown", key=str(key), suggestion=near[0]))
        else:
            read = KEYS[key].read(value)
            if read is None:
                faults.append(_wrong(key, value))
            else:
                found[key] = read
    faults += [Refused("criteria.key_missing", key=key) for key in _REQUIRED if key not in table]
    criteria = Criteria(**found)
    faults += _contradictions(criteria)
    if faults:
        raise _refusal(faults)
    return criteria


def read_criteria_file(content: bytes) -> Criteria:
    """Criteria out of a TOML or JSON file.

    Raises:
        Refused "criteria.unreadable", and those of `read_criteria`.
    """
    try:
        text = content.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return read_criteria(json.loads(text, parse_float=Decimal))
        return read_criteria(tomllib.loads(text, parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        raise Refused("criteria.unreadable", problem=str(error)[:200]) from None


def _picked(value: Any, faults: list[Refused]) -> Iterator[Picked]:
    if not isinstance(value, list | tuple) or len(value) > _MOST_PLACES:
        faults.append(
            Refused(
                "criteria.value_wrong",
                key="by_hand",
                found=_shown(value),
                allowed="[{code, reason}]",
            )
        )
        return
    for each in value:
        well_made = isinstance(each, Mapping) and all(
            isinstance(text := each.get(name, ""), str) and _is_plain(text)
            for name in ("code", "reason")
        )
        if not well_made or each.keys() - {"code", "reason"}:
            faults.append(
                Refused(
                    "criteria.value_wrong",
                    key="by_hand",
                    found=_shown(each),
                    allowed="{code, reason}",
                )
            )
            continue
        code, reason = each.get("code", "").strip(), each.get("reason", "").strip()
        if not code or not reason:
            faults.append(Refused("criteria.by_hand_reason", place=code or "–"))
        elif len(reason) > LONGEST_REASON:
            faults.append(Refused("criteria.by_hand_long", place=code, limit=LONGEST_REASON))
        else:
            yield Picked(code[:64], reason)


def _is_plain(text: str) -> bool:
    """Whether a database and a digest can take it: no control signs, no halves of characters."""
    return all(sign.isprintable() or sign in "\n\r\t\u3000" for sign in text)


def _contradictions(criteria: Criteria) -> Iterator[Refused]:
    given = [name for name in _PERSISTENCE if getattr(criteria, name) is not None]
    if given and len(given) < len(_PERSISTENCE):
        yield Refused("criteria.persistence_incomplete")
    elif given and (criteria.persistent_months or 0) > (criteria.persistent_of or 0):
        yield Refused(
            "criteria.persistence_impossible",
            months=criteria.persistent_months,
            of=criteria.persistent_of,
        )
    if criteria.rank_worst is not None and criteria.rank_worst_percent is not None:
        yield Refused("criteria.rank_twice")
    if criteria.meet is not None and criteria.meet > len(criteria.thresholds):
        yield Refused(
            "criteria.meet_too_many", meet=criteria.meet, thresholds=len(criteria.thresholds)
        )
    if (criteria.lot == "points") != (criteria.lot_points is not None):
        yield Refused("criteria.lot_points")
    if criteria.lot == "intervals" and criteria.order_by != "score":
        yield Refused("criteria.lot_intervals")
    codes = [each.code for each in criteria.by_hand]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        yield Refused("criteria.by_hand_twice", codes=twice)
    if len(codes) > criteria.choose:
        yield Refused("criteria.by_hand_many", picked=len(codes), choose=criteria.choose)


def _wrong(key: str, value: Any) -> Refused:
    return Refused("criteria.value_wrong", key=key, found=_shown(value), allowed=KEYS[key].allowed)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _refusal(faults: list[Refused]) -> Refused:
    return Refused("criteria.invalid", faults=faults)


PRESETS: Final[Mapping[str, Criteria]] = {
    "worst": Criteria(
        choose=51,
        received_at_least=100,
        resolution_below=Decimal(90),
        satisfaction_below=Decimal(90),
        rank_worst_percent=Decimal(25),
        meet=3,
    ),
    "one_per_street": Criteria(choose=26, per_street="at_most_one"),
}
"""Two beginnings for a form: the worst 51 by volume, rates and rank; one place in each street."""
