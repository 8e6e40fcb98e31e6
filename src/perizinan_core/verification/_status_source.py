"""
A signed status list as a `StatusSource`: from bytes, a file, an address, or a saved copy.

Whatever keeps a list from answering (missing, damaged, of another office, too old, too short) makes the
status of a permit undecided, with its own reason code, and never valid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Self

import attrs

from perizinan_core._saved_file import locked, replace_file
from perizinan_core.errors.published import StatusListError
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import PermitStatusAnswer, PublishedVersions
from perizinan_core.published._status_list import (
    MAX_BYTES,
    STATUS_LIST_MEDIA_TYPE,
    ListStatus,
    StatusList,
    StatusListTerms,
    read_status_list,
)
from perizinan_core.verification._fetching import fetch
from perizinan_core.verification._paths import SKEW
from perizinan_core.verification._sources import Source, read_source

_SOURCE = "status list"
_ANSWERS: Mapping[ListStatus, tuple[str, str]] = {
    ListStatus.VALID: ("in_force", "status-list-valid"),
    ListStatus.INVALID: ("revoked", "status-list-invalid"),
    ListStatus.SUSPENDED: ("suspended", "status-list-suspended"),
    ListStatus.SUPERSEDED: ("superseded", "status-list-superseded"),
}


@attrs.frozen(kw_only=True)
class StatusListSource:
    """
    One status list, asked for one moment.

    ::

        source = StatusListSource.read(Path("status-list.cwt"), authority=authority, at=now)
        report = verify_permit(permit, authority=authority, at=now, status=source)
    """

    authority: AuthorityDocument
    """Whose list it must be."""

    at: datetime
    """Moment for which it is asked, with time zone."""

    content: StatusList | StatusListError
    """The list, or why there is none; shown when the first permit is asked about."""

    max_age: int
    """How old the list may be at ``at``, in seconds."""

    data: bytes | None = attrs.field(default=None, repr=False)
    """The list as it was signed; None when there is none that is sound."""

    @classmethod
    def read(
        cls,
        source: Source | None,
        *,
        authority: AuthorityDocument,
        at: datetime,
        max_age: int | None = None,
    ) -> Self:
        """
        Return a source for the list in ``source``.

        Args:
            source: The file ``status-list.cwt``: its bytes, its path, an open binary file, or None when there is none.
            authority: Whose list it must be.
            at: Moment for which it is asked, with time zone; usually now.
            max_age: How old it may be, in seconds; None takes what the authority document says.
        """
        return cls._of(
            lambda: None if source is None else read_source(source, MAX_BYTES),
            "status-list-missing",
            authority=authority,
            at=at,
            max_age=max_age,
        )

    @classmethod
    def fetch(
        cls,
        url: str,
        *,
        authority: AuthorityDocument,
        at: datetime,
        saved: str | PathLike[str] | None = None,
        max_age: int | None = None,
    ) -> Self:
        """
        Return a source for the list at an address; see `fetch_status_list`.

        Args:
            url: Where the list is.
            authority: Whose list it must be.
            at: Moment for which it is asked, with time zone; usually now.
            saved: A copy to use while it is fresh or the address does not answer, or None.
            max_age: How old the list may be, in seconds; None takes what the authority document says.
        """
        return cls._of(
            lambda: fetch_status_list(url, authority=authority, at=at, saved=saved),
            "status-list-unreachable",
            authority=authority,
            at=at,
            max_age=max_age,
        )

    @classmethod
    def _of(
        cls,
        get: Callable[[], bytes | None],
        missing: str,
        *,
        authority: AuthorityDocument,
        at: datetime,
        max_age: int | None,
    ) -> Self:
        """Return a source for what ``get`` gives; ``missing`` is the reason code when that is nothing."""
        content: StatusList | StatusListError
        data, age = None, 0
        try:
            terms = StatusListTerms.of(authority)
            age = terms.max_age if terms is not None else 0
            data = get()
            content = read_status_list(data, authority) if data is not None else StatusListError(missing)
        except SourceReadError as error:
            # What is there and far too large is not a list; that is not the same as nothing being there.
            reason = "status-list-malformed" if error.reason == "too-large" else missing
            content = StatusListError(reason)
        except StatusListError as error:
            data, content = None, error
        max_age = age if max_age is None else max_age
        return cls(authority=authority, at=at, content=content, max_age=max_age, data=data)

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer:
        """
        See `StatusSource`; the list knows places and no numbers.

        Raises:
            StatusListError: with the reason code of the report.
        """
        del number
        made = self._usable(on)
        state, reason = _ANSWERS[made.status(status_index)]
        from perizinan_core.model._permit import PermitStatus  # the model package doubles the import time

        return PermitStatusAnswer(
            status=PermitStatus(state), source=_SOURCE, as_of=made.issued, reason=reason
        )

    def versions(self) -> PublishedVersions | None:
        """
        See `VersionSource`.

        Raises:
            StatusListError: the list may not be relied on at this moment.
        """
        made = self._usable(self.authority.local_day(self.at))
        if made.versions is None:
            return None
        current, lowest = made.versions
        return PublishedVersions(current=current, lowest=lowest, as_of=made.issued)

    def _usable(self, on: date) -> StatusList:
        if isinstance(self.content, StatusListError):
            raise self.content
        made = self.content
        if made.issued > self.at + SKEW or on != self.authority.local_day(self.at):
            # What was so before the list was made, or on another day, it does not say.
            raise StatusListError("status-list-not-yet")
        if self.at > made.expires or self.at - made.issued > timedelta(seconds=self.max_age):
            raise StatusListError("status-list-too-old")
        return made


def fetch_status_list(
    url: str, *, authority: AuthorityDocument, at: datetime, saved: str | PathLike[str] | None = None
) -> bytes:
    """
    Return the list at an address, using and keeping a saved copy.

    While the copy is younger than its own ``ttl`` nothing is asked. Else the server is asked whether it has
    another one (ETag). A fetched list replaces the copy only when it is sound and not older; when the
    server does not answer, the copy is returned, however old: its age is judged where it is used.

    Args:
        url: Where the list is.
        authority: Whose list it must be.
        at: Present moment, with time zone.
        saved: The copy (``NAME.json`` beside it keeps the ETag), or None.

    Raises:
        SourceReadError: no answer, and no copy.
    """
    if saved is None:
        return _fetched(url, None)[0]
    saved = Path(saved)
    with locked(saved):
        kept = _read_copy(saved, authority)
        if kept is not None and timedelta(0) <= at - kept[1].issued < timedelta(seconds=kept[1].ttl or 0):
            return kept[0]
        try:
            data, etag = _fetched(url, _read_etag(saved, url) if kept is not None else None)
            fresh = read_status_list(data, authority)
        except SourceReadError:
            if kept is None:
                raise
            return kept[0]
        except StatusListError:
            return data if kept is None else kept[0]
        if kept is not None and fresh.issued < kept[1].issued:
            return kept[0]
        replace_file(saved, data)
        replace_file(_note(saved), json.dumps({"url": url, "etag": etag}).encode())
        return data


def _fetched(url: str, etag: str | None) -> tuple[bytes, str | None]:
    answer = fetch(url, max_bytes=MAX_BYTES, accept=STATUS_LIST_MEDIA_TYPE, etag=etag)
    if answer.data is None:
        raise SourceReadError("cannot-open", "the server sent nothing")
    return answer.data, answer.etag


def _read_copy(saved: Path, authority: AuthorityDocument) -> tuple[bytes, StatusList] | None:
    try:
        data = read_source(saved, MAX_BYTES)
        return data, read_status_list(data, authority)
    except (SourceReadError, StatusListError):
        return None


def _note(saved: Path) -> Path:
    return saved.with_name(f"{saved.name}.json")


def _read_etag(saved: Path, url: str) -> str | None:
    """Return what the server at this address called the copy."""
    try:
        note: Any = json.loads(_note(saved).read_text(encoding="utf-8"))
        etag = note["etag"] if note["url"] == url else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return etag if isinstance(etag, str) else None
