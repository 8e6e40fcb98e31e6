"""The worker's jobs on permits: signatures, long-term data, and the status list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.signing import TimestampServiceError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._issuance import Issuance
from perizinan_core.services._long_term import EVERY_FIVE_MINUTES, EXTENDING, LongTerm
from perizinan_core.services._status_list import StatusLists
from perizinan_core.services._work import PATIENT, Moment, OneByOne, WorkDone, WorkFailure
from perizinan_core.storage import Backoff, UnitOfWork

__all__ = ["Extend", "PublishStatus", "Sign"]


@attrs.frozen
class Sign(OneByOne):
    """Continues with every letter that waits for its signature."""

    context: OfficeContext
    _issuance: Issuance

    name: ClassVar[str] = "sign"
    backoff: ClassVar[Backoff] = PATIENT

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases whose letter awaits its signature."""
        del now
        return work.agenda.to_sign()

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Sign, or pass over what someone is signing at this moment."""
        try:
            permit = self._issuance.resume(subject, now=now)
        except WorkflowError as error:
            # No signature mends it: a person must cancel the letter, or mend what it rests on.
            self._issuance.hold(subject, error, now=now)
            raise
        if permit is None:
            return WorkDone()
        outlives = self._issuance.long_term.outlives_certificate(permit) is not None
        return WorkDone(signed=1, outliving=(permit.number,) if outlives else ())

    def told(self, subject: str) -> WorkDone:
        """Name the number: a person has to look at it."""
        context = self.context
        try:
            with context.unit_of_work(read_only=True) as work:
                permit_id = context.load(work, subject).permit_id
                number = context.load_permit(work, permit_id).number if permit_id else ""
        except PerizinanError:
            return WorkDone()
        return WorkDone(in_doubt=(number,)) if number else WorkDone()


@attrs.frozen
class Extend:
    """Extends permits that were issued below the office's level."""

    context: OfficeContext
    _long_term: LongTerm

    name: ClassVar[str] = EXTENDING
    backoff: ClassVar[Backoff] = EVERY_FIVE_MINUTES

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Permits whose pause is over; each is on record since it was issued so."""
        return work.failures.due(EXTENDING, now=now)

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Extend one."""
        self._long_term.extend_issued(subject, now)
        return WorkDone(extended=1)

    def is_over(self, error: Exception) -> bool:
        """When the timestamp service is down, the rest waits as well."""
        return isinstance(error, TimestampServiceError)

    def told(self, subject: str) -> WorkDone:
        """Name the number."""
        try:
            with self.context.unit_of_work(read_only=True) as work:
                return WorkDone(unextended=(self.context.load_permit(work, subject).number,))
        except PerizinanError:
            return WorkDone()


@attrs.frozen
class PublishStatus:
    """Publishes the status list when something happened, and before it gets old."""

    _lists: StatusLists

    name: ClassVar[str] = "status-list"

    def run(self, moment: Moment) -> WorkDone:
        """See `Job`; permits that could not be read are named."""
        now = moment()
        if not self._lists.is_due(now=now):
            return WorkDone()
        self._lists.publish_noted(now=now)
        return WorkDone(
            failures=tuple(
                WorkFailure(job=self.name, subject=f"status_index {index}", error="unreadable")
                for index in self._lists.unreadable
            )
        )
