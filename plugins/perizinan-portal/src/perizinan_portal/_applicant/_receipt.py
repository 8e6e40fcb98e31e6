"""The receipt: number, day, and every stored file with its size and hash."""

from __future__ import annotations

from io import BytesIO

from perizinan_portal._kit import Answer, Download, Page, PageRoute, Visit, Who
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Show the latest one."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    receipt = visit.office.applications.receipt(case.id, actor=visit.actor)
    values = {"receipt": receipt, "item": permit_type_of(visit, case), "case": case, "fresh": False}
    return Page("applicant/receipt.html", values)


def download(visit: Visit) -> Answer:
    """Give the signed text, which proves what the office received."""
    signed = visit.office.applications.signed_receipt(visit.path["id"], actor=visit.actor)
    return Download(BytesIO(signed), "tanda-terima.json", "application/json")


def print_(visit: Visit) -> Answer:
    """Give the receipt to be printed."""
    pdf = visit.office.applications.receipt_pdf(visit.path["id"], actor=visit.actor, language=visit.language)
    return Download(BytesIO(pdf), "tanda-terima.pdf", "application/pdf")


ROUTES = (
    PageRoute(path="/permohonan/{id}/tanda-terima", name="receipt", show=show, who=Who.APPLICANT),
    PageRoute(path="/permohonan/{id}/tanda-terima.pdf", name="receipt-pdf", show=print_, who=Who.APPLICANT),
    PageRoute(
        path="/permohonan/{id}/tanda-terima.json", name="signed-receipt", show=download, who=Who.APPLICANT
    ),
)
