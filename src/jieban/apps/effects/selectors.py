"""Every read of effects: the estimate by the newest sealed facts, kept in memory by its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from jieban.apps.assessments.selectors import DEFAULT_RULEBOOK
from jieban.apps.effects.models import QuotedFigure
from jieban.apps.programmes import selectors as programmes
from jieban.apps.programmes.models import Programme
from jieban.apps.terms import selectors as terms
from jieban.domain.errors import Refused
from jieban.domain.rulebook import schema
from jieban.evaluation.facts import FactsFolder
from jieban.home import Home

if TYPE_CHECKING:
    from jieban.evaluation.effects import Effects, Lot, Panel, Sent

_one_at_a_time = Lock()


@dataclass(frozen=True)
class Asked:
    """What an estimate is a function of, the facts and postings apart."""

    programme: str
    rulebook: str = DEFAULT_RULEBOOK
    measure: str = "score"
    cohort: str | None = None
    baseline: str | None = None


@dataclass(frozen=True)
class Found:
    """An estimate and the facts it was made from."""

    effects: Effects
    facts_digest: str


def newest_programme() -> Programme | None:
    return programmes.programmes().first()


def newest(home: Home) -> Found | None:
    """The estimate a reader is shown first; None without a programme.

    Raises:
        Refused: as `effects_of`.
    """
    programme = newest_programme()
    return None if programme is None else effects_of(home, Asked(programme.code))


def sent_of(programme: str) -> list[Sent]:
    """Postings that began, of a programme, or of the newest where none is named.

    Raises:
        Refused "effects.nobody_sent", and what looking a programme up refuses.
    """
    from jieban.evaluation.effects import Sent

    if not programme:
        newest = newest_programme()
        if newest is None:
            raise Refused("effects.nobody_sent")
        programme = newest.code
    programmes.programme_by_code(programme)
    return [
        Sent(each.area, str(each.cohort), each.start, each.end, each.official)
        for each in terms.sent(programme)
    ]


def lots_of(programme: str) -> list[Lot]:
    """The draws of a programme's lists: who was drawn and who was not."""
    from jieban.evaluation.effects import Lot

    lots = []
    for selection in programmes.selections_of(programmes.programme_by_code(programme)):
        if selection.lot_drawn_at is None:
            continue
        drawn: dict[str, tuple[set[str], set[str]]] = {}
        sent = {place.area_code for place in programmes.sent_places(selection)}
        for code, lot in selection.candidates.exclude(lot="").values_list("area_code", "lot"):
            drawn.setdefault(lot, (set(), set()))[code not in sent].add(code)
        lots += [Lot(frozenset(chosen), frozenset(rest)) for chosen, rest in drawn.values()]
    return lots


def effects_of(home: Home, asked: Asked) -> Found:
    """The estimate by the facts that are sealed now; they are not built anew for it.

    Raises:
        Refused: "effects.no_facts" (nothing sealed yet), and what looking the programme up,
            reading the facts and the estimate refuse.
    """
    sent, lots = tuple(sent_of(asked.programme)), tuple(lots_of(asked.programme))
    if not (home.facts / "manifest.json").exists():
        raise Refused("effects.no_facts")
    folder = FactsFolder.open(home.facts)
    with _one_at_a_time:
        return Found(_estimated(home.facts, folder.digest, asked, sent, lots), folder.digest)


@lru_cache(maxsize=24)
def _estimated(
    facts: Path, digest: str, asked: Asked, sent: tuple[Sent, ...], lots: tuple[Lot, ...]
) -> Effects:
    from jieban.evaluation.effects import effects_of as estimate

    return estimate(
        _panel(facts, digest, asked.rulebook),
        sent,
        baseline=asked.baseline,
        measure=asked.measure,
        cohort=asked.cohort,
        lots=lots,
    )


@lru_cache(maxsize=3)
def _panel(facts: Path, _digest: str, rulebook: str) -> Panel:
    from jieban.evaluation.effects import panel_of

    return panel_of(FactsFolder.open(facts), schema.load(rulebook))


def quoted(programme: str, cohort: str | None = None) -> QuerySet[QuotedFigure]:
    """Figures others gave of a programme, of one cohort if asked."""
    found = QuotedFigure.objects.filter(programme=programme)
    return found if cohort is None else found.filter(cohort=int(cohort))
