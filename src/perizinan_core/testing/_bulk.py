"""
A made-up office with as many cases as are wanted, in all states: for measuring.

A few cases are played through the use cases in an office in memory. The others are copies of them with ids, numbers,
people, days and officers of their own, and are written with `storage._sql._bulk.load_cases`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

import attrs

from perizinan_core.documents import InMemoryDocumentStore
from perizinan_core.model._actor import Account, Officer, Role
from perizinan_core.model._applicant import Person
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import Clock, CorrectionItem, StageState
from perizinan_core.model._complaint import (
    Complaint,
    ComplaintEntry,
    ComplaintKind,
    ComplaintState,
    ComplaintStep,
)
from perizinan_core.model._contact import ChannelConsent, ConsentStep, ConsentWay, MessageContact
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._figures import Figure
from perizinan_core.model._identifiers import Nik
from perizinan_core.model._permit import Permit
from perizinan_core.model._survey import SurveyAnswer, SurveyElement
from perizinan_core.services._readings import READINGS
from perizinan_core.storage import OutboxItem, TakenNumber, TrackingSecret
from perizinan_core.storage._sql._bulk import LoadedCase, LoadedDelivery, load_cases
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.testing._offices import HOST, OfficeKit, sample_office, sample_pack
from perizinan_core.workflow._figures import figures_of

__all__ = ["PlayedCases", "bulk_office", "bulk_staff", "nik_of", "receipt_of"]

_HERE, _ROADS = frozenset({"dinas-izin"}), frozenset({"dinas-jalan"})
_YEAR = 2026
_SPAN = timedelta(days=250)
"""Of an office of any size, so that they differ in nothing but their size."""
_RECENT = 100
"""What was delivered is forgotten after a time: the days of the deliveries lie so much closer together."""


def bulk_staff(each: int = 10) -> tuple[Officer, ...]:
    """Return the staff of a middling office: ``each`` officers for every role, one head and one signatory."""
    several = (
        ("loket", Role.FRONT_OFFICE, _HERE),
        ("telaah", Role.BACK_OFFICE, _HERE),
        ("teknis", Role.TECHNICAL_TEAM, _ROADS),
        ("kasir", Role.CASHIER, _HERE),
    )
    single = (
        ("pengawas", Role.INSPECTOR, None),
        ("kasi", Role.SECTION_HEAD, None),
        ("pimpinan", Role.OFFICE_HEAD, "kepala"),
        ("kepala", Role.SIGNATORY, "kepala"),
        ("supervisor", Role.SUPERVISOR, None),
        ("auditor", Role.AUDITOR, None),
        ("admin", Role.ADMINISTRATOR, None),
    )
    return (
        *(
            Officer(
                id=f"{name}-{number}", name=f"Petugas {name} {number}", roles=frozenset({role}), units=units
            )
            for name, role, units in several
            for number in range(1, each + 1)
        ),
        *(
            Officer(id=name, name=f"Petugas {name}", roles=frozenset({role}), units=_HERE, position=position)
            for name, role, position in single
        ),
    )


def bulk_office(
    storage: SqlStorage,
    cases: int,
    *,
    in_work: int,
    progress: Callable[[int], None] | None = None,
    plugins: Mapping[str, object] | None = None,
) -> OfficeKit:
    """
    Open an office on an empty database and fill it; see `PlayedCases`.

    Args:
        storage: Migrated and empty.
        cases: How many in all.
        in_work: How many of them an officer works on.
        progress: Called with how many are written.
        plugins: Plugins of the office, by name.
    """
    played = PlayedCases.play()
    played.load(storage, cases, in_work=in_work, progress=progress)
    return played.open(storage, plugins=plugins)


def nik_of(number: int) -> str:
    """Return the NIK of the applicant of a case."""
    day, month, year = number % 28 + 1, number // 28 % 12 + 1, number // 336 % 40 + 50
    return f"357201{day:02}{month:02}{year:02}{number // 13440 + 1:04}"


def receipt_of(number: int) -> str:
    """Return the receipt number of a case."""
    return f"TT/{number + 1:06}/{_YEAR}"


@attrs.frozen(kw_only=True)
class PlayedCases:
    """Cases that were played through the use cases; an office is filled with copies of them."""

    submitted: LoadedCase
    reviewed: LoadedCase
    corrected: LoadedCase
    approved: LoadedCase
    issued: LoadedCase
    begin: datetime

    @classmethod
    def play(cls) -> PlayedCases:
        """Play them."""
        kit = sample_office()
        reviewed = kit.submit("acara")
        kit.decide(reviewed.id, "periksa")
        permit = kit.permit("warung")
        approved = kit.submit("warung")
        kit.review(approved.id)
        corrected = kit.submit("warung")
        kit.office.reviews.request_correction(
            corrected.id,
            "periksa",
            (CorrectionItem(target="ktp", reason="Buram"),),
            actor=kit.assignee(corrected.id, "periksa"),
        )
        submitted = kit.submit("warung")
        ids = {
            "submitted": submitted.id,
            "reviewed": reviewed.id,
            "corrected": corrected.id,
            "approved": approved.id,
        }
        found = {name: _taken(kit, id_, None) for name, id_ in ids.items()}
        return cls(**found, issued=_taken(kit, permit.application_id, permit), begin=kit.clock())

    def load(
        self,
        storage: SqlStorage,
        cases: int,
        *,
        in_work: int,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """
        Fill an empty store that was migrated; those who work there are hired by `open`.

        One in twenty waits for an answer of its applicant, whom no message reached; one in fifty for a signature.
        """
        load_cases(storage, self._copies(cases, in_work), progress=progress)

    def open(self, storage: SqlStorage, *, plugins: Mapping[str, object] | None = None) -> OfficeKit:
        """Open an office on a store that was filled, at a moment after the last case."""
        kit = sample_office(
            storage=storage,
            staff=bulk_staff(),
            documents=InMemoryDocumentStore(),
            plugins=plugins,
            development=True,
        )
        kit.clock.moment = self._end()
        return kit

    def _end(self) -> datetime:
        """Return a moment after the last case began."""
        return self.begin + _SPAN + timedelta(hours=1)

    def _copies(self, cases: int, in_work: int) -> Iterator[LoadedCase]:
        """Yield so many cases, those in work evenly among the others."""
        every = max(1, cases // max(1, in_work))
        issued, working = 0, 0
        last = self._end()
        for number in range(cases):
            at = self.begin + _SPAN * number / cases
            turn, alike = number, f"{number // 4}"
            if working < in_work and number % every == 0:
                template = self.reviewed if working % 2 else self.submitted
                # Two kinds take turns; of each, officers have the same share, and four are for one object.
                turn, alike = working // 2, f"{working % 2}-{working // 8}"
                working += 1
            elif number % 20 == 13:
                template = self.corrected
            elif number % 50 == 1:
                template = self.approved
            else:
                template = self.issued
                issued += 1
            yield _copy(template, number, _Share(issued, turn, alike), at, last)


def _taken(kit: OfficeKit, id_: str, permit: Permit | None) -> LoadedCase:
    office = kit.office
    events = office.applications.history(id_, actor=HOST)
    case = office.applications.get(id_, actor=HOST)
    return LoadedCase(application=case, permit=permit, events=events, figures=_figures(case))


def _id(at: datetime, number: int, kind: int) -> str:
    stamp = f"{int(at.timestamp() * 1000):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7{kind:03x}-8000-{number:012x}"


@attrs.frozen
class _Share:
    """What tells a copy from the others of its kind."""

    issued: int
    """How many permits there are with it."""

    turn: int
    """Whose turn it is."""

    alike: str
    """What it is about."""


def _copy(template: LoadedCase, number: int, share: _Share, at: datetime, last: datetime) -> LoadedCase:
    case, shift = template.application, at - template.application.created_at
    id_, permit_id = _id(at, number, 0), _id(at, number, 1)
    permit, issued = template.permit, share.issued
    changed = attrs.evolve(
        case,
        id=id_,
        owner=Account.public(f"p{number // 4}"),
        applicant=_person(case, number),
        receipt_number=receipt_of(number),
        documents=tuple(
            attrs.evolve(paper, sha256=hashlib.sha256(f"{number}/{paper.slot}".encode()).hexdigest())
            for paper in case.documents
        ),
        stages=tuple(_stage(state, share.turn, shift) for state in case.stages),
        about=case.about and f"{case.about} {share.alike}",
        clock=_clock(case, number, shift, last),
        permit_id=permit_id if permit is not None else None,
        created_at=case.created_at + shift,
        submitted_at=case.submitted_at and case.submitted_at + shift,
        completed_at=case.completed_at and case.completed_at + shift,
        closed_at=case.closed_at and case.closed_at + shift,
        # No one need be asked any more about those whom no message reached.
        missed_notices=tuple(item.of for item in case.awaited_notices()),
        corrections=tuple(
            attrs.evolve(item, answer_by=last.date() + timedelta(days=30)) for item in case.corrections
        ),
    )
    numbers = [_line("tanda-terima", number + 1, receipt_of(number), id_, at)]
    if permit is not None:
        text = f"500/{issued:06}/WR/{_YEAR}"
        numbers.append(_line("izin", issued, text, id_, at))
        permit = attrs.evolve(
            permit,
            id=permit_id,
            application_id=id_,
            number=text,
            register="izin",
            register_year=_YEAR,
            sequence=issued,
            status_index=issued - 1,
            issued_on=permit.issued_on + timedelta(days=shift.days),
            valid_from=permit.valid_from + timedelta(days=shift.days),
            valid_until=permit.valid_until and permit.valid_until + timedelta(days=shift.days),
        )
    return LoadedCase(
        application=changed,
        permit=permit,
        numbers=tuple(numbers),
        figures=_moved(template.figures, changed),
        deliveries=tuple(_deliveries(number, id_, template, last - (last - at) / _RECENT, last)),
        complaint=_complaint(number, id_, at) if number % 20 == 3 else None,
        contact=_contact(changed.owner, at) if number % 20 == 4 else None,
        survey=_survey(case.permit_type, number, at) if permit is not None and number % 5 else None,
        secret=TrackingSecret(digest=hashlib.sha256(id_.encode()).digest(), given_at=at),
        events=(
            *(_event(item, case.id, id_, permit_id, shift) for item in template.events),
            _reading(number, id_, at),
        ),
    )


def _person(case: Application, number: int) -> Person:
    if not isinstance(case.applicant, Person):
        raise TypeError("the cases that are copied are of persons")
    return attrs.evolve(
        case.applicant, name=f"Warga Contoh {number}", nik=Nik(nik_of(number)), phone=None, email=None
    )


_NAMES = {
    "periksa": "loket",
    "rekomendasi": "teknis",
    "telaah": "telaah",
    "bayar": "kasir",
}


def _stage(state: StageState, turn: int, shift: timedelta) -> StageState:
    name = _NAMES.get(state.stage)
    assignee = f"{name}-{turn % 10 + 1}" if name and state.assignee else state.assignee
    return attrs.evolve(
        state,
        assignee=assignee,
        opened_at=state.opened_at and state.opened_at + shift,
        decided_at=state.decided_at and state.decided_at + shift,
    )


def _clock(case: Application, number: int, shift: timedelta, last: datetime) -> Clock:
    """Move the clock of a case; what is in work is due soon after the last case began."""
    entries = tuple(attrs.evolve(entry, at=entry.at + shift) for entry in case.clock.entries)
    in_work = case.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
    due = last.date() + timedelta(days=number % 20 + 1)
    deadlines = tuple(
        attrs.evolve(item, due=due if in_work else item.due + timedelta(days=shift.days))
        for item in case.clock.deadlines
    )
    return attrs.evolve(case.clock, entries=entries, deadlines=deadlines)


def _figures(case: Application) -> tuple[Figure, ...]:
    permit_type = sample_pack().catalogue.version(case.permit_type, case.permit_type_version)
    return figures_of(case, permit_type, sample_pack().authority.calendar)


def _moved(figures: tuple[Figure, ...], case: Application) -> tuple[Figure, ...]:
    """Return the figures of the template as of the case's own day: to work them out takes as long as all the rest."""
    if case.closed_at is None:
        return ()
    day = sample_pack().authority.calendar.time_zone.local(case.closed_at).date()
    return tuple(attrs.evolve(figure, closed_day=day) for figure in figures)


