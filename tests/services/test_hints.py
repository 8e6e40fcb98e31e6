"""What is committed wakes workers, and a look at everything is shared by them; the records stay the truth."""

import threading

import pytest

from perizinan_core.hooks import EVERYTHING, QueueState, WorkHint
from perizinan_core.storage import OutboxItem, Written, open_storage
from perizinan_core.testing import sample_office, sample_signer
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._samples import made_event


class Notebook:
    """A queue that only notes its hints."""

    spreads = True

    def __init__(self):
        self.hints = []

    def hint(self, hints):
        self.hints += [hint for hint in hints if hint not in self.hints]

    def run(self, look, *, stop, interval, concurrency):
        del interval, concurrency
        while self.hints and not stop.is_set():
            look(self.hints.pop(0))

    def state(self):
        return QueueState()

    def close(self):
        pass


@pytest.fixture
def notes():
    return Notebook()


@pytest.fixture
def kit(notes):
    """An office in memory with such a queue."""
    kit = sample_office(work_queue=notes)
    notes.hints.clear()
    return kit


def test_a_submission_wakes_the_delivery_of_its_message(kit, notes):
    """Where to look, and not what to send."""
    kit.submit()

    assert WorkHint("deliver", "messages") in notes.hints


def test_hints_alone_bring_a_message_to_its_recipient(kit, notes):
    """The look at the event hints at the channel, whose messages it made."""
    kit.submit()
    kit.office.worker.run(threading.Event())

    assert [] == notes.hints
    assert 1 <= len(kit.mail.sent)


def test_a_hint_too_many_repeats_nothing(kit, notes):
    """Doubled, late, and about what no one knows."""
    kit.submit()
    kit.office.worker.run(threading.Event())
    sent = len(kit.mail.sent)
    for hint in (
        WorkHint("deliver", "messages"),
        WorkHint("deliver", "channel:mail"),
        WorkHint("deliver", "channel:gone"),
        WorkHint("sign", "0190aaaa-0000-7000-8000-000000000001"),
        WorkHint("nonsense", "x"),
        WorkHint("nonsense"),
    ):
        kit.office.worker.look(hint)
        kit.office.worker.look(hint)

    assert sent == len(kit.mail.sent)


def test_a_look_at_everything_makes_up_for_lost_hints(kit, notes):
    """It hints at each record and target, for all workers to share."""
    case = kit.submit()
    kit.decide(case.id, "periksa")
    notes.hints.clear()
    kit.office.worker.look(EVERYTHING)
    found = list(notes.hints)
    kit.office.worker.run(threading.Event())

    assert WorkHint("deliver", "messages") in found
    assert {"forget-delivered", "unused-files"} <= {hint.job for hint in found}
    assert 1 <= len(kit.mail.sent)


class Weary:
    """A signer that fails until it is told to rest no longer."""

    def __init__(self, signer):
        self.signer = signer
        self.rests = True

    def __getattr__(self, name):
        return getattr(self.signer, name)

    def sign(self, data):
        if self.rests:
            raise ConnectionError("the token was pulled")
        return self.signer.sign(data)


@pytest.fixture
def waiting(notes):
    """An office with two letters that wait for their signature, and its signer."""
    weary = Weary(sample_signer("kepala"))
    kit = sample_office(work_queue=notes, signers={"kepala": weary})
    cases = [kit.submit().id for _ in range(2)]
    for case in cases:
        kit.review(case)
        with raises_code("issuance"):
            kit.issue(case)
    notes.hints.clear()
    kit.clock.forward(minutes=20)
    return kit, weary, cases


def test_letters_that_wait_are_signed_one_hint_each(waiting, notes):
    """So that every worker signs some of them."""
    kit, weary, cases = waiting
    weary.rests = False
    kit.office.worker.look(EVERYTHING)
    hints = set(notes.hints)
    done = [kit.office.worker.look(WorkHint("sign", case)).signed for case in cases]

    assert {WorkHint("sign", case) for case in cases} <= hints
    assert [1, 1] == done
    assert 0 == kit.office.worker.look(WorkHint("sign", cases[0])).signed


def test_what_failed_rests_whoever_hints_at_it(waiting, notes):
    """A pause is a fact on record; no hint ends it, and a look at everything does not name what rests."""
    kit, weary, cases = waiting
    hint = WorkHint("sign", cases[0])
    failed = [len(kit.office.worker.look(hint).failures) for _ in range(5)]
    weary.rests = False
    signed = kit.office.worker.look(hint).signed
    kit.office.worker.look(EVERYTHING)

    assert [1, 1, 1, 1, 0] == failed
    assert 0 == signed
    assert hint not in notes.hints
    assert WorkHint("sign", cases[1]) in notes.hints


def test_a_full_batch_calls_others_to_help(kit, notes):
    """Twenty messages are one worker's; more are for all."""
    for _ in range(21):
        kit.submit()
    notes.hints.clear()
    kit.office.worker.look(WorkHint("deliver", "messages"))

    assert [WorkHint("deliver", "messages"), WorkHint("deliver", "channel:mail")] == notes.hints


def test_nothing_is_told_of_what_was_not_committed(kit, notes):
    """Nor of reading."""
    with kit._context.storage.unit_of_work() as work:
        work.outbox.add((OutboxItem(event=made_event("x")),), at=kit.clock())
    with kit._context.storage.unit_of_work(read_only=True) as work:
        work.outbox.counts()

    assert [] == notes.hints


def test_a_queue_that_raises_keeps_no_one_from_committing(kit, notes, monkeypatch):
    """The commit is done, whatever becomes of its hints."""
    monkeypatch.setattr(notes, "hint", lambda _: 1 / 0)

    assert kit.submit().receipt_number


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_databases_tell_what_they_commit(kind, new_url, keys):
    """As the store in memory does."""
    told = []
    storage = open_storage(new_url(kind), keys)
    storage.on_commit(told.append)
    event = made_event("x")
    with storage.unit_of_work() as work:
        work.outbox.add((OutboxItem(event=event, target="channel:mail"),), at=event.at)
        work.history.add((event,))
        work.commit()
    with storage.unit_of_work() as work:
        work.settings.put("x", 1)
        work.commit()
    storage.close()

    assert [Written(targets=frozenset({"channel:mail"}), events=(event,))] == told
