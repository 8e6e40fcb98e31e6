"""What the repositories take and give besides the model's own values."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

import attrs

from perizinan_core.errors.storage import StaleObjectError
from perizinan_core.model._actor import Account
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._identifiers import Nib, Nik, Npwp, PassportNumber, PhoneNumber, parse_email
from perizinan_core.model._permit import Permit, PermitStatus

__all__ = [
    "FARTHEST",
    "FARTHEST_COLLECTION",
    "MESSAGES",
    "STATUS_LIST",
    "AheadOfClock",
    "ApplicationFilter",
    "Backoff",
    "Course",
    "Foreseen",
    "HistoryFilter",
    "IdempotentResult",
    "JobFailure",
    "LastChange",
    "ListOrder",
    "Lookup",
    "LookupKind",
    "OutboxCounts",
    "OutboxEntry",
    "OutboxFilter",
    "OutboxItem",
    "OutboxState",
    "Page",
    "PermitFilter",
    "PermitOrder",
    "QueueCounts",
    "QueueEntry",
    "SigningAttempt",
    "SigningState",
    "Span",
    "TakenNumber",
    "TargetCounts",
    "TrackingSecret",
    "channel_target",
    "collected_spans",
    "consumer_target",
    "digest_target",
    "is_leased",
    "over_spans",
]

T = TypeVar("T")

Foreseen = Application | Permit | Event
"""What a unit of work may be opened with as foreseen: it will probably write it."""

_STEPS = 64
"""Doublings after which any pause has reached its longest."""

FARTHEST = timedelta(hours=2)
"""
No lease and no pause lasts longer. One that ends later, seen from the present moment, was counted by a clock
that was wrong, and is over: otherwise a clock that is a year ahead for a minute would stop work for a year.
"""


FARTHEST_COLLECTION = timedelta(days=30)
"""No message waits longer to be collected, over the longest holidays; a later moment was written by such a clock."""


@attrs.frozen
class Span:
    """Moments after one and up to another; None: without an end on that side."""

    after: datetime | None
    until: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Return whether a moment lies in it."""
        return (self.after is None or moment > self.after) and (self.until is None or moment <= self.until)


def over_spans(now: datetime) -> tuple[Span, ...]:
    """Return in which spans the end of a lease, or of a pause, lies when it is over; see `FARTHEST`."""
    return Span(None, now), Span(now + FARTHEST, None)


def collected_spans(now: datetime) -> tuple[Span, ...]:
    """Return in which spans the moment lies at which something is collected that is due; see `FARTHEST_COLLECTION`."""
    return Span(None, now), Span(now + FARTHEST_COLLECTION, None)


def is_leased(until: datetime, now: datetime) -> bool:
    """Return True while a lease, or a pause, that ends at ``until`` holds."""
    return not any(span.holds(until) for span in over_spans(now))


@attrs.frozen
class Page(Generic[T]):
    """Some of the answers, in order."""

    items: tuple[T, ...]
    next: str | None = None
    """What to pass as ``after`` for the following page, or None: this was the last."""


@attrs.frozen(kw_only=True)
class LastChange:
    """The last write of a record."""

    version: int
    by: str
    """Id of the actor."""

    at: datetime
    """In UTC."""

    def stale(self, *, kind: str, id: str, expected_version: int) -> StaleObjectError:
        """Return the refusal for one who saw ``expected_version`` before this change."""
        return StaleObjectError(
            kind=kind,
            id=id,
            expected_version=expected_version,
            found_version=self.version,
            changed_by=self.by,
            changed_at=self.at,
        )


class LookupKind(StrEnum):
    """What encrypted records can be searched by, through a blind index."""

    NIK = "nik"
    NPWP = "npwp"
    NIB = "nib"
    PASSPORT = "passport"
    PHONE = "phone"
    EMAIL = "email"
    OBJECT = "object"
    """What a permit would be for, with the code of its type; see `Application.about`."""
    DOCUMENT = "document"
    """SHA-256 of an uploaded file: who still needs it, and was it handed in before."""


_PARSERS = {
    LookupKind.NIK: Nik.parse,
    LookupKind.NPWP: Npwp.parse,
    LookupKind.NIB: Nib.parse,
    LookupKind.PASSPORT: PassportNumber.parse,
    LookupKind.PHONE: PhoneNumber.parse,
}


@attrs.frozen(repr=False)
class Lookup:
    """A personal value in its one normal form, ready to be compared; never shown in logs."""

    kind: LookupKind
    value: str
    """Normal form: identifiers as their class writes them, e-mail addresses in lower case."""

    @classmethod
    def parse(cls, kind: LookupKind, text: str) -> Lookup:
        """
        Bring what a person typed into the normal form.

        Raises:
            InvalidIdentifierError: The text cannot be an identifier of this kind.
        """
        if kind in _PARSERS:
            return cls(kind, _PARSERS[kind](text).value)
        if kind is LookupKind.EMAIL:
            text = parse_email(text)
        return cls(kind, unicodedata.normalize("NFKC", text.strip()).casefold())

    def __repr__(self) -> str:
        return f"Lookup({self.kind.value}, ***)"


