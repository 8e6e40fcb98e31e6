"""What the settings say about the status list."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from perizinan_core.bootstrap._settings import Settings
from perizinan_core.model._authority import Authority
from perizinan_core.published._status_list import STATUS_LIST_FILE
from perizinan_core.services import StatusListRules

__all__ = ["status_list_rules"]


def status_list_rules(settings: Settings, authority: Authority) -> StatusListRules | None:
    """Return where the status list goes and how long it serves, or None: ``[publication]`` names no folder."""
    told = settings.publication
    if told.folder is None:
        return None
    place = urlsplit(authority.verification_url)
    return StatusListRules(
        uri=told.status_list_url or f"{place.scheme}://{place.netloc}/{STATUS_LIST_FILE}",
        folder=settings.path(told.folder),
        max_age=timedelta(hours=told.max_age_hours),
        refresh=timedelta(minutes=told.refresh_minutes),
    )
