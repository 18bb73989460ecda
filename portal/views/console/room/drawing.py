"""Figures drawn on the server: bars, a line and its band, as numbers that a template writes down as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor, log10

WIDE, HIGH = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 28
MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Chart:
    """`ticks` are (height, text), `labels` (place, text)."""

    name: str
    bars: list[Bar] = field(default_factory=list)
    soft_bars: list[Bar] = field(default_factory=list)
    line: str = ""
    band: str = ""
    ticks: list[tuple[float, str]] = field(default_factory=list)
    labels: list[tuple[float, str]] = field(default_factory=list)
    rows: list[tuple[str, float]] = field(default_factory=list)  # its table
    wide: int = WIDE
    high: int = HIGH


def bars(name: str, labels: Sequence[str], values: Sequence[float]) -> Chart:
    """One bar a label."""
    chart = _framed(name, labels, max(values, default=0.0), bars=values)
    chart.rows = list(zip(labels, values, strict=True))
    return chart


def course(
    name: str,
    labels: Sequence[str],
    *,
    past: Sequence[float] = (),
    line: Sequence[float] = (),
    low: Sequence[float] = (),
    high: Sequence[float] = (),
) -> Chart:
    """What was, as bars, and what is expected from then on: a line in its band."""
    top = max([*past, *line, *high], default=0.0)
    chart = _framed(name, labels, top, soft_bars=past)
    step, scale = _step(len(labels)), _scale(top)

    def point(n: int, value: float) -> str:
        return f"{LEFT + (len(past) + n + 0.5) * step:.1f},{_y(value, scale):.1f}"

    chart.line = " ".join(point(n, value) for n, value in enumerate(line))
    edges = [point(n, value) for n, value in enumerate(high)]
    back = [point(n, value) for n, value in enumerate(low)]
    chart.band = " ".join([*edges, *reversed(back)])
    return chart


def _framed(
    name: str,
    labels: Sequence[str],
    top: float,
    *,
    bars: Sequence[float] = (),
    soft_bars: Sequence[float] = (),
) -> Chart:
    step, scale = _step(len(labels)), _scale(top)
    every = max(1, -(-len(labels) // MOST_LABELS))
    return Chart(
        name,
        bars=_bars(bars, step, scale),
        soft_bars=_bars(soft_bars, step, scale),
        ticks=[(_y(scale * part / 4, scale), f"{scale * part / 4:g}") for part in range(5)],
        labels=[(LEFT + (n + 0.5) * step, text) for n, text in enumerate(labels) if n % every == 0],
    )


def _bars(values: Sequence[float], step: float, scale: float) -> list[Bar]:
    found = []
    for n, value in enumerate(values):
        y = _y(value, scale)
        found.append(Bar(round(LEFT + n * step + step * 0.1, 1), y, round(step * 0.8, 1), HIGH - BOTTOM - y))
    return found


def _step(count: int) -> float:
    return (WIDE - LEFT - RIGHT) / max(1, count)


def _y(value: float, scale: float) -> float:
    return round(HIGH - BOTTOM - (HIGH - BOTTOM - TOP) * value / scale, 1)


def _scale(top: float) -> float:
    """The round number that the highest fits under."""
    if top <= 4:
        return 4.0
    unit = 10 ** floor(log10(top))
    return float(next(unit * part for part in (1, 2, 4, 6, 8, 10) if unit * part >= top))
