"""What the worker asks the store for, what it could not do, and clocks that were wrong."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest

from perizinan_core.errors.storage import LeaseHeldError
from perizinan_core.model._actor import Account
from perizinan_core.model._application import Application, ApplicationState, FrozenTerms
from perizinan_core.model._case import (
    Clock,
    ClockEntry,
    ClockEvent,
    CorrectionItem,
    CorrectionRequest,
    DeadlineRecord,
    DeemedGrant,
)
from perizinan_core.model._checks import CheckKind, CheckOutcome, CheckRecord
from perizinan_core.model._fees import FeeAssessment, FeeKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._notice import Notice, NoticeMeans
from perizinan_core.model._stage import SilencePolicy
from perizinan_core.model._text import Period, PeriodUnit
from perizinan_core.storage._ports import Storage
from perizinan_core.storage._records import FARTHEST, Backoff, OutboxItem
from perizinan_core.testing.storage._base import SuiteBase, add_application
from perizinan_core.testing.storage._samples import (
    NOW,
    made_application,
    made_event,
    made_officer,
    made_permit,
    open_stage,
)

__all__ = ["AgendaSuite"]

_DAY = date(2026, 11, 30)
_AHEAD = timedelta(days=365)
_PAUSES = Backoff(first=timedelta(minutes=1), longest=timedelta(minutes=2), max_attempts=4, at_once=1)


def _terms(silence: SilencePolicy) -> FrozenTerms:
    days = Period(5, PeriodUnit.WORKING_DAYS)
    return FrozenTerms(
        slots=(),
        stages=("check",),
        time_limit=days,
        silence=silence,
        max_correction_rounds=2,
        correction_window=days,
        fee=FeeAssessment(kind=FeeKind.FREE, total=Rupiah(0), assessed_on=_DAY),
    )


def _running(
    due: date, calendar: str = "2026.1", silence: SilencePolicy = SilencePolicy.AUTOMATIC
) -> Application:
    """Return a case in review whose clock runs until ``due``."""
    clock = Clock(
        entries=(ClockEntry(event=ClockEvent.STARTED, at=NOW, by=Account.officer("a"), reason="complete"),),
        deadlines=(DeadlineRecord(due=due, calendar_version=calendar, computed_at=NOW, consumed=0),),
    )
    return made_application(
        state=ApplicationState.IN_REVIEW, clock=clock, stages=(open_stage("check"),), terms=_terms(silence)
    )


def _waiting(answer_by: date, calendar: str = "2026.1", *, notified: bool = True) -> Application:
    """Return a case whose correction is to be answered until a day."""
    request = CorrectionRequest(
        round=1,
        stage="check",
        requested_by="o1",
        requested_at=NOW,
        items=(CorrectionItem(target="ktp", reason="x"),),
        answer_by=answer_by,
        counted_on=calendar,
    )
    return made_application(
        state=ApplicationState.CORRECTION_REQUESTED,
        corrections=(request,),
        notices=(Notice(of="correction-1", at=NOW, means=NoticeMeans.CHANNEL, by="mail"),)
        if notified
        else (),
        terms=_terms(SilencePolicy.AUTOMATIC),
    )


def _granted(silence: SilencePolicy) -> Application:
    """Return a case that is granted by silence."""
    grant = DeemedGrant(at=NOW, due=_DAY, calendar_version="2026.1", consumed=5)
    return made_application(state=ApplicationState.APPROVED, deemed_grant=grant, terms=_terms(silence))


class AgendaSuite(SuiteBase):
    """One question for each job, answered with ids; failures are kept until it works."""

    def test_corrections_are_asked_for_by_their_last_day(self, storage: Storage) -> None:
        """The last day itself is in time; what was answered or closed is not asked for."""
        over, today = (add_application(storage, _waiting(_DAY - timedelta(days=days))) for days in (1, 0))
        closed = add_application(storage, attrs.evolve(_waiting(_DAY), state=ApplicationState.LAPSED))

        with storage.unit_of_work(read_only=True) as work:
            assert work.agenda.unanswered(_DAY) == (over.id,)
            assert set(work.agenda.unanswered(_DAY + timedelta(days=1))) == {over.id, today.id}
        assert closed.answer_by is None

    def test_what_an_applicant_does_not_know_is_asked_for(self, storage: Storage) -> None:
        """It does not lapse; it is found until a notice is given, and once to ask a supervisor."""
        case = _waiting(_DAY - timedelta(days=1), notified=False)
        unknown = add_application(storage, case)
        missed = add_application(
            storage, attrs.evolve(case, id=made_application().id, missed_notices=("correction-1",))
        )
        add_application(storage, _waiting(_DAY))

        with storage.unit_of_work(read_only=True) as work:
            assert work.agenda.unanswered(_DAY + timedelta(days=9)) != ()
            assert unknown.id not in work.agenda.unanswered(_DAY + timedelta(days=9))
            assert set(work.agenda.unnotified()) == {unknown.id, missed.id}
            assert work.agenda.unasked(NOW) == (unknown.id,)
            assert work.agenda.unasked(NOW - timedelta(seconds=1)) == ()

    def test_what_an_outside_system_has_not_answered_is_asked_for(self, storage: Storage) -> None:
        """Of the current submission, until it is answered or the case is closed."""
        record = CheckRecord(
            kind=CheckKind.SUBMISSION,
            plugin="zoning",
            source="zoning",
            outcome=CheckOutcome.UNANSWERED,
            asked_at=NOW,
            submission=1,
        )
        owed = add_application(storage, made_application(checks=(record,)))
        answered = attrs.evolve(record, outcome=CheckOutcome.REFUSED)
        add_application(storage, made_application(checks=(record, answered)))
        add_application(storage, made_application(checks=(record,), state=ApplicationState.WITHDRAWN))
        add_application(storage, made_application(checks=(record,), submission=2))

        with storage.unit_of_work(read_only=True) as work:
            assert work.agenda.unchecked() == (owed.id,)

    def test_silence_is_asked_for_where_it_has_an_effect(self, storage: Storage) -> None:
        """The deadline is over, and the law gives the silence a meaning."""
        over, today = (add_application(storage, _running(_DAY - timedelta(days=days))) for days in (1, 0))
        add_application(storage, _running(_DAY - timedelta(days=1), silence=SilencePolicy.NONE))

        with storage.unit_of_work(read_only=True) as work:
            assert work.agenda.silent(_DAY) == (over.id,)
            assert set(work.agenda.silent(_DAY + timedelta(days=1))) == {over.id, today.id}

    def test_deadlines_are_asked_for_by_the_calendar_they_were_counted_on(self, storage: Storage) -> None:
        """Older and newer ones alike; a closed case has none."""
        cases = [
            add_application(storage, case)
            for case in (
                _running(_DAY, "2026.0"),
                _running(_DAY),
                _running(_DAY, "2026.2"),
                _waiting(_DAY, ""),
            )
        ]
        add_application(storage, made_application(state=ApplicationState.WITHDRAWN))

        with storage.unit_of_work(read_only=True) as work:
            found = work.agenda.counted_otherwise("2026.1")
        assert found == tuple(sorted(cases[number].id for number in (0, 2, 3)))

    def test_open_stages_are_asked_for_by_who_holds_them(self, storage: Storage) -> None:
        """Each case once; a correction or a closed case needs no one."""
        free = add_application(storage, made_application(stages=(open_stage("a"), open_stage("b"))))
        held = add_application(storage, made_application(stages=(open_stage("a", assignee="o1"),)))
        add_application(
            storage, made_application(stages=(open_stage("a"),), state=ApplicationState.WITHDRAWN)
        )

        with storage.unit_of_work(read_only=True) as work:
            assert work.agenda.unassigned() == (free.id,)
            assert work.agenda.held_by("o1") == (held.id,)
            assert work.agenda.held_by("o2") == ()

    def test_what_goes_on_by_itself_is_asked_for_by_its_step(self, storage: Storage) -> None:
        """A grant by silence goes to its signature where the permit type says so; a letter is signed."""
        alone = add_application(storage, _granted(SilencePolicy.AUTOMATIC))
        add_application(storage, _granted(SilencePolicy.DUTY_TO_ISSUE))
        letter = add_application(storage, made_application(state=ApplicationState.AWAITING_SIGNATURE))

        with storage.unit_of_work(read_only=True) as work:
            assert work.agenda.to_issue() == (alone.id,)
            assert work.agenda.to_sign() == (letter.id,)

    def test_what_was_written_ahead_of_a_moment_is_found(self, storage: Storage) -> None:
        """Applications, permits, and officers by their last assignment."""
        late = NOW + _AHEAD
        with storage.unit_of_work() as work:
            right = work.applications.add(made_application(), by="a", at=NOW)
            wrong = work.applications.add(made_application(), by="a", at=late)
            permit = work.permits.add(made_permit(right), by="a", at=late)
            for name in ("o1", "o2"):
                work.officers.save(made_officer(name), by="admin", at=NOW)
            work.officers.note_assignment("o1", at=late)
            work.officers.note_assignment("o2", at=NOW)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            found = work.agenda.ahead_of(NOW)
        assert (found.applications, found.permits, found.officers) == ((wrong.id,), (permit.id,), ("o1",))

    def test_an_answer_follows_the_record(self, storage: Storage) -> None:
        """What is saved is no longer asked for when nothing is to be done."""
        case = add_application(storage, _waiting(_DAY - timedelta(days=1)))
        with storage.unit_of_work() as work:
            found = work.applications.get(case.id, lock=True)
            work.applications.save(attrs.evolve(found, state=ApplicationState.LAPSED), by="system", at=NOW)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert work.agenda.unanswered(_DAY) == ()

    def test_an_officer_is_looked_after_once_for_each_change(self, storage: Storage) -> None:
        """A change in between keeps the officer on the list."""
        with storage.unit_of_work() as work:
            work.officers.save(made_officer("o1"), by="admin", at=NOW)
            work.commit()
        with storage.unit_of_work() as work:
            changed = work.agenda.officer_changed("o1")
            assert (work.agenda.changed_officers(), changed) == (("o1",), NOW)
            work.officers.save(made_officer("o1"), by="admin", at=NOW + timedelta(seconds=1))
            work.agenda.officer_looked_after("o1", changed=NOW)
            assert work.agenda.changed_officers() == ("o1",)
            work.agenda.officer_looked_after("o1", changed=NOW + timedelta(seconds=1))
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert work.agenda.changed_officers() == ()
            assert work.agenda.officer_changed("o1") is None

    def test_a_failure_rests_longer_each_time_and_is_given_up(self, storage: Storage) -> None:
        """It keeps its first moment, and can be tried again by hand."""
        at, rests = NOW, []
        for _ in range(4):
            with storage.unit_of_work() as work:
                found = work.failures.note("sign", "a", error="boom", at=at, backoff=_PAUSES)
                work.commit()
            rests.append(None if found.not_before is None else found.not_before - at)
            at += timedelta(minutes=5)

        assert rests == [timedelta(0), timedelta(minutes=1), timedelta(minutes=2), None]
        with storage.unit_of_work() as work:
            (failure,) = work.failures.all()
            assert (failure.job, failure.subject, failure.error) == ("sign", "a", "boom")
            assert (failure.first_at, failure.attempts, failure.is_given_up) == (NOW, 4, True)
            assert work.failures.resting("sign", now=at + _AHEAD) == {"a"}
            assert not work.failures.retry("sign", "b", at=at)
            assert work.failures.retry("sign", "a", at=at)
            assert work.failures.due("sign", now=at) == ("a",)
            work.commit()

    def test_failures_of_one_job_are_not_those_of_another(self, storage: Storage) -> None:
        """And what was settled is gone."""
        with storage.unit_of_work() as work:
            for job, subject in (("sign", "a"), ("sign", "b"), ("extend", "a")):
                work.failures.note(job, subject, error="boom", at=NOW)
            assert work.failures.settle("sign", "a")
            assert not work.failures.settle("sign", "a")
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert [item.subject for item in work.failures.of("sign")] == ["b"]
            assert [item.subject for item in work.failures.of("extend")] == ["a"]
            assert len(work.failures.all(limit=1)) == 1
            assert len(work.failures.all()) == 2

    def test_a_pause_counted_by_a_wrong_clock_is_over(self, storage: Storage) -> None:
        """A year ahead for a minute costs nothing once the clock is right."""
        with storage.unit_of_work() as work:
            work.failures.note("sign", "a", error="boom", at=NOW + _AHEAD)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert work.failures.resting("sign", now=NOW) == set()
            assert work.failures.due("sign", now=NOW) == ("a",)

    @pytest.mark.parametrize("step", ["written", "claimed", "failed"])
    def test_an_entry_of_a_wrong_clock_is_delivered(self, storage: Storage, step: str) -> None:
        """Written, leased or put off a year ahead: due as soon as the clock is right."""
        late = NOW + _AHEAD
        with storage.unit_of_work() as work:
            work.outbox.add([OutboxItem(event=made_event("a"))], at=late if step == "written" else NOW)
            if step != "written":
                (entry,) = work.outbox.claim("w1", now=late, lease=timedelta(minutes=5))
            if step == "failed":
                work.outbox.mark_failed(entry.id, worker="w1", at=late, error="smtp")
            work.commit()

        with storage.unit_of_work() as work:
            assert work.outbox.is_due(now=NOW)
            assert len(work.outbox.claim("w2", now=NOW, lease=timedelta(minutes=5))) == 1
            assert not work.outbox.is_due(now=NOW)
            work.commit()

    def test_a_signing_lease_of_a_wrong_clock_is_over(self, storage: Storage) -> None:
        """It counts as interrupted, so that nothing is signed twice blindly."""
        late = NOW + _AHEAD
        with storage.unit_of_work() as work:
            work.signing_attempts.acquire("ab" * 32, holder="w1", now=late, until=late + timedelta(minutes=2))
            work.commit()

        with storage.unit_of_work() as work:
            assert [item.holder for item in work.signing_attempts.interrupted(now=NOW)] == ["w1"]
            until = NOW + timedelta(minutes=2)
            attempt = work.signing_attempts.acquire("ab" * 32, holder="w2", now=NOW, until=until)
            assert (attempt.holder, attempt.interrupted) == ("w2", True)
            with pytest.raises(LeaseHeldError):
                work.signing_attempts.acquire("ab" * 32, holder="w3", now=NOW, until=until)

    def test_the_longest_lease_holds(self, storage: Storage) -> None:
        """The bound takes away nothing that a right clock gave."""
        with storage.unit_of_work() as work:
            work.signing_attempts.acquire("ab" * 32, holder="w1", now=NOW, until=NOW + FARTHEST)
            with pytest.raises(LeaseHeldError):
                work.signing_attempts.acquire("ab" * 32, holder="w2", now=NOW, until=NOW + FARTHEST)
