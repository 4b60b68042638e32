"""How rows are compared with what their events say, without the ledger knowing any app.

An app registers, from its `AppConfig.ready`, how one kind of subject folds:

    ledger.register_fold("case", Fold(compare, every_number, "case.received"))
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from jieban.apps.ledger.models import Event

_BATCH = 500


@dataclass(frozen=True)
class Fold:
    """How one kind of subject folds.

    `compare(events)` gets one subject's events, oldest first, and answers what is wrong with the
    row in a sentence, or None when replaying the events gives exactly the row. `rows()` names
    every row there is; each began with an event of the kind `begins`. Where there are many rows
    with much hanging on each, `several` answers the same for several subjects at once.
    """

    compare: Callable[[Sequence[Event]], str | None]
    rows: Callable[[], Iterable[str]]
    begins: str
    several: Callable[[Mapping[str, Sequence[Event]]], Mapping[str, str | None]] | None = None


_folds: dict[str, Fold] = {}


def register_fold(subject_kind: str, fold: Fold) -> None:
    """Say how rows of `subject_kind` are compared with their events."""
    _folds[subject_kind] = fold


def folded_kinds() -> tuple[str, ...]:
    """The kinds of subject that can be compared."""
    return tuple(sorted(_folds))


def differing(subject_kind: str, subject_id: str = "") -> Iterator[tuple[str, str | None]]:
    """(subject id, what is wrong or None) of every subject of this kind, or of the one given.

    Rows that no event began come last.
    """
    fold = _folds[subject_kind]
    rows = Event.objects.filter(subject_kind=subject_kind)
    if subject_id:
        rows = rows.filter(subject_id=subject_id)
    ordered = rows.order_by("subject_id", "seq").iterator(chunk_size=2000)
    chains = (
        (name, list(events)) for name, events in groupby(ordered, lambda event: event.subject_id)
    )
    if fold.several is None:
        for name, events in chains:
            yield name, fold.compare(events)
    else:
        while told := dict(islice(chains, _BATCH)):
            yield from fold.several(told).items()
    there = iter(fold.rows() if not subject_id else ())
    while batch := list(islice(there, _BATCH)):
        begun = Event.objects.filter(
            subject_kind=subject_kind, subject_id__in=batch, seq=1, kind=fold.begins
        ).values_list("subject_id", flat=True)
        for name in sorted(set(batch) - set(begun)):
            yield name, "a row that no event began"
