"""The head's side: what waits for approval and signature."""

from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = ()

__all__ = ["ROUTES"]
