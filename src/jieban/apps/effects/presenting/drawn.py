"""Where things lie in the drawings of an effect; every figure is given.

Three pictures, one message each: the months around arrival, the change and what it is made of,
every community against the number of its answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from jieban.evaluation.effects.course import Point
from jieban.evaluation.effects.estimates import ADJUSTED
from jieban.evaluation.effects.report import Community, Measured
from jieban.evaluation.effects.sentences import plain, signed

WIDTH, HEIGHT = 420.0, 260.0
_LEFT, _RIGHT, _TOP, _BASE = 40.0, 420.0 - 74.0, 16.0, 260.0 - 30.0
_NEAREST = 15.0


@dataclass(frozen=True)
class Text:
    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Spot:
    """A dot; `text` is told to whoever points at it or has it read."""

    x: float
    y: float
    text: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Drawing:
    """Lines, bands and dots of one picture in a box of `width` × `height`."""

    width: float = WIDTH
    height: float = HEIGHT
    bands: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    dashed: list[str] = field(default_factory=list)
    faint: list[str] = field(default_factory=list)
    grid: list[float] = field(default_factory=list)
    upright: list[float] = field(default_factory=list)
    dots: list[Spot] = field(default_factory=list)
    rings: list[Spot] = field(default_factory=list)
    labels: list[Text] = field(default_factory=list)
    direct: list[Text] = field(default_factory=list)
    left: float = _LEFT
    right: float = _RIGHT
    top: float = _TOP
    base: float = _BASE


class _Scale:
    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self._low, self._span = low, (high - low) or 1.0
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        share = min(1.0, max(0.0, (value - self._low) / self._span))
        return round(self._start + share * (self._end - self._start), 1)


def _round_ends(values: Sequence[float]) -> tuple[float, float, float]:
    """Ends of a scale around the values and its step, a round number."""
    low, high = min(values), max(values)
    step = next((each for each in (0.5, 1, 2, 5, 10, 20, 50) if (high - low) / each <= 6), 100.0)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return low, high if high > low else low + step, step


def _upright(drawing: Drawing, values: Sequence[float]) -> _Scale:
    low, high, step = _round_ends(values)
    scale = _Scale(low, high, drawing.base, drawing.top)
    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        drawing.grid.append(scale.at(value))
        drawing.labels.append(
            Text(drawing.left - 6, scale.at(value) + 4, plain(value, 0 if step >= 1 else 1), "end")
        )
    return scale


def course(
    points: Sequence[Point], words: tuple[str, str, str], months: tuple[str, str]
) -> Drawing:
    """What the sent reached and what was expected, month by month; 0 is the month of arrival.

    `words` name the two lines and the upright; `months` say “months before”, “months after”.
    """
    drawing = Drawing()
    halves = [(point.gap.high - point.gap.low) / 2 for point in points]
    values = [point.reached for point in points]
    values += [point.expected + half for point, half in zip(points, halves, strict=True)]
    values += [point.expected - half for point, half in zip(points, halves, strict=True)]
    y = _upright(drawing, values)
    x = _Scale(points[0].month, points[-1].month, drawing.left, drawing.right)
    over = [
        f"{x.at(point.month)},{y.at(point.expected + half)}"
        for point, half in zip(points, halves, strict=True)
    ]
    under = [
        f"{x.at(point.month)},{y.at(point.expected - half)}"
        for point, half in zip(points, halves, strict=True)
    ]
    drawing.bands.append(" ".join([*over, *reversed(under)]))
    drawing.dashed.append(" ".join(f"{x.at(p.month)},{y.at(p.expected)}" for p in points))
    drawing.lines.append(" ".join(f"{x.at(p.month)},{y.at(p.reached)}" for p in points))
    drawing.dots.extend(
        Spot(x.at(p.month), y.at(p.reached), f"{p.month:+d}: {plain(p.reached)}") for p in points
    )
    if points[0].month < 0 < points[-1].month:
        drawing.upright.append(x.at(0))
        drawing.labels.append(Text(x.at(0), drawing.height - 8, words[2], "middle"))
    last = points[-1]
    ends = _apart(y.at(last.reached), y.at(last.expected))
    for text, level in zip(words[:2], ends, strict=True):
        drawing.direct.append(Text(drawing.right + 8, level + 4, text))
    drawing.labels.append(Text(drawing.left, drawing.height - 8, months[0]))
    drawing.labels.append(Text(drawing.right, drawing.height - 8, months[1], "end"))
    return drawing


def _apart(first: float, second: float) -> tuple[float, float]:
    """Two labels so far from each other that both can be read."""
    if abs(first - second) >= _NEAREST:
        return first, second
    middle, half = (first + second) / 2, _NEAREST / 2
    return (middle - half, middle + half) if first <= second else (middle + half, middle - half)


def slope(
    main: Measured, communities: Sequence[Community], words: tuple[str, str, str, str]
) -> Drawing:
    """Before and after, every community a thin line; where chance and trend end is a band.

    `words`: before, after, reached, expected.
    """
    drawing = Drawing()
    estimate = main.estimates.get(ADJUSTED)
    ends = [value for one in communities for value in (one.rise.before, one.rise.after)]
    y = _upright(drawing, [*ends, main.rise.before, main.rise.after])
    left, right = drawing.left + 14, drawing.right - 14
    for one in communities:
        drawing.faint.append(f"{left},{y.at(one.rise.before)} {right},{y.at(one.rise.after)}")
    if estimate is not None:
        low, high = main.rise.after - estimate.high, main.rise.after - estimate.low
        expected = main.rise.after - estimate.points
        drawing.bands.append(
            f"{left},{y.at(main.rise.before)} {right},{y.at(high)} {right},{y.at(low)}"
        )
        drawing.dashed.append(f"{left},{y.at(main.rise.before)} {right},{y.at(expected)}")
    drawing.lines.append(f"{left},{y.at(main.rise.before)} {right},{y.at(main.rise.after)}")
    drawing.dots.append(Spot(left, y.at(main.rise.before), plain(main.rise.before), True))
    drawing.dots.append(Spot(right, y.at(main.rise.after), plain(main.rise.after), True))
    reached = f"{words[2]} {plain(main.rise.after)}"
    if estimate is None:
        drawing.direct.append(Text(right + 12, y.at(main.rise.after) + 4, reached))
    else:
        levels = _apart(y.at(main.rise.after), y.at(main.rise.after - estimate.points))
        drawing.direct.append(Text(right + 12, levels[0] + 4, reached))
        text = f"{words[3]} {plain(main.rise.after - estimate.points)}"
        drawing.direct.append(Text(right + 12, levels[1] + 4, text))
    drawing.labels.append(Text(left, drawing.height - 8, words[0], "middle"))
    drawing.labels.append(Text(right, drawing.height - 8, words[1], "middle"))
    return drawing


@dataclass(frozen=True)
class Funnel:
    """The drawing, and how many communities lie outside what chance gives around the mean."""

    drawing: Drawing
    outside: int
    shown: int


def funnel(communities: Sequence[Community], mean: float, words: tuple[str, str]) -> Funnel | None:
    """Every community's difference over the number of its answers, in the funnel of chance.

    The funnel is 1.96 times the error of each around the common mean, drawn through the errors
    there are. `words`: answers after, mean. None without communities.
    """
    known = [one for one in communities if ADJUSTED in one.estimates and one.answers_after > 0]
    if not known:
        return None
    drawing = Drawing()
    found = [one.estimates[ADJUSTED] for one in known]
    answers = [one.answers_after for one in known]
    order = sorted(range(len(known)), key=lambda number: answers[number])
    edges = [1.96 * found[number].error for number in order]
    values = [each.points for each in found] + [mean + edges[0], mean - edges[0], 0.0]
    y = _upright(drawing, values)
    x = _Scale(0, max(answers) * 1.05, drawing.left, drawing.right)
    smooth = _smooth([answers[number] for number in order], edges)
    over = [f"{x.at(count)},{y.at(mean + edge)}" for count, edge in smooth]
    under = [f"{x.at(count)},{y.at(mean - edge)}" for count, edge in smooth]
    drawing.bands.append(" ".join([*over, *reversed(under)]))
    drawing.dashed.append(f"{drawing.left},{y.at(mean)} {drawing.right},{y.at(mean)}")
    outside = 0
    for one, estimate in zip(known, found, strict=True):
        beyond = abs(estimate.points - mean) > 1.96 * estimate.error
        outside += beyond
        spot = Spot(
            x.at(one.answers_after),
            y.at(estimate.points),
            f"{signed(estimate.points)} [{signed(estimate.low)}, {signed(estimate.high)}] "
            f"n={one.answers_after}",
            beyond,
        )
        (drawing.dots if beyond else drawing.rings).append(spot)
    drawing.direct.append(Text(drawing.right + 8, y.at(mean) + 4, f"{words[1]} {signed(mean)}"))
    drawing.labels.append(Text(drawing.left, drawing.height - 8, "0"))
    drawing.labels.append(
        Text(drawing.right, drawing.height - 8, f"{words[0]} {max(answers):,}", "end")
    )
    return Funnel(drawing, outside, len(known))


def _smooth(answers: Sequence[int], edges: Sequence[float]) -> list[tuple[float, float]]:
    """Edges by the number of answers: squared errors as a + b / n, by least squares."""
    inverse = [1 / count for count in answers]
    squares = [edge**2 for edge in edges]
    mean_i, mean_s = sum(inverse) / len(inverse), sum(squares) / len(squares)
    spread = sum((each - mean_i) ** 2 for each in inverse)
    rise = (
        sum((i - mean_i) * (s - mean_s) for i, s in zip(inverse, squares, strict=True)) / spread
        if spread > 0
        else 0.0
    )
    level = mean_s - rise * mean_i
    low, high = answers[0], answers[-1]
    steps = [low + (high - low) * number / 24 for number in range(25)]
    return [(count, math.sqrt(max(level + rise / count, 0.0))) for count in steps]


@dataclass(frozen=True)
class Piece:
    """One part of a sum drawn as a bar: from `x`, `width` wide."""

    x: float
    width: float
    kind: str
    text: str


def parts_of_rise(main: Measured, width: float = 640.0) -> list[Piece]:
    """The change as what trend, rebound and the remaining difference add up to.

    Parts that fall run back from where the ones before ended.
    """
    estimate = main.estimates.get(ADJUSTED)
    rise = main.rise
    if estimate is None or rise.trend is None or rise.rebound is None:
        return []
    amounts = [("trend", rise.trend), ("rebound", rise.rebound), ("left", estimate.points)]
    ends = [0.0]
    for _, amount in amounts:
        ends.append(ends[-1] + amount)
    low, high = min(ends), max(ends)
    scale = _Scale(low, high, 2.0, width - 2.0)
    pieces = []
    for (kind, amount), start, end in zip(amounts, ends, ends[1:], strict=False):
        first, last = sorted((scale.at(start), scale.at(end)))
        pieces.append(Piece(first, round(max(last - first, 1.0), 1), kind, signed(amount)))
    return pieces
