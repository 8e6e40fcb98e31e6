"""The second step of logging in: the code of the app."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._accounts._codes import code_field, use_code
from perizinan_portal._accounts._login import going, let_in
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, Who

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Code:
    """What is asked."""

    code: str = code_field()


def show(visit: Visit, form: Form[Code] | None = None) -> Answer:
    """Ask; an officer without an app sets one up first."""
    if visit.pending is not None and visit.pending.second_factor is None:
        return Redirect(visit.url("second-factor-new", query=going(visit)))
    values = {"form": form or Form(Code), "going": going(visit)}
    return Page("accounts/second_factor.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Compare, and let in with a new token of the session."""
    account, form = visit.pending, visit.read(Code)
    if account is None or account.second_factor is None:
        raise PortalError("page-not-found")
    if form.value is None:
        return show(visit, form)
    if not use_code(visit, account, account.second_factor, form.value.code):
        return show(
            visit, form.refuse("code", N_("This code is not right, or was used already; wait for the next"))
        )
    return let_in(visit, account)


ROUTES = (
    PageRoute(path="/masuk/kode", name="second-factor", show=show, act=send, who=Who.PENDING, rate=Rate(20)),
)
