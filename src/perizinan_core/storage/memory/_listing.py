"""Pages of lists in memory, as the databases give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Protocol

from perizinan_core.errors.model import quoted
from perizinan_core.errors.storage import StorageError
from perizinan_core.storage._lookups import number_parts, typed_part

__all__ = ["has_part", "page_of"]


class _Listed(Protocol):
    @property
    def id(self) -> str: ...


def has_part(number: str | None, typed: str) -> bool:
    """Return whether someone who typed this meant the number."""
    wanted = typed_part(typed)
    return number is not None and any(part.startswith(wanted) for part in number_parts(number))


def page_of(
    items: Iterable[_Listed],
    place: Callable[[Any], date | None] | None,
    *,
    limit: int,
    after: str | None,
    newest_first: bool,
) -> tuple[list[str], str | None]:
    """
    Return the ids of a page in order, and the cursor of the next one.

    Args:
        items: All of the list.
        place: What they are ordered by before their ids; None: by these alone.
        limit: Length of the page.
        after: Cursor of the page before.
        newest_first: Or the first ones first.
    """
    keys = sorted(
        ((() if place is None else (place(item),), item.id) for item in items), reverse=newest_first
    )
    if after is not None:
        last = _read(after, place)
        keys = [key for key in keys if (key < last if newest_first else key > last)]
    page = keys[:limit]
    return [id_ for _, id_ in page], _written(page[-1]) if len(keys) > limit else None


def _written(key: tuple[tuple[Any, ...], str]) -> str:
    return "_".join((*(value.isoformat() for value in key[0]), key[1]))


def _read(cursor: str, place: Callable[[Any], date | None] | None) -> tuple[tuple[Any, ...], str]:
    if place is None:
        return (), cursor
    value, _, id_ = cursor.rpartition("_")
    try:
        return (_moment(value),) if "T" in value else (date.fromisoformat(value),), id_
    except ValueError as error:
        raise StorageError("unknown-cursor", received=quoted(cursor)) from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its time zone")
    return moment
