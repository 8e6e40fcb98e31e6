"""
Restoring an account at the counter: mail lost, phone lost, or the app of the second factor.

The clerk checks who is present and writes down the new address; the person confirms it with the link that goes there,
and chooses the password. The old address learns of it at once and can stop it. No officer ever sets a password.
"""

from __future__ import annotations

import attrs

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_core.i18n import N_
from perizinan_core.model import AccountKind as OwnerKind
from perizinan_core.model import IdentityCheck, IdentityDocument, Role
from perizinan_portal._accounts._login import enter
from perizinan_portal._accounts._passwords import hash_password, new_password
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import (
    Answer,
    Choice,
    Form,
    Page,
    PageRoute,
    Rate,
    Visit,
    Who,
    choice,
    email,
    lines,
    password,
    text,
)
from perizinan_portal._mail import send_mail
from perizinan_portal._officer._counter_forms import DOCUMENTS
from perizinan_portal._store import Account, AccountKind, Purpose, Token

__all__ = ["ROUTES"]

_CLERKS = frozenset({Role.FRONT_OFFICE})
_LOST = (
    Choice("email", N_("the e-mail address")),
    Choice("device", N_("the phone or the app with the code")),
    Choice("both", N_("both")),
)


@attrs.frozen(kw_only=True)
class Restore:
    """What is asked of the clerk."""

    login: str = text(
        N_("The old e-mail address, or a receipt number"),
        hint=N_("As the person says it"),
        autocomplete="off",
    )
    document: IdentityDocument = choice(N_("Which document did you see?"), DOCUMENTS, parse=IdentityDocument)
    lost: str = choice(N_("What was lost?"), _LOST)
    reason: str = lines(
        N_("What happened, and how you made sure"),
        hint=N_("The person reads it in the account. Do not write the number of the document."),
    )
    email: str = email(N_("E-mail address to be used from now on"), autocomplete="off")


@attrs.frozen(kw_only=True)
class NewLogin:
    """What is asked of the person."""

    password: str = password(
        N_("New password"),
        parse=new_password,
        hint=N_("At least 10 characters; several words are easy to remember"),
        autocomplete="new-password",
    )


def show(visit: Visit, form: Form[Restore] | None = None) -> Answer:
    """Ask the clerk."""
    values = {"form": form or visit.fill(Restore), "fields": list(attrs.fields_dict(Restore))}
    return Page("accounts/restore.html", values, status=422 if form else 200)


def begin(visit: Visit) -> Answer:
    """Put it on record, end every session, tell the old address, and send the link to the new one."""
    form = visit.read(Restore)
    if form.value is None:
        return show(visit, form)
    given, services = form.value, visit.services
    visit.limit("restore-clerk", visit.actor.id, times=10, minutes=60)
    account = _found(visit, given.login)
    if account is None:
        return show(visit, form.refuse("login", N_("There is no account of this address or receipt number")))
    visit.limit("restore-account", account.id, times=3, minutes=24 * 60)
    other = services.store.accounts.by_login(given.email)
    if other is not None and other.id != account.id:
        return show(visit, form.refuse("email", N_("This address belongs to another account")))
    check = IdentityCheck(document=given.document)
    visit.office.counter.restore_account(account.id, check=check, actor=visit.actor)
    # From here on no one is in the account by an old session; the old password waits for the new one.
    services.store.sessions.end_all(account.id)
    restoration = services.store.restorations.add(
        account.id,
        officer=visit.actor.id,
        document=given.document.value,
        reason=given.reason,
        now=services.now,
    )
    payload = {"email": given.email, "lost": given.lost, "restoration": restoration}
    token = services.store.tokens.give(Purpose.RESTORE, now=services.now, account=account.id, payload=payload)
    _tell_old(visit, account, restoration)
    send_mail(
        services,
        kind="account-restore",
        email=given.email,
        name=account.name,
        language=visit.language,
        subject=N_("Get back into your account"),
        text=N_(
            "You asked at the counter of {office} to get back into your account. With this link you choose a new "
            "password, and the account uses this address. It is good for 24 hours."
        ),
        link=services.settings.address.rstrip("/") + visit.url("restored", token=token),
    )
    return Page("accounts/restore_sent.html", {"email": given.email})


