"""A clock that is a year ahead for a minute leaves nothing lasting; what it wrote can be repaired."""

from datetime import timedelta
from io import BytesIO

import pytest

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.errors.workflow import ClockOrderError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import CorrectionItem, StageOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published._status_list import STATUS_LIST_FILE, peek_status_list
from perizinan_core.services import ClockWatch
from perizinan_core.testing._fakes import CollectingChannel, small_png
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING, sample_office

YEAR = timedelta(days=365)


class Ahead:
    """A clock that is a year ahead within a ``with`` block."""

    def __init__(self, kit, span=YEAR):
        self.kit, self.span = kit, span

    def __enter__(self):
        self.kit.clock.moment += self.span

    def __exit__(self, *_):
        self.kit.clock.moment -= self.span


def test_deliveries_claimed_or_put_off_by_a_wrong_clock_are_made_once_it_is_right(any_kit):
    """Leases and pauses end at once, and not in a year."""
    broken = CollectingChannel(failing={"application_submitted"})
    kit = sample_office(storage=any_kit._context.storage, clock=any_kit.clock, channels={"mail": broken})
    kit.submit()
    kit.submit()
    with Ahead(kit):
        with kit._context.storage.unit_of_work() as work:
            work.outbox.claim("died", now=kit.clock(), lease=timedelta(minutes=5), limit=1)
            work.commit()
        failed = kit.office.worker.deliver()
    broken.failing.clear()
    delivered = kit.office.worker.deliver()

    assert 1 == failed[1]
    assert (2, 0) == delivered
    assert broken.of_kind("application_submitted")


def test_a_signature_begun_by_a_wrong_clock_is_gone_on_with(any_kit):
    """The lease of the process that died is over."""
    kit = any_kit
    case = kit.submit()
    kit.review(case.id)
    signers = kit._context.signers.signers
    kept = signers.pop("kepala")
    signers["kepala"] = _Dying(kept)
    with pytest.raises(KeyboardInterrupt):
        kit.issue(case.id)
    with kit._context.storage.unit_of_work() as work:
        permit = kit.office.applications.get(case.id, actor=HOST).permit_id
        unsigned = work.permits.get(permit).unsigned_sha256
        work.signing_attempts.renew(
            unsigned, holder=work.signing_attempts.find(unsigned).holder, until=kit.clock() + YEAR
        )
        work.commit()
    signers["kepala"] = kept
    kit.clock.forward(minutes=3)
    done = kit.office.worker.run_once()

    assert 1 == done.signed


def test_a_job_that_failed_under_a_wrong_clock_is_tried_again_once_it_is_right(any_kit):
    """Its pause does not last for a year."""
    kit = any_kit
    with kit._context.storage.unit_of_work() as work:
        for _ in range(9):
            work.failures.note("silence", "x", error="boom", at=kit.clock() + YEAR)
        work.commit()
    with kit._context.storage.unit_of_work(read_only=True) as work:
        resting = work.failures.resting("silence", now=kit.clock())

    assert set() == resting


def test_a_case_that_a_wrong_clock_touched_can_go_on_after_the_repair(any_kit):
    """Its moments come back, its deadline is counted again, and the history says so."""
    kit = any_kit
    with Ahead(kit):
        case = kit.submit()
        kit.decide(case.id, "periksa")
    head = kit.assignee(case.id, "putusan")
    with pytest.raises(ClockOrderError):
        kit.office.reviews.approve(case.id, actor=head)
    found = kit.office.clock_repair.found()
    repaired = kit.office.clock_repair.repair(actor=HOST)
    stood = kit.office.applications.get(case.id, actor=HOST)
    kit.clock.forward(minutes=1)
    kit.office.reviews.approve(case.id, actor=head)
    kinds = [event.kind for event in kit.office.applications.history(case.id, actor=HOST)]

    assert (case.id,) == found.applications
    assert () == repaired[1]
    assert 0 == len(kit.office.clock_repair.found())
    assert MORNING.date() < stood.clock.due < MORNING.date() + timedelta(days=14)
    assert MORNING.date() == stood.submitted_at.astimezone(MORNING.tzinfo).date()
    assert 1 == kinds.count(EventKind.CLOCK_REPAIRED)
    assert ApplicationState.APPROVED is kit.office.applications.get(case.id, actor=HOST).state


