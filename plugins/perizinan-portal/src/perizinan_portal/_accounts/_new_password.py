"""Changing the password; the old one is asked for, and every other session ends."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._passwords import hash_password, is_right, new_password
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, Who, password
from perizinan_portal._kit._accounts import own_account

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Change:
    """What is asked."""

    old: str = password(N_("Current password"))
    password: str = password(
        N_("New password"),
        parse=new_password,
        hint=N_("At least 10 characters; several words are easy to remember"),
        autocomplete="new-password",
    )


def show(visit: Visit, form: Form[Change] | None = None) -> Answer:
    """Ask."""
    return Page(
        "accounts/new_password.html", {"form": form or visit.fill(Change)}, status=422 if form else 200
    )


def send(visit: Visit) -> Answer:
    """Keep it."""
    account, form, store = own_account(visit), visit.read(Change), visit.services.store
    if form.value is None:
        return show(visit, form)
    visit.limit("old-password", account.id, times=10, minutes=15)
    if not is_right(account.password, form.value.old):
        return show(visit, form.refuse("old", N_("This is not the current password")))
    store.accounts.save(
        attrs.evolve(account, password=hash_password(form.value.password)), now=visit.services.now
    )
    store.sessions.end_all(account.id, but=None if visit.session is None else visit.session.digest)
    visit.begin_session(account, officer=visit.officer)
    return Redirect(visit.url("account"), note=N_("The new password is saved."))


ROUTES = (
    PageRoute(
        path="/akun/kata-sandi", name="new-password", show=show, act=send, who=Who.ACCOUNT, rate=Rate(10)
    ),
)
