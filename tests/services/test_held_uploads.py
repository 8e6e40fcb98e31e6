"""Uploads without a verdict are kept and judged later; signed ones can be accepted as they are by the counter."""

import io
import threading

import attrs
import pytest

from perizinan_core.documents import Severity
from perizinan_core.documents._findings import finding
from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import AccessDeniedError, NotFoundError, UploadKeptError
from perizinan_core.errors.workflow import (
    SeparationOfDutiesError,
    TransitionNotAllowedError,
    UploadNotLiftableError,
)
from perizinan_core.model._actor import Account, AccountKind, Actor, ActorKind, Role
from perizinan_core.model._applicant import Representative
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import CorrectionItem
from perizinan_core.model._events import EventKind
from perizinan_core.model._held import POWER_OF_ATTORNEY, HeldOutcome, HeldReason
from perizinan_core.services._inspection_version import inspection_version
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, HOST, sample_applicant, sample_office
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import make_officer
from perizinan_core.workflow._assignment import ExclusionReason
from perizinan_core.workflow._duties import COUNTER, SIGNATURE, check_separation, holders

FAULT = [finding("inspection-failed")]
BUSY = [finding("time-limit")]
SPOILT = [finding("trailing-data", extra_bytes=4)]
OTHER = Actor(id="orang-lain", kind=ActorKind.APPLICANT)
NAME = "KTP Sekar Contohwati.png"
WHY = "Surat bank asli, tanda tangan diperiksa di loket"


@attrs.define
class Scanner:
    """Says about every file what it was told to say."""

    answer: list
    name: str = "contoh"

    def scan(self, path, report):
        assert path.exists()
        assert report.sha256
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def office_like(kit, answer=(), *, inspection=None):
    """Return the same office, with a scanner that answers so, and perhaps after an update."""
    return sample_office(
        storage=kit._context.storage,
        documents=kit._context.documents,
        clock=kit.clock,
        channels={"mail": kit.mail},
        scanners=[Scanner(answer)],
        inspection=inspection,
    )


def hold(kit, answer=FAULT, *, case=None, slot="ktp", content=None, **given):
    """Upload a file that cannot be judged, and return its case and the id under which it is kept."""
    broken = office_like(kit, answer)
    case = case or kit.draft().id
    with pytest.raises(UploadKeptError) as told:
        broken.upload(case, slot, content=content, file_name=given.pop("file_name", NAME), **given)
    return case, told.value.upload


@pytest.fixture(scope="module")
def letter():
    """The bytes of a PDF that is really signed."""
    kit = sample_office()
    with kit._context.documents.open(kit.permit().signed_sha256) as file:
        return file.read()


def held_of(kit, case):
    return kit.office.applications.get(case, actor=APPLICANT).held_uploads


def papers_of(kit, case, slot="ktp"):
    return tuple(
        item.sha256
        for item in kit.office.applications.get(case, actor=APPLICANT).current_documents()
        if item.slot == slot
    )


def test_our_own_fault_keeps_the_file_and_fills_no_slot(any_kit):
    """The bytes are stored, the slot is empty, the case cannot be handed in with it, and the event tells no name."""
    content = small_png(1)
    case, upload = hold(any_kit, content=content)
    (held,) = held_of(any_kit, case)
    (view,) = any_kit.office.applications.slots(case, actor=APPLICANT)
    last = any_kit.office.applications.history(case, actor=APPLICANT)[-1]
    with any_kit._context.documents.open(held.sha256) as file:
        stored = file.read()

    assert content == stored
    assert (upload, "ktp", HeldReason.INSPECTION_FAILED) == (held.id, held.slot, held.reason)
    assert () == view.documents
    assert (held,) == view.held
    assert ["document-held"] == [
        item.code for item in any_kit.office.applications.problems(case, actor=APPLICANT)
    ]
    assert EventKind.DOCUMENT_HELD is last.kind
    assert {"upload", "slot", "sha256", "size", "reason", "findings"} == set(last.data)
    assert "Sekar" not in repr(last) + repr(held)


