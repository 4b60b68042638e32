"""Every read of terms."""

from jieban.apps.terms.selectors.figures import (
    OfRun,
    line_of,
    months_of_area,
    newest_since,
    published_run,
    published_runs,
)
from jieban.apps.terms.selectors.lists import (
    DUE,
    FILTERS,
    Due,
    Listed,
    due_for,
    due_of,
    listed,
)
from jieban.apps.terms.selectors.memo import memo_of
from jieban.apps.terms.selectors.seeing import (
    allowed_moves,
    clock_on,
    holds,
    last_day,
    officials_of,
    own_terms,
    planned_end,
    problem_numbers,
    served_months,
    spans_taken,
    term_by_number,
    terms,
    today_at,
    visible_to,
)
from jieban.apps.terms.selectors.self_reliance import (
    Month,
    SelfReliance,
    self_reliance_of,
)
from jieban.apps.terms.selectors.sent import Sent, sent

__all__ = [
    "DUE",
    "FILTERS",
    "Due",
    "Listed",
    "Month",
    "OfRun",
    "SelfReliance",
    "Sent",
    "allowed_moves",
    "clock_on",
    "due_for",
    "due_of",
    "holds",
    "last_day",
    "line_of",
    "listed",
    "memo_of",
    "months_of_area",
    "newest_since",
    "officials_of",
    "own_terms",
    "planned_end",
    "problem_numbers",
    "published_run",
    "published_runs",
    "self_reliance_of",
    "sent",
    "served_months",
    "spans_taken",
    "term_by_number",
    "terms",
    "today_at",
    "visible_to",
]
