"""Practices: written, reviewed by another, published, taken over, given up again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from jieban.apps.directory.models import Area
from jieban.apps.practices.models import Adoption, Practice, PracticeVersion
from jieban.apps.practices.selectors import cards, projects
from jieban.apps.practices.services.keeping import (
    area_within,
    happened,
    hold_practice,
    record_practice,
)
from jieban.apps.practices.services.projects import category_path
from jieban.domain.actors import EVERYWHERE, Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.cards import KINDS, VISITS, State, decide
from jieban.domain.practices.wording import TEXT, Field, contact, tidy

UNWRITTEN = "（待填写）"
"""What stands in a draft that nobody has written yet."""


@dataclass(frozen=True)
class Card:
    """What a practice says. `area` is the code of the place it comes from; blank: the district.

    `visit` is what a script is said about; `first_in` where it was first done ("全市首创").
    """

    kind: str
    name: str
    problem: str
    steps: str
    author: str
    area: str = ""
    category: str = ""
    cost: str = ""
    evidence: str = ""
    visit: str = ""
    first_in: str = ""


@transaction.atomic
def write_practice(
    actor: Actor, card: Card, *, at: datetime, project: int | None = None
) -> Practice:
    """Begin a practice as a draft, out of a project if one is named.

    Raises:
        Refused "actor.not_permitted", "practice.area_not_found", "practice.word_unknown",
            "practice.category_not_found", "project.not_found" and those of `wording.tidy`.
    """
    area = _origin(actor, card.area)
    practice = Practice(made_at=at, made_by=actor.name, made_by_id=actor.id)
    _describe(practice, card, area)
    practice.save()
    version = PracticeVersion(practice=practice, version=1, state=State.DRAFT.value)
    _fill(version, card, actor, at)
    version.save()
    record_practice(
        practice,
        "practice.written",
        actor=actor,
        at=at,
        kind=practice.kind,
        category=practice.category,
        area=area.code if area else "",
    )
    if project is not None:
        _link(actor, practice, project, at)
    return practice


@transaction.atomic
def change_practice(actor: Actor, number: int, card: Card, *, at: datetime) -> PracticeVersion:
    """Write the draft anew. Of a published practice a new version is begun, which replaces it
    only when it is published itself.

    Raises:
        Refused "practice.not_found", "practice.not_yours", "practice.in_review" and those of
            write_practice.
    """
    practice = hold_practice(actor, number, "practice.write")
    draft = cards.working_version(practice)
    if draft is not None and draft.state == State.IN_REVIEW:
        raise Refused("practice.in_review")
    begun = draft is None
    if draft is None:
        newest = practice.versions.order_by("-version").first()
        assert newest is not None
        draft = PracticeVersion(
            practice=practice, version=newest.version + 1, state=State.DRAFT.value
        )
    _fill(draft, card, actor, at)
    draft.save()
    if not practice.versions.filter(state__in=cards.PUBLIC).exists():
        # What it is about is fixed once others rely on it.
        _describe(practice, card, _origin(actor, card.area))
    kind = "practice.revised" if begun else "practice.changed"
    record_practice(practice, kind, actor=actor, at=at, version=draft.version)
    return draft


@transaction.atomic
def move_practice(
    actor: Actor, number: int, move: str, *, at: datetime, reason: str = ""
) -> PracticeVersion:
    """Send a version in, pass it, send it back, or take the published one back.

    Raises:
        Refused "practice.not_found", "practice.not_yours", "practice.version_missing" and those
            of cards.decide.
    """
    permission = "practice.write" if move == "submit" else "practice.review"
    practice = hold_practice(actor, number, permission)
    version = (
        practice.versions.filter(state=State.PUBLISHED.value).first()
        if move == "withdraw"
        else cards.working_version(practice)
    )
    if version is None:
        raise Refused("practice.version_missing")
    told = tidy("reason", reason, limit=500)
    wrote = (version.written_by_id, version.submitted_by_id)
    made = decide(State(version.state), move, by=actor.id, wrote=wrote, reason=told)
    if move == "submit" and UNWRITTEN in version.steps:
        raise Refused("practice.words_missing", field=Field("steps"))
    if move == "publish":
        practice.versions.filter(state=State.PUBLISHED.value).update(state=State.REPLACED.value)
    version.state = made.to.value
    if move == "submit":
        version.submitted_at, version.submitted_by = at, actor.name
        version.submitted_by_id = actor.id
    else:
        version.decided_at, version.decided_by, version.decision = at, actor.name, told
    version.save()
    record_practice(
        practice, f"practice.{made.past}", actor=actor, at=at, reason=told, version=version.version
    )
    return version


@transaction.atomic
def link_project(actor: Actor, number: int, project: int, *, at: datetime) -> Practice:
    """Say that a project is evidence for a practice.

    Raises:
        Refused "practice.not_found", "practice.not_yours", "project.not_found".
    """
    practice = hold_practice(actor, number, "practice.write")
    _link(actor, practice, project, at)
    return practice


@transaction.atomic
def adopt(
    actor: Actor,
    number: int,
    area: str,
    *,
    at: datetime,
    on: date | None = None,
    contact_at: str = "",
    estate: str = "",
) -> Adoption:
    """A community takes a published practice over, from a day.

    Raises:
        Refused "practice.not_found", "practice.not_published", "practice.area_not_found",
            "practice.adopted_already", "practice.day_in_future" and those of `wording.tidy`.
    """
    place = area_within(actor, area, "practice.write")
    practice = cards.visible_to(actor).filter(pk=number).select_for_update(of=("self",)).first()
    if practice is None:
        raise Refused("practice.not_found", number=number)
    if not practice.versions.filter(state=State.PUBLISHED.value).exists():
        raise Refused("practice.not_published")
    part = tidy("estate", estate, limit=100)
    running = practice.adoptions.filter(area=place, estate=part, ended_on__isnull=True)
    if running.exists():
        raise Refused("practice.adopted_already", place=part or place.name)
    made = Adoption.objects.create(
        practice=practice,
        area=place,
        estate=part,
        adopted_on=happened(on, at),
        contact=contact("contact", contact_at, limit=100),
        made_at=at,
        made_by=actor.name,
    )
    record_practice(
        practice,
        "practice.adopted",
        actor=actor,
        at=at,
        adoption=made.pk,
        area=place.code,
        day=str(made.adopted_on),
    )
    return made


@transaction.atomic
def end_adoption(
    actor: Actor, number: int, adoption: int, *, at: datetime, reason: str, on: date | None = None
) -> Adoption:
    """A community gives a practice up again; that it had it stays in the figures.

    Raises:
        Refused "practice.not_found", "practice.adoption_not_found", "practice.reason_missing",
            "practice.adoption_ended", "practice.day_in_future".
    """
    actor.demand("practice.write")
    practice = cards.visible_to(actor).filter(pk=number).select_for_update(of=("self",)).first()
    if practice is None:
        raise Refused("practice.not_found", number=number)
    held = cards.adoption_of(practice, adoption)
    # Not within reach is not found, as everywhere.
    area_within(actor, held.area.code, "practice.write")
    told = tidy("reason", reason, limit=500)
    if not told:
        raise Refused("practice.reason_missing")
    if held.ended_on is not None:
        raise Refused("practice.adoption_ended")
    day = happened(on, at)
    if day < held.adopted_on:
        raise Refused("project.day_out_of_order", day=str(day), earlier=str(held.adopted_on))
    held.ended_on, held.ended_because = day, told
    held.save(update_fields=["ended_on", "ended_because"])
    record_practice(
        practice,
        "practice.adoption_ended",
        actor=actor,
        at=at,
        reason=told,
        adoption=held.pk,
        area=held.area.code,
        day=str(day),
    )
    return held


def _link(actor: Actor, practice: Practice, project: int, at: datetime) -> None:
    found = projects.project_by_number(actor, project)
    if practice.projects.filter(pk=found.pk).exists():
        return
    practice.projects.add(found)
    record_practice(practice, "practice.project_linked", actor=actor, at=at, project=found.pk)


def _origin(actor: Actor, code: str) -> Area | None:
    """The place a practice comes from; only whoever writes everywhere may name none.

    Raises:
        Refused "actor.not_permitted", "practice.area_not_found".
    """
    actor.demand("practice.write")
    if not code and EVERYWHERE in actor.reach("practice.write"):
        return None
    return area_within(actor, code, "practice.write")


def _describe(practice: Practice, card: Card, area: Area | None) -> None:
    if card.kind not in KINDS:
        raise Refused("practice.word_unknown", value=card.kind[:40], known=list(KINDS))
    if card.visit and card.visit not in VISITS:
        raise Refused("practice.word_unknown", value=card.visit[:40], known=list(VISITS))
    practice.kind, practice.area = card.kind, area
    practice.visit = card.visit if card.kind == "script" else ""
    practice.category = category_path(card.category)
    practice.first_in = tidy("first_in", card.first_in, limit=100)


def _fill(version: PracticeVersion, card: Card, actor: Actor, at: datetime) -> None:
    version.name = tidy("name", card.name, limit=100, required=True)
    version.problem = tidy("problem_words", card.problem, limit=TEXT, required=True)
    version.steps = tidy("steps", card.steps, limit=TEXT, required=True)
    version.author = tidy("author", card.author, limit=100, required=True)
    version.cost = tidy("cost", card.cost, limit=TEXT)
    version.evidence = tidy("evidence_words", card.evidence, limit=TEXT)
    version.written_at, version.written_by, version.written_by_id = at, actor.name, actor.id
