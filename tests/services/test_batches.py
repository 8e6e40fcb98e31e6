"""Many records at once, as work of the workers: on memory and both databases."""

import attrs
import pytest

from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.errors.signing import LongTermError
from perizinan_core.hooks import WorkHint
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._batch import BatchItemState, BatchKind
from perizinan_core.services._batch_work import LEASE
from perizinan_core.testing._offices import APPLICANT, HOST, sample_office


def approved(kit, count):
    """Bring cases to their signature; return their ids."""
    return tuple(kit.review(kit.submit().id).id for _ in range(count))


def states(kit, batch, actor=HOST):
    """Return the state of each item."""
    return [item.state.value for item in kit.office.batches.items(batch.id, actor=actor).items]


def test_permits_are_issued_by_the_worker_and_one_bad_case_stops_no_other(any_kit):
    """Each with its result or its problem; the same key begins nothing more, and the batch is in the audit."""
    kit, head = any_kit, any_kit.officer("kepala")
    cases = approved(kit, 2)
    asked = (cases[0], "no-such-case", cases[1], cases[0])
    begun = kit.office.batches.issue(asked, actor=head, idempotency_key="k")
    again = kit.office.batches.issue(asked, actor=head, idempotency_key="k")
    before = begun.counts
    kit.office.worker.run_once()
    view = kit.office.batches.get(begun.id, actor=head)
    items = kit.office.batches.items(begun.id, actor=head).items
    (failed,) = kit.office.batches.items(begun.id, actor=head, state=BatchItemState.FAILED).items

    assert begun.id == again.id
    assert (3, 0) == (before.waiting, before.done)
    assert (0, 2, 1, True) == (view.counts.waiting, view.counts.done, view.counts.failed, view.is_over)
    assert ["done", "failed", "done"] == [item.state.value for item in items]
    for item in (items[0], items[2]):
        permit = kit.office.permits.get(item.result, actor=head)
        assert (permit.number, permit.application_id) == (item.label, item.subject)
        assert permit.signed_sha256
    assert "not-found" == failed.problem.code
    assert "no-such-case" in failed.problem.sentence.to("en")
    said = [entry.act.code for entry in kit.office.audit.search(actor=HOST).items]
    assert 1 == said.count("batch_begun")


def test_a_worker_that_died_loses_and_doubles_nothing(any_kit):
    """Its lease ends, and another does it again: the permit is issued once, also when it was issued before it died."""
    kit, head = any_kit, any_kit.officer("kepala")
    cases = approved(kit, 1)
    begun = kit.office.batches.issue(cases, actor=head)
    with kit._context.unit_of_work() as work:
        work.batches.claim(begun.id, 1, worker="dead", now=kit.clock(), lease=LEASE)
        work.commit()
    permit = kit.issue(cases[0])
    kit.office.worker.run_once()
    held = kit.office.batches.get(begun.id, actor=head).counts
    kit.clock.forward(minutes=6)
    kit.office.worker.run_once()
    (item,) = kit.office.batches.items(begun.id, actor=head).items

    assert (1, 1) == (held.waiting, held.at_work)
    assert (BatchItemState.DONE, permit.id) == (item.state, item.result)


def test_what_is_away_for_a_while_is_tried_again(kit, monkeypatch):
    """A store that does not answer is not a problem of the record."""
    permit = kit.permit()
    begun = kit.office.batches.verify(actor=HOST)
    real, away = kit._context.documents.read, [True]

    def read(*given):
        if away[0]:
            raise DocumentStoreUnavailableError("document-store-unavailable", action="read", reason="away")
        return real(*given)

    monkeypatch.setattr(type(kit._context.documents), "read", lambda _, *given: read(*given))
    for _ in range(2):
        done = kit.office.worker.run_once()
    waiting = kit.office.batches.get(begun.id, actor=HOST).counts
    away[0] = False
    kit.clock.forward(minutes=1)
    kit.office.worker.run_once()

    assert ["document-store-unavailable"] == [failure.error for failure in done.failures]
    assert (1, 0) == (waiting.waiting, waiting.at_work)
    assert ["done"] == states(kit, begun)
    assert permit.number == kit.office.batches.items(begun.id, actor=HOST).items[0].label


def test_the_archive_is_verified_and_says_what_failed_and_why(any_kit):
    """A revoked permit is sound; a file that is gone is not. It is done here, or by workers, and continues."""
    kit = any_kit
    sound, revoked, gone = kit.permit(), kit.permit(), kit.permit()
    kit.office.permits.revoke(
        revoked.id, reason="Melanggar", legal_basis="Perda", actor=kit.officer("pimpinan")
    )
    kit._context.documents.delete(gone.signed_sha256)
    seen = []
    begun = kit.office.batches.verify(actor=kit.officer("auditor"))
    over = kit.office.batches.work_on(begun.id, actor=HOST, progress=seen.append)
    found = {item.label: item for item in kit.office.batches.items(begun.id, actor=HOST).items}

    assert (3, 2, 1) == (over.batch.total, over.counts.done, over.counts.failed)
    assert seen[-1] == over
    assert ("valid", "not_in_force") == (found[sound.number].result, found[revoked.number].result)
    assert "document-not-found" == found[gone.number].problem.code
    assert gone.signed_sha256 in found[gone.number].problem.sentence.to("id")