def _line(register: str, sequence: int, text: str, subject: str, at: datetime) -> TakenNumber:
    return TakenNumber(
        register=register,
        year=_YEAR,
        sequence=sequence,
        number=text,
        subject=subject,
        taken_by="loket-1",
        taken_at=at,
    )


def _event(event: Event, case: str, id_: str, permit_id: str, shift: timedelta) -> Event:
    return attrs.evolve(event, subject=id_ if event.subject == case else permit_id, at=event.at + shift)


def _reading(number: int, case: str, at: datetime) -> Event:
    """Return that someone of the office looked at a case."""
    return Event(
        kind=EventKind.CASE_READ,
        subject=READINGS + case,
        at=at,
        actor=str(Account.officer(f"loket-{number % 10 + 1}")),
        data={"of": "case", "role": Role.FRONT_OFFICE.value, "unit": "dinas-izin", "stage": "periksa"},
    )


def _deliveries(
    number: int, case: str, template: LoadedCase, at: datetime, last: datetime
) -> Iterator[LoadedDelivery]:
    """Yield a message of a case: one in twenty was given up, one in fifty is tried again after a while."""
    item = OutboxItem(
        event=attrs.evolve(template.events[-1], subject=case, at=at, id=f"{case}/m"),
        target="channel:mail",
        case=case,
        message=f"m{number}",
        recipient="applicant",
    )
    if number % 20 == 4:
        yield LoadedDelivery(item=item, written_at=at)
    elif number % 50 == 6:
        yield LoadedDelivery(item=item, written_at=at, next_try=last + timedelta(hours=1))
    else:
        yield LoadedDelivery(item=item, written_at=at, done_at=at)


