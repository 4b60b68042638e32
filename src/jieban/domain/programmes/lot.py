"""The lot 抽签 among places of equal need: an order anybody can work out again.

A statement that nobody here could know before (the numbers of a public lottery, the digest of
a block) is joined with the digest of the list and the code of the place; the places stand in
the order of the SHA-256 of that text. With the shell:

    printf '%s\n%s\n%s' "$STATEMENT" "$DIGEST" "$CODE" | sha256sum

Every place of a lot has the same chance before the statement is known: seats over places. A
place that lost is as needy as one that won, so later they tell most about what sending did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from jieban.domain.errors import Refused

SHORTEST_STATEMENT = 6
LONGEST_STATEMENT = 500


def tidy_statement(statement: str) -> str:
    """The statement as it is drawn from: on one line, blanks at the ends taken off.

    Raises:
        Refused "lot.statement_wrong".
    """
    tidy = " ".join("".join(s if s.isprintable() else " " for s in statement).split())
    if not SHORTEST_STATEMENT <= len(tidy) <= LONGEST_STATEMENT:
        raise Refused("lot.statement_wrong", shortest=SHORTEST_STATEMENT, longest=LONGEST_STATEMENT)
    return tidy


def draw_mark(statement: str, digest: str, code: str) -> str:
    """What a place is ordered by, lowest first."""
    return hashlib.sha256(f"{statement}\n{digest}\n{code}".encode()).hexdigest()


def drawn_order(codes: Iterable[str], statement: str, digest: str) -> list[str]:
    """The places of one lot in the order drawn; the first ones get its seats."""
    return sorted(codes, key=lambda code: (draw_mark(statement, digest, code), code))