def test_the_applicant_is_told_that_the_fault_is_ours_and_what_to_do(kit):
    """In the error and on the page of the case: another file, or the counter; nothing of saving or printing."""
    case, _ = hold(kit)
    (view,) = kit.office.uploads.of_case(case, actor=APPLICANT)
    text = view.message("en")

    assert "fault in our program" in text
    assert "another file" in text
    assert "counter" in text
    assert NAME == view.file_name
    assert "KTP" == view.slot_label
    assert "kesalahan pada program kami" in view.message("id")
    with pytest.raises(NotFoundError):
        kit.office.uploads.of_case(case, actor=OTHER)


def test_a_file_that_was_not_judged_is_opened_by_nobody(kit):
    """Neither by the office nor by the applicant: nothing is known about it."""
    case, upload = hold(kit)
    for actor in (APPLICANT, kit.officer("loket-1"), HOST):
        with pytest.raises(UploadNotLiftableError):
            kit.office.uploads.open(case, upload, actor=actor)
        with pytest.raises(NotFoundError):
            kit.office.applications.open_document(case, upload, actor=actor)


@pytest.mark.parametrize("reader", ["loket-1", "supervisor", "auditor"])
def test_the_office_lists_what_is_kept_drafts_included(any_kit, reader):
    """With case, place, name, size, since when and why; page after page."""
    kept = [hold(any_kit)[0] for _ in range(3)]
    any_kit.submit()
    actor = any_kit.officer(reader)
    first = any_kit.office.uploads.waiting(actor=actor, limit=2)
    rest = any_kit.office.uploads.waiting(actor=actor, limit=2, after=first.next)
    seen = [*first.items, *rest.items]

    assert sorted(kept) == [item.application for item in seen]
    assert {("KTP", NAME, False)} == {(item.slot_label, item.file_name, item.can_be_opened) for item in seen}
    assert all(item.upload.size > 0 and item.upload.held_at for item in seen)
    assert rest.next is None


def test_the_list_is_for_the_office_and_shows_only_the_cases_of_the_unit(kit):
    """Applicants and other officers get none, a front office elsewhere an empty list."""
    hold(kit)
    elsewhere = kit.appoint(make_officer("loket-jalan", Role.FRONT_OFFICE, units=frozenset({"dinas-jalan"})))

    for actor in (APPLICANT, kit.officer("telaah-1"), kit.officer("kasir")):
        with pytest.raises(AccessDeniedError):
            kit.office.uploads.waiting(actor=actor)
    assert () == kit.office.uploads.waiting(actor=elsewhere).items


def test_after_an_update_the_file_goes_into_its_slot(any_kit):
    """The worker inspects it once for each version, and the applicant gets a message."""
    content = small_png(1)
    case, upload = hold(any_kit, content=content, expires_on=None)
    same = office_like(any_kit, FAULT).office.worker.run_once()
    new = office_like(any_kit, inspection="next").office
    any_kit.clock.forward(hours=1)
    done = new.worker.run_once()
    again = new.worker.run_once()
    (paper,) = any_kit.office.applications.get(case, actor=APPLICANT).current_documents()
    (held,) = held_of(any_kit, case)
    with new.applications.open_document(case, paper.id, actor=APPLICANT) as file:
        stored = file.read()

    assert (0, 1, 0) == (same.inspected, done.inspected, again.inspected)
    assert (upload, "ktp", APPLICANT.account) == (paper.id, paper.slot, paper.uploaded_by)
    assert content == stored
    assert "image/png" == paper.content_type
    assert paper.first_uploaded_at == held.held_at
    assert (HeldOutcome.ACCEPTED, Account(AccountKind.SYSTEM, "system")) == (held.outcome, held.ended_by)
    assert 1 == len(any_kit.mail.of_kind("document_hold_ended"))
    assert "KTP" in any_kit.mail.of_kind("document_hold_ended")[0].body
    assert () == new.uploads.waiting(actor=any_kit.officer("supervisor")).items


def test_an_update_that_still_fails_keeps_the_file(any_kit):
    """It is inspected once by each version, and stays."""
    case, _ = hold(any_kit)
    new = office_like(any_kit, FAULT, inspection="next").office
    done, again = new.worker.run_once(), new.worker.run_once()
    (held,) = held_of(any_kit, case)

    assert (1, 0) == (done.inspected, again.inspected)
    assert (None, "next", 2) == (held.outcome, held.inspected_with, held.inspections)
    assert again.is_idle


