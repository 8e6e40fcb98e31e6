"""What everyone may see, without an account."""

from perizinan_portal._kit import PageRoute
from perizinan_portal._public import _catalogue, _home, _permit_type

ROUTES: tuple[PageRoute, ...] = (*_home.ROUTES, *_catalogue.ROUTES, *_permit_type.ROUTES)

__all__ = ["ROUTES"]
