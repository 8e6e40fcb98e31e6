"""The own account: what is on record, and the ways to change it."""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._kit import Answer, Form, Menu, Page, PageRoute, Redirect, Visit, Who, text
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._store import Account

__all__ = ["ROUTES", "DoneByOfficer", "restorations_of"]


@attrs.frozen(kw_only=True)
class Details:
    """What can be changed at once."""

    name: str = text(N_("Your name"), autocomplete="name")


def show(visit: Visit, form: Form[Details] | None = None) -> Answer:
    """Show it."""
    account = own_account(visit)
    values = {
        "own": account,
        "form": form or visit.fill(Details, name=account.name),
        "codes_left": visit.services.store.codes.left(account.id),
        "restorations": restorations_of(visit, account),
        "providers": () if account.officer else tuple(visit.services.extensions.providers.values()),
        "connected": visit.services.store.identities.of(account.id),
        "must_have_code": visit.officer is not None and visit.services.settings.second_factor,
    }
    return Page("accounts/account.html", values, status=422 if form else 200)


@attrs.frozen(kw_only=True)
class DoneByOfficer:
    """What an officer did with the account, for its owner."""

    at: datetime
    officer: str
    document: str
    reason: str
    done: bool
    stopped: bool

    def said(self, visit: Visit) -> str:
        """Return it in words."""
        if self.document:
            return visit.say(N_("restored at the counter by {officer}"), officer=self.officer)
        return visit.say(N_("app taken off by {officer}"), officer=self.officer)


def restorations_of(visit: Visit, account: Account) -> list[DoneByOfficer]:
    """Return what officers did with the account, the newest first."""
    names = {one.id: one.name for one in visit.officers_of()}
    zone = visit.office.authority.calendar.time_zone.zone
    return [
        DoneByOfficer(
            at=datetime.fromtimestamp(one.at, zone),
            officer=names.get(one.officer, one.officer),
            document=one.document,
            reason=one.reason,
            done=one.done_at is not None,
            stopped=one.stopped_at is not None,
        )
        for one in visit.services.store.restorations.of(account.id)
    ]


def send(visit: Visit) -> Answer:
    """Keep the name."""
    form = visit.read(Details)
    if form.value is None:
        return show(visit, form)
    account = attrs.evolve(own_account(visit), name=form.value.name)
    visit.services.store.accounts.save(account, now=visit.services.now)
    return Redirect(visit.url("account"), note=N_("Your details are saved."))


def end_others(visit: Visit) -> Answer:
    """End every other session: after a lost phone, or on a borrowed computer."""
    digest = None if visit.session is None else visit.session.digest
    visit.services.store.sessions.end_all(own_account(visit).id, but=digest)
    return Redirect(visit.url("account"), note=N_("You are logged out everywhere else."))


ROUTES = (
    PageRoute(
        path="/akun", name="account", show=show, act=send, who=Who.ACCOUNT, menu=Menu(N_("My account"), 90)
    ),
    PageRoute(path="/akun/keluar-lain", name="end-others", act=end_others, who=Who.ACCOUNT),
)
