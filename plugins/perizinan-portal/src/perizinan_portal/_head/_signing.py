"""What waits for approval and for the signature: choose one letter or many, and sign them with one press."""

from __future__ import annotations

from perizinan_core.errors.services import NotFoundError
from perizinan_core.i18n import N_
from perizinan_core.model import Role, StageKind
from perizinan_portal._head._runner import begin
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Redirect, Visit, Who

__all__ = ["HEADS", "ROUTES", "awaiting_approval"]

AT_ONCE = 25
"""Most letters on one page, and signed by one press."""

HEADS = frozenset({Role.SIGNATORY, Role.OFFICE_HEAD})

_LONGEST = 500


def show(visit: Visit, fault: tuple[str, str] | None = None) -> Answer:
    """List the letters, those that got stuck among them."""
    found = visit.office.lists.awaiting_signature(
        actor=visit.actor, limit=AT_ONCE, after=visit.query("setelah") or None
    )
    values = {
        "letters": found.items,
        "cursor": found.next,
        "fault": fault,
        "chosen": frozenset(visit.posted.all("case")),
        "asks": visit.office.permits.asks_secret(actor=visit.actor),
        "approvals": awaiting_approval(visit),
        "today": visit.office.today(),
    }
    return Page("head/signing.html", values, status=422 if fault else 200)


def awaiting_approval(visit: Visit) -> list[dict[str, object]]:
    """Return the cases that wait for this officer's approval, the first in first."""
    types = {item.code: item for item in visit.office.catalogue.permit_types}
    stages = {
        stage.code for item in types.values() for stage in item.stages if stage.kind is StageKind.APPROVAL
    }
    queue = visit.office.reviews.queue(actor=visit.actor, stages=stages, limit=AT_ONCE)
    today = visit.office.today()
    return [
        {
            "entry": entry,
            "type": types[entry.permit_type].name if entry.permit_type in types else entry.permit_type,
            "age": (today - entry.opened_at.date()).days,
            "late": entry.due is not None and entry.due < today,
        }
        for entry in queue
    ]


def sign(visit: Visit) -> Answer:
    """Begin to sign those that were chosen, and show how far it is; the same form again begins nothing."""
    chosen = tuple(dict.fromkeys(visit.posted.all("case")))[:AT_ONCE]
    passphrase = visit.posted.one("passphrase")
    if not chosen:
        return show(visit, ("letters", N_("Choose at least one letter")))
    asks = visit.office.permits.asks_secret(actor=visit.actor)
    if asks and not 0 < len(passphrase) <= _LONGEST:
        return show(visit, ("f-passphrase", N_("Enter the passphrase of your key")))
    labelled = {case: _label(visit, case) for case in chosen}
    signing, is_new = visit.services.store.signings.begin(
        visit.actor.id, visit.key, labelled, now=visit.services.now
    )
    if is_new:
        begin(
            visit.services,
            signing,
            chosen,
            actor=visit.actor,
            passphrase=passphrase if asks else None,
        )
    return Redirect(visit.url("signing-progress", id=signing))


def _label(visit: Visit, case: str) -> str:
    try:
        return visit.office.applications.get(case, actor=visit.actor).receipt_number or "–"
    except NotFoundError:
        return "–"


ROUTES = (
    PageRoute(
        path="/pimpinan",
        name="signing",
        show=show,
        act=sign,
        who=Who.OFFICER,
        roles=HEADS,
        menu=Menu(N_("To sign"), 25),
    ),
)
