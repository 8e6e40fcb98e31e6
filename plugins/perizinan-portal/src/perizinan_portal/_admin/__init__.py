"""The administrator's side: what needs someone, staff, catalogue, plugins, deliveries, announcements, what was done."""

from perizinan_portal._admin import (
    _audit,
    _banners,
    _calendar,
    _catalogue,
    _confirmations,
    _delegations,
    _officers,
    _outgoing,
    _plugins,
    _start,
)
from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *_start.ROUTES,
    *_officers.ROUTES,
    *_delegations.ROUTES,
    *_confirmations.ROUTES,
    *_calendar.ROUTES,
    *_catalogue.ROUTES,
    *_plugins.ROUTES,
    *_outgoing.ROUTES,
    *_banners.ROUTES,
    *_audit.ROUTES,
)

__all__ = ["ROUTES"]
