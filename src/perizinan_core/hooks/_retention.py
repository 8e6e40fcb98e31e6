"""What a plugin keeps about cases, and what becomes of it when a case is discarded."""

from __future__ import annotations

from typing import Protocol

__all__ = ["RetentionParticipant"]


class RetentionParticipant(Protocol):
    """Something that holds data about cases of its own, or knows why one must stay."""

    def keeps(self, case: str) -> str | None:
        """
        Return why a case must not be discarded now, as a sentence, or None when it may go.

        Asked before a draft is removed, by its applicant or after its time. What raises or hangs keeps the case: it is
        asked again.

        Args:
            case: Id of the application.
        """
        ...

    def forget(self, case: str) -> None:
        """
        Remove everything that is held about a case: it is discarded.

        Called after that, at least once, and again later when it raises; a case that is not known needs nothing.
        """
        ...
