"""
Complaints, suggestions and questions about the office's service.

Anyone may file one, without an account and without a name, and follows it with its number and a secret. A supervisor
names who handles it: no one who worked on the case that it is about, and for abuse only those who supervise. Who
asked that their name is kept is shown without it to the one who handles it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

import attrs

from perizinan_core.errors._words import COMPLAINT_KINDS, COMPLAINT_STATES
from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.i18n import LANGUAGES, N_
from perizinan_core.model._actor import Actor, Officer, Role
from perizinan_core.model._complaint import (
    Complaint,
    ComplaintEntry,
    ComplaintKind,
    ComplaintState,
    ComplaintStep,
)
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._identifiers import parse_email
from perizinan_core.model._text import Text
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._names import Named, in_both
from perizinan_core.services._tracking import new_code, typed_code
from perizinan_core.storage import Page, UnitOfWork

__all__ = ["ComplaintDays", "ComplaintView", "Complaints", "FiledComplaint"]

_LONGEST = 5000
_DIGITS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_MOST_RETURNS = 2
_RETURN_DAYS = 10
"""Working days in which someone may come back with an answer (as in SP4N-LAPOR, where it closes then)."""

_LAW_DAYS = 60
"""Calendar days in which every complaint is answered (UU 25/2009 and Perpres 76/2013)."""

_MOST_GUESSES = 10
_PAUSE = timedelta(hours=1)
_READERS = (Role.SUPERVISOR, Role.OFFICE_HEAD, Role.AUDITOR)
_LEADERS = (Role.SUPERVISOR, Role.OFFICE_HEAD)

_NEXT: Mapping[ComplaintState, str] = {
    ComplaintState.RECEIVED: N_("A supervisor names who handles it."),
    ComplaintState.IN_WORK: N_("The officer who handles it answers."),
    ComplaintState.ANSWERED: N_("You can come back with it if the answer does not help."),
    ComplaintState.WITHDRAWN: N_("Nothing more follows."),
}
_EVENTS = {
    ComplaintStep.FILED: EventKind.COMPLAINT_FILED,
    ComplaintStep.ASSIGNED: EventKind.COMPLAINT_ASSIGNED,
    ComplaintStep.ANSWERED: EventKind.COMPLAINT_ANSWERED,
    ComplaintStep.RETURNED: EventKind.COMPLAINT_RETURNED,
    ComplaintStep.WITHDRAWN: EventKind.COMPLAINT_WITHDRAWN,
}


@attrs.frozen(kw_only=True)
class ComplaintDays:
    """Working days in which each kind is answered; never later than 60 days, as the law says."""

    suggestion: int = 5
    service: int = 14
    abuse: int = 60

    def of(self, kind: ComplaintKind) -> int:
        """Return those of a kind."""
        return {
            ComplaintKind.SUGGESTION: self.suggestion,
            ComplaintKind.SERVICE: self.service,
            ComplaintKind.ABUSE: self.abuse,
        }[kind]


@attrs.frozen(kw_only=True)
class FiledComplaint:
    """What someone who complained keeps."""

    number: str
    secret: str = attrs.field(repr=False)
    """To follow it by; given once."""

    due: date
    """Last local day of the answer."""


@attrs.frozen(kw_only=True)
class ComplaintView:
    """How a complaint stands, for the person who filed it."""

    number: str
    kind: Named
    state: Named
    received_on: date
    due: date
    is_late: bool
    handled_by: Text | None
    """The role that has it; no person."""

    messages: tuple[tuple[bool, date, str], ...]
    """Whether the office wrote it, on which day, and the words."""

    next_step: Text
    may_return: bool
    may_withdraw: bool


@checked
@attrs.frozen
class Complaints:
    """Filing, following and answering complaints."""

    _context: OfficeContext
    _days: ComplaintDays = ComplaintDays()

    def kinds(self) -> tuple[tuple[Named, int], ...]:
        """Return what can be complained about, each with the working days of its answer."""
        return tuple((_named_kind(kind), self._days.of(kind)) for kind in ComplaintKind)

    def file(
        self,
        kind: ComplaintKind,
        message: str,
        *,
        name: str | None = None,
        email: str | None = None,
        keep_identity: bool = False,
        receipt_number: str | None = None,
        permit_type: str | None = None,
        language: str | None = None,
        now: datetime | None = None,
    ) -> FiledComplaint:
        """
        File a complaint; no account and no name is needed. Host applications limit how many a client files.

        Args:
            kind: What it is about.
            message: In own words.
            name: Who complains; None: without a name.
            email: Where messages about it go; None: nowhere.
            keep_identity: The name is shown to supervisors alone.
            receipt_number: Of the case that it is about; whether there is one is not said.
            permit_type: Code of the permit type that it is about.
            language: Of the messages; None: the office's.
            now: Aware moment; None asks the clock.

        Raises:
            ServiceError: ``complaint-empty``: nothing was written.
            InvalidIdentifierError: no message could reach the mail address.
        """
        context, moment = self._context, self._context.moment(now)
        words = _words(message)
        secret, day = new_code(), context.local_day(moment)
        complaint = Complaint(
            id=new_id(),
            number=f"ADU-{day.year}-{''.join(secrets.choice(_DIGITS) for _ in range(6))}",
            kind=kind,
            state=ComplaintState.RECEIVED,
            permit_type=permit_type,
            receipt_number=(receipt_number or "").strip() or None,
            name=(name or "").strip() or None,
            email=parse_email(email) if email and email.strip() else None,
            keep_identity=keep_identity,
            language=language if language in LANGUAGES else context.language,
            received_at=moment,
            due=self._due(kind, day),
            entries=(ComplaintEntry(step=ComplaintStep.FILED, at=moment, by="", message=words),),
            digest="",
        )
        complaint = attrs.evolve(complaint, digest=_digest(complaint.id, secret))
        with context.unit_of_work() as work:
            work.complaints.add(complaint, by="complainant", at=moment)
            self._note(work, complaint, moment)
            work.commit()
        return FiledComplaint(number=complaint.number, secret=secret, due=complaint.due)

    def follow(self, number: str, secret: str, *, now: datetime | None = None) -> ComplaintView:
        """
        Return how a complaint stands, to anyone who has its secret.

        Raises:
            NotFoundError: there is no such complaint with this secret.
            ServiceError: ``too-many-guesses``: too many wrong secrets were tried for it.
        """
        moment = self._context.moment(now)
        return self._view(self._known(number, secret, moment), moment)

    def come_back(
        self, number: str, secret: str, message: str, *, now: datetime | None = None
    ) -> ComplaintView:
        """
        Come back with an answer that does not help: its holder answers again, with a new last day.

        Raises:
            NotFoundError: as `follow`.
            ServiceError: ``complaint-closed``: it is not answered yet, or that is too long ago or too often;
                ``complaint-empty``; ``too-many-guesses``.
        """
        moment, words = self._context.moment(now), _words(message)
        found = self._known(number, secret, moment)
        if not self._may_return(found, moment):
            raise ServiceError("complaint-closed", number=found.number)
        day = self._context.local_day(moment)
        changed = attrs.evolve(found, state=ComplaintState.IN_WORK, due=self._due(found.kind, day))
        return self._view(self._step(changed, ComplaintStep.RETURNED, "", moment, message=words), moment)

    def withdraw(self, number: str, secret: str, *, now: datetime | None = None) -> ComplaintView:
        """
        Take a complaint back.

        Raises:
            NotFoundError: as `follow`.
            ServiceError: ``complaint-closed``: it was answered or taken back; ``too-many-guesses``.
        """
        moment = self._context.moment(now)
        found = self._known(number, secret, moment)
        if not found.is_open:
            raise ServiceError("complaint-closed", number=found.number)
        changed = attrs.evolve(found, state=ComplaintState.WITHDRAWN)
        return self._view(self._step(changed, ComplaintStep.WITHDRAWN, "", moment), moment)

    def list(
        self,
        *,
        actor: Actor,
        states: frozenset[ComplaintState] = frozenset(),
        overdue: bool = False,
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> Page[Complaint]:
        """
        Return complaints, the one that is due first in front: all to those who supervise, to others their own.

        Args:
            actor: An officer.
            states: Only in these; none given: in any.
            overdue: Only open ones whose last day has passed.
            limit: Most answers.
            after: `Page.next` of the page before.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for those who are not officers.
            StorageError: ``unknown-cursor``: no page of this list ends so.
        """
        today = self._context.local_day(self._context.moment(now))
        with self._context.work_for(actor, read_only=True) as work:
            access.require_officer(actor, "complaints")
            page = work.complaints.find(
                states=(ComplaintState.RECEIVED, ComplaintState.IN_WORK) if overdue else states,
                holder=None if actor.has(*_READERS) else actor.id,
                due_before=today if overdue else None,
                limit=limit,
                after=after,
            )
        return Page(tuple(_shown(one, actor) for one in page.items), page.next)

    def get(self, complaint_id: str, *, actor: Actor) -> Complaint:
        """
        Return a complaint to those who supervise and to its holder.

        Raises:
            NotFoundError: there is none for this officer.
            AccessDeniedError: for those who are not officers.
        """
        with self._context.work_for(actor, read_only=True) as work:
            return _shown(self._readable(work, complaint_id, actor), actor)

    def assign(
        self,
        complaint_id: str,
        officer: str,
        *,
        actor: Actor,
        reason: str = "",
        now: datetime | None = None,
    ) -> Complaint:
        """
        Name who handles a complaint, for the first time or instead of another.

        Args:
            complaint_id: The complaint.
            officer: Id of an active officer who did not work on the case that it is about.
            actor: A supervisor or the head of the office.
            reason: Why another one gets it.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such complaint, or no such officer.
            AccessDeniedError: for others.
            ServiceError: ``complaint-closed``; ``complaint-holder``: this officer may not handle it.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor) as work:
            access.require_officer(actor, "complaints")
            found = self._readable(work, complaint_id, actor, lock=True)
            access.require_role(actor, "assign-complaint", *_LEADERS)
            if not found.is_open:
                raise ServiceError("complaint-closed", number=found.number)
            try:
                holder = work.officers.get(officer)
            except RecordNotFoundError as error:
                raise NotFoundError(kind="officer", key=officer) from error
            if not self._may_hold(work, found, holder):
                raise ServiceError("complaint-holder", officer=officer)
            changed = attrs.evolve(found, state=ComplaintState.IN_WORK, holder=officer)
            saved = self._write(
                work,
                changed,
                ComplaintStep.ASSIGNED,
                actor.id,
                moment,
                message=reason.strip(),
                holder=officer,
            )
            work.commit()
        return _shown(saved, actor)

    def answer(
        self, complaint_id: str, message: str, *, actor: Actor, now: datetime | None = None
    ) -> Complaint:
        """
        Answer a complaint; the person who filed it reads the answer, and receives a message about it.

        Args:
            complaint_id: The complaint.
            message: The answer.
            actor: Its holder.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is none for this officer.
            AccessDeniedError: for others than its holder.
            ServiceError: ``complaint-closed``; ``complaint-empty``.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor) as work:
            access.require_officer(actor, "complaints")
            found = self._readable(work, complaint_id, actor, lock=True)
            if found.holder != actor.id:
                raise AccessDeniedError(
                    "access-denied", actor=actor.id, action="answer-complaint", allowed=("officer",)
                )
            if found.state is not ComplaintState.IN_WORK:
                raise ServiceError("complaint-closed", number=found.number)
            words, day = _words(message), self._context.local_day(moment)
            changed = attrs.evolve(
                found, state=ComplaintState.ANSWERED, answered_day=day, on_time=day <= found.due
            )
            saved = self._write(work, changed, ComplaintStep.ANSWERED, actor.id, moment, message=words)
            work.commit()
        return _shown(saved, actor)

    def _due(self, kind: ComplaintKind, day: date) -> date:
        counted = self._context.calendar.add_working_days(day, self._days.of(kind))
        return min(counted, day + timedelta(days=_LAW_DAYS))

    def _known(self, number: str, secret: str, now: datetime) -> Complaint:
        """Return the complaint of a number and its secret; wrong secrets are counted."""
        typed = number.strip().upper()
        with self._context.unit_of_work() as work:
            try:
                found = work.complaints.get_by_number(typed)
            except RecordNotFoundError as error:
                raise NotFoundError(kind="complaint", key=typed) from error
            recent = found.failed_at is not None and found.failed_at <= now < found.failed_at + _PAUSE
            if recent and found.failed >= _MOST_GUESSES:
                raise ServiceError("too-many-guesses", minutes=int(_PAUSE.total_seconds() // 60))
            if hmac.compare_digest(found.digest, _digest(found.id, secret)):
                return found
            failed = attrs.evolve(found, failed=found.failed + 1 if recent else 1, failed_at=now)
            work.complaints.save(failed, by="complainant", at=now)
            work.commit()
        raise NotFoundError(kind="complaint", key=typed)

    def _readable(
        self, work: UnitOfWork, complaint_id: str, actor: Actor, *, lock: bool = False
    ) -> Complaint:
        access.require_officer(actor, "complaints")
        try:
            found = work.complaints.get(complaint_id, lock=lock)
        except RecordNotFoundError as error:
            raise NotFoundError(kind="complaint", key=complaint_id) from error
        if not actor.has(*_READERS) and found.holder != actor.id:
            raise NotFoundError(kind="complaint", key=complaint_id)
        return found

    def _may_hold(self, work: UnitOfWork, complaint: Complaint, officer: Officer) -> bool:
        if not officer.active or not officer.roles:
            return False
        if complaint.kind is ComplaintKind.ABUSE and officer.roles.isdisjoint(_READERS):
            return False
        if complaint.receipt_number is None:
            return True
        try:
            case = work.applications.get_by_receipt(complaint.receipt_number)
        except RecordNotFoundError:
            return True
        hands = {
            person
            for state in case.stages
            for person in (state.assignee, state.decided_by, *state.past_assignees)
        }
        return officer.id not in hands

    def _step(
        self, complaint: Complaint, step: ComplaintStep, by: str, now: datetime, *, message: str = ""
    ) -> Complaint:
        with self._context.unit_of_work() as work:
            saved = self._write(work, complaint, step, by, now, message=message)
            work.commit()
        return saved

    def _write(
        self,
        work: UnitOfWork,
        complaint: Complaint,
        step: ComplaintStep,
        by: str,
        now: datetime,
        *,
        message: str = "",
        holder: str | None = None,
    ) -> Complaint:
        entry = ComplaintEntry(step=step, at=now, by=by, message=message, holder=holder)
        changed = attrs.evolve(complaint, entries=(*complaint.entries, entry))
        saved = work.complaints.save(changed, by=by or "complainant", at=now)
        self._note(work, saved, now)
        return saved

    def _note(self, work: UnitOfWork, complaint: Complaint, now: datetime) -> None:
        last = complaint.entries[-1]
        happened = Event(
            kind=_EVENTS[last.step],
            subject=complaint.id,
            at=now,
            actor=f"officer:{last.by}" if last.by else "complainant",
            data={"kind": complaint.kind.value, "due": complaint.due.isoformat()},
        )
        self._context.record(work, (happened,), now)

    def _may_return(self, complaint: Complaint, now: datetime) -> bool:
        returns = sum(entry.step is ComplaintStep.RETURNED for entry in complaint.entries)
        if complaint.state is not ComplaintState.ANSWERED or returns >= _MOST_RETURNS:
            return False
        answered = complaint.answered_day or self._context.local_day(complaint.received_at)
        last = self._context.calendar.add_working_days(answered, _RETURN_DAYS)
        return self._context.local_day(now) <= last

    def _view(self, complaint: Complaint, now: datetime) -> ComplaintView:
        local = self._context.local_day
        return ComplaintView(
            number=complaint.number,
            kind=_named_kind(complaint.kind),
            state=Named(complaint.state.value, in_both(COMPLAINT_STATES[complaint.state.value])),
            received_on=local(complaint.received_at),
            due=complaint.due,
            is_late=complaint.is_open and local(now) > complaint.due,
            handled_by=_handled_by(complaint),
            messages=tuple(_messages(complaint.entries, local)),
            next_step=in_both(_NEXT[complaint.state]),
            may_return=self._may_return(complaint, now),
            may_withdraw=complaint.is_open,
        )


def _messages(
    entries: Iterable[ComplaintEntry], local: Callable[[datetime], date]
) -> Iterable[tuple[bool, date, str]]:
    for entry in entries:
        if entry.message and entry.step is not ComplaintStep.ASSIGNED:
            yield bool(entry.by), local(entry.at), entry.message


def _handled_by(complaint: Complaint) -> Text | None:
    if complaint.state is ComplaintState.RECEIVED:
        return in_both(N_("a supervisor"))
    return in_both(N_("an officer who did not work on the case")) if complaint.is_open else None


def _shown(complaint: Complaint, actor: Actor) -> Complaint:
    """Leave out what this officer does not need: the hash, and a name that is to be kept."""
    shown = attrs.evolve(complaint, digest="")
    if complaint.keep_identity and not actor.has(*_LEADERS):
        return attrs.evolve(shown, name=None, email=None)
    return shown


def _named_kind(kind: ComplaintKind) -> Named:
    return Named(kind.value, in_both(COMPLAINT_KINDS[kind.value]))


def _words(message: str) -> str:
    words = message.strip()
    if not words or len(words) > _LONGEST:
        raise ServiceError("complaint-empty", most=_LONGEST)
    return words


def _digest(complaint: str, secret: str) -> str:
    text = f"perizinan-core/complaint/1\0{complaint}\0{typed_code(secret)}"
    return hashlib.sha256(text.encode()).hexdigest()
