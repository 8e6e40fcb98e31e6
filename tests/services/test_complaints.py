"""Complaints: a number, a day, someone who holds it, an answer; without an account and without a name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from perizinan_core.bootstrap._doctor import examine
from perizinan_core.errors.model import InvalidIdentifierError
from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model._complaint import ComplaintKind, ComplaintState
from perizinan_core.model._events import EventKind
from perizinan_core.testing._offices import APPLICANT, HOST
from perizinan_core.testing._refusals import raises_code

WORDS = "Berkas saya sudah tiga minggu tidak bergerak."


def file(kit, kind=ComplaintKind.SERVICE, **given):
    given = {"name": "Sekar Contohwati", "email": "sekar@surat.example", **given}
    return kit.office.complaints.file(kind, WORDS, **given)


def only(kit):
    (found,) = kit.office.complaints.list(actor=kit.officer("supervisor")).items
    return found


def given_to(kit, officer="telaah-1", kind=ComplaintKind.SERVICE, **given):
    filed = file(kit, kind, **given)
    kit.office.complaints.assign(only(kit).id, officer, actor=kit.officer("supervisor"))
    return filed


def test_a_complaint_goes_its_whole_way(any_kit):
    """Filed, given to someone, answered, come back with, answered again; each seen with number and secret."""
    kit, complaints = any_kit, any_kit.office.complaints
    filed = file(kit)
    first = complaints.follow(filed.number, filed.secret.lower())
    complaints.assign(only(kit).id, "telaah-1", actor=kit.officer("supervisor"))
    kit.clock.to_working_day(kit._context.calendar, after=3)
    complaints.answer(only(kit).id, "Maaf, sudah selesai.", actor=kit.officer("telaah-1"))
    answered = complaints.follow(filed.number, filed.secret)
    back = complaints.come_back(filed.number, filed.secret, "Belum.")
    complaints.answer(only(kit).id, "Sekarang sudah.", actor=kit.officer("telaah-1"))
    last = complaints.follow(filed.number, filed.secret)

    assert ("received", True, False) == (first.state.code, first.may_withdraw, first.may_return)
    assert kit._context.calendar.add_working_days(first.received_on, 14) == first.due == filed.due
    assert ("answered", True) == (answered.state.code, answered.may_return)
    assert ("in_work", True) == (back.state.code, back.due > filed.due)
    assert [(False, WORDS), (True, "Maaf, sudah selesai."), (False, "Belum."), (True, "Sekarang sudah.")] == [
        (by_office, words) for by_office, _, words in last.messages
    ]


def test_words_and_names_reach_the_disk_encrypted_only(database_kit):
    """As everything that is personal."""
    kit = database_kit
    file(kit)
    with kit._context.storage.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM perizinan_complaints").all()
        events = connection.exec_driver_sql("SELECT event FROM perizinan_outbox").all()

    assert "Sekar" not in str(rows)
    assert "tiga minggu" not in str(rows)
    assert "Sekar" not in str(events)


def test_a_wrong_secret_finds_nothing_and_ten_of_them_make_a_pause(any_kit):
    """As for following a case."""
    kit, complaints = any_kit, any_kit.office.complaints
    filed = file(kit)
    for _ in range(10):
        with pytest.raises(NotFoundError):
            complaints.follow(filed.number, "SALAH")
    with raises_code("too-many-guesses"):
        complaints.follow(filed.number, filed.secret)
    with pytest.raises(NotFoundError):
        complaints.follow("ADU-2026-XXXXXX", filed.secret)
    kit.clock.forward(hours=2)

    assert filed.number == complaints.follow(filed.number, filed.secret).number


def test_who_works_on_the_case_does_not_handle_the_complaint_about_it(kit):
    """Nor may just anyone handle what is about abuse."""
    case = kit.submit()
    clerk = kit.assignee(case.id, "periksa").id
    file(kit, receipt_number=case.receipt_number)
    with raises_code("complaint-holder"):
        kit.office.complaints.assign(only(kit).id, clerk, actor=kit.officer("supervisor"))
    kit.office.complaints.assign(only(kit).id, "telaah-1", actor=kit.officer("supervisor"))
    assert "telaah-1" == only(kit).holder


def test_abuse_is_handled_by_those_who_supervise(kit):
    """An officer of the back office is not one of them."""
    file(kit, ComplaintKind.ABUSE)
    with raises_code("complaint-holder"):
        kit.office.complaints.assign(only(kit).id, "telaah-1", actor=kit.officer("supervisor"))
    kit.office.complaints.assign(only(kit).id, "auditor", actor=kit.officer("supervisor"))

    assert ComplaintState.IN_WORK is only(kit).state


def test_a_name_that_is_to_be_kept_is_shown_to_supervisors_alone(kit):
    """The holder reads the words; others read nothing."""
    given_to(kit, keep_identity=True)
    complaint = only(kit)
    seen = kit.office.complaints.get(complaint.id, actor=kit.officer("telaah-1"))
    with pytest.raises(NotFoundError):
        kit.office.complaints.get(complaint.id, actor=kit.officer("telaah-2"))
    with pytest.raises(AccessDeniedError):
        kit.office.complaints.get(complaint.id, actor=APPLICANT)

    assert ("Sekar Contohwati", None) == (complaint.name, seen.name)
    assert (None, WORDS) == (seen.email, seen.entries[0].message)
    assert "" == complaint.digest == seen.digest


def test_someone_leaves_and_another_one_continues(kit):
    """A supervisor names another; the first one sees it no more."""
    given_to(kit)
    complaint = only(kit)
    kit.office.complaints.assign(complaint.id, "telaah-2", actor=kit.officer("supervisor"), reason="Cuti")
    with pytest.raises(NotFoundError):
        kit.office.complaints.answer(complaint.id, "Maaf", actor=kit.officer("telaah-1"))
    with pytest.raises(AccessDeniedError):
        kit.office.complaints.answer(complaint.id, "Maaf", actor=kit.officer("supervisor"))
    mine = kit.office.complaints.list(actor=kit.officer("telaah-2")).items
    none = kit.office.complaints.list(actor=kit.officer("telaah-1")).items

    assert ([complaint.id], ()) == ([one.id for one in mine], none)


def test_a_complaint_can_be_taken_back_while_it_is_open(kit):
    """And not once it was."""
    filed = file(kit)
    view = kit.office.complaints.withdraw(filed.number, filed.secret)
    with raises_code("complaint-closed"):
        kit.office.complaints.withdraw(filed.number, filed.secret)
    with raises_code("complaint-closed"):
        kit.office.complaints.come_back(filed.number, filed.secret, "Lagi")
    with raises_code("complaint-closed"):
        kit.office.complaints.assign(only(kit).id, "telaah-1", actor=kit.officer("supervisor"))

    assert "withdrawn" == view.state.code


def test_an_answer_can_be_come_back_with_for_ten_working_days_and_twice(kit):
    """Then it stays as it is."""
    filed = given_to(kit)
    for _ in range(2):
        kit.office.complaints.answer(only(kit).id, "Maaf", actor=kit.officer("telaah-1"))
        kit.office.complaints.come_back(filed.number, filed.secret, "Belum")
    kit.office.complaints.answer(only(kit).id, "Maaf", actor=kit.officer("telaah-1"))
    with raises_code("complaint-closed"):
        kit.office.complaints.come_back(filed.number, filed.secret, "Belum")


def test_whoever_is_concerned_receives_a_message_without_the_words(kit):
    """The filer, the supervisor, the holder; each with number and day."""
    filed = given_to(kit)
    kit.office.worker.run_once()
    kit.office.complaints.answer(only(kit).id, "Jawaban rahasia", actor=kit.officer("telaah-1"))
    kit.office.worker.run_once()
    sent = {(item.kind, item.account or item.email) for item in kit.mail.sent.values()}

    assert {
        ("complaint_filed", "sekar@surat.example"),
        ("complaint_filed", "supervisor"),
        ("complaint_assigned", "telaah-1"),
        ("complaint_answered", "sekar@surat.example"),
    } == sent
    assert all(filed.number in item.body for item in kit.mail.sent.values())
    assert not any("rahasia" in item.body or "minggu" in item.body for item in kit.mail.sent.values())


def test_the_filer_is_written_to_in_their_language_and_officers_in_that_of_the_office(kit):
    """A complaint in English makes no one in the office read English."""
    given_to(kit, language="en")
    kit.office.worker.run_once()
    languages = {item.account or "filer": item.language for item in kit.mail.sent.values()}

    assert {"filer": "en", "supervisor": "id", "telaah-1": "id"} == languages


def test_nothing_written_and_an_address_that_is_none_are_refused(kit):
    """Before anything is kept."""
    with raises_code("complaint-empty"):
        kit.office.complaints.file(ComplaintKind.SERVICE, "  ")
    with pytest.raises(InvalidIdentifierError):
        kit.office.complaints.file(ComplaintKind.SERVICE, WORDS, email="bukan alamat")

    assert () == kit.office.complaints.list(actor=kit.officer("supervisor")).items


def test_overdue_complaints_are_listed_and_named_by_the_doctor(kit):
    """With their number; no words."""
    filed = file(kit)
    fresh = {finding.code for finding in examine(kit.office, quick=True)}
    kit.clock.moment += timedelta(days=40)
    (late,) = kit.office.complaints.list(actor=kit.officer("supervisor"), overdue=True).items
    (finding,) = [one for one in examine(kit.office, quick=True) if one.code == "complaint-overdue"]

    assert "complaint-overdue" not in fresh
    assert filed.number == late.number
    assert filed.number in finding.message("id")


def test_the_history_says_who_did_what_and_nothing_of_what_was_said(kit):
    """For those who look after the office."""
    given_to(kit)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        events = work.history.of(only(kit).id)

    assert [EventKind.COMPLAINT_FILED, EventKind.COMPLAINT_ASSIGNED] == [event.kind for event in events]
    assert not any("minggu" in str(event.data) for event in events)
    assert HOST.id not in str(events)


def test_the_board_counts_answered_complaints_from_five_on(kit):
    """By kind, with the share in time; four are not counted out."""
    for number in range(6):
        filed = file(kit, ComplaintKind.SERVICE if number else ComplaintKind.SUGGESTION)
        (mine,) = [
            one
            for one in kit.office.complaints.list(actor=kit.officer("supervisor"), limit=50).items
            if one.number == filed.number
        ]
        kit.office.complaints.assign(mine.id, "telaah-1", actor=kit.officer("supervisor"))
        kit.office.complaints.answer(mine.id, "Maaf", actor=kit.officer("telaah-1"))
    kit.clock.moment = kit.clock.moment.replace(month=7, day=1)
    report = kit.office.transparency.report("2026-Q1")
    counted = {kind.code: (str(count), str(share)) for kind, count, share in report.complaints}

    assert {"suggestion": ("< 5", "…"), "service": ("5", "20–100 %"), "abuse": ("< 5", "…")} == counted