@attrs.frozen
class Course:
    """
    The way that an application takes through the office: type, version and the stages that apply.

    Who may read a case is decided by its course alone, with the catalogue; there are few courses and many cases.
    """

    permit_type: str
    version: str
    stages: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "|".join((self.permit_type, self.version, *self.stages))

    @classmethod
    def of(cls, application: Application) -> Course:
        """Return the course of an application."""
        stages = tuple(stage.stage for stage in application.stages)
        return cls(application.permit_type, application.permit_type_version, stages)

    @classmethod
    def parse(cls, text: str) -> Course:
        """Return the course that ``str`` wrote; raises ``ValueError`` for other text."""
        permit_type, version, *stages = text.split("|")
        return cls(permit_type, version, tuple(stages))


class ListOrder(StrEnum):
    """In which order applications are listed."""

    BEGUN = "begun"
    """In which they were begun, drafts among them."""

    SUBMITTED = "submitted"
    """In which they were first submitted; those that never were are left out."""

    DUE = "due"
    """By their running deadline; those without one are left out."""

    UNNOTIFIED = "unnotified"
    """Since when the applicant's side waits to be notified of something; the others are left out."""


class PermitOrder(StrEnum):
    """In which order permits are listed."""

    NUMBERED = "numbered"
    """In which their numbers were taken."""

    EXPIRY = "expiry"
    """By their last day; those without one are left out."""


@attrs.frozen(kw_only=True)
class ApplicationFilter:
    """Which applications; what is None or empty does not narrow, the rest must all hold."""

    owner: Account | None = None
    states: frozenset[ApplicationState] = frozenset()
    permit_types: frozenset[str] = frozenset()
    assignee: str | None = None
    """Officer who holds one of its open stages."""

    open_stages: frozenset[str] = frozenset()
    """Codes of stages of which at least one is open."""

    lookup: Lookup | None = None
    receipt_part: str | None = None
    """Part of the receipt number, from its beginning or from after one of ``- / .``, in any case."""

    courses: frozenset[str] | None = None
    """Only those that take one of these courses, see `ApplicationRecords.courses`; None: all."""

    handed_in: bool = False
    """True: no drafts."""

    previous_permit: str | None = None
    due_before: date | None = None
    """The running deadline lies before this local day."""

    submitted_from: date | None = None
    """First local day of submission."""

    submitted_to: date | None = None
    """Last local day of submission."""

    holding_uploads: bool = False
    """True: only those that hold an upload without a verdict, see `Application.waiting_uploads`."""

    not_inspected_with: str | None = None
    """Only those of whose held uploads one waits for an inspection other than this version's."""


@attrs.frozen(kw_only=True)
class PermitFilter:
    """Which permits; what is None or empty does not narrow, the rest must all hold."""

    statuses: frozenset[PermitStatus] = frozenset()
    """Statuses as stored; ``expired`` follows from dates and is never stored."""

    permit_types: frozenset[str] = frozenset()
    register: str | None = None
    register_year: int | None = None
    number_part: str | None = None
    """Part of the number, as in `ApplicationFilter.receipt_part`."""

    courses: frozenset[str] | None = None
    """Only those whose applications take one of these courses."""

    lookup: Lookup | None = None
    """Of whose applications this is a value."""

    standing_on: date | None = None
    """Of those in force or suspended only those whose last day does not lie before this local day."""

    valid_until_from: date | None = None
    """First last-day of validity."""

    valid_until_to: date | None = None
    """Last last-day of validity."""

    previous_permit: str | None = None


@attrs.frozen(kw_only=True)
class QueueEntry:
    """One open stage of one application, as the queue shows it."""

    application: str
    """Id."""

    stage: str
    permit_type: str
    receipt_number: str | None
    assignee: str | None
    opened_at: datetime
    """Order of the queue: first in, first out."""

    due: date | None
    """Running deadline of the application, local day."""

    held_up: bool = False
    """True while it cannot be judged: money, or an answer from outside, is missing; it comes after the others."""

    corrected: bool = False
    """The applicant has answered a request for correction in this case; only where a use case asks for it."""


@attrs.frozen
class QueueFront:
    """What waits in one step of one permit type."""

    oldest: QueueEntry
    """The open stage that has waited longest, held up or not."""

    waiting: int
    """How many wait, this one among them."""


