"""What is asked twice or by two at once: done once, and the other is told by whom."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from random import Random

import pytest

from perizinan_core.documents import FolderDocumentStore
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import DecidedByOthersError
from perizinan_core.errors.storage import LeaseHeldError, StaleObjectError
from perizinan_core.errors.workflow import TransitionNotAllowedError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._case import DecisionKind, StageOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING
from perizinan_core.testing._refusals import raises_code

ROUNDS = 12


def at_once(*calls):
    """Make the calls in threads that start together; return each result or error."""
    start = threading.Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        except PerizinanError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return [item.result() for item in [pool.submit(run, call) for call in calls]]


def count_of(kit, case, kind):
    """Return how often something is in the history of a case."""
    return sum(event.kind is kind for event in kit.office.applications.history(case, actor=HOST))


def test_the_same_key_gives_the_same_receipt_and_submits_once(any_kit):
    """A repeated request changes nothing."""
    case = any_kit.draft()
    any_kit.fill(case.id)
    first = any_kit.office.applications.submit(case.id, actor=APPLICANT, idempotency_key="a")
    again = any_kit.office.applications.submit(case.id, actor=APPLICANT, idempotency_key="a")

    assert first == again
    assert 1 == count_of(any_kit, case.id, EventKind.APPLICATION_SUBMITTED)


def test_a_repeated_submission_does_not_ask_the_applicant_check_again(kit):
    """The receipt is given even when the identity service is down by now."""
    from perizinan_core.hooks import hookimpl

    class Down:
        perizinan_api = 1

        @hookimpl
        def decide_applicant_check(self):
            raise ConnectionError("down")

    case = kit.draft()
    kit.fill(case.id)
    first = kit.office.applications.submit(case.id, actor=APPLICANT, idempotency_key="a")
    kit.office.plugins.register("down", Down())

    assert first == kit.office.applications.submit(case.id, actor=APPLICANT, idempotency_key="a")


def test_a_key_of_another_request_is_a_conflict(any_kit):
    """A key belongs to the request that came with it first; to submit and to issue alike."""
    one, two = any_kit.submit(idempotency_key="a"), any_kit.draft()
    any_kit.fill(two.id)
    with raises_code("idempotency-conflict"):
        any_kit.office.applications.submit(two.id, actor=APPLICANT, idempotency_key="a")
    any_kit.hand_in(two.id, idempotency_key="b")
    for case in (one, two):
        any_kit.review(case.id)
    first = any_kit.issue(one.id, idempotency_key="i")
    with raises_code("idempotency-conflict"):
        any_kit.issue(two.id, idempotency_key="i")

    assert first == any_kit.issue(one.id, idempotency_key="i")


def test_keys_of_different_people_never_meet(kit):
    """Two applicants may choose the same key."""
    other = Actor(id="pemohon-2", kind=ActorKind.APPLICANT)
    one = kit.submit(idempotency_key="a")
    two = kit.submit(actor=other, idempotency_key="a")

    assert one.receipt_number != two.receipt_number


def test_two_threads_with_one_key_submit_once_and_get_the_same_receipt(database_kit):
    """At the same moment, many times over."""
    for number in range(ROUNDS):
        case = database_kit.draft()
        database_kit.fill(case.id)

        def submit(case=case, number=number):
            return database_kit.office.applications.submit(
                case.id, actor=APPLICANT, idempotency_key=f"k{number}"
            )

        one, two = at_once(submit, submit)

        assert one == two
        assert 1 == count_of(database_kit, case.id, EventKind.APPLICATION_SUBMITTED)


def test_a_crowd_that_hands_in_at_once_gets_every_number_once(database_kit):
    """Receipts without gap or double, and the work shared out evenly."""
    cases = []
    for _ in range(12):
        case = database_kit.draft()
        database_kit.fill(case.id)
        cases.append(case.id)
    receipts = at_once(
        *(lambda case=case: database_kit.office.applications.submit(case, actor=APPLICANT) for case in cases)
    )
    held = Counter(database_kit.assignee(case, "periksa").id for case in cases)

    assert [f"TT/{number:04}/2026" for number in range(1, 13)] == sorted(
        item.receipt_number for item in receipts
    )
    assert {"loket-1": 6, "loket-2": 6} == held


def test_two_threads_with_one_key_issue_once(database_kit):
    """One signs; the other gets the same permit, or is told that it is being signed, and then gets it."""
    signer = database_kit.officer("kepala")
    for number in range(ROUNDS // 2):
        case = database_kit.submit()
        database_kit.review(case.id)

        def issue(case=case, number=number):
            return database_kit.office.permits.issue(case.id, actor=signer, idempotency_key=f"k{number}")

        answers = at_once(issue, issue)
        refused = [item for item in answers if isinstance(item, PerizinanError)]
        permits = {item for item in (*answers, issue()) if item not in refused}

        assert {LeaseHeldError} >= {type(item) for item in refused}
        assert 1 == len({item.number for item in permits}) == len({item.signed_sha256 for item in permits})
        assert [1, 1] == [
            count_of(database_kit, case.id, kind)
            for kind in (EventKind.NUMBER_TAKEN, EventKind.PERMIT_ISSUED)
        ]
    with database_kit._context.storage.unit_of_work(read_only=True) as work:
        book = [line.sequence for line in work.numbers.book("izin", 2026)]

    assert list(range(1, ROUNDS // 2 + 1)) == book


def test_a_change_after_what_the_user_saw_is_told_with_who_made_it(any_kit):
    """Optimistic locking for applicants and officers."""
    case = any_kit.draft()
    any_kit.office.applications.save(
        case.id, actor=HOST, form={"lokasi": "Jalan Lain", "di_rumah": False}, expected_version=case.version
    )
    with pytest.raises(StaleObjectError) as told:
        any_kit.office.applications.save(case.id, actor=APPLICANT, form={}, expected_version=case.version)
    any_kit.fill(case.id)
    with pytest.raises(StaleObjectError):
        any_kit.office.applications.submit(case.id, actor=APPLICANT, expected_version=case.version)
    submitted = any_kit.hand_in(case.id)
    with pytest.raises(StaleObjectError):
        any_kit.office.reviews.decide(
            case.id,
            "periksa",
            StageOutcome.POSITIVE,
            actor=any_kit.assignee(case.id, "periksa"),
            expected_version=submitted.version - 1,
        )
    any_kit.review(case.id)
    with pytest.raises(StaleObjectError):
        any_kit.issue(case.id, expected_version=submitted.version)

    assert HOST.id == told.value.changed_by
    assert "Jalan Lain" == submitted.form["lokasi"]


def test_whoever_was_checked_is_who_is_handed_in(kit):
    """The applicant cannot be exchanged between the identity check and the submission."""
    from perizinan_core.hooks import hookimpl
    from perizinan_core.testing._offices import sample_applicant

    class Slow:
        perizinan_api = 1

        @hookimpl
        def decide_applicant_check(self):
            kit.office.applications.save(case.id, actor=APPLICANT, applicant=sample_applicant(name="Lain"))

    case = kit.draft()
    kit.fill(case.id)
    kit.office.plugins.register("slow", Slow())
    with pytest.raises(StaleObjectError):
        kit.office.applications.submit(case.id, actor=APPLICANT)

    assert "draft" == kit.office.applications.get(case.id, actor=APPLICANT).state.value


def test_of_approval_and_refusal_at_once_exactly_one_counts(url, open_kit):
    """The same post in two windows."""
    kit = open_kit(url)
    winners = Counter()
    for number in range(ROUNDS):
        case = kit.submit()
        kit.decide(case.id, "periksa")
        mine = kit.assignee(case.id, "putusan")
        calls = [
            lambda case=case, mine=mine: kit.office.reviews.approve(case.id, actor=mine),
            lambda case=case, mine=mine: kit.office.reviews.refuse(case.id, reasons=("Tidak",), actor=mine),
        ]
        if number % 2:
            calls.reverse()
        answers = at_once(*calls)
        (lost,) = [item for item in answers if isinstance(item, PerizinanError)]
        (won,) = [item for item in answers if not isinstance(item, PerizinanError)]
        winners[won.state.value] += 1

        assert mine.account == won.decision.by
        assert isinstance(lost, DecidedByOthersError)
        assert (mine.id, won.decision.kind.value) == (lost.winner, lost.outcome)
        assert won == kit.office.applications.get(case.id, actor=HOST)

    assert ROUNDS == sum(winners.values())


def test_of_two_officers_who_hold_the_stage_one_after_the_other_the_loser_is_told_by_whom(database_kit):
    """One decides while the supervisor hands the case to the other, who then decides too."""
    outcomes = Counter()
    for _ in range(ROUNDS):
        case = database_kit.submit()
        first = database_kit.assignee(case.id, "periksa")
        second = database_kit.officer("loket-2" if first.id == "loket-1" else "loket-1")

        def decide(actor, case=case):
            return database_kit.office.reviews.decide(
                case.id, "periksa", StageOutcome.POSITIVE, actor=actor, expected_version=None
            )

        def hand_over(case=case, second=second, decide=decide):
            database_kit.office.reviews.reassign(
                case.id, "periksa", reason="Cuti", actor=database_kit.officer("supervisor")
            )
            return decide(second)

        answers = at_once(lambda first=first, decide=decide: decide(first), hand_over)
        lost = [item for item in answers if isinstance(item, PerizinanError)]
        case = database_kit.office.applications.get(case.id, actor=HOST)
        winner = case.stage_state("periksa").decided_by
        outcomes[winner == first.id, lost[0].code] += 1

        assert 1 == len(lost)
        # Who decides too late, or moves a stage that is judged, is told by whom; whose stage was moved, that it was.
        expected = {"decided-by-others"} if winner == first.id else {"decided-by-others", "not-assignee"}
        assert lost[0].code in expected
        if lost[0].code == "decided-by-others":
            assert (winner, "positive") == (lost[0].winner, lost[0].outcome)
        assert 1 == count_of(database_kit, case.id, EventKind.STAGE_DECIDED)
        assert winner in {first.id, second.id}
        with pytest.raises(DecidedByOthersError) as told:
            decide(second if winner == first.id else first)
        assert (winner, "positive") == (told.value.winner, told.value.outcome)

    assert ROUNDS == sum(outcomes.values())


def refused_attempts(kit, case):
    """Return what the history says about attempts that came too late."""
    history = kit.office.applications.history(case, actor=HOST)
    return [(item.actor, item.data) for item in history if item.kind is EventKind.ATTEMPT_REFUSED]


@pytest.mark.parametrize("step", ["refuse", "issue"])
def test_of_an_officer_and_a_withdrawing_applicant_one_wins_and_the_other_is_told_by_whom(database_kit, step):
    """Two people, one case: the loser learns who was first and what was decided, and the attempt is on record."""
    kit = database_kit
    told, signer = Counter(), kit.officer("kepala")
    for _ in range(ROUNDS // 2):
        case = kit.submit()
        kit.decide(case.id, "periksa")
        head = kit.assignee(case.id, "putusan")
        if step == "issue":
            kit.office.reviews.approve(case.id, actor=head)
        calls = {
            "refuse": lambda case=case, head=head: kit.office.reviews.refuse(
                case.id, reasons=("Tidak",), actor=head
            ),
            "issue": lambda case=case: kit.office.permits.issue(case.id, actor=signer),
        }
        answers = at_once(
            calls[step], lambda case=case: kit.office.applications.withdraw(case.id, actor=APPLICANT)
        )
        after = kit.office.applications.get(case.id, actor=HOST)
        withdrawn = after.decision.kind is DecisionKind.WITHDRAWN
        lost = answers[0 if withdrawn else 1]
        told[type(lost).__name__] += 1

        assert 1 == sum(isinstance(item, PerizinanError) for item in answers)
        if withdrawn and step == "issue":
            # No decision was lost: there is nothing any more that could be issued.
            assert (TransitionNotAllowedError, "withdrawn") == (type(lost), lost.state)
            continue
        first = (APPLICANT.id, "withdrawn") if withdrawn else (head.id, after.decision.kind.value)
        assert (DecidedByOthersError, *first) == (type(lost), lost.winner, lost.outcome)
        loser = head.account if withdrawn else APPLICANT.account
        data = {"stage": None, "winner": lost.account, "outcome": lost.outcome, "decided_at": lost.at}
        assert [(str(loser), data)] == refused_attempts(kit, case.id)

    assert ROUNDS // 2 == sum(told.values())


def test_a_withdrawal_after_the_decision_is_told_who_decided_and_what(any_kit):
    """Not only in a race; each attempt is one entry of the history."""
    case = any_kit.submit()
    any_kit.decide(case.id, "periksa")
    head = any_kit.assignee(case.id, "putusan")
    any_kit.office.reviews.refuse(case.id, reasons=("Tidak",), actor=head)
    with pytest.raises(DecidedByOthersError) as told:
        any_kit.office.applications.withdraw(case.id, actor=APPLICANT)
    kept = any_kit.office.applications.get(case.id, actor=HOST)

    assert (head.id, "refused") == (told.value.winner, told.value.outcome)
    assert kept.decision.at.isoformat() == told.value.at
    assert "transition-not-allowed" == told.value.__cause__.code
    assert [str(APPLICANT.account)] == [actor for actor, _ in refused_attempts(any_kit, case.id)]


def test_twenty_threads_over_new_year_leave_no_gap_and_no_double(url, open_kit, keys, tmp_path):
    """The sequence goes by the office's own clocks; half of the permits fall into each year."""
    kit = open_kit(url, random=Random(3))
    # Since when the certificate counts, so that neither night is before it.
    kit.office.publication.authority_json()
    cases = []
    for _ in range(20):
        case = kit.submit()
        kit.review(case.id)
        cases.append(case.id)
    signer = kit.officer("kepala")
    zone = MORNING.tzinfo
    last_night = datetime(2026, 12, 31, 23, 59, 59, tzinfo=zone)
    first_morning = datetime(2027, 1, 1, 0, 0, 0, tzinfo=zone)

    permits = at_once(
        *(
            lambda case=case, moment=moment: kit.office.permits.issue(case, actor=signer, now=moment)
            for case, moment in zip(cases, [last_night, first_morning] * 10, strict=True)
        )
    )

    assert [] == [item for item in permits if isinstance(item, PerizinanError)]
    assert [f"500/{number:03}/WR/{year}" for year in (2026, 2027) for number in range(1, 11)] == sorted(
        (item.number for item in permits), key=lambda number: (number[-4:], number)
    )
    assert list(range(20)) == sorted(item.status_index for item in permits)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        books = {year: [line.sequence for line in work.numbers.book("izin", year)] for year in (2026, 2027)}
    assert {2026: list(range(1, 11)), 2027: list(range(1, 11))} == books
    store = FolderDocumentStore(tmp_path / "documents")
    signed = {item.signed_sha256 for item in permits}
    assert 20 == len(signed)
    assert signed <= {item.sha256 for item in store.documents()}


def test_only_who_may_sign_gets_a_permit_by_asking_for_it_again(any_kit):
    """A numbered case asks for the signer as an approved one does, also when its permit is issued already."""
    from perizinan_core.errors.workflow import WorkflowError
    from perizinan_core.model._actor import Officer, Role

    other = Officer(
        id="sekretaris",
        name="Petugas lain",
        roles=frozenset({Role.SIGNATORY}),
        units=frozenset({"dinas-izin"}),
        position="sekretaris",
    )
    any_kit.office.reviews.add_officer(other, actor=HOST)
    any_kit.office.reviews.confirm_officer(other.id, actor=any_kit.officer("admin"))
    permit = any_kit.permit()
    with pytest.raises(WorkflowError):
        any_kit.issue(permit.application_id, actor=other.as_actor())

    assert permit.number == any_kit.issue(permit.application_id).number
