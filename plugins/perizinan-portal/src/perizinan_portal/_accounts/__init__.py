"""Accounts: registering by a confirmed mail address, logging in and out, officers' first password."""

from perizinan_portal._accounts import _invite, _login, _logout, _register, _registration
from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *_login.ROUTES,
    *_logout.ROUTES,
    *_register.ROUTES,
    *_registration.ROUTES,
    *_invite.ROUTES,
)

__all__ = ["ROUTES"]
