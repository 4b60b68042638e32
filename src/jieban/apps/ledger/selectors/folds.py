"""How rows are compared with what their events say, without the ledger knowing any app.

An app registers, from its `AppConfig.ready`, how one kind of subject folds:

    ledger.register_fold("case", compare)

`compare(events)` gets one subject's events, oldest first, and answers what is wrong with the
row in a sentence, or None when replaying the events gives exactly the row.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from jieban.apps.ledger.models import Event

Compare = Callable[[Sequence[Event]], str | None]
_folds: dict[str, Compare] = {}


def register_fold(subject_kind: str, compare: Compare) -> None:
    """Say how rows of `subject_kind` are compared with their events."""
    _folds[subject_kind] = compare


def folded_kinds() -> tuple[str, ...]:
    """The kinds of subject that can be compared."""
    return tuple(sorted(_folds))


def differing(subject_kind: str, subject_id: str = "") -> Iterator[tuple[str, str | None]]:
    """(subject id, what is wrong or None) of every subject of this kind, or of the one given."""
    compare = _folds[subject_kind]
    rows = Event.objects.filter(subject_kind=subject_kind)
    if subject_id:
        rows = rows.filter(subject_id=subject_id)
    ordered = rows.order_by("subject_id", "seq").iterator(chunk_size=2000)
    for name, events in groupby(ordered, key=lambda event: event.subject_id):
        yield name, compare(list(events))
