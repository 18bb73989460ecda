"""A long list is shown a page at a time: which one is asked for, and which is the last."""

from __future__ import annotations

from math import ceil

from flask import request

A_PAGE = 20
# nobody turns so many pages, and the number of a row further on may be none that a database knows
FARTHEST = 10_000
LAST_ROW = 2**31 - 1


def page_asked() -> int:
    """The page asked for; the first, where none is said, or nonsense."""
    return min(max(request.values.get("page", 1, type=int), 1), FARTHEST)


def before_asked() -> int | None:
    """The row that the page goes on from, where a list is long."""
    return request.args.get("before", type=row_number)


def row_number(said: str) -> int:
    """The number of a row, or the nearest that one may have. Raises `ValueError` where none is said."""
    return min(max(int(said), 0), LAST_ROW)


def last_page(total: int, size: int = A_PAGE) -> int:
    """The last page of so many rows: an empty list has one."""
    return max(ceil(total / size), 1)
