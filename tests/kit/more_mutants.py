"""
Broken plugins of the younger kinds, each with one fault. Not collected with the suite: see test_mutants.py.

Every class inherits the conformance suite of its kind, and must fail the test that it names.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import logging
import threading
from contextlib import contextmanager

import pytest

from perizinan_core.hooks import (
    EVERYTHING,
    OfferedBill,
    PaymentNotice,
    Rounds,
    SubmissionCheckResult,
    UntrustedNoticeError,
)
from perizinan_core.model import EventKind, Rupiah
from perizinan_core.testing import (
    MORNING,
    EventConsumerSuite,
    NumberSourceSuite,
    PaymentProviderSuite,
    SubmissionCheckSuite,
    WorkQueueSuite,
    sample_pack,
)
from perizinan_core.testing.storage._samples import made_application

_log = logging.getLogger("mutant")
_TYPE = sample_pack().catalogue.permit_types[0]


# --- checks of submissions


class Zones:
    """A zoning register: the smallest real check."""

    def __init__(self):
        self.runs = True

    def check(self, application, permit_type):
        del permit_type
        if not self.runs:
            raise ConnectionRefusedError("the register is not running")
        if application.form.get("place") == "here":
            return SubmissionCheckResult(accepted=True, source="RDTR")
        return SubmissionCheckResult(accepted=False, source="RDTR", reason="Pilih lokasi lain.")


class _Zones(SubmissionCheckSuite):
    made = Zones

    @pytest.fixture(autouse=True)
    def _zones(self):
        self.zones = self.made()

    @pytest.fixture
    def check(self):
        return self.zones.check

    @pytest.fixture
    def accepted(self):
        return made_application(form={"place": "here"}), _TYPE

    @pytest.fixture
    def refused(self):
        return made_application(form={"place": "there"}), _TYPE

    @contextmanager
    def broken(self):
        self.zones.runs = False
        yield
        self.zones.runs = True


class _RefusesWhenDown(Zones):
    def check(self, application, permit_type):
        if not self.runs:
            return SubmissionCheckResult(accepted=False, source="RDTR", reason="Coba lagi nanti.")
        return super().check(application, permit_type)


class TestSubmissionCheckRefusesWhenDown(_Zones):
    """A refusal that nobody gave."""

    caught_by = "test_a_failure_is_never_an_answer"

    made = _RefusesWhenDown


class _Remembers(Zones):
    last = None

    def check(self, application, permit_type):
        self.last = self.last or super().check(application, permit_type)
        return self.last


class TestSubmissionCheckRemembersTheFirstAnswer(_Zones):
    """A cache without a key."""

    caught_by = "test_the_answer_does_not_depend_on_what_was_asked_before"

    made = _Remembers


class _Counts(Zones):
    def __init__(self):
        super().__init__()
        self.numbers = itertools.count()

    def check(self, application, permit_type):
        result = super().check(application, permit_type)
        return SubmissionCheckResult(
            accepted=result.accepted, source=f"RDTR {next(self.numbers)}", reason=result.reason
        )


class TestSubmissionCheckTakesANumberEachTime(_Zones):
    """Asking leaves something behind in its system."""

    caught_by = "test_asking_changes_nothing"

    made = _Counts


class _NoReason(Zones):
    def check(self, application, permit_type):
        result = super().check(application, permit_type)
        return SubmissionCheckResult(accepted=result.accepted, source=result.source)


class TestSubmissionCheckGivesNoReason(_Zones):
    """The applicant learns nothing."""

    caught_by = "test_a_refusal_says_why_to_the_applicant"

    made = _NoReason


class _LogsPeople(Zones):
    def check(self, application, permit_type):
        _log.info("asked for %s", application.applicant.name)
        return super().check(application, permit_type)


class TestSubmissionCheckLogsPeople(_Zones):
    """Names in the log."""

    caught_by = "test_nothing_personal_is_logged_or_told"

    made = _LogsPeople


class TestSoundSubmissionCheck(_Zones):
    """Passes."""


# --- payment providers


class Bank:
    """A bank with signed calls: the smallest real provider."""

    def bill(self, request):
        return OfferedBill(reference=hashlib.sha256(request.key.encode()).hexdigest()[:12])

    def trusts(self, body, headers):
        return hmac.compare_digest(sign(body), headers.get("x-signature", ""))

    def read_callback(self, body, headers):
        if not self.trusts(body, headers):
            raise UntrustedNoticeError
        reference, transaction, amount = body.decode().split("|")
        return PaymentNotice(
            reference=reference, transaction=transaction, amount=Rupiah(int(amount)), paid_at=MORNING
        )


def sign(body):
    return hmac.new(b"key", body, hashlib.sha256).hexdigest()


class _Banks(PaymentProviderSuite):
    made = Bank

    @pytest.fixture
    def provider(self):
        return self.made()

    @pytest.fixture
    def told(self):
        def run(*parts):
            body = "|".join(str(part) for part in parts).encode()
            return body, {"x-signature": sign(body)}

        return run


class _BelievesAll(Bank):
    def trusts(self, body, headers):
        return bool(body) and "x-signature" in headers


class TestProviderLooksAtTheHeaderOnly(_Banks):
    """Any signature will do."""

    caught_by = "test_a_call_without_its_signature_is_not_believed"

    made = _BelievesAll


class _SignsSums(Bank):
    def trusts(self, body, headers):
        return super().trusts(body.strip(), headers)


class TestProviderSignsLessThanItReads(_Banks):
    """What stands around it is not signed."""

    caught_by = "test_a_call_that_was_changed_is_not_believed"

    made = _SignsSums


class _NewBills(Bank):
    def __init__(self):
        self.numbers = itertools.count()

    def bill(self, request):
        return OfferedBill(reference=f"{request.application}-{next(self.numbers)}")


class TestProviderMakesABillEachTime(_Banks):
    """A lost answer leaves a bill that no one knows."""

    caught_by = "test_the_same_key_is_the_same_bill"

    made = _NewBills


class TestSoundProvider(_Banks):
    """Passes."""


# --- sources of numbers


class Numbers:
    """Numbers by key, in a dictionary that outlives it."""

    def __init__(self, kept):
        self.kept = kept

    def reserve(self, request):
        return self.kept.setdefault(request.key, f"N-{request.key}")


class _Numbers(NumberSourceSuite):
    made = Numbers

    @pytest.fixture
    def again(self):
        kept = {}
        return lambda: self.made(kept)

    @pytest.fixture
    def source(self, again):
        return again()


class _Next(Numbers):
    def reserve(self, request):
        del request
        return f"N-{self.kept.setdefault('last', itertools.count()).__next__()}"


class TestSourceGivesTheNextNumberEachTime(_Numbers):
    """An answer that was lost leaves a gap."""

    caught_by = "test_the_same_key_is_the_same_number"

    made = _Next


class _Forgets(Numbers):
    def __init__(self, kept):
        super().__init__({})
        del kept

    def reserve(self, request):
        return self.kept.setdefault(request.key, f"N-{len(self.kept) + 1}")


class TestSourceForgetsWhatItGave(_Numbers):
    """After a restart it begins again."""

    caught_by = "test_a_restart_forgets_no_number"

    made = _Forgets


class TestSoundSource(_Numbers):
    """Passes."""


# --- event consumers


class Listener:
    """Keeps the ids of events: the smallest real consumer."""

    def __init__(self):
        self.ids = []
        self.runs = True

    def consume(self, delivered):
        if not self.runs:
            raise ConnectionRefusedError("down")
        if delivered.id not in self.ids:
            self.ids.append(delivered.id)


class _Consumers(EventConsumerSuite):
    made = Listener

    @pytest.fixture
    def consumer(self):
        return self.made()

    def received(self, consumer):
        return list(consumer.ids)

    @pytest.fixture
    def kinds(self):
        return frozenset({EventKind.PERMIT_ISSUED, EventKind.APPLICATION_SUBMITTED})

    @contextmanager
    def broken(self, consumer):
        consumer.runs = False
        yield
        consumer.runs = True


class _CountsTwice(Listener):
    def consume(self, delivered):
        if not self.runs:
            raise ConnectionRefusedError("down")
        self.ids.append(delivered.id)


class TestConsumerCountsTwice(_Consumers):
    """Each delivery is news to it."""

    caught_by = "test_an_event_that_comes_twice_counts_once"

    made = _CountsTwice


class _Swallows(Listener):
    def consume(self, delivered):
        try:
            super().consume(delivered)
        except ConnectionRefusedError:
            _log.warning("event was lost")


class TestConsumerSwallowsFailures(_Consumers):
    """Nothing is tried again."""

    caught_by = "test_what_it_could_not_take_it_refuses_and_takes_later"

    made = _Swallows


class _OneKind(Listener):
    def consume(self, delivered):
        if delivered.event.kind is EventKind.PERMIT_ISSUED:
            super().consume(delivered)


class TestConsumerPassesOverAKind(_Consumers):
    """It asks for more than it takes."""

    caught_by = "test_it_takes_every_kind_that_it_asks_for"

    made = _OneKind


class TestSoundConsumer(_Consumers):
    """Passes."""


# --- work queues


class _Queues(WorkQueueSuite):
    made = Rounds

    @pytest.fixture
    def queue(self):
        return self.made()

    def another(self, queue):
        return queue


class TestSoundRounds(_Queues):
    """The sound one."""


class _OnlyOnce(Rounds):
    def run(self, look, *, stop, interval, concurrency):
        del interval, concurrency
        look(EVERYTHING)
        stop.wait()


class TestQueueLooksOnceOnly(_Queues):
    """A hint that got lost is never made up for."""

    caught_by = "test_everything_is_looked_at_again_and_again_without_a_hint"

    made = _OnlyOnce


class _LeavesWork(Rounds):
    def run(self, look, *, stop, interval, concurrency):
        runs = lambda: Rounds.run(self, look, stop=stop, interval=interval, concurrency=concurrency)  # noqa: E731
        threading.Thread(target=runs, daemon=True).start()
        stop.wait()


class TestQueueLeavesWhatIsUnderWay(_Queues):
    """A letter that is being signed is given up."""

    caught_by = "test_what_is_under_way_ends_before_the_worker_does"

    made = _LeavesWork


class _Crowd(Rounds):
    def run(self, look, *, stop, interval, concurrency):
        del concurrency
        crowd = [
            threading.Thread(
                target=lambda: Rounds.run(self, look, stop=stop, interval=interval / 100, concurrency=1)
            )
            for _ in range(4)
        ]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()


class TestQueueDoesMoreAtOnceThanItMay(_Queues):
    """Whatever was asked for."""

    caught_by = "test_no_more_is_done_at_once_than_was_asked_for"

    made = _Crowd
