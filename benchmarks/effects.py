"""Do the intervals hold the truth, and how long does it take: planted districts by the thousand.

    python benchmarks/effects.py [--districts 2000] [--whole 200] [--cells 0:30,3:30,…]

A cell is an effect (points) and a number of call-backs a month and community; 440 communities,
51 sent. For every cell: the adjusted estimate on `--districts` districts (coverage of the 95 %
interval, bias, alarms at nought, power), then every estimate and test on `--whole` of them with
the time it took. Last, the report of one district against its floor, the bare counting of the
same months by numpy. Districts are spread over the processors; the same seeds everywhere.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.evaluation.planted import district

from jieban.evaluation.effects import as_json, effects_of
from jieban.evaluation.effects.estimates import (
    ADJUSTED,
    BEFORE_AFTER,
    DIFFERENCE,
    MATCHED,
    adjusted,
    pooled,
)
from jieban.evaluation.effects.sending import plan_of
from jieban.invented.planted import Design

Row = tuple[float, float, bool, bool]


def fast(design: Design, seed: int) -> Row:
    """Error, standard error, whether the interval holds the truth, whether it holds nought."""
    made, panel, sent = district(design, seed)
    plan = plan_of(panel, sent)
    parts = [adjusted(panel, g, panel.window(g.after).figure("score")) for g in plan.groups]
    found = pooled([part for part in parts if part is not None], design.places)
    assert found is not None
    return (
        found.points - made.truth,
        found.error,
        found.low <= made.truth <= found.high,
        found.clear,
    )


def whole(design: Design, seed: int) -> dict[str, Row]:
    """The same for every estimator, after everything else of the report was made too."""
    made, panel, sent = district(design, seed)
    effects = effects_of(panel, sent)
    return {
        name: (
            each.points - made.truth,
            each.error,
            each.low <= made.truth <= each.high,
            each.clear,
        )
        for name, each in effects.main.estimates.items()
    }


def spread(work: Callable[[int], object], count: int) -> list:  # type: ignore[type-arg]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, range(count), chunksize=20))


def told(name: str, rows: list[Row], effect: float) -> str:
    error, width, held, clear = np.array(rows, dtype=float).T
    alarm = "alarm" if effect == 0 else "power"
    return (
        f"  {name:<26} bias {error.mean():+.3f}  sd {error.std():.2f}  se {width.mean():.2f}  "
        f"covers {100 * held.mean():5.1f} %  {alarm} {100 * clear.mean():5.1f} %"
    )


def one_report() -> None:
    """Seconds for the report of one district, and the ratio to counting its months."""
    made, panel, sent = district(Design(), 1)
    reports, floors = [], []
    for _ in range(7):
        fresh = type(panel)(
            panel.rulebook, panel.places, panel.months, panel.columns, panel.kinds, made.counts
        )
        started = time.perf_counter()
        as_json(effects_of(fresh, sent))
        reports.append(time.perf_counter() - started)
        codes = np.repeat(np.arange(made.counts.size, dtype=np.int64), made.counts.reshape(-1))
        started = time.perf_counter()
        np.bincount(codes, minlength=made.counts.size)
        floors.append(time.perf_counter() - started)
    report, floor = float(np.median(reports)), float(np.median(floors))
    print(f"one district, whole report  {report:.2f} s = {report / floor:.0f} x its bare counting")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=2000)
    parser.add_argument("--whole", type=int, default=200)
    parser.add_argument("--cells", default="0:30,3:30,6:30,0:100,3:100,6:100")
    asked = parser.parse_args()
    for cell in asked.cells.split(","):
        effect, call_backs = (float(each) for each in cell.split(":"))
        design = Design(effect=effect, call_backs=call_backs)
        started = time.perf_counter()
        rows = spread(partial(fast, design), asked.districts)
        seconds = time.perf_counter() - started
        print(f"effect {effect:+g}, {call_backs:g} call-backs: {asked.districts} districts")
        print(told(ADJUSTED, rows, effect), f" {seconds:.0f} s", flush=True)
        if not asked.whole:
            continue
        started = time.perf_counter()
        every = spread(partial(whole, design), asked.whole)
        seconds = time.perf_counter() - started
        for name in (BEFORE_AFTER, DIFFERENCE, MATCHED, ADJUSTED):
            print(told(name, [each[name] for each in every], effect))
        print(f"  everything on {asked.whole} districts: {seconds:.0f} s", flush=True)
    one_report()


if __name__ == "__main__":
    main()
