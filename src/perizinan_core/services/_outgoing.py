"""
What leaves the office: messages and events that wait, went out or were given up, and trying them again.

The outbox holds no names and no addresses. Where a contact is needed, because a message does not get through, an
administrator is shown a part of it, and the case says that someone looked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.model._actor import Actor, Role
from perizinan_core.model._events import EventKind
from perizinan_core.services._administration import note_act, require_administrator, require_reason
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._deliveries import DeliveryState, state_of
from perizinan_core.services._readings import ReadingOf, is_noted, note_reading
from perizinan_core.services._recipients import contacts_of
from perizinan_core.storage import OutboxEntry, OutboxFilter, OutboxState, Page, UnitOfWork

__all__ = ["Outgoing", "OutgoingContact", "OutgoingCounts", "OutgoingItem"]

_READERS = (Role.SUPERVISOR, Role.AUDITOR)
_MOST = 1000


@attrs.frozen(kw_only=True)
class OutgoingItem:
    """One delivery: to a channel, to an event consumer, or still to be made into messages."""

    number: int
    """What ``perizinan outbox`` calls it."""

    channel: str
    """Name, or empty."""

    consumer: str
    """Name, or empty."""

    kind: EventKind | None
    """What it is about; None: this version cannot read it."""

    message: str
    """The same for all deliveries of one message: of one event to one recipient, on each channel."""

    case: str
    """Id of the application, or empty."""

    receipt_number: str
    """Of the case, or empty."""

    recipient: str
    """``applicant``, ``representative``, the id of an officer, or empty."""

    state: DeliveryState
    attempts: int
    error: str
    """Stable code or class of the last failure, or empty."""

    written_at: datetime
    next_try: datetime | None
    done_at: datetime | None
    collected_into: int | None = None
    """`number` of the delivery that brings it together with others, or None."""

    @property
    def may_retry(self) -> bool:
        """Whether it was given up and can be tried again."""
        return self.state in (DeliveryState.GIVEN_UP, DeliveryState.REFUSED)

    @property
    def may_drop(self) -> bool:
        """Whether it is still to be delivered."""
        return self.done_at is None


@attrs.frozen(kw_only=True)
class OutgoingCounts:
    """How the deliveries to one target stand."""

    target: str
    """``channel:`` or ``consumer:`` and a name, or what the office makes itself."""

    waiting: int
    given_up: int
    oldest_waiting: datetime | None


@attrs.frozen(kw_only=True)
class OutgoingContact:
    """Parts of how a recipient is reached: enough to see that an address is wrong, not enough to write to it."""

    email: str = attrs.field(default="", repr=False)
    phone: str = attrs.field(default="", repr=False)


@checked
@attrs.frozen
class Outgoing:
    """What leaves the office; for administrators and the operator, supervisors and auditors may look."""

    _context: OfficeContext

    def find(
        self,
        *,
        actor: Actor,
        state: OutboxState | None = None,
        target: str | None = None,
        receipt: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[OutgoingItem]:
        """
        Return a page of deliveries, the newest first.

        Args:
            actor: An administrator, supervisor or auditor, or the host application.
            state: Only those that stand so.
            target: Only to this one; see `OutgoingCounts.target`.
            receipt: Only of the case with this receipt number.
            after: `Page.next` of the page before.
            limit: At most so many.

        Raises:
            AccessDeniedError: for others.
        """
        with self._context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "outgoing", *_READERS)
            case = None if receipt is None else self._case_of(work, receipt)
            wanted = OutboxFilter(state=state, target=target, case=case)
            before = int(after) if after and after.isdecimal() else None
            found = work.outbox.find(wanted, before=before, limit=limit + 1)
            page = found[:limit]
            receipts = self._receipts(work, page)
        items = tuple(self._item(entry, receipts) for entry in page)
        return Page(items, str(page[-1].id) if len(found) > limit else None)

    def get(self, number: int, *, actor: Actor) -> OutgoingItem:
        """
        Return one delivery.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
            NotFoundError: there is none of this number, or it was forgotten after its time.
        """
        with self._context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "outgoing", *_READERS)
            entry = self._entry(work, number)
            return self._item(entry, self._receipts(work, (entry,)))

    def counts(self, *, actor: Actor) -> tuple[OutgoingCounts, ...]:
        """
        Return how the deliveries to each target stand to which something waits or was given up.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "outgoing", *_READERS)
            found = work.outbox.by_target()
        local = self._context.calendar.time_zone.local
        return tuple(
            OutgoingCounts(
                target=item.target,
                waiting=item.waiting,
                given_up=item.given_up,
                oldest_waiting=None if item.oldest_waiting is None else local(item.oldest_waiting),
            )
            for item in found
        )

    def retry(
        self,
        numbers: Collection[int] | None = None,
        *,
        target: str | None = None,
        actor: Actor,
        now: datetime | None = None,
    ) -> tuple[int, ...]:
        """
        Let the worker try again what was given up, and return what of it will be tried.

        Args:
            numbers: These; None: all that were given up, at most a thousand at once.
            target: With ``numbers`` None: only to this target.
            actor: An administrator, or the host application.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            require_administrator(actor, "retry-outgoing")
            chosen = list(dict.fromkeys(numbers or ()))[:_MOST]
            if numbers is None:
                wanted = OutboxFilter(state=OutboxState.GIVEN_UP, target=target)
                chosen = [entry.id for entry in work.outbox.find(wanted, limit=_MOST)]
            revived = tuple(number for number in chosen if work.outbox.revive(number, at=moment))
            if revived:
                note_act(
                    context,
                    work,
                    EventKind.OUTGOING_CHANGED,
                    actor,
                    moment,
                    act="retry",
                    entries=list(revived),
                )
            work.commit()
        return revived

    def drop(
        self, numbers: Collection[int], *, reason: str, actor: Actor, now: datetime | None = None
    ) -> tuple[int, ...]:
        """
        Never deliver what is named, and return what of it was still to be delivered.

        Of a consumer, the later events of that case follow then; a message to an applicant does not arrive.

        Args:
            numbers: Which ones.
            reason: Why; kept in the history.
            actor: An administrator, or the host application.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            ServiceError: ``reason-needed``: the reason says nothing.
        """
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            require_administrator(actor, "drop-outgoing")
            why = require_reason(reason)
            chosen = list(dict.fromkeys(numbers))[:_MOST]
            dropped = tuple(number for number in chosen if work.outbox.drop(number, at=moment))
            if dropped:
                note_act(
                    context,
                    work,
                    EventKind.OUTGOING_CHANGED,
                    actor,
                    moment,
                    act="drop",
                    entries=list(dropped),
                    reason=why,
                )
            work.commit()
        return dropped

    def contact(self, number: int, *, actor: Actor, now: datetime | None = None) -> OutgoingContact:
        """
        Return parts of the address that a message goes to, and write into the case that someone looked.

        Args:
            number: Of a delivery to the applicant's side that was not delivered.
            actor: An administrator.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            NotFoundError: there is no such delivery, or its recipient is not of the applicant's side.
        """
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "outgoing-contact")
            entry = self._entry(work, number)
            if not entry.case or entry.done_at is not None:
                raise NotFoundError(kind="delivery", key=str(number))
            case = context.load(work, entry.case)
            noted = is_noted(context, work, case.id, actor, ReadingOf.CONTACT, moment)
        found = contacts_of(case).get(entry.recipient)
        if found is None:
            raise NotFoundError(kind="delivery", key=str(number))
        if not noted:
            note_reading(context, case, actor, ReadingOf.CONTACT, moment)
        email, phone = found
        return OutgoingContact(email=_part_of_email(email or ""), phone=_part_of_phone(phone or ""))

    def _entry(self, work: UnitOfWork, number: int) -> OutboxEntry:
        found = work.outbox.find(OutboxFilter(), before=number + 1, limit=1)
        if not found or found[0].id != number:
            raise NotFoundError(kind="delivery", key=str(number))
        return found[0]

    def _case_of(self, work: UnitOfWork, receipt: str) -> str:
        try:
            return work.applications.get_by_receipt(receipt.strip()).id
        except PerizinanError:
            return "-"  # no case has this id: the page is empty

    def _receipts(self, work: UnitOfWork, entries: Collection[OutboxEntry]) -> Mapping[str, str]:
        return work.applications.receipt_numbers({entry.case for entry in entries if entry.case})

    def _item(self, entry: OutboxEntry, receipts: Mapping[str, str]) -> OutgoingItem:
        local = self._context.calendar.time_zone.local
        return OutgoingItem(
            number=entry.id,
            channel=entry.channel or "",
            consumer=entry.consumer or "",
            kind=None if entry.event is None else entry.event.kind,
            message=str(entry.id) if entry.event is None else f"{entry.event.id}/{entry.recipient}",
            case=entry.case,
            receipt_number=receipts.get(entry.case, ""),
            recipient=entry.recipient,
            state=state_of(entry),
            attempts=entry.attempts,
            error=entry.last_error or entry.unreadable or "",
            written_at=local(entry.written_at),
            next_try=None if entry.due_at is None else local(entry.collect_at or entry.due_at),
            collected_into=entry.collected_into,
            done_at=None if entry.done_at is None else local(entry.done_at),
        )


def _part_of_email(email: str) -> str:
    name, at, host = email.partition("@")
    return f"{name[:1]}…@{host}" if at else ""


def _part_of_phone(phone: str) -> str:
    return f"{phone[:5]}…{phone[-2:]}" if len(phone) > 6 else ""
