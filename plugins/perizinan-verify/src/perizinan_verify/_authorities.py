"""
The authority documents that the page judges by, read again when they change.

A document comes as bytes, as a path (read again when the file changes) or from a function (asked again
every minute). A new document that cannot be used, or that is older than the one in use, changes nothing:
the old one stays, and the fault is logged.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.published import AuthorityDocument, read_authority_document

__all__ = ["Authorities", "AuthoritySource", "PublishedAuthority"]

AuthoritySource = bytes | str | Path | Callable[[], bytes]
"""A signed ``authority.json``, where it lies, or who makes it."""

_ASK_AGAIN = 60.0
_LOOK_AGAIN = 1.0
_log = logging.getLogger("perizinan_verify")


@attrs.frozen
class PublishedAuthority:
    """One authority document, as read and as published."""

    document: AuthorityDocument
    raw: bytes = attrs.field(repr=False)
    """The signed file."""


class Authorities:
    """
    All authority documents of a page; the first is the one whose name the page bears.

    Args:
        sources: Where they come from.
        key: Fingerprint (RFC 7638) of the key that must have signed each of them, or None.

    Raises:
        AuthorityDocumentError: when one cannot be used at the start.
        ValueError: when there is none, or two name the same office.
    """

    def __init__(self, sources: Sequence[AuthoritySource], *, key: str | None = None) -> None:
        self._sources = [_Source(source, key) for source in sources]
        self._lock = threading.Lock()
        slugs = [item.published.document.slug for item in self._sources]
        if not slugs or len(set(slugs)) != len(slugs):
            raise ValueError(f"expected authority documents of different offices, got {slugs}")

    @property
    def generation(self) -> int:
        """Number that rises with every change."""
        return sum(item.changes for item in self._sources)

    def current(self) -> tuple[PublishedAuthority, ...]:
        """Return the documents in use; may read files or ask the functions, so not in an event loop."""
        with self._lock:
            for item in self._sources:
                item.refresh()
            return self.known

    @property
    def known(self) -> tuple[PublishedAuthority, ...]:
        """The documents in use, without looking for newer ones."""
        return tuple(item.published for item in self._sources)

    @property
    def due(self) -> bool:
        """True when it is time to look for newer ones."""
        return any(item.due for item in self._sources)


class _Source:
    """One document and where it comes from."""

    def __init__(self, source: AuthoritySource, key: str | None) -> None:
        self._source = Path(source) if isinstance(source, str) else source
        self._key = key
        self.changes = 0
        self._stamp = self._look()
        self.published = self._read()
        self._next = time.monotonic() + self._pause

    @property
    def due(self) -> bool:
        return not isinstance(self._source, bytes) and time.monotonic() >= self._next

    @property
    def _pause(self) -> float:
        return _LOOK_AGAIN if isinstance(self._source, Path) else _ASK_AGAIN

    def refresh(self) -> None:
        if not self.due:
            return
        self._next = time.monotonic() + self._pause
        try:
            stamp = self._look()
            if stamp is not None and stamp == self._stamp:
                return
            fresh = self._read()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the new one, the old one stays
            reason = error.code if isinstance(error, PerizinanError) else type(error).__name__
            _log.warning("the authority document stays as it was: %s", reason)
            return
        self._stamp = stamp
        before = self.published.document
        if fresh.document.slug != before.slug or fresh.document.version < before.version:
            _log.warning("the authority document stays as it was: another office, or an older version")
        elif fresh.raw != self.published.raw:
            self.published = fresh
            self.changes += 1

    def _look(self) -> tuple[int, int, int] | None:
        if not isinstance(self._source, Path):
            return None
        state = os.stat(self._source)  # noqa: PTH116 - names what is compared
        return state.st_mtime_ns, state.st_size, state.st_ino

    def _read(self) -> PublishedAuthority:
        match self._source:
            case bytes() as raw:
                pass
            case Path() as path:
                raw = path.read_bytes()
            case make:
                raw = make()
        return PublishedAuthority(read_authority_document(raw, authority_key=self._key), raw)
