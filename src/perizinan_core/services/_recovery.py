"""
A permit whose record was lost is read back from its signed file.

The file says what the office signed: number, holder, dates, place in the status list. It does not say what happened
since, so the permit comes back suspended; a decider lifts that, or revokes it. What the records, the register and the
marks beside the documents know must agree with the file, or nothing is put back. See decision 0091.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

import attrs

from perizinan_core._converters import from_json
from perizinan_core.catalogue import register_number
from perizinan_core.documents._ports import put_public
from perizinan_core.errors.documents import DocumentStoreError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._actor import Actor
from perizinan_core.model._applicant import Person
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._letter import PermitStatement
from perizinan_core.model._permit import Permit, PermitStatus, StatusChange
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.services._finishing import supersede_previous
from perizinan_core.services._own_check import OwnFile, look_at
from perizinan_core.services._publication import Publication
from perizinan_core.services._renewal import MAX_PERMIT_BYTES
from perizinan_core.services._signing import name_of_signed
from perizinan_core.services._used_numbers import UsedNumber, UsedNumbers
from perizinan_core.storage import TakenNumber, UnitOfWork

__all__ = ["Recovered", "Recovery"]

_OVER = frozenset({ApplicationState.REFUSED, ApplicationState.WITHDRAWN, ApplicationState.LAPSED})
_SIGNED = "signed/"


@attrs.frozen(kw_only=True)
class Recovered:
    """What was put back."""

    permit: Permit
    record: bool
    """True: its record was missing, and it is suspended now. False: the record was there and agrees."""

    document: bool
    """True: the signed file was missing in the document store."""


@attrs.frozen
class Recovery:
    """Reads permits back from their signed files."""

    _context: OfficeContext
    _publication: Publication

    def recover(self, pdf: bytes, *, reason: str, actor: Actor, now: datetime) -> Recovered:
        """See `Continuation.recover`."""
        said, file = self._judged(pdf, now)
        sha256 = hashlib.sha256(pdf).hexdigest()
        with self._context.work_for(actor) as work:
            known = _by_number(work, said.number)
            if known is not None:
                _require_same(known, said)
                return self._with_file(known, pdf)
            permit = self._put_back(work, said, file, sha256, reason, actor, now)
            # The marks stand before the record does, as with every permit.
            document = not self._context.documents.exists(sha256)
            put_public(self._context.documents, BytesIO(pdf))
            UsedNumbers(self._context).keep(permit)
            work.commit()
        return Recovered(permit=permit, record=True, document=document)

    def number_of(self, sha256: str, now: datetime) -> str | None:
        """Return the number of the permit that a stored document is the signed file of, if it has no record."""
        try:
            pdf = self._context.documents.read(sha256, MAX_PERMIT_BYTES)
        except DocumentStoreError:
            return None
        if not pdf.startswith(b"%PDF-"):
            return None
        found = look_at(pdf, self._publication.document(now), now)
        if not found.is_sound or found.number is None:
            return None
        with self._context.unit_of_work(read_only=True) as work:
            return found.number if _by_number(work, found.number) is None else None

    def _judged(self, pdf: bytes, now: datetime) -> tuple[PermitStatement, OwnFile]:
        file = look_at(pdf, self._publication.document(now), now)
        if not file.is_sound or file.content is None:
            raise ServiceError("not-our-permit", reason=file.reasons)
        return from_json(PermitStatement, file.content), file

    def _with_file(self, permit: Permit, pdf: bytes) -> Recovered:
        """Put the signed file of a permit on record back into the store, where it is missing."""
        documents = self._context.documents
        awaited = permit.signed_sha256 is None
        missing = not documents.exists(hashlib.sha256(pdf).hexdigest())
        sha256 = put_public(documents, BytesIO(pdf)).sha256
        if awaited:
            # The worker finds it there and finishes what was interrupted, in place of signing again.
            documents.link(name_of_signed(permit), sha256)
        UsedNumbers(self._context).keep(permit)
        return Recovered(permit=permit, record=False, document=missing)

    def _put_back(
        self,
        work: UnitOfWork,
        said: PermitStatement,
        file: OwnFile,
        sha256: str,
        reason: str,
        actor: Actor,
        now: datetime,
    ) -> Permit:
        signed_at = file.signed_at or now
        line = self._line(work, said, actor, now, reason)
        self._place(work, said, line, actor, now, reason)
        previous = None if said.previous_number is None else _by_number(work, said.previous_number)
        case = self._case(work, said, signed_at, actor, now, reason)
        permit = Permit(
            id=line.subject or new_id(),
            authority=said.authority,
            number=said.number,
            register=line.register,
            register_year=line.year,
            sequence=line.sequence,
            permit_type=said.permit_type,
            permit_type_version=said.permit_type_version,
            application_id=case.id,
            holder=said.holder,
            object=said.object,
            issued_on=said.issued_on,
            valid_from=said.valid_from,
            valid_until=said.valid_until,
            validity_text=said.validity_text,
            position=said.signatory.position,
            delegation=said.signatory.delegation,
            unsigned_sha256=self._unsigned(sha256),
            signed_sha256=sha256,
            signed_at=signed_at,
            status=PermitStatus.SUSPENDED,
            changes=(
                StatusChange(
                    status=PermitStatus.SUSPENDED,
                    at=now,
                    effective=self._context.local_day(now),
                    by=str(actor.account),
                    reason=reason,
                ),
            ),
            status_index=said.status_index,
            previous_permit=previous.id if previous is not None else None,
        )
        work.numbers.regain(line.register, line.year, line.sequence, number=permit.number, subject=permit.id)
        closed = attrs.evolve(
            case, state=ApplicationState.ISSUED, permit_id=permit.id, closed_at=case.closed_at or signed_at
        )
        case = (
            work.applications.add(closed, by=actor.id, at=now)
            if case.version == 0
            else work.applications.save(closed, by=actor.id, at=now)
        )
        permit = work.permits.add(permit, by=actor.id, at=now)
        happened = Event(
            kind=EventKind.PERMIT_RECOVERED,
            subject=permit.id,
            at=now,
            actor=str(actor.account),
            data={"application": case.id, "number": permit.number, "case_was_lost": case.version == 1},
        )
        self._context.record(work, (happened,), now)
        supersede_previous(self._context, work, permit, case, now)
        return permit

    def _line(
        self, work: UnitOfWork, said: PermitStatement, actor: Actor, now: datetime, reason: str
    ) -> TakenNumber:
        """Return the line of the register that is the permit's, once it is there and no one else's."""
        marks = UsedNumbers(self._context)
        used = marks.of_place(said.status_index) or self._numbered(said)
        if used is None or used.number not in ("", said.number):
            raise ServiceError("recovery-disagrees", number=said.number, fields=("number", "status_index"))
        of = used.register, used.year
        mark = marks.of_number(*of, used.sequence)
        if mark is not None and mark.number not in ("", said.number):
            raise ServiceError("recovery-disagrees", number=said.number, fields=("number",))
        self._reach(work, used, actor, now, reason)
        line = work.numbers.get(*of, used.sequence)
        if line.is_cancelled or not line.is_lost or line.number not in (None, said.number):
            raise ServiceError("recovery-disagrees", number=said.number, fields=("number",))
        return attrs.evolve(line, subject=line.subject or (mark or used).subject or None)

    def _reach(self, work: UnitOfWork, used: UsedNumber, actor: Actor, now: datetime, reason: str) -> None:
        """Bring a register up to a number; those before it that the records do not know stand in it as lost."""
        marks, of = UsedNumbers(self._context), (used.register, used.year)
        first = self._context.authority.register(used.register).first
        while (work.numbers.last(*of) or first - 1) < used.sequence:
            sequence = work.numbers.take(*of, first=first, by=actor.id, at=now)
            if sequence == used.sequence:
                work.numbers.lose(*of, sequence, number=None, subject=None)
                continue
            holder = marks.of_number(*of, sequence) or UsedNumber(
                register=of[0], year=of[1], sequence=sequence
            )
            work.numbers.lose(*of, sequence, number=holder.number or None, subject=holder.subject or None)
            marks.note_lost(work, holder, actor=actor, now=now, reason=reason)

    def _numbered(self, said: PermitStatement) -> UsedNumber | None:
        """Return which number of the register is printed, where no mark says so."""
        permit_type = self._context.catalogue.version(said.permit_type, said.permit_type_version)
        register, year = permit_type.register, said.issued_on.year
        if register is None:
            return None
        for sequence in sorted({int(digits) for digits in re.findall(r"\d{1,9}", said.number)}):
            printed = register_number(
                self._context.authority,
                register,
                sequence=sequence,
                day=said.issued_on,
                permit_type=permit_type,
            )
            if printed == said.number:
                return UsedNumber(register=register, year=year, sequence=sequence, number=printed)
        return None

    def _place(
        self,
        work: UnitOfWork,
        said: PermitStatement,
        line: TakenNumber,
        actor: Actor,
        now: datetime,
        reason: str,
    ) -> None:
        """Pass when the place in the status list is the permit's or no one's; take those before it, if need be."""
        marks, place = UsedNumbers(self._context), said.status_index
        if dict(work.permits.places(frozenset(PermitStatus))).get(place) is not None:
            raise ServiceError("recovery-disagrees", number=said.number, fields=("status_index",))
        while work.status_indexes.size() <= place:
            taken = work.status_indexes.take()
            if taken < place:
                holder = marks.of_place(taken) or UsedNumber(
                    register=line.register, year=line.year, sequence=line.sequence
                )
                marks.note_lost(work, holder, actor=actor, now=now, place=taken, reason=reason)

    def _case(
        self,
        work: UnitOfWork,
        said: PermitStatement,
        signed_at: datetime,
        actor: Actor,
        now: datetime,
        reason: str,
    ) -> Application:
        """Return the case that the permit came from: the one on record, or what the file says of it."""
        receipt = said.receipt_number
        try:
            found = work.applications.get_by_receipt(receipt)
        except RecordNotFoundError:
            case, given = self._receipt(work, receipt, actor, now, reason)
            return Application(
                id=case,
                authority=said.authority,
                permit_type=said.permit_type,
                permit_type_version=said.permit_type_version,
                kind=ApplicationKind.NEW if said.previous_number is None else ApplicationKind.RENEWAL,
                owner=actor.account,
                applicant=Person(name=said.holder),
                receipt_number=receipt if given else None,
                external_numbers={} if given else {"receipt": receipt},
                submission=1,
                created_at=signed_at,
                submitted_at=signed_at,
            )
        wrong = [
            name
            for name, agrees in (
                ("permit_type", found.permit_type == said.permit_type),
                ("holder", found.applicant.name == said.holder),
                ("receipt_number", found.permit_id is None and found.state not in _OVER),
            )
            if not agrees
        ]
        if wrong:
            raise ServiceError("recovery-disagrees", number=said.number, fields=tuple(wrong))
        return work.applications.get(found.id, lock=True)

    def _receipt(
        self, work: UnitOfWork, receipt: str, actor: Actor, now: datetime, reason: str
    ) -> tuple[str, bool]:
        """
        Return the id of a case that was lost, and whether it has its receipt number again.

        The number is its own again where a mark or the register says whose it was; without that it may have been
        given to someone else since.
        """
        used = next(
            (item for item in UsedNumbers(self._context).beyond_records() if item.number == receipt), None
        )
        if used is not None:
            self._reach(work, used, actor, now, reason)
            work.numbers.regain(used.register, used.year, used.sequence, number=receipt, subject=used.subject)
            return used.subject, True
        line = work.numbers.find_number(receipt)
        if line is None or not line.is_lost or line.subject is None:
            return new_id(), False
        work.numbers.regain(line.register, line.year, line.sequence, number=receipt, subject=line.subject)
        return line.subject, True

    def _unsigned(self, sha256: str) -> str:
        """Return the hash of the letter that was signed, where a name in the document store still says it."""
        names: Iterator[str] = (
            name.removeprefix(_SIGNED)
            for name, target in self._context.documents.links()
            if target == sha256 and name.startswith(_SIGNED)
        )
        return next(names, sha256)


def _by_number(work: UnitOfWork, number: str) -> Permit | None:
    try:
        return work.permits.get_by_number(number)
    except RecordNotFoundError:
        return None


def _require_same(permit: Permit, said: PermitStatement) -> None:
    names = (
        "permit_type",
        "holder",
        "object",
        "issued_on",
        "valid_from",
        "valid_until",
        "validity_text",
        "status_index",
    )
    wrong = [name for name in names if getattr(permit, name) != getattr(said, name)]
    if wrong:
        raise ServiceError("recovery-disagrees", number=said.number, fields=tuple(wrong))
