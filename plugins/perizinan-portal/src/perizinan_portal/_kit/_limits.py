"""How often one client may try something. Addresses are kept hashed, for minutes, in memory or for all processes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from perizinan_portal._errors import PortalError

__all__ = ["Limiter"]


class Limiter:
    """
    Counts tries within windows of minutes.

    Args:
        hidden: Gives a keyed hash of who tries.
        storage: Where it is counted; memory of this process by default.
    """

    def __init__(self, hidden: Callable[[str], str], storage: Storage | None = None) -> None:
        self._limiter = FixedWindowRateLimiter(storage or MemoryStorage())
        self._hidden = hidden

    def hit(self, what: str, whose: str, *, times: int, minutes: int) -> None:
        """
        Count a try.

        Raises:
            PortalError: ``too-many-tries``.
        """
        item, key = RateLimitItemPerMinute(times, minutes), self._hidden(whose)
        if not self._limiter.hit(item, what, key):
            ends = self._limiter.get_window_stats(item, what, key).reset_time
            seconds = max(1, math.ceil(ends - time.time()))
            refused = PortalError("too-many-tries", minutes=math.ceil(seconds / 60))
            refused.seconds = seconds
            raise refused
