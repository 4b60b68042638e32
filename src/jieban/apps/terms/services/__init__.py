"""Every write of terms."""

from jieban.apps.terms.services.by_name import NAMES, make_move
from jieban.apps.terms.services.clocks import ring_clocks
from jieban.apps.terms.services.deciding import (
    approve_exception,
    end_term,
    extend_term,
    open_review,
    refuse_exception,
)
from jieban.apps.terms.services.handing import hand_over, look_back
from jieban.apps.terms.services.importing import DEFAULT_NAME, Remark, TermsOutcome, import_terms
from jieban.apps.terms.services.keeping import LONGEST
from jieban.apps.terms.services.planning import (
    CohortPlan,
    arrive,
    call_off,
    fix_index,
    freeze_baseline,
    plan_cohort,
    plan_term,
)
from jieban.apps.terms.services.problems import (
    change_problem,
    enter_problem,
    hand_on_problem,
    reopen_problem,
    settle_problem,
    solve_problem,
)
from jieban.apps.terms.services.serving import COUNTED, begin, log_week, review_month

__all__ = [
    "COUNTED",
    "DEFAULT_NAME",
    "LONGEST",
    "NAMES",
    "CohortPlan",
    "Remark",
    "TermsOutcome",
    "approve_exception",
    "arrive",
    "begin",
    "call_off",
    "change_problem",
    "end_term",
    "enter_problem",
    "extend_term",
    "fix_index",
    "freeze_baseline",
    "hand_on_problem",
    "hand_over",
    "import_terms",
    "log_week",
    "look_back",
    "make_move",
    "open_review",
    "plan_cohort",
    "plan_term",
    "refuse_exception",
    "reopen_problem",
    "review_month",
    "ring_clocks",
    "settle_problem",
    "solve_problem",
]
