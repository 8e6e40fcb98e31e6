"""An unpaid permit is issued by nobody, and who waits for whom is told to those whom it concerns."""

from datetime import datetime, timedelta

import attrs
import pytest

from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import CorrectionItem, WaitingFor
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING, sample_staff
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import make_officer
from perizinan_core.workflow import Action

JUNE = datetime(2026, 6, 1, 9, tzinfo=MORNING.tzinfo)


def pay(kit, case, amount=120_000, reference=None, **changes):
    """Record a payment as the cashier."""
    payment = Payment(
        reference=reference or f"bank-{case.receipt_number}-{amount}",
        amount=Rupiah(amount),
        paid_at=changes.pop("paid_at", kit.clock()),
        recorded_by="-",
    )
    actor = changes.pop("actor", None) or kit.officer("kasir")
    return kit.office.reviews.record_payment(case.id, payment, actor=actor)


def unpaid(kit):
    """Every officer is done, the payment stage is open, and Rp120.000 are missing."""
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    kit.decide(case.id, "rekomendasi")
    return kit.decide(case.id, "telaah")


def look(kit, case):
    """Return the case as it is on record."""
    return kit.office.applications.get(case.id, actor=HOST)


def numbers(kit):
    """Return the numbers of the register of permits."""
    with kit._context.storage.unit_of_work(read_only=True) as work:
        return [line.number for line in work.numbers.book("izin", 2026)]


def history(kit, case):
    """Return the kinds of what happened, as the applicant sees them."""
    return [event.kind for event in kit.office.applications.history(case.id, actor=APPLICANT)]


def test_an_unpaid_permit_is_issued_by_no_worker(any_kit):
    """Months after the limit nothing is granted, no number is taken; the money lets it go its way."""
    kit = any_kit
    case = unpaid(kit)
    kit.clock.moment = JUNE
    done = kit.office.worker.run_once()
    waiting = look(kit, case)

    assert (0, ApplicationState.IN_REVIEW) == (done.deemed_granted, waiting.state)
    assert [] == numbers(kit)
    assert not waiting.clock.is_running
    assert {EventKind.PAYMENT_AWAITED, EventKind.CLOCK_PAUSED} <= set(history(kit, case))
    assert any("Rp120.000" in note.body for note in kit.mail.sent.values() if note.kind == "payment_awaited")
    pay(kit, case)
    kit.review(case.id)
    assert kit.issue(case.id).number in numbers(kit)


def test_an_unpaid_permit_is_issued_by_no_signatory(any_kit):
    """The office's own silence is recorded, and still there is no number before the money."""
    kit = any_kit
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    kit.clock.moment = JUNE
    kit.office.worker.run_once()
    kit.office.worker.run_once()
    assert ApplicationState.APPROVED is look(kit, case).state
    with raises_code("payment-outstanding"):
        kit.issue(case.id)
    assert [] == numbers(kit)

    pay(kit, case)
    kit.office.worker.run_once()
    assert ApplicationState.ISSUED is look(kit, case).state
    assert EventKind.DEEMED_GRANTED in history(kit, case)


def test_payments_that_are_not_due_are_refused(any_kit):
    """Of the future, of last year, above the sum due, for a free type: a sentence each, and nothing is written."""
    kit = any_kit
    case, free = unpaid(kit), kit.submit("warung")
    for refusal, step in (
        ("payment-moment", lambda: pay(kit, case, paid_at=kit.clock() + timedelta(days=1))),
        ("payment-moment", lambda: pay(kit, case, paid_at=kit.clock() - timedelta(days=365))),
        ("payment-too-high", lambda: pay(kit, case, 120_001)),
        ("payment-not-due", lambda: pay(kit, free, 5_000, actor=HOST)),
    ):
        with raises_code(refusal) as refused:
            step()
        assert refused.value.message("id") != refused.value.message("en")
    assert () == look(kit, case).payments


def test_the_same_money_written_otherwise_is_no_second_payment(any_kit):
    """In small letters, with blanks, in wide or look-alike letters, or without a reference at all."""
    kit = any_kit
    case = unpaid(kit)
    pay(kit, case, 60_000, "TRX-1")
    for written in ("trx-1", " TRX-1", "TRX -1", "\uff34\uff32\uff38-1", "T\u0420X-1", "", "  "):
        again = Payment(reference=written, amount=Rupiah(60_000), paid_at=kit.clock(), recorded_by="-")
        with raises_code("payment-reference") as refused:
            kit.office.reviews.record_payment(case.id, again, actor=kit.officer("kasir"))
        assert refused.value.message("id") != refused.value.message("en")
    assert 1 == len(look(kit, case).payments)


