"""How may two cases belong together?

repeat 重复诉求  the same matter again: linked, both go on
merge 并单       one is handled with the other: it leaves the lists, its clock stops, its state
                stays; undone, it is back where it was
child 子工单     a part of a case that another unit handles
"""

from __future__ import annotations

from jieban.domain.cases.lifecycle import OPEN, State
from jieban.domain.errors import Refused

KINDS = ("repeat", "merge", "child")


def check_merge(
    number: str, into: str, *, state: State, into_merged: bool, merged: bool, has_merged: bool
) -> None:
    """May a case be merged into another one?

    `merged`: it is merged already; `into_merged`: the other one is; `has_merged`: others are
    merged into it, so that merging it would make a chain.

    Raises:
        Refused "case.link_itself", "case.merged", "case.merge_chain", "case.merge_closed".
    """
    if number == into:
        raise Refused("case.link_itself", number=number)
    if merged:
        raise Refused("case.merged", number=number)
    if into_merged or has_merged:
        raise Refused("case.merge_chain", number=number, into=into)
    if state not in OPEN:
        raise Refused("case.merge_closed", number=number)


def check_repeat(number: str, of: str, *, linked: bool) -> None:
    """May a case be linked as a repetition of another?

    Raises:
        Refused "case.link_itself", "case.linked".
    """
    if number == of:
        raise Refused("case.link_itself", number=number)
    if linked:
        raise Refused("case.linked", number=number, other=of)
