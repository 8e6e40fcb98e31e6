"""
The frictions of real portals, and that ours has none of them: one test for each that no other test is named after.

``docs/reference/frictions.md`` lists all of them with the tests that hold each; it is made from their names and
descriptions (``friction 7``).
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from perizinan_portal.testing import sample_portal

from perizinan_core.model import ApplicationState, CorrectionItem
from perizinan_core.services import DeliveryState
from perizinan_core.testing import HOST, small_png


@pytest.fixture
def fresh(tmp_path):
    """A portal without a case: queues are first in, first out."""
    kit = sample_portal(tmp_path)
    yield kit
    kit.close()


def _draft(portal, who="sekar", **given):
    return portal.office.draft("warung", actor=portal.actor(who), **given)


def _read(portal, case):
    return portal.office.office.applications.get(case, actor=HOST)


def _pdf(visitor, case, slot="ktp", content=b"<html>no picture</html>", name="ktp.png"):
    page = visitor.open(f"/permohonan/{case}/berkas")
    return page.form(f"berkas/{slot}").attach("file", name, content, "image/png").send()


def test_friction_01_one_file_that_fails_after_a_long_form_takes_nothing_with_it(portal):
    """Friction 1: it says why, and the form and the other files are still there."""
    case = _draft(portal)
    portal.office.fill(case.id, actor=portal.actor("sekar"))
    kept = len(_read(portal, case.id).current_documents())
    paper = _read(portal, case.id).current_documents()[0]
    portal.office.office.applications.remove(case.id, paper.id, actor=portal.actor("sekar"))
    page = _pdf(portal.visitor("sekar"), case.id, paper.slot)

    assert 422 == page.status
    assert "is of the kind" in page.text
    assert "Jalan Kenanga" in portal.visitor("sekar").open(f"/permohonan/{case.id}/isian").html
    assert kept - 1 == len(_read(portal, case.id).current_documents())


def test_friction_03_a_file_that_is_too_large_is_answered_with_a_page_and_the_limit_stands_before(portal):
    """Friction 3: no connection is cut without a word."""
    visitor = portal.visitor("sekar")
    assert "At most" in visitor.open(f"/permohonan/{_draft(portal).id}/berkas").text
    answer = visitor.request(
        "POST",
        "/izin/warung/ajukan",
        content=b"x" * 600_000,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert 413 == answer.status_code
    assert "<h1>" in answer.text


def test_friction_04_the_receipt_lists_every_stored_file_with_its_size_and_hash(portal):
    """Friction 4: what was confirmed is what was sent, byte by byte."""
    content, actor = small_png(77), portal.actor("sekar")
    case = _draft(portal)
    portal.office.upload(case.id, "ktp", actor=actor, content=content, file_name="ktp.png")
    portal.office.fill(case.id, actor=actor)
    portal.office.hand_in(case.id, actor=actor)
    page = portal.visitor("sekar").open(f"/permohonan/{case.id}/tanda-terima")

    assert hashlib.sha256(content).hexdigest() in page.text
    assert "ktp.png" in page.text
    assert len(_read(portal, case.id).current_documents()) == page.html.count("<code>")


def test_friction_06_one_receipt_for_any_number_of_posts(portal):
    """Friction 6: the way back and another press give the same receipt."""
    case = _draft(portal)
    portal.office.fill(case.id, actor=portal.actor("sekar"))
    form = portal.visitor("sekar").open(f"/permohonan/{case.id}/kirim").form("kirim")
    numbers = [re.search(r"TT/\d+/\d+", form.send().text)[0] for _ in range(3)]

    assert 1 == len(set(numbers))
    assert 1 == _read(portal, case.id).submission


def test_friction_07_no_button_is_grey_and_every_error_leads_to_its_field(portal):
    """Friction 7: pressed too early, it says all that is missing, each line linked to its place."""
    case = portal.office.draft("warung", actor=portal.actor("sekar"), form={})
    page = portal.visitor("sekar").open(f"/permohonan/{case.id}/isian?periksa=1")
    targets = re.findall(
        r'<li><a href="#([^"]+)">', page.html.partition('id="errors"')[2].partition("</ul>")[0]
    )

    assert 422 == page.status
    assert page.errors
    assert len(page.errors) == len(targets)
    assert [] == [target for target in targets if f'id="{target}"' not in page.html]
    assert " disabled" not in page.html


def test_friction_08_a_second_device_sees_and_removes_the_files_of_the_draft(portal):
    """Friction 8: what was uploaded on the phone is at hand on the desk."""
    case = _draft(portal)
    _pdf(portal.visitor("sekar"), case.id, content=small_png(5), name="dari-hp.png")
    desk = portal.visitor("sekar").open(f"/permohonan/{case.id}/berkas")
    assert "dari-hp.png" in desk.text
    paper = _read(portal, case.id).current_documents()[0]
    desk.form(f"{paper.id}/hapus").send()

    assert () == tuple(_read(portal, case.id).current_documents())


def test_friction_09_no_officer_approves_an_account(portal, stranger):
    """Friction 9: a draft needs no account, and a confirmed address is one."""
    page = stranger.open("/izin/warung/ajukan").form("ajukan").fill(
        name="Tamu", nik="3572015208900000", phone="081200000000", street="Jalan Contoh 7",
        village="Contoh", district="Contoh", regency="Contoh",
    ).send()  # fmt: skip
    draft = page.url
    assert "/isian" in draft
    token = portal.services.store.tokens
    from perizinan_portal._store import Purpose

    link = token.give(
        Purpose.REGISTER, now=portal.services.now, payload={"email": "tamu@surat.example.org", "guest": None}
    )
    made = stranger.open(f"/daftar/{link}").form().fill(name="Tamu", password="kenanga di tepi jalan").send()

    assert "Your account is ready." in made.text
    assert 200 == stranger.open("/permohonan").status


def test_friction_11_who_needs_a_permit_and_what_it_costs_stands_before_any_form(portal, stranger):
    """Friction 11: without an account, before anything is asked or paid."""
    found = stranger.open("/izin")
    page = stranger.open("/izin/warung")

    assert "Stall permit" in found.text
    assert re.search(r"Fee|fee|[Ff]ree", page.text)
    assert page.text.index("Apply now") >= 0


def test_friction_12_waiting_for_an_outside_system_is_said_with_its_day(fresh):
    """Friction 12: the applicant reads for what and since when, until the answer is there."""
    case = fresh.office.submit("warung", actor=fresh.actor("sekar"))
    clerk = fresh.office.assignee(case.id, "periksa")
    from perizinan_core.model import WaitingFor

    fresh.office.clock.forward(minutes=5)
    fresh.office.office.reviews.begin_wait(
        case.id, party=WaitingFor.SYSTEM, name="SIMBG", reason="Tidak menjawab", actor=clerk, stage="periksa"
    )
    page = fresh.visitor("sekar").open(f"/permohonan/{case.id}")

    assert "the office has been waiting for SIMBG" in page.text
    assert "Tidak menjawab" in page.text


def test_friction_14_a_period_runs_only_once_the_applicant_was_notified(fresh):
    """Friction 14: what the mail server lost does not lapse, and the office sees whom to tell otherwise."""
    office = fresh.office
    case = office.submit("warung", actor=fresh.actor("sekar"))
    clerk = office.assignee(case.id, "periksa")
    items = (CorrectionItem(target="ktp", reason="Tidak terbaca"),)
    office.clock.forward(minutes=5)
    office.office.reviews.request_correction(case.id, "periksa", items, actor=clerk)
    for _ in range(3):
        office.clock.forward(days=30)
        office.office.worker.watch()
    states = {one.state for one in office.office.applications.deliveries(case.id, actor=HOST)}

    assert ApplicationState.CORRECTION_REQUESTED is _read(fresh, case.id).state
    assert [case.id] == [one.application for one in office.office.reviews.unnotified(actor=HOST).items]
    assert states <= {DeliveryState.WAITING}


def test_friction_18_what_changed_is_new_and_the_old_version_is_never_first(fresh):
    """Friction 18: the paper that counts is shown, with the former one a click away."""
    office = fresh.office
    case = office.submit("warung")
    clerk = office.assignee(case.id, "periksa")
    office.clock.forward(minutes=5)
    items = (CorrectionItem(target="ktp", reason="Tidak terbaca"),)
    office.office.reviews.request_correction(case.id, "periksa", items, actor=clerk)
    old = next(one for one in _read(fresh, case.id).current_documents() if one.slot == "ktp")
    office.upload(case.id, "ktp", content=small_png(91), file_name="baru.png", replaces=old.id)
    office.hand_in(case.id)
    page = fresh.visitor(clerk.id).open(f"/petugas/berkas/{case.id}")

    assert "New since your finding" in page.text
    assert "baru.png" in page.text


def test_friction_20_the_pages_of_officers_are_light(fresh):
    """Friction 20: a queue of 30 cases and a case weigh little without their documents."""
    for _ in range(30):
        case = fresh.office.submit("warung")
    clerk = fresh.visitor(fresh.office.assignee(case.id, "periksa").id)

    assert 150 * 1024 >= len(clerk.open("/petugas").content)
    assert 150 * 1024 >= len(clerk.open(f"/petugas/berkas/{case.id}").content)


def test_friction_24_events_go_out_without_personal_data(fresh):
    """Friction 24: those who look for red flags get what happened and in what order, and no one's name or number."""
    case = fresh.office.submit("warung", actor=fresh.actor("sekar"))
    decided = fresh.office.assignee(case.id, "periksa")
    fresh.office.decide(case.id, "periksa")
    case = _read(fresh, case.id)
    admin, day = fresh.visitor("admin"), fresh.office.office.today()
    tables = [
        admin.open(f"/admin/jejak/ekspor/{name}?dari={day}&sampai={day}").content.decode()
        for name in ("kejadian.csv", "kejadian.jsonl", "tahapan.csv", "tahapan.jsonl")
    ]
    person, paper = case.applicant, case.current_documents()[0]
    secrets = (
        case.id, case.receipt_number, person.name, person.nik.value, person.phone.value, person.address.street,
        fresh.actor("sekar").id, decided.id, decided.name, paper.id, paper.sha256, paper.file_name,
    )  # fmt: skip

    assert all("stage_decided" in table for table in tables[:2])
    assert all("periksa" in table for table in tables)
    assert "older_waiting_same_officer" in tables[2].partition("\r\n")[0]
    assert [] == [secret for secret in secrets if not secret or any(secret in table for table in tables)]


def test_friction_25_what_was_not_delivered_is_named_and_can_be_sent_again(fresh):
    """Friction 25: until someone looks, and by the exit code of ``perizinan doctor``."""
    office = fresh.office
    office.office.worker.deliver()
    case = office.submit("warung", actor=fresh.actor("sekar"))
    failing = {event.kind.value for event in office.office.applications.history(case.id, actor=HOST)}
    office.mail.failing = frozenset(failing)
    for _ in range(130):
        office.office.worker.deliver()
        office.clock.forward(minutes=95)
    failures = office.office.worker.failures()
    office.mail.failing = frozenset()

    assert failures
    assert all("ConnectionError" in one.error for one in failures)
    assert office.office.worker.retry(failures[0])
    assert office.office.worker.deliver()[0]


def test_every_friction_is_held_by_a_test_and_the_page_names_it():
    """Friction by friction; the page is made by ``docs/generate.py``."""
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "frictions.md"
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert [str(number) for number in range(1, 26)] == [number for number, _ in rows]
    assert [] == [number for number, tests in rows if "`test_" not in tests]
