"""Logging out."""

from __future__ import annotations

from perizinan_portal._kit import Answer, Page, PageRoute, Visit

__all__ = ["ROUTES"]


def send(visit: Visit) -> Answer:
    """End the session."""
    visit.end_session()
    return Page("accounts/logout.html")


ROUTES = (PageRoute(path="/keluar", name="logout", act=send),)
