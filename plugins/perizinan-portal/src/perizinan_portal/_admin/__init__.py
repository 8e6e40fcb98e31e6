"""The administrator's side: staff, catalogue, plugins, outbox."""

from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = ()

__all__ = ["ROUTES"]