def test_the_time_of_an_applicant_is_counted_again_from_the_true_moment(any_kit):
    """A correction that a wrong clock asked for is to be answered in two weeks, not in a year."""
    kit = any_kit
    case = kit.submit()
    clerk = kit.assignee(case.id, "periksa")
    with Ahead(kit):
        kit.office.reviews.request_correction(
            case.id, "periksa", (CorrectionItem(target="ktp", reason="Buram"),), actor=clerk
        )
    true = kit.clock()
    kit.clock.forward(hours=5)
    kit.office.clock_repair.repair(actor=HOST, at=true)
    request = kit.office.applications.get(case.id, actor=HOST).corrections[-1]

    assert true == request.requested_at
    assert MORNING.date() + timedelta(days=14) == request.answer_by


def test_a_revocation_of_a_wrong_clock_holds_from_the_true_day(any_kit):
    """And not from next year on."""
    kit = any_kit
    permit = kit.permit()
    # Within the year of the permit.
    with Ahead(kit, timedelta(days=300)):
        kit.office.permits.suspend(
            permit.id, reason="Periksa", legal_basis="Perda", actor=kit.officer("pimpinan")
        )
    before = kit.office.permits.get(permit.id, actor=HOST).status_on(MORNING.date())
    kit.office.clock_repair.repair(actor=HOST)
    after = kit.office.permits.get(permit.id, actor=HOST)
    kit.clock.forward(minutes=1)
    kit.office.permits.reinstate(
        permit.id, reason="Beres", legal_basis="Perda", actor=kit.officer("pimpinan")
    )

    assert PermitStatus.IN_FORCE is before
    assert PermitStatus.SUSPENDED is after.status_on(MORNING.date())
    assert MORNING.date() == after.changes[-1].effective


def test_the_rotation_forgets_an_assignment_in_the_future(any_kit):
    """Else an officer would be the last to be asked for a year."""
    kit = any_kit
    with Ahead(kit):
        first = kit.assignee(kit.submit().id, "periksa").id
    kit.office.clock_repair.repair(actor=HOST)
    kit.clock.forward(minutes=1)
    got = [kit.assignee(kit.submit().id, "periksa").id for _ in range(4)]

    assert 2 == got.count(first)


def test_a_repair_says_nothing_that_is_not_so(any_kit):
    """Not after now, and not before what a right clock wrote; what is left is named."""
    kit = any_kit
    case = kit.submit()
    clerk = kit.assignee(case.id, "periksa")
    with Ahead(kit):
        kit.office.reviews.decide(case.id, "periksa", StageOutcome.POSITIVE, actor=clerk)
    early = kit.office.clock_repair.repair(actor=HOST, at=MORNING - timedelta(days=1))
    late = kit.office.clock_repair.repair(actor=HOST, at=kit.clock() + timedelta(hours=1))

    assert case.id in early[1]
    assert case.id in late[1]
    assert (case.id,) == kit.office.clock_repair.found().applications


def test_a_right_record_is_not_touched_by_a_repair(any_kit):
    """Nothing is found, and nothing is written."""
    case = any_kit.submit()

    assert (0, ()) == any_kit.office.clock_repair.repair(actor=HOST)
    assert case == any_kit.office.applications.get(case.id, actor=HOST)


@pytest.mark.parametrize("kind", [ActorKind.APPLICANT, ActorKind.OFFICER])
def test_only_the_operator_repairs(kit, kind):
    """Nobody who uses the office can move its moments."""
    with pytest.raises(AccessDeniedError):
        kit.office.clock_repair.repair(actor=Actor(id="x", kind=kind))


