"""What an applicant does after handing in: answer, follow, take back, renew, look who looked."""

from __future__ import annotations

import pypdfium2
import pytest

from perizinan_core.model import ApplicationState, CorrectionItem
from perizinan_core.testing import HOST, small_png


@pytest.fixture
def who(portal):
    """The applicant of these tests."""
    return portal.actor("sekar")


@pytest.fixture(autouse=True)
def _no_queue(portal):
    """Leave nothing that another test's case would have to wait behind."""
    yield
    office = portal.office.office
    for case in office.lists.cases(actor=HOST, states=frozenset({ApplicationState.SUBMITTED})).items:
        office.applications.withdraw(case.id, actor=HOST)


def ask(portal, case, *targets):
    """Let the officer ask for corrections."""
    portal.office.clock.forward(minutes=1)
    items = tuple(CorrectionItem(target=target, reason=f"Perbaiki {target}") for target in targets)
    clerk = portal.office.assignee(case, "periksa")
    portal.office.office.reviews.request_correction(case, "periksa", items, actor=clerk)


def test_a_correction_is_answered_one_by_one_and_sent_once(portal, who, applicant):
    """Each answer is kept at once with its progress; what stood before stays to be seen; one receipt."""
    case = portal.office.submit("warung", actor=who).id
    ask(portal, case, "ktp", "form:lokasi", "applicant")
    page = applicant.open(f"/permohonan/{case}").click("Answer the request")
    assert "0 of 3 answered" in page.text

    page = page.form("Send the correction").send()
    assert (422, 3) == (page.status, len(page.errors))
    page = page.form("berkas/ktp").attach("file", "baru.png", small_png(91), "image/png").send()
    assert "1 of 3 answered" in page.text
    assert ("baru.png" in page.text, "ktp.png" in page.text) == (True, True)
    page = page.form("perbaikan/form%3Alokasi").fill(form__lokasi="Jalan Mawar 3").send()
    assert "2 of 3 answered" in page.text
    assert "Before: Jalan Kenanga" in page.text
    page = page.form("perbaikan/applicant").fill(answer="Data saya sudah benar").send()
    assert "3 of 3 answered" in page.text

    page = page.form("Send the correction").send()
    assert "Your correction is handed in" in page.text
    found = portal.office.office.applications.get(case, actor=HOST)
    assert (ApplicationState.SUBMITTED, 2) == (found.state, found.submission)
    seen = portal.visitor(portal.office.assignee(case, "periksa").id).open(f"/petugas/berkas/{case}")
    assert "Before: Jalan Kenanga Jalan Mawar 3" in seen.text
    assert "Data saya sudah benar" in seen.text


def test_the_data_of_the_applicant_are_corrected_on_the_page(portal, who, applicant):
    """A changed address is an answer; a wrong number is said beside its field."""
    case = portal.office.submit("warung", actor=who).id
    ask(portal, case, "applicant")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    page = page.form("perbaikan/applicant").fill(nik="123").send()
    assert 422 == page.status
    assert [True] == [said.startswith("NIK (population number)") for said in page.errors]
    page = page.form("perbaikan/applicant").fill(nik="3572015208900000", street="Jalan Baru 8").send()

    assert "1 of 1 answered" in page.text
    found = portal.office.office.applications.get(case, actor=HOST)
    assert "Jalan Baru 8" == found.applicant.address.street


def test_a_file_that_is_refused_says_why_beside_its_place(portal, who, applicant):
    """Nothing else is lost with it."""
    case = portal.office.submit("warung", actor=who).id
    ask(portal, case, "ktp")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    refused = page.form("berkas/ktp").attach("file", "x.exe", b"MZ" * 60, "image/png").send()

    assert 422 == refused.status
    assert "x.exe" in refused.text
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    assert "0 of 1 answered" in page.text
    page = page.form("perbaikan/ktp").send()
    assert ["Choose a file, change the value, or write an answer"] == page.errors


def test_the_receipt_is_printed_by_the_applicant_and_at_the_counter(portal, who, applicant):
    """From the page of the receipt; the words around it are the reader's, and the secret is in neither."""
    case = portal.office.submit("warung", actor=who)
    file = applicant.open(f"/permohonan/{case.id}/tanda-terima").click("Receipt to print (PDF)")
    counter = portal.visitor("loket-1", "id").open(f"/petugas/berkas/{case.id}/tanda-terima.pdf")
    words = []
    for one in (file, counter):
        with pypdfium2.PdfDocument(one.content) as document:
            words.append(document[0].get_textpage().get_text_range())

    assert (f"Receipt {case.receipt_number}", f"Tanda terima {case.receipt_number}") == tuple(
        said.splitlines()[1] for said in words
    )
    assert all(case.documents[0].sha256 in said for said in words)


