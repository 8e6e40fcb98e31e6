"""What the office signs about itself: authority.json, receipts, bindings of certificates, QR codes."""

import json
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import ClassVar
from unittest import mock

import attrs
import pytest
from cryptography.hazmat.primitives import hashes

from perizinan_core._converters import canonical_json
from perizinan_core.errors.base import Category, Code
from perizinan_core.errors.signing import NothingSignedError
from perizinan_core.errors.storage import LeaseHeldError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import PermitStatus
from perizinan_core.model._text import DateRange
from perizinan_core.published import read_authority_document
from perizinan_core.published._keys import fits, thumbprint
from perizinan_core.services._signing import LEASE
from perizinan_core.testing._fakes import FakeSigningService
from perizinan_core.testing._offices import (
    APPLICANT,
    HOST,
    MORNING,
    sample_applicant,
    sample_ca,
    sample_office,
    sample_pack,
    sample_signer,
)
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit


def pdf_of(kit, permit):
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        return file.read()


def document_of(kit):
    return read_authority_document(kit.office.publication.authority_json())


def fingerprint(certificate):
    return certificate.fingerprint(hashes.SHA256()).hex()


def another_signer(name="kepala-baru"):
    """A second certificate of the same CA."""
    begin, end = (datetime(year, 1, 1, tzinfo=MORNING.tzinfo) for year in (2025, 2029))
    issued = sample_ca().issue(name, now=MORNING, kind="p-256", valid=(begin, end))
    return issued.signer()


def test_a_receipt_verifies_with_the_key_in_authority_json(kit):
    """Whoever keeps the receipt can prove what the office received."""
    case = kit.submit()
    envelope = json.loads(kit.office.applications.signed_receipt(case.id, actor=APPLICANT))
    (key,) = document_of(kit).keys
    (signature,) = envelope["signatures"]
    signed = canonical_json(envelope["signed"])
    kept = kit.office.applications.get(case.id, actor=APPLICANT).current_documents()

    assert thumbprint(key) == signature["keyid"]
    assert fits(key, bytes.fromhex(signature["sig"]), signed)
    assert not fits(key, bytes.fromhex(signature["sig"]), signed.replace(b"TT/0001", b"TT/0002"))
    assert [item.sha256 for item in kept] == [item["sha256"] for item in envelope["signed"]["files"]]
    assert case.receipt_number == envelope["signed"]["receipt_number"]


def test_the_version_rises_only_when_something_changed(any_kit):
    """Publishing anew with later dates keeps the version; a new binding raises it."""
    first = document_of(any_kit)
    any_kit.clock.forward(days=3)
    later = document_of(any_kit)
    any_kit._context.signers.signers["kepala"] = another_signer()
    changed = document_of(any_kit)
    again = document_of(any_kit)

    assert [1, 1, 2, 2] == [item.version for item in (first, later, changed, again)]
    assert later.issued > first.issued


def test_an_old_certificate_stays_bound_after_a_change_of_keys(kit):
    """A permit of before the change is still valid, and so is one of after it."""
    old = kit.permit()
    kit.clock.forward(days=1)
    kit._context.signers.signers["kepala"] = another_signer()
    kit.clock.forward(minutes=30)
    new = kit.permit()
    document = document_of(kit)
    verdicts = [
        verify_permit(pdf_of(kit, item), authority=document, at=kit.clock(), status=kit.office.status).verdict
        for item in (old, new)
    ]

    assert [Verdict.VALID, Verdict.VALID] == verdicts
    assert 2 == len(document.signatories)


def test_a_signature_after_the_end_of_a_binding_is_by_the_wrong_issuer(kit):
    """Earlier ones stay valid; the office itself refuses a later one before a number is taken."""
    permit = kit.permit()
    case = kit.submit()
    kit.review(case.id)
    certificate = sample_signer("kepala").certificate
    kit.office.publication.unbind(
        "kepala", fingerprint(certificate), last_day=MORNING.date(), reason="Pindah", actor=HOST
    )
    early = verify_permit(pdf_of(kit, permit), authority=document_of(kit), at=kit.clock()).verdict
    kit.clock.to_working_day(kit.office.authority.calendar)
    with raises_code("signer-not-entitled"):
        kit.issue(case.id)
    waiting = kit.office.applications.get(case.id, actor=HOST)
    kit._context.signers.signers["kepala"] = another_signer()
    issued = kit.issue(case.id)

    assert Verdict.VALID is early
    assert "approved" == waiting.state.value
    assert "500/002/WR/2026" == issued.number


