"""Every read of placements, pairings and rules on trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet

from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.practices.models import Note, NoteItem
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.notes import SOON


def visible_to(actor: Actor, permission: str = "practice.see") -> QuerySet[Note]:
    """Notes of places within reach."""
    reach = reach_of(actor, permission)
    found = Note.objects.select_related("area", "area__parent", "practice")
    return found if reach.everywhere else found.filter(area__in=sorted(reach.areas))


def note_by_number(actor: Actor, number: int, permission: str = "practice.see") -> Note:
    """
    Raises:
        Refused "note.not_found": no such note, or not within the actor's reach.
    """
    found = visible_to(actor, permission).filter(pk=number).first()
    if found is None:
        raise Refused("note.not_found", number=number)
    return found


def listed(actor: Actor, *, kind: str = "", ended: bool = False) -> QuerySet[Note]:
    """Notes within reach with their items, newest first; running ones unless `ended`."""
    found = visible_to(actor).filter(ended_on__isnull=not ended)
    if kind:
        found = found.filter(kind=kind)
    return found.prefetch_related(Prefetch("items", NoteItem.objects.all()))


def items_of(note: Note) -> list[NoteItem]:
    return list(note.items.all())


def item_of(note: Note, item: int) -> NoteItem:
    """
    Raises:
        Refused "note.item_not_found".
    """
    found = note.items.filter(pk=item).first()
    if found is None:
        raise Refused("note.item_not_found", number=item)
    return found


@dataclass(frozen=True)
class Due:
    """Something that is due: an item of a note, or (`item` None) the day to look at it again."""

    note: Note
    on: date
    item: NoteItem | None = None


def due(actor: Actor, today: date, within: timedelta = SOON) -> Sequence[Due]:
    """What is overdue or falls due soon in running notes within reach, the earliest first."""
    until = today + within
    running = visible_to(actor).filter(ended_on__isnull=True)
    items = NoteItem.objects.filter(
        note__in=running, done_on__isnull=True, due__lte=until
    ).select_related("note", "note__area")
    found = [Due(each.note, each.due, each) for each in items if each.due is not None]
    for note in running.filter(Q(next_check__lte=until) | Q(ends__lte=until)):
        if note.next_check is not None and note.next_check <= until:
            found.append(Due(note, note.next_check))
        elif note.ends is not None:
            found.append(Due(note, note.ends))
    return sorted(found, key=lambda each: (each.on, each.note.pk, each.item is None))
