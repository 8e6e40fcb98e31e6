"""Codes of an authenticator app (TOTP, RFC 6238): six digits, good for half a minute and once."""

from __future__ import annotations

import pyotp
import segno
from markupsafe import Markup

from perizinan_core.i18n import N_
from perizinan_portal._kit import Fault, Visit, text
from perizinan_portal._store import Account

__all__ = ["code_field", "digits", "new_secret", "picture", "setup_address", "use_code"]

_STEP = 30


def new_secret() -> str:
    """Return a secret for an app."""
    return pyotp.random_base32()


def code_field() -> str:
    """Ask for the code."""
    found: str = text(
        N_("Code from the app"),
        parse=digits,
        hint=N_("6 digits"),
        autocomplete="one-time-code",
        inputmode="numeric",
    )
    return found


def use_code(visit: Visit, account: Account, secret: str, code: str) -> bool:
    """Return whether a code is right now, or was half a minute ago; it is used up then."""
    visit.limit("code", account.id, times=6, minutes=15)
    step = visit.services.now // _STEP
    for tried in (step, step - 1, step + 1):
        if pyotp.TOTP(secret).generate_otp(tried) == code:
            return visit.services.store.accounts.use_code(account.id, tried)
    return False


def setup_address(visit: Visit, account: Account, secret: str) -> str:
    """Return what the app is set up with."""
    issuer = visit.office.authority.name.to(visit.language)
    return pyotp.TOTP(secret).provisioning_uri(name=account.login or account.id, issuer_name=issuer)


def picture(address: str) -> Markup:
    """Return the address as a QR code, in the page itself: no other host learns the secret."""
    drawn = segno.make_qr(address).svg_inline(scale=5, border=3, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - made of modules alone


def digits(typed: str) -> str:
    """Return a code of six digits as typed; raises `Fault`."""
    found = typed.replace(" ", "")
    if len(found) != 6 or not found.isdecimal() or not found.isascii():
        raise Fault(N_("The code has 6 digits"))
    return found
