"""The account of the one who is logged in."""

from __future__ import annotations

from perizinan_portal._errors import PortalError
from perizinan_portal._kit._visit import Visit
from perizinan_portal._store import Account

__all__ = ["own_account"]


def own_account(visit: Visit) -> Account:
    """
    Return it.

    Raises:
        PortalError: ``page-not-found``: no one is logged in.
    """
    if visit.account is None:
        raise PortalError("page-not-found")
    return visit.account
