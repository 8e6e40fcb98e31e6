"""The portal in ``perizinan demo``: an account for everyone, with one password and without a second factor."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core import Office
from perizinan_core.hooks import PluginContext
from perizinan_portal._accounts._passwords import hash_password
from perizinan_portal._app import portal_services
from perizinan_portal._kit._services import HOST
from perizinan_portal._settings import PortalSettings
from perizinan_portal._store import AccountKind

__all__ = ["accounts"]


def accounts(
    *, office: Office, context: PluginContext[PortalSettings], password: str, applicants: Mapping[str, str]
) -> Mapping[str, str]:
    """Make the accounts; return the ids of those who apply."""
    services = portal_services(office, context.settings, discover=False)
    add, now = services.store.accounts.add, services.now
    # They share one password; it is printed on the screen.
    kept = hash_password(password)
    for officer in office.reviews.officers(actor=HOST):
        add(AccountKind.OFFICER, now=now, officer=officer.id, name=officer.name, password=kept)
    return {
        email: add(AccountKind.PUBLIC, now=now, email=email, name=name, password=kept).id
        for email, name in applicants.items()
    }
