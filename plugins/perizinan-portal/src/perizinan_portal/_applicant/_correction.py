"""
Answering a correction: each thing by itself, saved at once, and everything sent together when all are answered.

A new file, a changed value or words are an answer. What stood there before stays to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from perizinan_core import PerizinanError
from perizinan_core.errors.model import FormDataError, TextRefusedError
from perizinan_core.errors.storage import StaleObjectError
from perizinan_core.errors.workflow import Problem, SubmissionRefusedError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState
from perizinan_core.services import ItemKind, ItemView
from perizinan_portal._applicant._apply import read_parties
from perizinan_portal._applicant._correction_sheet import FURTHER, CorrectionSheet, Typed
from perizinan_portal._applicant._parties import over, over_agent, standing_of
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Page, PageRoute, Rate, Redirect, Visit, Who
from perizinan_portal._permit_forms import (
    by_script,
    differences,
    digest,
    keep_pressed,
    over_for_script,
    place_of,
    read_parts,
)
from perizinan_portal._store import SavedPost

__all__ = ["ROUTES"]

_LONGEST = 2000
_UNTIL_RIGHT = N_("Noted on this page. It counts as an answer once it is complete and saved.")
_NOTHING = N_("Choose a file, change the value, or write an answer")


def show(visit: Visit, typed: Typed | None = None) -> Answer:
    """Show every thing that is asked for."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.CORRECTION_REQUESTED:
        return Redirect(visit.url("case", id=case.id))
    return _page(visit, CorrectionSheet.of(visit, case), typed)


def show_item(visit: Visit) -> Answer:
    """Show the page with what was typed for one thing before the session ended."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if not visit.is_restored:
        return Redirect(visit.url("own-correction", id=case.id))
    return show(visit, Typed(visit.path["slot"], seen=visit.posted.one("seen")))


def keep(visit: Visit) -> Answer:
    """Keep the answer to one thing."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.CORRECTION_REQUESTED:
        if by_script(visit):
            return over_for_script()
        note = N_("The correction was sent already; what you typed now was not kept.")
        return Redirect(visit.url("case", id=case.id), note=note)
    sheet, target = CorrectionSheet.of(visit, case), visit.path["slot"]
    item = sheet.item(target)
    if item is None and target != FURTHER:
        raise PortalError("page-not-found")
    try:
        wrong = _keep_fields(visit, sheet, target)[1] if item is None else _keep_item(visit, sheet, item)
    except (TextRefusedError, FormDataError) as error:
        path = getattr(error, "path", "")
        path = path if path.startswith("form.") else f"form.{path}"
        said = error.message(visit.language)
        wrong = Typed(target, said, faults={path: said})
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        wrong = Typed(target, error.message(visit.language))
    if by_script(visit):
        return _told(visit, sheet, target, wrong)
    if wrong is not None:
        return _page(visit, CorrectionSheet.of(visit, case), wrong)
    place = visit.url("own-correction", id=case.id)
    what, _, where = visit.posted.one("next").partition(":")
    if what in ("add", "drop"):
        name = where if what == "add" else where.rpartition(".")[0]
        return Redirect(f"{place}#{place_of('form.' + name)}")
    return Redirect(f"{place}#{sheet.place(target)}", note=N_("Your answer is saved."))


def _told(visit: Visit, before: CorrectionSheet, target: str, wrong: Typed | None) -> JSONResponse:
    """Answer the script: when it was kept, which fields apply, and what is answered by now."""
    if wrong is not None and wrong.older is not None:
        return JSONResponse({"older": True}, HTTPStatus.CONFLICT)
    if wrong is not None:
        said = visit.say(_UNTIL_RIGHT) if wrong.form is not None else wrong.sentence
        return JSONResponse({"refused": said}, HTTPStatus.UNPROCESSABLE_ENTITY)
    case = visit.office.applications.get(before.case.id, actor=visit.actor)
    return JSONResponse(CorrectionSheet.of(visit, case).state(visit, target, before))


