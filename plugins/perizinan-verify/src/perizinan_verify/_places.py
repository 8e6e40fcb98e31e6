"""Places: how many requests may be at one thing at a time, and how long the others wait for one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from perizinan_verify._errors import TooBusyError

__all__ = ["Places"]


class Places:
    """
    So many places, given in the order of asking.

    Args:
        count: How many there are.
        wait_seconds: How long a request may wait for one.
    """

    def __init__(self, count: int, wait_seconds: float) -> None:
        self._free = asyncio.Semaphore(count)
        self._wait_seconds = wait_seconds
        self.taken = 0
        """Places that are held now."""

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """
        Hold a place for the time of the block.

        Raises:
            TooBusyError: none became free in time.
        """
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise TooBusyError from None
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1
            self._free.release()