def test_a_status_list_of_a_wrong_clock_is_named_and_can_be_replaced(tmp_path):
    """Each round says that it lies ahead, instead of being silent for a year."""
    kit = sample_office(publication=PublicationSettings(folder=str(tmp_path)))
    kit.permit()
    with Ahead(kit):
        kit.office.status_lists.publish()
    done = kit.office.worker.run_once()
    kit.office.status_lists.publish(replace_newer=True)
    after = kit.office.worker.run_once()

    assert ("status-list", "status-list-clock") in {(item.job, item.error) for item in done.failures}
    assert () == after.failures
    assert peek_status_list((tmp_path / STATUS_LIST_FILE).read_bytes()).issued <= kit.clock()


def test_a_jump_of_the_clock_is_noticed_while_a_program_runs():
    """Ahead and back again: it has to be steady for ten minutes before anything is decided by it."""
    watch = ClockWatch()
    steps = [
        (timedelta(0), 0.0),
        (timedelta(seconds=10), 10.0),
        (YEAR, 20.0),
        (YEAR + timedelta(seconds=60), 80.0),
        (timedelta(seconds=90), 90.0),
        (timedelta(seconds=689), 689.0),
        (timedelta(seconds=690), 690.0),
        (timedelta(seconds=700), 700.0),
    ]

    assert [True, True, False, False, False, False, True, True] == [
        watch.is_steady(MORNING + wall, seconds) for wall, seconds in steps
    ]
    assert watch.jump < timedelta(days=-364)


def test_a_slow_clock_correction_is_no_jump():
    """Time servers move a clock by seconds."""
    watch = ClockWatch()

    assert watch.is_steady(MORNING, 0.0)
    assert watch.is_steady(MORNING + timedelta(minutes=4), 10.0)


def test_what_an_applicant_began_under_a_wrong_clock_can_be_handed_in(any_kit):
    """A draft too is brought back."""
    kit = any_kit
    with Ahead(kit):
        case = kit.draft()
        kit.fill(case.id)
    with pytest.raises(PerizinanError):
        kit.office.applications.submit(case.id, actor=APPLICANT)
    kit.office.clock_repair.repair(actor=HOST)
    kit.clock.forward(minutes=1)

    assert kit.office.applications.submit(case.id, actor=APPLICANT).receipt_number


class _Dying:
    """A key whose process is ended while it signs."""

    def __init__(self, inner):
        self.certificate, self.chain, self.algorithm = inner.certificate, inner.chain, inner.algorithm

    def sign(self, data):
        raise KeyboardInterrupt(len(data))


def test_who_waited_for_a_case_is_not_told_that_the_clock_is_wrong(kit):
    """Someone else was faster, or another machine is a second ahead: what comes second has the same moment."""
    draft = kit.draft()
    with Ahead(kit, timedelta(seconds=-2)):
        kit.office.applications.upload(
            draft.id, "ktp", BytesIO(small_png(1)), file_name="a.png", actor=APPLICANT
        )
    kept = kit.office.applications.get(draft.id, actor=HOST)
    with Ahead(kit, timedelta(minutes=-6)), pytest.raises(ClockOrderError):
        kit.office.applications.save(draft.id, actor=APPLICANT, form={"lokasi": "Jalan Lain"})

    assert [draft.created_at] == [document.uploaded_at for document in kept.documents]
    assert len(small_png(1)) == kept.documents[0].size


def test_what_can_be_read_once_only_is_not_handed_in_a_second_time(kit):
    """An empty file would be put in its place."""

    class Once:
        """A stream from a network."""

        def __init__(self):
            self.read = BytesIO(small_png(1)).read

    draft = kit.draft()
    with Ahead(kit, timedelta(seconds=-2)), pytest.raises(ClockOrderError):
        kit.office.applications.upload(draft.id, "ktp", Once(), file_name="a.png", actor=APPLICANT)

    assert () == kit.office.applications.get(draft.id, actor=HOST).documents
