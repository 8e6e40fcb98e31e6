"""What issuing will demand is asked beforehand, and every case has a way on or back."""

from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from perizinan_core.errors.workflow import NotIssuableError, PermitStatusError, SubmissionRefusedError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._permit import PermitStatus
from perizinan_core.rendering import TypstRenderer
from perizinan_core.services._permits import RecordsStatus
from perizinan_core.testing._offices import (
    APPLICANT,
    HOST,
    sample_applicant,
    sample_office,
    sample_pack,
    sample_signer,
)
from perizinan_core.workflow import AnnulledBy, DefectGround

LAW = "Peraturan Daerah Kabupaten Contoh Nomor 1 Tahun 2025"
CUNEIFORM = "\U00012000\U00012001"


class ChangingRenderer:
    """The core's renderer, whose letter can be made to show another holder than its data."""

    def __init__(self):
        self.real = TypstRenderer()
        self.holder = None

    def _shown(self, letter):
        if self.holder is None:
            return letter
        return attrs.evolve(letter, statement=attrs.evolve(letter.statement, holder=self.holder))

    def render(self, letter):
        """Print the letter."""
        return self.real.render(self._shown(letter))

    def rehearse(self, letter):
        """Print a draft."""
        return self.real.rehearse(self._shown(letter))


class DeadSigner:
    """A signer that never answers; its certificate is that of the office."""

    def __init__(self, real):
        self.certificate, self.chain = real.certificate, real.chain

    def sign_document(self, *_given):
        """Fail."""
        raise OSError("the service does not answer")


def codes(refused):
    """Return the codes of the problems of a refusal."""
    return [problem.code for problem in refused.value.problems]


def look(kit, case):
    """Return the case as it is on record."""
    return kit.office.applications.get(case.id, actor=HOST)


def amendment(kit, old):
    """Hand in an amendment."""
    case = kit.office.permits.amend(old.id, actor=APPLICANT)
    kit.fill(case.id)
    return kit.hand_in(case.id)


def revoke(kit, permit):
    """Revoke a permit."""
    head = kit.officer("pimpinan")
    return kit.office.permits.revoke(permit.id, reason="Melanggar", legal_basis=LAW, actor=head)


def annul(kit, case):
    """Annul a grant that is not issued yet."""
    return kit.office.reviews.annul_decision(
        case.id,
        ground=DefectGround.SUBSTANCE,
        found_on=kit._context.local_day(kit.clock()),
        annulled_by=AnnulledBy.OFFICIAL,
        reasons=("Izin lama dicabut",),
        legal_basis=LAW,
        actor=kit.officer("pimpinan"),
    )


def test_a_name_that_no_font_shows_is_refused_at_the_submission(any_kit):
    """No receipt number is taken; the preview says the same; another name goes through."""
    kit = any_kit
    case = kit.draft(applicant=sample_applicant(name=f"Sekar {CUNEIFORM}"))
    kit.fill(case.id)
    shown = kit.office.applications.problems(case.id, actor=APPLICANT)
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.hand_in(case.id)

    assert [problem.code for problem in shown] == codes(refused)
    assert {"unprintable-text"} == set(codes(refused))
    assert ApplicationState.DRAFT is look(kit, case).state
    kit.office.applications.save(case.id, applicant=sample_applicant(), actor=APPLICANT)
    assert "TT/0001/2026" == kit.hand_in(case.id).receipt_number


def test_a_letter_that_would_not_print_its_data_is_refused_at_submission_and_approval():
    """The draft is read as a verifier reads it; the approver can refuse, or have it corrected."""
    renderer = ChangingRenderer()
    kit = sample_office(renderer=renderer)
    case = kit.submit()
    kit.review(case.id, until="putusan")
    renderer.holder = "Orang Lain"
    approver = kit.assignee(case.id, "putusan")
    with pytest.raises(NotIssuableError) as refused:
        kit.office.reviews.approve(case.id, actor=approver)
    with pytest.raises(SubmissionRefusedError) as not_taken:
        kit.submit()

    assert ["letter-disagrees"] == codes(refused) == codes(not_taken)
    refused_case = kit.office.reviews.refuse(case.id, reasons=("Nama",), actor=approver)
    assert ApplicationState.REFUSED is refused_case.state


