"""
The status lists that browsers fetch from this page.

Everyone fetches the same file, so that fetching it tells no one which permit is being looked at.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["PublishedList"]


class PublishedList(Protocol):
    """One office's published list; `perizinan_core.verification.CurrentStatusList` is one."""

    def data(self) -> bytes | None:
        """Return ``status-list.cwt`` as it was signed, or None when there is none."""
        ...
