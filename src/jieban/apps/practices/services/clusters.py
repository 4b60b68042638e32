"""What is answered to a suggestion: a project, a practice, or a no with its reason."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from jieban.apps.ledger import services as ledger
from jieban.apps.practices.models import ClusterAnswer, Practice, Project
from jieban.apps.practices.selectors import figures
from jieban.apps.practices.selectors.clusters import Suggestion, suggestion
from jieban.apps.practices.selectors.projects import visible_numbers
from jieban.apps.practices.services.cards import UNWRITTEN, Card, write_practice
from jieban.apps.practices.services.keeping import area_within
from jieban.apps.practices.services.projects import MOST_AT_ONCE, Plan, open_project
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.clusters import PERIODS, THRESHOLD
from jieban.domain.practices.wording import tidy
from jieban.home import Home

NAMED = "{place}：{leaf}"
COUNTED = "{months} 共 {count} 件"


@dataclass(frozen=True)
class Chosen:
    """Which suggestion: a place, a kind, and what was looked at when it was shown."""

    area: str
    category: str
    level: str = "community"
    periods: int = PERIODS
    threshold: int = THRESHOLD


@transaction.atomic
def project_from_cluster(actor: Actor, chosen: Chosen, *, at: datetime, home: Home) -> Project:
    """Open a project of a suggestion, its cases linked as far as the actor may see them.

    Raises:
        Refused "cluster.not_found", "cluster.answered", "practice.area_not_found".
    """
    found = _found(actor, chosen, home, "project.run")
    it = figures.demand_known(home)
    numbers = figures.case_numbers(
        home, it, chosen.level, chosen.area, chosen.category, chosen.periods
    )
    seen = visible_numbers(actor, numbers[: 2 * MOST_AT_ONCE])
    name = NAMED.format(place=found.area.name, leaf=found.leaf)
    plan = Plan(title=name, area=found.area.code, place=found.area.name, category=chosen.category)
    linked = [number for number in numbers if number in seen][:MOST_AT_ONCE]
    project = open_project(actor, plan, at=at, cases=linked)
    _answer(actor, found, chosen, home, "project", at, project=project)
    return project


@transaction.atomic
def practice_from_cluster(actor: Actor, chosen: Chosen, *, at: datetime, home: Home) -> Practice:
    """Begin the draft of a practice about the kind of a suggestion.

    Raises:
        Refused "cluster.not_found", "cluster.answered", "practice.area_not_found".
    """
    found = _found(actor, chosen, home, "practice.write")
    card = Card(
        kind="method",
        name=NAMED.format(place=found.area.name, leaf=found.leaf),
        problem=chosen.category,
        steps=UNWRITTEN,
        author=actor.name,
        evidence=COUNTED.format(
            months=_months(home, chosen).replace("..", " 至 "), count=found.cluster.count
        ),
        area=found.area.code,
        category=chosen.category,
    )
    practice = write_practice(actor, card, at=at)
    _answer(actor, found, chosen, home, "practice", at, practice=practice)
    return practice


@transaction.atomic
def dismiss_cluster(
    actor: Actor, chosen: Chosen, *, at: datetime, home: Home, reason: str
) -> ClusterAnswer:
    """Say no to a suggestion, and why; it does not come again.

    Raises:
        Refused "cluster.not_found", "cluster.answered", "project.reason_missing".
    """
    found = _found(actor, chosen, home, "project.run")
    told = tidy("reason", reason, limit=500)
    if not told:
        raise Refused("project.reason_missing")
    return _answer(actor, found, chosen, home, "dismissed", at, reason=told)


def _found(actor: Actor, chosen: Chosen, home: Home, permission: str) -> Suggestion:
    area_within(actor, chosen.area, permission)
    if ClusterAnswer.objects.filter(area__code=chosen.area, category=chosen.category).exists():
        raise Refused("cluster.answered")
    return suggestion(
        actor,
        home,
        chosen.level,
        chosen.area,
        chosen.category,
        chosen.periods,
        chosen.threshold,
    )


def _answer(
    actor: Actor,
    found: Suggestion,
    chosen: Chosen,
    home: Home,
    answer: str,
    at: datetime,
    *,
    reason: str = "",
    project: Project | None = None,
    practice: Practice | None = None,
) -> ClusterAnswer:
    try:
        with transaction.atomic():
            made = ClusterAnswer.objects.create(
                area=found.area,
                category=chosen.category,
                answer=answer,
                reason=reason,
                cases=found.cluster.count,
                months=_months(home, chosen),
                project=project,
                practice=practice,
                made_at=at,
                made_by=actor.name,
            )
    except IntegrityError:
        # Somebody answered at the same moment.
        raise Refused("cluster.answered") from None
    ledger.append(
        "cluster",
        str(made.pk),
        "cluster.answered",
        actor=actor,
        at=at,
        reason=reason,
        body={
            "area": found.area.code,
            "category": made.category,
            "answer": answer,
            "cases_counted": made.cases,
            "months_counted": made.months,
        },
    )
    return made


def _months(home: Home, chosen: Chosen) -> str:
    """The months that were looked at, first and last."""
    months = figures.demand_known(home).months[-chosen.periods :]
    return f"{months[0]}..{months[-1]}"
