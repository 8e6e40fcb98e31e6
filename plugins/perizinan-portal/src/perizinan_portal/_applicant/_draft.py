"""
The draft: the form of the permit type. What was typed is kept, right or wrong, by a button and as it is typed.

A script saves with the same post as the button, asking for JSON. A form that was drawn before another tab or device
saved is shown as the older one, and overwrites nothing until its applicant says so.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import attrs
from starlette.responses import JSONResponse

from perizinan_core import PerizinanError
from perizinan_core.catalogue import FormPart, form_parts
from perizinan_core.errors.model import FormDataError, TextRefusedError
from perizinan_core.errors.storage import StaleObjectError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState, PermitType, format_date
from perizinan_core.services import DraftPreview
from perizinan_portal._applicant._fee_panel import fee_panel
from perizinan_portal._kit import Answer, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._permit_forms import differences, draw, place_of, read_parts

__all__ = [
    "ROUTES",
    "digest",
    "draft_page",
    "errors_of",
    "keep_pressed",
    "permit_type_of",
    "shown_refusal",
]

_NEXT = {"papers": "papers", "submit": "submission", "holder": "holder", "kind": "permit-kind"}
"""Where a button of the form leads once it is kept."""


def permit_type_of(visit: Visit, case: Application) -> PermitType:
    """Return the permit type of a case: of a draft as it is in force today, then in the case's own version."""
    if case.state is ApplicationState.DRAFT:
        for found in visit.office.permit_types():
            if found.code == case.permit_type:
                return found
    return visit.office.catalogue.version(case.permit_type, case.permit_type_version)


def errors_of(visit: Visit, case: Application, found: Sequence[Problem]) -> list[tuple[str, str]]:
    """Return what is wrong with a draft, each with the place where it is put right."""
    return [(_place(visit, case, item.path), item.message(visit.language)) for item in found]


@attrs.frozen(kw_only=True)
class _Sheet:
    """A form with what was typed, on its way to the page."""

    case: Application
    permit_type: PermitType
    parts: tuple[FormPart, ...]
    typed: Mapping[str, Any]

    @classmethod
    def of(cls, visit: Visit, case: Application) -> _Sheet:
        permit_type = permit_type_of(visit, case)
        parts = form_parts(permit_type)
        sent = visit.request.method == "POST" or visit.is_restored
        typed = read_parts(parts, visit.posted) if sent else case.form
        return cls(case=case, permit_type=permit_type, parts=parts, typed=typed)

    def preview(self, visit: Visit) -> DraftPreview:
        """Return what it would be; of texts that cannot be kept, what is kept."""
        preview = visit.office.applications.preview
        try:
            return preview(self.case.id, actor=visit.actor, form=self.typed)
        except (TextRefusedError, FormDataError):
            return preview(self.case.id, actor=visit.actor)


def draft_page(
    visit: Visit,
    case: Application,
    *,
    checked: bool = False,
    refused: PerizinanError | None = None,
    older: bool = False,
) -> Page:
    """
    Return the page of a draft.

    Args:
        visit: Of the applicant.
        case: The draft.
        checked: Say what is still missing, as after pressing the button.
        refused: Why what was typed could not be kept.
        older: The form was drawn before another one was kept.
    """
    sheet = _Sheet.of(visit, case)
    preview = sheet.preview(visit)
    found = visit.office.applications.problems(case.id, actor=visit.actor) if checked else ()
    faults = {item.path: item.message(visit.language) for item in found}
    errors = errors_of(visit, case, found)
    if refused is not None:
        path = getattr(refused, "path", "")
        path = path if path.startswith("form.") else f"form.{path}"
        faults, errors = (
            {path: refused.message(visit.language)},
            [(place_of(path), refused.message(visit.language))],
        )
    exempt = [text.to(visit.language) for text in sheet.permit_type.exemptions]
    posted = visit.posted.one
    values = {
        "case": case,
        "item": sheet.permit_type,
        "parts": draw(sheet.parts, sheet.typed, preview.fields, faults),
        "fee": fee_panel(visit, preview.fee),
        "is_exempt": preview.is_exempt,
        "exemptions": exempt,
        "errors": errors,
        "seen": posted("seen") if visit.is_restored and not older else digest(case.form),
        "tab": posted("tab") or secrets.token_urlsafe(12),
        "saved_at": _said_when(visit, visit.services.store.drafts.saved_at(case.id)),
        "restored": visit.is_restored,
        "older": list(differences(sheet.parts, case.form, sheet.typed, visit.language)) if older else None,
        "time_limit": preview.time_limit,
    }
    status = HTTPStatus.CONFLICT if older else HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return Page("applicant/draft.html", values, status=status)


def show(visit: Visit) -> Answer:
    """Show it; a case that was handed in has its own page."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.DRAFT:
        return Redirect(visit.url("case", id=case.id))
    return draft_page(visit, case, checked=visit.query("periksa") == "1")


def save(visit: Visit) -> Answer:
    """Keep what was typed."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    by_script = visit.request.headers.get("accept") == "application/json"
    if case.state is not ApplicationState.DRAFT:
        if by_script:
            return JSONResponse({"closed": True}, HTTPStatus.GONE)
        note = N_("This application was handed in already; what you typed now was not kept.")
        return Redirect(visit.url("case", id=case.id), note=note)
    sheet = _Sheet.of(visit, case)
    try:
        kept = _kept(visit, sheet)
    except (TextRefusedError, FormDataError) as error:
        if by_script:
            said = {"refused": error.message(visit.language)}
            return JSONResponse(said, HTTPStatus.UNPROCESSABLE_ENTITY)
        return draft_page(visit, case, refused=error)
    if kept is None:
        again = visit.office.applications.get(case.id, actor=visit.actor)
        return (
            JSONResponse({"older": True}, HTTPStatus.CONFLICT)
            if by_script
            else draft_page(visit, again, older=True)
        )
    return _state(visit, attrs.evolve(sheet, case=kept)) if by_script else _onward(visit, kept)


