"""What an office decides about its portal."""

from __future__ import annotations

from pathlib import Path

import attrs

__all__ = ["PortalSettings"]

_POSITIVE = attrs.validators.gt(0)


@attrs.frozen(kw_only=True)
class PortalSettings:
    """The table ``[plugin.portal]`` of an office."""

    address: str = attrs.field(
        default="http://127.0.0.1:8000", validator=attrs.validators.matches_re(r"https?://[^\s/?#]+/?")
    )
    """Where people reach the portal; stands in mails. With ``https`` cookies are sent over it alone."""

    brand: str = attrs.field(default="#12355b", validator=attrs.validators.matches_re(r"#[0-9a-f]{6}"))
    """Colour of the head of each page, as ``#rrggbb``; white text on it must be readable."""

    second_factor: bool = True
    """Whether officers log in with a second factor. Only a development office may switch it off."""

    worker: bool = True
    """Whether the portal's process also does what happens by itself; False: ``perizinan worker`` runs apart."""

    log: str = attrs.field(default="json", validator=attrs.validators.in_(("json", "text")))
    """How events are written to the standard error: ``json``, one object a line, or ``text``, for people."""

    idle_minutes: int = attrs.field(default=120, validator=_POSITIVE)
    """How long an applicant's session lasts without a click; nothing that was typed is lost when it ends."""

    officer_idle_minutes: int = attrs.field(default=30, validator=_POSITIVE)
    """The same for officers."""

    session_hours: int = attrs.field(default=12, validator=_POSITIVE)
    """How long a session lasts at most."""

    shared_limits: bool | None = None
    """Whether tries are counted in the database, for several processes; None: with PostgreSQL, not with SQLite."""

    guest_days: int = attrs.field(default=30, validator=_POSITIVE)
    """How long a draft is kept that was begun without an account."""

    max_upload_bytes: int = attrs.field(default=25 * 1024 * 1024, validator=_POSITIVE)
    """Largest request with files, in bytes; the catalogue's limits for each paper come on top."""

    templates: Path | None = None
    """Folder whose templates take the place of the portal's, by the same name (``public/home.html``)."""
