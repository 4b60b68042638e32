"""测算 from a page: from the database's facts to a recorded run, in one call."""

from datetime import datetime
from functools import lru_cache

from jieban.apps.assessments import services
from jieban.apps.assessments.facts import current_facts
from jieban.apps.assessments.models import Run
from jieban.apps.ledger import selectors as ledger
from jieban.apps.ledger.kinds import FACT_KINDS
from jieban.domain.actors import Actor
from jieban.domain.rulebook import schema
from jieban.evaluation import runs as evaluation
from jieban.home import Home


def compute_run(actor: Actor, home: Home, *, period: str, rulebook: str, at: datetime) -> Run:
    """Evaluate a period by a shipped rulebook and enter the run into the list.

    The same facts and rules again give the run that is there.

    Raises:
        Refused: `rulebook.unknown`, `period.bad_name`, `period.no_facts`, `disk.full`.
    """
    chosen = schema.load(rulebook)
    facts = current_facts(home)
    run = evaluation.run(facts, chosen, period, home.runs, at=at)
    return services.record_run(actor, run, at=at)


def periods_to_compute(home: Home, rulebook: str) -> list[str]:
    """Months with facts by this rulebook's own periods, newest first.

    Only an event can add a fact, so the answer is kept until one happens.
    """
    return _periods(home, rulebook, ledger.head(FACT_KINDS))


@lru_cache(maxsize=16)
def _periods(home: Home, rulebook: str, _event: int) -> list[str]:
    found = evaluation.periods_with_facts(current_facts(home), schema.load(rulebook))
    return found[::-1]
