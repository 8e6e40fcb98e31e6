"""An officer's first password, from the link that ``perizinan portal invite`` prints."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._by_link import PasswordByLink
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Services, Visit
from perizinan_portal._kit._services import HOST
from perizinan_portal._store import Account, AccountKind, Purpose

__all__ = ["ROUTES", "invitation"]


def invitation(services: Services, officer_id: str) -> str:
    """
    Return the path of a page on which an officer on record chooses a password; earlier ones lead nowhere.

    Raises:
        PortalError: ``no-such-officer``: there is no active officer of that id.
    """
    officer = services.office.reviews.officer(officer_id, actor=HOST)
    if officer is None or not officer.active:
        raise PortalError("no-such-officer", officer=officer_id)
    accounts = services.store.accounts
    account = accounts.of_officer(officer.id) or accounts.add(
        AccountKind.OFFICER, now=services.now, officer=officer.id, name=officer.name
    )
    token = services.store.tokens.give(Purpose.INVITE, now=services.now, account=account.id)
    return services.table["invited"].path.replace("{token}", token)


def _enrolled_again(visit: Visit, account: Account) -> Account:
    """An invitation is for a lost password or phone: the second factor is enrolled again."""
    visit.services.store.codes.drop(account.id)
    return attrs.evolve(account, second_factor=None)


_INVITED = PasswordByLink(
    name="invited",
    path="/undangan/{token}",
    purpose=Purpose.INVITE,
    title=N_("Choose your password"),
    change=_enrolled_again,
)

ROUTES = (_INVITED.route,)
