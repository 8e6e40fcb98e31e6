"""
Calls into plugins that may take too long: each in a thread of its own, which is left behind when its time is over.

A thread cannot be stopped from outside, so a call that hangs keeps its thread until it returns or the program ends.
How many may hang at once is limited for each name: more would only fill the memory.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

import attrs

from perizinan_core._aside import speaking_aside

__all__ = [
    "TIME_LIMIT",
    "CallError",
    "EndedError",
    "RaisedError",
    "StillHangingError",
    "TimeLimitError",
    "TimedCalls",
]

T = TypeVar("T")

TIME_LIMIT = 60.0
"""Seconds for a call that states no limit of its own."""

_MOST_HANGING = 8

_log = logging.getLogger(__name__)


class CallError(Exception):
    """A call into a plugin that has no answer; ``code`` is its stable name."""

    code = "call"


class TimeLimitError(CallError):
    """A call did not return within its time."""

    code = "time-limit"


class StillHangingError(CallError):
    """So many earlier calls hang that no further one was made."""

    code = "still-hanging"


class EndedError(CallError):
    """The process of the plugin ended, or could not be started."""

    code = "process-ended"


class RaisedError(CallError):
    """A plugin raised something in its process; ``code`` is the name of its class."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@attrs.define(eq=False)
class TimedCalls:
    """Makes calls within a time limit, and knows which hang."""

    _hanging: dict[str, list[threading.Thread]] = attrs.field(factory=dict, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def call(self, name: str, seconds: float, function: Callable[[], T]) -> T:
        """
        Return what ``function`` returns, or raise what it raises.

        Args:
            name: Whose call it is.
            seconds: How long it may take.
            function: Called once, in another thread.

        Raises:
            TimeLimitError: it took longer.
            StillHangingError: too many earlier calls of this name have not returned yet; it was not made.
        """
        with self._lock:
            hanging = self._hanging.setdefault(name, [])
            hanging[:] = [thread for thread in hanging if thread.is_alive()]
            if len(hanging) >= _MOST_HANGING:
                raise StillHangingError
        results: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                with speaking_aside():
                    results.append(function())
            except BaseException as error:  # noqa: BLE001 - handed to the caller, who names it
                errors.append(error)

        context = contextvars.copy_context()
        thread = threading.Thread(target=lambda: context.run(run), name=f"perizinan {name}", daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            with self._lock:
                hanging.append(thread)
            _log.warning("%s did not return within %s seconds", name, seconds)
            raise TimeLimitError
        if errors:
            raise errors[0]
        return results[0]
