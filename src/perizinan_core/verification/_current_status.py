"""
A status list that keeps itself current, for programs that run for days.

A list in a file is read again when the file changes. One at an address is fetched again every few minutes by
a thread of its own: an address that hangs keeps nobody waiting but those who ask first, and the last good
list is used meanwhile. How old a list may be is judged at every question, so that one that nobody renews
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

from perizinan_core.errors.status_list import StatusListError
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import PermitStatusAnswer, PublishedVersions
from perizinan_core.published._status_list import MAX_BYTES, status_list_error
from perizinan_core.verification._fetching import is_url
from perizinan_core.verification._sources import read_source
from perizinan_core.verification._status_source import StatusListSource, fetch_status_list

__all__ = ["CurrentStatusList"]

_FETCH_AGAIN = 300.0
_TRY_AGAIN = 15.0


@attrs.frozen
class _Made:
    data: bytes | None = attrs.field(repr=False)
    source: StatusListSource

    @property
    def failed(self) -> bool:
        return isinstance(self.source.content, StatusListError)


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
        self._made: _Made | None = None
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
        now, authority = self._clock(), self._document()
        made = self._current(authority, now)
        return attrs.evolve(made.source, at=now).status_of(number, status_index, on)

    def versions(self) -> PublishedVersions | None:
        """
        See `VersionSource`.

        Raises:
            StatusListError: the list may not be relied on at this moment.
        """
        now, authority = self._clock(), self._document()
        return attrs.evolve(self._current(authority, now).source, at=now).versions()

    def data(self) -> bytes | None:
        """Return the list as it was signed, to be handed on; None when there is none that is sound."""
        made = self._current(self._document(), self._clock())
        return None if made.failed else made.data

    def _document(self) -> AuthorityDocument:
        return self._authority() if callable(self._authority) else self._authority

    def _current(self, authority: AuthorityDocument, now: datetime) -> _Made:
        if isinstance(self._place, Path):
            with self._lock:
                return self._read(self._place, authority, now)
        waiting = self._follow(authority, now)
        if waiting is not None:
            done, until = waiting
            done.wait(max(0.0, until - time.monotonic()))
        with self._lock:
            made = self._made
        return made or self._made_of(None, "status-list-unreachable", authority, now)

    def _read(self, path: Path, authority: AuthorityDocument, now: datetime) -> _Made:
        try:
            state = path.stat()
            stamp: object = (state.st_mtime_ns, state.st_size, state.st_ino)
        except OSError:
            stamp = None
        if self._made is None or stamp != self._stamp or self._made.source.authority is not authority:
            self._stamp = stamp
            try:
                data, reason = read_source(path, MAX_BYTES), "status-list-missing"
            except SourceReadError as error:
                too_large = error.reason == "too-large"
                data, reason = None, "status-list-malformed" if too_large else "status-list-missing"
            self._made = self._made_of(data, reason, authority, now)
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
            usable = self._made is not None and not self._made.failed
            return None if usable else self._fetching

    def _fetch(self, url: str, authority: AuthorityDocument, now: datetime, done: threading.Event) -> None:
        try:
            data, reason = fetch_status_list(url, authority=authority, at=now), ""
        except SourceReadError as error:
            too_large = error.reason == "too-large"
            data, reason = None, "status-list-malformed" if too_large else "status-list-unreachable"
        except Exception:  # noqa: BLE001 - whatever keeps a list from coming, the thread must say that it ended
            data, reason = None, "status-list-unreachable"
        fresh = self._made_of(data, reason, authority, now)
        with self._lock:
            before = self._made
            if not fresh.failed or before is None or before.failed:
                self._made = fresh
            self._due = time.monotonic() + (_TRY_AGAIN if fresh.failed else _FETCH_AGAIN)
            self._fetching = None
        done.set()

    def _made_of(self, data: bytes | None, reason: str, authority: AuthorityDocument, now: datetime) -> _Made:
        source = StatusListSource.read(data, authority=authority, at=now, max_age=self._max_age)
        if data is None and reason:
            source = attrs.evolve(source, content=status_list_error(reason))
        return _Made(data, source)


def _now() -> datetime:
    return datetime.now().astimezone()