def test_when_the_new_inspection_refuses_the_applicant_gets_the_finding(any_kit):
    """With its sentence, on the page and in the message; nothing reaches the slot."""
    case, upload = hold(any_kit)
    office_like(any_kit, [finding("pdf-javascript")], inspection="next").office.worker.run_once()
    (view,) = any_kit.office.uploads.of_case(case, actor=APPLICANT)
    last = any_kit.office.applications.history(case, actor=APPLICANT)[-1]

    assert HeldOutcome.REFUSED is view.upload.outcome
    assert finding("pdf-javascript").message("en") in view.message("en")
    assert {
        "upload": upload,
        "slot": "ktp",
        "outcome": "refused",
        "findings": ["pdf-javascript"],
    } == last.data
    assert () == papers_of(any_kit, case)
    assert finding("pdf-javascript").message("id") in any_kit.mail.of_kind("document_hold_ended")[0].body


@pytest.mark.parametrize("way", ["full", "submitted"])
def test_a_case_that_no_longer_takes_the_file_says_so(any_kit, way):
    """The slot is full, or the case was handed in without it."""
    case, _ = hold(any_kit, content=small_png(99))
    any_kit.upload(case, "ktp")
    any_kit.upload(case, "ktp")
    if way == "submitted":
        any_kit.hand_in(case)
    before = papers_of(any_kit, case)
    office_like(any_kit, inspection="next").office.worker.run_once()
    (view,) = any_kit.office.uploads.of_case(case, actor=APPLICANT)

    assert HeldOutcome.NOT_TAKEN is view.upload.outcome
    assert "nothing is wrong with it" in view.message("en")
    assert before == papers_of(any_kit, case)


def test_a_closed_case_holds_nothing(any_kit):
    """Withdrawn: neither listed nor inspected again."""
    case, _ = hold(any_kit)
    any_kit.office.applications.withdraw(case, actor=APPLICANT)
    done = office_like(any_kit, inspection="next").office.worker.run_once()

    assert () == any_kit.office.uploads.waiting(actor=HOST).items
    assert 0 == done.inspected


def test_in_a_correction_the_file_reaches_the_slot_that_was_asked_for(kit):
    """And no other."""
    case = kit.submit().id
    officer = kit.assignee(case, "periksa")
    kit.office.reviews.request_correction(
        case, "periksa", [CorrectionItem(target="ktp", reason="buram")], actor=officer
    )
    old = kit.office.applications.get(case, actor=APPLICANT).current_documents()[0].id
    hold(kit, case=case, replaces=old, content=small_png(7))
    office_like(kit, inspection="next").office.worker.run_once()
    papers = kit.office.applications.get(case, actor=APPLICANT)

    assert HeldOutcome.ACCEPTED is papers.held_uploads[0].outcome
    assert [papers.held_uploads[0].id] == [item.id for item in papers.current_documents()]


def test_what_the_case_does_not_take_is_not_kept_either(kit):
    """A full slot refuses the upload before it is looked at; the correction does not ask for another slot."""
    case = kit.draft().id
    kit.upload(case, "ktp")
    kit.upload(case, "ktp")
    with raises_code("slot-full"):
        office_like(kit, FAULT).upload(case, "ktp")

    assert () == held_of(kit, case)


def test_the_same_file_for_the_same_place_is_kept_once(any_kit):
    """Trying again and again does not fill the office's list."""
    case, first = hold(any_kit, content=small_png(1))
    _, second = hold(any_kit, case=case, content=small_png(1))
    _, other = hold(any_kit, case=case, content=small_png(2))

    assert first == second
    assert [first, other] == [item.id for item in held_of(any_kit, case)]
    assert 2 == held_of(any_kit, case)[0].inspections


def test_an_upload_that_gets_its_verdict_ends_the_keeping_of_the_same_bytes(any_kit):
    """The applicant tried again by hand: the worker does not put it in a second time."""
    case, _ = hold(any_kit, BUSY, content=small_png(1))
    any_kit.upload(case, "ktp", content=small_png(1))
    any_kit.clock.forward(hours=1)
    done = office_like(any_kit).office.worker.run_once()

    assert 0 == done.inspected
    assert 1 == len(papers_of(any_kit, case))
    assert HeldOutcome.DISCARDED is held_of(any_kit, case)[0].outcome


