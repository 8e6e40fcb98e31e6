"""
What every use case works with: the office's parts, handed in once by ``Office.open``.

A use case runs in this order: read what it needs, decide with the pure functions of `workflow` and
`catalogue`, write application, history and outbox in one unit of work. No one is notified before
the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from random import Random

import attrs
from uuid_utils import uuid7

from perizinan_core.catalogue import Catalogue
from perizinan_core.documents import (
    DocumentStore,
    UploadScanner,
    inspect_upload,
)
from perizinan_core.documents._incoming import IncomingFolder
from perizinan_core.errors.documents import DocumentNotFoundError
from perizinan_core.errors.services import NotFoundError, StaffRecordError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.hooks._numbers import NumberSource
from perizinan_core.hooks._payments import PaymentProvider
from perizinan_core.hooks._retention import RetentionParticipant
from perizinan_core.hooks._texts import MessageText
from perizinan_core.hooks._timed_calls import TimedCalls
from perizinan_core.hooks._work_queue import Rounds, WorkQueue
from perizinan_core.model._actor import Actor, ActorKind, Officer, Role
from perizinan_core.model._application import Application
from perizinan_core.model._assumed import AssumedPart
from perizinan_core.model._authority import Authority
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import StageStatus
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._figures import Figure
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.rendering import Renderer
from perizinan_core.services._context_parts import (
    ApplicantCheck,
    CheckRules,
    InspectUpload,
    OfficeKeys,
    SignerSource,
)
from perizinan_core.services._inspection_version import inspection_version
from perizinan_core.services._recorded_days import RecordedDays
from perizinan_core.signing.ltv import TimestampPolicy
from perizinan_core.storage import OutboxItem, Storage, UnitOfWork
from perizinan_core.storage._ports import ForeseeingStorage
from perizinan_core.storage._records import Foreseen
from perizinan_core.workflow._assignment import Workload
from perizinan_core.workflow._figures import figures_of
from perizinan_core.workflow._people import record_difference, with_hand
from perizinan_core.workflow._transition import Transition

__all__ = [
    "OfficeContext",
    "Saving",
    "case_of",
    "named",
    "new_id",
]


_PUTS_FILE = frozenset({EventKind.DOCUMENT_ADDED, EventKind.DOCUMENT_HELD})

_CLOSES = frozenset(
    {
        EventKind.PERMIT_ISSUED,
        EventKind.APPLICATION_REFUSED,
        EventKind.DECISION_ANNULLED,
        EventKind.APPLICATION_WITHDRAWN,
        EventKind.APPLICATION_LAPSED,
    }
)
"""What ends a case."""


@attrs.frozen(kw_only=True)
class Saving:
    """A transition with all that is written of it, worked out before others have to wait."""

    application: Application
    events: tuple[Event, ...]
    """Each has its id."""

    figures: tuple[Figure, ...] | None = None
    """None: the case is not closed by it."""

    files: frozenset[str] = frozenset()
    """Contents that it put into the case, by SHA-256."""

    @property
    def foreseen(self) -> tuple[Foreseen, ...]:
        """What a unit of work is opened with as foreseen."""
        return (self.application, *self.events)


@attrs.frozen(kw_only=True, repr=False)
class OfficeContext:
    """The parts of one office."""

    _authority: Authority
    """As its plugin brings it; `authority` has the days off that the office recorded."""

    catalogue: Catalogue
    storage: Storage
    documents: DocumentStore
    renderer: Renderer
    signers: SignerSource
    checks: ApplicantCheck
    keys: OfficeKeys
    clock: Callable[[], datetime]
    """Gives aware moments; use cases take ``now`` as an argument and ask it only when they got none."""

    random: Random
    """Source of draws; `random.SystemRandom` outside tests."""

    scanners: tuple[UploadScanner, ...] = ()
    inspect: InspectUpload = inspect_upload
    """Judges uploads by their content."""

    incoming: IncomingFolder = attrs.field(factory=IncomingFolder)
    """Files that arrive in parts; a temporary folder unless the settings name one."""

    inspection: str = attrs.field(factory=inspection_version)
    """Version of the inspection of uploads; held uploads that another one looked at are inspected again."""

    language: str = "id"
    development: bool = False
    """True: letters say that they were signed with a development certificate."""

    assumed_parts: dict[tuple[str, str, date, str | None], tuple[AssumedPart, ...]] = attrs.field(
        factory=dict, eq=False
    )
    """What permit types rest on, by type, version, day and delegation; filled while the office is open."""

    message_texts: Mapping[tuple[EventKind, str, str], MessageText] = attrs.field(factory=dict)
    """Texts of messages in the place of ours, by kind, outcome and language; see `services._message_texts`."""

    payment_providers: Mapping[str, PaymentProvider] = attrs.field(factory=dict)
    """Who can be paid from home, by name, the usual one first."""

    number_sources: Mapping[str, NumberSource] = attrs.field(factory=dict)
    """Outside registries by the code of the register whose numbers they give."""

    retention: tuple[tuple[str, RetentionParticipant], ...] = ()
    """What may keep a draft, and forgets it once it is discarded."""

    work_queue: WorkQueue = attrs.field(factory=Rounds)
    """Wakes the workers; see `services._hints`."""

    check_rules: CheckRules = CheckRules()
    calls: TimedCalls = attrs.field(factory=TimedCalls, eq=False)
    """Calls into plugins that people wait for."""

    timestamps: TimestampPolicy | None = None
    """How permits get timestamps and long-term data; None: they get none."""

    direct_permits: int = 0
    """For how many seconds an issued permit may be fetched from its document store itself; 0: never."""

    subscriptions: Mapping[str, frozenset[EventKind]] = attrs.field(factory=dict)
    """Which kinds of events are queued for which target of the outbox; what no one asks for is not queued."""

    days: RecordedDays = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: RecordedDays(self._authority), takes_self=True),
        eq=False,
    )
    """Days off that the office recorded; the only part that changes while the office is open."""

    @property
    def authority(self) -> Authority:
        """The local government, at this moment."""
        return self.days.authority

    @property
    def calendar(self) -> WorkingCalendar:
        """The authority's calendar."""
        return self.authority.calendar

    def moment(self, now: datetime | None) -> datetime:
        """Return ``now``, or the clock's, in the office's time zone: the one of all moments in answers."""
        return self.calendar.time_zone.local(self.clock() if now is None else now)

    def local_day(self, now: datetime) -> date:
        """Return the day on the office's clocks."""
        return self.calendar.time_zone.local(now).date()

    def permit_type_of(self, subject: Application | Permit) -> PermitType:
        """Return the version of the permit type that a case or permit froze."""
        return self.catalogue.version(subject.permit_type, subject.permit_type_version)

    @contextmanager
    def unit_of_work(
        self, *, read_only: bool = False, foreseen: Iterable[Foreseen] = ()
    ) -> Iterator[UnitOfWork]:
        """Open a unit of work on the calendar of this moment, and tell a store that works ahead what is foreseen."""
        if foreseen and isinstance(self.storage, ForeseeingStorage):
            opened = self.storage.unit_of_work(read_only=read_only, foreseen=foreseen)
        else:
            opened = self.storage.unit_of_work(read_only=read_only)
        with opened as work:
            self.days.look(work.settings, self.clock(), reading=read_only)
            yield work

    @contextmanager
    def work_for(
        self, actor: Actor, *, read_only: bool = False, foreseen: Iterable[Foreseen] = ()
    ) -> Iterator[UnitOfWork]:
        """
        Open a unit of work for a use case, and compare the actor with the staff record inside it.

        Every use case that someone calls begins with it, so that no session outlives a post.

        Args:
            actor: Who calls.
            read_only: Nothing is written.
            foreseen: See `ForeseeingStorage.unit_of_work`.

        Raises:
            StaffRecordError: see `check_staff`.
        """
        with self.unit_of_work(read_only=read_only, foreseen=foreseen) as work:
            self.check_staff(work, actor)
            yield work

    def check_staff(self, work: UnitOfWork, actor: Actor) -> None:
        """
        Pass when an officer claims nothing that the staff record does not hold at this moment.

        A session may claim less than the record; it may not leave out a public account that the officer
        declared to be their own.

        Raises:
            StaffRecordError: not on record, not active, or with roles, units or a position lost since.
        """
        if actor.kind is not ActorKind.OFFICER:
            return
        try:
            officer = work.officers.get(actor.id)
        except RecordNotFoundError as error:
            raise StaffRecordError(actor=actor.id, difference="unknown") from error
        difference = record_difference(actor, officer)
        if difference is not None:
            raise StaffRecordError(actor=actor.id, difference=difference)

    def load(
        self,
        work: UnitOfWork,
        application_id: str,
        *,
        lock: bool = False,
        known: Application | None = None,
    ) -> Application:
        """
        Return the application, no matter who asks; the caller checks who may see it.

        Args:
            work: The unit of work.
            application_id: Its id.
            lock: It is going to be changed in this unit: others who want to change it wait, so that no one
                who did not ask for a certain version is refused because two came at once.
            known: As an earlier unit of work read or committed it, so that it need not be opened again.

        Raises:
            NotFoundError: there is none.
        """
        try:
            return work.applications.get(application_id, lock=lock, known=known)
        except RecordNotFoundError as error:
            raise NotFoundError(kind="application", key=application_id) from error

    def check_version(self, work: UnitOfWork, application: Application, expected: int | None) -> None:
        """
        Pass when the user saw this version, or said nothing about it. Asked after access was checked.

        Raises:
            StaleObjectError: it is no longer at ``expected``; names who changed it and when.
        """
        if expected is None or expected == application.version:
            return
        last = work.applications.last_change(application.id)
        raise last.stale(kind="application", id=application.id, expected_version=expected)

    def load_permit(
        self, work: UnitOfWork, permit_id: str, *, lock: bool = False, known: Permit | None = None
    ) -> Permit:
        """
        Return the permit; ``lock`` and ``known`` as in `load`.

        Raises:
            NotFoundError: there is none.
        """
        try:
            return work.permits.get(permit_id, lock=lock, known=known)
        except RecordNotFoundError as error:
            raise NotFoundError(kind="permit", key=permit_id) from error

    def lock_permit(self, work: UnitOfWork, permit_id: str) -> tuple[Permit, Application]:
        """
        Return a permit and its application, both locked: the application first, as every use case does it.

        Raises:
            NotFoundError: there is none.
        """
        application = self.load(work, self.load_permit(work, permit_id).application_id, lock=True)
        return self.load_permit(work, permit_id, lock=True), application

    def saving(self, moved: Transition, actor: Actor) -> Saving:
        """Work out what `save` writes of a transition."""
        application = with_hand(moved.application, actor)
        put = {event.data["sha256"] for event in moved.events if event.kind in _PUTS_FILE}
        paper = application.power_of_attorney()
        if paper is not None and any(event.kind is EventKind.FORM_UPDATED for event in moved.events):
            put.add(paper.sha256)
        figures = None
        if any(event.kind in _CLOSES for event in moved.events):
            figures = figures_of(application, self.permit_type_of(application), self.calendar)
        return Saving(
            application=application, events=named(moved.events), figures=figures, files=frozenset(put)
        )

    def save(self, work: UnitOfWork, moved: Transition | Saving, actor: Actor, now: datetime) -> Application:
        """Write what a transition made: the application, its history and the outbox."""
        saving = moved if isinstance(moved, Saving) else self.saving(moved, actor)
        self._require_files(work, saving.files)
        if saving.figures is not None:
            work.figures.put(saving.application.id, saving.figures)
        application = work.applications.save(saving.application, by=actor.id, at=now)
        self.record(work, saving.events, now)
        return application

    def _require_files(self, work: UnitOfWork, files: Iterable[str]) -> None:
        """
        Pass when the store holds every file that a transition put into the case.

        A file of the same content, which no record named any more, may have been removed between its upload and
        this moment; from now on it is not, because this unit holds its name.
        """
        for sha256 in sorted(files):
            work.hold(f"document/{sha256}")
            if not self.documents.exists(sha256):
                raise DocumentNotFoundError(sha256=sha256)

    def record(self, work: UnitOfWork, events: Iterable[Event], now: datetime) -> None:
        """Write events into the histories of their subjects, and into the outbox for those who asked for them."""
        kept = named(events)
        work.history.add(kept)
        work.outbox.add(
            [
                OutboxItem(event=event, target=target, case=case_of(event))
                for event in kept
                for target, kinds in self.subscriptions.items()
                if event.kind in kinds
            ],
            at=now,
        )

    def staff(self, work: UnitOfWork, application: Application, *, lock: bool = True) -> tuple[Officer, ...]:
        """
        Return who could be needed in a case: the posts of its stages that are not done, and those who sign.

        Args:
            work: The unit of work.
            application: The case.
            lock: No one else gives these officers a case until this unit of work ends.
        """
        return work.officers.list(active_only=False, posts=self.posts_of(application), lock=lock)

    def posts_of(self, application: Application) -> frozenset[tuple[str, str | None]]:
        """Return role and unit of those who could be needed in a case, see `staff`."""
        permit_type = self.permit_type_of(application)
        coming = (state for state in application.stages if state.status is not StageStatus.DONE)
        stages = [permit_type.stage(state.stage) for state in coming]
        posts: set[tuple[str, str | None]] = {(stage.role, stage.unit) for stage in stages}
        return frozenset(posts | {(Role.SIGNATORY.value, None)})

    def assignees(self, work: UnitOfWork, application: Application) -> tuple[Officer, ...]:
        """Return the officers who hold stages of a case."""
        held = {state.assignee for state in application.stages if state.assignee is not None}
        return tuple(work.officers.named(held).values())

    def workloads(self, work: UnitOfWork, staff: Iterable[Officer]) -> tuple[Workload, ...]:
        """Return what rotation needs to know of ``staff``."""
        ids = [officer.id for officer in staff]
        loads = work.applications.workloads(ids)
        last = work.officers.last_assignments(ids)
        return tuple(
            Workload(officer=one, open_cases=loads.get(one, 0), last_assigned=last.get(one)) for one in ids
        )


def case_of(event: Event) -> str:
    """Return the id of the application that an event belongs to: its subject, or that of a permit's."""
    return str(event.data.get("application") or event.subject)


def named(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return events of which each has its id."""
    return tuple(event if event.id else attrs.evolve(event, id=new_id()) for event in events)


def new_id() -> str:
    """Return a new UUIDv7 (RFC 9562) in canonical text form."""
    return str(uuid7())