def _found(visit: Visit, typed: str) -> Account | None:
    """Return the public account of an address, or of a case that this clerk may see."""
    store = visit.services.store
    account = store.accounts.by_login(typed)
    if account is None:
        cases = visit.office.permits.search(typed, actor=visit.actor, limit=2).applications
        exact = [case for case in cases if case.receipt_number == typed.strip()]
        if exact and exact[0].owner.kind is OwnerKind.PUBLIC:
            account = store.accounts.get(exact[0].owner.id)
    return account if account is not None and account.kind is AccountKind.PUBLIC else None


def _tell_old(visit: Visit, account: Account, restoration: str) -> None:
    if account.email is None:
        return
    services = visit.services
    stop = services.store.tokens.give(
        Purpose.RESTORE_STOP,
        now=services.now,
        account=account.id,
        payload={"restoration": restoration},
    )
    send_mail(
        services,
        kind="account-restore-begun",
        email=account.email,
        name=account.name,
        language=visit.language,
        subject=N_("Your account is being restored at the counter"),
        text=N_(
            "Someone came to the counter of {office} with an identity document to get back into this account. If it "
            "was you, there is nothing to do. If it was not you, stop it with this link, and come to the counter "
            "yourself:"
        ),
        link=services.settings.address.rstrip("/") + visit.url("restore-stop", token=stop),
    )


def ask(visit: Visit, form: Form[NewLogin] | None = None) -> Answer:
    """Ask the person for a new password, without using the link up."""
    token = _token(visit, Purpose.RESTORE)
    values = {
        "form": form or Form(NewLogin),
        "email": token.payload["email"],
        "token": visit.path["token"],
    }
    return Page("accounts/restored.html", values, status=422 if form else 200)


def confirm(visit: Visit) -> Answer:
    """Keep the new address and password, end every session, and log in."""
    token, form, store = _token(visit, Purpose.RESTORE), visit.read(NewLogin), visit.services.store
    if form.value is None:
        return ask(visit, form)
    account = store.accounts.get(token.account or "")
    restoration = store.restorations.get(str(token.payload["restoration"]))
    if account is None or restoration is None or restoration.is_over or not store.tokens.use(token):
        raise PortalError("link-used")
    changed = attrs.evolve(
        account,
        email=str(token.payload["email"]),
        password=hash_password(form.value.password),
        second_factor=account.second_factor if token.payload["lost"] == "email" else None,
    )
    try:
        store.accounts.save(changed, now=visit.services.now)
    except AlreadyExistsError as error:
        raise PortalError("address-taken") from error
    store.restorations.finish(restoration.id, now=visit.services.now)
    # A login elsewhere may be in the hands of who took the phone: its owner connects it again.
    store.identities.unlink(account.id)
    store.sessions.end_all(account.id)
    if changed.second_factor is None:
        store.codes.drop(account.id)
    answer = enter(visit, changed)
    if answer is None:
        raise PortalError("link-used")
    return answer


def ask_stop(visit: Visit) -> Answer:
    """Show what the link does, without using it up."""
    _token(visit, Purpose.RESTORE_STOP)
    return Page("accounts/restore_stop.html", {"token": visit.path["token"]})


def stop(visit: Visit) -> Answer:
    """Stop it: the link to the new address is worth nothing, and the old login holds."""
    token, store = _token(visit, Purpose.RESTORE_STOP), visit.services.store
    if not store.tokens.use(token):
        raise PortalError("link-used")
    store.restorations.stop(str(token.payload["restoration"]), now=visit.services.now)
    return Page("accounts/restore_stopped.html")


def _token(visit: Visit, purpose: Purpose) -> Token:
    found = visit.services.store.tokens.find(visit.path["token"], purpose, now=visit.services.now)
    if found is None:
        raise PortalError("link-used")
    return found


ROUTES = (
    PageRoute(
        path="/petugas/loket/akun",
        name="restore-account",
        show=show,
        act=begin,
        who=Who.OFFICER,
        roles=_CLERKS,
        rate=Rate(10),
    ),
    PageRoute(path="/pulihkan/{token}", name="restored", show=ask, act=confirm, rate=Rate(20)),
    PageRoute(path="/pulihkan/{token}/hentikan", name="restore-stop", show=ask_stop, act=stop, rate=Rate(20)),
)
