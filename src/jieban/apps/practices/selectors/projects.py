"""Every read of problem projects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from jieban.apps.cases import selectors as cases
from jieban.apps.directory.models import Unit
from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.practices.models import (
    Consultation,
    Cost,
    Photo,
    Project,
    ProjectCall,
    ProjectCase,
    ProjectQuantity,
    ProjectStep,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.projects import (
    OPEN,
    Acceptance,
    Standing,
    State,
    Votes,
    moves_from,
)
from jieban.domain.practices.quantities import Quantity, sums

PAGE = 50


def visible_to(actor: Actor, permission: str) -> QuerySet[Project]:
    """Projects on which the actor holds `permission`; nothing if none.

    Those at a place within reach and those to which a unit within reach was called.
    """
    reach = reach_of(actor, permission)
    if reach.everywhere:
        return Project.objects.all()
    called = ProjectCall.objects.filter(
        project=OuterRef("pk"), struck_at__isnull=True, units__in=sorted(reach.units)
    )
    return Project.objects.filter(Q(area__in=sorted(reach.areas)) | Exists(called))


def project_by_number(actor: Actor, number: int, permission: str = "project.see") -> Project:
    """
    Raises:
        Refused "project.not_found": no such project, or not within the actor's reach.
    """
    found = visible_to(actor, permission).select_related("area", "area__parent").filter(pk=number)
    project = found.first()
    if project is None:
        raise Refused("project.not_found", number=number)
    return project


def may_run(actor: Actor, project: Project) -> bool:
    """Whether the actor may write in it: its place is within reach; being called is not enough."""
    return reach_of(actor, "project.run").holds(project.area_id)


def listed(
    actor: Actor, *, state: str = "", words: str = "", area: str = "", late_on: date | None = None
) -> QuerySet[Project]:
    """Projects within reach with `steps_all` and `steps_done`, those due first, then the newest.

    `state` "open" is whatever is not closed; `late_on` keeps what is open past its deadline.
    """
    live = Q(steps__removed_at__isnull=True)
    found = (
        visible_to(actor, "project.see")
        .select_related("area", "area__parent")
        .annotate(
            steps_all=Count("steps", filter=live),
            steps_done=Count("steps", filter=live & Q(steps__done_on__isnull=False)),
        )
    )
    open_states = [each.value for each in OPEN]
    if state == "open":
        found = found.filter(state__in=open_states)
    elif state:
        found = found.filter(state=state)
    if words:
        found = found.filter(Q(title__icontains=words) | Q(place__icontains=words))
    if area:
        found = found.filter(Q(area__code=area) | Q(area__parent__code=area))
    if late_on is not None:
        found = found.filter(state__in=open_states, deadline__lt=late_on)
    return found.order_by("deadline", "-id")


def projects_of_term(term_code: str) -> list[Project]:
    """Projects worked on in a term, by its code, oldest first; with steps counted as in `listed`.

    For the term's own pages, which have asked already who may see them.
    """
    live = Q(steps__removed_at__isnull=True)
    found = Project.objects.filter(term=term_code) if term_code else Project.objects.none()
    return list(
        found.select_related("area")
        .annotate(
            steps_all=Count("steps", filter=live),
            steps_done=Count("steps", filter=live & Q(steps__done_on__isnull=False)),
        )
        .order_by("id")
    )


def steps_of(project: Project) -> list[ProjectStep]:
    """The steps in their order, without those removed."""
    return list(ProjectStep.objects.filter(project=project, removed_at__isnull=True))


def step_of(project: Project, step: int) -> ProjectStep:
    """
    Raises:
        Refused "project.step_not_found".
    """
    found = ProjectStep.objects.filter(project=project, pk=step, removed_at__isnull=True).first()
    if found is None:
        raise Refused("project.step_not_found", step=step)
    return found


def standing_of(project: Project) -> Standing:
    """What the next move is decided on."""
    last = (
        Consultation.objects.filter(project=project, purpose="acceptance", struck_at__isnull=True)
        .order_by("held_on", "id")
        .last()
    )
    return Standing(
        state=State(project.state),
        owner_id=project.owner_id,
        open_steps=ProjectStep.objects.filter(
            project=project, removed_at__isnull=True, done_on__isnull=True
        ).count(),
        claimed_on=project.claimed_on,
        acceptance=Acceptance(last.held_on, Votes(last.in_favour, last.against, last.abstained))
        if last
        else None,
    )


def allowed_moves(actor: Actor, project: Project) -> tuple[str, ...]:
    """Names of the moves this actor may try now; giving up is not the owner's."""
    if not may_run(actor, project):
        return ()
    return tuple(
        name
        for name in moves_from(State(project.state))
        if name != "give_up" or actor.id != project.owner_id
    )


