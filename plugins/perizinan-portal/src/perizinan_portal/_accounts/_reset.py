"""A new password, from the link of the mail. Every session of the account ends; the second factor stays."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._login import enter
from perizinan_portal._accounts._passwords import hash_password, new_password
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Visit, password
from perizinan_portal._store import Purpose, Token

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class NewPassword:
    """What is asked."""

    password: str = password(
        N_("New password"),
        parse=new_password,
        hint=N_("At least 10 characters; several words are easy to remember"),
        autocomplete="new-password",
    )


def show(visit: Visit, form: Form[NewPassword] | None = None) -> Answer:
    """Ask, without using the link up."""
    account = visit.services.store.accounts.get(_token(visit).account or "")
    values = {
        "form": form or Form(NewPassword),
        "login": account.login if account else "",
        "token": visit.path["token"],
    }
    return Page("accounts/reset.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Keep it, and log in."""
    token, form, store = _token(visit), visit.read(NewPassword), visit.services.store
    if form.value is None:
        return show(visit, form)
    account = store.accounts.get(token.account or "")
    if account is None or not store.tokens.use(token):
        raise PortalError("link-used")
    account = attrs.evolve(account, password=hash_password(form.value.password))
    store.accounts.save(account, now=visit.services.now)
    store.sessions.end_all(account.id)
    answer = enter(visit, account)
    if answer is None:
        raise PortalError("link-used")
    return answer


def _token(visit: Visit) -> Token:
    found = visit.services.store.tokens.find(visit.path["token"], Purpose.RESET, now=visit.services.now)
    if found is None:
        raise PortalError("link-used")
    return found


ROUTES = (PageRoute(path="/lupa/{token}", name="reset", show=show, act=send, rate=Rate(20)),)
