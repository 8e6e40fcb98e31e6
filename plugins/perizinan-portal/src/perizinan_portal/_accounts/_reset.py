"""A new password, from the link of the mail. Every session of the account ends; the second factor stays."""

from __future__ import annotations

from perizinan_core.i18n import N_
from perizinan_portal._accounts._by_link import PasswordByLink
from perizinan_portal._store import Purpose

__all__ = ["ROUTES"]

_RESET = PasswordByLink(
    name="reset", path="/lupa/{token}", purpose=Purpose.RESET, title=N_("Choose a new password")
)

ROUTES = (_RESET.route,)
