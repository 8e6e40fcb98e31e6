"""For whom someone applies: themselves, an organisation, another person; and drafts that were begun as a guest."""

from __future__ import annotations

import pytest
from perizinan_portal._serving import tidy

from perizinan_core.model import ApplicantKind, Organisation
from perizinan_core.testing import small_png

ADDRESS = {"street": "Jalan Contoh 7", "village": "Contoh", "district": "Contoh", "regency": "Contoh"}
PERSON = {"name": "Wira Contoh", "nik": "3572015208900000", "phone": "081200000000", **ADDRESS}
ORGANISATION = {
    "kind": "business", "legal_form": "CV", "name": "CV Contoh", "nib": "0000000000001", "phone": "081200000000",
    "head_name": "Ratna Contoh", "head_position": "Direktur", "head_nik": "3572015208900000", **ADDRESS,
}  # fmt: skip
AGENT = {"my_name": "Kuasa Contoh", "my_nik": "3572015208900000", "my_phone": "081200000001"}


def begin(visitor, standing, **values):
    """Begin a draft of a stall permit."""
    return visitor.open(f"/izin/warung/ajukan?untuk={standing}").form("ajukan").fill(**values).send()


def of(portal, page, who):
    """Return the draft of a page."""
    return portal.office.office.applications.get(page.url.split("/")[2], actor=portal.actor(who))


def test_someone_applies_for_an_organisation_that_they_answer_for(portal):
    """It is the holder; the person who answers for it, with the position, stands beside it."""
    applicant = portal.visitor("direktur")
    page = begin(applicant, "lembaga", **ORGANISATION)
    case = of(portal, page, "direktur")

    assert isinstance(case.applicant, Organisation)
    assert (ApplicantKind.BUSINESS, "Direktur") == (case.applicant.kind, case.applicant.position)
    assert case.representative is None
    assert "For CV Contoh" in page.text
    assert "CV Contoh" in applicant.open("/permohonan").text


@pytest.mark.parametrize(
    ("standing", "values", "holder"),
    [("kuasa-perorangan", PERSON, "Wira Contoh"), ("kuasa-lembaga", ORGANISATION, "CV Contoh")],
)
def test_someone_applies_for_others_by_power_of_attorney(portal, standing, values, holder):
    """Its paper is needed; summary, receipt and case name holder and representative, the letter the holder."""
    who = f"kuasa-{standing}"
    applicant = portal.visitor(who)
    page = begin(applicant, standing, **values, **AGENT)
    case = of(portal, page, who)
    actor, applications = portal.actor(who), portal.office.office.applications
    applications.save(case.id, form={"lokasi": "Jalan Kenanga", "di_rumah": False}, actor=actor)
    portal.office.upload(case.id, "ktp", actor=actor)
    summary = applicant.open(f"/permohonan/{case.id}/kirim")
    assert 422 == summary.status
    assert "The power of attorney of the representative is missing. Upload it." in summary.errors
    papers = applicant.open(f"/permohonan/{case.id}/berkas")
    papers = (
        papers.form("berkas/representative.power_of_attorney")
        .attach("file", "kuasa.png", small_png(5), "image/png")
        .send()
    )
    slots = applications.slots(case.id, actor=actor)
    assert ["ktp.png", "kuasa.png"] == [paper.file_name for slot in slots for paper in slot.documents]
    summary = papers.click("Check and hand in")
    assert f"Holder of the permit {holder}" in summary.text
    assert "Represented by Kuasa Contoh" in summary.text
    assert "kuasa.png" in summary.text
    receipt = summary.form("kirim").send()

    assert f"Holder of the permit {holder}" in receipt.text
    assert "Represented by Kuasa Contoh" in receipt.text
    kit = portal.office
    kit.clock.forward(minutes=5)
    kit.review(case.id)
    assert holder == kit.issue(case.id).holder


def test_who_applies_can_be_put_right_in_a_draft(portal):
    """Also into another standing; what both ask for is there."""
    applicant = portal.visitor("ubah")
    page = begin(applicant, "diri-sendiri", **PERSON)
    case = of(portal, page, "ubah")
    page = applicant.open(f"/permohonan/{case.id}/pemohon")
    assert "Wira Contoh" == page.form("pemohon").values["name"]
    page = page.click("For another person, by power of attorney")
    assert "Wira Contoh" == page.form("pemohon").values["name"]
    page.form("pemohon").fill(**AGENT).send()

    changed = of(portal, page, "ubah")
    assert ("Wira Contoh", "Kuasa Contoh") == (changed.applicant.name, changed.representative.person.name)
    assert portal.account("ubah").id == changed.representative.actor_id


def test_one_of_nik_and_passport_is_enough_and_one_is_needed(portal):
    """Foreigners have no NIK."""
    applicant = portal.visitor("asing")
    without = {name: value for name, value in PERSON.items() if name != "nik"}
    refused = begin(applicant, "diri-sendiri", **without)
    page = begin(applicant, "diri-sendiri", **without, passport="X1234567")

    assert ["Fill in the NIK; a foreigner without one fills in the passport number"] == refused.errors
    assert "X1234567" == str(of(portal, page, "asing").applicant.passport)


def test_a_guests_draft_goes_to_the_account_at_the_login_on_any_page(portal):
    """With what was typed and uploaded; a second device sees it, and the guest is gone."""
    browser, account = portal.stranger(), portal.account("tamu-masuk")
    page = begin(browser, "diri-sendiri", **PERSON)
    case = page.url.split("/")[2]
    session = portal.services.store.sessions.find(browser.cookies["__Host-perizinan_session"])
    import attrs
    from perizinan_portal._accounts._passwords import hash_password

    store = portal.services.store
    store.accounts.save(
        attrs.evolve(account, password=hash_password("kenanga di tepi jalan")), now=portal.services.now
    )
    login = (
        browser.open("/masuk")
        .form("masuk")
        .fill(login="tamu-masuk@surat.example.org", password="kenanga di tepi jalan")
        .send()
    )

    assert "is now among your applications" in login.text
    assert "isian" in browser.open(f"/permohonan/{case}/isian").url
    assert "Stall permit" in portal.visitor("tamu-masuk").open(f"/permohonan/{case}/isian").text
    assert store.accounts.get(session.account) is None


def test_the_draft_of_a_guest_who_does_not_come_back_is_discarded(portal):
    """After the days that the settings say: there was no address to announce it to."""
    browser = portal.stranger()
    case = begin(browser, "diri-sendiri", **PERSON).url.split("/")[2]
    from perizinan_core.errors.services import NotFoundError
    from perizinan_core.testing import HOST

    applications = portal.office.office.applications
    assert applications.get(case, actor=HOST)
    portal.office.clock.forward(days=31)
    tidy(portal.services)

    with pytest.raises(NotFoundError):
        applications.get(case, actor=HOST)