def _kept(visit: Visit, sheet: _Sheet) -> Application | None:
    """Keep a form and return the draft; None: another one was kept since this one was drawn."""
    applications, drafts = visit.office.applications, visit.services.store.drafts
    tab = visit.posted.one("tab")[:40]
    case = sheet.case
    for _ in range(3):
        seen = visit.posted.one("seen")
        is_own = seen in ("", digest(case.form)) or drafts.tab(case.id) == tab
        if not is_own and case.form != sheet.typed:
            return None
        try:
            case = keep_pressed(visit, case, sheet.typed, {part.name for part in sheet.parts})
        except StaleObjectError:
            # Something else of the draft may have changed, such as a paper: look again.
            case = applications.get(case.id, actor=visit.actor)
            continue
        drafts.note(case.id, tab, now=visit.services.now)
        return case
    return None


def keep_pressed(
    visit: Visit, case: Application, typed: Mapping[str, Any], names: Collection[str]
) -> Application:
    """
    Keep a form as its button says: with an entry more or less in one of its lists, or as it is.

    Raises:
        StaleObjectError: the case was changed since it was read.
    """
    applications, actor = visit.office.applications, visit.actor
    what, _, where = visit.posted.one("next").partition(":")
    if where.partition(".")[0] not in names:
        what = ""
    if what == "drop":
        name, _, index = where.rpartition(".")
        if index.isdecimal():
            return applications.remove_item(
                case.id, name, int(index), form=typed, actor=actor, expected_version=case.version
            )
    if what == "add":
        typed = _with_entry(typed, where.split("."))
    return applications.save(case.id, form=typed, actor=actor, expected_version=case.version)


def _with_entry(typed: Mapping[str, Any], steps: Sequence[str]) -> dict[str, Any]:
    """Return a form with an empty entry more at the end of a list."""
    first, *rest = steps
    found = typed.get(first)
    if rest:
        return {**typed, first: _with_entry(found if isinstance(found, Mapping) else {}, rest)}
    return {**typed, first: [*(found if isinstance(found, list) else ()), {}]}


def _onward(visit: Visit, case: Application) -> Redirect:
    what, _, where = visit.posted.one("next").partition(":")
    if what in _NEXT:
        return Redirect(visit.url(_NEXT[what], id=case.id))
    place = visit.url("draft", id=case.id)
    if what in ("add", "drop"):
        name = where if what == "add" else where.rpartition(".")[0]
        return Redirect(f"{place}#{place_of('form.' + name)}")
    return Redirect(place, note=None if what == "refresh" else N_("Saved."))


def _state(visit: Visit, sheet: _Sheet) -> JSONResponse:
    """Answer the script: when it was kept, which fields apply, and what it costs."""
    preview = sheet.preview(visit)
    now = visit.office.authority.calendar.time_zone.local(visit.office.now())
    return JSONResponse(
        {
            "saved": f"{now:%H.%M}",
            "seen": digest(sheet.case.form),
            "absent": [f"form.{path}" for path in sorted(preview.fields.absent)],
            "required": [f"form.{path}" for path in sorted(preview.fields.required)],
            "fee": fee_panel(visit, preview.fee),
            "exempt": preview.is_exempt,
        }
    )


def discard(visit: Visit) -> Answer:
    """Remove the draft with everything in it."""
    visit.office.applications.discard(visit.path["id"], actor=visit.actor)
    visit.services.store.drafts.forget(visit.path["id"])
    return Redirect(visit.url("own-cases"), note=N_("The draft is removed."))


def digest(form: Mapping[str, Any]) -> str:
    """Return a mark of a form as it is kept: a page says by it what it was drawn from."""
    text = json.dumps(form, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _said_when(visit: Visit, seconds: int | None) -> str:
    """Return when a draft was kept: the time, with its day where it was another one."""
    if seconds is None:
        return ""
    zone = visit.office.authority.calendar.time_zone
    then, now = zone.local(datetime.fromtimestamp(seconds, UTC)), zone.local(visit.office.now())
    day = "" if then.date() == now.date() else f", {format_date(then.date(), visit.language)}"
    return f"{then:%H.%M}{day}"


def _place(visit: Visit, case: Application, path: str) -> str:
    """Return the address, or the id on this page, of what a problem is about."""
    part, _, rest = path.partition(".")
    if part in ("documents", "uploads"):
        return f"{visit.url('papers', id=case.id)}#slot-{rest}"
    if path == "representative.power_of_attorney":
        return f"{visit.url('papers', id=case.id)}#slot-{path}"
    if part in ("applicant", "representative"):
        return visit.url("holder", id=case.id)
    address = (
        "" if visit.request.url.path == visit.url("draft", id=case.id) else visit.url("draft", id=case.id)
    )
    query = "?periksa=1#" if address else ""
    return f"{address}{query}{place_of(path) if part == 'form' else 'fee'}"


def shown_refusal(error: PerizinanError, language: str) -> str:
    """Return why a file was refused, each reason on its own."""
    found = error.input_problems(language)
    return " ".join(item.detail for item in found) or error.message(language)


ROUTES = (
    PageRoute(path="/permohonan/{id}/isian", name="draft", show=show, act=save, who=Who.APPLICANT),
    PageRoute(path="/permohonan/{id}/hapus", name="discard", act=discard, who=Who.APPLICANT),
)
