"""
Asking whether a permit is still in force: the port, and the answer.

This room stores nothing. Anyone who has the office's records (or, later, a signed status list) hands
in a `StatusSource`.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import attrs

if TYPE_CHECKING:
    # Not at run time: the model package would double the time that importing this room takes.
    from perizinan_core.model._permit import PermitStatus


@attrs.frozen(kw_only=True)
class PermitStatusAnswer:
    """What a source knows about one permit on one day."""

    status: PermitStatus
    since: date | None = None
    """First local day of that status, or None when unknown."""

    source: str
    """Who answered, as shown to people, e.g. ``"office records"``; never an address with a password."""

    as_of: datetime | None = None
    """Moment for which the source answers (with time zone), or None: now."""

    signed_sha256: str | None = None
    """SHA-256 of the signed file as the office stored it, hexadecimal, when the source knows it.

    Another file under the same number is then not valid; the same file has its signing time proven.
    """

    signed_at: datetime | None = None
    """Moment at which the office stored the signed file, with time zone."""

    reason: str | None = None
    """Reason code of the report in place of that of the office's records, or None."""


@runtime_checkable
class StatusSource(Protocol):
    """Answers for one authority's permits."""

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer | None:
        """
        Return the status on a local day, or None when the source does not know the permit.

        Args:
            number: Permit number as printed.
            status_index: The permit's place in the status list.
            on: Local day of the authority.

        Raises:
            StatusUnavailableError: when the source cannot answer now.
        """
        ...


@attrs.frozen(kw_only=True)
class PublishedVersions:
    """What an office says about the versions of its authority document."""

    current: int
    """Version that it publishes."""

    lowest: int
    """Lowest version that may still be used: in older ones stands what was withdrawn since."""

    as_of: datetime
    """When it said so, with time zone."""


@runtime_checkable
class VersionSource(Protocol):
    """A status source that also knows the versions of the authority document."""

    def versions(self) -> PublishedVersions | None:
        """
        Return what the office says, or None when it says nothing.

        Raises:
            StatusUnavailableError: when the source cannot answer now.
        """
        ...


class NoStatus(Enum):
    """The caller's decision that no one is asked about the status."""

    NO_STATUS = "no-status"


NO_STATUS: Final = NoStatus.NO_STATUS
"""
Give this in place of a status source to check without the status; the report says ``status: not checked``.

A revoked permit then passes as valid: for checks whose question is another one, such as whether a file was just
signed as it should be.
"""

StatusChoice = StatusSource | NoStatus | None
"""Who is asked about the status; None leaves it open where the office publishes a status list."""
