"""Setting up an authenticator app: for officers at their first login, for others from the page of the account."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._codes import code_field, new_secret, picture, setup_address, use_code
from perizinan_portal._accounts._login import going, let_in
from perizinan_portal._accounts._recovery import codes_page
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, Who
from perizinan_portal._store import Account, Purpose

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class FirstCode:
    """What is asked."""

    code: str = code_field()


def show(visit: Visit, form: Form[FirstCode] | None = None) -> Answer:
    """Show the secret and ask for the first code; the same secret again after a wrong one."""
    account, tokens = _account(visit), visit.services.store.tokens
    token = visit.posted.one("rahasia")
    known = tokens.find(token, Purpose.SECOND_FACTOR, now=visit.services.now) if token else None
    if known is None or known.account != account.id:
        secret = new_secret()
        token = tokens.give(
            Purpose.SECOND_FACTOR, now=visit.services.now, account=account.id, payload={"secret": secret}
        )
    else:
        secret = str(known.payload["secret"])
    address = setup_address(visit, account, secret)
    values = {
        "form": form or Form(FirstCode),
        "token": token,
        "address": address,
        "picture": picture(address),
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        "going": going(visit),
        "action": visit.url("second-factor-new" if visit.pending is not None else "second-factor-own"),
    }
    return Page("accounts/second_factor_new.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Keep the secret once the app has shown that it has it."""
    account, form, store = _account(visit), visit.read(FirstCode), visit.services.store
    if form.value is None:
        return show(visit, form)
    found = store.tokens.find(visit.posted.one("rahasia"), Purpose.SECOND_FACTOR, now=visit.services.now)
    if found is None or found.account != account.id:
        raise PortalError("link-used")
    if not use_code(visit, account, str(found.payload["secret"]), form.value.code):
        return show(
            visit, form.refuse("code", N_("This code is not right, or was used already; wait for the next"))
        )
    store.tokens.use(found)
    current = store.accounts.get(account.id) or account
    kept = attrs.evolve(current, second_factor=str(found.payload["secret"]))
    store.accounts.save(kept, now=visit.services.now)
    if visit.pending is not None:
        let_in(visit, kept)
    return codes_page(visit, kept)


def stop(visit: Visit) -> Answer:
    """Switch it off again; officers cannot."""
    account = _account(visit)
    if visit.officer is not None:
        raise PortalError("page-not-found")
    visit.services.store.accounts.save(attrs.evolve(account, second_factor=None), now=visit.services.now)
    visit.services.store.codes.drop(account.id)
    return Redirect(visit.url("account"), note=N_("You log in with the password alone again."))


def _account(visit: Visit) -> Account:
    account = visit.pending or visit.account
    if account is None or (visit.pending is not None and account.second_factor is not None):
        # Who knows the password alone does not replace the app.
        raise PortalError("page-not-found")
    return account


ROUTES = (
    PageRoute(
        path="/masuk/aplikasi", name="second-factor-new", show=show, act=send, who=Who.PENDING, rate=Rate(20)
    ),
    PageRoute(
        path="/akun/kode", name="second-factor-own", show=show, act=send, who=Who.ACCOUNT, rate=Rate(20)
    ),
    PageRoute(path="/akun/kode/hapus", name="second-factor-off", act=stop, who=Who.ACCOUNT),
)
