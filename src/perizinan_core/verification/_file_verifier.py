"""What judges single files, permits (`Verifier`) or any signed PDF (`signatures.SignatureVerifier`), within limits."""

from __future__ import annotations

import contextvars
import ctypes
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from perizinan_core._pdf._limits import Limits
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.verification._report import Report
from perizinan_core.verification._sources import Source, source_name

T = TypeVar("T")


class TimeUpError(Exception):
    """The work did not end in time."""


class _GivenUpError(BaseException):
    """Raised inside work that no one waits for any more; no ``except Exception`` on the way may swallow it."""


class Countdown:
    """
    The time for several steps together; what takes longer is given up, in any thread and on any system.

    The work runs in a thread of its own, and the caller waits for it no longer than agreed. What is given up is also
    asked to end; until it does (a library that waits for a network hears nothing), it stays behind and its result is
    dropped.

    Args:
        seconds: How long they may take in all, or None: without limit, and without a thread.
    """

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    def run(self, work: Callable[[], T]) -> T:
        """
        Return what ``work`` returns, or raise what it raises.

        Raises:
            TimeUpError: it did not end in the time that is left.
        """
        if self._end is None:
            return work()
        from concurrent.futures import Future, wait  # not for those who set no limit

        future: Future[T] = Future()

        def step() -> None:
            try:
                future.set_result(work())
            except _GivenUpError:
                pass
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                future.set_exception(error)

        thread = threading.Thread(target=contextvars.copy_context().run, args=(step,), daemon=True)
        thread.start()
        wait([future], max(0.0, self._end - time.monotonic()))
        if future.done():
            return future.result()
        ident = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(_GivenUpError))
        raise TimeUpError


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
