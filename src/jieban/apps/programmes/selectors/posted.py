"""Who holds a post already in some months, and which places have somebody?

Posts are kept by rooms above this one. They say here how they are asked, so that nobody is matched
who could not be sent afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Posted:
    """Codes of officials who hold a post in a span of days, and of the places they hold it in."""

    officials: frozenset[str] = field(default_factory=frozenset)
    places: frozenset[str] = field(default_factory=frozenset)


Ask = Callable[[date, date], Posted]
_asked: dict[str, Ask] = {}


def register_posts(room: str, ask: Ask) -> None:
    """Say how a room is asked for the posts it keeps."""
    _asked[room] = ask


def posted_between(first: date | None, last: date | None) -> Posted:
    """Everybody on post on any of these days, by every room; nobody where a day is not known."""
    if first is None or last is None:
        return Posted()
    answers = [ask(first, last) for ask in _asked.values()]
    return Posted(
        frozenset().union(*(each.officials for each in answers)),
        frozenset().union(*(each.places for each in answers)),
    )
