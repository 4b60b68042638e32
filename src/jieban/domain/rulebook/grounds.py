"""The grounds of exclusion 剔除 that facts may carry, each with its digit in the outcome code.

Facts know every ground; a rulebook's `[[exclusions.grounds]]` says which of them take a row
out of the score. Digits are never reused or reordered: sealed counts depend on them. A new
ground takes the next free digit here (11 and 12 are free) and a line in each rulebook that
grants it; without the line the row stays in the score. A ground that is not in this list
is counted as `other`.
"""

from __future__ import annotations

NO_GROUND = 0
OTHER_GROUND = 13
GROUND_DIGITS: dict[str, int] = {
    "unlawful_demand": 1,
    "unreasonable_demand": 2,
    "force_majeure": 3,
    "wrong_jurisdiction": 4,
    "malicious_repeat": 5,
    "commercial_complaint": 6,
    "legal_process": 7,
    "duplicate": 8,
    "cancelled": 9,
    "withdrawn": 10,
    "other": OTHER_GROUND,
}