def test_one_payment_pays_for_one_case(any_kit):
    """The reference is on record in another case, however it is written here."""
    kit = any_kit
    first, second = unpaid(kit), unpaid(kit)
    pay(kit, first, 60_000, "TRX-1")
    for written in ("TRX-1", "trx-1"):
        with pytest.raises(AlreadyExistsError):
            pay(kit, second, 60_000, written)
    assert () == look(kit, second).payments


def test_a_cashier_of_another_unit_takes_no_money(any_kit):
    """Seeing the case for another duty is not the post at this till; pages do not offer it either."""
    kit = any_kit
    elsewhere = kit.appoint(
        make_officer("kasir-jalan", Role.CASHIER, Role.TECHNICAL_TEAM, units=frozenset({"dinas-jalan"}))
    )
    case = unpaid(kit)
    with raises_code("not-allowed"):
        pay(kit, case, actor=elsewhere)
    offered = [item.action for item in kit.office.applications.actions(case.id, actor=elsewhere)]
    assert Action.RECORD_PAYMENT not in offered
    assert () == look(kit, case).payments


def test_where_a_stage_had_no_officer_silence_grants_but_issues_nothing(any_kit):
    """Deemed granted is recorded; a person must issue, and a supervisor is told."""
    kit = any_kit
    gone = attrs.evolve(next(item for item in sample_staff() if item.id == "teknis"), active=False)
    kit.office.reviews.add_officer(gone, actor=HOST)
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    pay(kit, case)
    kit.clock.moment = JUNE
    for _ in range(3):
        kit.office.worker.run_once()
    told = [note for note in kit.mail.sent.values() if note.kind == "deemed_granted" and note.account]

    assert ("rekomendasi",) == look(kit, case).deemed_grant.unstaffed
    assert (ApplicationState.APPROVED, []) == (look(kit, case).state, numbers(kit))
    assert ["supervisor"] == [note.account for note in told]
    assert "Rekomendasi teknis" in told[0].body
    assert kit.issue(case.id).number in numbers(kit)


def test_money_is_taken_after_a_grant_by_law_although_a_stage_has_nobody(any_kit):
    """What stayed open when the limit passed is nobody's work any more; it is no reason to refuse the money."""
    kit = any_kit
    gone = attrs.evolve(next(item for item in sample_staff() if item.id == "teknis"), active=False)
    kit.office.reviews.add_officer(gone, actor=HOST)
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    kit.clock.moment = JUNE
    kit.office.worker.run_once()
    kit.appoint(attrs.evolve(gone, id="teknis-2", active=True))
    pay(kit, case)

    assert "rekomendasi" in look(kit, case).deemed_grant.unstaffed
    assert kit.issue(case.id).number in numbers(kit)


def test_money_is_taken_during_a_correction_although_another_stage_has_lost_its_officer(any_kit):
    """The stage is given to somebody once the applicant has answered."""
    kit = any_kit
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    items = (CorrectionItem(target="denah", reason="Buram"),)
    kit.office.reviews.request_correction(case.id, "telaah", items, actor=kit.assignee(case.id, "telaah"))
    kit.office.reviews.declare_conflict(case.id, reason="Keluarga", actor=kit.officer("teknis"))
    kit.appoint(attrs.evolve(next(item for item in sample_staff() if item.id == "teknis"), id="teknis-2"))
    pay(kit, case)
    (old,) = [paper for paper in look(kit, case).current_documents() if paper.slot == "denah"]
    kit.upload(case.id, "denah", replaces=old.id)
    kit.hand_in(case.id)
    after = kit.decide(case.id, "periksa")

    assert [120_000] == [payment.amount.amount for payment in after.payments]
    assert "teknis-2" == after.stage_state("rekomendasi").assignee


def test_a_letter_that_cannot_go_by_itself_is_told_to_a_supervisor_once(any_kit):
    """There is no signatory: the worker goes on trying, and does not repeat itself."""
    kit = any_kit
    gone = attrs.evolve(next(item for item in sample_staff() if item.id == "kepala"), active=False)
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    pay(kit, case)
    kit.office.reviews.add_officer(gone, actor=HOST)
    kit.clock.moment = JUNE
    for _ in range(3):
        kit.office.worker.run_once()

    assert 1 == history(kit, case).count(EventKind.ISSUING_HELD)
    assert ["supervisor"] == [note.account for note in kit.mail.sent.values() if note.kind == "issuing_held"]
    kit.office.reviews.add_officer(attrs.evolve(gone, active=True), actor=HOST)
    kit.confirm_staff()
    kit.office.worker.run_once()
    assert ApplicationState.ISSUED is look(kit, case).state


