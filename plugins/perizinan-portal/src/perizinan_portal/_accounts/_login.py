"""Logging in: applicants with their mail address, officers with their id."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Role
from perizinan_portal._accounts._passwords import hash_password, is_right, needs_hash
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, password, text
from perizinan_portal._kit._services import HOST
from perizinan_portal._store import Account, AccountKind, Level

__all__ = ["ROUTES", "enter", "going", "let_in"]


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
    if visit.pending is not None and form is None:
        return Redirect(visit.url("second-factor", query=going(visit)))
    values = {
        "form": form or Form(Login),
        "going": going(visit),
        "providers": tuple(visit.services.extensions.providers.values()),
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
    """Continue with an account whose password was right: to its second factor, or in; None: it may not."""
    officer = None
    if account.kind is AccountKind.OFFICER:
        officer = visit.office.reviews.officer(account.officer or "", actor=HOST)
        if officer is None or not officer.active:
            return None
    if account.second_factor is not None:
        visit.begin_session(account, Level.PASSWORD, officer)
        return Redirect(visit.url("second-factor", query=going(visit)))
    if officer is not None and visit.services.settings.second_factor:
        visit.begin_session(account, Level.PASSWORD, officer)
        return Redirect(visit.url("second-factor-new", query=going(visit)))
    return let_in(visit, account)


def let_in(visit: Visit, account: Account) -> Answer:
    """Begin the session of an account that has proven everything, and go where it was going."""
    officer = None
    if account.officer is not None:
        officer = visit.office.reviews.officer(account.officer, actor=HOST)
    visit.begin_session(account, Level.FULL, officer)
    note = N_("What you began before logging in is now among your applications.") if visit.claimed else None
    return Redirect(next_place(visit), note=note)


def going(visit: Visit) -> dict[str, str]:
    """Return where someone was going, and the token of what was typed, for the query of the next page."""
    found = {name: visit.posted.one(name) or visit.query(name) for name in ("ke", "isian")}
    return {name: value for name, value in found.items() if value}


def next_place(visit: Visit) -> str:
    """Return where to go after the login: where someone was going, or what they mostly need."""
    wanted = going(visit).get("ke", "")
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")):
        kept = going(visit).get("isian")
        return wanted if not kept else f"{wanted}{'&' if '?' in wanted else '?'}isian={kept}"
    if visit.officer is not None:
        is_admin = visit.officer.roles == {Role.ADMINISTRATOR}
        return visit.url("admin" if is_admin else "queue")
    return visit.url("own-cases")


ROUTES = (PageRoute(path="/masuk", name="login", show=show, act=send, rate=Rate(20)),)
