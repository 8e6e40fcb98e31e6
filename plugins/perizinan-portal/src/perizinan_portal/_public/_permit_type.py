"""One permit type: what it needs, how long it takes, what it costs, and its whole service standard."""

from __future__ import annotations

from collections.abc import Iterator

from perizinan_core.catalogue import describe_period, service_standard
from perizinan_core.model import FeeKind, Requirement, RequirementSource
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Page, PageRoute, Visit
from perizinan_portal._public._catalogue import ELSEWHERE

__all__ = ["ROUTES"]

_TYPES = {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG", "image/heic": "HEIC"}


def show(visit: Visit) -> Answer:
    """Show it; with the button to apply where applications are taken."""
    code = visit.path["code"]
    found = next((item for item in visit.office.permit_types() if item.code == code), None)
    if found is None:
        raise PortalError("page-not-found")
    limit = found.time_limit
    values = {
        "item": found,
        "is_open": any(item.code == code for item in visit.office.permit_types(only_open=True)),
        "is_free": found.fee is not None and found.fee.kind is FeeKind.FREE,
        "limit": describe_period(limit.limit, visit.language) if limit else None,
        "papers": [
            (one, ", ".join(_limits(one)))
            for one in found.requirements
            if one.brought_by is RequirementSource.APPLICANT
        ],
        "elsewhere": ELSEWHERE.get(found.owning_system, ""),
        "standard": service_standard(found, authority=visit.office.authority, language=visit.language),
    }
    return Page("public/permit_type.html", values)


def _limits(paper: Requirement) -> Iterator[str]:
    """Yield what a file may be, before anyone tries in vain."""
    names = sorted({_TYPES.get(kind, kind.rpartition("/")[2].upper()) for kind in paper.content_types})
    if names:
        yield "/".join(names)
    yield f"≤ {paper.max_bytes // 1_000_000} MB"


ROUTES = (PageRoute(path="/izin/{code}", name="permit-type", show=show),)
