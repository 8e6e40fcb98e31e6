"""Following a case by its receipt number and a secret."""

import json
import re
from datetime import date, timedelta

import attrs
import pytest

from perizinan_core._converters import to_json
from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.model._case import CorrectionItem
from perizinan_core.model._events import EventKind
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.model._text import Text
from perizinan_core.testing._offices import APPLICANT, HOST, sample_applicant

PERSONAL = (
    "Sekar",
    "Contohwati",
    "3572015208900000",
    "Rahasia",
    "0812",
    "sekar@",
    "Kenanga",
    "pemohon",
    "Petugas",
)


def handed_in(kit, permit_type="warung"):
    """Return a receipt with its secret."""
    case = kit.draft(permit_type)
    kit.fill(case.id)
    kit.clock.forward(minutes=1)
    return kit.office.applications.submit(case.id, actor=APPLICANT, idempotency_key="k")


def ask(kit, case, *targets):
    """Ask for corrections of a case."""
    items = tuple(CorrectionItem(target=target, reason="Buram") for target in targets)
    kit.office.reviews.request_correction(case, "periksa", items, actor=kit.assignee(case, "periksa"))


def words(answer) -> str:
    """Return everything that an answer says."""
    return json.dumps(attrs.asdict(answer), default=str)


def test_the_secret_is_given_once_and_kept_nowhere_in_clear(any_kit):
    """By the call that handed the case in; neither the kept nor the signed receipt has it, nor a repeat."""
    office = any_kit.office
    receipt = handed_in(any_kit)
    again = office.applications.submit(receipt.application, actor=APPLICANT, idempotency_key="k")
    kept = office.applications.receipt(receipt.application, actor=APPLICANT)
    signed = office.applications.signed_receipt(receipt.application, actor=APPLICANT)
    case = office.applications.get(receipt.application, actor=HOST)

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){2}", receipt.tracking_secret)
    assert (None, None) == (again.tracking_secret, kept.tracking_secret)
    assert receipt == again == kept
    secret = receipt.tracking_secret
    for text in (signed.decode(), json.dumps(to_json(receipt)), json.dumps(to_json(case)), repr(receipt)):
        assert secret not in text
        assert secret.replace("-", "") not in text
        assert "tracking" not in text


def test_a_case_is_followed_from_the_receipt_to_the_permit(any_kit):
    """Step, role, days, what happens next; in both languages, and nothing about a person."""
    follow = any_kit.office.tracking.follow
    receipt = handed_in(any_kit, "acara")
    asked = receipt.receipt_number, receipt.tracking_secret
    begun = follow(*asked)
    any_kit.decide(receipt.application, "periksa")
    reviewed = follow(*asked)
    any_kit.clock.forward(minutes=3 * 24 * 60)
    later = follow(*asked)
    any_kit.review(receipt.application)
    approved = follow(*asked)
    any_kit.issue(receipt.application)
    done = follow(*asked)

    assert ("submitted", "Pemeriksaan kelengkapan") == (begun.state.code, str(begun.steps[0].step))
    assert ("front_office", "front office") == (begun.steps[0].role.code, begun.steps[0].role.name.en)
    assert ("dinas-izin", date(2026, 3, 2)) == (begun.steps[0].unit.code, begun.steps[0].since)
    assert (None, None) == (begun.days_used, begun.due)
    assert 5 == begun.days_allowed.value
    assert "Then: Technical recommendation." == begun.next_step.en
    assert {"rekomendasi", "telaah", "bayar"} == {item.step.code for item in reviewed.steps}
    assert reviewed.days_used is not None
    assert later.days_used > reviewed.days_used
    assert ("approved", ()) == (approved.state.code, approved.steps)
    assert Text("Permit dapat diunduh.", "The permit can be downloaded.").en == done.next_step.en
    assert date(2026, 3, 5) == done.closed_on
    for answer in (begun, reviewed, later, approved, done):
        assert not [word for word in PERSONAL if word in words(answer)]
        assert receipt.application not in words(answer)


def test_a_correction_and_a_deadline_are_told(kit):
    """The day to answer by, and what to correct by its label; the reason is for the applicant alone."""
    receipt = handed_in(kit)
    ask(kit, receipt.application, "ktp", "form:lokasi", "applicant")
    answer = kit.office.tracking.follow(receipt.receipt_number, receipt.tracking_secret)

    assert ("correction_requested", ()) == (answer.state.code, answer.steps)
    assert answer.answer_by is not None
    assert [
        ("ktp", "KTP"),
        ("form:lokasi", "Lokasi"),
        ("applicant", "Data pemohon dan kuasanya"),
    ] == [(item.code, str(item)) for item in answer.to_correct]
    assert "Buram" not in words(answer)


