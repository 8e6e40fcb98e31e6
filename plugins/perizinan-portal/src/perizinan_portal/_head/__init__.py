"""The head's side: what waits for approval and signature, and where it sticks."""

from perizinan_portal._head import _letter, _oversight, _progress, _signing
from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *_signing.ROUTES,
    *_oversight.ROUTES,
    *_progress.ROUTES,
    *_letter.ROUTES,
)

__all__ = ["ROUTES"]