def test_a_letter_whose_binding_ends_before_its_signature_waits_and_is_signed_by_the_successor(kit):
    """No signer is asked for it, its number stays, and the worker continues when the position is filled."""
    service = FakeSigningService(sample_signer("kepala"), answers=False)
    case, permit = _in_doubt(kit, service)
    with kit._context.storage.unit_of_work() as work:
        found = work.signing_attempts.find(permit.unsigned_sha256)
        work.signing_attempts.fail(
            permit.unsigned_sha256, holder=found.holder, error="tidak ada", at=kit.clock()
        )
        work.commit()
    sha256 = fingerprint(sample_signer("kepala").certificate)
    kit.office.publication.unbind(
        "kepala", sha256, last_day=kit._context.local_day(kit.clock()), reason="Pindah", actor=HOST
    )
    kit.clock.to_working_day(kit.office.authority.calendar)
    kit._context.signers.signers["kepala"] = sample_signer("kepala")
    with raises_code("signer-not-entitled"):
        kit.issue(case.id)
    kit._context.signers.signers["kepala"] = another_signer()
    kit.office.publication.authority_json()
    done = kit.issue(case.id)

    assert (1, permit.number) == (len(service.asked), done.number)


def office_of_another_plugin(kit, **changes):
    """The same office after its plugin was changed: same records, keys and clock."""
    pack = sample_pack()
    changed = attrs.evolve(pack, authority=attrs.evolve(pack.authority, **changes))
    return sample_office(
        pack=changed,
        storage=kit._context.storage,
        documents=kit._context.documents,
        keys=kit._context.keys,
        clock=kit.clock,
    )


def spans(document, code):
    """First and last day of each delegation of that code, for the one signatory of the sample."""
    (signatory,) = document.signatories
    return [(item.start, item.end) for item in signatory.delegations if item.code == code]


def test_a_permit_stays_valid_after_the_plugin_dropped_its_delegation(any_kit):
    """The delegation stays in the document with its last day; nothing later counts under it."""
    permit = any_kit.permit()
    before, (old,) = document_of(any_kit), sample_pack().authority.delegations
    any_kit.clock.forward(days=3)
    dropped = any_kit._context.local_day(any_kit.clock())
    successor = attrs.evolve(old, code="mandat-baru", valid=DateRange(start=dropped))
    later = office_of_another_plugin(any_kit, delegations=(successor,))
    after = document_of(later)
    any_kit.clock.forward(days=3)
    again = document_of(later)
    verdict = verify_permit(
        pdf_of(any_kit, permit), authority=again, at=any_kit.clock(), status=any_kit.office.status
    ).verdict
    (kept,) = [item for item in again.signatories[0].delegations if item.code == old.code]

    assert Verdict.VALID is verdict
    assert [(old.valid.start, old.valid.end)] == spans(before, old.code)
    assert [(old.valid.start, dropped)] == spans(after, old.code) == spans(again, old.code)
    assert [(dropped, None)] == spans(again, "mandat-baru")
    assert not kept.covers("warung", dropped + timedelta(days=1))
    assert before.version < after.version == again.version


def test_a_delegation_that_returns_counts_from_its_return(any_kit):
    """The time between stays uncovered; dropped and back on one day is no break at all."""
    (old,) = sample_pack().authority.delegations
    first = document_of(any_kit)
    without = office_of_another_plugin(any_kit, delegations=())
    day = any_kit._context.local_day(any_kit.clock())
    document_of(without)
    same_day = document_of(any_kit)
    document_of(without)
    any_kit.clock.forward(days=10)
    back = any_kit._context.local_day(any_kit.clock())
    returned = document_of(any_kit)

    assert [(old.valid.start, old.valid.end)] == spans(first, old.code) == spans(same_day, old.code)
    assert [(old.valid.start, day), (back, old.valid.end)] == spans(returned, old.code)


