"""How often one client may try something. Addresses are kept hashed, in memory, for minutes."""

from __future__ import annotations

import hashlib
import secrets

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from perizinan_portal._errors import PortalError

__all__ = ["Limiter"]


class Limiter:
    """Counts tries within windows of minutes, for this process."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._salt = secrets.token_bytes(16)

    def hit(self, what: str, whose: str, *, times: int, minutes: int) -> None:
        """
        Count a try.

        Raises:
            PortalError: ``too-many-tries``.
        """
        key = hashlib.blake2b(whose.encode("utf-8", "replace"), key=self._salt, digest_size=16).hexdigest()
        if not self._limiter.hit(RateLimitItemPerMinute(times, minutes), what, key):
            raise PortalError("too-many-tries", minutes=minutes)
