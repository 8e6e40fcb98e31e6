"""
Brings messages that wait for one recipient together in one, on one channel.

It is one transaction: the messages are locked, noted as collected, and the one that brings them is written. A worker
that dies leaves all of it or nothing; another one that looks at the same moment waits, and finds nothing left.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks._notification import (
    ConsentChannel,
    Notification,
    NotificationChannel,
    SharedChannel,
)
from perizinan_core.model._actor import Account
from perizinan_core.model._contact import Pace, has_agreed
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services._composing import case_about, composed_in
from perizinan_core.services._consent_book import account_in, contacts_in, service_of
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._digest_rules import (
    DigestRules,
    Place,
    Waiting,
    collected_at,
    grouped,
    why_alone,
)
from perizinan_core.services._issuance import SYSTEM
from perizinan_core.services._work import Moment, WorkDone
from perizinan_core.storage import OutboxEntry, OutboxItem, UnitOfWork
from perizinan_core.storage._records import channel_target, digest_target

__all__ = ["Collect", "DigestRules", "holder_of", "part_of", "queued"]

_LEASE = timedelta(minutes=5)
_ATTEMPTS = 1000
_MOST = 200
"""In one message; the rest is in a second one."""

_log = logging.getLogger(__name__)


@attrs.frozen
class Collect:
    """Makes one message of many, once their hour has come."""

    _context: OfficeContext
    _channels: Mapping[str, NotificationChannel]

    name: ClassVar[str] = "collect"

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels that reach a single person."""
        return tuple(name for name, channel in self._channels.items() if not _is_shared(channel))

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`."""
        for channel in self._channels:
            while holders := self._due(channel, moment()):
                for holder in holders:
                    with self._context.unit_of_work() as work:
                        self.collect(work, channel, holder, moment())
                        work.commit()
        return WorkDone()

    def collect(self, work: UnitOfWork, channel: str, holder: str, now: datetime) -> None:
        """Bring together what waits for someone on a channel, whatever its hour, in a unit of work of the caller."""
        worker = new_id()
        entries = work.outbox.claim(
            worker,
            target=digest_target(channel),
            now=now,
            lease=_LEASE,
            limit=_MOST,
            max_attempts=_ATTEMPTS,
            holder=holder,
        )
        known = {entry.id: entry for entry in entries}
        waiting = [
            Waiting(entry.id, part_of(self._context, work, self._channels, channel, entry, now)[1])
            for entry in entries
        ]
        for ids in grouped(waiting):
            (into,) = work.outbox.add([self._item(channel, holder, [known[one] for one in ids], now)], at=now)
            for one in ids:
                work.outbox.mark_collected(one, worker=worker, at=now, into=into)

    def _due(self, channel: str, now: datetime) -> tuple[str, ...]:
        with self._context.unit_of_work(read_only=True) as work:
            return work.outbox.holders_due(digest_target(channel), now=now)

    def _item(self, channel: str, holder: str, entries: list[OutboxEntry], now: datetime) -> OutboxItem:
        target, first = channel_target(channel), entries[0]
        if len(entries) == 1 and first.event is not None:
            return OutboxItem(
                event=first.event,
                target=target,
                case=first.case,
                message=first.message,
                recipient=first.recipient,
            )
        event = Event(
            kind=EventKind.MESSAGES_COLLECTED,
            subject=holder,
            at=now,
            actor=str(SYSTEM.account),
            data={"entries": [entry.id for entry in entries]},
            id=new_id(),
        )
        return OutboxItem(
            event=event, target=target, message=f"{self._context.authority.slug}-{new_id()}", recipient=holder
        )


def holder_of(
    work: UnitOfWork, context: OfficeContext, event: Event, recipient: str, *, officer: bool
) -> str:
    """Return the account of a recipient as text, or nothing: they have none."""
    if officer:
        return str(Account.officer(recipient))
    case = case_about(context, work, event)
    account = None if case is None else account_in(case, recipient)
    return "" if account is None else str(account)


def queued(
    context: OfficeContext,
    channels: Mapping[str, NotificationChannel],
    rules: DigestRules,
    item: OutboxItem,
    message: Notification,
    moment: datetime,
) -> Iterable[OutboxItem]:
    """Yield the entries of one message, one for each channel: at once, or to be collected as its recipient chose."""
    officer = message.account is not None
    holder = ""
    paces: Mapping[str, Pace] = {}
    if why_alone(item.event, to_officer=officer) is None:
        with context.unit_of_work(read_only=True) as work:
            holder = holder_of(work, context, item.event, item.recipient, officer=officer)
            paces = work.contacts.get(holder).paces if holder else {}
    for name, channel in channels.items():
        usual = rules.officers if officer else Pace.AT_ONCE
        pace = paces.get(name, usual) if holder and not _is_shared(channel) else Pace.AT_ONCE
        at = collected_at(moment, pace, hour=rules.hour, calendar=context.calendar)
        if at is None:
            yield attrs.evolve(item, target=channel_target(name))
        else:
            yield attrs.evolve(item, target=digest_target(name), holder=holder, collect_at=at)


def part_of(
    context: OfficeContext,
    work: UnitOfWork,
    channels: Mapping[str, NotificationChannel],
    name: str,
    entry: OutboxEntry,
    now: datetime,
) -> tuple[Notification | None, Place | None]:
    """Return a message as it would go out now, and the place it goes to; without one it is sent by itself."""
    if entry.event is None:
        return None, None
    try:
        message = composed_in(context, work, entry.event, now).get(entry.recipient)
        if message is None:
            return None, None
        return message, _place(context, work, channels[name], name, entry, entry.event, message)
    except (PerizinanError, LookupError, StopIteration) as error:
        _log.warning("message %s cannot be collected: %s", entry.id, type(error).__name__)
        return None, None


def _is_shared(channel: NotificationChannel) -> bool:
    return isinstance(channel, SharedChannel) and channel.is_shared


def _place(
    context: OfficeContext,
    work: UnitOfWork,
    channel: NotificationChannel,
    name: str,
    entry: OutboxEntry,
    event: Event,
    message: Notification,
) -> Place | None:
    phone = message.phone if isinstance(channel, ConsentChannel) else None
    if message.account is None and phone is not None:
        case, service = case_about(context, work, event), service_of(channel)
        if case is None or service is None:
            return None
        if not has_agreed(contacts_in(work, case, entry.recipient), name, service=service, phone=phone):
            return None
    return Place(message.account or "", message.email, phone, message.language)
