"""A tree drawn from the start to the end of a line: where each box stands, and the lines between them.

Only numbers come out of here; the template draws them. The same tree stands beside the picture in words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 214, 90, 28, 12, 8  # four levels stand in a page of 1280
LETTERS, LINES, BY = 26, 3, 27  # what leads to a step is in bold


@dataclass(frozen=True, slots=True)
class Node:
    """A step: `by` is what leads to it, `kind` what it is; tone: "", end, again, wrong."""

    words: str
    kind: str = ""
    by: str = ""
    tone: str = ""
    children: Sequence[Node] = field(default=())


@dataclass(frozen=True, slots=True)
class Box:
    """A drawn step: its corner, and its words in lines."""

    x: float
    y: float
    node: Node
    by: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Picture:
    width: float
    height: float
    boxes: list[Box]
    links: list[tuple[float, float, float, float]]  # from the end of one box to the start of another


def draw(root: Node) -> Picture:
    """Places the tree: a column a level, a row for each step where a way ends."""
    boxes: list[Box] = []
    links: list[tuple[float, float, float, float]] = []
    rows = _place(root, 0, 0, boxes, links)
    depth = max(box.x for box in boxes)
    return Picture(depth + WIDTH + EDGE, rows * (HEIGHT + DOWN) - DOWN + 2 * EDGE, boxes, links)


def _place(
    node: Node, depth: int, row: float, boxes: list[Box], links: list[tuple[float, float, float, float]]
) -> float:
    """Draws the node at its depth from this row on; gives how many rows it took."""
    x, first = EDGE + depth * (WIDTH + ACROSS), len(boxes)
    taken, middles = 0.0, []
    for child in node.children:
        at = len(boxes)
        taken += _place(child, depth + 1, row + taken, boxes, links)
        middles.append(boxes[at].y)  # a node stands before its children
    y = (middles[0] + middles[-1]) / 2 if middles else EDGE + row * (HEIGHT + DOWN)
    links.extend((x + WIDTH, y + HEIGHT / 2, x + WIDTH + ACROSS, middle + HEIGHT / 2) for middle in middles)
    boxes.insert(first, Box(x, y, node, _cut(node.by, BY), list(_lines(node.words))))
    return max(taken, 1.0)


def _lines(words: str) -> Iterator[str]:
    lines = textwrap.wrap(words, LETTERS) or [""]
    yield from lines[: LINES - 1]
    if len(lines) >= LINES:
        yield _cut(" ".join(lines[LINES - 1 :]), LETTERS)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
