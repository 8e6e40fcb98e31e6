"""Changing the mail address: the new one is confirmed by a link, the old one learns of it."""

from __future__ import annotations

import attrs

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_core.i18n import N_
from perizinan_portal._accounts._passwords import is_right
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, Who, email, password
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._mail import send_mail
from perizinan_portal._store import Purpose, Token

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class NewEmail:
    """What is asked."""

    email: str = email(N_("New e-mail address"))
    password: str = password(N_("Password"))


def show(visit: Visit, form: Form[NewEmail] | None = None) -> Answer:
    """Ask."""
    return Page(
        "accounts/new_email.html", {"form": form or visit.fill(NewEmail)}, status=422 if form else 200
    )


def send(visit: Visit) -> Answer:
    """Send the link to the new address; until it is opened the old one holds."""
    account, form, services = own_account(visit), visit.read(NewEmail), visit.services
    if form.value is None:
        return show(visit, form)
    visit.limit("old-password", account.id, times=10, minutes=15)
    if not is_right(account.password, form.value.password):
        return show(visit, form.refuse("password", N_("This is not the current password")))
    address = form.value.email
    token = services.store.tokens.give(
        Purpose.NEW_EMAIL, now=services.now, account=account.id, payload={"email": address}
    )
    send_mail(
        services,
        kind="account-new-email",
        email=address,
        name=account.name,
        language=visit.language,
        subject=N_("Confirm your new e-mail address"),
        text=N_(
            "With this link your account at {office} uses this address from now on. It is good for 24 hours."
        ),
        link=services.settings.address.rstrip("/") + visit.url("confirm-email", token=token),
    )
    return Page("accounts/sent.html", {"email": address, "again": "new-email"})


def ask(visit: Visit) -> Answer:
    """Show what the link does, without using it up."""
    return Page(
        "accounts/confirm_email.html", {"email": _token(visit).payload["email"], "token": visit.path["token"]}
    )


def confirm(visit: Visit) -> Answer:
    """Put the new address in the place of the old one, and tell the old one."""
    token, store = _token(visit), visit.services.store
    account = store.accounts.get(token.account or "")
    if account is None or not store.tokens.use(token):
        raise PortalError("link-used")
    try:
        changed = attrs.evolve(account, email=str(token.payload["email"]))
        store.accounts.save(changed, now=visit.services.now)
    except AlreadyExistsError as error:
        raise PortalError("address-taken") from error
    if account.email is not None:
        send_mail(
            visit.services,
            kind="account-email-changed",
            email=account.email,
            name=account.name,
            language=visit.language,
            subject=N_("Your e-mail address was changed"),
            text=N_(
                "Your account at {office} uses another address from now on. If it was not you, come to the counter "
                "with your identity card."
            ),
        )
    return Redirect(visit.url("account"), note=N_("The new address is saved."))


def _token(visit: Visit) -> Token:
    found = visit.services.store.tokens.find(visit.path["token"], Purpose.NEW_EMAIL, now=visit.services.now)
    if found is None:
        raise PortalError("link-used")
    return found


ROUTES = (
    PageRoute(path="/akun/surel", name="new-email", show=show, act=send, who=Who.ACCOUNT, rate=Rate(10)),
    PageRoute(path="/surel/{token}", name="confirm-email", show=ask, act=confirm, rate=Rate(20)),
)