@pytest.mark.parametrize("answer", [BUSY, ConnectionError("clamd is away")])
def test_what_ran_out_of_time_is_inspected_again_by_itself(any_kit, answer):
    """After a minute, then less and less often, without an update; the sentence says to try again."""
    case, _ = hold(any_kit, answer)
    (held,) = held_of(any_kit, case)
    (view,) = any_kit.office.uploads.of_case(case, actor=APPLICANT)
    still = office_like(any_kit, answer).office
    at_once = still.worker.run_once()
    any_kit.clock.forward(minutes=1)
    first = still.worker.run_once()
    any_kit.clock.forward(minutes=3)
    too_soon = still.worker.run_once()
    any_kit.clock.forward(minutes=1)
    second = office_like(any_kit).office.worker.run_once()

    assert HeldReason.TRY_AGAIN is held.reason
    assert "again" in view.message("en")
    assert "says nothing about your file" in view.message("en")
    assert [0, 1, 0, 1] == [item.inspected for item in (at_once, first, too_soon, second)]
    assert (held.sha256,) == papers_of(any_kit, case)


def test_the_applicant_can_have_the_file_checked_again_now(kit):
    """On a quiet machine it goes into its slot at once; others cannot."""
    case, upload = hold(kit, BUSY)
    quiet = office_like(kit).office
    for actor, error in ((OTHER, "not-found"), (kit.officer("loket-1"), "access-denied")):
        with raises_code(error):
            quiet.uploads.inspect_again(case, upload, actor=actor)
    view = quiet.uploads.inspect_again(case, upload, actor=APPLICANT)

    assert HeldOutcome.ACCEPTED is view.upload.outcome
    assert 1 == len(papers_of(kit, case))
    with pytest.raises(NotFoundError):
        quiet.uploads.inspect_again(case, upload, actor=APPLICANT)


def test_the_applicant_discards_what_is_not_needed(any_kit):
    """It stays on record as discarded, and nobody looks at it again."""
    case, upload = hold(any_kit)
    for actor, error in ((OTHER, "not-found"), (any_kit.officer("loket-1"), "access-denied")):
        with raises_code(error):
            any_kit.office.uploads.discard(case, upload, actor=actor)
    any_kit.office.uploads.discard(case, upload, actor=APPLICANT)
    done = office_like(any_kit, inspection="next").office.worker.run_once()

    assert (HeldOutcome.DISCARDED, APPLICANT.account) == (
        held_of(any_kit, case)[0].outcome,
        held_of(any_kit, case)[0].ended_by,
    )
    assert 0 == done.inspected
    assert () == any_kit.office.uploads.waiting(actor=any_kit.officer("loket-1")).items
    with pytest.raises(NotFoundError):
        any_kit.office.uploads.discard(case, upload, actor=APPLICANT)


def test_a_power_of_attorney_is_kept_and_put_in_its_place_too(any_kit):
    """It has no slot of its own, and is judged like any upload."""
    agent = Representative(person=sample_applicant(name="Wakil Contoh"), actor_id="wakil")
    case = any_kit.draft(representative=agent).id
    with pytest.raises(UploadKeptError):
        office_like(any_kit, FAULT).office.applications.attach_power_of_attorney(
            case, io.BytesIO(small_png(3)), file_name="kuasa.png", actor=APPLICANT
        )
    (view,) = any_kit.office.uploads.of_case(case, actor=APPLICANT)
    office_like(any_kit, inspection="next").office.worker.run_once()
    after = any_kit.office.applications.get(case, actor=APPLICANT)

    assert (POWER_OF_ATTORNEY, "Surat kuasa") == (view.upload.slot, view.slot_label)
    assert view.upload.sha256 == after.representative.power_of_attorney
    assert HeldOutcome.ACCEPTED is after.held_uploads[0].outcome


def test_a_power_of_attorney_for_somebody_else_by_now_is_not_put_in(kit):
    """The representative changed while the file was kept."""
    agent = Representative(person=sample_applicant(name="Wakil Contoh"), actor_id="wakil")
    case = kit.draft(representative=agent).id
    with pytest.raises(UploadKeptError):
        office_like(kit, FAULT).office.applications.attach_power_of_attorney(
            case, io.BytesIO(small_png(3)), file_name="kuasa.png", actor=APPLICANT
        )
    other = Representative(person=sample_applicant(name="Wakil Lain"), actor_id="wakil-lain")
    kit.office.applications.save(case, representative=other, actor=APPLICANT)
    office_like(kit, inspection="next").office.worker.run_once()
    after = kit.office.applications.get(case, actor=APPLICANT)

    assert other == after.representative
    assert HeldOutcome.NOT_TAKEN is after.held_uploads[0].outcome


