"""Suggestions: where alike cases come together, without what somebody has answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area
from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.practices.models import ClusterAnswer
from jieban.apps.practices.selectors import figures
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.clusters import PERIODS, THRESHOLD, Cluster, clusters
from jieban.home import Home


@dataclass(frozen=True)
class Suggestion:
    """A cluster with its place."""

    area: Area
    cluster: Cluster

    @property
    def leaf(self) -> str:
        """The kind in one word."""
        return self.cluster.category.rpartition("->")[2]


@dataclass(frozen=True)
class Suggested:
    """Suggestions out of these months, oldest first; no month: nothing was computed yet."""

    months: Sequence[str]
    found: Sequence[Suggestion]


def suggested(
    actor: Actor,
    home: Home,
    *,
    level: str = "community",
    periods: int = PERIODS,
    threshold: int = THRESHOLD,
) -> Suggested:
    """Clusters at places within reach, most cases first."""
    it = figures.known(home)
    if it is None or not actor.may("assessment.see"):
        return Suggested((), ())
    reach, now = reach_of(actor, "project.see"), directory.standing()
    found = [
        Suggestion(now.areas[each.place], each)
        for each in _clusters(home, it, level, periods, threshold)
        if each.place in now.areas and reach.holds(now.areas[each.place].pk)
    ]
    return Suggested(it.months[-periods:], found)


def suggestion(
    actor: Actor, home: Home, level: str, area: str, category: str, periods: int, threshold: int
) -> Suggestion:
    """One of the suggestions.

    Raises:
        Refused "cluster.not_found": none such, answered meanwhile, or not within reach.
    """
    listed = suggested(actor, home, level=level, periods=periods, threshold=threshold)
    for each in listed.found:
        if (each.area.code, each.cluster.category) == (area, category):
            return each
    raise Refused("cluster.not_found")


def answers(actor: Actor) -> Sequence[ClusterAnswer]:
    """What was answered at places within reach, newest first."""
    reach = reach_of(actor, "project.see")
    found = ClusterAnswer.objects.select_related("area", "project", "practice")
    return list(found if reach.everywhere else found.filter(area__in=sorted(reach.areas)))[:100]


def _clusters(
    home: Home, it: figures.Known, level: str, periods: int, threshold: int
) -> list[Cluster]:
    by_month = figures.counts(home, it, level)
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for month in it.months[-2 * periods :]:
        for key, count in by_month[month].items():
            counted.setdefault(key, {})[month] = count
    answered = ClusterAnswer.objects.values_list("area__code", "category")
    return clusters(
        counted, it.months, periods=periods, threshold=threshold, answered=list(answered)
    )
