"""History in memory; events as they are kept."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime

import attrs

from perizinan_core.errors.model import quoted
from perizinan_core.errors.storage import StorageError, StoredValueError
from perizinan_core.model._events import Event, EventKind
from perizinan_core.storage._codec import decode, encode
from perizinan_core.storage._records import HistoryFilter, Page
from perizinan_core.storage.memory._state import Access

__all__ = ["MemoryHistory", "copied_event", "readable_event"]


class MemoryHistory:
    """Implements `perizinan_core.storage._ports.History`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, events: Iterable[Event]) -> None:
        """See the port."""
        state = self._access.write()
        for event in events:
            self._access.notes.events.append(event)
            known = state.history.get(event.subject, ())
            copy = copied_event(event)
            named = copy if copy.id else attrs.evolve(copy, id=f"{event.subject}/{len(known) + 1}")
            state.history[event.subject] = (*known, named)
            state.events = (*state.events, named)

    def since(
        self, moment: datetime, kinds: Collection[EventKind], *, after: str | None = None, limit: int = 500
    ) -> Page[Event]:
        """See the port."""
        wanted = HistoryFilter(since=moment, kinds=frozenset(kinds))
        return self.find(wanted, after=after, limit=limit, newest_first=False) if kinds else Page(())

    def find(
        self, filter: HistoryFilter, *, after: str | None = None, limit: int = 50, newest_first: bool = True
    ) -> Page[Event]:
        """See the port."""
        places = enumerate(self._access.read().events, 1)
        found = sorted(
            (((event.at, place), event) for place, event in places if _is_wanted(event, filter)),
            key=lambda item: item[0],
            reverse=newest_first,
        )
        if after is not None:
            last = _place(after)
            found = [item for item in found if (item[0] < last if newest_first else item[0] > last)]
        page = tuple(copied_event(event) for _, event in found[:limit])
        if len(found) <= limit:
            return Page(page)
        at, place = found[limit - 1][0]
        return Page(page, f"{at.isoformat()}_{place}")

    def those_with(self, kind: EventKind, subjects: Collection[str]) -> frozenset[str]:
        """See the port."""
        histories = self._access.read().history
        return frozenset(
            one for one in subjects if any(event.kind is kind for event in histories.get(one, ()))
        )

    def of(self, subject: str) -> tuple[Event, ...]:
        """See the port."""
        return tuple(copied_event(event) for event in self._access.read().history.get(subject, ()))

    def part(
        self, subject: str, *, after: int | None = None, limit: int = 50, newest_first: bool = False
    ) -> tuple[tuple[int, Event], ...]:
        """See the port."""
        found = list(enumerate(self.of(subject), 1))
        if newest_first:
            found = [item for item in reversed(found) if after is None or item[0] < after]
        else:
            found = [item for item in found if item[0] > (after or 0)]
        return tuple(found[:limit])


def _is_wanted(event: Event, filter: HistoryFilter) -> bool:
    return (
        (filter.since is None or event.at >= filter.since)
        and (filter.until is None or event.at < filter.until)
        and (not filter.kinds or event.kind in filter.kinds)
        and (not filter.subjects or event.subject in filter.subjects)
        and (filter.actor is None or event.actor == str(filter.actor))
    )


def _place(after: str) -> tuple[datetime, int]:
    value, mark, number = after.rpartition("_")
    try:
        if mark:
            return datetime.fromisoformat(value), int(number)
    except ValueError:
        pass
    raise StorageError("unknown-cursor", received=quoted(after))


def readable_event(event: Event) -> Event | None:
    """Return a copy, or None for one that this version cannot read."""
    try:
        return copied_event(event)
    except StoredValueError:
        return None


def copied_event(event: Event) -> Event:
    """Store and load: what cannot be stored fails, and no one shares the mutable data."""
    data = json.loads(json.dumps(encode(event), allow_nan=False))
    return decode(Event, data, name="record", id=event.subject)