def test_a_delegation_that_was_dropped_before_it_began_leaves_nothing(any_kit):
    """Nobody can have signed under it."""
    (old,) = sample_pack().authority.delegations
    start = any_kit._context.local_day(any_kit.clock()) + timedelta(days=30)
    coming = attrs.evolve(old, code="mandat-baru", valid=DateRange(start=start))
    announced = document_of(office_of_another_plugin(any_kit, delegations=(old, coming)))
    dropped = document_of(any_kit)

    assert [(start, None)] == spans(announced, "mandat-baru")
    assert [] == spans(dropped, "mandat-baru")


def test_the_title_of_a_position_that_the_plugin_dropped_stays_on_record(any_kit):
    """Who signed is named by a title, and not by a code, after the office was reorganised."""
    authority = sample_pack().authority
    before = document_of(any_kit)
    others = tuple(item for item in authority.positions if item.code != "kepala")
    after = document_of(office_of_another_plugin(any_kit, positions=others, delegations=()))

    assert [authority.position("kepala").title.id] == [item.title for item in before.signatories]
    assert [item.title for item in before.signatories] == [item.title for item in after.signatories]


def test_only_bound_certificates_can_be_ended_and_only_known_positions_bound(kit):
    """A typing error is told."""
    with raises_code("binding-unknown"):
        kit.office.publication.unbind(
            "kepala", "ab" * 32, last_day=MORNING.date(), reason="Pindah", actor=HOST
        )
    with raises_code("unknown-post"):
        kit.office.publication.bind(
            "camat", sample_signer("kepala").certificate, first_day=MORNING.date(), actor=HOST
        )


def test_each_change_of_a_binding_is_an_event_with_before_and_after(any_kit):
    """What the office vouches for has a history: who bound which certificate, from when, until when."""
    publication, certificate = any_kit.office.publication, another_signer().certificate
    sha256, first = fingerprint(certificate), date(2026, 1, 5)
    for _ in range(2):
        publication.bind("sekretaris", certificate, first_day=first, actor=HOST, now=MORNING)
    for _ in range(2):
        publication.unbind(
            "sekretaris",
            sha256,
            last_day=date(2026, 6, 1),
            reason="Pindah",
            actor=HOST,
            now=MORNING,
        )
    bound, ended = publication.binding_history("sekretaris", actor=HOST)
    begun = {"position": "sekretaris", "from": "2026-01-05", "to": None}

    assert {"certificate": sha256, "before": None, "after": begun} == bound.data
    assert {
        "certificate": sha256,
        "before": begun,
        "after": {**begun, "to": "2026-06-01"},
        "reason": "Pindah",
    } == ended.data
    assert {("binding_changed", str(HOST.account), MORNING)} == {
        (event.kind.value, event.actor, event.at) for event in (bound, ended)
    }


def test_a_key_that_the_office_binds_by_itself_is_an_event_of_the_system(any_kit):
    """The first document binds the keys of the signers; the next one finds them bound."""
    for _ in range(2):
        any_kit.office.publication.authority_json()
    history = any_kit.office.publication.binding_history("kepala", actor=HOST)

    assert ["system:system"] == [event.actor for event in history]
    assert [None] == [event.data["before"] for event in history]


def test_a_binding_made_twice_keeps_its_first_day(kit):
    """Binding the same days again changes nothing; other days that lie within them are refused."""
    certificate = another_signer().certificate
    for _ in range(2):
        kit.office.publication.bind("sekretaris", certificate, first_day=date(2026, 1, 5), actor=HOST)
    with raises_code("binding-overlaps"):
        kit.office.publication.bind("sekretaris", certificate, first_day=date(2026, 2, 5), actor=HOST)
    (found,) = [item for item in document_of(kit).signatories if item.position == "sekretaris"]

    assert date(2026, 1, 5) == found.start