def test_what_breaks_after_the_approval_costs_no_number_and_has_a_way_back():
    """Back to review with a reason; a correction, and then the permit."""
    renderer = ChangingRenderer()
    kit = sample_office(renderer=renderer)
    case = kit.submit()
    kit.review(case.id)
    renderer.holder = "Orang Lain"
    with pytest.raises(Exception, match=r"permit-data-changed"):
        kit.issue(case.id)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        assert () == tuple(work.numbers.book("izin", 2026))
    kit.office.reviews.reopen(case.id, reasons=("Templat salah",), actor=kit.officer("kepala"))
    kit.office.worker.run_once()
    told = [note for note in kit.mail.sent.values() if note.kind == "application_reopened"]
    renderer.holder = None
    kit.review(case.id)

    assert "Templat salah" in told[0].body
    assert "500/001/WR/2026" == kit.issue(case.id).number


def test_a_permit_has_one_successor(any_kit):
    """A second application on it is refused while the first is in work, and free when that ends."""
    kit = any_kit
    old = kit.permit()
    first = amendment(kit, old)
    second = kit.office.permits.amend(old.id, actor=APPLICANT)
    kit.fill(second.id)
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.hand_in(second.id)
    assert ["successor-pending"] == codes(refused)
    assert str(first.receipt_number) in refused.value.message("id")

    kit.office.applications.withdraw(first.id, actor=APPLICANT)
    kit.hand_in(second.id)
    kit.review(second.id)
    assert old.id == kit.issue(second.id).previous_permit
    assert PermitStatus.SUPERSEDED is kit.office.permits.get(old.id, actor=HOST).status


def test_of_two_successors_at_the_same_moment_one_is_handed_in(database_kit):
    """The old permit is locked while its successor is handed in."""
    kit = database_kit
    old = kit.permit()
    cases = [kit.office.permits.amend(old.id, actor=APPLICANT) for _ in range(4)]
    for case in cases:
        kit.fill(case.id)

    def hand_in(case):
        try:
            kit.office.applications.submit(case.id, actor=APPLICANT)
        except SubmissionRefusedError as error:
            return [problem.code for problem in error.problems]
        return []

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(hand_in, cases))

    assert [[], *[["successor-pending"]] * 3] == answers


def test_an_amendment_handed_in_before_a_revocation_is_not_approved_after_it(any_kit):
    """The approver refuses it instead, with the way to object."""
    kit = any_kit
    old = kit.permit()
    case = amendment(kit, old)
    kit.review(case.id, until="putusan")
    revoke(kit, old)
    approver = kit.assignee(case.id, "putusan")
    with pytest.raises(PermitStatusError):
        kit.office.reviews.approve(case.id, actor=approver)

    refused = kit.office.reviews.refuse(case.id, reasons=("Izin lama dicabut",), actor=approver)
    assert refused.decision.objection_until is not None


def test_an_approved_amendment_of_a_revoked_permit_takes_no_number_and_is_annulled(any_kit):
    """Nobody is stuck with it; the applicant is told how to object."""
    kit = any_kit
    old = kit.permit()
    case = amendment(kit, old)
    kit.review(case.id)
    revoke(kit, old)
    with pytest.raises(PermitStatusError):
        kit.issue(case.id)
    refused = annul(kit, case)
    kit.office.worker.run_once()
    told = [note for note in kit.mail.sent.values() if note.kind == "decision_annulled"]

    assert (ApplicationState.REFUSED, "substance") == (refused.state, refused.decision.ground)
    assert LAW in told[0].body
    assert "Bupati Contoh" in told[0].body


