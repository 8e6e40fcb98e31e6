"""The own account: what is on record, and the ways to change it."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import PhoneNumber
from perizinan_portal._kit import Answer, Form, Menu, Page, PageRoute, Redirect, Visit, Who, phone, text
from perizinan_portal._kit._accounts import own_account

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Details:
    """What can be changed at once."""

    name: str = text(N_("Your name"), autocomplete="name")
    phone: PhoneNumber | None = phone(
        N_("Phone number"), required=False, hint=N_("For example 0812 3456 7890")
    )


def show(visit: Visit, form: Form[Details] | None = None) -> Answer:
    """Show it."""
    account = own_account(visit)
    values = {
        "own": account,
        "form": form or visit.fill(Details, name=account.name, phone=account.phone),
        "must_have_code": visit.officer is not None and visit.services.settings.second_factor,
    }
    return Page("accounts/account.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Keep name and phone number."""
    form = visit.read(Details)
    if form.value is None:
        return show(visit, form)
    number = None if form.value.phone is None else str(form.value.phone)
    account = attrs.evolve(own_account(visit), name=form.value.name, phone=number)
    visit.services.store.accounts.save(account, now=visit.services.now)
    return Redirect(visit.url("account"), note=N_("Your details are kept."))


def end_others(visit: Visit) -> Answer:
    """End every other session: after a lost phone, or on a borrowed computer."""
    digest = None if visit.session is None else visit.session.digest
    visit.services.store.sessions.end_all(own_account(visit).id, but=digest)
    return Redirect(visit.url("account"), note=N_("You are logged out everywhere else."))


ROUTES = (
    PageRoute(
        path="/akun", name="account", show=show, act=send, who=Who.ACCOUNT, menu=Menu(N_("My account"), 90)
    ),
    PageRoute(path="/akun/keluar-lain", name="end-others", act=end_others, who=Who.ACCOUNT),
)
