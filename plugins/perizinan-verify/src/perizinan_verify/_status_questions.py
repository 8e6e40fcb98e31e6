"""
Asking a source of status, with an end: it is someone else's code, records or network.

A source that does not answer in time makes the permit undecided. While one of its questions hangs, the
next ones are not put to it at all, so that a hanging source costs one wait and not one for every visitor.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar

import attrs

from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.published import PermitStatusAnswer, PublishedVersions, StatusSource, VersionSource

__all__ = ["LimitedStatus", "StatusAnswer"]

StatusAnswer = PermitStatusAnswer | StatusUnavailableError | None
"""What a source said, or that it said nothing; an error is a value here, because it crosses processes."""

T = TypeVar("T")

_log = logging.getLogger("perizinan_verify")


@attrs.define
class _Question(Generic[T]):
    done: threading.Event = attrs.field(factory=threading.Event)
    answer: T | StatusUnavailableError | None = None
    given_up: bool = False


class LimitedStatus:
    """
    One office's source of status, asked in threads of its own.

    Args:
        source: Whom to ask.
        seconds: How long one answer may take.
    """

    def __init__(self, source: StatusSource, seconds: float) -> None:
        self._source = source
        self._seconds = seconds
        self._lock = threading.Lock()
        self._hanging = 0

    def ask(self, number: str, status_index: int, on: date) -> StatusAnswer:
        """Return the answer; whatever the source raises becomes "not available", so that nothing is guessed."""
        return self._ask(lambda: self._source.status_of(number, status_index, on))

    def versions(self) -> PublishedVersions | StatusUnavailableError | None:
        """Return what the source says about the versions of the authority document; None when it says nothing."""
        source = self._source
        return self._ask(source.versions) if isinstance(source, VersionSource) else None

    def _ask(self, put: Callable[[], T | None]) -> T | StatusUnavailableError | None:
        with self._lock:
            if self._hanging:
                return StatusUnavailableError(_SILENT)
        question: _Question[T] = _Question()
        threading.Thread(target=self._put, args=(question, put), daemon=True).start()
        if question.done.wait(self._seconds):
            return question.answer
        with self._lock:
            if question.done.is_set():
                return question.answer
            question.given_up = True
            self._hanging += 1
        _log.warning("the status source did not answer within %g s", self._seconds)
        return StatusUnavailableError(_SILENT)

    def _put(self, question: _Question[T], put: Callable[[], T | None]) -> None:
        try:
            question.answer = put()
        except StatusUnavailableError as error:
            question.answer = error
        except Exception as error:  # noqa: BLE001 - foreign code; the answer is then open, not good
            _log.warning("the status source failed: %s", type(error).__name__)
            question.answer = StatusUnavailableError(_SILENT)
        finally:
            with self._lock:
                question.done.set()
                self._hanging -= question.given_up


_SILENT = "the office's records do not answer"