def test_a_signed_letter_on_a_permit_revoked_meanwhile_is_cancelled_and_invalid(any_kit):
    """Its number stays as cancelled, records and status list say so, and no worker issues it."""
    kit = any_kit
    old = kit.permit()
    case = amendment(kit, old)
    kit.review(case.id)
    kit._context.signers.signers["kepala"] = DeadSigner(sample_signer("kepala"))
    with pytest.raises(Exception, match=r".+"):
        kit.issue(case.id)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        (permit,) = work.permits.of_application(case.id)
    revoke(kit, old)
    kit.clock.forward(minutes=10)
    kit._context.signers.signers["kepala"] = sample_signer("kepala")
    kit.office.permits.issuance.cancel(permit.id, reason="Dicabut", actor=kit.officer("pimpinan"))
    done = kit.office.worker.run_once()
    day = kit._context.local_day(kit.clock())
    answer = RecordsStatus(kit._context).status_of(permit.number, permit.status_index, day)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        line = work.numbers.get("izin", 2026, permit.sequence)

    assert (0, True) == (done.signed, line.is_cancelled)
    assert PermitStatus.ANNULLED is answer.status
    assert ApplicationState.REFUSED is annul(kit, case).state


def test_a_worker_issues_nothing_on_a_permit_that_was_revoked_and_tells_a_supervisor(any_kit):
    """The letter waits, signed, for a person to cancel it."""
    kit = any_kit
    old = kit.permit()
    case = amendment(kit, old)
    kit.review(case.id)
    kit._context.signers.signers["kepala"] = DeadSigner(sample_signer("kepala"))
    with pytest.raises(Exception, match=r".+"):
        kit.issue(case.id)
    revoke(kit, old)
    kit.clock.forward(minutes=10)
    kit._context.signers.signers["kepala"] = sample_signer("kepala")
    with kit._context.storage.unit_of_work() as work:
        (permit,) = work.permits.of_application(case.id)
        held = work.signing_attempts.acquire(
            permit.unsigned_sha256, holder="uji", now=kit.clock(), until=kit.clock()
        )
        work.signing_attempts.fail(permit.unsigned_sha256, holder=held.holder, error="none", at=kit.clock())
        work.commit()
    for _ in range(2):
        kit.office.worker.run_once()
    told = [note for note in kit.mail.sent.values() if note.kind == "issuing_held"]

    assert ApplicationState.AWAITING_SIGNATURE is look(kit, case).state
    assert ["supervisor"] == [note.account for note in told]


def test_an_applicant_withdraws_what_is_approved_and_not_numbered(any_kit):
    """Afterwards nothing is issued."""
    kit = any_kit
    case = kit.submit()
    kit.review(case.id)
    kit.office.applications.withdraw(case.id, actor=APPLICANT)

    assert ApplicationState.WITHDRAWN is look(kit, case).state


def test_without_a_delegation_now_or_later_no_application_is_taken():
    """Nobody could ever sign it."""
    pack = sample_pack()
    kit = sample_office(pack=attrs.evolve(pack, authority=attrs.evolve(pack.authority, delegations=())))
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.submit()

    assert ["no-signatory"] == codes(refused)


def test_an_approval_needs_somebody_who_may_sign(any_kit):
    """The signatory has left: the approver is told, and the case stays in review."""
    kit = any_kit
    case = kit.submit()
    kit.review(case.id, until="putusan")
    (kepala,) = [item for item in kit.office.reviews.officers(actor=HOST) if item.id == "kepala"]
    kit.office.reviews.add_officer(attrs.evolve(kepala, active=False), actor=HOST)
    with pytest.raises(NotIssuableError) as refused:
        kit.office.reviews.approve(case.id, actor=kit.assignee(case.id, "putusan"))

    assert ["no-signatory"] == codes(refused)
    kit.office.reviews.add_officer(kepala, actor=HOST)
    kit.confirm_staff()
    assert ApplicationState.APPROVED is kit.review(case.id).state
