"""Recovery codes: for a lost phone, each good once in the place of a code of the app."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._codes import code_field, use_code
from perizinan_portal._accounts._login import going, let_in, next_place
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Visit, Who, text
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._store import Account

__all__ = ["ROUTES", "codes_page"]


@attrs.frozen(kw_only=True)
class Recovery:
    """What is asked at the login."""

    code: str = text(N_("Recovery code"), hint=N_("One of the ten that you wrote down"), autocomplete="off")


@attrs.frozen(kw_only=True)
class Proof:
    """What is asked before new ones are made."""

    code: str = code_field()


def codes_page(visit: Visit, account: Account) -> Page:
    """Make new codes in the place of all before, and show them, once."""
    made = visit.services.store.codes.give(account.id, now=visit.services.now)
    return Page("accounts/recovery_codes.html", {"codes": made, "next": next_place(visit)})


def show(visit: Visit, form: Form[Recovery] | None = None) -> Answer:
    """Ask for one in the place of a code of the app."""
    values = {"form": form or Form(Recovery), "going": going(visit)}
    return Page("accounts/recovery.html", values, status=422 if form else 200)


def use(visit: Visit) -> Answer:
    """Use it up, and let in."""
    account, form = visit.pending, visit.read(Recovery)
    if account is None or account.second_factor is None:
        raise PortalError("page-not-found")
    if form.value is None:
        return show(visit, form)
    # Counted together with the codes of the app: trying both does not give twice as many tries.
    visit.limit("code", account.id, times=6, minutes=15)
    if not visit.services.store.codes.use(account.id, form.value.code):
        return show(visit, form.refuse("code", N_("This is not one of the codes, or it was used already")))
    return let_in(visit, account)


def ask(visit: Visit, form: Form[Proof] | None = None) -> Answer:
    """Ask for a code of the app, before new recovery codes are made."""
    account = own_account(visit)
    if account.second_factor is None:
        raise PortalError("page-not-found")
    values = {"form": form or Form(Proof), "left": visit.services.store.codes.left(account.id)}
    return Page("accounts/recovery_new.html", values, status=422 if form else 200)


def make(visit: Visit) -> Answer:
    """Make new ones."""
    account, form = own_account(visit), visit.read(Proof)
    if account.second_factor is None:
        raise PortalError("page-not-found")
    if form.value is None:
        return ask(visit, form)
    if not use_code(visit, account, account.second_factor, form.value.code):
        wrong = N_("This code is not right, or was used already; wait for the next")
        return ask(visit, form.refuse("code", wrong))
    return codes_page(visit, account)


ROUTES = (
    PageRoute(
        path="/masuk/kode-cadangan", name="recovery", show=show, act=use, who=Who.PENDING, rate=Rate(20)
    ),
    PageRoute(
        path="/akun/kode-cadangan", name="recovery-new", show=ask, act=make, who=Who.ACCOUNT, rate=Rate(10)
    ),
)
