"""
A status list that keeps itself current, for programs that run for days.

A list in a file is read again when the file changes. One at an address is fetched again every few minutes by
a thread of its own: an address that hangs keeps no one waiting but those who ask first, and the last good
list is used meanwhile. How old a list may be is judged at every question, so that one that no one renews
makes permits undecided, never valid.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from os import PathLike
from pathlib import Path

import attrs

from perizinan_core.errors.published import StatusListError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import PermitStatusAnswer, PublishedVersions
from perizinan_core.verification._fetching import is_url
from perizinan_core.verification._status_source import StatusListSource

_FETCH_AGAIN = 300.0
_TRY_AGAIN = 15.0


class CurrentStatusList:
    """
    A `StatusSource` for one office; safe to use from many threads.

    ::

        status = CurrentStatusList("https://izin.example/status-list.cwt", authority=authority)
        report = verify_permit(path, authority=authority, at=now, status=status)

    Args:
        place: Path of ``status-list.cwt``, or its address (``https://…``).
        authority: The office's authority document, or a function that returns the one in use.
        clock: Returns the current moment with time zone; the system's clock by default.
        max_age: How old the list may be, in seconds; None takes what the authority document says.
        seconds: How long a question may wait for a list that is being fetched.
    """

    def __init__(
        self,
        place: str | PathLike[str],
        *,
        authority: AuthorityDocument | Callable[[], AuthorityDocument],
        clock: Callable[[], datetime] | None = None,
        max_age: int | None = None,
        seconds: float = 2.0,
    ) -> None:
        self._place = place if isinstance(place, str) and is_url(place) else Path(place)
        self._authority = authority
        self._clock = clock or _now
        self._max_age = max_age
        self._seconds = seconds
        self._lock = threading.Lock()
        self._made: StatusListSource | None = None
        self._stamp: object = None
        self._due = 0.0
        self._asked_for: AuthorityDocument | None = None
        self._fetching: tuple[threading.Event, float] | None = None

    def __getstate__(self) -> dict[str, object]:
        # A worker process makes its own copy, and reads or fetches its own list.
        fresh = {"_lock": None, "_made": None, "_stamp": None, "_due": 0.0, "_fetching": None}
        return {**self.__dict__, **fresh, "_asked_for": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer:
        """
        See `StatusSource`.

        Raises:
            StatusListError: with the reason code of the report.
        """
        return self._now().status_of(number, status_index, on)

    def versions(self) -> PublishedVersions | None:
        """
        See `VersionSource`.

        Raises:
            StatusListError: the list may not be relied on at this moment.
        """
        return self._now().versions()

    def data(self) -> bytes | None:
        """Return the list as it was signed, to be handed on; None when there is none that is sound."""
        return self._now().data

    def _now(self) -> StatusListSource:
        """Return the list that is there, to be asked for this moment."""
        now = self._clock()
        authority = self._authority() if callable(self._authority) else self._authority
        return attrs.evolve(self._current(authority, now), at=now)

    def _current(self, authority: AuthorityDocument, now: datetime) -> StatusListSource:
        if isinstance(self._place, Path):
            with self._lock:
                return self._read(self._place, authority, now)
        waiting = self._follow(authority, now)
        if waiting is not None:
            done, until = waiting
            done.wait(max(0.0, until - time.monotonic()))
        with self._lock:
            made = self._made
        return made or self._unreachable(authority, now)

    def _unreachable(self, authority: AuthorityDocument, now: datetime) -> StatusListSource:
        none = StatusListSource.read(None, authority=authority, at=now, max_age=self._max_age)
        return attrs.evolve(none, content=StatusListError("status-list-unreachable"))

    def _read(self, path: Path, authority: AuthorityDocument, now: datetime) -> StatusListSource:
        try:
            state = path.stat()
            stamp: object = (state.st_mtime_ns, state.st_size, state.st_ino)
        except OSError:
            stamp = None
        if self._made is None or stamp != self._stamp or self._made.authority is not authority:
            self._stamp = stamp
            self._made = StatusListSource.read(path, authority=authority, at=now, max_age=self._max_age)
        return self._made

    def _follow(self, authority: AuthorityDocument, now: datetime) -> tuple[threading.Event, float] | None:
        """Begin to fetch when it is time; return what to wait for where there is nothing to answer from."""
        with self._lock:
            changed = authority is not self._asked_for
            if self._fetching is None and (changed or time.monotonic() >= self._due):
                self._asked_for = authority
                self._fetching = threading.Event(), time.monotonic() + self._seconds
                work = (str(self._place), authority, now, self._fetching[0])
                threading.Thread(target=self._fetch, args=work, daemon=True).start()
            usable = self._made is not None and self._made.data is not None
            return None if usable else self._fetching

    def _fetch(self, url: str, authority: AuthorityDocument, now: datetime, done: threading.Event) -> None:
        try:
            fresh = StatusListSource.fetch(url, authority=authority, at=now, max_age=self._max_age)
        except Exception:  # noqa: BLE001 - whatever keeps a list from coming, the thread must say that it ended
            fresh = self._unreachable(authority, now)
        with self._lock:
            if fresh.data is not None or self._made is None or self._made.data is None:
                self._made = fresh
            self._due = time.monotonic() + (_TRY_AGAIN if fresh.data is None else _FETCH_AGAIN)
            self._fetching = None
        done.set()


def _now() -> datetime:
    return datetime.now().astimezone()
