"""What someone present states and brings: the form of the permit type, and scans of the papers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from perizinan_core import PerizinanError
from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import UploadKeptError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState
from perizinan_portal._applicant._mandate import REPRESENTED
from perizinan_portal._applicant._schema import field_views, read_form
from perizinan_portal._kit import Answer, Page, PageRoute, Rate, Redirect, Upload, Visit, Who
from perizinan_portal._officer._cases import type_of
from perizinan_portal._officer._counter import CLERKS

__all__ = ["ROUTES", "draft_page", "place_of"]


def draft_page(visit: Visit, case: Application, *, checked: bool = False, refused: str | None = None) -> Page:
    """
    Return the page.

    Args:
        visit: Of the clerk.
        case: A draft of the counter, or a case that waits for a correction.
        checked: Say what is still missing.
        refused: Why an upload was refused.
    """
    permit_type = type_of(visit, case)
    found = visit.office.counter.problems(case.id, actor=visit.actor) if checked else ()
    faults = {item.path.removeprefix("form."): item.message(visit.language) for item in found}
    data = read_form(permit_type.form_schema, visit.posted) if visit.is_restored else case.form
    correction = case.corrections[-1] if case.state is ApplicationState.CORRECTION_REQUESTED else None
    values = {
        "case": case,
        "item": permit_type,
        "fields": field_views(permit_type.form_schema, data, faults),
        "slots": visit.office.counter.slots(case.id, actor=visit.actor),
        "errors": [(place_of(item.path), item.message(visit.language)) for item in found],
        "mandate": case.power_of_attorney(),
        "refused": refused,
        "asked_for": () if correction is None else correction.items,
        "is_draft": correction is None,
    }
    return Page("officer/counter_draft.html", values, status=422 if found or refused else 200)


def show(visit: Visit) -> Answer:
    """Show it."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    return draft_page(visit, case, checked=visit.query("periksa") == "1")


def save(visit: Visit) -> Answer:
    """Keep what was stated."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    typed = read_form(type_of(visit, case).form_schema, visit.posted)
    visit.office.counter.save(case.id, form=typed, actor=visit.actor)
    if visit.posted.one("next") == "hand-in":
        return Redirect(visit.url("counter-hand-in", id=case.id))
    return Redirect(visit.url("counter-draft", id=case.id), note=N_("Saved."))


def upload(visit: Visit) -> Answer:
    """Put a scan into its place; a later one of a correction takes the place of the former."""
    slot = visit.path["slot"]

    def put(case: str, file: Upload) -> None:
        visit.office.counter.upload(
            case,
            slot,
            file.file,
            file_name=file.name,
            replaces=visit.posted.one("replaces") or None,
            actor=visit.actor,
            idempotency_key=visit.key,
        )

    return _stored(visit, slot, put)


def mandate(visit: Visit) -> Answer:
    """Put the power of attorney into its place, and where the permit type asks for it too."""

    def put(case: str, file: Upload) -> None:
        visit.office.counter.attach_power_of_attorney(
            case, file.file, file_name=file.name, actor=visit.actor, idempotency_key=visit.key
        )
        _put_where_asked(visit, case, file)

    return _stored(visit, "kuasa", put)


def _stored(visit: Visit, place: str, put: Callable[[str, Upload], None]) -> Answer:
    """Let the file that was sent be put into its place, or say on the page why not."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    found = visit.posted.files.get("file", ())
    if not found:
        return draft_page(visit, case, refused=visit.say(N_("Choose a file first.")))
    try:
        put(case.id, found[0])
    except (UploadRefusedError, UploadKeptError) as error:
        return draft_page(visit, case, refused=_shown(error, visit.language))
    return Redirect(f"{visit.url('counter-draft', id=case.id)}#slot-{place}", note=N_("The file is stored."))


def _put_where_asked(visit: Visit, case: str, file: Upload) -> None:
    """Put the same scan where the permit type asks for the power of attorney among its papers."""
    for slot in visit.office.counter.slots(case, actor=visit.actor):
        if slot.requirement.when == REPRESENTED and not slot.documents:
            file.file.seek(0)
            with contextlib.suppress(UploadRefusedError, UploadKeptError):
                visit.office.counter.upload(
                    case, slot.terms.key, file.file, file_name=file.name, actor=visit.actor
                )


def remove(visit: Visit) -> Answer:
    """Take a file out of its place."""
    visit.office.counter.remove(visit.path["id"], visit.path["paper"], actor=visit.actor)
    return Redirect(visit.url("counter-draft", id=visit.path["id"]), note=N_("The file is removed."))


def discard(visit: Visit) -> Answer:
    """Remove the draft."""
    visit.office.counter.discard(visit.path["id"], actor=visit.actor)
    return Redirect(visit.url("counter"), note=N_("The draft is removed."))


def _shown(error: PerizinanError, language: str) -> str:
    found = error.input_problems(language)
    return " ".join(item.detail for item in found) or error.message(language)


def place_of(path: str) -> str:
    """Return the id of the place on the page that a problem is about."""
    if path == "representative.power_of_attorney":
        return "slot-kuasa"
    part, _, rest = path.partition(".")
    if part == "form":
        return "f-form-" + rest.partition(".")[0]
    return f"slot-{rest}" if part == "documents" else "main"


_PATH = "/petugas/loket/berkas/{id}"
ROUTES = (
    PageRoute(path=_PATH, name="counter-draft", show=show, act=save, who=Who.OFFICER, roles=CLERKS),
    PageRoute(
        path=f"{_PATH}/dokumen/{{slot}}",
        name="counter-upload",
        act=upload,
        who=Who.OFFICER,
        roles=CLERKS,
        uploads=True,
        rate=Rate(120),
    ),
    PageRoute(
        path=f"{_PATH}/kuasa",
        name="counter-mandate",
        act=mandate,
        who=Who.OFFICER,
        roles=CLERKS,
        uploads=True,
        rate=Rate(60),
    ),
    PageRoute(
        path=f"{_PATH}/dokumen/{{paper}}/hapus",
        name="counter-remove",
        act=remove,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
    PageRoute(path=f"{_PATH}/hapus", name="counter-discard", act=discard, who=Who.OFFICER, roles=CLERKS),
)
