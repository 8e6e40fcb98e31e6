"""
The form of a permit type while someone fills it in. What was typed is kept, right or wrong, by button and by script.

A script saves with the same post as the button, asking for JSON. A form that was drawn before another tab or device
saved is shown as the older one, and overwrites nothing until the one who types says so.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol

import attrs
from starlette.responses import JSONResponse

from perizinan_core import Actor, PerizinanError
from perizinan_core.catalogue import FormPart, form_parts
from perizinan_core.errors.model import FormDataError, TextRefusedError
from perizinan_core.errors.storage import StaleObjectError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState, PermitType, format_date
from perizinan_core.services import DraftPreview
from perizinan_portal._kit import Answer, Page, Redirect, Visit
from perizinan_portal._kit._rendering import shown_clock
from perizinan_portal._permit_forms._drawing import draw, place_of
from perizinan_portal._permit_forms._fee_panel import fee_panel
from perizinan_portal._permit_forms._pages import DraftPages
from perizinan_portal._permit_forms._reading import read_parts
from perizinan_portal._permit_forms._words import differences

__all__ = [
    "Drafting",
    "Sheet",
    "by_script",
    "digest",
    "keep_pressed",
    "keep_sheet",
    "over_for_script",
    "permit_type_of",
    "time_said",
]


class Drafting(Protocol):
    """What a form asks of the office: of the applicant's side, or of the counter."""

    def get(self, application_id: str, /, *, actor: Actor) -> Application:
        """Return the draft, or the case that waits for a correction."""
        ...

    def preview(
        self, application_id: str, /, *, actor: Actor, form: Mapping[str, Any] | None = None
    ) -> DraftPreview:
        """Return which fields apply and what it costs."""
        ...

    def save(
        self,
        application_id: str,
        /,
        *,
        actor: Actor,
        form: Mapping[str, Any] | None = None,
        expected_version: int | None = None,
    ) -> Application:
        """Keep the form."""
        ...

    def remove_item(
        self,
        application_id: str,
        name: str,
        index: int,
        /,
        *,
        form: Mapping[str, Any],
        actor: Actor,
        expected_version: int | None = None,
    ) -> Application:
        """Keep the form without an entry of a list."""
        ...


def permit_type_of(visit: Visit, case: Application) -> PermitType:
    """Return the permit type of a case: of a draft as it is in force today, then in the case's own version."""
    if case.state is ApplicationState.DRAFT:
        for found in visit.office.permit_types():
            if found.code == case.permit_type:
                return found
    return visit.office.catalogue.version(case.permit_type, case.permit_type_version)


