"""Which rulebook is the handling of cases under?"""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from jieban.domain.errors import Refused
from jieban.domain.rulebook import schema
from jieban.domain.rulebook.schema import Rulebook


def rulebook_in_force(at: datetime) -> Rulebook:
    """The rulebook that was in force at `at`, of those the setting `JIEBAN_RULEBOOK` lists.

    Where several were, the one listed last: an office adds next year's at the end. A file is
    read once; a changed one is seen after a restart.

    Raises:
        Refused "rulebook.none_in_force", or why one of them cannot be read.
    """
    day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    for rulebook in reversed(_listed(tuple(settings.RULEBOOKS))):
        if rulebook.valid_from <= day and (rulebook.valid_to is None or day < rulebook.valid_to):
            return rulebook
    raise Refused("rulebook.none_in_force", day=day.isoformat(), listed=list(settings.RULEBOOKS))


@lru_cache(maxsize=4)
def _listed(names: tuple[str, ...]) -> tuple[Rulebook, ...]:
    return tuple(schema.load(name) for name in names)