def test_two_workers_at_once_put_a_file_into_its_slot_once(database_kit):
    """On a real database: the second one finds that it is settled."""
    case, _ = hold(database_kit)
    start = threading.Barrier(2)

    def work():
        office = office_like(database_kit, inspection="next").office
        start.wait()
        office.uploads.inspect_due()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(papers_of(database_kit, case))
    assert HeldOutcome.ACCEPTED is held_of(database_kit, case)[0].outcome


# Signed documents.


def test_a_signed_document_refused_for_its_structure_is_kept_for_the_office(any_kit, letter):
    """The sentence names the counter and the issuer, and never printing or saving."""
    case, _ = hold(any_kit, SPOILT, content=letter, file_name="surat bank.pdf")
    (view,) = any_kit.office.uploads.of_case(case, actor=APPLICANT)
    text = view.message("en")

    assert (HeldReason.SIGNED, True, True) == (
        view.upload.reason,
        view.upload.office_may_accept,
        view.can_be_opened,
    )
    assert "issuer" in text
    assert "counter" in text
    assert "print" not in text.lower()
    assert "save" not in text.lower()
    assert "cetak" not in view.message("id").lower()


def test_the_front_office_opens_and_accepts_it_as_it_is(any_kit, letter):
    """The same bytes in the slot, the reason beside the document, the override public, no reason in the events."""
    case, upload = hold(any_kit, SPOILT, content=letter)
    counter = any_kit.officer("loket-1")
    office = office_like(any_kit, SPOILT).office
    with office.uploads.open(case, upload, actor=counter) as file:
        shown = file.read()
    office.uploads.accept(case, upload, reason=WHY, actor=counter)
    after = any_kit.office.applications.get(case, actor=HOST)
    (paper,) = after.current_documents()
    events = any_kit.office.applications.history(case, actor=APPLICANT)[-3:]
    with any_kit.office.applications.open_document(case, paper.id, actor=APPLICANT) as file:
        stored = file.read()

    assert letter == shown == stored
    assert (counter.id, WHY, ("trailing-data",)) == (
        paper.accepted_as_is.by,
        paper.accepted_as_is.reason,
        paper.accepted_as_is.findings,
    )
    assert paper.signed
    assert ("signed_upload:ktp", APPLICANT.id, counter.id, WHY) == (
        after.overrides[-1].rule,
        after.overrides[-1].requested_by,
        after.overrides[-1].approved_by,
        after.overrides[-1].reason,
    )
    assert [EventKind.DOCUMENT_ADDED, EventKind.OVERRIDE_RECORDED, EventKind.DOCUMENT_HOLD_ENDED] == [
        event.kind for event in events
    ]
    assert WHY not in repr(events)
    assert HeldOutcome.ACCEPTED_AS_IS is after.held_uploads[0].outcome
    any_kit.hand_in(case)
    assert ApplicationState.SUBMITTED is any_kit.office.applications.get(case, actor=APPLICANT).state


def test_nobody_but_the_front_office_of_the_unit_accepts(kit, letter):
    """Other roles, other units, the host, the applicant, and an officer whose own case it is."""
    case, upload = hold(kit, SPOILT, content=letter)
    office = office_like(kit, SPOILT).office
    loket = kit.officer("loket-1")
    elsewhere = kit.appoint(make_officer("loket-jalan", Role.FRONT_OFFICE, units=frozenset({"dinas-jalan"})))
    refusals = (
        (APPLICANT, "not-allowed"),
        (HOST, "not-allowed"),
        (OTHER, "not-found"),
        (elsewhere, "not-found"),
        (kit.officer("telaah-1"), "not-found"),
    )
    for actor, error in refusals:
        with raises_code(error):
            office.uploads.accept(case, upload, reason=WHY, actor=actor)
    own = kit.appoint(
        make_officer(
            "loket-sendiri",
            Role.FRONT_OFFICE,
            units=frozenset({"dinas-izin"}),
            public_accounts=frozenset({APPLICANT.id}),
        )
    )
    with pytest.raises(NotFoundError):
        office.uploads.accept(case, upload, reason=WHY, actor=own)
    with raises_code("reason-missing"):
        office.uploads.accept(case, upload, reason="  ", actor=loket)

    assert () == papers_of(kit, case)


