"""The memo a decision is made on, filled in from rows: nothing in it is typed.

What nobody recorded is said to be missing; it is never filled.
"""

from datetime import date
from typing import Any

from django.db.models import Sum

from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors.figures import OfRun, newest_since
from jieban.apps.terms.selectors.seeing import last_day, officials_of
from jieban.domain.terms.calendar import day_of_term, months_between, weeks_between
from jieban.home import Home

COUNTED = ("done", "persuaded", "talked", "meetings", "joint_calls")


def memo_of(term: Term, today: date, home: Home) -> dict[str, Any]:
    """The memo as plain values; kept with the decision as it was.

    `weeks` and `months` say how many of those that have passed are on file; `before` and `now` are
    a run with the community's line, or None where no published run says anything.
    """
    end = min(today, last_day(term) or today)
    begin = term.arrived_on or term.planned_start
    logged = term.log.aggregate(**{name: Sum(name) for name in COUNTED})
    problems = list(term.problems.all())
    now = newest_since(home, term.area_code, begin, (term.baseline or {}).get("rulebook", ""))
    return {
        "made_on": today.isoformat(),
        "day": day_of_term(begin, today),
        "arrived_on": begin.isoformat(),
        "last_day": (last_day(term) or today).isoformat(),
        "extensions": term.extensions,
        "officials": [
            {
                "code": code,
                "name": name,
                "from": first and first.isoformat(),
                "until": until and until.isoformat(),
            }
            for code, name, first, until in officials_of(term)
        ],
        "problems": [
            {
                "serial": problem.serial,
                "text": problem.text,
                "state": problem.state,
                "solved_on": problem.solved_on and problem.solved_on.isoformat(),
                "handed_to": problem.handed_to,
            }
            for problem in problems
        ],
        "counts": {
            state: sum(problem.state == state for problem in problems)
            for state in ("open", "solved", "handed_on")
        },
        "weeks": {
            "logged": term.log.count(),
            "passed": len(weeks_between(begin, end)) if end >= begin else 0,
        },
        "visits": {name: logged[name] or 0 for name in COUNTED},
        "months": {
            "reviewed": term.reviews.count(),
            "passed": len(months_between(begin, end)) if end >= begin else 0,
        },
        "before": term.baseline,
        "now": _plain(now),
    }


def _plain(line: OfRun | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {
        "run": line.run_id,
        "period": line.period,
        "rulebook": line.rulebook,
        "figures": line.figures,
    }
