"""Files that arrive in parts, as people and programs see them, and how each stands at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from perizinan_core.documents._incoming import IncomingFile
from perizinan_core.i18n import DEFAULT_LANGUAGE

__all__ = ["LASTS", "IncomingState", "IncomingUpload", "is_over", "moment_of", "state_of"]

LASTS = timedelta(days=7)
"""How long an upload can be continued after it began."""


class IncomingState(StrEnum):
    """What there is of a file that arrives in parts."""

    UNDER_WAY = "under-way"
    """Bytes are missing."""
    RECEIVED = "received"
    """Whole; it is to be judged."""
    STORED = "stored"
    """In its slot."""
    KEPT = "kept"
    """Kept without being in its slot; see `HeldUploads`."""
    REFUSED = "refused"
    OVER = "over"
    """Its time was over before it was whole."""


@attrs.frozen(kw_only=True)
class IncomingUpload:
    """A file that arrives in parts, as it stands."""

    id: str
    """Random; with the id of the application it names the upload in addresses."""

    application: str
    slot: str
    slot_label: str
    file_name: str = attrs.field(repr=False)
    size: int
    received: int
    begun_at: datetime
    ends_at: datetime
    """Until when it can be continued."""

    state: IncomingState
    replaces: str | None = None
    """Id of the document that it will take the place of."""

    note: str = attrs.field(default="", repr=False)
    document: str | None = None
    """Id of the document that it became."""

    reasons: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """Why it was refused, in each language."""

    @property
    def is_open(self) -> bool:
        """Whether the application has to wait for it."""
        return self.state in (IncomingState.UNDER_WAY, IncomingState.RECEIVED)

    def why(self, language: str = DEFAULT_LANGUAGE) -> tuple[str, ...]:
        """Return why it was refused, as the applicant reads it."""
        return self.reasons.get(language, ())


def state_of(item: IncomingFile, moment: datetime) -> IncomingState:
    """Return how a file stands at a moment."""
    if item.result is not None:
        return IncomingState(item.result["state"])
    if is_over(item, moment):
        return IncomingState.OVER
    return IncomingState.UNDER_WAY if item.received < item.size else IncomingState.RECEIVED


def is_over(item: IncomingFile, moment: datetime) -> bool:
    """Return whether a file can no longer be continued."""
    return moment_of(item.about["ends_at"]) <= moment


def moment_of(text: str) -> datetime:
    """Return a moment that was noted with a file."""
    return datetime.fromisoformat(text)
