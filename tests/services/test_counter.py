"""The counter: officers of the front office serve someone who is present."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model import (
    ApplicationState,
    Consent,
    ConsentForm,
    CounterPurpose,
    EventKind,
    IdentityCheck,
    IdentityDocument,
)
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.testing import APPLICANT, HOST, sample_applicant, small_png
from perizinan_core.testing._offices import FORMS
from perizinan_core.testing._refusals import raises_code

SEEN = IdentityCheck(document=IdentityDocument.IDENTITY_CARD, remark="Datang sendiri")
AGREED = Consent(form=ConsentForm.SIGNED, witness="Petugas loket-2")


def _draft(kit, clerk="loket-1", **given):
    actor = kit.officer(clerk)
    case = kit.office.counter.begin(
        "warung", applicant=sample_applicant(), check=SEEN, actor=actor, form=FORMS["warung"], **given
    )
    kit.clock.forward(minutes=1)
    for slot in kit.office.counter.slots(case.id, actor=actor):
        if slot.terms.min_files:
            kit.office.counter.upload(
                case.id, slot.terms.key, BytesIO(small_png(7)), file_name="pindaian.png", actor=actor
            )
    kit.clock.forward(minutes=1)
    return case.id


def _submit(kit, case, clerk="loket-1", **given):
    return kit.office.counter.submit(case, check=SEEN, consent=AGREED, actor=kit.officer(clerk), **given)


def _read(kit, case):
    return kit.office.applications.get(case, actor=HOST)


def test_a_case_of_the_counter_stands_in_the_same_queue_with_check_and_consent_on_record(any_kit):
    """Friction 15: someone without a computer applies as everyone does."""
    kit = any_kit
    online = kit.submit()
    receipt = _submit(kit, _draft(kit))
    queue = kit.office.reviews.queue(actor=kit.officer("supervisor"), everyone=True)
    case = _read(kit, receipt.application)
    served = [
        event.data["purpose"]
        for event in kit.office.applications.history(case.id, actor=HOST)
        if event.kind is EventKind.COUNTER_SERVED
    ]

    assert [online.receipt_number, receipt.receipt_number] == [entry.receipt_number for entry in queue]
    assert ["begin", "hand_in"] == served
    assert (AGREED, SEEN, "loket-1") == (
        case.counter_visits[-1].consent, case.counter_visits[-1].check, case.counter_visits[-1].clerk,
    )  # fmt: skip
    assert kit.office.tracking.follow(receipt.receipt_number, receipt.tracking_secret)


def test_papers_that_were_received_earlier_today_count_from_then(any_kit):
    """Their place in the queue and the receipt name the true moment; the reason stays on record."""
    kit = any_kit
    case = _draft(kit)
    received = kit.clock()
    kit.clock.forward(hours=2)
    online = kit.submit()
    receipt = _submit(kit, case, received_at=received, received_reason="Listrik padam")
    queue = kit.office.reviews.queue(actor=kit.officer("supervisor"), everyone=True)
    visit = _read(kit, case).counter_visits[-1]

    assert received == receipt.handed_in_at == receipt.submitted_at
    assert [receipt.receipt_number, online.receipt_number] == [entry.receipt_number for entry in queue]
    assert (received, "Listrik padam") == (visit.received_at, visit.received_reason)


def test_an_earlier_receipt_is_of_the_same_day_and_has_a_reason(kit):
    """No one dates papers back to another day, or ahead."""
    case, now = _draft(kit), kit.clock()
    for moment in (now - timedelta(days=1), now + timedelta(minutes=5)):
        with raises_code("receipt-time"):
            _submit(kit, case, received_at=moment, received_reason="Listrik padam")
    with raises_code("reason-missing"):
        _submit(kit, case, received_at=now, received_reason=" ")

    assert ApplicationState.DRAFT is _read(kit, case).state


def test_a_form_that_is_sent_twice_hands_in_once_and_shows_the_secret_once(any_kit):
    """The second answer is the same receipt."""
    kit = any_kit
    case = _draft(kit)
    first, second = (_submit(kit, case, idempotency_key="k-1") for _ in range(2))

    assert first.receipt_number == second.receipt_number
    assert (True, None) == (bool(first.tracking_secret), second.tracking_secret)
    assert 2 == len(_read(kit, case).counter_visits)


def test_a_clerk_reaches_what_was_begun_at_the_counter_and_no_draft_of_anyone_else(kit):
    """Another clerk of the same unit continues; other roles and units do not."""
    mine, online = _draft(kit), kit.draft()
    counter = kit.office.counter

    assert mine == counter.get(mine, actor=kit.officer("loket-2")).id
    with pytest.raises(NotFoundError):
        counter.get(online.id, actor=kit.officer("loket-1"))
    for who in ("telaah-1", "kepala", "supervisor", "admin"):
        with pytest.raises(AccessDeniedError):
            counter.get(mine, actor=kit.officer(who))
    with pytest.raises(AccessDeniedError):
        counter.begin("warung", applicant=sample_applicant(), check=SEEN, actor=APPLICANT)


def test_a_correction_is_entered_for_someone_present_who_applied_online(any_kit):
    """With a check and a consent of its own."""
    kit = any_kit
    case = kit.submit()
    officer = kit.assignee(case.id, "periksa")
    from perizinan_core.model import CorrectionItem

    kit.office.reviews.request_correction(
        case.id, "periksa", (CorrectionItem(target="form:lokasi", reason="Nomor rumah?"),), actor=officer
    )
    kit.clock.forward(minutes=5)
    clerk = kit.officer("loket-1")
    kit.office.counter.save(case.id, form={"lokasi": "Jalan Kenanga 7", "di_rumah": False}, actor=clerk)
    receipt = _submit(kit, case.id)
    visits = _read(kit, case.id).counter_visits

    assert 2 == receipt.submission
    assert [CounterPurpose.HAND_IN] == [visit.purpose for visit in visits]


def test_a_case_that_is_being_worked_on_is_not_changed_at_the_counter(kit):
    """It is neither a draft nor waits for a correction."""
    case = kit.submit()
    with raises_code("not-at-counter"):
        kit.office.counter.save(case.id, form={"lokasi": "Jalan Lain"}, actor=kit.officer("loket-1"))


def test_a_new_secret_and_a_withdrawal_need_a_check_of_identity(any_kit):
    """Both stand in the history with what was seen."""
    kit = any_kit
    case = kit.submit()
    clerk = kit.officer("loket-1")
    secret = kit.office.counter.new_secret(case.id, check=SEEN, actor=clerk)
    kit.office.counter.withdraw(case.id, check=SEEN, actor=clerk, reason="Pindah")
    found = _read(kit, case.id)

    assert kit.office.tracking.follow(case.receipt_number, secret)
    assert ApplicationState.WITHDRAWN is found.state
    assert [CounterPurpose.NEW_SECRET, CounterPurpose.WITHDRAW] == [
        one.purpose for one in found.counter_visits
    ]


def test_an_account_that_is_restored_stands_in_its_history_for_its_owner(any_kit):
    """Who did it and what was seen; not for another applicant, nor for the clerk's own account."""
    kit = any_kit
    clerk = kit.officer("loket-1")
    kit.office.counter.restore_account("pemohon", check=SEEN, actor=clerk)
    (event,) = kit.office.counter.account_history("pemohon", actor=APPLICANT)

    assert ("officer:loket-1", "identity_card") == (event.actor, event.data["document"])
    with pytest.raises(NotFoundError):
        kit.office.counter.account_history("pemohon", actor=Actor(id="lain", kind=ActorKind.APPLICANT))
    with pytest.raises(AccessDeniedError):
        kit.office.counter.restore_account("pemohon", check=SEEN, actor=kit.officer("kepala"))
    kit.office.reviews.declare_account("akun-sendiri", actor=clerk)
    with pytest.raises(AccessDeniedError):
        kit.office.counter.restore_account("akun-sendiri", check=SEEN, actor=kit.officer("loket-1"))


def test_a_lost_device_of_an_officer_is_on_record_in_the_history_of_the_staff(any_kit):
    """By an administrator, and not for the own one."""
    kit = any_kit
    kit.office.reviews.note_device_lost("kasir", actor=kit.officer("admin"))
    (event, *_) = reversed(kit.office.reviews.staff_history("kasir", actor=kit.officer("auditor")))

    assert (EventKind.ACCOUNT_RESTORED, "officer:admin") == (event.kind, event.actor)
    with raises_code("own-record"):
        kit.office.reviews.note_device_lost("admin", actor=kit.officer("admin"))
    with pytest.raises(AccessDeniedError):
        kit.office.reviews.note_device_lost("kasir", actor=kit.officer("kepala"))
