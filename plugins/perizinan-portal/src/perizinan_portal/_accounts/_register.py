"""The first step of registering: a mail address, to which a link goes. The answer is the same for every address."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Visit, email
from perizinan_portal._mail import send_mail
from perizinan_portal._store import AccountKind, Purpose

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Register:
    """What is asked."""

    email: str = email(
        N_("E-mail address"), hint=N_("We send a link to it. News of your applications go there too.")
    )


def show(visit: Visit, form: Form[Register] | None = None) -> Answer:
    """Ask."""
    return Page("accounts/register.html", {"form": form or visit.fill(Register)}, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Send the link, or tell the owner of the address that there is an account."""
    form = visit.read(Register)
    if form.value is None:
        return show(visit, form)
    address = form.value.email
    visit.limit("register-address", address.casefold(), times=5, minutes=60)
    services, store = visit.services, visit.services.store
    if store.accounts.by_login(address) is None:
        guest = visit.account.id if visit.account and visit.account.kind is AccountKind.GUEST else None
        token = store.tokens.give(
            Purpose.REGISTER, now=services.now, payload={"email": address, "guest": guest}
        )
        send_mail(
            services,
            kind="account-register",
            email=address,
            name="",
            language=visit.language,
            subject=N_("Confirm your e-mail address"),
            text=N_("With this link you make your account at {office}. It is good for 24 hours."),
            link=services.settings.address.rstrip("/") + visit.url("registration", token=token),
        )
    else:
        send_mail(
            services,
            kind="account-known",
            email=address,
            name="",
            language=visit.language,
            subject=N_("You have an account already"),
            text=N_(
                "Someone asked for an account at {office} with this address, and there is one already. Log in with it; "
                "if you have forgotten the password, ask for a new one on the page for logging in."
            ),
        )
    return Page("accounts/sent.html", {"email": address, "again": "register"})


ROUTES = (PageRoute(path="/daftar", name="register", show=show, act=send, rate=Rate(10)),)