def test_a_changed_file_and_another_permits_file_are_not_sound(kit):
    """Judged as anyone would, by the records: the hash of what was signed is compared, too."""
    one, other = kit.permit(), kit.permit()
    with kit._context.unit_of_work() as work:
        stored = work.permits.get(one.id, lock=True)
        work.permits.save(attrs.evolve(stored, signed_sha256=other.signed_sha256), by="x", at=kit.clock())
        work.commit()
    begun = kit.office.batches.verify((one.id, other.id), actor=HOST)
    kit.office.worker.run_once()
    first, second = kit.office.batches.items(begun.id, actor=HOST).items

    assert "permit-file-unsound" == first.problem.code
    assert "done" == second.state.value


def test_cancelling_stops_what_has_not_begun(any_kit):
    """What is done stays done, and no worker begins the rest."""
    kit, head = any_kit, any_kit.officer("kepala")
    cases = approved(kit, 2)
    begun = kit.office.batches.issue(cases, actor=head)
    kit.office.worker.look(WorkHint("batch", f"{begun.id}/1"))
    cancelled = kit.office.batches.cancel(begun.id, actor=head)
    again = kit.office.batches.cancel(begun.id, actor=head)
    kit.clock.forward(minutes=10)
    kit.office.worker.run_once()

    assert cancelled == again
    assert (0, 1, 1, True) == (
        cancelled.counts.waiting, cancelled.counts.done, cancelled.counts.stopped, cancelled.is_over,
    )  # fmt: skip
    assert ["done", "waiting"] == states(kit, begun)
    assert ApplicationState.APPROVED is kit.office.applications.get(cases[1], actor=HOST).state


def test_workers_sign_only_with_keys_that_the_office_opens_by_itself():
    """A passphrase is nowhere stored: the answer says so, and the rehearsal is possible all the same."""
    kit = sample_office()
    kit._context.signers.secrets["kepala"] = "rahasia"
    head, cases = kit.officer("kepala"), approved(kit, 1)
    offers = {offer.kind: offer for offer in kit.office.batches.offers(actor=head)}
    with pytest.raises(ServiceError) as caught:
        kit.office.batches.issue(cases, actor=head)
    rehearsal = kit.office.batches.rehearse((*cases, "no-such-case"), actor=head)
    kit.office.worker.run_once()

    assert "batch-needs-person" == caught.value.code == offers[BatchKind.ISSUE].refusal.code
    assert offers[BatchKind.REHEARSE].is_open
    assert not offers[BatchKind.VERIFY].is_open
    assert ["done", "failed"] == states(kit, rehearsal, head)
    assert ApplicationState.APPROVED is kit.office.applications.get(cases[0], actor=HOST).state
    assert () == kit.office.lists.permits(actor=kit.officer("auditor")).items


def test_an_officer_who_lost_the_post_meanwhile_signs_nothing(kit):
    """The worker asks the staff record at the moment of each letter."""
    head, cases = kit.officer("kepala"), approved(kit, 1)
    begun = kit.office.batches.issue(cases, actor=head)
    (kepala,) = (one for one in kit.office.reviews.officers(actor=HOST) if one.id == "kepala")
    kit.office.reviews.add_officer(attrs.evolve(kepala, active=False), actor=HOST)
    kit.office.worker.run_once()
    (item,) = kit.office.batches.items(begun.id, actor=HOST).items

    assert "staff-record" == item.problem.code
    assert ApplicationState.APPROVED is kit.office.applications.get(cases[0], actor=HOST).state


def test_who_did_not_ask_sees_no_batch_of_a_signatory(kit):
    """Auditors and the operator do; no one else stops it."""
    head, cases = kit.officer("kepala"), approved(kit, 1)
    begun = kit.office.batches.issue(cases, actor=head)
    for actor in (APPLICANT, kit.officer("pimpinan")):
        with pytest.raises(NotFoundError):
            kit.office.batches.get(begun.id, actor=actor)
        assert () == kit.office.batches.find(actor=actor).items
    auditor = kit.officer("auditor")

    assert begun == kit.office.batches.get(begun.id, actor=auditor)
    assert (begun,) == kit.office.batches.find(actor=auditor).items
    for use_case in (kit.office.batches.cancel, kit.office.batches.work_on):
        with pytest.raises(AccessDeniedError):
            use_case(begun.id, actor=auditor)
    with pytest.raises(ServiceError, match="names no record"):
        kit.office.batches.issue((), actor=head)
    with pytest.raises(LongTermError):
        kit.office.batches.renew(within=LEASE, actor=HOST)
