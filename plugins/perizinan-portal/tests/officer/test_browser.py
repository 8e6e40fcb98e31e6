"""In a real browser: a paper beside its checklist, and two officers at once on one case."""

from __future__ import annotations

import pytest

from perizinan_core.testing import sample_applicant

pytestmark = pytest.mark.xdist_group("perizinan-portal-browser")


@pytest.fixture
def case(plain_portal):
    """The case that is next for its officer."""
    kit = plain_portal.office
    kit.submit(applicant=sample_applicant(name="Warga Contoh"))
    (first, *_) = kit.office.reviews.queue(actor=kit.officer("supervisor"), everyone=True)
    return kit.office.applications.get(first.application, actor=kit.officer("supervisor"))


def _clerk(browsing, case):
    return browsing.portal.office.assignee(case.id, "periksa").id


@pytest.mark.parametrize("script", [True, False])
def test_a_paper_stands_beside_its_checklist_without_a_download(browsing, case, script):
    """Side by side on a desk, below each other on a phone; nothing is wider than the window."""
    paper = next(one.id for one in case.documents if one.slot == "ktp" and one.replaced_at is None)
    path = f"/petugas/berkas/{case.id}/dokumen/{paper}"
    who = _clerk(browsing, case)
    boxes = {}
    for width in (1280, 360):
        page = browsing.page(who, path, width=width, java_script_enabled=script)
        page.wait_for_function("document.querySelector('.sheets img').complete") if script else None
        picture, form = (
            page.locator(place).first.bounding_box() for place in (".sheets img", "main form textarea")
        )
        boxes[width] = (picture, form)
        if script:
            assert 0 < page.evaluate("document.querySelector('.sheets img').naturalWidth")
            assert 0 >= browsing.overflow(page)

    desk, phone = boxes[1280], boxes[360]
    assert desk[0]["x"] + desk[0]["width"] <= desk[1]["x"]
    assert phone[0]["y"] < phone[1]["y"]


def test_of_two_officers_at_once_the_loser_learns_who_was_first_and_keeps_the_text(browsing, case):
    """In two windows, by the button."""
    who, path = _clerk(browsing, case), f"/petugas/berkas/{case.id}"
    first, second = (browsing.page(who, path) for _ in range(2))
    for page in (first, second):
        page.check("input[name=outcome][value=positive]")
        page.fill("textarea[name=reasons]", "Foto KTP terbaca")
        if page.locator("textarea[name=similar]").count():
            page.fill("textarea[name=similar]", "Dua kios")
        page.locator("form[action*='/tahap/'] button[type=submit]").click()

    assert "/petugas" == first.url.removeprefix(browsing.address)
    said = second.locator("main").inner_text()
    assert "lebih dahulu memutuskan" in said
    assert "Foto KTP terbaca" in said


def test_the_menu_of_an_officer_opens_by_keyboard_on_a_phone(browsing):
    """What is under "more" is reached with Tab and Enter."""
    page = browsing.page("supervisor", "/petugas", width=360)
    page.focus(".menu summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('details') !== null")
    assert 0 >= browsing.overflow(page)
    assert [] == browsing.findings(page)
