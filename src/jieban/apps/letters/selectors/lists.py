"""Lists and sums of letters: the register, one's own by time left, batches, a batch's table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.letters.models import Batch, Letter, LetterType, LetterUnit, Publication
from jieban.apps.letters.selectors.seeing import letters_visible_to, rounds_with_letters
from jieban.apps.rectification.models import Round
from jieban.domain.actors import Actor
from jieban.domain.rectification.letters import Cross, LetterSum, Line, State, cross, sum_of

PAGE = 50
_LONG = ("sealed", "finding", "goal", "action", "told_accountability", "extra")


@dataclass(frozen=True)
class Filter:
    """What the register is narrowed to; "" and None narrow nothing. `late_on` keeps what is past
    its last day to answer."""

    round: str = ""
    batch: str = ""
    state: str = ""
    verdict: str = ""
    type: str = ""
    area: str = ""
    unit: str = ""
    words: str = ""
    focus: bool = False
    asked: bool = False
    late_on: date | None = None


def register(actor: Actor, asked: Filter) -> QuerySet[Letter]:
    """Letters within reach that fit, newest batch first."""
    return narrowed(letters_visible_to(actor), asked).order_by("-rank", "id")


def narrowed(found: QuerySet[Letter], asked: Filter) -> QuerySet[Letter]:
    """Those of `found` that fit."""
    now = directory.standing()
    if asked.round:
        found = found.filter(round__in=Round.objects.filter(code=asked.round))
    if asked.batch:
        found = found.filter(batch__in=Batch.objects.filter(number=asked.batch))
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.verdict:
        found = found.filter(verdict=asked.verdict)
    if asked.type:
        of_type = LetterType.objects.filter(letter=OuterRef("pk"), code=asked.type)
        found = found.filter(Exists(of_type))
    if asked.area:
        places = [now.areas[code].pk for code, way in now.above.items() if asked.area in way]
        found = found.filter(area__in=places)
    if asked.unit:
        unit = now.units.get(asked.unit)
        key = unit.pk if unit else 0
        joint = LetterUnit.objects.filter(letter=OuterRef("pk"), unit=key)
        found = found.filter(Q(lead=key) | Q(Exists(joint)))
    if asked.words:
        found = found.filter(
            Q(number__icontains=asked.words) | Q(public_text__icontains=asked.words)
        )
    if asked.focus:
        found = found.filter(focus=True)
    if asked.asked:
        found = found.exclude(wanted="")
    if asked.late_on is not None:
        found = found.filter(state=State.IN_PROGRESS, due_on__lt=asked.late_on)
    return found


def paged(found: QuerySet[Letter], page: str | None, count: int | None = None) -> Page[Any]:
    """One page of letters with what a list shows of them; `count` where it is known.

    The page is cut from keys alone, so that a page far down costs no more than the first.
    """
    pages = Paginator(found.values_list("pk", flat=True), PAGE)
    if count is not None:
        pages.count = count
    cut: Page[Any] = pages.get_page(page)
    keys = list(cut.object_list)
    rows = listed(Letter.objects.filter(pk__in=keys)).in_bulk()
    cut.object_list = [rows[key] for key in keys]
    return cut


def mine(actor: Actor) -> QuerySet[Letter]:
    """Letters the actor's units still have to answer, those due first."""
    found = letters_visible_to(actor, "letter.handle").exclude(state=State.DONE)
    return found.order_by("due_on", "id")


def asked_for(actor: Actor) -> QuerySet[Letter]:
    """Letters whose unit asks for their closing, on which somebody with letter.manage decides."""
    found = letters_visible_to(actor, "letter.manage").exclude(wanted="")
    return listed(found).order_by("due_on", "id")


def listed(found: QuerySet[Letter]) -> QuerySet[Letter]:
    """`found` with what a list shows of it, without long texts."""
    return found.select_related("round", "batch", "lead", "area").defer(*_LONG)


def state_counts(found: QuerySet[Letter]) -> dict[str, int]:
    """How many letters stand in each state."""
    counted = found.order_by().values_list("state").annotate(number=Count("pk"))
    return dict.fromkeys(map(str, State), 0) | dict(counted)


def unit_choices(actor: Actor) -> list[tuple[str, str]]:
    """Units that lead a letter within reach, by name."""
    leads = letters_visible_to(actor).exclude(lead=None).order_by()
    units = set(leads.values_list("lead_id", flat=True).distinct())
    now = directory.standing()
    named = [now.unit_by_id[key] for key in units if key in now.unit_by_id]
    return sorted(((unit.code, unit.name) for unit in named), key=lambda each: each[1])


