"""Photographs of site inspections."""

from __future__ import annotations

from io import BytesIO

import pytest

from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model import EventKind, InspectionMinutes, StageOutcome
from perizinan_core.testing import APPLICANT, HOST, small_png
from perizinan_core.testing._refusals import raises_code


@pytest.fixture
def case(any_kit):
    """A case that waits for its site inspection."""
    kit = any_kit
    case = kit.submit("acara").id
    kit.review(case, until="telaah")
    kit.office.reviews.request_stage(case, "peninjauan", actor=kit.assignee(case, "telaah"))
    kit.decide(case, "telaah")
    return case


def _add(kit, case, **given):
    return kit.office.reviews.add_photo(
        case,
        "peninjauan",
        BytesIO(given.pop("content", small_png(3))),
        file_name="IMG_0001.png",
        actor=given.pop("actor", None) or kit.assignee(case, "peninjauan"),
        **given,
    )


def test_photographs_become_a_part_of_the_minutes_and_stay(any_kit, case):
    """With caption and hash; the same form sent twice puts in one."""
    kit = any_kit
    for _ in range(2):
        _add(kit, case, caption="Pintu masuk", taken_at=kit.clock(), idempotency_key="k-1")
    inspector = kit.assignee(case, "peninjauan")
    minutes = InspectionMinutes(
        day=kit.office.today(), inspectors=(inspector.id,), findings="Cukup lebar", favourable=True
    )
    kit.office.reviews.decide(case, "peninjauan", StageOutcome.POSITIVE, minutes=minutes, actor=inspector)
    state = kit.office.applications.get(case, actor=HOST).stage_state("peninjauan")
    (photo,) = state.minutes.photos
    drawn = kit.office.reviews.photo_picture(case, photo.id, actor=inspector, side=100)

    assert ((), "Pintu masuk", inspector.id) == (state.photos, photo.caption, photo.by)
    assert drawn.jpeg.startswith(b"\xff\xd8\xff")
    assert EventKind.PHOTO_ADDED in {
        event.kind for event in kit.office.applications.history(case, actor=HOST)
    }
    assert not kit.office.applications.get(case, actor=APPLICANT).stage_state("peninjauan").photos


def test_a_photograph_is_taken_out_before_the_minutes_are_written(any_kit, case):
    """By its inspector alone."""
    kit = any_kit
    (photo,) = _add(kit, case).stage_state("peninjauan").photos
    with raises_code("not-allowed"):
        kit.office.reviews.remove_photo(case, "peninjauan", photo.id, actor=kit.officer("supervisor"))
    kit.office.reviews.remove_photo(case, "peninjauan", photo.id, actor=kit.assignee(case, "peninjauan"))

    assert () == kit.office.applications.get(case, actor=HOST).stage_state("peninjauan").photos


def test_only_the_inspector_puts_pictures_in_and_only_pictures(kit):
    """What is not a photograph is refused by its content; other officers and steps have none."""
    case = kit.submit("acara").id
    with raises_code("photos"):
        kit.office.reviews.add_photo(
            case, "periksa", BytesIO(small_png(3)), file_name="a.png", actor=kit.assignee(case, "periksa")
        )
    kit.review(case, until="telaah")
    kit.office.reviews.request_stage(case, "peninjauan", actor=kit.assignee(case, "telaah"))
    kit.decide(case, "telaah")
    with pytest.raises(UploadRefusedError):
        _add(kit, case, content=b"<html>")
    with raises_code("not-allowed"):
        _add(kit, case, actor=kit.officer("supervisor"))
    with pytest.raises(AccessDeniedError):
        kit.office.reviews.photo_picture(case, "x", actor=APPLICANT)
    with pytest.raises(NotFoundError):
        kit.office.reviews.photo_picture(case, "x", actor=kit.officer("supervisor"))
