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
from concurrent.futures import Future, wait
from typing import TypeVar

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
        future: Future[T] = Future()
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(_work, work, future), daemon=True)
        thread.start()
        wait([future], max(0.0, self._end - time.monotonic()))
        if future.done():
            return future.result()
        ident = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(_GivenUpError))
        raise TimeUpError


def _work(work: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(work())
    except _GivenUpError:
        pass
    except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
        future.set_exception(error)
