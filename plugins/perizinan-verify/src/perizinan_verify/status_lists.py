"""
The office's published status list as a source that stays up to date while the page runs.

A list in a file is read again when the file changes; one at an address is fetched again every few minutes,
and the last good one is used while the address does not answer. How old it may be is judged at every
question, so a list that nobody renews makes permits undecided, never valid.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import attrs

from perizinan_core.errors.status_list import StatusListError
from perizinan_core.verification import AuthorityDocument, PermitStatusAnswer
from perizinan_core.verification.status_source import StatusListSource

__all__ = ["FollowedStatusList"]

_FETCH_AGAIN = 300.0


class FollowedStatusList:
    """
    A `StatusSource` for one office.

    Args:
        place: Path of ``status-list.cwt``, or its address.
        document: Returns the office's authority document in use.
        clock: Returns the current moment with time zone.
        max_age: How old the list may be, in seconds; None takes what the authority document says.
    """

    def __init__(
        self,
        place: Path | str,
        *,
        document: Callable[[], AuthorityDocument],
        clock: Callable[[], datetime],
        max_age: int | None = None,
    ) -> None:
        self._place = place
        self._document = document
        self._clock = clock
        self._max_age = max_age
        self._lock = threading.Lock()
        self._made: StatusListSource | None = None
        self._stamp: object = None
        self._fetched = -_FETCH_AGAIN

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer:
        """
        See `StatusSource`.

        Raises:
            StatusListError: with the reason code of the report.
        """
        now, authority = self._clock(), self._document()
        with self._lock:
            if isinstance(self._place, Path):
                made = self._read(self._place, authority, now)
            else:
                made = self._fetch(self._place, authority, now)
            self._made = made
        return attrs.evolve(made, at=now).status_of(number, status_index, on)

    def _read(self, path: Path, authority: AuthorityDocument, now: datetime) -> StatusListSource:
        try:
            state = path.stat()
            stamp: object = (state.st_mtime_ns, state.st_size, state.st_ino)
        except OSError:
            stamp = None
        if self._made is not None and stamp == self._stamp and self._made.authority is authority:
            return self._made
        self._stamp = stamp
        return StatusListSource.read(path, authority=authority, at=now, max_age=self._max_age)

    def _fetch(self, url: str, authority: AuthorityDocument, now: datetime) -> StatusListSource:
        before = self._made
        if before is not None and time.monotonic() - self._fetched < _FETCH_AGAIN:
            return before
        self._fetched = time.monotonic()
        fresh = StatusListSource.fetch(url, authority=authority, at=now, max_age=self._max_age)
        failed = isinstance(fresh.content, StatusListError)
        return before if failed and before is not None else fresh