def test_a_letter_that_was_issued_meanwhile_is_not_told_as_held(any_kit):
    """The worker came too late with its failure: there is nothing left that a person must look at."""
    kit = any_kit
    permit = kit.permit()
    case = kit.office.applications.get(permit.application_id, actor=HOST)
    before = history(kit, case)
    kit.office.permits.issuance.hold(case.id, ServiceError("issuance", reason="-"))

    assert before == history(kit, case)


def test_waiting_for_another_agency_is_told_to_the_applicant_and_stops_no_clock(any_kit):
    """On the case, in its history, in a message; the clock runs on, and an officer ends it."""
    kit = any_kit
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    before = look(kit, case).clock
    kit.office.reviews.begin_wait(
        case.id,
        party=WaitingFor.AGENCY,
        name="Kantor Pertanahan",
        reason="Menunggu peta bidang",
        stage="rekomendasi",
        actor=kit.assignee(case.id, "rekomendasi"),
    )
    kit.office.worker.run_once()
    (wait,) = kit.office.applications.get(case.id, actor=APPLICANT).open_waits()
    told = [note for note in kit.mail.sent.values() if note.kind == "outside_wait_begun"]

    assert ("Kantor Pertanahan", kit.clock()) == (wait.name, wait.since)
    assert before == look(kit, case).clock
    assert EventKind.OUTSIDE_WAIT_BEGUN in history(kit, case)
    assert "Menunggu peta bidang" in told[0].body
    kit.office.reviews.end_wait(case.id, wait.number, actor=kit.assignee(case.id, "rekomendasi"))
    assert () == look(kit, case).open_waits()
    assert EventKind.OUTSIDE_WAIT_ENDED in history(kit, case)


def test_one_unpaid_case_does_not_block_the_cashier_for_all_later_ones(any_kit):
    """The paid one is taken first; once the first is paid, it is its turn again."""
    kit = any_kit
    first, second, third = (unpaid(kit) for _ in range(3))
    pay(kit, second)
    kit.decide(second.id, "bayar")
    pay(kit, third)
    pay(kit, first)

    with raises_code("queue-jump") as refused:
        kit.decide(third.id, "bayar")
    assert first.receipt_number == refused.value.first
    kit.decide(first.id, "bayar")
    assert kit.decide(third.id, "bayar").stage_state("bayar").decided_by == "kasir"


def test_the_queue_shows_what_can_be_decided_before_what_is_held_up(any_kit):
    """Page by page, too."""
    kit = any_kit
    first, second = unpaid(kit), unpaid(kit)
    pay(kit, second)
    cashier = kit.officer("kasir")
    page = kit.office.reviews.queue(actor=cashier, limit=1)
    rest = kit.office.reviews.queue(actor=cashier, after=page[0])

    assert [(second.id, False), (first.id, True)] == [
        (item.application, item.held_up) for item in (*page, *rest)
    ]


def test_a_case_past_its_limit_blocks_no_officer_until_the_worker_comes(any_kit):
    """Nobody can decide it any more: the next one can be."""
    kit = any_kit
    late = kit.submit("warung")
    kit.review(late.id, until="putusan")
    kit.clock.forward(days=10)
    fresh = kit.submit("warung")
    kit.review(fresh.id, until="putusan")
    with raises_code("deemed-grant-due"):
        kit.office.reviews.approve(late.id, actor=kit.assignee(late.id, "putusan"))

    assert ApplicationState.APPROVED is kit.review(fresh.id).state


def test_a_case_that_waits_for_an_agency_blocks_no_officer(any_kit):
    """When its answer is there, it is the first again."""
    kit = any_kit
    first, second = kit.submit("acara"), kit.submit("acara")
    for case in (first, second):
        kit.review(case.id, until="rekomendasi")
    officer = kit.assignee(first.id, "rekomendasi")
    kit.office.reviews.begin_wait(
        first.id,
        party=WaitingFor.SYSTEM,
        name="SIMBG",
        reason="Menunggu nomor",
        stage="rekomendasi",
        actor=officer,
    )
    assert kit.decide(second.id, "rekomendasi").stage_state("rekomendasi").letter
    third = kit.submit("acara")
    kit.review(third.id, until="rekomendasi")
    kit.office.reviews.end_wait(first.id, 1, actor=officer)

    with pytest.raises(WorkflowError) as refused:
        kit.decide(third.id, "rekomendasi")
    assert "queue-jump" == refused.value.code