def test_an_application_is_taken_back_on_a_second_page(portal, who, applicant):
    """What it means is said first; without the tick nothing happens."""
    case = portal.office.submit("warung", actor=who).id
    page = applicant.open(f"/permohonan/{case}").click("Withdraw the application")
    assert "nothing is owed on either side" in page.text
    assert 422 == page.form("tarik").send().status
    page = page.form("tarik").fill(reason="Pindah", sure="1").send()

    assert "The application is withdrawn." in page.text
    found = portal.office.office.applications.get(case, actor=HOST)
    assert (ApplicationState.WITHDRAWN, ("Pindah",)) == (found.state, found.decision.reasons)
    assert "cannot be withdrawn any more" in applicant.open(f"/permohonan/{case}/tarik").text


def test_friction_16_what_becomes_of_a_permit_is_said_before_the_change_begins(portal, who, applicant):
    """The page before the draft says it; the draft is filled in, and what differs is named."""
    permit = portal.office.permit("warung", actor=who)
    page = applicant.open("/izin-saya").click("Stall permit")
    page = applicant.open(f"/izin-saya/{permit.id}")
    assert "Possible from" in page.text
    page = page.click("Change it")
    assert "Your present permit stays as it is until the changed one is signed" in page.text
    page = page.form("amendment").send()
    assert "The draft is begun" in page.text
    draft = page.url.split("/")[2]
    portal.office.office.applications.save(
        draft, form={"lokasi": "Jalan Anggrek", "di_rumah": False}, actor=who
    )
    page = applicant.open(f"/permohonan/{draft}/isian").click("What changes against the present permit")

    assert ("Jalan Kenanga" in page.text, "Jalan Anggrek" in page.text) == (True, True)
    assert "is under way" in applicant.open(f"/izin-saya/{permit.id}").text


def test_the_signed_file_is_given_with_the_status_of_today(portal, who, applicant):
    """The permit can be downloaded; where it does not count any more, the page says so."""
    permit = portal.office.permit("warung", actor=who)
    file = applicant.open(f"/izin-saya/{permit.id}").click("Download the permit")
    portal.office.office.permits.revoke(
        permit.id, reason="Lokasi berubah", legal_basis="Perda 1", actor=portal.office.officer("kepala")
    )
    page = applicant.open(f"/izin-saya/{permit.id}")

    assert file.content.startswith(b"%PDF")
    assert "was revoked and no longer counts" in page.text
    assert "Anyone who checks it sees today's status" in page.text
    assert 404 == portal.visitor("other").open(f"/izin-saya/{permit.id}").status


def test_who_looked_at_a_case_is_shown_by_role_and_purpose(portal, who, applicant):
    """An officer's look through the portal is on the list, without a name."""
    case = portal.office.submit("warung", actor=who).id
    clerk = portal.office.assignee(case, "periksa").id
    portal.visitor(clerk).open(f"/petugas/berkas/{case}")
    page = applicant.open(f"/permohonan/{case}").click("Who looked at my case")

    assert "front office, Licensing Office" in page.text
    assert "to work on the step “Completeness check”" in page.text
    assert clerk not in page.text


def test_messages_are_read_with_whether_they_arrived(portal, who, applicant):
    """In the reader's language, each with its channel and state."""
    case = portal.office.submit("warung", actor=who).id
    portal.office.office.worker.run_once()
    page = applicant.open(f"/permohonan/{case}").click("Read all messages")
    indonesian = portal.visitor("sekar", "id").open(f"/permohonan/{case}/pesan")

    assert "Application received" in page.text
    assert "mail: sent" in page.text
    assert "mail: terkirim" in indonesian.text
    assert "Application received" not in indonesian.text


def test_what_waits_for_the_applicant_stands_first(portal):
    """Corrections with their day, drafts with what is missing; each state has its list; empty lists say so."""
    actor, visitor = portal.actor("ratih"), portal.visitor("ratih")
    assert "There is nothing here yet" in visitor.open("/permohonan").text
    draft = portal.office.draft("warung", actor=actor)
    case = portal.office.submit("warung", actor=actor).id
    ask(portal, case, "ktp")
    page = visitor.open("/permohonan")

    assert (
        page.text.index("Waits for you")
        < page.text.index("Answer the office by")
        < page.text.index("Identity card")
    )
    assert draft.id in page.html
    assert "There is nothing of this kind." in visitor.open("/permohonan?tampil=selesai").text
    assert case not in visitor.open("/permohonan?tampil=draf").html
    assert case in visitor.open("/permohonan?tampil=berjalan").html


def test_a_long_list_comes_in_pages(portal):
    """The rest is one click away, in the same view."""
    actor, visitor = portal.actor("banyak"), portal.visitor("banyak")
    for _ in range(21):
        portal.office.draft("warung", actor=actor)
    page = visitor.open("/permohonan?tampil=draf")
    more = page.click("Show more")

    assert 20 == page.html.count("/isian")
    assert 1 == more.html.count("/isian")
    assert "tampil=draf" in more.url
