"""Who answered the cases of a place: one line for each case and pass that was answered.

Read from the events, because a row only knows the unit: the event of an answer says which person
gave it (ADR 0028).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from jieban.apps.cases.models import Case
from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger

ANSWERS = ("case.answered", "case.replied")
_BATCH = 500


@dataclass(frozen=True)
class Answer:
    """A case was answered at a moment by somebody; `by_id` is the id of the actor."""

    number: str
    at: datetime
    by_id: str
    by: str


def answers_in(area: str, since: datetime, until: datetime) -> Iterator[Answer]:
    """Answers given in [since, until) to cases that lie in a place or below it (its code).

    Only cases handled here: what came by file does not say who answered. A case that was reopened
    and answered again is there once for each answer.
    """
    codes = [code for code, path in directory.standing().above.items() if area in path]
    numbers = iter(
        Case.objects.filter(area__code__in=codes, received_at__lt=until)
        .exclude(answered_at__lt=since)
        .order_by("pk")
        .values_list("number", flat=True)
        .iterator(chunk_size=2000)
    )
    while batch := list(islice(numbers, _BATCH)):
        for event in ledger.events_of_several("case", batch, ANSWERS):
            if since <= event.happened_at < until:
                yield Answer(event.subject_id, event.happened_at, event.actor_id, event.actor_name)
