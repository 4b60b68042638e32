"""Reading single values out of a posted form; what cannot be read is refused in words."""

from datetime import date

from django.http import QueryDict
from django.utils.dateparse import parse_date

from jieban.domain.errors import Refused


def whole(post: QueryDict, name: str) -> int:
    """A whole number, not below nought.

    Raises:
        Refused "practice.word_unknown".
    """
    said = str(post.get(name, "")).strip()
    # isdecimal also takes digits of other scripts, which int reads as well.
    if not said.isdecimal() or len(said) > 9:
        raise Refused("practice.word_unknown", value=said[:40], known=["0", "1", "2", "…"])
    return int(said)


def whole_or_none(post: QueryDict, name: str) -> int | None:
    return whole(post, name) if str(post.get(name, "")).strip() else None


def day(post: QueryDict, name: str) -> date | None:
    """A day as browsers send it; None where none was given.

    Raises:
        Refused "practice.day_impossible".
    """
    said = str(post.get(name, "")).strip()
    if not said:
        return None
    try:
        found = parse_date(said)
    except ValueError:
        found = None
    if found is None:
        raise Refused("practice.day_impossible", day=said[:20])
    return found
