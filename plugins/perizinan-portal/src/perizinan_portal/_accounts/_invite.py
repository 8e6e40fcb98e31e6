"""An officer's first password, from the link that ``perizinan portal invite`` prints."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._login import enter
from perizinan_portal._accounts._passwords import hash_password, new_password
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Services, Visit, password
from perizinan_portal._kit._services import HOST
from perizinan_portal._store import AccountKind, Purpose, Token

__all__ = ["ROUTES", "invitation"]


@attrs.frozen(kw_only=True)
class Invited:
    """What is asked."""

    password: str = password(
        N_("Password"),
        parse=new_password,
        hint=N_("At least 10 characters; several words are easy to remember"),
        autocomplete="new-password",
    )


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


def show(visit: Visit, form: Form[Invited] | None = None) -> Answer:
    """Ask, without using the link up."""
    account = visit.services.store.accounts.get(_token(visit).account or "")
    values = {
        "form": form or Form(Invited),
        "login": account.login if account else "",
        "token": visit.path["token"],
    }
    return Page("accounts/invite.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Keep the password, end every other session of the account, and log in."""
    token, form = _token(visit), visit.read(Invited)
    if form.value is None:
        return show(visit, form)
    store = visit.services.store
    account = store.accounts.get(token.account or "")
    if account is None or not store.tokens.use(token):
        raise PortalError("link-used")
    # An invitation is for a lost password or phone: the second factor is enrolled again.
    account = attrs.evolve(account, password=hash_password(form.value.password), second_factor=None)
    store.accounts.save(account, now=visit.services.now)
    store.codes.drop(account.id)
    store.sessions.end_all(account.id)
    answer = enter(visit, account)
    if answer is None:
        raise PortalError("link-used")
    return answer


def _token(visit: Visit) -> Token:
    found = visit.services.store.tokens.find(visit.path["token"], Purpose.INVITE, now=visit.services.now)
    if found is None:
        raise PortalError("link-used")
    return found


ROUTES = (PageRoute(path="/undangan/{token}", name="invited", show=show, act=send, rate=Rate(20)),)
