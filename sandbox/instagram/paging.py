"""Pages of an edge with `before` and `after` cursors."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from yarl import URL

from sandbox.instagram.errors import InvalidParameterError

Item = TypeVar("Item")
# The place of an object in its edge: ascending from the first page to the last, unique.
Place = tuple[int, int]


def size(asked: str | None, *, default: int, most: int) -> int:
    """How many objects a page holds; more than `most` is quietly `most`."""
    if asked is None or not asked:
        return default
    if not asked.isascii() or not asked.isdigit() or len(asked) > 6 or int(asked) == 0:
        raise InvalidParameterError("Param limit must be a positive number")
    return min(int(asked), most)


def paged(
    items: Sequence[Item],
    *,
    place: Callable[[Item], Place],
    shown: Callable[[Item], dict[str, Any]],
    limit: int,
    address: URL,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """One page of `items`, which are in ascending order of `place`.

    A cursor holds a place and not an object, so it stays good when the object is deleted. `address` is
    the edge with its query, without cursors and token; `next` and `previous` are made from it.
    """
    if after:
        start = _cut(items, place, _read(after), including=True)
        chosen = items[start : start + limit]
    elif before:
        end = _cut(items, place, _read(before), including=False)
        start = max(0, end - limit)
        chosen = items[start:end]
    else:
        start = 0
        chosen = items[:limit]
    page: dict[str, Any] = {"data": [shown(item) for item in chosen]}
    if not chosen:
        return page
    first, last = _write(place(chosen[0])), _write(place(chosen[-1]))
    page["paging"] = {"cursors": {"before": first, "after": last}}
    if start + len(chosen) < len(items):
        page["paging"]["next"] = str(address.update_query(limit=limit, after=last))
    if start:
        page["paging"]["previous"] = str(address.update_query(limit=limit, before=first))
    return page


def _cut(items: Sequence[Item], place: Callable[[Item], Place], at: Place, *, including: bool) -> int:
    """How many objects lie before the place `at`, or up to it when `including`."""
    return sum(place(item) < at or (including and place(item) == at) for item in items)


def _write(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read(cursor: str) -> Place:
    try:
        major, minor = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return int(major), int(minor)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidParameterError("Invalid cursors values") from None
