"""B6 and B7: messages by channel, events by consumer; each stands for itself. On both databases."""

import os
import signal
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap._doctor import examine
from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.hooks import DeliveredEvent, DeliveryError, EventConsumerEntry, SendOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.services import DeliveryState
from perizinan_core.services._delivery import PATIENT
from perizinan_core.storage._sql._tables import outbox
from perizinan_core.testing._fakes import CollectingChannel
from perizinan_core.testing._offices import APPLICANT, HOST, sample_office
from perizinan_core.testing._refusals import raises_code

KINDS = frozenset({EventKind.APPLICATION_SUBMITTED, EventKind.STAGE_OPENED, EventKind.FILE_COMPLETE})


class Keeping:
    """A consumer that keeps what it receives, and fails for the cases that it is asked to."""

    def __init__(self, name="statistics", kinds=KINDS, *, time_limit=30.0):
        self.entry = EventConsumerEntry(name=name, open=lambda: self, kinds=kinds, time_limit=time_limit)
        self.got: list[DeliveredEvent] = []
        self.failing: set[str] = set()
        self.hanging: set[str] = set()
        self.released = threading.Event()

    def consume(self, delivered):
        if delivered.case in self.failing:
            raise SystemExit(3)
        if delivered.case in self.hanging:
            self.released.wait(30)
        self.got.append(delivered)

    def kinds_of(self, case):
        return [item.event.kind for item in self.got if item.case == case]

    @property
    def pair(self):
        return (self.entry, self)


def rows(kit):
    """Return what is in the outbox, as the database has it."""
    with kit._context.storage._engine.begin() as connection:
        return connection.execute(sa.select(outbox).order_by(outbox.c.id)).all()


# B6


def test_one_broken_channel_does_not_make_the_others_send_again(url, open_kit):
    """Twelve rounds, and the sound channel sent each message once."""
    broken, sound = CollectingChannel(failing={"application_submitted"}), CollectingChannel()
    kit = open_kit(url, channels={"broken": broken, "sound": sound})
    kit.submit()
    for _ in range(12):
        kit.office.worker.run_once()
        kit.clock.forward(hours=2)

    assert 1 == sound.calls
    assert 12 == broken.calls


def test_a_message_is_tried_for_days_and_then_shown_as_given_up(url, open_kit):
    """A week, at least every 90 minutes; `retry` begins again."""
    broken = CollectingChannel(failing={"application_submitted"})
    kit = open_kit(url, channels={"sms": broken})
    case = kit.submit()
    begin = kit.clock()
    kit.office.worker.deliver()
    (waiting,) = kit.office.applications.deliveries(case.id, actor=kit.officer("loket-1"))
    while not [failure for failure in kit.office.worker.failures() if failure.is_given_up]:
        kit.office.worker.deliver()
        kit.clock.forward(minutes=90)
    (failure,) = kit.office.worker.failures()
    (shown,) = kit.office.applications.deliveries(case.id, actor=kit.officer("loket-1"))
    doctor = {finding.code for finding in examine(kit.office, quick=True)}
    broken.failing.clear()
    kit.office.worker.retry(failure)
    kit.office.worker.deliver()

    assert timedelta(days=6) < kit.clock() - begin < timedelta(days=9)
    assert PATIENT.longest <= timedelta(minutes=90)
    assert {timedelta(hours=7)} == {waiting.happened_at.utcoffset(), waiting.next_try.utcoffset()}
    assert ("sms: ConnectionError", "given_up", "ConnectionError") == (
        failure.error,
        shown.state.value,
        shown.error,
    )
    assert "message-given-up" in doctor
    assert 1 == len(broken.of_kind("application_submitted"))


class RefusingChannel:
    """A mail server that knows no such address."""

    def __init__(self, code="recipient-refused"):
        self.code = code
        self.calls = 0

    def send(self, _notification):
        self.calls += 1
        raise DeliveryError(self.code, answer="550 5.1.1")

    def check(self):
        raise DeliveryError("mail-server-unreachable", server="mail.contoh.example:587", reason="refused")


