"""Plugins and settings: what is loaded, what is not and why, and how the office is set up, without secrets."""

from __future__ import annotations

from perizinan_core.i18n import N_
from perizinan_portal._admin._words import ADMIN
from perizinan_portal._kit import Answer, Page, PageRoute, Visit, Who

__all__ = ["ROUTES"]

_STATES = {
    "loaded": (N_("loaded"), "good"),
    "disabled": (N_("switched off"), "warn"),
    "failed": (N_("failed"), "bad"),
    "incompatible": (N_("incompatible"), "bad"),
}


def show(visit: Visit) -> Answer:
    """List the plugins, those with a problem first, and the settings."""
    health = visit.office.health
    tables: dict[str, list[object]] = {}
    for one in health.settings(actor=visit.actor):
        tables.setdefault(one.table, []).append(one)
    values = {
        "plugins": health.plugins(actor=visit.actor),
        "states": _STATES,
        "tables": tables,
        "reason": lambda status: (
            visit.say(status.reason) if isinstance(status.reason, str) else str(status.reason)
        ),
    }
    return Page("admin/plugins.html", values)


ROUTES = (PageRoute(path="/admin/plugin", name="admin-plugins", show=show, who=Who.OFFICER, roles=ADMIN),)
