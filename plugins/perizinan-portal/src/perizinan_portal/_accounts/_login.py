"""Logging in: applicants with their mail address, officers with their id."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._passwords import hash_password, is_right, needs_hash
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, password, text
from perizinan_portal._kit._services import HOST
from perizinan_portal._store import Account, AccountKind, Level

__all__ = ["ROUTES", "enter", "next_place"]


@attrs.frozen(kw_only=True)
class Login:
    """What is asked."""

    login: str = text(
        N_("E-mail address"),
        hint=N_("Officers: your officer's id"),
        autocomplete="username",
        inputmode="email",
    )
    password: str = password(N_("Password"))


def show(visit: Visit, form: Form[Login] | None = None) -> Answer:
    """Ask."""
    if visit.is_registered and form is None:
        return Redirect(next_place(visit))
    values = {
        "form": form or Form(Login),
        "after": visit.posted.one("ke") or visit.query("ke"),
        "kept": visit.posted.one("isian") or visit.query("isian"),
    }
    return Page("accounts/login.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Compare, and begin a session with a new token."""
    form = visit.read(Login)
    if form.value is None:
        return show(visit, form)
    # Wrong passwords are counted for the account too: many clients do not make many tries.
    visit.limit("login-name", form.value.login.casefold(), times=10, minutes=15)
    account = visit.services.store.accounts.by_login(form.value.login)
    if not is_right(account.password if account else None, form.value.password) or account is None:
        return show(visit, form.refuse("password", N_("The e-mail address or the password is not right")))
    if account.password and needs_hash(account.password):
        account = attrs.evolve(account, password=hash_password(form.value.password))
        visit.services.store.accounts.save(account, now=visit.services.now)
    return enter(visit, account) or show(
        visit, form.refuse("login", N_("This officer is not active; ask the administrator"))
    )


def enter(visit: Visit, account: Account) -> Answer | None:
    """Begin the session of an account that has proven itself, and go where it was going; None: it may not."""
    officer = None
    if account.kind is AccountKind.OFFICER:
        officer = visit.office.reviews.officer(account.officer or "", actor=HOST)
        if officer is None or not officer.active:
            return None
    visit.begin_session(account, Level.FULL, officer)
    return Redirect(next_place(visit))


def next_place(visit: Visit) -> str:
    """Return where to go after the login: where someone was going, or what they mostly need."""
    wanted = visit.posted.one("ke") or visit.query("ke")
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")):
        kept = visit.posted.one("isian") or visit.query("isian")
        if not kept:
            return wanted
        return f"{wanted}{'&' if '?' in wanted else '?'}isian={kept}"
    return visit.url("queue" if visit.officer is not None else "own-cases")


ROUTES = (PageRoute(path="/masuk", name="login", show=show, act=send, rate=Rate(20)),)
