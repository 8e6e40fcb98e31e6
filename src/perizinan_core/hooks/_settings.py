"""What the settings of a plugin are made of."""

from __future__ import annotations

import attrs

__all__ = ["Secret"]


@attrs.frozen
class Secret:
    """
    A secret of a plugin's settings, never shown.

    In ``perizinan.toml`` stands where it is, ``env:NAME`` or ``file:PATH``; a plugin's field of this type holds
    what was found there.
    """

    _value: bytes = attrs.field(repr=False)

    def reveal(self) -> bytes:
        """Return the secret; a final line break of its file is not part of it."""
        return self._value