def test_the_window_of_a_correction_begins_when_the_applicant_follows_the_case(any_kit):
    """A wrong secret does not count as a notice; the right one does, once, and the case lapses after its window."""
    kit = any_kit
    receipt = handed_in(kit)
    ask(kit, receipt.application, "ktp")
    kit.clock.forward(days=20)
    with pytest.raises(NotFoundError):
        kit.office.tracking.follow(receipt.receipt_number, "AAAAA-AAAAA-AAAAA")
    unopened = kit.office.applications.get(receipt.application, actor=HOST)
    asked = receipt.receipt_number, receipt.tracking_secret
    answer = kit.office.tracking.follow(*asked)
    again = kit.office.tracking.follow(*asked)
    opened = kit.office.applications.get(receipt.application, actor=HOST)
    kit.clock.forward(days=15)

    assert () == unopened.notices
    assert [("correction-1", NoticeMeans.OPENED, "tracking")] == [
        (notice.of, notice.means, notice.by) for notice in opened.notices
    ]
    assert answer.as_of + timedelta(days=14) == answer.answer_by == opened.answer_by
    assert answer == again
    assert 1 == kit.office.worker.run_once().lapsed


def test_it_is_typed_as_people_type(kit):
    """Small letters, spaces, no dashes, a letter for a digit."""
    receipt = handed_in(kit)
    secret = receipt.tracking_secret
    typed = [
        secret.lower(),
        f" {secret.replace('-', ' ')} ",
        secret.replace("-", ""),
        secret.replace("0", "O").replace("1", "l"),
    ]

    assert ["submitted"] * 4 == [
        kit.office.tracking.follow(f" {receipt.receipt_number} ", one).state.code for one in typed
    ]


def test_a_wrong_number_and_a_wrong_secret_get_the_same_answer(any_kit):
    """Whether there is such a case is not said; a secret opens only its own."""
    one, other = handed_in(any_kit), any_kit.submit(applicant=sample_applicant(name="Lain"))
    follow = any_kit.office.tracking.follow
    told = []
    for number, secret in (
        (one.receipt_number, "AAAAA-AAAAA-AAAAA"),
        (other.receipt_number, one.tracking_secret),
        ("TT/9999/2026", one.tracking_secret),
        (one.receipt_number, ""),
    ):
        with pytest.raises(NotFoundError) as caught:
            follow(number, secret)
        told.append((caught.value.code, caught.value.message("id").replace(number, "…")))

    assert 1 == len(set(told))


def test_guesses_are_limited_and_a_pause_ends(any_kit):
    """The right secret waits too; after the pause, or with a new one, it is let in."""
    receipt = handed_in(any_kit)
    follow = any_kit.office.tracking.follow
    for _ in range(10):
        with pytest.raises(NotFoundError):
            follow(receipt.receipt_number, "AAAAA-AAAAA-AAAAA")
    refused = []
    for secret in ("BBBBB-BBBBB-BBBBB", receipt.tracking_secret):
        with pytest.raises(ServiceError) as caught:
            follow(receipt.receipt_number, secret)
        refused.append(caught.value.code)
    any_kit.clock.forward(minutes=61)
    after = follow(receipt.receipt_number, receipt.tracking_secret)

    assert ["too-many-guesses"] * 2 == refused
    assert "submitted" == after.state.code


def test_a_new_secret_ends_the_one_before_and_stands_in_the_history(any_kit):
    """At the counter or with the account; not for a draft."""
    receipt = handed_in(any_kit)
    tracking = any_kit.office.tracking
    for _ in range(10):
        with pytest.raises(NotFoundError):
            tracking.follow(receipt.receipt_number, "x")
    counter = tracking.new_secret(receipt.application, actor=any_kit.officer("loket-2"))
    with pytest.raises(NotFoundError):
        tracking.follow(receipt.receipt_number, receipt.tracking_secret)
    of_counter = tracking.follow(receipt.receipt_number, counter)
    mine = tracking.new_secret(receipt.application, actor=APPLICANT)
    with pytest.raises(NotFoundError):
        tracking.follow(receipt.receipt_number, counter)
    of_mine = tracking.follow(receipt.receipt_number, mine)
    with pytest.raises(NotFoundError):
        tracking.new_secret(any_kit.draft().id, actor=APPLICANT)
    history = any_kit.office.applications.history(receipt.application, actor=HOST)

    assert of_counter == of_mine
    assert ["officer:loket-2", "public:pemohon"] == [
        event.actor for event in history if event.kind is EventKind.TRACKING_RENEWED
    ]
