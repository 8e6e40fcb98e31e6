"""What the store holds, and how a unit of work reaches it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Generic, NoReturn, Self, TypeVar

import attrs

from perizinan_core.errors.model import ModelError
from perizinan_core.errors.storage import AlreadyExistsError, StorageError
from perizinan_core.model._actor import Officer
from perizinan_core.model._application import Application
from perizinan_core.model._batch import Batch, BatchItem
from perizinan_core.model._complaint import Complaint
from perizinan_core.model._contact import MessageContact
from perizinan_core.model._events import Event
from perizinan_core.model._figures import Figure
from perizinan_core.model._permit import Permit
from perizinan_core.model._survey import SurveyAnswer
from perizinan_core.storage._codec import decode, encode
from perizinan_core.storage._records import (
    MESSAGES,
    JobFailure,
    SigningAttempt,
    TakenNumber,
    TrackingSecret,
)
from perizinan_core.storage._telling import WrittenNotes

__all__ = ["Access", "BatchItemRow", "OfficerRow", "OutboxRow", "RequestRow", "State", "Stored", "utc"]

T = TypeVar("T")


def utc(moment: datetime) -> datetime:
    """Bring a moment to UTC; a naive one is a mistake of the caller."""
    if moment.tzinfo is None:
        raise ModelError("naive-moment", received=moment.isoformat())
    return moment.astimezone(UTC)


@attrs.frozen
class Stored(Generic[T]):
    """A value in its stored form, and who wrote it."""

    value: T
    """For searching; never given out, because a form is a mutable mapping."""

    text: str
    by: str
    at: datetime

    @classmethod
    def of(cls, value: T, *, name: str, id: str, by: str, at: datetime) -> Self:
        """Store a value."""
        text = json.dumps(encode(value), allow_nan=False)
        return cls(decode(type(value), json.loads(text), name=name, id=id), text, by, utc(at))

    def read(self) -> T:
        """Return a fresh copy."""
        return decode(type(self.value), json.loads(self.text), name="record", id="")


@attrs.frozen(kw_only=True)
class OutboxRow:
    """An event in the outbox."""

    event: Event
    written_at: datetime
    available_at: datetime | None
    attempts: int = 0
    worker: str | None = None
    done_at: datetime | None = None
    last_error: str | None = None
    target: str = MESSAGES
    case: str = ""
    message: str = ""
    recipient: str = ""
    holder: str = ""
    collect_at: datetime | None = None
    answer: str | None = None
    collected_into: int | None = None


@attrs.frozen(kw_only=True)
class BatchItemRow:
    """An item of a batch."""

    item: BatchItem
    available_at: datetime | None
    attempts: int = 0
    worker: str | None = None
    last_error: str | None = None


@attrs.frozen(kw_only=True)
class OfficerRow:
    """An officer on record."""

    officer: Officer
    assigned_at: datetime | None = None
    look_after: datetime | None = None
    """Since when no one has looked after the stages of an officer whose record was saved."""


@attrs.frozen(kw_only=True)
class RequestRow:
    """A repeatable request."""

    use_case: str
    request_hash: str
    begun_at: datetime
    result: str = "null"
    """JSON text."""


@attrs.define(kw_only=True)
class State:
    """Everything; the values inside are never changed, only replaced."""

    applications: dict[str, Stored[Application]] = attrs.field(factory=dict)
    permits: dict[str, Stored[Permit]] = attrs.field(factory=dict)
    counters: dict[tuple[str, int], int] = attrs.field(factory=dict)
    numbers: dict[tuple[str, int, int], TakenNumber] = attrs.field(factory=dict)
    status_size: int = 0
    outbox: dict[int, OutboxRow] = attrs.field(factory=dict)
    outbox_last: int = 0
    history: dict[str, tuple[Event, ...]] = attrs.field(factory=dict)
    events: tuple[Event, ...] = ()
    """All events of all histories, in the order in which they were written."""

    officers: dict[str, OfficerRow] = attrs.field(factory=dict)
    requests: dict[tuple[str, str], RequestRow] = attrs.field(factory=dict)
    attempts: dict[str, SigningAttempt] = attrs.field(factory=dict)
    tracking: dict[str, TrackingSecret] = attrs.field(factory=dict)
    complaints: dict[str, Stored[Complaint]] = attrs.field(factory=dict)
    contacts: dict[str, Stored[MessageContact]] = attrs.field(factory=dict)
    batches: dict[str, Stored[Batch]] = attrs.field(factory=dict)
    batch_items: dict[tuple[str, int], BatchItemRow] = attrs.field(factory=dict)
    surveys: tuple[SurveyAnswer, ...] = ()
    figures: dict[str, tuple[Figure, ...]] = attrs.field(factory=dict)
    settings: dict[str, str] = attrs.field(factory=dict)
    failures: dict[tuple[str, str], JobFailure] = attrs.field(factory=dict)

    def copy(self) -> State:
        """Return a state that can be changed without touching this one."""
        values = {field.name: getattr(self, field.name) for field in attrs.fields(State)}
        copies: dict[str, Any] = {
            name: dict(value) for name, value in values.items() if isinstance(value, dict)
        }
        return attrs.evolve(self, **copies)


class Access:
    """The state as one unit of work may use it."""

    def __init__(self, state: State, *, writable: bool, zone: tzinfo | None) -> None:
        self._state: State | None = state
        self._writable = writable
        self._zone = zone
        self.notes = WrittenNotes()
        """What others learn after the commit."""

    @property
    def is_open(self) -> bool:
        """Whether the state can be reached."""
        return self._state is not None

    def close(self) -> None:
        """Refuse any further use."""
        self._state = None

    def read(self) -> State:
        """Return the state; raises when the unit of work is not open."""
        if self._state is None:
            raise StorageError("unit-of-work-closed")
        return self._state

    def write(self) -> State:
        """Return the state to change it; raises when the unit of work is closed or for reading only."""
        state = self.read()
        if not self._writable:
            raise StorageError("unit-of-work-read-only")
        return state

    def refuse_duplicate(self, kind: str, field: str) -> NoReturn:
        """Close the unit of work, as a database would, and raise `AlreadyExistsError`."""
        self.close()
        raise AlreadyExistsError(kind=kind, field=field)

    def local_day(self, moment: datetime | None) -> date | None:
        """Return the local day of a moment; see `SqlStorage`."""
        if moment is None:
            return None
        return (moment if self._zone is None else moment.astimezone(self._zone)).date()
