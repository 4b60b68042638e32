"""Planted districts as panels, without a file between: what the estimates are tried on."""

from datetime import date

import numpy as np

from jieban.domain.rulebook.schema import load
from jieban.evaluation.effects import Panel, Sent
from jieban.evaluation.effects.panel import kinds_of
from jieban.evaluation.outcome import encode_row
from jieban.evaluation.places import Place
from jieban.invented.planted import ANSWERS, Design, Planted, plant

RULEBOOK = load("beijing-district")
CODES = [
    encode_row(
        {
            "closed_at": "then",
            "excluded_ground": None,
            "contacted": answer.contacted,
            "valid": True,
            "resolved": answer.resolved,
            "satisfaction": answer.satisfaction,
            "on_time": None,
            "returns": 0,
            "passes": 1,
            "held": False,
        }
    )
    for answer in ANSWERS
]
_COLUMNS, _KINDS = kinds_of(CODES, RULEBOOK)


def months_up_to(count: int, year: int = 2023, month: int = 10) -> tuple[str, ...]:
    last = year * 12 + month - 1
    numbers = range(last - count + 1, last + 1)
    return tuple(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers)


def panel_of_planted(made: Planted) -> Panel:
    design = made.design
    return Panel(
        RULEBOOK,
        tuple(
            Place(f"c{number:03d}", f"试验{number:03d}社区", "community", f"s{number % 26}")
            for number in range(design.places)
        ),
        months_up_to(design.months),
        _COLUMNS,
        _KINDS,
        made.counts,
        generated=True,
    )


def postings_of(made: Planted, panel: Panel) -> list[Sent]:
    year, month = (int(part) for part in panel.months[made.arrival].split("-"))
    return [Sent(f"c{place:03d}", "1", date(year, month, 5)) for place in made.sent.tolist()]


def district(design: Design, seed: int) -> tuple[Planted, Panel, list[Sent]]:
    made = plant(design, np.random.SeedSequence([20231030, seed]))
    panel = panel_of_planted(made)
    return made, panel, postings_of(made, panel)
