"""Do the rows say what their events say? For `jieban ledger verify --rows`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from jieban.apps.ledger.selectors import Event
from jieban.apps.practices.models import Note, Practice, Project
from jieban.domain.errors import Refused
from jieban.domain.practices.cards import State
from jieban.domain.practices.projects import replay


def compare_project(events: Sequence[Event]) -> str | None:
    """What of a project's row does not agree with its events; None if all does."""
    project = Project.objects.filter(pk=events[0].subject_id).first()
    if project is None:
        return "row missing"
    kinds = Counter(event.kind.partition(".")[2] for event in events)
    try:
        state = replay(event.kind.partition(".")[2] for event in events)
    except Refused as refused:
        return f"events outside the table: {refused.detail.get('move', '')}"
    steps = project.steps.all()
    told = {
        "state": (project.state, state.value),
        "version": (project.version, len(events)),
        "steps": (steps.count(), kinds["step_added"]),
        "steps done": (
            steps.filter(done_on__isnull=False).count(),
            kinds["step_done"] - kinds["step_undone"],
        ),
        "cases": (project.cases.count(), kinds["case_linked"] - kinds["case_unlinked"]),
        "photos": (
            project.photos.filter(removed_at__isnull=True).count(),
            kinds["photo_added"] - kinds["photo_removed"],
        ),
    }
    return _difference(told)


def compare_practice(events: Sequence[Event]) -> str | None:
    """What of a practice's rows does not agree with its events."""
    practice = Practice.objects.filter(pk=events[0].subject_id).first()
    if practice is None:
        return "row missing"
    kinds = Counter(event.kind.partition(".")[2] for event in events)
    public = practice.versions.filter(state=State.PUBLISHED.value).count()
    moves = [
        event for event in events if event.kind in ("practice.published", "practice.withdrawn")
    ]
    told = {
        "events": (practice.events, len(events)),
        "versions": (practice.versions.count(), kinds["written"] + kinds["revised"]),
        "published": (public, int(bool(moves) and moves[-1].kind == "practice.published")),
        "adoptions": (
            practice.adoptions.filter(ended_on__isnull=True).count(),
            kinds["adopted"] - kinds["adoption_ended"],
        ),
    }
    return _difference(told)


def compare_note(events: Sequence[Event]) -> str | None:
    """What of a note's rows does not agree with its events."""
    note = Note.objects.filter(pk=events[0].subject_id).first()
    if note is None:
        return "row missing"
    kinds = Counter(event.kind.partition(".")[2] for event in events)
    told = {
        "version": (note.version, len(events)),
        "items": (note.items.count(), kinds["item_added"]),
        "items done": (
            note.items.filter(done_on__isnull=False).count(),
            kinds["item_done"] - kinds["item_undone"],
        ),
        "ended": (int(note.ended_on is not None), kinds["ended"]),
    }
    return _difference(told)


def every_project() -> Iterator[str]:
    return (str(number) for number in Project.objects.order_by("pk").values_list("pk", flat=True))


def every_practice() -> Iterator[str]:
    return (str(number) for number in Practice.objects.order_by("pk").values_list("pk", flat=True))


def every_note() -> Iterator[str]:
    return (str(number) for number in Note.objects.order_by("pk").values_list("pk", flat=True))


def _difference(told: Mapping[str, tuple[object, object]]) -> str | None:
    for name, (there, said) in told.items():
        if there != said:
            return f"{name} {there}, events say {said}"
    return None