def test_active_content_is_accepted_by_nobody(any_kit, letter):
    """It is refused at the door; and when a better inspection finds it at the moment of accepting, it ends there."""
    case = any_kit.draft().id
    active = [finding("pdf-javascript")]
    with pytest.raises(UploadRefusedError):
        office_like(any_kit, active).upload(case, "ktp", content=letter)
    with pytest.raises(UploadRefusedError):
        office_like(any_kit, [*SPOILT, *active]).upload(case, "ktp", content=letter)
    _, upload = hold(any_kit, SPOILT, case=case, content=letter)
    better = office_like(any_kit, active, inspection="next").office
    with pytest.raises(UploadNotLiftableError):
        better.uploads.accept(case, upload, reason=WHY, actor=any_kit.officer("loket-1"))
    (held,) = held_of(any_kit, case)

    assert HeldOutcome.REFUSED is held.outcome
    assert () == papers_of(any_kit, case)


def test_what_is_not_signed_is_accepted_by_nobody(kit):
    """A file without a verdict and a scan with the same fault: the office cannot lift either."""
    case, upload = hold(kit)
    with pytest.raises(UploadNotLiftableError):
        office_like(kit).office.uploads.accept(case, upload, reason=WHY, actor=kit.officer("loket-1"))
    with pytest.raises(UploadRefusedError):
        office_like(kit, SPOILT).upload(case, "ktp")


def test_an_accepted_file_whose_structure_is_fine_by_now_needs_no_exception(kit, letter):
    """Rules may have improved since: then it goes in as an ordinary file."""
    case, upload = hold(kit, SPOILT, content=letter)
    office_like(kit, inspection="next").office.uploads.accept(
        case, upload, reason=WHY, actor=kit.officer("loket-1")
    )
    after = kit.office.applications.get(case, actor=APPLICANT)

    assert after.current_documents()[0].accepted_as_is is None
    assert () == after.overrides
    assert HeldOutcome.ACCEPTED is after.held_uploads[0].outcome


def test_a_case_under_review_takes_no_file(kit, letter):
    """The state says so, and the file stays kept."""
    case, upload = hold(kit, SPOILT, content=letter)
    kit.upload(case, "ktp")
    kit.hand_in(case)
    with pytest.raises(TransitionNotAllowedError):
        office_like(kit, SPOILT).office.uploads.accept(case, upload, reason=WHY, actor=kit.officer("loket-1"))

    assert held_of(kit, case)[0].is_waiting


@pytest.mark.parametrize("ending", [b"junk", b"\n99 0 obj\n<</A 1>>\nendobj\n"])
def test_a_really_spoilt_signed_file_goes_the_whole_way(any_kit, letter, ending):
    """Without any scanner: kept at the upload, accepted at the counter, the same bytes in the slot."""
    case = any_kit.draft().id
    with pytest.raises(UploadKeptError) as told:
        any_kit.upload(case, "ktp", content=letter + ending, file_name="surat bank.pdf")
    (view,) = any_kit.office.uploads.of_case(case, actor=APPLICANT)
    any_kit.office.uploads.accept(case, told.value.upload, reason=WHY, actor=any_kit.officer("loket-1"))
    (paper,) = any_kit.office.applications.get(case, actor=HOST).current_documents()
    with any_kit.office.applications.open_document(case, paper.id, actor=APPLICANT) as file:
        stored = file.read()

    assert "signed" == told.value.reason
    assert "digitally signed" in view.message("en")
    assert letter + ending == stored
    assert paper.accepted_as_is.findings


def test_a_signed_file_with_a_program_behind_it_is_nobodys_to_accept(kit, letter):
    """What was not searched to its end is refused, whoever asks."""
    case = kit.draft().id
    for ending in (b"<html><script>alert(1)</script></html>", b"PK\3\4" + bytes(60)):
        with pytest.raises(UploadRefusedError) as told:
            kit.upload(case, "ktp", content=letter + ending)

        assert "print" not in told.value.message("en")


def take_in(kit, case, content, actor, **given):
    """Take a file in at the counter."""
    given.setdefault("file_name", "dari loket.pdf")
    return kit.office.uploads.take_in(case, "ktp", io.BytesIO(content), actor=actor, **given)


