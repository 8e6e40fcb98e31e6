"""Mails before a permit ends, to those who asked for them: one for each, about two months before its last day."""

from __future__ import annotations

import logging
from datetime import timedelta

from perizinan_core import PerizinanError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_
from perizinan_core.model import AccountKind, PermitStatus, format_date
from perizinan_core.services import PermitSummary
from perizinan_core.storage import PermitOrder
from perizinan_portal._kit import Services
from perizinan_portal._kit._services import HOST
from perizinan_portal._mail import send_mail
from perizinan_portal._store import Account

__all__ = ["remind"]

_log = logging.getLogger("perizinan_portal")

_BEFORE = timedelta(days=60)
_CAUGHT_UP = timedelta(days=7)
"""So long a portal may have stood still without leaving someone out."""

_KEPT = 400 * 24 * 3600


def remind(services: Services) -> int:
    """Write to those whose permit ends soon, once a day over all processes; return how many mails went out."""
    office, reminders = services.office, services.store.reminders
    today, sent, after = office.today(), 0, None
    if not reminders.claim(f"day {today.isoformat()}", now=services.now):
        return 0
    reminders.remove_old(before=services.now - _KEPT)
    while True:
        page = office.lists.permits(
            actor=HOST,
            statuses=frozenset({PermitStatus.IN_FORCE}),
            expires_from=today + _BEFORE - _CAUGHT_UP,
            expires_to=today + _BEFORE,
            order=PermitOrder.EXPIRY,
            newest_first=False,
            limit=100,
            after=after,
        )
        sent += sum(_reminded(services, permit) for permit in page.items)
        after = page.next
        if after is None:
            return sent


def _reminded(services: Services, permit: PermitSummary) -> bool:
    account = _wishes_it(services, permit)
    if account is None or account.email is None or permit.valid_until is None:
        return False
    if not services.store.reminders.claim(f"permit {permit.id}", now=services.now):
        return False
    language = account.language or DEFAULT_LANGUAGE
    path = services.table["own-permit"].path.replace("{id}", permit.id)
    fields = {
        "number": permit.number,
        "day": format_date(permit.valid_until, language),
        "address": services.settings.address.rstrip("/") + path,
    }
    try:
        send_mail(
            services,
            kind="permit-ends",
            email=account.email,
            name=account.name,
            language=language,
            subject=N_("Your permit ends soon"),
            text=N_(
                "Your permit {number} of {office} ends on {day}. Here it says whether and from when it can be renewed:"
                "\n\n{address}\n\nYou asked for this mail; in your account you can stop it."
            ),
            fields=fields,
            wait=True,
        )
    except PerizinanError as error:
        _log.warning("a reminder was not sent: %s", error.code)
        return False
    return True


def _wishes_it(services: Services, permit: PermitSummary) -> Account | None:
    """Return the account of the holder, if it wants to be reminded."""
    owner = services.office.applications.get(permit.application, actor=HOST).owner
    account = services.store.accounts.get(owner.id) if owner.kind is AccountKind.PUBLIC else None
    return account if account is not None and account.reminders else None
