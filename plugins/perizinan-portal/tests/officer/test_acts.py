"""What an officer may do with a case besides judging it."""

from __future__ import annotations

import pytest

from perizinan_core.model import ApplicationState


@pytest.fixture
def case(portal):
    """A case that was just handed in."""
    return portal.office.submit()


def _open(portal, case, stage):
    return portal.visitor(portal.office.assignee(case.id, stage).id).open(f"/petugas/berkas/{case.id}")


def _read(portal, case):
    return portal.office.office.applications.get(case.id, actor=portal.office.officer("kepala"))


def test_who_declares_a_conflict_does_not_have_the_case_any_more(portal, case):
    """Another officer gets it by the rule."""
    first = portal.office.assignee(case.id, "periksa").id
    page = _open(portal, case, "periksa").click("Declare a conflict of interest")
    page.form().fill(reason="Pemohon adalah kakak saya").send()
    assert first != portal.office.assignee(case.id, "periksa").id


def test_the_head_refuses_with_reasons(empty_portal):
    """The reasons are those that the applicant gets."""
    case = empty_portal.office.submit()
    empty_portal.office.review(case.id, until="putusan")
    page = _open(empty_portal, case, "putusan").click("Refuse the application")
    assert ["Fill this in"] == page.form().send().errors
    page.form().fill(reasons="Lokasi di luar zona dagang\nBertentangan dengan RDTR").send()
    read = _read(empty_portal, case)
    assert (ApplicationState.REFUSED, 2) == (read.state, len(read.decision.reasons))


def test_a_wait_is_shown_with_its_day_until_the_answer_is_here(portal, case):
    """Frictions 12: waiting for an outside system is a visible reason."""
    page = _open(portal, case, "periksa").click("Wait for someone outside")
    page = page.form().fill(party="system", name="SIMBG", reason="Menunggu data bangunan").send()
    assert "Waits for SIMBG since" in page.text
    page = page.form("selesai").send()
    assert "Waits for SIMBG" not in page.text


def test_a_payment_is_whole_rupiah(empty_portal):
    """Whatever was typed instead is answered beside the field."""
    case = empty_portal.office.submit("acara")
    empty_portal.office.review(case.id, until="bayar")
    page = _open(empty_portal, case, "bayar").click("Record a payment")
    typed = {"reference": "TRX-1", "paid_on": empty_portal.office.office.today().isoformat()}
    assert ["Write whole rupiah, for example 150.000"] == page.form().fill(
        amount="12,5", **typed
    ).send().errors
    assert "The payment is on record." in page.form().fill(amount="Rp 10.000", **typed).send().text
    assert 10_000 == _read(empty_portal, case).payments[-1].amount.amount


@pytest.mark.parametrize("act", ["tolak", "buka-lagi", "bayar", "alihkan"])
def test_the_page_of_an_act_that_is_not_possible_leads_back_to_the_case(portal, case, act):
    """Also from a bookmark, or in a second tab."""
    officer = portal.visitor(portal.office.assignee(case.id, "periksa").id)
    assert (
        "This is not possible for you now." in officer.open(f"/petugas/berkas/{case.id}/tindakan/{act}").text
    )


def test_an_act_that_does_not_exist_is_not_found(portal, case):
    """404, and nothing else."""
    officer = portal.visitor(portal.office.assignee(case.id, "periksa").id)
    assert 404 == officer.open(f"/petugas/berkas/{case.id}/tindakan/hapus-semua").status


def test_an_application_for_the_same_holder_is_named_and_continues_with_a_reason(empty_portal):
    """Friction 21: the other receipt is shown, and the reason stays on record."""
    first, second = empty_portal.office.submit(), empty_portal.office.submit()
    page = _open(empty_portal, first, "periksa")
    assert second.receipt_number in page.text
    refused = page.form("tahap/periksa").fill(outcome="positive").send()
    assert ["Say why this application continues beside the other one"] == refused.errors
    done = page.form("tahap/periksa").fill(outcome="positive", similar="Dua kios berbeda").send()

    assert "Your finding is on record." in done.text
    (note,) = _read(empty_portal, first).similar_notes
    assert ((second.id,), "Dua kios berbeda") == (note.others, note.reason)