def test_a_letter_that_no_font_can_show_costs_no_number(kit):
    """The rehearsal refuses it when the application is handed in, before any number is taken."""
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.submit(applicant=sample_applicant(name="Sekar \U0001f996"))
    with kit._context.storage.unit_of_work(read_only=True) as work:
        books = [tuple(work.numbers.book(name, 2026)) for name in ("izin", "tanda-terima")]

    assert {"unprintable-text"} == {problem.code for problem in refused.value.problems}
    assert [(), ()] == books


def numbered(kit):
    """Return a case whose number is taken, and its permit, which is not signed yet."""
    case = kit.submit()
    kit.review(case.id)
    kit._context.signers.signers["kepala"] = _Failing(sample_signer("kepala"))
    with raises_code("issuance"):
        kit.issue(case.id)
    kit._context.signers.signers["kepala"] = sample_signer("kepala")
    permit_id = kit.office.applications.get(case.id, actor=HOST).permit_id
    return case, kit.office.permits.get(permit_id, actor=HOST)


def test_a_letter_that_was_changed_on_record_is_not_signed(kit):
    """What the number was taken for must be what is signed."""
    case, permit = numbered(kit)
    with kit._context.storage.unit_of_work() as work:
        other = attrs.evolve(permit.letter, city="Kota Lain")
        work.permits.save(attrs.evolve(permit, letter=other), by="x", at=kit.clock())
        work.commit()
    with raises_code("letter-changed"):
        kit.issue(case.id)

    assert PermitStatus.AWAITING_SIGNATURE is permit.status


def test_a_damaged_file_is_not_given_to_a_signing_service(kit):
    """It is asked to sign what was stored for it, and nothing else."""
    case, permit = numbered(kit)
    store = kit._context.documents
    stored = store.put(BytesIO(b"%PDF-1.7"))
    store.link(f"unsigned/{permit.unsigned_sha256}", stored.sha256)
    store.damage(stored.sha256)
    service = FakeSigningService(sample_signer("kepala"))
    kit._context.signers.signers["kepala"] = service
    with raises_code("letter-changed"):
        kit.issue(case.id)

    assert [] == service.asked


def test_a_frozen_letter_is_printed_as_it_was_when_its_number_was_taken(kit):
    """What changes meanwhile changes nothing in it; once it is signed the file alone holds it."""
    case, permit = numbered(kit)
    with kit._context.storage.unit_of_work() as work:
        stored = work.applications.get(case.id)
        changed = attrs.evolve(stored, applicant=sample_applicant(name="Orang Lain"))
        work.applications.save(changed, by="x", at=kit.clock())
        work.commit()
    signed = kit.issue(case.id)

    assert "Sekar Contohwati" == permit.letter.statement.holder == signed.holder
    assert signed.letter is None
    assert (
        "Sekar Contohwati"
        == verify_permit(pdf_of(kit, signed), authority=document_of(kit), at=kit.clock()).permit.holder
    )


def test_a_token_that_fails_can_be_tried_again_at_once(kit):
    """A key of our own that raises anything gives the lease back; the next try succeeds with the same number."""
    case = kit.submit()
    kit.review(case.id)
    good = kit._context.signers.signers["kepala"]
    kit._context.signers.signers["kepala"] = _Failing(good)
    with raises_code("issuance") as failed:
        kit.issue(case.id)
    kit._context.signers.signers["kepala"] = good
    permit = kit.issue(case.id)

    assert "OSError" == failed.value.reason
    assert "500/001/WR/2026" == permit.number


def test_while_somebody_signs_others_wait_and_nobody_cancels(kit):
    """One lease for each document; after it, another takes over."""
    case, permit = _in_doubt(kit, FakeSigningService(sample_signer("kepala"), answers=False))
    with kit._context.storage.unit_of_work() as work:
        work.signing_attempts.acquire(
            permit.unsigned_sha256, holder="somebody", now=kit.clock(), until=kit.clock() + LEASE
        )
        work.commit()
    with pytest.raises(LeaseHeldError):
        kit.issue(case.id)
    with pytest.raises(LeaseHeldError):
        kit.office.permits.issuance.cancel(permit.id, reason="x", actor=kit.officer("kepala"))

    assert 0 == kit.office.worker.run_once().signed


