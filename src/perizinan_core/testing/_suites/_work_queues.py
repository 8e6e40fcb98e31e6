"""
What every `WorkQueue` must do.

::

    class TestMyQueue(WorkQueueSuite):
        @pytest.fixture
        def queue(self, server):
            with closing(MyQueue(server.address)) as queue:
                yield queue

        def another(self, queue):
            return MyQueue(queue.address)

        @contextmanager
        def broken(self, queue):
            with server.stopped():
                yield
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import attrs
import pytest

from perizinan_core.hooks import EVERYTHING, QueueState, WorkHint, WorkQueue

__all__ = ["WorkQueueSuite"]

_SECONDS = 60.0
"""How long a test waits for what has to come."""

_SIGN = WorkHint("sign", "0190aaaa-0000-7000-8000-000000000001")
_DELIVER = WorkHint("deliver", "channel:mail")


@attrs.define
class _Looks:
    """Where workers looked, in order."""

    seen: list[WorkHint] = attrs.field(factory=list)
    _changed: threading.Condition = attrs.field(factory=threading.Condition)

    def look(self, hint: WorkHint) -> bool:
        """Note it; nothing is left to do there."""
        with self._changed:
            self.seen.append(hint)
            self._changed.notify_all()
        return False

    def wait_for(self, what: Callable[[list[WorkHint]], bool]) -> None:
        """Return once it holds; fail when it does not come to hold."""
        with self._changed:
            assert self._changed.wait_for(lambda: what(self.seen), _SECONDS), f"looked at {self.seen}"


class WorkQueueSuite:
    """Subclass it, give a ``queue`` fixture, `another` and, where it has a service behind it, `broken`."""

    @pytest.fixture
    def queue(self) -> WorkQueue:
        """Return a queue that has no hints."""
        raise NotImplementedError

    def another(self, queue: WorkQueue) -> WorkQueue:
        """Return the same queue as another process sees it; the suite closes it."""
        raise NotImplementedError

    def broken(self, queue: WorkQueue) -> AbstractContextManager[None]:
        """Let the service behind the queue be away inside the block; without this, that is not asked for."""
        del queue
        return _untouched()

    @contextmanager
    def working(
        self,
        queue: WorkQueue,
        look: Callable[[WorkHint], bool],
        *,
        interval: float = 0.2,
        concurrency: int = 1,
    ) -> Iterator[threading.Thread]:
        """Be a worker inside the block."""
        stop = threading.Event()
        thread = threading.Thread(
            target=lambda: queue.run(look, stop=stop, interval=interval, concurrency=concurrency)
        )
        thread.start()
        try:
            yield thread
        finally:
            stop.set()
            thread.join(_SECONDS)
            assert not thread.is_alive(), "the worker does not stop"

    def test_everything_is_looked_at_again_and_again_without_a_hint(self, queue: WorkQueue) -> None:
        """So that a hint which got lost is made up for."""
        looks = _Looks()
        with self.working(queue, looks.look):
            looks.wait_for(lambda seen: seen.count(EVERYTHING) >= 3)

    def test_a_hint_leads_a_worker_there(self, queue: WorkQueue) -> None:
        """Or to everything, which is there too."""
        looks = _Looks()
        with self.working(queue, looks.look):
            looks.wait_for(lambda seen: EVERYTHING in seen)
            before = len(looks.seen)
            queue.hint([_SIGN, _DELIVER])
            looks.wait_for(lambda seen: _covered(queue, seen[before:], _SIGN, _DELIVER))

    def test_a_hint_that_comes_while_a_worker_looks_there_leads_to_another_look(
        self, queue: WorkQueue
    ) -> None:
        """What was written after the look began is not missed."""
        looks, began, go = _Looks(), threading.Event(), threading.Event()

        def look(hint: WorkHint) -> bool:
            looks.look(hint)
            if _covered(queue, [hint], _SIGN):
                began.set()
                assert go.wait(_SECONDS)
            return False

        with self.working(queue, look):
            queue.hint([_SIGN])
            assert began.wait(_SECONDS)
            before = len(looks.seen)
            queue.hint([_SIGN])
            go.set()
            looks.wait_for(lambda seen: _covered(queue, seen[before:], _SIGN))

    def test_what_was_hinted_while_no_one_worked_is_looked_at_later(self, queue: WorkQueue) -> None:
        """By a worker that starts afterwards."""
        queue.hint([_SIGN])
        looks = _Looks()
        with self.working(queue, looks.look):
            looks.wait_for(lambda seen: _covered(queue, seen, _SIGN))

    def test_hints_of_one_process_reach_the_workers_of_another(self, queue: WorkQueue) -> None:
        """A portal here, a worker there."""
        other, looks = self.another(queue), _Looks()
        try:
            with self.working(other, looks.look):
                looks.wait_for(lambda seen: EVERYTHING in seen)
                before = len(looks.seen)
                queue.hint([_SIGN])
                looks.wait_for(lambda seen: _covered(queue, seen[before:], _SIGN))
        finally:
            other.close()

    def test_two_workers_look_everywhere_between_them(self, queue: WorkQueue) -> None:
        """No hint is left because each leaves it to the other."""
        hints = [WorkHint("sign", str(number)) for number in range(50)]
        other, looks = self.another(queue), _Looks()
        try:
            with self.working(queue, looks.look), self.working(other, looks.look):
                queue.hint(hints)
                looks.wait_for(lambda seen: _covered(queue, seen, *hints))
        finally:
            other.close()

    def test_what_is_under_way_ends_before_the_worker_does(self, queue: WorkQueue) -> None:
        """A letter that is being signed is not left half done."""
        began, ended, stop = threading.Event(), threading.Event(), threading.Event()

        def look(_hint: WorkHint) -> bool:
            began.set()
            assert stop.wait(_SECONDS)
            time.sleep(0.3)
            ended.set()
            return False

        worker = threading.Thread(target=lambda: queue.run(look, stop=stop, interval=60, concurrency=1))
        worker.start()
        assert began.wait(_SECONDS)
        stop.set()
        worker.join(_SECONDS)

        assert ended.is_set()
        assert not worker.is_alive()

    def test_no_more_is_done_at_once_than_was_asked_for(self, queue: WorkQueue) -> None:
        """Memory and connections are counted by it."""
        turn, at_once, most, looks = threading.Lock(), [0], [0], _Looks()

        def look(hint: WorkHint) -> bool:
            with turn:
                at_once[0] += 1
                most[0] = max(most[0], at_once[0])
            time.sleep(0.01)
            with turn:
                at_once[0] -= 1
            return looks.look(hint)

        hints = [WorkHint("sign", str(number)) for number in range(20)]
        with self.working(queue, look, concurrency=2):
            queue.hint(hints)
            looks.wait_for(lambda seen: _covered(queue, seen, *hints))
        assert most[0] <= 2

    def test_a_hint_neither_waits_nor_raises_while_the_service_is_away(self, queue: WorkQueue) -> None:
        """The commit is done, and a person waits for the page; the worker is back when the service is."""
        looks = _Looks()
        with self.working(queue, looks.look):
            looks.wait_for(lambda seen: EVERYTHING in seen)
            with self.broken(queue):
                queue.hint([_SIGN])
            before = len(looks.seen)
            looks.wait_for(lambda seen: EVERYTHING in seen[before:])

    def test_its_state_names_each_worker_once(self, queue: WorkQueue) -> None:
        """Of all machines; a queue without workers that know each other names none."""
        other, looks = self.another(queue), _Looks()
        try:
            with self.working(queue, looks.look), self.working(other, looks.look):
                state = self._state_with(queue, workers=2) if queue.spreads else queue.state()
        finally:
            other.close()
        names = [worker.name for worker in state.workers]

        assert len(names) == len(set(names)) == (2 if queue.spreads else 0)
        assert queue.state().stuck == ()

    def test_after_closing_a_hint_does_no_harm(self, queue: WorkQueue) -> None:
        """A request may end after the office was closed."""
        queue.close()
        queue.hint([_SIGN])
        queue.close()

    @staticmethod
    def _state_with(queue: WorkQueue, *, workers: int) -> QueueState:
        end = time.monotonic() + _SECONDS
        while len((state := queue.state()).workers) != workers:
            assert time.monotonic() < end, f"the state is {state}"
            time.sleep(0.05)
        return state


def _covered(queue: WorkQueue, seen: list[WorkHint], *hints: WorkHint) -> bool:
    """Return whether looks were where hints say: a queue that does not spread looks at everything instead."""
    return set(hints) <= set(seen) if queue.spreads else EVERYTHING in seen


@contextmanager
def _untouched() -> Iterator[None]:
    yield
