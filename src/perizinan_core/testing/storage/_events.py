"""History and outbox."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import attrs

from perizinan_core.model._actor import Account
from perizinan_core.model._events import EventKind
from perizinan_core.storage._ports import Storage
from perizinan_core.storage._records import (
    Backoff,
    HistoryFilter,
    OutboxEntry,
    OutboxFilter,
    OutboxItem,
    OutboxState,
)
from perizinan_core.testing.storage._base import SuiteBase
from perizinan_core.testing.storage._samples import NOW, made_event

__all__ = ["EventsSuite"]

_LEASE = timedelta(minutes=1)


def _put(storage: Storage, *subjects: str) -> None:
    with storage.unit_of_work() as work:
        work.outbox.add([OutboxItem(event=made_event(subject)) for subject in subjects], at=NOW)
        work.commit()


def _claim(
    storage: Storage, worker: str, *, after: timedelta = timedelta(0), limit: int = 10
) -> list[OutboxEntry]:
    with storage.unit_of_work() as work:
        claimed = work.outbox.claim(worker, now=NOW + after, lease=_LEASE, limit=limit)
        work.commit()
    return list(claimed)


class EventsSuite(SuiteBase):
    """What happened, and telling it at least once."""

    def test_those_with_an_event_of_a_kind_are_told_apart(self, storage: Storage) -> None:
        """Among the subjects that are asked for, and however often it happened to them."""
        asked = EventKind.CORRECTION_REQUESTED
        with storage.unit_of_work() as work:
            work.history.add([made_event("a", asked), made_event("a", asked), made_event("b")])
            work.history.add([made_event("c", asked)])
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert frozenset({"a"}) == work.history.those_with(asked, {"a", "b", "d"})
            assert frozenset() == work.history.those_with(asked, ())

    def test_a_history_keeps_its_order_and_its_subject(self, storage: Storage) -> None:
        """Events of the same moment stay in the order in which they were written."""
        kinds = [EventKind.APPLICATION_SUBMITTED, EventKind.FILE_COMPLETE, EventKind.STAGE_OPENED]
        with storage.unit_of_work() as work:
            work.history.add([made_event("a", kinds[0], round=1), made_event("b")])
            work.history.add([made_event("a", kind) for kind in kinds[1:]])
            work.history.add([])
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert kinds == [event.kind for event in work.history.of("a")]
            assert made_event("a", kinds[0], round=1) == work.history.of("a")[0]
            assert len(work.history.of("b")) == 1
            assert work.history.of("c") == ()

    def test_entries_are_claimed_oldest_first_and_once(self, storage: Storage) -> None:
        """Two workers share the work."""
        _put(storage, "a", "b", "c")
        first = _claim(storage, "w1", limit=2)
        second = _claim(storage, "w2")

        assert [(entry.event and entry.event.subject) for entry in first] == ["a", "b"]
        assert [(entry.event and entry.event.subject) for entry in second] == ["c"]
        assert first[0].leased_until == NOW + _LEASE
        assert first[0].id < first[1].id < second[0].id
        assert _claim(storage, "w3") == []

    def test_what_was_delivered_is_not_delivered_again(self, storage: Storage) -> None:
        """Also after the lease."""
        _put(storage, "a")
        (entry,) = _claim(storage, "w1")
        with storage.unit_of_work() as work:
            assert work.outbox.mark_done(entry.id, worker="w1", at=NOW)
            work.commit()

        assert _claim(storage, "w1", after=timedelta(days=1)) == []
        with storage.unit_of_work() as work:
            assert work.outbox.counts().waiting == 0
            assert work.outbox.forget_done(before=NOW) == 0
            assert work.outbox.forget_done(before=NOW + timedelta(seconds=1)) == 1

    def test_what_a_dead_worker_held_comes_back_after_the_lease(self, storage: Storage) -> None:
        """Not before; and the dead worker's late word does not count."""
        _put(storage, "a")
        (entry,) = _claim(storage, "w1")

        assert _claim(storage, "w2", after=_LEASE - timedelta(seconds=1)) == []
        (again,) = _claim(storage, "w2", after=_LEASE)
        assert (entry.id, 2) == (again.id, again.attempts)
        with storage.unit_of_work() as work:
            assert not work.outbox.mark_done(entry.id, worker="w1", at=NOW)
            assert not work.outbox.mark_failed(entry.id, worker="w1", at=NOW, error="late")
            assert work.outbox.mark_done(entry.id, worker="w2", at=NOW)

    def test_a_failed_delivery_waits_longer_each_time(self, storage: Storage) -> None:
        """Then it is given up, kept, shown, and can be revived."""
        backoff = Backoff(first=timedelta(seconds=10), longest=timedelta(seconds=25), max_attempts=4)
        _put(storage, "a")
        at = timedelta(0)
        for pause in (10, 20, 25, None):
            (entry,) = _claim(storage, "w", after=at)
            with storage.unit_of_work() as work:
                assert work.outbox.mark_failed(
                    entry.id, worker="w", at=NOW + at, error="smtp", backoff=backoff
                )
                work.commit()
            if pause is not None:
                assert _claim(storage, "w", after=at + timedelta(seconds=pause - 1)) == []
                at += timedelta(seconds=pause)

        assert _claim(storage, "w", after=timedelta(days=9)) == []
        with storage.unit_of_work() as work:
            (dead,) = work.outbox.given_up()
            assert (dead.id, dead.last_error, work.outbox.counts().given_up) == (entry.id, "smtp", 1)
            assert not work.outbox.revive(entry.id + 1, at=NOW)
            assert work.outbox.revive(entry.id, at=NOW)
            work.commit()
        assert [item.attempts for item in _claim(storage, "w")] == [1]

    def test_an_entry_that_kills_its_workers_is_given_up(self, storage: Storage) -> None:
        """They never come to say that it failed."""
        _put(storage, "poison", "good")
        for turn in range(3):
            _claim(storage, f"w{turn}", after=_LEASE * turn, limit=1)
        with storage.unit_of_work() as work:
            now = NOW + _LEASE * 5
            claimed = work.outbox.claim("w", now=now, lease=_LEASE, max_attempts=2)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            given_up = work.outbox.given_up()
        assert [(entry.event and entry.event.subject) for entry in claimed] == ["good"]
        assert [entry.last_error for entry in given_up] == ["worker-died"]

    def test_entries_of_the_future_wait(self, storage: Storage) -> None:
        """A clock that is behind delivers later, not never."""
        _put(storage, "a")

        assert _claim(storage, "w", after=-timedelta(seconds=1)) == []
        assert len(_claim(storage, "w")) == 1

    def test_the_counts_say_how_old_the_backlog_is(self, storage: Storage) -> None:
        """In UTC; nothing waiting has no age."""
        with storage.unit_of_work(read_only=True) as work:
            assert work.outbox.counts().oldest_waiting is None
        _put(storage, "a", "b")

        with storage.unit_of_work(read_only=True) as work:
            counts = work.outbox.counts()
        assert (counts.waiting, counts.oldest_waiting) == (2, NOW)
        assert counts.oldest_waiting is not None
        assert counts.oldest_waiting.tzinfo is UTC

    def test_each_target_is_served_by_itself(self, storage: Storage) -> None:
        """What fails at one is due at the other; the counts tell them apart."""
        event = made_event("a")
        items = [OutboxItem(event=event, target=target) for target in ("channel:a", "channel:b")]
        with storage.unit_of_work() as work:
            work.outbox.add(items, at=NOW)
            work.commit()
        with storage.unit_of_work() as work:
            assert work.outbox.due_targets(now=NOW) == ("channel:a", "channel:b")
            assert work.outbox.claim("w", now=NOW, lease=_LEASE) == ()
            (entry,) = work.outbox.claim("w", target="channel:a", now=NOW, lease=_LEASE)
            work.outbox.mark_failed(entry.id, worker="w", at=NOW, error="x", backoff=Backoff(max_attempts=1))
            (other,) = work.outbox.claim("w", target="channel:b", now=NOW, lease=_LEASE)
            assert work.outbox.mark_done(other.id, worker="w", at=NOW, answer="accepted")
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            (found,) = work.outbox.by_target()
        assert (found.target, found.waiting, found.given_up) == ("channel:a", 0, 1)

    def test_a_case_shows_what_was_delivered_and_what_was_not(self, storage: Storage) -> None:
        """With the message, its recipient and what the target made of it; another case's are not among them."""
        event = made_event("a")
        first = OutboxItem(event=event, target="channel:a", case="c1", message="m1", recipient="applicant")
        with storage.unit_of_work() as work:
            work.outbox.add([first, OutboxItem(event=event, target="consumer:x", case="c1")], at=NOW)
            work.outbox.add([OutboxItem(event=event, case="c2")], at=NOW)
            (entry,) = work.outbox.claim("w", target="channel:a", now=NOW, lease=_LEASE)
            work.outbox.mark_done(entry.id, worker="w", at=NOW, answer="kept")
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            sent, waits = work.outbox.of_case("c1")
        assert (sent.message, sent.recipient, sent.answer, sent.done_at) == ("m1", "applicant", "kept", NOW)
        assert (sent.channel, waits.consumer, waits.due_at, waits.is_given_up) == ("a", "x", NOW, False)

    def test_entries_of_a_case_are_claimed_in_order(self, storage: Storage) -> None:
        """Together, and none while an earlier one rests, was given up, or is with another worker."""
        names = ("c1", "c1", "c2", "c1")
        with storage.unit_of_work() as work:
            items = [OutboxItem(event=made_event(case), target="consumer:x", case=case) for case in names]
            work.outbox.add(items, at=NOW)
            work.commit()

        def claim(worker: str, limit: int, *, after: timedelta = timedelta(0)) -> list[int]:
            with storage.unit_of_work() as work:
                found = work.outbox.claim(
                    worker, target="consumer:x", now=NOW + after, lease=_LEASE, limit=limit, in_order=True
                )
                work.commit()
            return [entry.id for entry in found]

        one, two = claim("w1", 2)
        (third,) = claim("w2", 9)
        with storage.unit_of_work() as work:
            work.outbox.mark_done(one, worker="w1", at=NOW)
            work.outbox.mark_failed(two, worker="w1", at=NOW, error="x")
            work.outbox.mark_done(third, worker="w2", at=NOW)
            work.commit()
        assert claim("w3", 9) == []
        late = claim("w3", 9, after=timedelta(minutes=1))
        assert late[0] == two
        assert len(late) == 2
        with storage.unit_of_work() as work:
            assert work.outbox.release(late[1], worker="w3", at=NOW)
            work.outbox.mark_failed(two, worker="w3", at=NOW, error="x", backoff=Backoff(max_attempts=1))
            work.commit()
        assert claim("w4", 9, after=timedelta(days=1)) == []
        with storage.unit_of_work() as work:
            assert work.outbox.drop(two, at=NOW)
            assert not work.outbox.drop(two, at=NOW)
            work.commit()
        assert claim("w4", 9, after=timedelta(days=1)) == [late[1]]

    def test_nothing_of_a_case_passes_an_entry_that_kills_its_workers(self, storage: Storage) -> None:
        """A person decides first; the other cases are served."""
        with storage.unit_of_work() as work:
            items = [
                OutboxItem(event=made_event(case), target="consumer:x", case=case)
                for case in ("c1", "c1", "c2")
            ]
            work.outbox.add(items, at=NOW)
            work.outbox.claim("w1", target="consumer:x", now=NOW, lease=_LEASE, limit=1, in_order=True)
            claimed = work.outbox.claim(
                "w2", target="consumer:x", now=NOW + _LEASE, lease=_LEASE, max_attempts=1, in_order=True
            )
            (dead,) = work.outbox.given_up()
            work.commit()

        assert ([entry.case for entry in claimed], dead.case, dead.last_error) == (
            ["c2"],
            "c1",
            "worker-died",
        )

    def test_what_a_case_has_still_to_deliver_can_be_taken_back(self, storage: Storage) -> None:
        """To one target; nothing else, and nothing that was delivered."""
        event = made_event("a")
        with storage.unit_of_work() as work:
            for target, case in (("consumer:x", "c1"), ("consumer:x", "c2"), ("consumer:y", "c1")):
                work.outbox.add([OutboxItem(event=event, target=target, case=case)], at=NOW)
            work.commit()
        with storage.unit_of_work() as work:
            assert work.outbox.withdraw("consumer:x", "c1") == 1
            assert work.outbox.withdraw("consumer:x", "c1") == 0
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            left = {(entry.target, entry.case) for entry in work.outbox.waiting()}
        assert left == {("consumer:x", "c2"), ("consumer:y", "c1")}

    def test_messages_are_forgotten_later_than_events(self, storage: Storage) -> None:
        """Each after a time of its own."""
        event = made_event("a")
        targets = ("consumer:x", "channel:a", "messages")
        with storage.unit_of_work() as work:
            work.outbox.add([OutboxItem(event=event, target=target) for target in targets], at=NOW)
            for target in targets:
                (entry,) = work.outbox.claim("w", target=target, now=NOW, lease=_LEASE)
                work.outbox.mark_done(entry.id, worker="w", at=NOW)
            work.commit()

        later = NOW + timedelta(seconds=1)
        with storage.unit_of_work() as work:
            assert work.outbox.forget_done(before=later, consumed=True) == 1
            assert work.outbox.forget_done(before=later, consumed=False, limit=1) == 1
            assert work.outbox.forget_done(before=later, consumed=False) == 1

    def test_what_waits_for_someone_is_collected_into_one_entry(self, storage: Storage) -> None:
        """Once its hour has come, all of that holder and no one else's; each shows into which."""
        target, later = "digest:mail", NOW + timedelta(hours=9)
        items = [
            OutboxItem(event=made_event("a"), target=target, case="c", holder=holder, collect_at=at)
            for holder, at in (
                ("k", later),
                ("k", later + timedelta(days=1)),
                ("l", later + timedelta(days=2)),
            )
        ]
        with storage.unit_of_work() as work:
            first, second, other = work.outbox.add(items, at=NOW)
            work.commit()
        with storage.unit_of_work() as work:
            assert work.outbox.holders_due(target, now=NOW) == ()
            assert work.outbox.holders_due(target, now=later) == ("k",)
            entries = work.outbox.claim("w", target=target, now=later, lease=_LEASE, holder="k")
            (into,) = work.outbox.add([OutboxItem(event=made_event("k"), target="channel:mail")], at=later)
            for entry in entries:
                assert work.outbox.mark_collected(entry.id, worker="w", at=later, into=into)
            work.commit()
        with storage.unit_of_work(read_only=True) as work:
            found = work.outbox.named((first, second, other, 10**6))
            assert work.outbox.holders_due(target, now=later + timedelta(days=2)) == ("l",)

        assert [item.id for item in entries] == [first, second]
        assert [(item.answer, item.collected_into) for item in found] == [
            ("collected", into),
            ("collected", into),
            (None, None),
        ]

    def test_the_past_is_read_by_kind_and_in_pages(self, storage: Storage) -> None:
        """Over all subjects, as it was written; each event has a name that stays."""
        kinds = [EventKind.FILE_COMPLETE, EventKind.STAGE_OPENED, EventKind.FILE_COMPLETE]
        with storage.unit_of_work() as work:
            for number, kind in enumerate(kinds):
                work.history.add([made_event(f"s{number}", kind)])
            work.commit()

        wanted = frozenset({EventKind.FILE_COMPLETE})
        with storage.unit_of_work(read_only=True) as work:
            first = work.history.since(NOW, wanted, limit=1)
            rest = work.history.since(NOW, wanted, limit=9, after=first.next)
            names = [event.id for event in (*first.items, *rest.items)]
            known = [work.history.of(subject)[0].id for subject in ("s0", "s2")]
            none = work.history.since(NOW + timedelta(seconds=1), wanted)
        assert (len(names), rest.next, none.items) == (2, None, ())
        assert names == known
        assert all(names)

    def test_the_past_is_searched_by_who_did_what_when_and_where(self, storage: Storage) -> None:
        """Newest first or oldest first, in pages; by each part of the question alone and together."""
        later = NOW + timedelta(hours=1)
        events = [
            made_event("a", EventKind.STAGE_OPENED, note="officer:loket-1"),
            attrs.evolve(made_event("a", EventKind.STAGE_DECIDED), actor="officer:loket-1"),
            attrs.evolve(made_event("b", EventKind.STAGE_DECIDED), actor="officer:loket-10", at=later),
            attrs.evolve(made_event("c", EventKind.FILE_COMPLETE), actor="officer:loket-1", at=later),
        ]
        with storage.unit_of_work() as work:
            for event in events:
                work.history.add([event])
            work.commit()

        def found(
            *, after: str | None = None, limit: int = 9, newest_first: bool = True, **wanted: Any
        ) -> str:
            with storage.unit_of_work(read_only=True) as work:
                page = work.history.find(
                    HistoryFilter(**wanted), after=after, limit=limit, newest_first=newest_first
                )
            pages.append(page.next)
            return " ".join(f"{event.subject}{event.kind.value[-2:]}" for event in page.items)

        pages: list[str | None] = []
        assert found(newest_first=False) == "aed aed bed cte"
        assert found() == "cte bed aed aed"
        assert found(limit=3) == "cte bed aed"
        assert found(limit=3, after=pages[-1]) == "aed"
        assert pages[-1] is None
        assert found(actor=Account.officer("loket-1")) == "cte aed"
        assert found(actor=Account.officer("loket-1"), kinds=frozenset({EventKind.STAGE_DECIDED})) == "aed"
        assert found(subjects=frozenset({"b", "c"})) == "cte bed"
        assert found(since=later) == "cte bed"
        assert found(until=later) == "aed aed"

    def test_the_outbox_is_searched_by_state_target_and_case(self, storage: Storage) -> None:
        """Newest first, and in pages; what was delivered is found until it is forgotten."""
        event = made_event("a")
        with storage.unit_of_work() as work:
            for target, case in (("channel:a", "c1"), ("channel:b", "c1"), ("channel:a", "c2")):
                work.outbox.add([OutboxItem(event=event, target=target, case=case)], at=NOW)
            (one, two) = work.outbox.claim("w", target="channel:a", now=NOW, lease=_LEASE)
            work.outbox.mark_done(one.id, worker="w", at=NOW, answer="accepted")
            work.outbox.mark_failed(two.id, worker="w", at=NOW, error="x", backoff=Backoff(max_attempts=1))
            work.commit()

        def found(*, before: int | None = None, limit: int = 9, **wanted: Any) -> list[int]:
            with storage.unit_of_work(read_only=True) as work:
                return [
                    item.id for item in work.outbox.find(OutboxFilter(**wanted), before=before, limit=limit)
                ]

        every = found()
        assert every == sorted(every, reverse=True)
        assert len(every) == 3
        assert found(limit=1) == every[:1]
        assert found(before=every[0]) == every[1:]
        assert found(state=OutboxState.DONE) == [one.id]
        assert found(state=OutboxState.GIVEN_UP) == [two.id]
        assert found(state=OutboxState.WAITING) == [every[1]]
        assert found(target="channel:a") == [two.id, one.id]
        assert found(case="c1", target="channel:a") == [one.id]
