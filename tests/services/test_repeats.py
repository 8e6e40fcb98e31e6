"""Keys of requests: the same request gets its own answer, another one with the same key is refused."""

from __future__ import annotations

import inspect
from datetime import date
from io import BytesIO

import pytest

from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import ArgumentError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._case import CorrectionItem, StageOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.services._repeats import asked
from perizinan_core.services._staff import Staff
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, FORMS, HOST, sample_applicant
from perizinan_core.testing._refusals import raises_code

ITEMS = (CorrectionItem(target="ktp", reason="Buram"),)


def count_of(kit, case_id, kind):
    """Return how often something is in the history of a case."""
    return sum(event.kind is kind for event in kit.office.applications.history(case_id, actor=HOST))


def replace(kit, case_id):
    """Put another file in the place of the first one."""
    held = kit.office.applications.get(case_id, actor=HOST).current_documents()
    kit.upload(case_id, "ktp", replaces=next(item.id for item in held if item.slot == "ktp"))


def test_the_key_of_the_first_submission_does_not_swallow_the_answer_to_a_correction(any_kit):
    """It is refused; with a key of its own the correction is handed in, and its key gives its receipt."""
    submit = any_kit.office.applications.submit
    case = any_kit.draft()
    any_kit.fill(case.id)
    first = submit(case.id, actor=APPLICANT, idempotency_key="a")
    any_kit.clock.forward(minutes=1)
    officer = any_kit.assignee(case.id, "periksa")
    any_kit.office.reviews.request_correction(case.id, "periksa", ITEMS, actor=officer)
    replace(any_kit, case.id)
    with raises_code("idempotency-conflict"):
        submit(case.id, actor=APPLICANT, idempotency_key="a")
    second = submit(case.id, actor=APPLICANT, idempotency_key="b")
    again = submit(case.id, actor=APPLICANT, idempotency_key="b")

    assert (1, 2) == (first.submission, second.submission)
    assert second == again
    assert 1 == count_of(any_kit, case.id, EventKind.APPLICATION_RESUBMITTED)


def test_a_key_covers_all_arguments(any_kit):
    """Another version, another slot at the counter: another request."""
    case = any_kit.draft()
    any_kit.fill(case.id)
    submit = any_kit.office.applications.submit
    submit(case.id, actor=APPLICANT, idempotency_key="a")
    for other in ({"at_counter": frozenset({"ktp"})}, {"expected_version": 3}):
        with raises_code("idempotency-conflict"):
            submit(case.id, actor=APPLICANT, idempotency_key="a", **other)

    assert 1 == count_of(any_kit, case.id, EventKind.APPLICATION_SUBMITTED)


def test_an_application_is_begun_once(any_kit):
    """A portal that sends the same form twice has one draft; another form with the key is refused."""

    def start(**other):
        return any_kit.office.applications.start(
            **{
                "permit_type": "warung",
                "applicant": sample_applicant(),
                "actor": APPLICANT,
                "form": FORMS["warung"],
                "idempotency_key": "s",
                **other,
            }
        )

    one, two = start(), start()
    for other in (
        {"form": {"lokasi": "Lain"}},
        {"applicant": sample_applicant(name="Lain")},
        {"permit_type": "acara"},
    ):
        with raises_code("idempotency-conflict"):
            start(**other)

    assert one == two
    assert 1 == len(any_kit.office.applications.of_owner(actor=APPLICANT).items)


def test_a_file_is_uploaded_once(any_kit):
    """The same bytes in the same slot are the same document, though the slot is full; other bytes are refused."""
    case = any_kit.draft()

    def upload(content=1, **other):
        return any_kit.office.applications.upload(
            case.id,
            other.pop("slot", "ktp"),
            BytesIO(small_png(content)),
            file_name=other.pop("file_name", "ktp.png"),
            actor=APPLICANT,
            idempotency_key="u",
            **other,
        )

    one, two = upload(), upload()
    for other in ({"content": 2}, {"file_name": "lain.png"}, {"expires_on": date(2030, 1, 1)}):
        with raises_code("idempotency-conflict"):
            upload(**other)

    assert one == two
    assert 1 == len(any_kit.office.applications.get(case.id, actor=APPLICANT).documents)


def test_a_refused_request_leaves_its_key_free(any_kit):
    """What changed nothing may be corrected and sent again with the same key."""
    case = any_kit.draft()
    upload = any_kit.office.applications.upload
    with pytest.raises(UploadRefusedError):
        upload(case.id, "ktp", BytesIO(b"MZ"), file_name="a.exe", actor=APPLICANT, idempotency_key="u")

    assert upload(
        case.id, "ktp", BytesIO(small_png(1)), file_name="a.png", actor=APPLICANT, idempotency_key="u"
    )


