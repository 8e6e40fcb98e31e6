"""
Event consumers as their operator sees them: what each has still to receive, and asking for the past.

Replaying is safe at any time: everything that a consumer has not received yet of a case is taken back, and all its
events since a moment are queued again in order. What it has received already comes a second time, with the same id.
"""

from __future__ import annotations

import logging
from datetime import datetime

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext, case_of
from perizinan_core.services._targets import OpenConsumer
from perizinan_core.storage import OutboxItem, UnitOfWork
from perizinan_core.storage._records import TargetCounts, consumer_target

__all__ = ["ConsumerState", "Consumers", "ReplayDone"]

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class ConsumerState:
    """How an event consumer stands."""

    name: str
    used: bool
    """False: the settings no longer name it; what it has still to receive is kept for it."""

    kinds: frozenset[EventKind]
    waiting: int
    given_up: int
    oldest_waiting: datetime | None


@attrs.frozen(kw_only=True)
class ReplayDone:
    """What a replay queued."""

    cases: int
    events: int
    left: tuple[str, ...]
    """Ids of cases whose history cannot be read."""


@checked
@attrs.frozen
class Consumers:
    """The event consumers of an office; for the operator."""

    _context: OfficeContext
    _open: tuple[OpenConsumer, ...]

    def states(self, *, actor: Actor) -> tuple[ConsumerState, ...]:
        """
        Return how each consumer stands, by name; also those that are no longer used and have something to receive.

        Raises:
            AccessDeniedError: for anyone but the host application and the system.
        """
        _require_operator(actor, "consumers")
        with self._context.unit_of_work(read_only=True) as work:
            counts = {item.target: item for item in work.outbox.by_target()}
        known = {consumer_target(item.name): item for item in self._open}
        prefix = consumer_target("")
        targets = sorted({*known, *(target for target in counts if target.startswith(prefix))})
        return tuple(_state(target, known.get(target), counts.get(target)) for target in targets)

    def replay(self, name: str, *, since: datetime, actor: Actor) -> ReplayDone:
        """
        Queue what happened since a moment for a consumer, case by case and in order.

        Args:
            name: Of a consumer that is used.
            since: Aware moment.
            actor: The host application: an operator on the machine.

        Raises:
            ServiceError: ``unknown-consumer``: no such consumer is used; names those that are.
            AccessDeniedError: for anyone but the host application and the system.
        """
        _require_operator(actor, "replay")
        consumer = next((item for item in self._open if item.name == name), None)
        if consumer is None:
            used = tuple(item.name for item in self._open)
            raise ServiceError("unknown-consumer", name=name, used=used)
        queued, left, cases = 0, [], self._cases(consumer, since)
        for case in cases:
            try:
                with self._context.unit_of_work() as work:
                    queued += self._queued(work, consumer, case, since)
                    work.commit()
            except PerizinanError as error:
                _log.warning("the events of %s were not queued for %s: %s", case, name, error.code)
                left.append(case)
        return ReplayDone(cases=len(cases) - len(left), events=queued, left=tuple(left))

    def _cases(self, consumer: OpenConsumer, since: datetime) -> tuple[str, ...]:
        """Return the cases in which something happened since then, in the order of their first event."""
        found: dict[str, None] = {}
        after: str | None = None
        while True:
            with self._context.unit_of_work(read_only=True) as work:
                page = work.history.since(since, consumer.kinds, after=after)
                for event in page.items:
                    found[self._case_of(work, event)] = None
            after = page.next
            if after is None:
                return tuple(found)

    def _case_of(self, work: UnitOfWork, event: Event) -> str:
        if event.kind.value.startswith("permit_") and "application" not in event.data:
            return self._context.load_permit(work, event.subject).application_id
        return case_of(event)

    def _queued(self, work: UnitOfWork, consumer: OpenConsumer, case: str, since: datetime) -> int:
        try:
            # No one adds to its history meanwhile.
            self._context.load(work, case, lock=True)
        except NotFoundError:
            _log.info("case %s is not on record any more; its history is", case)
        events = list(work.history.of(case))
        for permit in work.permits.of_application(case):
            events += work.history.of(permit.id)
        chosen = [event for event in events if event.kind in consumer.kinds and event.at >= since]
        chosen.sort(key=lambda event: event.at)
        target = consumer_target(consumer.name)
        work.outbox.withdraw(target, case)
        items = [OutboxItem(event=event, target=target, case=case) for event in chosen]
        work.outbox.add(items, at=self._context.clock())
        return len(chosen)


def _state(target: str, consumer: OpenConsumer | None, counts: TargetCounts | None) -> ConsumerState:
    return ConsumerState(
        name=target.removeprefix(consumer_target("")),
        used=consumer is not None,
        kinds=consumer.kinds if consumer is not None else frozenset(),
        waiting=counts.waiting if counts is not None else 0,
        given_up=counts.given_up if counts is not None else 0,
        oldest_waiting=counts.oldest_waiting if counts is not None else None,
    )


def _require_operator(actor: Actor, action: str) -> None:
    if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
        raise AccessDeniedError("access-denied", actor=actor.id, action=action, allowed=("host",))