def test_what_is_refused_for_good_is_given_up_at_once_and_runs_no_time(url, open_kit):
    """Once, not for seven days; the applicant's case says so, and what is only deferred is tried again."""
    refusing, deferring = RefusingChannel(), RefusingChannel("delivery-deferred")
    kit = open_kit(url, channels={"smtp": refusing, "relay": deferring})
    case = kit.submit()
    for _ in range(3):
        kit.office.worker.run_once()
        kit.clock.forward(hours=2)
    states = {
        item.channel: item.state for item in kit.office.applications.deliveries(case.id, actor=APPLICANT)
    }
    found = {finding.code: finding for finding in examine(kit.office, quick=True)}

    assert (1, 3) == (refusing.calls, deferring.calls)
    assert {"smtp": DeliveryState.REFUSED, "relay": DeliveryState.WAITING} == states
    assert "recipient-refused" in found["message-given-up"].message("en")
    assert "mail.contoh.example:587" in found["channel-unusable"].message("id")
    assert "550" not in found["message-given-up"].message("id")


def test_the_case_shows_which_channel_accepted_what_and_what_failed(url, open_kit):
    """To officers with the cause, to the applicant without; an applicant of another case sees nothing."""
    mail, post = CollectingChannel(), CollectingChannel(answer=SendOutcome.KEPT)
    broken = CollectingChannel(failing={"application_submitted"})
    kit = open_kit(url, channels={"mail": mail, "post": post, "sms": broken})
    case = kit.submit()
    kit.office.worker.run_once()
    seen = kit.office.applications.deliveries(case.id, actor=APPLICANT)
    for_officers = kit.office.applications.deliveries(case.id, actor=kit.officer("loket-1"))

    assert [("mail", "accepted"), ("post", "kept"), ("sms", "waiting")] == [
        (item.channel, item.state.value) for item in seen
    ]
    assert {("applicant", "application_submitted")} == {(item.recipient, item.kind) for item in seen}
    assert kit.clock() == seen[0].at
    assert [None, None, None] == [item.error for item in seen]
    assert "ConnectionError" == for_officers[2].error
    assert for_officers[2].next_try > kit.clock()
    with pytest.raises(NotFoundError):
        kit.office.applications.deliveries(case.id, actor=kit.officer("teknis"))


def test_a_hanging_channel_stops_neither_another_channel_nor_the_worker(url, open_kit, monkeypatch):
    """It runs into its time limit, and is tried again later."""
    from perizinan_core.services import _targets

    monkeypatch.setattr(_targets, "TIME_LIMIT", 0.05)
    release = threading.Event()

    class Hanging:
        def send(self, _notification):
            release.wait(30)
            return SendOutcome.ACCEPTED

    sound = CollectingChannel()
    kit = open_kit(url, channels={"a-hangs": Hanging(), "sound": sound})
    for _ in range(5):
        kit.submit()
    done = kit.office.worker.run_once()
    release.set()

    assert (5, 3) == (done.delivered, done.failed)
    assert {"a-hangs: time-limit"} == {failure.error for failure in done.failures}


def test_a_channel_that_says_nothing_has_not_sent_anything(url, open_kit):
    """A forgotten answer must not begin a period."""

    class Silent:
        def send(self, notification):
            del notification

    kit = open_kit(url, channels={"silent": Silent()})
    kit.submit()

    assert ["silent: TypeError"] == [failure.error for failure in kit.office.worker.run_once().failures]


def test_killed_between_acceptance_and_record_the_message_comes_again_with_the_same_key(url, open_kit):
    """Kill -9 in a process of its own: at least once, and the service that carries it can notice."""
    kit = open_kit(url, channels={"sms": CollectingChannel()})
    kit.submit()
    read, write = os.pipe()
    kit._context.storage.close()
    child = os.fork()
    if child == 0:

        class Deadly:
            def send(self, notification):
                os.write(write, notification.idempotency_key.encode())
                os.kill(os.getpid(), signal.SIGKILL)

        open_kit(url, channels={"sms": Deadly()}, clock=kit.clock).office.worker.run_once()
        os._exit(1)
    assert signal.SIGKILL == os.WTERMSIG(os.waitpid(child, 0)[1])
    os.close(write)
    first = os.read(read, 500).decode()
    os.close(read)
    again = CollectingChannel()
    later = open_kit(url, channels={"sms": again}, clock=kit.clock)
    later.clock.forward(minutes=6)
    later.office.worker.run_once()
    (message,) = again.sent.values()

    assert first == message.idempotency_key
    assert first.startswith(message.id)
    assert first.endswith("/sms")


# B7


