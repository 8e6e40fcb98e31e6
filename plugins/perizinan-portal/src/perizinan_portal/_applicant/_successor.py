"""Renewing, changing, duplicating or giving up a permit: what becomes of it is said before anything begins."""

from __future__ import annotations

from perizinan_core.errors.services import NotFoundError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationKind
from perizinan_core.services import PermitOutlook, SuccessorOption
from perizinan_portal._applicant._case import details_of
from perizinan_portal._applicant._successors import KINDS
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Say what becomes of the present permit, and ask."""
    outlook, option = _wanted(visit)
    permit = outlook.permit
    values = {
        "permit": permit,
        "type": visit.office.catalogue.version(permit.permit_type, permit.permit_type_version),
        "option": option,
        "words": KINDS[option.kind],
        "pending": outlook.pending,
    }
    return Page("applicant/successor.html", values)


def send(visit: Visit) -> Answer:
    """Begin the draft, with the data of the permit filled in; pressed twice, it is one."""
    outlook, option = _wanted(visit)
    case = visit.office.permits.renew(
        outlook.permit.id, kind=option.kind, actor=visit.actor, idempotency_key=visit.key
    )
    note = N_("The draft is begun, with the data of your permit. Your permit stays as it is.")
    return Redirect(visit.url("draft", id=case.id), note=note)


def changes(visit: Visit) -> Answer:
    """Show what an application changes against the permit that it builds on."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.previous_permit is None:
        raise PortalError("page-not-found")
    outlook = visit.office.permits.outlook(case.previous_permit, actor=visit.actor)
    option = next(one for one in outlook.options if one.kind is case.kind)
    origin = _origin(visit, outlook)
    values = {
        "case": case,
        "item": permit_type_of(visit, case),
        "permit": outlook.permit,
        "option": option,
        "words": KINDS[option.kind],
        "changed": None if origin is None else _changed(visit, origin, case),
    }
    return Page("applicant/changes.html", values)


def _origin(visit: Visit, outlook: PermitOutlook) -> Application | None:
    try:
        return visit.office.applications.get(outlook.permit.application_id, actor=visit.actor)
    except NotFoundError:
        return None


def _changed(visit: Visit, origin: Application, case: Application) -> list[tuple[str, str, str]]:
    """Return title, value before and value now of each field that differs."""
    item = permit_type_of(visit, case)
    names = [name for name in {**origin.form, **case.form} if origin.form.get(name) != case.form.get(name)]
    before = {
        name: dict(details_of(visit, item, {name: origin.form[name]}))
        for name in names
        if name in origin.form
    }
    after = {
        name: dict(details_of(visit, item, {name: case.form[name]})) for name in names if name in case.form
    }
    return [
        (
            next(iter({**before.get(name, {}), **after.get(name, {})})),
            next(iter(before.get(name, {}).values()), "–"),
            next(iter(after.get(name, {}).values()), "–"),
        )
        for name in names
    ]


def _wanted(visit: Visit) -> tuple[PermitOutlook, SuccessorOption]:
    outlook = visit.office.permits.outlook(visit.path["id"], actor=visit.actor)
    option = next((one for one in outlook.options if one.kind.value == visit.path["kind"]), None)
    if option is None or not option.is_offered or option.kind is ApplicationKind.NEW:
        raise PortalError("page-not-found")
    return outlook, option


ROUTES = (
    PageRoute(
        path="/izin-saya/{id}/ajukan/{kind}", name="successor", show=show, act=send, who=Who.REGISTERED
    ),
    PageRoute(path="/permohonan/{id}/perubahan", name="changes", show=changes, who=Who.APPLICANT),
)
