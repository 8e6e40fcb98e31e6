"""
The lost device of an officer: an administrator takes the second factor away, and the officer sets up another one.

The password stays, which the administrator does not know: the next login asks for it, and leads through the set-up.
"""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Officer, Role
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, Who, lines
from perizinan_portal._mail import send_mail
from perizinan_portal._store import Account

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Lost:
    """What is asked of the administrator."""

    reason: str = lines(
        N_("What happened, and how you know that it is the officer who asks"),
        hint=N_("The officer reads it in the account."),
    )


def show(visit: Visit, form: Form[Lost] | None = None) -> Answer:
    """Ask."""
    officer, account = _of(visit)
    values = {"name": officer.name, "id": officer.id, "is_set": account is not None and account.second_factor}
    return Page(
        "accounts/officer_device.html",
        {**values, "form": form or visit.fill(Lost)},
        status=422 if form else 200,
    )


def restore(visit: Visit) -> Answer:
    """Put it on record, end the sessions, and take the second factor away."""
    form, services = visit.read(Lost), visit.services
    officer, account = _of(visit)
    if form.value is None or account is None:
        return show(visit, form)
    visit.limit("restore-device", visit.actor.id, times=20, minutes=60)
    visit.office.reviews.note_device_lost(officer.id, actor=visit.actor)
    store = services.store
    store.accounts.save(attrs.evolve(account, second_factor=None), now=services.now)
    store.codes.drop(account.id)
    store.sessions.end_all(account.id)
    noted = store.restorations.add(
        account.id, officer=visit.actor.id, document="", reason=form.value.reason, now=services.now
    )
    store.restorations.finish(noted, now=services.now)
    if account.email is not None:
        send_mail(
            services,
            kind="account-device",
            email=account.email,
            name=account.name,
            language=visit.language,
            subject=N_("Your app for logging in was taken off"),
            text=N_(
                "An administrator of {office} took the app off that you log in with. At the next login you set "
                "up another one, after your password. If you did not ask for it, tell your supervisor at once."
            ),
        )
    return Redirect(
        visit.url("officer-device", officer=officer.id),
        note=N_("The officer sets up another app at the next login, after the password."),
    )


def _of(visit: Visit) -> tuple[Officer, Account | None]:
    officer = visit.office.reviews.officer(visit.path["officer"], actor=visit.actor)
    if officer is None or officer.id == visit.actor.id:
        raise PortalError("page-not-found")
    return officer, visit.services.store.accounts.of_officer(officer.id)


ROUTES = (
    PageRoute(
        path="/pengelola/petugas/{officer}/perangkat",
        name="officer-device",
        show=show,
        act=restore,
        who=Who.OFFICER,
        roles=frozenset({Role.ADMINISTRATOR}),
        rate=Rate(10),
    ),
)