@attrs.frozen(kw_only=True)
class Sheet:
    """A form with what was typed, on its way to the page."""

    visit: Visit
    among: Drafting
    pages: DraftPages
    case: Application
    permit_type: PermitType
    parts: tuple[FormPart, ...]
    """What can be filled in."""

    rest: Mapping[str, Any]
    """What the form holds besides, and keeps."""

    typed: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        visit: Visit,
        among: Drafting,
        pages: DraftPages,
        case: Application,
        *,
        parts: tuple[FormPart, ...] | None = None,
    ) -> Sheet:
        """
        Return the form with what was posted, or else with what is kept.

        Args:
            visit: Of the one who fills it in.
            among: Where it is kept.
            pages: Where what is wrong is put right.
            case: A draft, or a case that waits for a correction.
            parts: What can be filled in; None: everything.
        """
        permit_type = permit_type_of(visit, case)
        shown = form_parts(permit_type) if parts is None else parts
        names = {part.name for part in shown}
        kept = {name: value for name, value in case.form.items() if parts is None or name in names}
        rest = {name: value for name, value in case.form.items() if name not in kept}
        sent = visit.request.method == "POST" or visit.is_restored
        typed = read_parts(shown, visit.posted) if sent else kept
        return cls(
            visit=visit,
            among=among,
            pages=pages,
            case=case,
            permit_type=permit_type,
            parts=shown,
            rest=rest,
            typed=typed,
        )

    @property
    def form(self) -> Mapping[str, Any]:
        """The whole form, with what was typed."""
        return {**self.rest, **self.typed}

    def preview(self) -> DraftPreview:
        """Return what it would be; of texts that cannot be kept, what is kept."""
        preview, actor = self.among.preview, self.visit.actor
        try:
            return preview(self.case.id, actor=actor, form=self.form)
        except (TextRefusedError, FormDataError):
            return preview(self.case.id, actor=actor)

    def page(
        self,
        template: str,
        found: Sequence[Problem] = (),
        *,
        refused: PerizinanError | None = None,
        older: bool = False,
        **more: Any,
    ) -> Page:
        """
        Return the page of the form.

        Args:
            template: Draws it, see ``applicant/form_parts.html``.
            found: What is still missing or wrong.
            refused: Why what was typed could not be kept.
            older: The form was drawn before another one was kept.
            more: Further values of the template.
        """
        visit, case, preview = self.visit, self.case, self.preview()
        faults = {item.path: item.message(visit.language) for item in found}
        errors = [
            (self.pages.place_of(visit, case, item.path), item.message(visit.language)) for item in found
        ]
        if refused is not None:
            path = getattr(refused, "path", "")
            path = path if path.startswith("form.") else f"form.{path}"
            said = refused.message(visit.language)
            faults, errors = {path: said}, [(place_of(path), said)]
        posted = visit.posted.one
        values = {
            "case": case,
            "item": self.permit_type,
            "parts": draw(self.parts, self.typed, preview.fields, faults),
            "fee": fee_panel(visit, preview.fee),
            "is_exempt": preview.is_exempt,
            "exemptions": [text.to(visit.language) for text in self.permit_type.exemptions],
            "errors": errors,
            "seen": posted("seen") if visit.is_restored and not older else digest(case.form),
            "tab": posted("tab") or secrets.token_urlsafe(12),
            "saved_at": time_said(visit, visit.services.store.drafts.saved_at(case.id)),
            "restored": visit.is_restored,
            "older": list(differences(self.parts, case.form, self.typed, visit.language)) if older else None,
            "pages": self.pages,
            **more,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
        return Page(template, values, status=HTTPStatus.CONFLICT if older else status)

    def keep(self) -> Application | None:
        """Keep it and return the case; None: another one was kept since this one was drawn."""
        visit, drafts, case = self.visit, self.visit.services.store.drafts, self.case
        tab, names = visit.posted.one("tab")[:40], {part.name for part in self.parts}
        for _ in range(3):
            seen = visit.posted.one("seen")
            is_own = seen in ("", digest(case.form)) or drafts.tab(case.id) == tab
            if not is_own and case.form != self.form:
                return None
            try:
                case = keep_pressed(visit, self.among, case, self.form, names)
            except StaleObjectError:
                # Something else of the draft may have changed, such as a paper: look again.
                case = self.among.get(case.id, actor=visit.actor)
                continue
            drafts.note(case.id, tab, now=visit.services.now)
            return case
        return None

    def state(self) -> JSONResponse:
        """Answer the script: when it was kept, which fields apply, and what it costs."""
        preview = self.preview()
        return JSONResponse(
            {
                "saved": time_said(self.visit, self.visit.services.now),
                "seen": digest(self.case.form),
                "absent": [f"form.{path}" for path in sorted(preview.fields.absent)],
                "required": [f"form.{path}" for path in sorted(preview.fields.required)],
                "fee": fee_panel(self.visit, preview.fee),
                "exempt": preview.is_exempt,
            }
        )


def keep_sheet(sheet: Sheet, page: Callable[..., Page], buttons: Mapping[str, str]) -> Answer:
    """
    Keep what was typed, and answer the script, or lead to where the button says.

    Args:
        sheet: The form.
        page: Draws it again, ``refused`` with why it could not be kept, or ``older`` than what is kept.
        buttons: Name of the page that each button leads to.
    """
    visit = sheet.visit
    try:
        kept = sheet.keep()
    except (TextRefusedError, FormDataError) as error:
        if by_script(visit):
            said = {"refused": error.message(visit.language)}
            return JSONResponse(said, HTTPStatus.UNPROCESSABLE_ENTITY)
        return page(sheet, refused=error)
    if kept is None:
        if by_script(visit):
            return JSONResponse({"older": True}, HTTPStatus.CONFLICT)
        again = sheet.among.get(sheet.case.id, actor=visit.actor)
        return page(attrs.evolve(sheet, case=again), older=True)
    if by_script(visit):
        return attrs.evolve(sheet, case=kept).state()
    return _onward(sheet, buttons)


def _onward(sheet: Sheet, buttons: Mapping[str, str]) -> Redirect:
    visit, case = sheet.visit, sheet.case
    what, _, where = visit.posted.one("next").partition(":")
    if what in buttons:
        return Redirect(visit.url(buttons[what], id=case.id))
    place = visit.url(sheet.pages.form, id=case.id)
    if what in ("add", "drop"):
        name = where if what == "add" else where.rpartition(".")[0]
        return Redirect(f"{place}#{place_of('form.' + name)}")
    return Redirect(place, note=None if what == "refresh" else N_("Saved."))


def keep_pressed(
    visit: Visit, among: Drafting, case: Application, form: Mapping[str, Any], names: Collection[str]
) -> Application:
    """
    Keep a form as its button says: with an entry more or less in one of its lists, or as it is.

    Args:
        visit: Who typed, and which button was pressed.
        among: Where it is kept.
        case: As it was read.
        form: The whole form.
        names: The fields that were open.

    Raises:
        StaleObjectError: the case was changed since it was read.
    """
    actor = visit.actor
    what, _, where = visit.posted.one("next").partition(":")
    if where.partition(".")[0] not in names:
        what = ""
    if what == "drop":
        name, _, index = where.rpartition(".")
        if index.isdecimal():
            return among.remove_item(
                case.id, name, int(index), form=form, actor=actor, expected_version=case.version
            )
    if what == "add":
        form = _with_entry(form, where.split("."))
    return among.save(case.id, form=form, actor=actor, expected_version=case.version)


def _with_entry(typed: Mapping[str, Any], steps: Sequence[str]) -> dict[str, Any]:
    """Return a form with an empty entry more at the end of a list."""
    first, *rest = steps
    found = typed.get(first)
    if rest:
        return {**typed, first: _with_entry(found if isinstance(found, Mapping) else {}, rest)}
    return {**typed, first: [*(found if isinstance(found, list) else ()), {}]}


def by_script(visit: Visit) -> bool:
    """Return whether the script of a page asks, which shows the answer in the page that is there."""
    return visit.request.headers.get("accept") == "application/json"


def over_for_script() -> JSONResponse:
    """Tell the script that nothing can be kept here any more."""
    return JSONResponse({"closed": True}, HTTPStatus.GONE)


def digest(form: Mapping[str, Any]) -> str:
    """Return a mark of a form as it is kept: a page says by it what it was drawn from."""
    text = json.dumps(form, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def time_said(visit: Visit, seconds: int | None) -> str:
    """Return when something was kept: the time, with its day where it was another one."""
    if seconds is None:
        return ""
    zone = visit.office.authority.calendar.time_zone
    then, now = zone.local(datetime.fromtimestamp(seconds, UTC)), zone.local(visit.office.now())
    day = "" if then.date() == now.date() else f", {format_date(then.date(), visit.language)}"
    return shown_clock(then, visit.language) + day
