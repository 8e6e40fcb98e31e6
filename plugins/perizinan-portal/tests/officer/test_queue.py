"""The queue of an officer."""

from __future__ import annotations

import re

import pytest

from perizinan_core.model import CorrectionItem, Officer, Role


@pytest.fixture
def office(empty_portal):
    """Five cases at the counter, one after the other."""
    for _ in range(5):
        empty_portal.office.submit()
    return empty_portal.office


def _queue(portal, officer="loket-1"):
    return portal.office.office.reviews.queue(actor=portal.office.officer(officer))


def test_the_next_case_is_the_oldest_and_no_one_picks(empty_portal, office):
    """Friction 23: the button leads to it, and a later case says which comes first."""
    first, *_, last = _queue(empty_portal)
    clerk = empty_portal.visitor("loket-1")
    page = clerk.open("/petugas").click("Take the next case")
    later = clerk.open(f"/petugas/berkas/{last.application}")

    assert first.receipt_number in page.text
    assert "An earlier case waits for you and comes first:" not in page.text
    assert f"An earlier case waits for you and comes first: {first.receipt_number}" in later.text


def test_a_case_before_its_turn_is_refused_and_nothing_typed_is_lost(empty_portal, office):
    """The reasons stay in the form, with the sentence above it."""
    *_, last = _queue(empty_portal)
    page = empty_portal.visitor("loket-1").open(f"/petugas/berkas/{last.application}")
    typed = {"outcome": "negative", "reasons": "Foto KTP tidak terbaca"}
    page = page.form("tahap/periksa").fill(**typed).send()

    assert 409 == page.status
    assert "Take the earlier one first" in page.text
    assert "Foto KTP tidak terbaca" == page.form("tahap/periksa").values["reasons"]


def test_age_and_deadline_are_said_in_words(empty_portal, office):
    """Friction 17: a colour alone says nothing to some."""
    office.clock.forward(days=40)
    page = empty_portal.visitor("loket-1").open("/petugas")
    queue = _queue(empty_portal)

    assert "40 days" in page.text
    assert f"Cases that wait: {len(queue)}. The oldest is on top." in page.text
    assert "Waiting" in page.text
    assert {"Late": "0", "Due soon": "0", "New today": "0"} == numbers(page, "Late", "Due soon", "New today")


def test_a_long_queue_shows_its_first_lines_and_counts_all_of_it(empty_portal, office, monkeypatch):
    """A phone does not load two hundred cases at once."""
    monkeypatch.setattr("perizinan_portal._officer._queue._LINES", 1)
    office.clock.forward(days=60)
    first, second, *_ = queue = _queue(empty_portal)
    page = empty_portal.visitor("loket-1").open("/petugas")

    assert f"Cases that wait: {len(queue)}. The oldest is on top." in page.text
    late = str(sum(entry.due is not None for entry in queue))
    assert {"Waiting": str(len(queue)), "Late": late} == numbers(page, "Waiting", "Late")
    assert first.receipt_number in page.text
    assert second.receipt_number not in page.text
    assert "Further cases follow once these are done." in page.text


def test_a_filter_shows_a_part_and_changes_no_place(empty_portal, office):
    """The button still leads to the first by order."""
    first, *_ = _queue(empty_portal)
    page = empty_portal.visitor("loket-1").open("/petugas").click("Late")

    assert "Only what is late." in page.text
    assert len(_queue(empty_portal)) == page.click("New today").html.count("<tr>") - 1
    assert "Nothing of that kind waits." in page.text
    assert first.receipt_number in page.click("Take the next case").text


def test_remarks_that_were_not_sent_are_counted_in_the_queue(empty_portal, office):
    """Friction 19: no request is forgotten half written."""
    first, *_ = _queue(empty_portal)
    case = office.office.applications.get(first.application, actor=office.officer("kepala"))
    clerk = empty_portal.visitor("loket-1")
    paper = next(one.id for one in case.documents if one.slot == "ktp")
    clerk.open(f"/petugas/berkas/{case.id}/dokumen/{paper}").form().fill(
        view="to-correct", remark="Foto buram"
    ).send()
    page = clerk.open("/petugas")

    assert "1 with remarks that are not sent" in page.text
    assert "1 remarks not sent" in page.text


def test_a_supervisor_sees_the_work_of_the_units_with_who_has_it(empty_portal, office):
    """Others do not, whatever the address says."""
    page = empty_portal.visitor("supervisor").open("/petugas").click("Work of my units")
    clerk = empty_portal.visitor("loket-1").open("/petugas?semua=1")

    assert "Cases that wait: 5." in page.text
    assert "Petugas loket-2" in page.text
    assert "Petugas loket-2" not in clerk.text


