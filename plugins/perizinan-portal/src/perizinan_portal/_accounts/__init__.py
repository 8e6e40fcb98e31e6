"""Accounts: registering, logging in with a second factor, a forgotten password, changing what is on record."""

from perizinan_portal._accounts import (
    _account,
    _closing,
    _forgotten,
    _invite,
    _login,
    _logout,
    _message_pace,
    _new_email,
    _new_password,
    _new_phone,
    _officer_device,
    _own_data,
    _phone_messages,
    _provider,
    _recovery,
    _register,
    _registration,
    _reset,
    _restore,
    _second_factor,
    _second_factor_new,
    _wishes,
)
from perizinan_portal._kit import PageRoute

ROUTES: tuple[PageRoute, ...] = (
    *_login.ROUTES,
    *_second_factor.ROUTES,
    *_second_factor_new.ROUTES,
    *_provider.ROUTES,
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
    *_new_phone.ROUTES,
    *_wishes.ROUTES,
    *_phone_messages.ROUTES,
    *_message_pace.ROUTES,
    *_own_data.ROUTES,
    *_closing.ROUTES,
)

__all__ = ["ROUTES"]
