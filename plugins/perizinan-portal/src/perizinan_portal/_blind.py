"""By what accounts are found: made again when the keys of the office change. Imports nothing of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perizinan_core.hooks import BlindColumn

__all__ = ["BLIND", "LOGIN", "plain_login"]

LOGIN = BlindColumn(
    table="accounts", column="login_index", text=lambda row: plain_login(row["officer"] or _email(row))
)
"""The profile of the row is opened."""

BLIND = (LOGIN,)


def plain_login(login: str | None) -> str | None:
    """Return a login name as it is compared: capitals and spaces around do not matter."""
    return None if login is None else login.strip().casefold()


def _email(row: Mapping[str, Any]) -> str | None:
    email: str | None = row["profile"]["email"]
    return email
