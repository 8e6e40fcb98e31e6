"""Closing the own account: what goes and what stays by law is said first."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState
from perizinan_portal._accounts._passwords import is_right
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Visit, Who, agreed, password
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._store import Account

__all__ = ["ROUTES"]

_OPEN = frozenset(
    state for state in ApplicationState if not state.is_terminal and state is not ApplicationState.DRAFT
)
_DRAFT = frozenset({ApplicationState.DRAFT})


@attrs.frozen(kw_only=True)
class Closing:
    """What is asked."""

    password: str = password(N_("Password"))
    sure: bool = agreed(N_("I want to close my account"))


def show(visit: Visit, form: Form[Closing] | None = None) -> Answer:
    """Say what it means; with open applications it is not possible yet."""
    _require_own(visit)
    values = {
        "form": form or visit.fill(Closing),
        "open": _in(visit, _OPEN),
        "drafts": _in(visit, _DRAFT),
    }
    return Page("accounts/closing.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Remove drafts and account; cases and permits stay on record."""
    account, form = _require_own(visit), visit.read(Closing)
    if form.value is None or _in(visit, _OPEN):
        return show(visit, form)
    visit.limit("old-password", account.id, times=10, minutes=15)
    if not is_right(account.password, form.value.password):
        return show(visit, form.refuse("password", N_("This is not the current password")))
    while drafts := _in(visit, _DRAFT):
        for draft in drafts:
            visit.office.applications.discard(draft.id, actor=visit.actor)
    for channel in visit.office.contacts.channels():
        visit.office.contacts.withdraw(channel, actor=visit.actor)
    store = visit.services.store
    store.codes.drop(account.id)
    store.identities.unlink(account.id)
    store.accounts.remove(account.id)
    visit.end_session()
    return Page("accounts/closed.html")


def _in(visit: Visit, states: frozenset[ApplicationState]) -> tuple[Application, ...]:
    return visit.office.applications.of_owner(actor=visit.actor, states=states, limit=50).items


def _require_own(visit: Visit) -> Account:
    if visit.officer is not None:
        raise PortalError("page-not-found")
    return own_account(visit)


ROUTES = (
    PageRoute(
        path="/akun/tutup", name="close-account", show=show, act=send, who=Who.REGISTERED, rate=Rate(10)
    ),
)
