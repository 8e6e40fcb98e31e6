"""The head's side: what waits for the signature, and where it sticks."""

from perizinan_portal._head import _signing
from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = _signing.ROUTES

__all__ = ["ROUTES"]