def send(visit: Visit) -> Answer:
    """Hand everything in; what is still open is named first."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.CORRECTION_REQUESTED:
        return Redirect(visit.url("receipt", id=case.id))
    sheet = CorrectionSheet.of(visit, case)
    missing = tuple(
        (
            sheet.place(one.target.code),
            visit.say(N_("Not answered yet: {what}"), what=one.target.name.to(visit.language)),
        )
        for one in sheet.items
        if not one.is_answered
    )
    if missing:
        return _page(visit, sheet, None, errors=missing)
    key = f"portal-correction-{case.id}-{case.submission}"
    try:
        visit.office.applications.submit(case.id, actor=visit.actor, idempotency_key=key)
    except SubmissionRefusedError as error:
        return _page(visit, sheet, None, problems=tuple(error.problems))
    return Redirect(visit.url("receipt", id=case.id), note=N_("Your correction is handed in. Thank you."))


def _page(
    visit: Visit,
    sheet: CorrectionSheet,
    typed: Typed | None,
    *,
    errors: tuple[tuple[str, str], ...] = (),
    problems: tuple[Problem, ...] = (),
) -> Page:
    faults = {one.path: one.message(visit.language) for one in problems}
    shown: list[tuple[str, object]] = [
        *errors,
        *((sheet.place_of(one.path), one.message(visit.language)) for one in problems),
    ]
    if typed is not None:
        faults |= typed.faults
        shown += typed.errors(sheet.place(typed.target))
    values = {**sheet.values(visit, typed, faults), "errors": shown}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if shown else HTTPStatus.OK
    return Page(
        "applicant/correction.html", values, status=HTTPStatus.CONFLICT if typed and typed.older else status
    )


def _keep_item(visit: Visit, sheet: CorrectionSheet, item: ItemView) -> Typed | None:
    applications, target, case = visit.office.applications, item.target.code, sheet.case
    words = visit.posted.one("answer").strip()[:_LONGEST]
    changed, wrong = False, None
    if item.kind is ItemKind.FIELD:
        changed, wrong = _keep_fields(visit, sheet, target)
    elif item.kind is ItemKind.APPLICANT:
        changed, wrong = _keep_parties(visit, sheet)
    if wrong is not None:
        return wrong
    had = item.answer is not None and bool(item.answer.text)
    if words or had:
        applications.answer(case.id, target, words, actor=visit.actor)
    if changed or words or had or item.is_answered or by_script(visit):
        return None
    return Typed(target, visit.say(_NOTHING))


def _keep_fields(visit: Visit, sheet: CorrectionSheet, target: str) -> tuple[bool, Typed | None]:
    """Put what was typed into the form; return whether it changed, and what to show where it was not kept."""
    parts = sheet.parts_of(target)
    names = {part.name for part in parts}
    typed, seen, case = read_parts(parts, visit.posted), visit.posted.one("seen"), sheet.case
    for _ in range(3):
        kept = {name: value for name, value in case.form.items() if name in names}
        if seen not in ("", digest(kept)) and kept != typed:
            older = tuple(differences(parts, kept, typed, visit.language))
            return False, Typed(target, older=older, seen=digest(kept))
        rest = {name: value for name, value in case.form.items() if name not in names}
        try:
            keep_pressed(visit, visit.office.applications, case, {**rest, **typed}, names)
        except StaleObjectError:
            case = visit.office.applications.get(case.id, actor=visit.actor)
            continue
        return kept != typed or bool(visit.posted.one("next").partition(":")[1]), None
    return False, Typed(target, older=(), seen=digest(_of(case, names)))


def _of(case: Application, names: set[str]) -> Mapping[str, Any]:
    return {name: value for name, value in case.form.items() if name in names}


def _keep_parties(visit: Visit, sheet: CorrectionSheet) -> tuple[bool, Typed | None]:
    """Keep the data of those who apply, where one of them was changed."""
    case, known = sheet.case, sheet.known_parties()
    if all(visit.posted.one(name).strip() == known.typed[name].strip() for name in known.names):
        return False, None
    form = read_parties(visit, standing_of(case.applicant, case.representative))
    place = sheet.place_kept(visit)
    if form.value is None:
        visit.services.store.posts.keep_own(
            visit.actor.id,
            SavedPost(place=place, values={name: visit.posted.all(name) for name in form.names}),
            now=visit.services.now,
        )
        return False, Typed("applicant", form=form)
    visit.services.store.posts.forget_own(visit.actor.id, place)
    old = case.representative
    who = over(case.applicant, form.value.applicant())
    agent = over_agent(old, form.value.representative(old.actor_id if old else None))
    visit.office.applications.save(case.id, applicant=who, representative=agent, actor=visit.actor)
    return (who, agent) != (case.applicant, old), None


ROUTES = (
    PageRoute(
        path="/permohonan/{id}/perbaikan", name="own-correction", show=show, act=send, who=Who.APPLICANT
    ),
    PageRoute(
        path="/permohonan/{id}/perbaikan/{slot}",
        name="own-correction-item",
        show=show_item,
        act=keep,
        who=Who.APPLICANT,
        rate=Rate(120),
    ),
)
