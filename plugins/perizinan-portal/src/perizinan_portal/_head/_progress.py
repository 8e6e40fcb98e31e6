"""How far the signing of one press is: a bar, and what became of each letter."""

from __future__ import annotations

from starlette.responses import JSONResponse

from perizinan_core.i18n import N_
from perizinan_portal._errors import PortalError
from perizinan_portal._head._signing import HEADS
from perizinan_portal._kit import Answer, Page, PageRoute, Visit, Who
from perizinan_portal._store import LetterState, Signing

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show it; without a script the page is asked for again by itself until it is over."""
    found, now = _found(visit), visit.services.now
    values = {
        "signing": found,
        "signed": found.of(LetterState.SIGNED),
        "failed": found.of(LetterState.FAILED),
        "waiting": found.of(LetterState.WAITING),
        "is_over": found.is_over(now),
        "said": _said(visit, found),
    }
    return Page("head/progress.html", values)


def state(visit: Visit) -> Answer:
    """Say the same to the script of the page."""
    found = _found(visit)
    over = found.is_over(visit.services.now)
    return JSONResponse({"done": found.done, "said": _said(visit, found), "over": over})


def _said(visit: Visit, found: Signing) -> str:
    return visit.say(N_("{done} of {count} letters are done."), done=found.done, count=len(found.letters))


def _found(visit: Visit) -> Signing:
    found = visit.services.store.signings.find(visit.path["id"], visit.actor.id)
    if found is None:
        raise PortalError("page-not-found")
    return found


_PLACE = "/pimpinan/penandatanganan/{id}"
ROUTES = (
    PageRoute(path=_PLACE, name="signing-progress", show=show, who=Who.OFFICER, roles=HEADS),
    PageRoute(path=f"{_PLACE}/keadaan", name="signing-state", show=state, who=Who.OFFICER, roles=HEADS),
)