def test_an_answer_that_got_lost_is_handed_in_by_a_person(kit):
    """The service is not asked again, whoever tries; the file that it kept completes the permit."""
    service = FakeSigningService(sample_signer("kepala"), answers=False)
    case, permit = _in_doubt(kit, service)
    service.answers = True
    with raises_code("signing-in-doubt"):
        kit.issue(case.id)
    done = kit.office.worker.run_once()
    issued = kit.office.permits.issuance.hand_in_signed(
        permit.id, service.signed[0], actor=kit.officer("kepala")
    )

    assert 1 == len(service.asked)
    assert (permit.number,) == done.in_doubt
    assert (permit.number, PermitStatus.IN_FORCE) == (issued.number, issued.status)
    assert service.signed[0] == pdf_of(kit, issued)


class WrongPassphraseError(NothingSignedError):
    """What a plugin for a service raises."""

    categories: ClassVar = {"not-signed-here": Category.INPUT}
    codes: ClassVar = {"not-signed-here": Code("The passphrase is wrong. Enter it again.")}


def test_a_service_that_signed_nothing_for_certain_is_asked_again(kit):
    """A wrong passphrase leaves no doubt: the number stays, the error is the service's own, and the next try works."""
    service = FakeSigningService(sample_signer("kepala"))
    case = kit.submit()
    kit.review(case.id)
    kit.office.publication.authority_json()
    kit._context.signers.signers["kepala"] = service
    with (
        mock.patch.object(
            FakeSigningService, "sign_document", side_effect=WrongPassphraseError("not-signed-here")
        ),
        raises_code("not-signed-here"),
    ):
        kit.issue(case.id)
    waiting = kit.office.permits.get(kit.office.applications.get(case.id, actor=HOST).permit_id, actor=HOST)
    issued = kit.issue(case.id)

    assert PermitStatus.AWAITING_SIGNATURE is waiting.status
    assert (waiting.number, PermitStatus.IN_FORCE) == (issued.number, issued.status)
    assert 1 == len(service.asked)


