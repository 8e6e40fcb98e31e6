"""
Giving up on work that takes too long, in any thread and on any system.

The work runs in a thread of its own, and the caller waits for it no longer than agreed. What is given up is also asked
to end; until it does (a library that waits for a network hears nothing), it stays behind and its result is dropped.
"""

from __future__ import annotations

import contextvars
import ctypes
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Countdown", "TimeUpError"]

T = TypeVar("T")


class TimeUpError(Exception):
    """The work did not end in time."""


class _GivenUpError(BaseException):
    """Raised inside work that no one waits for any more; no ``except Exception`` on the way may swallow it."""


class Countdown:
    """
    The time for several steps together.

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
        step = _Step(work)
        if not step.wait(max(0.0, self._end - time.monotonic())):
            step.give_up()
            raise TimeUpError
        return step.result()


class _Step(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._value: list[T] = []
        self._error: BaseException | None = None
        self._done = threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        return self._done.wait(seconds)

    def result(self) -> T:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._value[0]

    def give_up(self) -> None:
        if self._thread.ident is not None and not self._done.is_set():
            ident = ctypes.c_ulong(self._thread.ident)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(_GivenUpError))

    def _run(self) -> None:
        try:
            self._value.append(self._work())
        except _GivenUpError:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error
        finally:
            self._done.set()