@dataclass(frozen=True)
class Entries:
    """What was entered by day, oldest first, without what was struck out; sums of it."""

    consultations: Sequence[Consultation]
    acceptances: Sequence[Consultation]
    calls: Sequence[ProjectCall]
    quantities: Sequence[ProjectQuantity]
    sums: Sequence[Quantity]
    costs: Sequence[Cost]
    cost_by_source: Sequence[Quantity]
    cost_total: Quantity | None


def entries_of(project: Project) -> Entries:
    asked = list(
        Consultation.objects.filter(project=project, struck_at__isnull=True).order_by(
            "held_on", "id"
        )
    )
    calls = ProjectCall.objects.filter(project=project, struck_at__isnull=True)
    quantities = list(
        ProjectQuantity.objects.filter(project=project, struck_at__isnull=True).order_by("on", "id")
    )
    costs = list(Cost.objects.filter(project=project, struck_at__isnull=True).order_by("on", "id"))
    spent = [Quantity(each.source, each.amount, "元") for each in costs]
    total = sums([Quantity("", each.amount, each.unit) for each in spent])
    return Entries(
        [each for each in asked if each.purpose == "consultation"],
        [each for each in asked if each.purpose == "acceptance"],
        list(calls.prefetch_related(Prefetch("units", Unit.objects.all())).order_by("held_on")),
        quantities,
        sums([Quantity(each.what, each.amount, each.unit) for each in quantities]),
        costs,
        sums(spent),
        total[0] if total else None,
    )


@dataclass(frozen=True)
class Spot:
    """One spot: the photo from before, and those from the same spot afterwards."""

    before: Photo
    afters: Sequence[Photo]


def spots_of(project: Project) -> list[Spot]:
    """Photos by spot, without those removed."""
    photos = list(Photo.objects.filter(project=project, removed_at__isnull=True))
    return [
        Spot(each, [after for after in photos if after.pair_id == each.pk])
        for each in photos
        if each.pair_id is None
    ]


def photo_of(project: Project, photo: int) -> Photo:
    """
    Raises:
        Refused "project.photo_not_found".
    """
    found = Photo.objects.filter(project=project, pk=photo, removed_at__isnull=True).first()
    if found is None:
        raise Refused("project.photo_not_found", number=photo)
    return found


@dataclass(frozen=True)
class Linked:
    """Cases of a project that the reader may see, and how many there are besides."""

    numbers: Sequence[str]
    hidden: int


def linked_cases(actor: Actor, project: Project) -> Linked:
    numbers = list(ProjectCase.objects.filter(project=project).values_list("number", flat=True))
    seen = visible_numbers(actor, numbers)
    return Linked([each for each in numbers if each in seen], len(numbers) - len(seen))


def visible_numbers(actor: Actor, numbers: Sequence[str]) -> frozenset[str]:
    """Which of these cases the actor may see, those handled here and those of files."""
    handled = cases.visible_to(actor, "case.see").filter(number__in=list(numbers))
    seen = set(handled.values_list("number", flat=True))
    for number in set(numbers) - seen:
        rows = list(cases.rows_of_case(number))
        if rows and cases.may_see_imported(actor, rows):
            seen.add(number)
    return frozenset(seen)


def state_counts(actor: Actor) -> Mapping[str, int]:
    """How many projects within reach stand in each state."""
    counted = (
        visible_to(actor, "project.see").order_by().values_list("state").annotate(n=Count("id"))
    )
    return dict(counted)
