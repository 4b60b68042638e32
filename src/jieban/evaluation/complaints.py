"""What the complaints of every place of a level were about: received rows by category.

The categories are the facts' own paths (一级->二级->三级). Source: the run's cube
`received_by_area_category`, which holds only facts that count for their area.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from jieban.evaluation.facts import FactsFolder
from jieban.evaluation.levels import days_of
from jieban.evaluation.places import RollUp
from jieban.evaluation.runs import Run

Complaints = Mapping[str, int]


def complaints_by_place(run: Run, facts: FactsFolder, level: str) -> dict[str, Complaints]:
    """place id -> category -> rows received in the run's period; "" holds what has no category.

    Places without complaints are left out.
    """
    roll_up = RollUp(facts.areas, level, *days_of(run.rulebook, run.span))
    cube = run.cubes.received_by_area_category
    cube = cube.filter(pc.is_in(cube["period"], value_set=pa.array(run.span.months)))
    summed = cube.group_by(["area", "category"]).aggregate([("count", "sum")])
    found: dict[str, dict[str, int]] = {}
    for row in summed.to_pylist():
        place = roll_up.target(row["area"])
        if place is not None:
            counts = found.setdefault(place, {})
            counts[row["category"]] = counts.get(row["category"], 0) + row["count_sum"]
    return {place: dict(sorted(counts.items())) for place, counts in found.items()}
