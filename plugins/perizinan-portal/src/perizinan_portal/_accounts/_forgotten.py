"""A forgotten password: a link to the mail address on record. The answer is the same for every address."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Visit, text
from perizinan_portal._mail import send_mail
from perizinan_portal._store import AccountKind, Purpose

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Forgotten:
    """What is asked."""

    login: str = text(
        N_("E-mail address"),
        hint=N_("Officers: your officer's id"),
        autocomplete="username",
        inputmode="email",
    )


def show(visit: Visit, form: Form[Forgotten] | None = None) -> Answer:
    """Ask."""
    return Page(
        "accounts/forgotten.html", {"form": form or visit.fill(Forgotten)}, status=422 if form else 200
    )


def send(visit: Visit) -> Answer:
    """Send the link where there is an account with an address."""
    form = visit.read(Forgotten)
    if form.value is None:
        return show(visit, form)
    visit.limit("forgotten", form.value.login.casefold(), times=5, minutes=60)
    services = visit.services
    account = services.store.accounts.by_login(form.value.login)
    has_login = account is not None and (account.password is not None or account.kind is AccountKind.PUBLIC)
    if account is not None and has_login and account.email is not None:
        token = services.store.tokens.give(Purpose.RESET, now=services.now, account=account.id)
        send_mail(
            services,
            kind="account-reset",
            email=account.email,
            name=account.name,
            language=visit.language,
            subject=N_("Choose a new password"),
            text=N_(
                "With this link you choose a new password for your account at {office}. It is good for one hour."
            ),
            link=services.settings.address.rstrip("/") + visit.url("reset", token=token),
        )
    return Page("accounts/forgotten_sent.html")


ROUTES = (PageRoute(path="/lupa", name="forgotten", show=show, act=send, rate=Rate(10)),)