def test_only_kinds_that_someone_consumes_are_queued(url, open_kit):
    """A whole way makes dozens of events; the outbox gets what channels and consumers asked for."""
    consumer = Keeping(kinds=frozenset({EventKind.PERMIT_ISSUED}))
    kit = open_kit(url, consumers=[consumer.pair])
    permit = kit.permit()
    happened = kit.office.applications.history(permit.application_id, actor=HOST)
    queued = [row for row in rows(kit) if row.done_at is None]

    assert len(happened) >= 12
    assert {"messages", "consumer:statistics"} == {row.target for row in queued}
    assert 1 == len([row for row in queued if row.target == "consumer:statistics"])
    assert len(queued) < len(happened) / 2


def test_an_office_without_channels_and_consumers_queues_nothing(url, open_kit):
    """There is no one to tell."""
    kit = open_kit(url, channels={})
    kit.permit()

    assert [] == rows(kit)


def test_a_consumer_receives_the_events_of_a_case_in_order_and_by_stable_ids(url, open_kit):
    """The ids are those of the history."""
    consumer = Keeping()
    kit = open_kit(url, consumers=[consumer.pair])
    cases = [kit.submit() for _ in range(2)]
    for case in cases:
        kit.decide(case.id, "periksa")
    kit.office.worker.run_once()

    for case in cases:
        wanted = [
            event.id for event in kit.office.applications.history(case.id, actor=HOST) if event.kind in KINDS
        ]
        assert wanted == [item.id for item in consumer.got if item.case == case.id]
        assert len(wanted) == len(set(wanted)) > 2


def test_a_raising_consumer_stops_no_other_consumer_and_no_other_case(url, open_kit):
    """Only the later events of the same case wait; they come in order when it works again."""
    bad, good = Keeping("bad"), Keeping("good")
    kit = open_kit(url, consumers=[bad.pair, good.pair])
    cases = [kit.submit() for _ in range(2)]
    bad.failing.add(cases[0].id)
    kit.office.worker.run_once()
    kit.decide(cases[0].id, "periksa")
    done = kit.office.worker.run_once()
    kit.clock.forward(hours=2)
    bad.failing.clear()
    kit.office.worker.run_once()

    assert good.kinds_of(cases[0].id) == bad.kinds_of(cases[0].id)
    assert good.kinds_of(cases[1].id) == bad.kinds_of(cases[1].id) != []
    assert EventKind.FILE_COMPLETE in bad.kinds_of(cases[0].id)
    assert 0 == len([failure for failure in done.failures if failure.error.startswith("good")])


def test_a_hanging_consumer_stops_no_other_consumer_and_no_other_case(url, open_kit):
    """It runs into its time limit; what it holds is tried again later, and given up after days."""
    bad, good = Keeping("a-bad", time_limit=0.05), Keeping("good")
    kit = open_kit(url, consumers=[bad.pair, good.pair])
    cases = [kit.submit() for _ in range(3)]
    bad.hanging.add(cases[0].id)
    done = kit.office.worker.run_once()
    bad.released.set()

    assert {"a-bad: time-limit"} == {failure.error for failure in done.failures}
    assert [] != bad.kinds_of(cases[1].id) == good.kinds_of(cases[1].id)
    assert [] != bad.kinds_of(cases[2].id)
    assert [] != good.kinds_of(cases[0].id)


def test_an_event_that_was_given_up_is_shown_and_can_be_tried_again_or_dropped(url, open_kit):
    """Until then the later events of its case wait, and those of others do not."""
    consumer = Keeping()
    kit = open_kit(url, consumers=[consumer.pair], channels={})
    case = kit.submit()
    consumer.failing.add(case.id)
    for _ in range(PATIENT.max_attempts + 2):
        kit.office.worker.deliver()
        kit.clock.forward(minutes=91)
    consumer.failing.clear()
    kit.office.worker.deliver()
    (state,) = kit.office.consumers.states(actor=HOST)
    doctor = [finding.code for finding in examine(kit.office, quick=True)]
    (failure,) = kit.office.worker.failures()

    assert ([], 1) == (consumer.got, state.given_up)
    assert state.waiting > 0
    assert "event-given-up" in doctor
    with kit._context.storage.unit_of_work() as work:
        assert work.outbox.drop(int(failure.subject), at=kit.clock())
        work.commit()
    kit.office.worker.deliver()
    assert len(consumer.got) == state.waiting