def test_of_two_officers_at_once_the_loser_learns_who_was_first_and_keeps_the_text(empty_portal, office):
    """Two windows on one case: one finding counts."""
    first, *_ = _queue(empty_portal)
    address = f"/petugas/berkas/{first.application}"
    one, other = (empty_portal.visitor("loket-1").open(address) for _ in range(2))
    one.form("tahap/periksa").fill(outcome="positive", similar="Dua kios").send()
    typed = {"outcome": "negative", "reasons": "Foto KTP tidak terbaca"}
    lost = other.form("tahap/periksa").fill(**typed).send()

    assert 409 == lost.status
    assert "was first and decided this" in lost.text
    assert "Foto KTP tidak terbaca" in lost.text


def test_the_order_of_taking_stands_beside_the_order_of_receipt(empty_portal, office):
    """Friction 23: for the own cases, and for any officer to a supervisor."""
    first, *_ = _queue(empty_portal)
    office.decide(first.application, "periksa")
    own = empty_portal.visitor("loket-1").open("/petugas").click("Order of taking")
    page = empty_portal.visitor("supervisor").open("/petugas").click("Order of taking")
    page = page.form().fill(petugas="loket-1").send()
    other = empty_portal.visitor("loket-2").open("/petugas/urutan?petugas=loket-1")

    assert f"{first.receipt_number}" in own.text
    assert "1 came, 1 judged" in page.text
    assert first.receipt_number not in other.text


def test_a_case_whose_applicant_answered_is_marked_in_its_line(empty_portal):
    """What is new since the finding is seen before the case is opened; other lines are not marked."""
    kit = empty_portal.office
    plain, case = kit.submit(), kit.submit(actor=empty_portal.actor("bagus"))
    officer = kit.assignee(case.id, "periksa")
    kit.decide(plain.id, "periksa") if kit.assignee(plain.id, "periksa") == officer else None
    item = CorrectionItem(target="form:lokasi", reason="Nomor rumah?")
    kit.office.reviews.request_correction(case.id, "periksa", (item,), actor=officer)
    kit.clock.forward(minutes=5)
    kit.fill(case.id, actor=empty_portal.actor("bagus"))
    kit.hand_in(case.id, actor=empty_portal.actor("bagus"))
    kit.submit()
    (entry, *others) = kit.office.reviews.queue(actor=officer)
    page = empty_portal.visitor(officer.id).open("/petugas")

    assert (case.id, True) == (entry.application, entry.corrected)
    assert not any(one.corrected for one in others)
    assert 1 == page.text.count("New since your finding")


def numbers(page, *labels):
    """Return what the numbers on top of a page say."""
    return {label: re.search(rf">(\d+)<span class=\"unseen\"> {label}<", page.html)[1] for label in labels}


def test_a_cashier_finds_every_case_that_waits_for_a_payment_once(empty_portal):
    """In the own list, or below it where a colleague has the step; from there to the form that records it."""
    kit = empty_portal.office
    units = frozenset({"dinas-izin"})
    kit.hire(Officer(id="kasir-2", name="Petugas kasir-2", roles=frozenset({Role.CASHIER}), units=units))
    case = kit.submit("acara", actor=empty_portal.actor("bagus"))
    kit.review(case.id, until="bayar")
    who = kit.assignee(case.id, "bayar").id
    own, page = (
        empty_portal.visitor(name).open("/petugas") for name in sorted(("kasir", "kasir-2"), key=who.__ne__)
    )
    others = "Other cases that wait for a payment"

    assert ({others: "0"}, 1) == (numbers(own, others), own.html.count(f">{case.receipt_number}</a>"))
    assert ({others: "1"}, 1) == (numbers(page, others), page.html.count(f">{case.receipt_number}</a>"))
    assert "Record a payment" in page.click(case.receipt_number).text
    assert "wait for a payment" not in empty_portal.visitor("loket-1").open("/petugas").text


def test_a_head_sees_on_the_first_page_what_waits_in_numbers_with_links(empty_portal):
    """To approve, to sign, past its day, and what ends soon."""
    kit = empty_portal.office
    for until in (None, "putusan"):
        case = kit.submit("warung", actor=empty_portal.actor("bagus"))
        kit.review(case.id, until=until) if until else kit.review(case.id)
    kit.clock.forward(days=70)
    head = empty_portal.visitor(kit.assignee(case.id, "putusan").id).open("/petugas")
    page = empty_portal.visitor("kepala").open("/petugas")
    found = numbers(page, "To sign", "Past their day, in the office")

    assert {"Waiting": "1", "Late": "1"} == numbers(head, "Waiting", "Late")
    assert {"To sign": "1", "Past their day, in the office": "1"} == found
    assert 200 == page.click("To sign").status
    assert 200 == page.click("Past their day, in the office").status
