"""The signed file of a permit: from the document store itself where the office chose so, else through the portal."""

from __future__ import annotations

from perizinan_core.model import Permit
from perizinan_portal._kit import Answer, Download, Redirect, Visit

__all__ = ["permit_file"]


def permit_file(visit: Visit, permit: Permit) -> Answer:
    """
    Give the signed file of a permit that the visitor may see.

    A link leads here, so that the policy for forms does not stop the way to the store; as everywhere no referrer goes
    along, and the answer with the address is kept nowhere.
    """
    permits = visit.office.permits
    address = permits.direct_address(permit.id, actor=visit.actor)
    if address is not None:
        return Redirect(address)
    name = f"{permit.permit_type}-{(permit.number or '').replace('/', '-')}.pdf"
    return Download(permits.open_pdf(permit.id, actor=visit.actor), name, "application/pdf")
