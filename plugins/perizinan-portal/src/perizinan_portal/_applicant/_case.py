"""A case that was handed in, for its applicant: where it is, what to do, what happened, what was said and paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from perizinan_core.errors.services import ServiceError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState, PermitType
from perizinan_core.services import DeliveryState, MessageDelivery, PermitOutlook
from perizinan_core.workflow import Action
from perizinan_portal._applicant._permit_file import permit_file
from perizinan_portal._applicant._standing import now_of, steps_of
from perizinan_portal._applicant._timeline import happened
from perizinan_portal._applicant._words import shown_state
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Download, Page, PageRoute, Rate, Redirect, Visit, Who
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES", "details_of"]

_NO_BILL = N_(
    "The payment service does not answer now. Try again in a few minutes, or pay at the cashier of the office."
)

_FIRST = 6
"""Lines of the history that are shown before the rest."""


def show(visit: Visit) -> Answer:
    """Show it."""
    applications, case_id = visit.office.applications, visit.path["id"]
    case = applications.get(case_id, actor=visit.actor)
    if case.state is ApplicationState.DRAFT:
        return Redirect(visit.url("draft", id=case.id))
    if case.receipt_number is None:
        # A draft that was withdrawn has no receipt and no way to show.
        return Redirect(visit.url("own-cases"))
    item, standing = permit_type_of(visit, case), applications.standing(case_id, actor=visit.actor)
    outlook = _outlook(visit, case)
    lines = happened(visit, item, applications.history(case_id, actor=visit.actor))
    actions = {one.action for one in applications.actions(case_id, actor=visit.actor)}
    messages = applications.messages(case_id, actor=visit.actor, language=visit.language)
    values = {
        "case": case,
        "item": item,
        "state": shown_state(case.state),
        "now": now_of(visit, case, standing, outlook),
        "standing": standing,
        "progress": standing.progress,
        "share": _share(standing.progress),
        "steps": tuple(steps_of(visit, case, item, standing)),
        "waits": case.open_waits(),
        "outlook": outlook,
        "decision": case.decision if case.state is ApplicationState.REFUSED else None,
        "first_lines": lines[:_FIRST],
        "more_lines": lines[_FIRST:],
        "papers": _papers(visit, case),
        "details": tuple(details_of(visit, item, case.form)),
        "messages": messages[:2],
        "failed": sum(_is_failed(one) for message in messages for one in message.deliveries),
        "bill": _open_bill(visit, case),
        "providers": visit.office.billing.providers(),
        "owed_back": sum(money.owed_back.amount for bill in case.bills for money in bill.received),
        "may_withdraw": Action.WITHDRAW in actions,
        "ask_survey": case.state.is_terminal and visit.office.surveys.is_open(case_id, actor=visit.actor),
    }
    return Page("applicant/case.html", values)


def pay(visit: Visit) -> Answer:
    """Ask the payment provider for a bill; the open one, where there is one."""
    place = visit.url("case", id=visit.path["id"]) + "#fee"
    try:
        visit.office.billing.bill(visit.path["id"], actor=visit.actor, idempotency_key=visit.key)
    except ServiceError as error:
        if error.code != "payment-provider":
            raise
        return Redirect(place, note=_NO_BILL)
    return Redirect(place)


def paper(visit: Visit) -> Answer:
    """Give a paper back as it was handed in, former versions too."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    found = next((one for one in case.documents if one.id == visit.path["paper"]), None)
    if found is None:
        raise PortalError("page-not-found")
    stream = visit.office.applications.open_document(case.id, found.id, actor=visit.actor)
    return Download(stream, found.file_name, found.content_type)


def permit(visit: Visit) -> Answer:
    """Give the signed permit."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    return permit_file(visit, visit.office.permits.get(case.permit_id or "", actor=visit.actor))


def details_of(visit: Visit, item: PermitType, form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what was typed: the title of each field with its value as people read it."""
    fields = item.form_schema.get("properties", {})
    for name, value in form.items():
        yield _title(visit, fields.get(name, {}), name), _shown(visit, fields.get(name, {}), value)


def _title(visit: Visit, field: Mapping[str, Any], name: str) -> str:
    english = field.get("x-title-en") if visit.language == "en" else None
    return str(english or field.get("title", name))


def _shown(visit: Visit, field: Mapping[str, Any], value: Any) -> str:
    if isinstance(value, bool):
        return visit.say(N_("Yes") if value else N_("No"))
    if isinstance(value, Mapping):
        inner = field.get("properties", {})
        parts = [
            f"{_title(visit, inner.get(name, {}), name)}: {_shown(visit, inner.get(name, {}), one)}"
            for name, one in value.items()
        ]
        return "; ".join(parts)
    if isinstance(value, list):
        return "\n".join(
            f"{number}. {_shown(visit, field.get('items', {}), one)}" for number, one in enumerate(value, 1)
        )
    chosen = next((one for one in field.get("oneOf", ()) if one.get("const") == value), None)
    return _title(visit, chosen, str(value)) if chosen is not None else str(value)


def _outlook(visit: Visit, case: Application) -> PermitOutlook | None:
    if case.state is not ApplicationState.ISSUED or case.permit_id is None:
        return None
    return visit.office.permits.outlook(case.permit_id, actor=visit.actor)


def _share(progress: Any) -> int | None:
    """Return how much of the time limit is used up, in percent; None where it is not counted in working days."""
    limit = progress.days_allowed
    if limit is None or progress.days_used is None or limit.unit.value != "working_days" or not limit.value:
        return None
    return min(100, 100 * int(progress.days_used) // int(limit.value))


def _papers(visit: Visit, case: Application) -> list[dict[str, Any]]:
    """Return the papers by slot, those that stand before the ones that they replaced."""
    found = []
    applications = visit.office.applications
    mandate = applications.mandate(case.id, actor=visit.actor)
    for slot in (*([mandate] if mandate else ()), *applications.slots(case.id, actor=visit.actor)):
        key = slot.terms.key
        former = [one for one in case.documents if one.slot == key and one.replaced_at is not None]
        if slot.documents or former:
            found.append(
                {
                    "label": slot.requirement.label,
                    "standing": slot.documents,
                    "former": sorted(former, key=lambda one: one.uploaded_at, reverse=True),
                }
            )
    return found


def _is_failed(delivery: MessageDelivery) -> bool:
    state = delivery.collected_state or delivery.state
    return state in (DeliveryState.GIVEN_UP, DeliveryState.REFUSED, DeliveryState.PASSED_OVER)


def _open_bill(visit: Visit, case: Application) -> Any:
    now = visit.office.now()
    return next((bill for bill in reversed(case.bills) if bill.is_open(now)), None)


ROUTES = (
    PageRoute(path="/permohonan/{id}", name="case", show=show, who=Who.APPLICANT),
    PageRoute(path="/permohonan/{id}/tagihan", name="pay", act=pay, who=Who.APPLICANT, rate=Rate(10)),
    PageRoute(path="/permohonan/{id}/dokumen/{paper}", name="own-paper", show=paper, who=Who.APPLICANT),
    PageRoute(path="/permohonan/{id}/izin.pdf", name="permit-file", show=permit, who=Who.APPLICANT),
)
