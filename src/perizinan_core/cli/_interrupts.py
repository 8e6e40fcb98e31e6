"""Ctrl+C that waits for the end of what must not be left half done."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Self

__all__ = ["Interrupts"]


class Interrupts:
    """Raises KeyboardInterrupt as always, but not between `hold` and `release`: then at `release`."""

    def __init__(self) -> None:
        self._held = False
        self._pending = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        if not self._held:
            raise KeyboardInterrupt
        self._pending = True

    def hold(self) -> None:
        """Begin what must not be interrupted."""
        self._held = True

    def release(self) -> None:
        """
        End it.

        Raises:
            KeyboardInterrupt: when Ctrl+C was pressed meanwhile.
        """
        self._held = False
        if self._pending:
            self._pending = False
            raise KeyboardInterrupt
