"""What judges single files: permits (`Verifier`) or any signed PDF (`signatures.SignatureVerifier`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from enum import StrEnum

from perizinan_core._pdf._limits import Limits
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.verification._report import Report
from perizinan_core.verification._sources import Source, source_name
from perizinan_core.verification._time_limit import Countdown, TimeUpError

_FIRST, _LAST = 1970, 9998
"""No certificate is older, and at the edge of the calendar no day can be counted on."""


def check_moment(at: datetime) -> None:
    """
    Hold the moment of a check to what can be reckoned with.

    Raises:
        ValueError: when it has no time zone, or is of a year before 1970 or after 9998.
    """
    if at.tzinfo is None:
        raise ValueError("expected a moment with a time zone, got one without")
    if not _FIRST <= at.year <= _LAST:
        raise ValueError(f"expected a moment of the years {_FIRST} to {_LAST}, got one of {at.year}")


class Policy(StrEnum):
    """What counts as proven."""

    STANDARD = "standard"
    """
    A timestamp whose service has ended since still counts, and revocation that no one asked about leaves nothing open;
    the report says both.
    """

    STRICT = "strict"
    """Both leave the signature indeterminate."""


class FileVerifier(ABC):
    """
    Judges files, within the limits; a run over many files need not know which kind it has.

    Args:
        limits: How much a file may cost.
        policy: How much must be proven.
    """

    def __init__(self, limits: Limits, policy: Policy) -> None:
        self.limits = limits
        self.policy: Policy = Policy(policy)

    @property
    def strict(self) -> bool:
        """True when what no one asked or renewed leaves a signature open."""
        return self.policy is Policy.STRICT

    def verify(self, source: Source, *, at: datetime, name: str | None = None) -> Report:
        """Judge one file; see `verify_permit` and `verify_signatures`."""
        check_moment(at)
        label, seconds = name if name is not None else source_name(source), self.limits.seconds
        try:
            return self._report(source, label, at, Countdown(seconds))
        except SourceReadError as error:
            return self.unreadable(label, error.reason, at=at, limit=self.limits.max_bytes)
        except TimeUpError:
            return self.unreadable(label, "time-limit", at=at, seconds=f"{seconds:g}")

    @abstractmethod
    def unreadable(self, name: str, code: str, *, at: datetime, **fields: object) -> Report:
        """Return the report of a file that could not even be read, e.g. with code ``time-limit``."""

    @abstractmethod
    def _report(self, source: Source, name: str, at: datetime, countdown: Countdown) -> Report:
        """Read and judge one file."""
