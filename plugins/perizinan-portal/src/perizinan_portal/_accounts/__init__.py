"""Accounts: registering, logging in with a second factor, a forgotten password, changing what is on record."""

from perizinan_portal._accounts import (
    _account,
    _forgotten,
    _invite,
    _login,
    _logout,
    _new_email,
    _new_password,
    _officer_device,
    _recovery,
    _register,
    _registration,
    _reset,
    _restore,
    _second_factor,
    _second_factor_new,
)
from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *_login.ROUTES,
    *_second_factor.ROUTES,
    *_second_factor_new.ROUTES,
    *_recovery.ROUTES,
    *_restore.ROUTES,
    *_officer_device.ROUTES,
    *_logout.ROUTES,
    *_register.ROUTES,
    *_registration.ROUTES,
    *_forgotten.ROUTES,
    *_reset.ROUTES,
    *_invite.ROUTES,
    *_account.ROUTES,
    *_new_password.ROUTES,
    *_new_email.ROUTES,
)

__all__ = ["ROUTES"]