def test_officers_decide_and_approve_once(any_kit):
    """The same decision again changes nothing and refuses nothing; an opposite one with the key is refused."""
    case = any_kit.submit()
    reviews, officer = any_kit.office.reviews, any_kit.assignee(case.id, "periksa")
    any_kit.clock.forward(minutes=1)

    def decide(outcome=StageOutcome.POSITIVE, **other):
        return reviews.decide(case.id, "periksa", outcome, actor=officer, idempotency_key="d", **other)

    one, two = decide(), decide()
    with raises_code("idempotency-conflict"):
        decide(reasons=("Lain",))
    head = any_kit.assignee(case.id, "putusan")
    approved = reviews.approve(case.id, actor=head, idempotency_key="a")
    again = reviews.approve(case.id, actor=head, idempotency_key="a")
    with raises_code("idempotency-conflict"):
        reviews.refuse(case.id, reasons=("Tidak",), actor=head, idempotency_key="a")

    assert one == two
    assert approved == again
    assert [1, 1, 0] == [
        count_of(any_kit, case.id, kind)
        for kind in (EventKind.STAGE_DECIDED, EventKind.APPLICATION_APPROVED, EventKind.ATTEMPT_REFUSED)
    ]


def test_money_is_recorded_once(any_kit):
    """A bank that reports twice has paid once; another amount with the key is refused."""
    case = any_kit.submit("acara")
    any_kit.review(case.id, until="bayar")
    due = any_kit.office.applications.get(case.id, actor=HOST).terms.fee.total.amount

    def pay(amount):
        payment = Payment(
            reference="bank-1", amount=Rupiah(amount), paid_at=any_kit.clock(), recorded_by="kasir"
        )
        return any_kit.office.reviews.record_payment(
            case.id, payment, actor=any_kit.officer("kasir"), idempotency_key="p"
        )

    one, two = pay(due), pay(due)
    with raises_code("idempotency-conflict"):
        pay(due - 1)

    assert one == two
    assert 1 == len(two.payments)


def test_a_permit_is_suspended_once(any_kit):
    """Steps about permits take keys too."""
    permit = any_kit.permit()
    any_kit.clock.forward(minutes=1)
    given = {"legal_basis": "Perda", "actor": any_kit.officer("kepala"), "idempotency_key": "b"}
    one = any_kit.office.permits.suspend(permit.id, reason="Periksa", **given)
    two = any_kit.office.permits.suspend(permit.id, reason="Periksa", **given)
    with raises_code("idempotency-conflict"):
        any_kit.office.permits.suspend(permit.id, reason="Lain", **given)

    assert one == two
    assert 1 == sum(item.status.value == "suspended" for item in two.changes)


def test_a_key_belongs_to_the_account_and_its_kind(any_kit):
    """An officer "pemohon" and an applicant "pemohon" never meet."""
    one = any_kit.draft(idempotency_key="k")
    host = any_kit.draft(actor=Actor(id=APPLICANT.id, kind=ActorKind.HOST), idempotency_key="k")
    other = any_kit.draft(actor=Actor(id="lain", kind=ActorKind.APPLICANT), idempotency_key="k")

    assert 3 == len({one.id, host.id, other.id})


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_is_no_key_is_refused(kit, key):
    """Empty keys would make every request the same."""
    with pytest.raises(ArgumentError):
        kit.draft(idempotency_key=key)


def test_every_step_that_changes_something_takes_a_key(kit):
    """New use cases have to follow; looking at something needs none."""
    looking = {
        "get", "get_by_number", "open_pdf", "open_document", "search", "of_owner", "queue", "remarks", "officers",
        "slots", "mandate", "reusable", "problems", "preview", "receipt", "signed_receipt", "history", "actions",
        "receipt_pdf", "exclusions", "deliveries", "unnotified", "correction_targets", "page_picture", "photo_picture",
        "held_by", "corrections", "standing", "messages",
        "readings", "outlook", "asks_secret", "own_data", "direct_address", "queue_counts",
    }  # fmt: skip
    # Each of several letters is issued once, and what was handed over is gone from the desk: again is as once.
    looking |= {"issue_many", "hand_over"}
    # A change of staff sets a record to what is given: twice is as once.
    staff = {name for name in vars(Staff) if not name.startswith("_")}
    office = kit.office
    missing = [
        name
        for service in (office.applications, office.permits, office.reviews)
        for name, method in inspect.getmembers(service, inspect.ismethod)
        if not name.startswith("_")
        and name not in looking | staff
        and "actor" in inspect.signature(method).parameters
        and "idempotency_key" not in inspect.signature(method).parameters
    ]

    assert [] == missing


def test_no_argument_can_be_forgotten():
    """The request is made of everything a use case was called with; who and when are no part of it."""
    one = asked("x", {"self": 1, "actor": 2, "now": 3, "idempotency_key": "k", "a": {"b"}, "c": None})

    assert {"a": {"b"}, "c": None} == one.arguments
    assert one.digest != asked("x", {"a": {"b"}, "c": 0}).digest
    assert one.digest != one.with_(d=1).digest