def _complaint(number: int, case: str, at: datetime) -> Complaint:
    """Return a complaint; of two one is still open, and loket-1 has every second of them."""
    is_open, day = number % 40 < 20, at.date()
    filed = ComplaintEntry(step=ComplaintStep.FILED, at=at, by="", message="Terlalu lama")
    return Complaint(
        id=case.replace("-7000-", "-7002-"),
        number=f"P-{number:06}",
        kind=ComplaintKind.SERVICE,
        state=ComplaintState.IN_WORK if is_open else ComplaintState.ANSWERED,
        received_at=at,
        due=day + timedelta(days=14),
        holder=f"loket-{1 if number % 80 < 40 else 2}",
        entries=(filed,),
        digest="00",
        answered_day=None if is_open else day + timedelta(days=3),
        on_time=None if is_open else True,
    )


def _contact(owner: Account, at: datetime) -> MessageContact:
    """Return the consent of someone to messages by phone."""
    consent = ChannelConsent(
        step=ConsentStep.GIVEN,
        channel="pesan",
        service="WhatsApp",
        phone="+6281234567890",
        text="Saya setuju.",
        version="1",
        way=ConsentWay.ACCOUNT,
        at=at,
        by=str(owner),
    )
    return MessageContact(holder=str(owner), consents=(consent,))


def _survey(permit_type: str, number: int, at: datetime) -> SurveyAnswer:
    remark = "Cepat dan ramah" if number % 5 == 1 else ""
    return SurveyAnswer(
        permit_type=permit_type,
        day=at.date(),
        values=dict.fromkeys(SurveyElement, number % 4 + 1),
        remark=remark,
    )
