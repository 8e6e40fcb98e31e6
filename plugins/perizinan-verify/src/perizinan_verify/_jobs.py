"""What the page hands to its judging processes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

__all__ = ["Job", "Papers"]


@attrs.frozen(kw_only=True)
class Papers:
    """What a judging process judges by, for as long as it lives."""

    authorities: Mapping[str, bytes] = attrs.field(repr=False)
    """Authority documents, as they were published, by the office's short name."""

    key: str | None
    """Fingerprint of the key that must have signed them, or None."""

    with_status: tuple[str, ...]
    """Short names of the offices whose status the page can ask for."""

    without_status: tuple[str, ...]
    """Short names of the offices whose status is not to be asked, as the operator said."""

    max_bytes: int
    """Largest file."""

    code_seconds: float
    """Longest search for the code of a copy."""


@attrs.frozen(kw_only=True)
class Job:
    """One thing to judge."""

    kind: str
    """``"pdf"``, ``"photo"`` or ``"text"`` (of a QR code)."""

    at: datetime
    """Moment for which the answer shall hold, with time zone."""

    languages: tuple[str, ...]
    """Languages of the answer, ``"id"`` and ``"en"``."""

    seconds: float
    """Longest time that it may take."""

    name: str = attrs.field(default="-", repr=False)
    """Name of the file in the report."""

    text: str = attrs.field(default="", repr=False)
    """The text, where it is not a file."""
