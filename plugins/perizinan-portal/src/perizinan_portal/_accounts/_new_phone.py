"""Changing the phone number: the new one is confirmed by a code, where the office has a channel that reaches phones."""

from __future__ import annotations

import secrets
from uuid import uuid4

import attrs

from perizinan_core import PerizinanError
from perizinan_core.hooks import Notification, SendOutcome
from perizinan_core.i18n import N_
from perizinan_core.model import PhoneNumber
from perizinan_portal._accounts._codes import digits
from perizinan_portal._accounts._passwords import is_right
from perizinan_portal._kit import (
    Answer,
    Form,
    Page,
    PageRoute,
    Rate,
    Redirect,
    Visit,
    Who,
    password,
    phone,
    text,
)
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._kit._services import HOST
from perizinan_portal._store import Purpose

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class NewPhone:
    """What is asked."""

    phone: PhoneNumber = phone(N_("New phone number"), hint=N_("For example 0812 3456 7890"))
    password: str = password(N_("Password"))


@attrs.frozen(kw_only=True)
class PhoneCode:
    """The code of the message."""

    code: str = text(
        N_("Code from the message"),
        parse=digits,
        hint=N_("6 digits"),
        autocomplete="one-time-code",
        inputmode="numeric",
    )


def show(visit: Visit, form: Form[NewPhone] | None = None) -> Answer:
    """Ask; where no channel reaches phones, say so and ask nothing."""
    values = {
        "form": form or visit.fill(NewPhone),
        "own": own_account(visit),
        "reachable": bool(visit.office.messages.phone_channels),
    }
    return Page("accounts/new_phone.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Send a code to the new number; until it is typed the old one holds."""
    account, form = own_account(visit), visit.read(NewPhone)
    if form.value is None or not visit.office.messages.phone_channels:
        return show(visit, form)
    visit.limit("old-password", account.id, times=10, minutes=15)
    if not is_right(account.password, form.value.password):
        return show(visit, form.refuse("password", N_("This is not the current password")))
    visit.limit("phone-messages", account.id, times=5, minutes=60)
    code = f"{secrets.randbelow(10**6):06d}"
    if not _sent(visit, str(form.value.phone), code):
        return show(
            visit, form.refuse("phone", N_("No message could be sent to this number; try again later"))
        )
    token = visit.services.store.tokens.give(
        Purpose.NEW_PHONE,
        now=visit.services.now,
        account=account.id,
        payload={"phone": str(form.value.phone), "code": code},
    )
    return _ask(token, str(form.value.phone))


def confirm(visit: Visit) -> Answer:
    """Compare the code, and keep the number."""
    account, form, store = own_account(visit), visit.read(PhoneCode), visit.services.store
    token = store.tokens.find(visit.posted.one("rahasia"), Purpose.NEW_PHONE, now=visit.services.now)
    if token is None or token.account != account.id:
        return Redirect(visit.url("new-phone"), note=N_("The code is too old. Ask for another one."))
    number = str(token.payload["phone"])
    if form.value is None:
        return _ask(visit.posted.one("rahasia"), number, form)
    visit.limit("phone-code", account.id, times=6, minutes=15)
    if not secrets.compare_digest(form.value.code, str(token.payload["code"])):
        return _ask(visit.posted.one("rahasia"), number, form.refuse("code", N_("This code is not right")))
    store.tokens.use(token)
    store.accounts.save(attrs.evolve(account, phone=number), now=visit.services.now)
    return Redirect(visit.url("account"), note=N_("The phone number is saved."))


def _ask(token: str, number: str, form: Form[PhoneCode] | None = None) -> Answer:
    values = {"form": form or Form(PhoneCode), "token": token, "number": number}
    return Page("accounts/phone_code.html", values, status=422 if form else 200)


def _sent(visit: Visit, number: str, code: str) -> bool:
    """Send the code; return whether a channel that reaches phones took it."""
    office = visit.office
    name = office.authority.name.to(visit.language)
    message = Notification(
        id=uuid4().hex,
        kind="account-new-phone",
        recipient_name=own_account(visit).name or number,
        email=None,
        phone=number,
        language=visit.language,
        subject=visit.say(N_("Code for your phone number")),
        body=visit.say(
            N_("{code} is the code for your account at {office}, good for 15 minutes. Give it to no one."),
            code=code,
            office=name,
        ),
        created_at=office.now(),
        idempotency_key=uuid4().hex,
    )
    try:
        outcomes = office.messages.send(message, actor=HOST)
    except PerizinanError:
        return False
    return any(outcomes.get(one) is SendOutcome.ACCEPTED for one in office.messages.phone_channels)


ROUTES = (
    PageRoute(path="/akun/telepon", name="new-phone", show=show, act=send, who=Who.ACCOUNT, rate=Rate(10)),
    PageRoute(path="/akun/telepon/kode", name="phone-code", act=confirm, who=Who.ACCOUNT, rate=Rate(10)),
)
