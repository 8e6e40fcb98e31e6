"""
What becomes of drafts that were begun without an account.

They move to the account that their guest registers or logs in with. Those of a guest who does not come back are
discarded with the guest, after the time that the settings say: without an address there is no one to announce it to.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from perizinan_core import Actor, ActorKind, PerizinanError
from perizinan_core.model import ApplicationState

if TYPE_CHECKING:
    from perizinan_portal._kit._services import Services

__all__ = ["claim_drafts", "forget_guests"]

_log = logging.getLogger("perizinan_portal")


def claim_drafts(services: Services, guest: str, account: str) -> int:
    """Give the drafts of a guest, whose session is at hand, to an account; return how many."""
    actor = Actor(id=guest, kind=ActorKind.APPLICANT)
    moved = 0
    for case in _drafts(services, actor):
        try:
            services.office.applications.hand_over_draft(case, to=account, actor=actor)
            moved += 1
        except PerizinanError as error:
            _log.warning("a draft of a guest could not be moved: %s", error.code)
    if not _drafts(services, actor):
        services.store.accounts.remove_guest(guest)
    return moved


def forget_guests(services: Services, *, unseen_since: int) -> int:
    """Discard the drafts of guests who did not come back, and remove their accounts; return how many guests."""
    removed = 0
    for guest in services.store.accounts.guests(unseen_since=unseen_since):
        actor = Actor(id=guest, kind=ActorKind.APPLICANT)
        for case in _drafts(services, actor):
            try:
                services.office.applications.discard(case, actor=actor)
                services.store.drafts.forget(case)
            except PerizinanError as error:
                _log.warning("a draft of a guest could not be discarded: %s", error.code)
        if not _drafts(services, actor):
            services.store.accounts.remove_guest(guest)
            removed += 1
    return removed


def _drafts(services: Services, actor: Actor) -> list[str]:
    found, after = [], None
    while True:
        page = services.office.applications.of_owner(actor=actor, limit=50, after=after)
        found += [item.id for item in page.items if item.state is ApplicationState.DRAFT]
        after = page.next
        if after is None:
            return found