@attrs.frozen(kw_only=True)
class QueueCounts:
    """How many open stages a queue holds."""

    waiting: int = 0
    held_up: int = 0
    """Of them: they cannot be judged now."""

    late: int = 0
    """Of them: their case is past its deadline."""

    soon: int = 0
    """Of them: the deadline of their case lies between today and the day that was asked for."""

    new: int = 0
    """Of them: open since the moment that was asked for."""


def queue_counts_of(
    entries: Iterable[QueueEntry], today: date, *, soon: date | None = None, since: datetime | None = None
) -> QueueCounts:
    """Count the entries of a queue."""
    every = tuple(entries)
    return QueueCounts(
        waiting=len(every),
        held_up=sum(entry.held_up for entry in every),
        late=sum(entry.due is not None and entry.due < today for entry in every),
        soon=sum(
            soon is not None and entry.due is not None and today <= entry.due <= soon for entry in every
        ),
        new=sum(since is not None and entry.opened_at >= since for entry in every),
    )


def fronts_of(entries: Iterable[QueueEntry]) -> tuple[QueueFront, ...]:
    """Return what waits in each step, in order of permit type and stage."""
    steps: dict[tuple[str, str], list[QueueEntry]] = {}
    for entry in entries:
        steps.setdefault((entry.permit_type, entry.stage), []).append(entry)
    return tuple(
        QueueFront(min(found, key=lambda entry: (entry.opened_at, entry.application)), len(found))
        for _, found in sorted(steps.items())
    )


@attrs.frozen(kw_only=True)
class TakenNumber:
    """One line of a number register."""

    register: str
    year: int
    """Local year."""

    sequence: int
    number: str | None = None
    """As printed; None inside the unit of work that took it, and for a lost one of which nothing else is known."""

    subject: str | None = None
    """Id of the application or permit it is for."""

    taken_by: str
    taken_at: datetime
    cancelled_by: str | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = attrs.field(default=None, repr=False)
    is_lost: bool = False
    """
    True: it was used by a permit or application that this database does not have, because it was restored from an
    older backup. The number is good, and is not given again.
    """

    @property
    def is_cancelled(self) -> bool:
        """True when the number stands for nothing any more; it is never used again."""
        return self.cancelled_at is not None


@attrs.frozen(kw_only=True)
class Backoff:
    """How long a failed delivery waits, and when it is given up."""

    first: timedelta = timedelta(seconds=10)
    factor: int = 2
    longest: timedelta = timedelta(hours=1)
    max_attempts: int | None = 12
    """
    After so many failures (by default after about three and a half hours) the entry is kept but no longer
    handed out; None: never.
    """

    at_once: int = 0
    """So many failures are followed by no pause."""

    def delay(self, attempts: int) -> timedelta | None:
        """Return the pause after the ``attempts``-th failure, or None when that was the last."""
        if self.max_attempts is not None and attempts >= self.max_attempts:
            return None
        if attempts <= self.at_once:
            return timedelta(0)
        pause = min(self.first, self.longest)
        for _ in range(min(attempts - self.at_once, _STEPS) - 1):
            pause = min(pause * self.factor, self.longest)
        return pause


@attrs.frozen(kw_only=True)
class AheadOfClock:
    """Records that say they were written after a moment, by id."""

    applications: tuple[str, ...] = ()
    permits: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    """Those whose last assignment lies after it."""

    def __len__(self) -> int:
        return len(self.applications) + len(self.permits) + len(self.officers)


@attrs.frozen(kw_only=True)
class JobFailure:
    """Something that a job of the worker could not do with a record."""

    job: str
    """Stable name."""

    subject: str
    """Id of the record."""

    error: str
    """Stable code or class of the last failure."""

    attempts: int
    first_at: datetime
    last_at: datetime
    not_before: datetime | None
    """When it is tried again; None: it was given up."""

    @property
    def is_given_up(self) -> bool:
        """True when it is not tried again by itself."""
        return self.not_before is None


MESSAGES = "messages"
"""Target of events from which messages are made."""

STATUS_LIST = "status-list"
"""Target of events after which the status list is made again."""

_CHANNEL = "channel:"
_CONSUMER = "consumer:"
_DIGEST = "digest:"


def channel_target(name: str) -> str:
    """Return the target of messages that a notification channel sends."""
    return _CHANNEL + name


def consumer_target(name: str) -> str:
    """Return the target of events that an event consumer receives."""
    return _CONSUMER + name


def digest_target(name: str) -> str:
    """Return the target of messages that wait to be collected into one, which a channel sends then."""
    return _DIGEST + name


