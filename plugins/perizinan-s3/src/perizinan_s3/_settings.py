"""The table ``[plugin.s3]`` of ``perizinan.toml``."""

from __future__ import annotations

import attrs

from perizinan_core.hooks import Secret

__all__ = ["S3Settings"]

_MIB = 1024 * 1024


@attrs.frozen(kw_only=True)
class S3Settings:
    """How the service is reached; the bucket stands in the address of the store."""

    endpoint: str = ""
    """Address of the service, e.g. ``https://s3.example.go.id``; empty: that of Amazon in `region`."""

    region: str = "us-east-1"
    """Region; services without regions take any."""

    access_key: Secret | None = None
    """Access key; None with `secret_key`: what the environment offers (``AWS_…``, the role of the machine)."""

    secret_key: Secret | None = None
    """Secret key."""

    unencrypted: bool = False
    """Allow ``http://`` to another machine; to this one it is always allowed."""

    part_bytes: int = attrs.field(default=8 * _MIB, validator=attrs.validators.ge(5 * _MIB))
    """Larger files are sent in parts of this size, in bytes; services take at least 5 MiB."""

    seconds: float = attrs.field(default=30.0, validator=attrs.validators.gt(0))
    """Longest time for one request, in seconds."""

    retries: int = attrs.field(default=4, validator=attrs.validators.ge(0))
    """How often a request that failed on the way is sent again."""
