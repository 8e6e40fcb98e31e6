"""Papers beside their checklist."""

from __future__ import annotations

import pytest

from perizinan_core.testing import small_png


@pytest.fixture
def case(portal):
    """A case that was just handed in."""
    return portal.office.submit()


def _officer(portal, case):
    return portal.visitor(portal.office.assignee(case.id, "periksa").id)


def _paper(portal, case, slot="ktp"):
    return next(one for one in case.documents if one.slot == slot and one.replaced_at is None)


def test_a_paper_is_shown_as_a_picture_that_we_drew(portal, case):
    """The file itself never reaches the page."""
    officer = _officer(portal, case)
    page = officer.open(f"/petugas/berkas/{case.id}/dokumen/{_paper(portal, case).id}")
    assert "/halaman/1" in page.html
    picture = officer.open(f"{page.url}/halaman/1")
    assert (200, "image/jpeg") == (picture.status, picture.headers["content-type"])
    assert picture.content.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("page", ["2", "0", "x", "99999999", "-1"])
def test_a_page_that_a_paper_does_not_have_is_not_found(portal, case, page):
    """Whatever number is asked for."""
    officer = _officer(portal, case)
    assert (
        404
        == officer.open(f"/petugas/berkas/{case.id}/dokumen/{_paper(portal, case).id}/halaman/{page}").status
    )


def test_the_file_itself_is_a_download(portal, case):
    """It is saved and never shown as a page of ours."""
    found = _officer(portal, case).open(f"/petugas/berkas/{case.id}/dokumen/{_paper(portal, case).id}/berkas")
    assert found.headers["content-disposition"].startswith("attachment")


def test_a_remark_is_kept_and_counted_on_the_case_until_it_is_sent(portal, case):
    """No request is forgotten half written."""
    officer = _officer(portal, case)
    page = officer.open(f"/petugas/berkas/{case.id}/dokumen/{_paper(portal, case).id}")
    page.form().fill(view="to-correct", remark="Foto buram").send()
    assert "1 remarks are written down and not sent." in officer.open(f"/petugas/berkas/{case.id}").text
    again = officer.open(page.url)
    assert "Foto buram" == again.form().values["remark"]


def test_a_remark_needs_words_when_a_paper_has_to_be_corrected(portal, case):
    """The applicant could do nothing with it otherwise."""
    page = _officer(portal, case).open(f"/petugas/berkas/{case.id}/dokumen/{_paper(portal, case).id}")
    assert ["Say what has to be corrected"] == page.form().fill(view="to-correct").send().errors


def test_a_replaced_paper_is_marked_as_new_with_its_former_version_beside_it(empty_portal):
    """The version that counts is the first to be seen."""
    portal = empty_portal
    case = portal.office.submit()
    officer, office = _officer(portal, case), portal.office
    page = officer.open(f"/petugas/berkas/{case.id}/dokumen/{_paper(portal, case).id}")
    page.form().fill(view="to-correct", remark="Foto buram").send()
    office.clock.forward(minutes=5)
    officer.open(f"/petugas/berkas/{case.id}/koreksi/periksa").form("kirim").send()
    office.clock.forward(minutes=5)
    old = _paper(portal, case)
    office.upload(case.id, "ktp", content=small_png(99), replaces=old.id)
    case = office.hand_in(case.id)
    review = _officer(portal, case).open(f"/petugas/berkas/{case.id}")
    assert "New since your finding" in review.text
    shown = _officer(portal, case).open(f"/petugas/berkas/{case.id}/dokumen/{_paper(portal, case).id}")
    former = shown.click("Former version")
    assert "A former version that does not count any more" in former.text