def test_a_file_that_does_not_verify_is_not_taken_for_the_signed_one(kit):
    """Another permit's file, a changed one, and an unsigned one are refused."""
    other = kit.permit()
    service = FakeSigningService(sample_signer("kepala"), answers=False)
    _, permit = _in_doubt(kit, service)
    changed = bytearray(service.signed[0])
    changed[len(changed) // 2] ^= 1
    for wrong in (pdf_of(kit, other), bytes(changed), service.asked[0], b"nothing"):
        with raises_code("signed-letter-invalid"):
            kit.office.permits.issuance.hand_in_signed(permit.id, wrong, actor=kit.officer("kepala"))

    assert PermitStatus.AWAITING_SIGNATURE is kit.office.permits.get(permit.id, actor=HOST).status


def test_a_service_whose_certificate_is_not_bound_is_not_asked_again(kit):
    """Its answer is kept; once the certificate is bound, the same file completes the permit."""
    service = FakeSigningService(another_signer("layanan"))
    case = kit.submit()
    kit.review(case.id)
    kit.office.publication.authority_json()
    kit._context.signers.signers["kepala"] = service
    with raises_code("signing-in-doubt") as told:
        kit.issue(case.id)
    permit_id = kit.office.applications.get(case.id, actor=HOST).permit_id
    kept = kit._context.documents.read(told.value.reason.split()[-1], 10_000_000)
    kit.office.publication.bind("kepala", service.key.certificate, first_day=MORNING.date(), actor=HOST)
    issued = kit.office.permits.issuance.hand_in_signed(permit_id, kept, actor=kit.officer("kepala"))

    assert 1 == len(service.asked)
    assert service.signed[0] == kept == pdf_of(kit, issued)


def test_a_number_that_is_given_up_stays_in_the_book_with_its_reason(kit):
    """The next letter takes the next number; the same key is done anew, and the old file is refused."""
    service = FakeSigningService(sample_signer("kepala"), answers=False)
    case, permit = _in_doubt(kit, service, idempotency_key="k")
    kit.office.permits.issuance.cancel(permit.id, reason="Layanan mati", actor=kit.officer("kepala"))
    with raises_code("issuance"):
        kit.office.permits.issuance.hand_in_signed(permit.id, service.signed[0], actor=kit.officer("kepala"))
    kit._context.signers.signers["kepala"] = sample_signer("kepala")
    new = kit.issue(case.id, idempotency_key="k")
    again = kit.issue(case.id, idempotency_key="k")
    with raises_code("issuance"):
        kit.office.permits.issuance.cancel(permit.id, reason="x", actor=kit.officer("kepala"))
    with raises_code("issuance"):
        kit.office.permits.issuance.cancel(new.id, reason="x", actor=kit.officer("kepala"))
    with kit._context.storage.unit_of_work(read_only=True) as work:
        book = [(line.number, line.cancel_reason) for line in work.numbers.book("izin", 2026)]

    assert [("500/001/WR/2026", "Layanan mati"), ("500/002/WR/2026", None)] == book
    assert "500/002/WR/2026" == new.number
    assert new == again


def test_a_signed_letter_that_is_not_issued_can_be_given_up(kit):
    """Its number stays as cancelled, no worker takes the file up again, and a checker is told that it is annulled."""
    service = FakeSigningService(sample_signer("kepala"), answers=False)
    _, permit = _in_doubt(kit, service)
    stored = kit._context.documents.put(BytesIO(service.signed[0]))
    kit._context.documents.link(f"signed/{permit.unsigned_sha256}", stored.sha256)
    case = kit.office.permits.issuance.cancel(permit.id, reason="Salah", actor=kit.officer("kepala"))
    done = kit.office.worker.run_once()
    with kit._context.storage.unit_of_work(read_only=True) as work:
        cancelled = work.permits.get(permit.id)

    assert (ApplicationState.APPROVED, None) == (case.state, case.permit_id)
    assert (0, 1) == (done.signed, len(service.asked))
    assert (PermitStatus.ANNULLED, None) == (cancelled.status, cancelled.signed_sha256)


def test_issuing_again_returns_the_same_permit(kit):
    """Also without a key, and also for another signatory's click after it."""
    permit = kit.permit()
    again = kit.issue(permit.application_id)

    assert permit == again


def test_the_records_answer_for_known_permits_only(kit):
    """A wrong status index or number is not on record."""
    permit = kit.permit()
    today = MORNING.date()

    assert (
        PermitStatus.IN_FORCE is kit.office.status.status_of(permit.number, permit.status_index, today).status
    )
    assert kit.office.status.status_of(permit.number, permit.status_index + 1, today) is None
    assert kit.office.status.status_of("500/9/WR/2026", 0, today) is None


def test_a_successor_names_its_predecessor_in_the_letter(kit):
    """Also where the reason has no name of its own."""
    old = kit.permit()
    case = kit.office.permits.renew(old.id, actor=APPLICANT, kind=ApplicationKind.AMENDMENT)
    kit.fill(case.id)
    kit.hand_in(case.id)
    kit.review(case.id)
    new = kit.issue(case.id)
    report = verify_permit(pdf_of(kit, new), authority=document_of(kit), at=kit.clock())

    assert old.number == report.permit.previous_number


def _in_doubt(kit, service, **given):
    case = kit.submit()
    kit.review(case.id)
    kit.office.publication.authority_json()
    kit._context.signers.signers["kepala"] = service
    with raises_code("signing-in-doubt"):
        kit.issue(case.id, **given)
    permit_id = kit.office.applications.get(case.id, actor=HOST).permit_id
    return case, kit.office.permits.get(permit_id, actor=HOST)


class _Failing:
    """A token that was pulled out."""

    def __init__(self, inner):
        self.certificate, self.chain, self.algorithm = inner.certificate, inner.chain, inner.algorithm

    def sign(self, _data):
        raise OSError("no token")
