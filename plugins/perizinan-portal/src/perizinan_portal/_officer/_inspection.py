"""Photographs of a site inspection, put in from a phone on the spot, and the minutes with them to be printed."""

from __future__ import annotations

from datetime import datetime

import attrs
from starlette.responses import Response

from perizinan_core.errors.documents import DocumentError, UploadHeldError, UploadRefusedError
from perizinan_core.i18n import N_
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import (
    Answer,
    Fault,
    Form,
    Page,
    PageRoute,
    Rate,
    Redirect,
    Visit,
    Who,
    text,
)
from perizinan_portal._officer._cases import case_of, type_of

__all__ = ["ROUTES"]


def _moment(typed: str) -> datetime:
    try:
        return datetime.fromisoformat(typed)
    except ValueError as error:
        raise Fault(N_("Write day and time, for example 2026-03-02 09:30")) from error


@attrs.frozen(kw_only=True)
class Photo:
    """What is said of a photograph."""

    caption: str = text(N_("What it shows, and where"), required=False)
    taken_at: datetime | None = text(
        N_("Taken at"),
        parse=_moment,
        required=False,
        hint=N_("Day and time, for example 2026-03-02 09:30"),
    )


def show(visit: Visit, form: Form[Photo] | None = None, refused: str | None = None) -> Answer:
    """Show the photographs that are there, and ask for the next."""
    case, stage = case_of(visit), visit.path["stage"]
    state = case.stage_state(stage)
    if state is None:
        raise PortalError("page-not-found")
    values = {
        "case": case,
        "stage": type_of(visit, case).stage(stage),
        "photos": state.photos,
        "form": form or visit.fill(Photo),
        "policy": visit.office.reviews.photo_policy(),
        "refused": refused,
    }
    return Page("officer/inspection.html", values, status=422 if form or refused else 200)


def add(visit: Visit) -> Answer:
    """Put it in."""
    form, files = visit.read(Photo), visit.posted.files.get("file", ())
    if form.value is None:
        return show(visit, form)
    if not files:
        return show(visit, refused=visit.say(N_("Choose a file first.")))
    taken = form.value.taken_at
    zone = visit.office.authority.calendar.time_zone.zone
    try:
        visit.office.reviews.add_photo(
            visit.path["id"],
            visit.path["stage"],
            files[0].file,
            file_name=files[0].name,
            caption=form.value.caption,
            taken_at=taken if taken is None or taken.tzinfo else taken.replace(tzinfo=zone),
            actor=visit.actor,
            idempotency_key=visit.key,
        )
    except (UploadRefusedError, UploadHeldError) as error:
        found = error.input_problems(visit.language)
        return show(visit, form, " ".join(item.detail for item in found) or error.message(visit.language))
    return Redirect(visit.place, note=N_("The photograph is kept. It becomes a part of the minutes."))


def remove(visit: Visit) -> Answer:
    """Take one out before the minutes are written."""
    case, stage = visit.path["id"], visit.path["stage"]
    visit.office.reviews.remove_photo(
        case, stage, visit.posted.one("photo"), actor=visit.actor, idempotency_key=visit.key
    )
    return Redirect(
        visit.url("inspection-photos", id=case, stage=stage), note=N_("The photograph is removed.")
    )


def picture(visit: Visit) -> Answer:
    """Give a photograph as a picture of ours, without what its file says of place or device."""
    try:
        drawn = visit.office.reviews.photo_picture(visit.path["id"], visit.path["photo"], actor=visit.actor)
    except DocumentError as error:
        if error.code != "page-not-drawn":
            raise
        raise PortalError("page-not-found") from error
    return Response(drawn.jpeg, media_type="image/jpeg", headers={"cache-control": "private, max-age=600"})


def minutes(visit: Visit) -> Answer:
    """Show the minutes with their photographs, to be printed and signed."""
    case, stage = case_of(visit), visit.path["stage"]
    state = case.stage_state(stage)
    if state is None or state.minutes is None:
        raise PortalError("page-not-found")
    names = {one.id: one.name for one in visit.officers_of()}
    values = {
        "case": case,
        "item": type_of(visit, case),
        "stage": type_of(visit, case).stage(stage),
        "minutes": state.minutes,
        "inspectors": [names.get(one, one) for one in state.minutes.inspectors],
    }
    return Page("officer/minutes.html", values)


_STAGE = "/petugas/berkas/{id}/peninjauan/{stage}"
ROUTES = (
    PageRoute(
        path=f"{_STAGE}/foto",
        name="inspection-photos",
        show=show,
        act=add,
        who=Who.OFFICER,
        uploads=True,
        rate=Rate(120),
    ),
    PageRoute(path=f"{_STAGE}/foto/hapus", name="remove-photo", act=remove, who=Who.OFFICER),
    PageRoute(path="/petugas/berkas/{id}/foto/{photo}", name="photo", show=picture, who=Who.OFFICER),
    PageRoute(path=f"{_STAGE}/berita-acara", name="minutes", show=minutes, who=Who.OFFICER),
)
