"""The table ``[plugin.clamav]`` of ``perizinan.toml``."""

from __future__ import annotations

import attrs

__all__ = ["ClamavSettings"]


@attrs.frozen(kw_only=True)
class ClamavSettings:
    """Where clamd is, and how long it is waited for."""

    address: str = "/run/clamav/clamd.ctl"
    """Path of its socket, or ``tcp://HOST:PORT``."""

    seconds: float = attrs.field(default=60.0, validator=attrs.validators.gt(0))
    """Longest time for one file, in seconds."""

    database_days: int = attrs.field(default=7, validator=attrs.validators.gt(0))
    """Age of its database, in days, from which ``perizinan doctor`` names it; files are searched all the same."""

    unencrypted: bool = False
    """Allow another machine: the files travel there as they are."""