def test_the_counter_takes_a_file_in_for_the_applicant(any_kit, letter):
    """A scan as it is; a signed file as it is with a reason; in the name of the officer who did it."""
    case = any_kit.draft().id
    counter = any_kit.officer("loket-1")
    scan = take_in(any_kit, case, small_png(1), counter)
    spoilt = office_like(any_kit, SPOILT)
    with raises_code("reason-missing"):
        take_in(spoilt, case, letter, counter)
    signed = take_in(spoilt, case, letter, counter, reason=WHY)
    after = any_kit.office.applications.get(case, actor=HOST)

    assert [scan, signed] == list(after.current_documents())
    assert (counter.account, None) == (scan.uploaded_by, scan.accepted_as_is)
    assert WHY == signed.accepted_as_is.reason
    assert [("signed_upload:ktp", counter.id)] == [(item.rule, item.approved_by) for item in after.overrides]


@pytest.mark.parametrize("way", ["scan", "as-it-is"])
def test_who_took_a_file_in_received_the_case_and_neither_assesses_decides_nor_signs_it(any_kit, letter, way):
    """Also after the applicant replaced the file; the draw passes over them, and the supervisor sees why."""
    kit = any_kit
    staff = {item.id: item for item in kit.office.reviews.officers(actor=HOST)}
    both = attrs.evolve(
        staff["loket-1"],
        id="rangkap",
        roles=frozenset({Role.FRONT_OFFICE, Role.SIGNATORY}),
    )
    counter = kit.appoint(attrs.evolve(both, position="kepala"))
    case = kit.draft().id
    if way == "scan":
        taken = take_in(kit, case, small_png(1), counter)
    else:
        spoilt = office_like(kit, SPOILT)
        taken = take_in(spoilt, case, letter, counter, reason=WHY)
    kit.office.applications.remove(case, taken.id, actor=APPLICANT)
    kit.fill(case)
    submitted = kit.hand_in(case)
    type_ = kit._context.permit_type_of(submitted)
    refused = []
    for stage in ("putusan", SIGNATURE):
        with pytest.raises(SeparationOfDutiesError) as told:
            check_separation(submitted, type_, stage, counter.id)
        refused.append((told.value.other_stage, told.value.other_duty))
    shown = kit.office.reviews.exclusions(case, actor=kit.officer("supervisor"))

    assert counter.id == taken.taken_in_by
    assert [("counter", "receiver")] * 2 == refused
    assert check_separation(submitted, type_, "periksa", counter.id) is None
    assert {ExclusionReason.SEPARATION} == {item.reason for item in shown if item.officer == counter.id}


def test_what_the_applicant_hands_in_makes_nobody_a_receiver(kit):
    """A paper on file that the counter took in for an earlier case does not either."""
    case = kit.submit()

    assert {None} == {item.taken_in_by for item in case.documents}
    assert COUNTER not in holders(case)


def test_the_counter_lifts_nothing_else(kit, letter):
    """Active content, a scan that is refused, a file without a verdict: nothing is stored."""
    case = kit.draft().id
    counter = kit.officer("loket-1")
    stored = sorted(item.sha256 for item in kit._context.documents.documents())
    for answer, content, error in (
        ([finding("pdf-javascript")], letter, "upload-refused"),
        (SPOILT, small_png(1), "upload-refused"),
        (FAULT, small_png(1), "upload-held"),
    ):
        with raises_code(error):
            take_in(office_like(kit, answer), case, content, counter, reason=WHY)
    for actor, error in ((APPLICANT, "not-allowed"), (kit.officer("telaah-1"), "not-found")):
        with raises_code(error):
            take_in(kit, case, small_png(1), actor)

    assert stored == sorted(item.sha256 for item in kit._context.documents.documents())
    assert () == papers_of(kit, case)


def test_the_version_of_the_inspection_is_a_short_stable_name():
    """The same program gives the same name; offices and records can carry it."""
    version = inspection_version()

    assert version == inspection_version()
    assert 16 == len(version)
    assert version.isalnum()
    assert " " not in version


def test_a_hold_is_neither_a_refusal_nor_an_acceptance():
    """The finding itself says so."""
    assert {Severity.HOLD} == {
        finding(code).severity for code in ("inspection-failed", "time-limit", "scanner-failed")
    }
