"""How a rectification task moves, and who may say that it is done.

    ┌─ start ─► under_way ◄──────────── send_back / uphold ───────────────┐
    │             │  ▲                                                    │
    │        part │  │ go_on                                              │
    │             ▼  │                                                    │
 not_started   partly_done ──claim──► claimed ──check──► checked ──announce──► on_notice
                                         │                  │                  │
                                         └──── reopen ──────┴──────────────────┤
                                                            │   sign  ┌────────┘
                                                            ▼         ▼
                                  under_way ◄──reopen── signed_off (销号)

The unit claims; somebody of another unit checks on the spot; the notice runs its working days
without an objection that holds; somebody else again signs. Nobody signs for a unit they work
for; where the office that signs is itself among the task's units, its superior signs.
`take_over` enters a sign-off made before this register was kept, or by an office outside it, on a
paper that says so; it is bound by the same rules.

Sources: 生态环境部《生态环境保护督察整改工作办法》 and provincial 验收销号 rules: 分级验收、备案
销号、谁验收谁负责; 已完成 counts what is signed off, 正在推进 everything else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jieban.domain import moves
from jieban.domain.errors import Refused
from jieban.domain.moves import Table, move


class State(StrEnum):
    """Where a task stands."""

    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    PARTLY_DONE = "partly_done"
    CLAIMED = "claimed"
    CHECKED = "checked"
    ON_NOTICE = "on_notice"
    SIGNED_OFF = "signed_off"


S = State
WORKING = frozenset((S.NOT_STARTED, S.UNDER_WAY, S.PARTLY_DONE))
"""States in which it is the units' turn."""
WAITING = frozenset((S.CLAIMED, S.CHECKED, S.ON_NOTICE))
"""States in which it is the turn of whoever checks and signs."""
DONE = frozenset((S.SIGNED_OFF,))
"""已完成; every other state is 正在推进."""
UNDER_WAY = frozenset(State) - DONE
FALSITIES = ("false", "superficial", "perfunctory")
"""虚假整改, 表面整改, 敷衍整改."""
CRITERIA = ("items_done", "violations_punished", "meets_standard", "alike_cured", "source_cured")
"""What a check on the spot answers: 措施全部完成, 违法行为查处到位, 效果达到法规标准要求,
同点位同类问题一并解决, 源头治理长效机制建立."""
ANSWERS = ("yes", "no", "not_applicable")

Move = moves.Move[State]
_TABLE = Table(
    "task",
    State,
    move("enter", "entered", (), S.NOT_STARTED, "rectification.manage"),
    move("start", "started", (S.NOT_STARTED,), S.UNDER_WAY, "rectification.handle"),
    move("part", "partly_done", (S.UNDER_WAY,), S.PARTLY_DONE, "rectification.handle"),
    move("go_on", "went_on", (S.PARTLY_DONE,), S.UNDER_WAY, "rectification.handle"),
    move("claim", "claimed", (S.UNDER_WAY, S.PARTLY_DONE), S.CLAIMED, "rectification.handle"),
    move("withdraw", "claim_withdrawn", (S.CLAIMED,), S.UNDER_WAY, "rectification.handle", True),
    move("check", "checked", (S.CLAIMED,), S.CHECKED, "rectification.check"),
    move(
        "send_back",
        "sent_back",
        (S.CLAIMED, S.CHECKED),
        S.UNDER_WAY,
        "rectification.check",
        reason=True,
    ),
    move("announce", "announced", (S.CHECKED,), S.ON_NOTICE, "rectification.manage"),
    move("uphold", "objection_upheld", (S.ON_NOTICE,), S.UNDER_WAY, "rectification.check", True),
    move("sign", "signed_off", (S.CHECKED, S.ON_NOTICE), S.SIGNED_OFF, "rectification.sign"),
    move(
        "take_over",
        "sign_off_taken_over",
        WORKING | {S.CLAIMED},
        S.SIGNED_OFF,
        "rectification.sign",
        reason=True,
    ),
    move(
        "reopen",
        "reopened",
        WAITING | DONE,
        S.UNDER_WAY,
        "rectification.check",
        reason=True,
    ),
)
MOVES = _TABLE.moves
PAST = _TABLE.past
replay = _TABLE.replay


@dataclass(frozen=True)
class Standing:
    """What deciding needs to know of a task.

    `units` are the codes of its lead and responsible units. `signer` is the code of the unit that
    signs it off, "" for the district itself. `worked` are the ids of people who claimed,
    reported or put in evidence, `checked_by` of whoever checked.
    `outside` says that an office outside this register closes it.
    """

    state: State
    units: frozenset[str] = frozenset()
    signer: str = ""
    worked: frozenset[str] = frozenset()
    checked_by: frozenset[str] = frozenset()
    brought_by: str = ""
    items_open: int = 0
    evidence: int = 0
    outside: bool = False
    needs_notice: bool = True
    notice_until: date | None = None
    objections_open: int = 0


