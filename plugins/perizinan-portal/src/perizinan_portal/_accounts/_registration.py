"""The second step of registering: from the link of the mail. A draft that was begun before stays with the account."""

from __future__ import annotations

import attrs

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_core.i18n import N_
from perizinan_portal._accounts._passwords import hash_password, new_password
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, password, text
from perizinan_portal._store import Account, AccountKind, Purpose, Token

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Registration:
    """What is asked."""

    name: str = text(N_("Your name"), hint=N_("As on your identity card"), autocomplete="name")
    password: str = password(
        N_("Password"),
        parse=new_password,
        hint=N_("At least 10 characters; several words are easy to remember"),
        autocomplete="new-password",
    )


def show(visit: Visit, form: Form[Registration] | None = None) -> Answer:
    """Ask, without using the link up: a mail program may open it by itself."""
    values = {
        "form": form or Form(Registration),
        "email": _token(visit).payload["email"],
        "token": visit.path["token"],
    }
    return Page("accounts/registration.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Make the account and log in."""
    token, form = _token(visit), visit.read(Registration)
    if form.value is None:
        return show(visit, form)
    if not visit.services.store.tokens.use(token):
        raise PortalError("link-used")
    account = _made(visit, token, form.value)
    visit.begin_session(account)
    return Redirect(visit.url("own-cases"), note=N_("Your account is ready."))


def _made(visit: Visit, token: Token, given: Registration) -> Account:
    accounts, now = visit.services.store.accounts, visit.services.now
    guest = accounts.get(str(token.payload["guest"])) if token.payload["guest"] else None
    hashed, address = hash_password(given.password), str(token.payload["email"])
    try:
        if guest is None or guest.kind is not AccountKind.GUEST:
            return accounts.add(AccountKind.PUBLIC, now=now, email=address, name=given.name, password=hashed)
        # The id stays, and with it everything that the guest began.
        kept = attrs.evolve(guest, kind=AccountKind.PUBLIC, email=address, name=given.name, password=hashed)
        accounts.save(kept, now=now)
    except AlreadyExistsError as error:
        raise PortalError("link-used") from error
    visit.services.store.sessions.end_all(kept.id)
    return kept


def _token(visit: Visit) -> Token:
    found = visit.services.store.tokens.find(visit.path["token"], Purpose.REGISTER, now=visit.services.now)
    if found is None:
        raise PortalError("link-used")
    return found


ROUTES = (PageRoute(path="/daftar/{token}", name="registration", show=show, act=send, rate=Rate(20)),)
