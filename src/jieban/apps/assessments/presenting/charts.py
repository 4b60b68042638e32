"""Where things lie in a drawing. All figures are given; here they only get positions.

Sizes are units of the drawing's own viewBox. A chart says one thing, in its title.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A straight scale from [low, high] to [start, end]; values outside stop at its ends."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 1)


def scale_over(values: Iterable[float], start: float, end: float, step: int = 10) -> Scale:
    """A scale of round borders around the values; 0 to 100 where there are none."""
    known = list(values)
    if not known:
        return Scale(0, 100, start, end)
    low = math.floor(min(known) / step) * step
    high = math.ceil(max(known) / step) * step
    return Scale(low, high if high > low else low + step, start, end)


BAR_WIDTH = 120


@dataclass(frozen=True)
class Bar:
    """A thin interval on a common scale: the range, and the figure as a dot.

    `off`: the figure lies beyond the scale, so its dot stands at the end and is drawn hollow.
    """

    x: float
    width: float
    dot: float | None
    off: bool = False


def bar(scale: Scale, low: float | None, high: float | None, value: float | None) -> Bar | None:
    """None where there is no interval."""
    if low is None or high is None:
        return None
    left, right = scale.at(low), scale.at(high)
    dot = None if value is None else scale.at(value)
    off = value is not None and not scale.low <= value <= scale.high
    return Bar(left, round(max(right - left, 1.5), 1), dot, off)


@dataclass(frozen=True)
class Point:
    """One period of a history: its name, the figure, its interval; None where there is none."""

    label: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    label: str
    text: str


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A history over periods, ready to draw; bands and lines break where a period is missing."""

    width: int
    height: int
    bands: list[str]
    lines: list[str]
    dots: list[Dot]
    last: Dot | None
    ticks: list[Tick]
    labels: list[Tick]
    left: float
    right: float
    base: float


def history(
    points: Sequence[Point], *, width: int = 320, height: int = 150, step: int = 10, places: int = 1
) -> Chart:
    """A line with its band. The scale is round and holds every interval; its ends are labelled."""
    left, right, top, base = 34.0, width - 46.0, 12.0, height - 24.0
    ends = [
        end for point in points for end in (point.low, point.high, point.value) if end is not None
    ]
    upright = scale_over(ends, base, top, step)
    across = Scale(0, max(len(points) - 1, 1), left, right)
    where = [
        across.at(place) if len(points) > 1 else (left + right) / 2 for place in range(len(points))
    ]
    bands, lines, dots = [], [], []
    for run in _unbroken(points):
        lines.append(
            " ".join(f"{where[place]},{upright.at(points[place].value or 0)}" for place in run)
        )
        drawn = [place for place in run if points[place].low is not None]
        over = [f"{where[place]},{upright.at(points[place].high or 0)}" for place in drawn]
        under = [
            f"{where[place]},{upright.at(points[place].low or 0)}" for place in reversed(drawn)
        ]
        bands.append(" ".join(over + under))
    for place, point in enumerate(points):
        if point.value is not None:
            dots.append(
                Dot(where[place], upright.at(point.value), point.label, f"{point.value:.{places}f}")
            )
    last = dots[-1] if dots and points[-1].value is not None else None
    middle = (upright.low + upright.high) / 2
    ticks = [Tick(upright.at(value), f"{value:g}") for value in (upright.low, middle, upright.high)]
    labels = [Tick(where[0], points[0].label)] if points else []
    if len(points) > 1:
        labels.append(Tick(where[-1], points[-1].label))
    return Chart(
        width, height, [band for band in bands if band], lines, dots, last, ticks, labels,
        left, right, base,
    )  # fmt: skip


def _unbroken(points: Sequence[Point]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place, point in enumerate(points):
        if point.value is None:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