@dataclass(frozen=True)
class BatchLine:
    """One batch of a list with the sum of its letters within reach."""

    batch: Batch
    sum: LetterSum
    focus: int
    tables: int


@dataclass(frozen=True)
class RoundLine:
    """One round: its batches, newest first, and their total."""

    round: Any
    batches: tuple[BatchLine, ...]
    sum: LetterSum


def rounds_listed(actor: Actor) -> list[RoundLine]:
    """Rounds with their batches and sums, the newest round first."""
    rounds = list(rounds_with_letters(actor).select_related("office"))
    keys = [each.pk for each in rounds]
    counted = (
        letters_visible_to(actor)
        .filter(round__in=keys)
        .order_by()
        .values_list("batch_id", "state")
        .annotate(number=Count("pk"), focussed=Count("pk", filter=Q(focus=True)))
    )
    states: dict[int, dict[str, int]] = {}
    focus: dict[int, int] = {}
    for batch, state, number, focussed in counted:
        states.setdefault(batch, {})[state] = number
        focus[batch] = focus.get(batch, 0) + focussed
    tables = dict(
        Publication.objects.filter(batch__round__in=keys)
        .order_by()
        .values_list("batch_id")
        .annotate(number=Count("pk"))
    )
    held: dict[int, list[BatchLine]] = {}
    for batch in Batch.objects.filter(round__in=keys).order_by("-position"):
        line = BatchLine(
            batch,
            sum_of(states.get(batch.pk, {})),
            focus.get(batch.pk, 0),
            tables.get(batch.pk, 0),
        )
        held.setdefault(batch.round_id, []).append(line)
    return [
        RoundLine(each, tuple(held.get(each.pk, ())), _together(held.get(each.pk, ())))
        for each in rounds
    ]


def _together(lines: Sequence[BatchLine]) -> LetterSum:
    states: dict[str, int] = {}
    for line in lines:
        for name in State:
            states[name] = states.get(name, 0) + getattr(line.sum, name)
    return sum_of(states)


@dataclass(frozen=True)
class BatchSums:
    """A batch by street and by lead unit, each by type; by state, channel and verdict."""

    sum: LetterSum
    by_place: Cross
    by_unit: Cross
    channels: Mapping[str, int]
    verdicts: Mapping[str, int]
    focus: int


def batch_sums(actor: Actor, batch: Batch) -> BatchSums:
    """The sums of a batch over the letters within reach."""
    now = directory.standing()
    rows = list(
        letters_visible_to(actor)
        .filter(batch=batch)
        .order_by()
        .values_list(
            "area_id", "area_text", "lead_id", "types", "state", "channel", "verdict", "focus"
        )
    )
    channels: dict[str, int] = {}
    verdicts: dict[str, int] = {}
    for *_, channel, verdict, _focus in rows:
        channels[channel] = channels.get(channel, 0) + 1
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    places = [
        Line(_street(now, area, told), tuple(types), state)
        for area, told, _, types, state, *_ in rows
    ]
    units = [
        Line(now.unit_by_id[lead].name if lead in now.unit_by_id else "", tuple(types), state)
        for _, _, lead, types, state, *_ in rows
    ]
    by_place = cross(places)
    return BatchSums(
        by_place.total.sum,
        by_place,
        cross(units),
        channels,
        verdicts,
        sum(1 for row in rows if row[-1]),
    )


def _street(now: Any, area_id: int | None, told: str) -> str:
    """The street a place lies in, or the place itself where it is none; else as it was told."""
    area = now.area_by_id.get(area_id)
    if area is None:
        return told
    for code in now.above.get(area.code, ()):
        if now.areas[code].kind == "street":
            return str(now.areas[code].name)
    return str(area.name)


def batches_of(round_: Round) -> QuerySet[Batch]:
    """Batches of a round, newest first."""
    return Batch.objects.filter(round=round_)


def tables_of(batch: Batch) -> QuerySet[Publication]:
    """Public tables of a batch, newest first, without their content."""
    return Publication.objects.filter(batch=batch).defer("content")


def table_of(batch: Batch, number: int) -> Publication | None:
    """The public table of a number; 0 is the newest. None where there is none."""
    found = Publication.objects.filter(batch=batch)
    return found.filter(number=number).first() if number else found.first()
