"""How much a run over many files may cost."""

from __future__ import annotations

import attrs

_MIB = 1024 * 1024


@attrs.frozen(kw_only=True)
class BulkLimits:
    """Bounds for the workers and for archives; what lies beyond them gets its own report and ends nothing."""

    seconds: float = attrs.field(default=20.0, validator=attrs.validators.gt(0))
    """Longest time for one file, or for one step on the way through an archive; then the worker is killed."""

    memory: int = attrs.field(default=1024 * _MIB, validator=attrs.validators.gt(0))
    """Most address space that a worker may take above what it starts with, in bytes (POSIX)."""

    files_per_worker: int = attrs.field(default=2000, validator=attrs.validators.gt(0))
    """A worker that has judged so many files is replaced, so that nothing piles up in it."""

    max_depth: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Deepest nesting: an archive within an archive within an archive is still opened."""

    max_members: int = attrs.field(default=200_000, validator=attrs.validators.gt(0))
    """Most members of one archive, those of archives within it not counted."""

    max_unpacked: int = attrs.field(default=16 * 1024 * _MIB, validator=attrs.validators.gt(0))
    """Most bytes that one archive file may unpack to in all."""

    max_nested: int = attrs.field(default=128 * _MIB, validator=attrs.validators.gt(0))
    """Largest archive inside another, in bytes: it is held in memory."""


DEFAULT_BULK_LIMITS = BulkLimits()
"""20 seconds and 1 GiB for a file; 16 GiB unpacked from one archive."""
