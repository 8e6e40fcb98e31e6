"""Continuing behind numbers and places that were used by records which the database does not have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import BinaryIO

import attrs

from perizinan_core.errors.services import AccessDeniedError, ServiceError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.services._access import require_role
from perizinan_core.services._administration import require_reason
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._publication import Publication
from perizinan_core.services._recovery import Recovered, Recovery
from perizinan_core.services._renewal import MAX_PERMIT_BYTES
from perizinan_core.services._used_numbers import LostNumber, UsedNumber, UsedNumbers, lost_numbers
from perizinan_core.workflow import Action
from perizinan_core.workflow._transition import clean_reasons

__all__ = ["Continuation"]

_MOST = 100_000
"""More numbers or places than this are not passed over at once: it would be a typing error."""


@checked
@attrs.frozen
class Continuation:
    """What a restored database does not know, how the registers continue behind it, and reading permits back."""

    _context: OfficeContext
    _publication: Publication

    def beyond_records(self, *, actor: Actor) -> tuple[UsedNumber, ...]:
        """
        Return what the documents know as used and the records do not, in the order of the registers.

        Walks through all names of the document store.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host application.
            ServiceError: ``number-mark-broken``: a mark is not as the office wrote it.
        """
        with self._context.work_for(actor, read_only=True):
            _require_overseer(actor)
        return UsedNumbers(self._context).beyond_records()

    def lost(self, *, actor: Actor) -> tuple[LostNumber, ...]:
        """
        Return the numbers and places that were passed over, oldest first.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host application.
        """
        with self._context.work_for(actor, read_only=True) as work:
            _require_overseer(actor)
            return lost_numbers(work)

    def continue_after(
        self,
        register: str,
        year: int,
        last: int,
        *,
        places: int = 0,
        reason: str,
        actor: Actor,
        now: datetime | None = None,
    ) -> int:
        """
        Pass over numbers that were given out, where neither records nor documents know it any more.

        Each stands in the register as lost; the next one is ``last + 1``. Doing it again changes nothing.

        Args:
            register: Code of the register.
            year: Local year.
            last: The last number that was given out.
            places: How many places of the status list were given out since; several registers share them.
            reason: On what evidence; kept in the history.
            actor: The host application: the operator on the machine.
            now: Aware moment; None asks the clock.

        Returns:
            How many numbers were passed over.

        Raises:
            ServiceError: ``unknown-register``: the authority has no such register.
            ServiceError: ``reason-needed``: the reason says nothing.
            ServiceError: ``continue-too-far``: more than a hundred thousand numbers or places at once.
            AccessDeniedError: for others.
        """
        context = self._context
        moment = context.moment(now)
        used = UsedNumbers(context)
        with context.work_for(actor) as work:
            if actor.kind is not ActorKind.HOST:
                raise AccessDeniedError(
                    "access-denied",
                    actor=actor.id,
                    action="continue-numbers",
                    allowed=(ActorKind.HOST.value,),
                )
            why = require_reason(reason)
            first = self._first(register)
            known = work.numbers.last(register, year)
            count = max(0, last - (first - 1 if known is None else known))
            if max(count, places) > _MOST:
                raise ServiceError("continue-too-far", count=max(count, places), most=_MOST)
            for _ in range(count):
                sequence = work.numbers.take(register, year, first=first, by=actor.id, at=moment)
                holder = used.of_number(register, year, sequence) or UsedNumber(
                    register=register, year=year, sequence=sequence
                )
                work.numbers.lose(
                    register, year, sequence, number=holder.number or None, subject=holder.subject or None
                )
                used.note_lost(work, holder, actor=actor, now=moment, reason=why)
            for _ in range(places):
                place = work.status_indexes.take()
                holder = used.of_place(place) or UsedNumber(register=register, year=year, sequence=last)
                used.note_lost(work, holder, actor=actor, now=moment, place=place, reason=why)
            work.commit()
        return count

    def recover(self, file: BinaryIO, *, reason: str, actor: Actor, now: datetime | None = None) -> Recovered:
        """
        Put a permit back whose record was lost, from its signed file.

        Its number and its place in the status list are put back as well, and those before it that are unknown are
        passed over. The file does not say what happened since it was signed: the permit comes back suspended, and
        a decider lifts that (`Permits.reinstate`) or ends it. Where the case is on record, it is closed as issued;
        else a case is made that holds what the file says. A permit that is on record and agrees gets its signed
        file and its marks back, where these are missing.

        Args:
            file: The signed PDF, as its holder has it or as it lies in the document store.
            reason: Why, and on what evidence; kept in the permit and in the history.
            actor: An administrator, or the host application for the operator of the machine.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            ServiceError: ``not-our-permit``: no permit that this office signed, or it was changed.
            ServiceError: ``recovery-disagrees``: what is on record says something else; nothing was put back.
            PermitStatusError: it replaces a permit that cannot be replaced any more.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True):
            if actor.kind is not ActorKind.HOST and not (
                actor.kind is ActorKind.OFFICER and actor.has(Role.ADMINISTRATOR)
            ):
                allowed = (Role.ADMINISTRATOR.value, ActorKind.HOST.value)
                raise AccessDeniedError(
                    "access-denied", actor=actor.id, action="recover-permit", allowed=allowed
                )
        pdf = file.read(MAX_PERMIT_BYTES + 1)
        if len(pdf) > MAX_PERMIT_BYTES:
            raise ServiceError("not-our-permit", reason="too-large")
        (why,) = clean_reasons(Action.SUSPEND, (reason,))
        return Recovery(self._context, self._publication).recover(pdf, reason=why, actor=actor, now=moment)

    def recoverable(
        self, documents: Collection[str], *, actor: Actor, now: datetime | None = None
    ) -> Mapping[str, str]:
        """
        Return the numbers of permits without a record, by the SHA-256 of the stored documents that hold them.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host application.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor, read_only=True):
            _require_overseer(actor)
        recovery = Recovery(self._context, self._publication)
        found = {sha256: recovery.number_of(sha256, moment) for sha256 in documents}
        return {sha256: number for sha256, number in found.items() if number is not None}

    def _first(self, register: str) -> int:
        registers = {item.code: item for item in self._context.authority.registers}
        if register not in registers:
            raise ServiceError("unknown-register", received=register, known=tuple(sorted(registers)))
        return registers[register].first


def _require_overseer(actor: Actor) -> None:
    if actor.kind is not ActorKind.HOST:
        require_role(actor, "lost-numbers", Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)
