"""Who is chosen: published figures and criteria in, one reproducible list out.

Places are ordered by need: the lowest score first, then the larger 受理量, then the code, so
that the order of the rows never matters. A place that has too few valid call-backs is listed
but not judged. Those picked by hand take their seats first. Where a lot is wanted, the places
whose need cannot be told from that of the last one chosen share the seats that are left, each
with the same chance (see `lot.py`).

Every figure is a whole number: scores are millionths of a point, rates millionths of a percent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import Criteria, digest_of

MILLIONTHS: Final = 1_000_000
AT_THE_CUT: Final = "*"
"""The lot among places of the whole list; other lots carry the code of their street."""


class Standing(StrEnum):
    """Where a place stands on the list."""

    CHOSEN = "chosen"
    BY_HAND = "by_hand"
    IN_LOT = "in_lot"
    NEXT = "next"
    OTHER = "other"


SENT = (Standing.CHOSEN, Standing.BY_HAND)
"""The places somebody is sent to."""


@dataclass(frozen=True)
class PublishedRow:
    """One place as a published run has it; what the selection freezes.

    `rank` counts within the list of `rank_of` places. `low` and `high` bound the score in points.
    `history` holds the score of each of the last months, oldest first, None where there was none.
    """

    code: str
    name: str
    street_code: str
    street_name: str
    received: int
    valid: int
    contacted: int
    resolved: int
    satisfied: int
    mostly_satisfied: int
    response: int | None
    resolution: int | None
    satisfaction: int | None
    score: int | None
    raw_score: int | None
    low: float | None
    high: float | None
    rank: int | None
    rank_of: int | None
    history: tuple[int | None, ...] = ()

    def as_table(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self) | {"history": list(self.history)}

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> PublishedRow:
        return cls(**{**table, "history": tuple(table["history"])})


@dataclass(frozen=True)
class Check:
    """One criterion held against one place.

    `value` and `border` are in the figure's own unit; `of` is the n a rank or a number of months
    belongs to. A place without the figure does not meet it.
    """

    criterion: str
    value: int | None
    border: int | None
    met: bool
    of: int | None = None

    def as_table(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Candidate:
    """One place on the list. `lot` names its draw: `lot_seats` seats for `lot_places` places."""

    row: PublishedRow
    position: int
    checks: tuple[Check, ...]
    judged: bool
    qualifies: bool
    tied: bool
    standing: Standing = Standing.OTHER
    lot: str = ""
    lot_seats: int = 0
    lot_places: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Listed:
    """The list, in order of need. `streets_without` are those where nobody is sent to."""

    candidates: tuple[Candidate, ...]
    streets_without: tuple[str, ...]

    def of(self, *standings: Standing) -> list[Candidate]:
        """The candidates that stand so."""
        return [each for each in self.candidates if each.standing in standings]


def rows_digest(rows: Iterable[PublishedRow]) -> str:
    """SHA-256 over every figure of every place, whatever the order of the rows."""
    return digest_of([row.as_table() for row in sorted(rows, key=lambda row: row.code)])


def select(rows: Sequence[PublishedRow], criteria: Criteria) -> Listed:
    """The list of all places with what each met, who is chosen, who draws, who is next in line.

    Next in line come first those that meet the criteria, then those that do not; as many as
    `criteria.comparison`, the losers of a lot counted.

    Raises:
        Refused "selection.no_places", "selection.place_unknown": a place picked by hand is not
            among the rows.
    """
    if not rows:
        raise Refused("selection.no_places")
    known = {row.code for row in rows}
    unknown = [each.code for each in criteria.by_hand if each.code not in known]
    if unknown:
        raise Refused("selection.place_unknown", places=unknown)
    listed = _ordered(rows, criteria)
    seated = _Seating(listed, criteria)
    found = tuple(seated.settled(each) for each in listed)
    streets = dict.fromkeys(row.street_code for row in rows if row.street_code)
    reached = {each.row.street_code for each in found if each.standing in (*SENT, Standing.IN_LOT)}
    return Listed(found, tuple(code for code in sorted(streets) if code not in reached))


# --- holding a place against the criteria -------------------------------------------------


def need_of(row: PublishedRow, criteria: Criteria) -> int | None:
    """The figure the list is ordered by; the lower, the greater the need."""
    return row.raw_score if criteria.order_by == "raw_score" else row.score


def checks_of(row: PublishedRow, criteria: Criteria) -> tuple[Check, ...]:
    """Every criterion that is asked for, in its order, held against the place."""
    return tuple(_check(name, row, criteria) for name in criteria.thresholds)


def _check(name: str, row: PublishedRow, criteria: Criteria) -> Check:
    wanted = getattr(criteria, name)
    if name == "received_at_least":
        return Check(name, row.received, wanted, row.received >= wanted)
    if name in ("rank_worst", "rank_worst_percent"):
        if row.rank is None or row.rank_of is None:
            return Check(name, None, None, met=False)
        last = wanted if name == "rank_worst" else max(1, int(wanted * row.rank_of / 100))
        border = max(1, row.rank_of - last + 1)
        return Check(name, row.rank, border, row.rank >= border, row.rank_of)
    if name == "persistent_below":
        border = _millionths(wanted)
        below = sum(value is not None and value < border for value in row.history)
        needed = criteria.persistent_months or 0
        return Check(name, below, needed, below >= needed, len(row.history))
    value: int | None = getattr(row, name.removesuffix("_below"))
    border = _millionths(wanted)
    return Check(name, value, border, value is not None and value < border)


def _millionths(number: Decimal) -> int:
    return int(number * MILLIONTHS)


def _ordered(rows: Sequence[PublishedRow], criteria: Criteria) -> list[Candidate]:
    needs = {row.code: need_of(row, criteria) for row in rows}
    judged = {
        row.code
        for row in rows
        if row.valid >= criteria.minimum_valid and needs[row.code] is not None
    }

    def order(row: PublishedRow) -> tuple[bool, int, int, str]:
        need = needs[row.code] if row.code in judged else 0
        return row.code not in judged, need or 0, -row.received, row.code

    same: dict[int | None, int] = {}
    for code in judged:
        same[needs[code]] = same.get(needs[code], 0) + 1
    found = []
    for position, row in enumerate(sorted(rows, key=order), start=1):
        checks = checks_of(row, criteria)
        enough = len(checks) if criteria.meet is None else criteria.meet
        met = sum(check.met for check in checks)
        is_judged = row.code in judged
        found.append(
            Candidate(
                row=row,
                position=position,
                checks=checks,
                judged=is_judged,
                qualifies=is_judged and met >= enough,
                tied=is_judged and same[needs[row.code]] > 1,
            )
        )
    return found


# --- giving out the seats -----------------------------------------------------------------


class _Seating:
    """Who sits where: by hand, by need, by lot; then who is next in line."""

    def __init__(self, listed: Sequence[Candidate], criteria: Criteria) -> None:
        self._criteria = criteria
        self._picked = {each.code: each.reason for each in criteria.by_hand}
        self._seats = criteria.choose - len(self._picked)
        self._covered = {each.row.street_code for each in listed if each.row.code in self._picked}
        self._chosen: set[str] = set()
        self._lots: dict[str, tuple[str, int, int]] = {}
        rivals = [each for each in listed if each.qualifies and each.row.code not in self._picked]
        {
            "any": self._fill,
            "at_most_one": self._fill_streets,
            "at_least_one": self._streets_first,
        }[criteria.per_street](rivals)
        self._next = self._next_in_line(listed)

    def settled(self, each: Candidate) -> Candidate:
        code = each.row.code
        if code in self._picked:
            return replace(each, standing=Standing.BY_HAND, reason=self._picked[code])
        if code in self._lots:
            lot, seats, places = self._lots[code]
            return replace(
                each, standing=Standing.IN_LOT, lot=lot, lot_seats=seats, lot_places=places
            )
        if code in self._chosen:
            return replace(each, standing=Standing.CHOSEN)
        return replace(each, standing=Standing.NEXT) if code in self._next else each

    def _fill(self, rivals: Sequence[Candidate]) -> None:
        """The seats that are left to those in greatest need."""
        self._seat(rivals, self._seats - len(self._chosen), AT_THE_CUT)

    def _fill_streets(self, rivals: Sequence[Candidate]) -> None:
        """One place a street: in every street by a lot of its own where the seats suffice, else
        the streets' neediest places against each other."""
        streets = self._by_street(rivals)
        if len(streets) <= self._seats:
            for street, members in streets.items():
                self._seat(members, 1, street)
        else:
            self._fill([members[0] for members in streets.values()])

    def _streets_first(self, rivals: Sequence[Candidate]) -> None:
        """The neediest place of every street, then whoever is in greatest need."""
        worst = [members[0] for members in self._by_street(rivals).values()]
        self._chosen |= {each.row.code for each in worst[: max(0, self._seats)]}
        self._fill([each for each in rivals if each.row.code not in self._chosen])

    def _by_street(self, rivals: Sequence[Candidate]) -> dict[str, list[Candidate]]:
        """Streets that nobody picked by hand covers, the one with the neediest place first.

        A place under no street is a street of its own.
        """
        streets: dict[str, list[Candidate]] = {}
        for each in rivals:
            name = each.row.street_code or each.row.code
            if each.row.street_code not in self._covered or not each.row.street_code:
                streets.setdefault(name, []).append(each)
        return streets

    def _seat(self, rivals: Sequence[Candidate], seats: int, lot: str) -> None:
        first = list(rivals[: max(0, seats)])
        if not first:
            return
        equal = self._equal_to(first[-1], rivals) if len(rivals) > len(first) else []
        drawn = [each for each in first if each.row.code in equal]
        if len(equal) > len(drawn):
            self._lots |= dict.fromkeys(equal, (lot, len(drawn), len(equal)))
        self._chosen |= {each.row.code for each in first if each.row.code not in self._lots}

    def _equal_to(self, last: Candidate, rivals: Sequence[Candidate]) -> list[str]:
        """Whose need cannot be told from that of the last place chosen; nobody without a lot."""
        if self._criteria.lot == "none":
            return []
        return [each.row.code for each in rivals if self._is_equal(each.row, last.row)]

    def _is_equal(self, one: PublishedRow, other: PublishedRow) -> bool:
        mine, theirs = need_of(one, self._criteria) or 0, need_of(other, self._criteria) or 0
        if self._criteria.lot == "points":
            return abs(mine - theirs) <= _millionths(self._criteria.lot_points or Decimal(0))
        (low, high), (from_, to) = _interval(one, mine), _interval(other, theirs)
        return low <= to and from_ <= high

    def _next_in_line(self, listed: Sequence[Candidate]) -> set[str]:
        losers = {}
        for lot, seats, places in self._lots.values():
            losers[lot] = places - seats
        wanted = max(0, self._criteria.comparison - sum(losers.values()))
        settled = self._picked.keys() | self._chosen | self._lots.keys()
        waiting = [each for each in listed if each.judged and each.row.code not in settled]
        waiting.sort(key=lambda each: not each.qualifies)
        return {each.row.code for each in waiting[:wanted]}


def _interval(row: PublishedRow, need: int) -> tuple[float, float]:
    point = need / MILLIONTHS
    return (point if row.low is None else row.low), (point if row.high is None else row.high)
