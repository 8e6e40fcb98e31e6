"""What one request may cost."""

from __future__ import annotations

import os

import attrs

__all__ = ["PageSettings"]


@attrs.frozen(kw_only=True)
class PageSettings:
    """
    Bounds of the page, also as ``[plugin.verify]`` of an office.

    A permit has 20 to 500 KiB and takes some hundredths of a second.
    """

    max_bytes: int = attrs.field(default=20 * 1024 * 1024, validator=attrs.validators.gt(0))
    """Largest PDF or photo, in bytes."""

    seconds: float = attrs.field(default=10.0, validator=attrs.validators.gt(0))
    """Longest time that one file may be judged."""

    memory_bytes: int = attrs.field(default=1024**3, validator=attrs.validators.gt(0))
    """Most address space of a judging process, in bytes."""

    workers: int = attrs.field(factory=lambda: min(4, os.cpu_count() or 1), validator=attrs.validators.gt(0))
    """Judging processes; each takes one file at a time."""

    max_requests: int = attrs.field(default=32, validator=attrs.validators.gt(0))
    """Uploads that wait for their verdict at the same time."""

    max_senders: int = attrs.field(default=256, validator=attrs.validators.gt(0))
    """Uploads being received at the same time; slow ones take no place of those that wait for a verdict."""

    wait_seconds: float = attrs.field(default=5.0, validator=attrs.validators.ge(0))
    """How long a request waits for a free place before it is asked to come back (503)."""

    status_seconds: float = attrs.field(default=3.0, validator=attrs.validators.gt(0))
    """Longest time that a source of status may take for one answer; then the status is not known."""

    grace_seconds: float = attrs.field(default=20.0, validator=attrs.validators.gt(0))
    """Time that every upload has, however small."""

    bytes_per_second: int = attrs.field(default=8 * 1024, validator=attrs.validators.gt(0))
    """What a sender must keep up with beyond the grace: slower ones would hold a place for ever."""