@dataclass(frozen=True)
class Person:
    """Who wants to act: `id`, and the codes of the units they work for.

    Somebody works for a unit if one of their posts is for it or for a part of it; a post above
    it, or one for the whole district, is not of the unit.
    """

    id: str
    works_for: frozenset[str] = frozenset()


_INDEPENDENT = frozenset(("check", "send_back", "uphold", "sign", "take_over", "reopen"))
"""Moves that nobody makes for a unit of their own, nor after working on the task themselves."""


def signing_unit(office: str, units: Collection[str], above: Mapping[str, str]) -> str:
    """Whose sign-off it is: the office's, or of the nearest unit above it that is not itself
    among the task's units; "" is the district. `above` is unit → the unit above it."""
    seen: set[str] = set()
    unit = office
    while unit in units and unit not in seen:
        seen.add(unit)
        unit = above.get(unit, "")
    return "" if unit in seen else unit


def moves_of(standing: Standing, person: Person) -> tuple[str, ...]:
    """Names of the moves there are from here that this person is not barred from."""
    names = _TABLE.moves_from(standing.state)
    if _barred(standing, person) is None:
        return names
    return tuple(name for name in names if name not in _INDEPENDENT)


def decide(
    standing: Standing,
    name: str,
    *,
    by: Person,
    today: date,
    reason: str = "",
    paper: str = "",
) -> Move:
    """The move, if this person may make it today; `paper` is what a sign-off from outside cites.

    Raises:
        Refused "task.unknown_move", "task.move_not_allowed", "task.reason_missing".
        Refused "task.own_work": they work for one of its units, or worked on it themselves.
        Refused "task.same_person": whoever checked does not sign.
        Refused "task.items_open", "task.evidence_missing": claimed before it is so.
        Refused "task.notice_missing", "task.notice_runs", "task.objections_open".
        Refused "task.paper_missing": a sign-off from outside or from earlier without its paper.
        Refused "task.brought_it_in": whoever imported a task as done does not sign it off.
    """
    made = _TABLE.decide(standing.state, name, reason=reason)
    if name in _INDEPENDENT:
        check_independent(standing, by)
    if name == "claim":
        _check_claim(standing)
    elif name in ("sign", "take_over"):
        _check_sign(standing, name, by, today, paper)
    elif name == "announce" and not standing.needs_notice:
        raise Refused("task.no_notice_here")
    return made


def check_independent(standing: Standing, person: Person) -> None:
    """
    Raises:
        Refused "task.own_work", "task.worked_on_it": somebody else is to do this.
    """
    barred = _barred(standing, person)
    if barred is not None:
        raise barred


def _barred(standing: Standing, person: Person) -> Refused | None:
    if not standing.units.isdisjoint(person.works_for):
        own = sorted(standing.units & person.works_for)
        return Refused("task.own_work", units=own)
    if person.id in standing.worked:
        return Refused("task.worked_on_it")
    return None


def _check_claim(standing: Standing) -> None:
    if standing.items_open:
        raise Refused("task.items_open", count=standing.items_open)
    if not standing.evidence:
        raise Refused("task.evidence_missing")


def _check_sign(standing: Standing, name: str, by: Person, today: date, paper: str) -> None:
    if by.id in standing.checked_by:
        raise Refused("task.same_person")
    if name == "take_over":
        if not paper:
            raise Refused("task.paper_missing")
        if by.id == standing.brought_by:
            raise Refused("task.brought_it_in")
        return
    if standing.outside and not paper:
        raise Refused("task.paper_missing")
    if standing.needs_notice and standing.state is not S.ON_NOTICE:
        raise Refused("task.notice_missing")
    if standing.objections_open:
        raise Refused("task.objections_open", count=standing.objections_open)
    if standing.notice_until is not None and today <= standing.notice_until:
        raise Refused("task.notice_runs", until=str(standing.notice_until))


def check_answers(answers: Mapping[str, str], *, passed: bool) -> dict[str, str]:
    """The five answers of a check, in their order.

    Raises:
        Refused "task.answer_missing", "task.answer_unknown".
        Refused "task.check_not_passed": it is to pass, and something is answered with no.
    """
    told: dict[str, str] = {}
    for name in CRITERIA:
        answer = answers.get(name, "")
        if not answer:
            raise Refused("task.answer_missing", criterion=name)
        if answer not in ANSWERS:
            raise Refused("task.answer_unknown", value=answer[:32], known=list(ANSWERS))
        told[name] = answer
    if passed and "no" in told.values():
        raise Refused("task.check_not_passed", criteria=[n for n in told if told[n] == "no"])
    return told
