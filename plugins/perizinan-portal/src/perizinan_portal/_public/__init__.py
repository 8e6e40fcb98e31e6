"""What everyone may see, without an account."""

from perizinan_portal._kit import PageRoute
from perizinan_portal._public import (
    _catalogue,
    _complaint,
    _figures,
    _guide,
    _home,
    _payment_call,
    _permit_type,
    _phone_stop,
    _survey,
    _tracking,
)

ROUTES: tuple[PageRoute, ...] = (
    *_home.ROUTES,
    *_catalogue.ROUTES,
    *_permit_type.ROUTES,
    *_guide.ROUTES,
    *_tracking.ROUTES,
    *_phone_stop.ROUTES,
    *_figures.ROUTES,
    *_survey.ROUTES,
    *_complaint.ROUTES,
    *_payment_call.ROUTES,
)

__all__ = ["ROUTES"]
