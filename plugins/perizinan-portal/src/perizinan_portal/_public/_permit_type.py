"""One permit type: what it needs, how long it takes, what it costs."""

from __future__ import annotations

from perizinan_core.catalogue import describe_period
from perizinan_core.model import FeeKind, RequirementSource
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Page, PageRoute, Visit

__all__ = ["ROUTES"]


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
        "papers": [one for one in found.requirements if one.brought_by is RequirementSource.APPLICANT],
    }
    return Page("public/permit_type.html", values)


ROUTES = (PageRoute(path="/izin/{code}", name="permit-type", show=show),)
