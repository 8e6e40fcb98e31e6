"""How much a single file may cost."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Limits:
    """Bounds for one file; a file beyond them is refused, never half read."""

    max_bytes: int = attrs.field(default=64 * 1024 * 1024, validator=attrs.validators.gt(0))
    """Largest file, in bytes."""

    max_unpacked: int = attrs.field(default=64 * 1024 * 1024, validator=attrs.validators.gt(0))
    """Most bytes that all compressed streams together may unpack to."""

    max_objects: int = attrs.field(default=200_000, validator=attrs.validators.gt(0))
    """Most entries of the cross-reference table."""

    max_depth: int = attrs.field(default=64, validator=attrs.validators.gt(0))
    """Deepest nesting of arrays, dictionaries and field trees."""

    max_revisions: int = attrs.field(default=256, validator=attrs.validators.gt(0))
    """Most incremental updates."""

    max_signatures: int = attrs.field(default=32, validator=attrs.validators.gt(0))
    """Most signatures that are examined."""

    seconds: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.gt(0))
    )
    """
    Longest time for one file, reading and status included; None: no limit but those above.

    A file that takes longer is ``unreadable`` (``time-limit``), a status that does not arrive in what is left leaves
    the permit ``indeterminate`` (``status-time-limit``). With a limit, file and status source are read in a thread
    of their own.
    """

    code_seconds: float = attrs.field(default=4.0, validator=attrs.validators.gt(0))
    """Longest search for the QR code of a file that is not a permit but may be the copy of one."""


DEFAULT_LIMITS = Limits()
"""64 MiB per file and as much unpacked: a permit has 20 to 500 KiB."""
