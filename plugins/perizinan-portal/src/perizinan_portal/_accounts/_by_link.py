"""A password that is chosen from a link: the frame of the invitation of officers and of the forgotten password."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._login import enter
from perizinan_portal._accounts._passwords import hash_password, new_password
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Visit, password
from perizinan_portal._store import Account, Purpose, Token

__all__ = ["PasswordByLink"]


@attrs.frozen(kw_only=True)
class Chosen:
    """What is asked."""

    password: str = password(
        N_("Password"),
        parse=new_password,
        hint=N_("At least 10 characters; several words are easy to remember"),
        autocomplete="new-password",
    )


@attrs.frozen(kw_only=True)
class PasswordByLink:
    """One kind of link: what it is for, and what changes besides the password."""

    name: str
    """Of its page."""

    path: str
    purpose: Purpose
    title: str
    """English msgid."""

    change: Callable[[Visit, Account], Account] = lambda _visit, account: account
    """What is done to the account besides; called once the link is used up."""

    def show(self, visit: Visit, form: Form[Chosen] | None = None) -> Answer:
        """Ask, without using the link up: a mail program may open it by itself."""
        account = visit.services.store.accounts.get(self._token(visit).account or "")
        values = {
            "form": form or Form(Chosen),
            "login": account.login if account else "",
            "title": self.title,
            "action": visit.url(self.name, token=visit.path["token"]),
        }
        return Page("accounts/password_by_link.html", values, status=422 if form else 200)

    def send(self, visit: Visit) -> Answer:
        """Keep the password, end every session of the account, and log in."""
        token, form, store = self._token(visit), visit.read(Chosen), visit.services.store
        if form.value is None:
            return self.show(visit, form)
        account = store.accounts.get(token.account or "")
        if account is None or not store.tokens.use(token):
            raise PortalError("link-used")
        account = self.change(visit, attrs.evolve(account, password=hash_password(form.value.password)))
        store.accounts.save(account, now=visit.services.now)
        store.sessions.end_all(account.id)
        answer = enter(visit, account)
        if answer is None:
            raise PortalError("link-used")
        return answer

    def _token(self, visit: Visit) -> Token:
        found = visit.services.store.tokens.find(visit.path["token"], self.purpose, now=visit.services.now)
        if found is None:
            raise PortalError("link-used")
        return found

    @property
    def route(self) -> PageRoute:
        """Its entry in the table of addresses."""
        return PageRoute(path=self.path, name=self.name, show=self.show, act=self.send, rate=Rate(20))
