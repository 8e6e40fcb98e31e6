"""Another kind of permit for a draft, the summary, and one receipt however often the button is pressed."""

from __future__ import annotations

import pytest

from perizinan_core.testing import sample_applicant

FORM = {
    "jenis": "pasar", "nama": "Pasar Contoh", "luas": 12.5, "mulai": "2026-04-01", "menutup": False,
    "jalur": "Jalan Mawar", "tempat": {"jalan": "Jalan Kenanga"}, "hari": ["sabtu", "minggu"], "uang": 5000,
}  # fmt: skip


@pytest.fixture(scope="module")
def portal(rich):
    """The portal whose event permit has every kind of field."""
    return rich


def begun(portal, permit_type="acara", **form):
    """Begin a draft with its papers."""
    kit, actor = portal.office, portal.actor("sekar")
    case = kit.office.applications.start(permit_type, applicant=sample_applicant(), actor=actor, form=form)
    return case.id


def test_the_summary_says_everything_once_more(portal, applicant):
    """In words of people: holder, answers, papers, fee, due day, what happens next, what others see."""
    case = begun(portal, **FORM)
    portal.office.fill(case, actor=portal.actor("sekar"))
    page = applicant.open(f"/permohonan/{case}/kirim")

    assert 200 == page.status
    for said in (
        "Kind of event Market", "Area 12,5 m²", "First day 1 April 2026", "The street is closed No",
        "Place: Street Jalan Kenanga", "Days Saturday, Sunday", "Deposit Rp5.000", "Rp12.500", "working days",
        "Not handed in, because it does not apply to what you chose: Other route.", "the office decides by",
        "By handing in you declare", "What others can see",
    ):  # fmt: skip
        assert said in page.text, said


def test_what_is_missing_is_listed_with_links_to_where_it_is_put_right(portal, applicant):
    """The button is there all the same; pressed, it says the same."""
    case = begun(portal, nama="Pasar")
    page = applicant.open(f"/permohonan/{case}/kirim")
    pressed = page.form("kirim").send()

    assert (422, 422) == (page.status, pressed.status)
    assert f'href="/permohonan/{case}/isian?periksa=1#f-form-luas"' in page.html
    assert page.errors == pressed.errors
    filled = begun(portal, **FORM)
    papers = applicant.open(f"/permohonan/{filled}/kirim")
    assert f'href="/permohonan/{filled}/berkas#slot-ktp"' in papers.html


def test_there_is_one_receipt_however_often_the_button_is_pressed(portal, applicant):
    """Twice at once, after going back, and from another tab."""
    case = begun(portal, **FORM)
    portal.office.fill(case, actor=portal.actor("sekar"))
    one, other = (applicant.open(f"/permohonan/{case}/kirim") for _ in range(2))
    first = one.form("kirim").send()
    again, elsewhere = one.form("kirim").send(), other.form("kirim").send()
    receipts = {page.text.partition("TT/")[2][:9] for page in (first, again, elsewhere)}

    assert 1 == len(receipts)
    assert "We have received your application" in first.text
    assert f"/permohonan/{case}/tanda-terima" == again.url == elsewhere.url


def test_the_kind_of_permit_changes_and_papers_and_common_answers_stay(portal, applicant):
    """What fits is said before; the rest of the papers is named, and can be removed."""
    case = begun(portal, nama="Pasar", lokasi="x")
    actor = portal.actor("sekar")
    portal.office.office.applications.save(case, form={"nama": "Pasar"}, actor=actor)
    for slot in ("ktp", "denah"):
        portal.office.upload(case, slot, actor=actor)
    page = applicant.open(f"/permohonan/{case}/jenis")
    assert "removed Name of the event" in page.text
    assert "1 of 2 papers have their place there" in page.text
    page = page.form("jenis").send()
    papers = applicant.open(f"/permohonan/{case}/berkas")

    assert "The kind of permit is changed" in page.text
    assert "Stall permit" in page.text
    assert "Papers that this permit does not ask for" in papers.text


def test_a_paper_that_the_new_kind_does_not_ask_for_is_used_at_another_place(portal, applicant):
    """The page says that it does not count where it is, and each place offers what fits."""
    actor = portal.actor("sekar")
    case = portal.office.office.applications.start("acara", applicant=sample_applicant(), actor=actor).id
    portal.office.upload(case, "denah", actor=actor)
    page = applicant.open(f"/permohonan/{case}/jenis").form("jenis")
    page.values["type"] = "warung"
    page.send()
    page = applicant.open(f"/permohonan/{case}/berkas")
    assert "They do not count where they are now." in page.text
    page = page.form("berkas/ktp/pakai").send()

    assert "The file is used again." in page.text
    assert "They do not count" not in page.text
    papers = portal.office.office.applications.get(case, actor=actor).current_documents()
    assert ["ktp"] == [one.slot for one in papers]