@attrs.frozen(kw_only=True)
class OutboxItem:
    """Something to be delivered to one target."""

    event: Event
    target: str = MESSAGES
    """`MESSAGES`, `STATUS_LIST`, a `channel_target`, a `digest_target` or a `consumer_target`."""

    case: str = ""
    """Id of the application that it belongs to: consumers receive the events of one in order."""

    message: str = ""
    """For channels: id of the message, the same at each try and on each channel."""

    recipient: str = ""
    """For channels: ``applicant``, ``representative``, or the id of an officer; of a digest its `holder`."""

    holder: str = ""
    """For a `digest_target`: whose messages are collected into one, an `Account` as text."""

    collect_at: datetime | None = None
    """With `holder`: when what waits for them is collected."""


@attrs.frozen(kw_only=True)
class OutboxEntry:
    """Something on its way to one target. It may be delivered more than once: use `id` to notice."""

    id: int
    """Grows with everything written."""

    event: Event | None
    """None: this version cannot read it, see `unreadable`."""

    target: str = MESSAGES
    case: str = ""
    message: str = ""
    recipient: str = ""
    holder: str = ""
    collect_at: datetime | None = None

    unreadable: str | None = None
    """Stable code of what keeps it from being read: an event of a newer version, or a damaged row."""

    attempts: int
    """How often it was claimed, this time included."""

    written_at: datetime
    leased_until: datetime | None = None
    last_error: str | None = None
    due_at: datetime | None = None
    """When it is tried next, or None: it was delivered or given up."""

    done_at: datetime | None = None
    answer: str | None = None
    """What the target made of it once it was delivered."""

    collected_into: int | None = None
    """Id of the entry that brings this message together with others, or None."""

    @property
    def channel(self) -> str | None:
        """Name of the notification channel it goes to, or None."""
        prefix, colon, name = self.target.partition(":")
        return name if prefix + colon in (_CHANNEL, _DIGEST) else None

    @property
    def is_collecting(self) -> bool:
        """True for a message that waits to be collected, or was."""
        return self.target.startswith(_DIGEST)

    @property
    def consumer(self) -> str | None:
        """Name of the event consumer it goes to, or None."""
        return self.target.removeprefix(_CONSUMER) if self.target.startswith(_CONSUMER) else None

    @property
    def is_given_up(self) -> bool:
        """True when it is not tried again by itself."""
        return self.due_at is None and self.done_at is None


class OutboxState(StrEnum):
    """How an entry of the outbox stands."""

    WAITING = "waiting"
    """To be delivered, now or later."""

    GIVEN_UP = "given_up"
    """Not tried again by itself."""

    DONE = "done"
    """Delivered, or dropped by a person."""


@attrs.frozen(kw_only=True)
class OutboxFilter:
    """Which entries are wanted; an empty filter wants all."""

    state: OutboxState | None = None
    target: str | None = None
    case: str | None = None
    """Id of an application."""


@attrs.frozen(kw_only=True)
class HistoryFilter:
    """Which events are wanted; an empty filter wants all."""

    since: datetime | None = None
    """At or after this moment."""

    until: datetime | None = None
    """Before this moment."""

    kinds: frozenset[EventKind] = frozenset()
    """One of these; none: any."""

    actor: Account | None = None
    """Done by this account."""

    subjects: frozenset[str] = frozenset()
    """In the history of one of these; none: of any."""


@attrs.frozen(kw_only=True)
class TargetCounts:
    """How the deliveries to one target stand."""

    target: str
    waiting: int
    given_up: int
    oldest_waiting: datetime | None


@attrs.frozen(kw_only=True)
class OutboxCounts:
    """How the outbox stands."""

    waiting: int
    """To be delivered now or later, those in delivery included."""

    given_up: int
    """Failed too often; see `Outbox.revive`."""

    oldest_waiting: datetime | None
    """When the oldest of the waiting was written."""


@attrs.frozen(kw_only=True)
class IdempotentResult:
    """The answer that an earlier, equal request got."""

    result: Any
    """JSON value."""

    at: datetime
    """When the earlier request was made."""


class SigningState(StrEnum):
    """How the signing of one document stands."""

    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    """The signer said no: nothing was signed and another attempt may begin."""


@attrs.frozen(kw_only=True)
class SigningAttempt:
    """The signing of one unsigned document; there is at most one at a time."""

    unsigned_sha256: str
    state: SigningState
    holder: str
    attempts: int
    """How often signing was started."""

    started_at: datetime
    until: datetime
    """End of the lease."""

    interrupted: bool = False
    """An earlier attempt ended without a word: find out whether it signed before signing again."""

    signed_sha256: str | None = None
    error: str | None = None
    """Stable code of the last failure."""


@attrs.frozen(kw_only=True)
class TrackingSecret:
    """What is kept of the secret with which an applicant follows a case."""

    digest: bytes = attrs.field(repr=False)
    """Hash of the secret."""

    given_at: datetime
    failed: int = 0
    """How many wrong ones were tried lately."""

    failed_at: datetime | None = None
    """When the last wrong one was tried."""
