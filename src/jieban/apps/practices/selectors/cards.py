"""Every read of practices and of who took them over."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.practices.models import Adoption, Practice, PracticeVersion
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.cards import MOVES, State, moves_from

PUBLIC = (State.PUBLISHED.value, State.REPLACED.value, State.WITHDRAWN.value)
"""States of a version that was public at some time."""


def _with(state: State) -> Exists:
    return Exists(PracticeVersion.objects.filter(practice=OuterRef("pk"), state=state.value))


def written_by(actor: Actor, permission: str) -> QuerySet[Practice]:
    """Practices on which the actor holds a permission to write or review."""
    reach = reach_of(actor, permission)
    if reach.everywhere:
        return Practice.objects.all()
    mine = Q(area__in=sorted(reach.areas))
    if permission == "practice.write" and actor.may(permission):
        mine |= Q(area__isnull=True, made_by_id=actor.id)
    return Practice.objects.filter(mine)


def visible_to(actor: Actor) -> QuerySet[Practice]:
    """What was ever public, to whoever may see practices; drafts to who writes or reviews there."""
    if not actor.may("practice.see"):
        return Practice.objects.none()
    public = Exists(PracticeVersion.objects.filter(practice=OuterRef("pk"), state__in=PUBLIC))
    at_work = Q(pk__in=written_by(actor, "practice.write").values("pk")) | Q(
        pk__in=written_by(actor, "practice.review").values("pk")
    )
    return Practice.objects.filter(Q(public) | at_work)


def practice_by_number(actor: Actor, number: int) -> Practice:
    """
    Raises:
        Refused "practice.not_found": no such practice, or a draft of others.
    """
    found = visible_to(actor).select_related("area", "area__parent").filter(pk=number).first()
    if found is None:
        raise Refused("practice.not_found", number=number)
    return found


def may(actor: Actor, practice: Practice, permission: str) -> bool:
    """Whether the actor holds a permission to write or review on this practice."""
    return written_by(actor, permission).filter(pk=practice.pk).exists()


def library(
    actor: Actor, *, kind: str = "", words: str = "", category: str = "", state: str = ""
) -> list[PracticeVersion]:
    """One version of each practice: the published one, else what is being written; most adopted
    first. Each has `adopters`, how many places use it now.

    `state` narrows: "draft", "in_review", "withdrawn"; blank is what is published.
    """
    wanted = state or State.PUBLISHED.value
    found = (
        PracticeVersion.objects.filter(practice__in=visible_to(actor), state=wanted)
        .select_related("practice", "practice__area")
        .annotate(
            adopters=Count(
                "practice__adoptions", filter=Q(practice__adoptions__ended_on__isnull=True)
            )
        )
    )
    if wanted in (State.DRAFT.value, State.IN_REVIEW.value):
        at_work = written_by(actor, "practice.write") | written_by(actor, "practice.review")
        found = found.filter(practice__in=at_work.values("pk"))
    if kind:
        found = found.filter(practice__kind=kind)
    if category:
        found = found.filter(practice__category__icontains=category)
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(problem__icontains=words) | Q(steps__icontains=words)
        )
    newest: dict[int, PracticeVersion] = {}
    for each in found.order_by("version"):
        newest[each.practice_id] = each
    return sorted(newest.values(), key=lambda each: (-each.adopters, -each.practice_id))  # type: ignore[attr-defined]


def versions_of(practice: Practice) -> list[PracticeVersion]:
    """Every version, newest first."""
    return list(practice.versions.order_by("-version"))


def shown_version(actor: Actor, practice: Practice, version: int | None = None) -> PracticeVersion:
    """The version somebody is shown: the one asked for, the published one, else the newest.

    Raises:
        Refused "practice.not_found": there is none that this actor may read.
    """
    may_draft = may(actor, practice, "practice.write") or may(actor, practice, "practice.review")
    readable = [each for each in versions_of(practice) if may_draft or each.state in PUBLIC]
    if version is not None:
        readable = [each for each in readable if each.version == version]
    public = [each for each in readable if each.state == State.PUBLISHED.value]
    chosen = next(iter(public or readable), None)
    if chosen is None:
        raise Refused("practice.not_found", number=practice.pk)
    return chosen


def working_version(practice: Practice) -> PracticeVersion | None:
    """The version that is being written or reviewed; there is at most one."""
    at_work = (State.DRAFT.value, State.IN_REVIEW.value)
    return practice.versions.filter(state__in=at_work).order_by("-version").first()


def allowed_moves(actor: Actor, version: PracticeVersion) -> tuple[str, ...]:
    """Names of the moves this actor may make with a version now."""
    writes = may(actor, version.practice, "practice.write")
    reviews = may(actor, version.practice, "practice.review")
    wrote = {version.written_by_id, version.submitted_by_id}
    return tuple(
        name
        for name in moves_from(State(version.state))
        if (
            reviews and (actor.id not in wrote or name == "withdraw")
            if MOVES[name].review
            else writes
        )
    )


def adoptions_of(practice: Practice, *, running: bool = False) -> Sequence[Adoption]:
    """Who took it over, oldest first; `running`: only who still does."""
    found = practice.adoptions.select_related("area", "area__parent")
    return list(found.filter(ended_on__isnull=True) if running else found)


def adoption_of(practice: Practice, adoption: int) -> Adoption:
    """
    Raises:
        Refused "practice.adoption_not_found".
    """
    found = practice.adoptions.select_related("area").filter(pk=adoption).first()
    if found is None:
        raise Refused("practice.adoption_not_found", number=adoption)
    return found