def test_a_batch_of_events_is_noted_as_delivered_in_one_commit(url, open_kit, monkeypatch):
    """Two to claim and to note twenty events, and one to see that nothing is left."""
    consumer = Keeping(kinds=frozenset({EventKind.APPLICATION_STARTED}))
    kit = open_kit(url, consumers=[consumer.pair], channels={})
    for _ in range(20):
        kit.draft()
    storage, commits = kit._context.storage, []
    real = type(storage.unit_of_work()).commit
    monkeypatch.setattr(
        type(storage.unit_of_work()), "commit", lambda self: (commits.append(1), real(self))[1]
    )
    done = kit.office.worker.deliver()

    assert (20, 0) == done
    assert 3 == len(commits)


def test_a_new_consumer_can_ask_for_the_past(url, open_kit):
    """In order, also where something new was queued before; what it knows already has the same id."""
    early = open_kit(url)
    old = [early.submit() for _ in range(2)]
    late = Keeping("oss", kinds=KINDS | {EventKind.PERMIT_ISSUED})
    kit = sample_office(storage=early._context.storage, clock=early.clock, consumers=[late.pair])
    kit.clock.forward(minutes=1)
    kit.office.reviews.decide(
        old[0].id, "periksa", _positive(), actor=early.assignee(old[0].id, "periksa"), now=kit.clock()
    )
    since = kit.clock() - timedelta(days=1)
    done = kit.office.consumers.replay("oss", since=since, actor=HOST)
    kit.office.worker.run_once()
    again = kit.office.consumers.replay("oss", since=since, actor=HOST)
    before = list(late.got)
    kit.office.worker.run_once()

    assert (2, ()) == (done.cases, done.left)
    assert done.events == len(before) == again.events
    assert KINDS == set(late.kinds_of(old[0].id))
    assert EventKind.APPLICATION_SUBMITTED is late.kinds_of(old[0].id)[0]
    assert [item.id for item in before] == [item.id for item in late.got[len(before) :]]
    assert 0 == kit.office.consumers.replay("oss", since=kit.clock() + timedelta(days=1), actor=HOST).events


def _positive():
    from perizinan_core.model._case import StageOutcome

    return StageOutcome.POSITIVE


def test_only_the_operator_asks_for_the_past(url, open_kit):
    """And only for a consumer that is used."""
    kit = open_kit(url)

    with raises_code("unknown-consumer") as refusal:
        kit.office.consumers.replay("oss", since=kit.clock(), actor=HOST)
    assert "none so far" in refusal.value.message("en")
    for action in (
        lambda actor: kit.office.consumers.replay("oss", since=kit.clock(), actor=actor),
        lambda actor: kit.office.consumers.states(actor=actor),
    ):
        with pytest.raises(AccessDeniedError):
            action(kit.officer("admin"))


def test_changing_which_consumers_are_used_loses_nothing(url, open_kit):
    """What one has not received waits for it, and is shown meanwhile."""
    consumer = Keeping()
    kit = open_kit(url, consumers=[consumer.pair], channels={})
    case = kit.submit()
    without = sample_office(storage=kit._context.storage, clock=kit.clock, channels={})
    without.office.worker.run_once()
    (state,) = without.office.consumers.states(actor=HOST)
    doctor = {finding.code for finding in examine(without.office, quick=True)}
    kit.office.worker.run_once()

    assert (False, True) == (state.used, state.waiting > 0)
    assert "target-gone" in doctor
    assert [] != consumer.kinds_of(case.id)


def test_a_permit_s_events_belong_to_its_case(url, open_kit):
    """So that order and replay hold over both."""
    consumer = Keeping(kinds=frozenset({EventKind.PERMIT_ISSUED, EventKind.PERMIT_SUSPENDED}))
    kit = open_kit(url, consumers=[consumer.pair])
    permit = kit.permit()
    kit.clock.forward(minutes=1)
    kit.office.permits.suspend(permit.id, reason="x", legal_basis="Perda", actor=kit.officer("pimpinan"))
    kit.office.worker.run_once()

    assert [EventKind.PERMIT_ISSUED, EventKind.PERMIT_SUSPENDED] == consumer.kinds_of(permit.application_id)


@pytest.mark.parametrize(
    "kinds", [frozenset(), {EventKind.PERMIT_ISSUED}, frozenset({EventKind.STAFF_CHANGED})]
)
def test_a_consumer_asks_for_kinds_that_are_delivered(kinds):
    """Nothing, a set that can change, or what stands in a history only are refused."""
    with pytest.raises((TypeError, ValueError)):
        EventConsumerEntry(name="x", open=dict, kinds=kinds)
