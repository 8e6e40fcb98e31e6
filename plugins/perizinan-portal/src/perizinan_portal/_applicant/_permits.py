"""The own permits: whether each is in force today, until when, and what can be asked for on its ground."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from perizinan_core.i18n import N_
from perizinan_core.model import Permit, PermitStatus
from perizinan_portal._applicant._permit_file import permit_file
from perizinan_portal._applicant._standing import permit_now
from perizinan_portal._applicant._successors import KINDS
from perizinan_portal._kit import Answer, Menu, Page, PageRoute, Visit, Who

__all__ = ["ROUTES", "ends_soon", "status_of"]

_SOON = timedelta(days=90)

_STATUSES: Mapping[PermitStatus, tuple[str, str]] = {
    PermitStatus.IN_FORCE: (N_("in force"), "good"),
    PermitStatus.EXPIRED: (N_("expired"), "warn"),
    PermitStatus.SUSPENDED: (N_("suspended"), "bad"),
    PermitStatus.REVOKED: (N_("revoked"), "bad"),
    PermitStatus.ANNULLED: (N_("annulled"), "bad"),
    PermitStatus.SUPERSEDED: (N_("replaced"), "calm"),
}


def status_of(permit: Permit, today: date) -> tuple[str, str]:
    """Return the word for a permit's status today, and its colour."""
    return _STATUSES[permit.status_on(today)]


def ends_soon(permit: Permit, today: date) -> bool:
    """Return whether a permit that is in force ends within the next three months."""
    return (
        permit.status_on(today) is PermitStatus.IN_FORCE
        and permit.valid_until is not None
        and permit.valid_until - today <= _SOON
    )


def show(visit: Visit) -> Answer:
    """List a page of them, those of the newest applications first."""
    page = visit.office.permits.of_owner(actor=visit.actor, limit=20, after=visit.query("setelah") or None)
    today = visit.office.today()
    signed = [item for item in page.items if item.signed_sha256 is not None]
    permits = [
        {
            "permit": item,
            "type": visit.office.catalogue.version(item.permit_type, item.permit_type_version).name,
            "status": status_of(item, today),
            "ends_soon": ends_soon(item, today),
        }
        for item in signed
    ]
    return Page("applicant/permits.html", {"permits": permits, "next": page.next})


def one(visit: Visit) -> Answer:
    """Show one, with what can be asked for."""
    outlook = visit.office.permits.outlook(visit.path["id"], actor=visit.actor)
    permit, today = outlook.permit, visit.office.today()
    values: dict[str, Any] = {
        "permit": permit,
        "type": visit.office.catalogue.version(permit.permit_type, permit.permit_type_version),
        "status": status_of(permit, today),
        "now": permit_now(visit, outlook),
        "days_left": None if permit.valid_until is None else (permit.valid_until - today).days,
        "ends_soon": ends_soon(permit, today),
        "options": [(option, KINDS[option.kind]) for option in outlook.options if option.is_offered],
        "missing": [KINDS[option.kind][0] for option in outlook.options if not option.is_offered],
        "pending": outlook.pending,
        "changes": [change for change in permit.changes if change.reason],
        "status_words": {status.value: word for status, (word, _) in _STATUSES.items()},
    }
    return Page("applicant/permit.html", values)


def download(visit: Visit) -> Answer:
    """Give the signed file."""
    permit = visit.office.permits.get(visit.path["id"], actor=visit.actor)
    return permit_file(visit, permit)


ROUTES = (
    PageRoute(
        path="/izin-saya",
        name="own-permits",
        show=show,
        who=Who.REGISTERED,
        menu=Menu(N_("My permits"), 22),
    ),
    PageRoute(path="/izin-saya/{id}", name="own-permit", show=one, who=Who.REGISTERED),
    PageRoute(path="/izin-saya/{id}/izin.pdf", name="own-permit-file", show=download, who=Who.REGISTERED),
)
