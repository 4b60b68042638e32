"""What pages of terms show besides rows: the memo in lines, choices of forms, an index drawn."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jieban.apps.assessments import selectors as assessments
from jieban.apps.assessments.presenting.charts import Chart, Point, history
from jieban.apps.directory import selectors as directory
from jieban.apps.programmes import selectors as programmes
from jieban.apps.terms.selectors.self_reliance import Month, SelfReliance, series
from jieban.apps.terms.templatetags.term_words import WORDS

RATES = ("response", "resolution", "satisfaction")
PERCENT = ("own_share", "return_rate", "reopen_rate")


@dataclass(frozen=True)
class Drawn:
    """One measure as a line; `last` is its newest figure in words, "" where there is none."""

    measure: str
    title: str
    chart: Chart
    any: bool


def memo_lines(memo: dict[str, Any]) -> list[tuple[str, str]]:
    """(what, how it stands) of a memo, in the order they are read."""
    counts, weeks, months = memo["counts"], memo["weeks"], memo["months"]
    visits = memo["visits"]
    return [
        (
            _("Problems"),
            _("%(solved)s solved, %(handed_on)s handed on, %(open)s open") % counts,
        ),
        (_("Weeks logged"), _("%(logged)s of %(passed)s") % weeks),
        (_("Months reviewed"), _("%(reviewed)s of %(passed)s") % months),
        (
            _("Visits at the door"),
            _("%(done)s handled, %(persuaded)s persuaded, %(talked)s talked") % visits,
        ),
        (
            _("Other work"),
            _("%(meetings)s meetings, %(joint_calls)s times units called in") % visits,
        ),
    ]


def rates_beside(
    before: dict[str, Any] | None, now: dict[str, Any] | None
) -> list[tuple[str, Any, Any]]:
    """(rate, then, now) of two lines of runs; nothing where neither says anything."""
    sides = [(each or {}).get("figures", {}).get("rates", {}) for each in (before, now)]
    return [
        (name, sides[0].get(name), sides[1].get(name)) for name in RATES if any(map(bool, sides))
    ]


def runs_offered() -> list[tuple[str, str]]:
    """Published runs, newest first, for a list to choose from."""
    return [
        (run.run_id, f"{run.assessment.period} · {run.assessment.rulebook} · v{run.version}")
        for run in assessments.published_runs()
    ]


def officials_offered(but: str = "") -> list[tuple[str, str]]:
    """Everybody on the roster, but for one code."""
    return [
        (each.code, f"{each.name} · {each.home} · {each.code}")
        for each in programmes.officials()
        if each.code != but
    ]


def cohorts_offered() -> list[tuple[str, str]]:
    """Every cohort as "programme number", newest programme first."""
    return [
        (
            f"{cohort.programme.code} {cohort.number}",
            _("%(programme)s, cohort %(number)s")
            % {"programme": cohort.programme.name, "number": cohort.number},
        )
        for programme in programmes.programmes()
        for cohort in programme.cohorts.select_related("programme")
    ]


def areas_offered() -> list[tuple[str, str]]:
    """Communities and villages that stand, by street."""
    return [
        (area.code, f"{area.parent.name} · {area.name}" if area.parent else area.name)
        for area in directory.areas().filter(kind__in=("community", "village"), valid_to=None)
    ]


def drawn(found: SelfReliance) -> list[Drawn]:
    """One small line for each measure the definition names."""
    if found.definition is None:
        return []
    return [_line(measure, found.months) for measure in found.definition["measures"]]


def _line(measure: str, months: tuple[Month, ...]) -> Drawn:
    points = [Point(month, value, None, None) for month, value in series(months, measure)]
    whole = measure not in PERCENT
    chart = history(
        points, width=360, height=150, step=2 if whole else 10, places=0 if whole else 1
    )
    known = any(point.value is not None for point in points)
    return Drawn(measure, str(WORDS[measure]), chart, known)
