"""
Where entries of the outbox go: messages to channels, events to consumers, notes to the status list.

An event that people are notified of goes to the target `MESSAGES` first, which makes one entry of each message and
channel: each has its own state, its own tries, and a key that stays the same at each of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Protocol

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks._consumers import DeliveredEvent, EventConsumer
from perizinan_core.hooks._judging import settled
from perizinan_core.hooks._notification import Notification, NotificationChannel, SendOutcome
from perizinan_core.hooks._timed_calls import TIME_LIMIT, TimedCalls
from perizinan_core.model._contact import has_agreed
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.services._complaint_messages import COMPLAINT_KINDS_OF_EVENTS
from perizinan_core.services._composing import case_about, composed
from perizinan_core.services._consent_book import contacts_in, service_of
from perizinan_core.services._context import OfficeContext, case_of, new_id
from perizinan_core.services._deliveries import DeliveryState
from perizinan_core.services._digest_texts import digest_of
from perizinan_core.services._digests import DigestRules, part_of, queued
from perizinan_core.services._issuance import SYSTEM
from perizinan_core.services._message_fields import begins
from perizinan_core.services._message_texts import without_stray_links
from perizinan_core.services._message_wordings import MESSAGE_KINDS
from perizinan_core.services._status_list import STATUS_KINDS, StatusLists
from perizinan_core.storage import OutboxEntry, OutboxItem
from perizinan_core.storage._records import MESSAGES, STATUS_LIST, channel_target, consumer_target
from perizinan_core.workflow._notice import give_notice
from perizinan_core.workflow._transition import Transition, in_order

__all__ = [
    "Delivered",
    "OpenConsumer",
    "Target",
    "ToChannel",
    "ToConsumer",
    "ToMessages",
    "ToStatusList",
    "subscriptions",
]

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class OpenConsumer:
    """An event consumer that the office uses."""

    name: str
    consumer: EventConsumer
    kinds: frozenset[EventKind]
    time_limit: float = 30.0
    apart: bool = False
    """True: it runs in a process of its own, which is killed when its time is over."""


def subscriptions(
    channels: Iterable[str], consumers: Iterable[OpenConsumer], *, status_list: bool
) -> Mapping[str, frozenset[EventKind]]:
    """Return which kinds of events are queued for which target."""
    found = {consumer_target(item.name): item.kinds for item in consumers}
    if any(True for _ in channels):
        found[MESSAGES] = MESSAGE_KINDS | COMPLAINT_KINDS_OF_EVENTS
    if status_list:
        found[STATUS_LIST] = STATUS_KINDS
    return found


@attrs.frozen(kw_only=True)
class Delivered:
    """What became of an entry."""

    answer: str | None = None
    """What the target made of it."""

    items: tuple[OutboxItem, ...] = ()
    """What is to be delivered because of it."""

    counts: bool = True
    """False for what only prepares a delivery."""


class Target(Protocol):
    """One place that entries of the outbox go to."""

    @property
    def target(self) -> str:
        """`OutboxEntry.target`."""
        ...

    @property
    def in_order(self) -> bool:
        """True when the entries of one case wait for each other."""
        ...

    @property
    def batched(self) -> bool:
        """True when many entries may be noted as delivered at once: what is repeated after a crash does no harm."""
        ...

    def deliver(self, entry: OutboxEntry, event: Event, moment: datetime) -> Delivered:
        """Bring an entry there, or raise."""
        ...


@attrs.frozen
class ToMessages:
    """Makes the messages of an event: one entry for each recipient and channel."""

    _context: OfficeContext
    _channels: Mapping[str, NotificationChannel]
    _rules: DigestRules = DigestRules()

    target: ClassVar[str] = MESSAGES
    in_order: ClassVar[bool] = False
    batched: ClassVar[bool] = True

    def deliver(self, entry: OutboxEntry, event: Event, moment: datetime) -> Delivered:
        """See `Target`."""
        items: list[OutboxItem] = []
        for recipient, message in composed(self._context, event, moment).items():
            item = OutboxItem(
                event=event,
                case=entry.case or case_of(event),
                message=f"{self._context.authority.slug}-{new_id()}",
                recipient=recipient,
            )
            items += queued(self._context, self._channels, self._rules, item, message, moment)
        return Delivered(items=tuple(items), counts=False)


@attrs.frozen
class ToStatusList:
    """Notes that the status list is to be made again."""

    _lists: StatusLists

    target: ClassVar[str] = STATUS_LIST
    in_order: ClassVar[bool] = False
    batched: ClassVar[bool] = True

    def deliver(self, entry: OutboxEntry, event: Event, moment: datetime) -> Delivered:
        """See `Target`."""
        del entry, moment
        self._lists.note(event)
        return Delivered(counts=False)


@attrs.frozen
class ToChannel:
    """Sends messages through a channel; where time runs from one, its acceptance is the notice."""

    _context: OfficeContext
    name: str
    _channel: NotificationChannel
    _calls: TimedCalls

    in_order: ClassVar[bool] = False
    batched: ClassVar[bool] = False

    @property
    def target(self) -> str:
        """See `Target`."""
        return channel_target(self.name)

    def deliver(self, entry: OutboxEntry, event: Event, moment: datetime) -> Delivered:
        """See `Target`."""
        if event.kind is EventKind.MESSAGES_COLLECTED:
            return self._digest(entry, event, moment)
        message = composed(self._context, event, moment).get(entry.recipient)
        if message is None:
            # A representative who no longer is one, an officer who left: there is no one to be notified.
            return Delivered(answer=SendOutcome.PASSED_OVER.value)
        phone = message.phone
        if message.account is None and phone is not None:
            service = service_of(self._channel)
            if service is None:
                message = attrs.evolve(message, phone=None)
            elif not self._has_agreed(entry, event, service, phone):
                return Delivered(answer=DeliveryState.NO_CONSENT.value)
        answer = self._sent(entry, message)
        if answer is SendOutcome.ACCEPTED and message.account is None:
            self._give_notice(event, moment)
        return Delivered(answer=answer.value)

    def _digest(self, entry: OutboxEntry, event: Event, moment: datetime) -> Delivered:
        """Send many messages as one; where they no longer go to one place, each is sent by itself."""
        channels = {self.name: self._channel}
        with self._context.unit_of_work(read_only=True) as work:
            found = work.outbox.named(event.data["entries"])
            parts = [(one, *part_of(self._context, work, channels, self.name, one, moment)) for one in found]
        live = [(message, place) for _, message, place in parts if message is not None]
        places = {place for _, place in live}
        if not live:
            return Delivered(answer=SendOutcome.PASSED_OVER.value)
        if None in places or len(places) > 1:
            return Delivered(answer=DeliveryState.SEPARATED.value, items=tuple(self._single(parts)))
        place = live[0][1]
        message = digest_of(
            [attrs.evolve(message, phone=place.phone if place else None) for message, _ in live],
            authority=self._context.authority,
            texts=self._context.message_texts,
            created_at=event.at,
        )
        return Delivered(answer=self._sent(entry, message).value)

    def _single(self, parts: Iterable[tuple[OutboxEntry, object, object]]) -> Iterator[OutboxItem]:
        for one, message, _ in parts:
            if one.event is not None and message is not None:
                yield OutboxItem(
                    event=one.event,
                    target=self.target,
                    case=one.case,
                    message=one.message,
                    recipient=one.recipient,
                )

    def _checked(self, message: Notification) -> Notification:
        """Return a message whose links lead to the office: people write into messages too, in a reason or a name."""
        context = self._context

        def checked(text: str) -> str:
            return without_stray_links(text, context.authority, development=context.development)

        return attrs.evolve(
            message,
            subject=checked(message.subject),
            body=checked(message.body),
            text=checked(message.text),
        )

    def _sent(self, entry: OutboxEntry, message: Notification) -> SendOutcome:
        message = attrs.evolve(
            self._checked(message), id=entry.message, idempotency_key=f"{entry.message}/{self.name}"
        )
        answer = settled(self._calls.call(self.target, TIME_LIMIT, lambda: self._channel.send(message)))
        if not isinstance(answer, SendOutcome):
            # As if it had raised: no one knows what it did.
            raise TypeError(self.name)
        return answer

    def _has_agreed(self, entry: OutboxEntry, event: Event, service: str, phone: str) -> bool:
        """Ask at each try, so that a consent that is withdrawn stops what is still on its way."""
        with self._context.unit_of_work(read_only=True) as work:
            case = case_about(self._context, work, event)
            if case is None:
                return False
            contacts = contacts_in(work, case, entry.recipient)
        return has_agreed(contacts, self.name, service=service, phone=phone)

    def _give_notice(self, event: Event, moment: datetime) -> None:
        """Note that the applicant's side was notified; what keeps it from that must not send the message again."""
        context = self._context
        try:
            with context.unit_of_work() as work:
                case = case_about(context, work, event, lock=True)
                of = begins(event, case) if case is not None else None
                if case is None or of is None:
                    return
                moment = in_order(case, moment)
                moved = give_notice(
                    case,
                    of=of,
                    means=NoticeMeans.CHANNEL,
                    by=self.name,
                    actor=SYSTEM,
                    now=moment,
                    calendar=context.calendar,
                )
                if moved != Transition(case):
                    context.save(work, moved, SYSTEM, moment)
                    work.commit()
        except PerizinanError as error:
            _log.warning("the notice of %s could not be noted in its case: %s", event.id, error.code)


@attrs.frozen
class ToConsumer:
    """Hands events to a consumer, those of a case in order."""

    _open: OpenConsumer
    _calls: TimedCalls

    in_order: ClassVar[bool] = True
    batched: ClassVar[bool] = True

    @property
    def target(self) -> str:
        """See `Target`."""
        return consumer_target(self._open.name)

    def deliver(self, entry: OutboxEntry, event: Event, moment: datetime) -> Delivered:
        """See `Target`."""
        del moment
        told = DeliveredEvent(id=event.id, event=event, case=entry.case, attempt=entry.attempts)
        if self._open.apart:
            self._open.consumer.consume(told)
            return Delivered()
        answer: object = self._calls.call(
            self.target, self._open.time_limit, lambda: self._open.consumer.consume(told)
        )
        settled(answer)
        return Delivered()
