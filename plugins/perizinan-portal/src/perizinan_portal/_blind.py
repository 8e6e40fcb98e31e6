"""By what accounts are found: made again when the keys of the office change. Imports nothing of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perizinan_core.hooks import BlindColumn

__all__ = ["BLIND", "IDENTITY", "LOGIN", "plain_identity", "plain_login"]

LOGIN = BlindColumn(
    table="accounts", column="login_index", text=lambda row: plain_login(row["officer"] or _email(row))
)
"""The profile of the row is opened."""

IDENTITY = BlindColumn(
    table="identities",
    column="subject_index",
    text=lambda row: plain_identity(str(row["provider"]), str(row["subject"])),
)

BLIND = (LOGIN, IDENTITY)


def plain_login(login: str | None) -> str | None:
    """Return a login name as it is compared: capitals and spaces around do not matter."""
    return None if login is None else login.strip().casefold()


def plain_identity(provider: str, subject: str) -> str:
    """Return a login elsewhere as it is compared: a provider's names are taken as they are."""
    return f"{provider}\0{subject}"


def _email(row: Mapping[str, Any]) -> str | None:
    email: str | None = row["profile"]["email"]
    return email
