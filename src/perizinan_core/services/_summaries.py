"""What lists show of cases, permits and numbers: names in place of ids, moments on the office's clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from perizinan_core.catalogue import Catalogue
from perizinan_core.errors.catalogue import CatalogueError
from perizinan_core.model._actor import Officer
from perizinan_core.model._application import Application
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Text
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._names import (
    Named,
    named_officer,
    named_role,
    named_state,
    named_status,
    named_unit,
)
from perizinan_core.storage import TakenNumber, UnitOfWork

__all__ = [
    "CaseSummary",
    "Names",
    "OpenStage",
    "PermitSummary",
    "RegisterLine",
    "WaitingLetter",
]


@attrs.frozen(kw_only=True)
class OpenStage:
    """A stage that someone works on."""

    stage: Named
    unit: Named
    role: Named
    officer: Named | None
    """None: it waits for an officer."""

    since: datetime
    held_up: bool
    """It cannot be judged now: money, or an answer from outside, is missing."""


@attrs.frozen(kw_only=True)
class CaseSummary:
    """A case as lists show it."""

    id: str
    version: int
    receipt_number: str | None
    permit_type: Named
    kind: ApplicationKind
    state: Named
    applicant: str = attrs.field(repr=False)
    """Name of the person or organisation."""

    responsible_unit: Named
    begun_at: datetime
    submitted_at: datetime | None
    age_days: int | None
    """Calendar days since the submission."""

    due: date | None
    """Running deadline."""

    days_late: int
    """Calendar days since the deadline passed; 0 in time."""

    stages: tuple[OpenStage, ...]
    """Those that someone works on now."""


@attrs.frozen(kw_only=True)
class WaitingLetter:
    """A case whose letter is to be issued or signed."""

    case: CaseSummary
    decided_at: datetime | None
    number: str | None
    """None: the number is taken when it is signed."""

    signer: Named | None
    """Who signs it, once the number is taken."""

    may_sign: bool
    """Whether the one who asks may sign it today."""

    is_stuck: bool
    """Its number is taken and the signature failed, or was interrupted; signing again continues there."""

    problem: str | None
    """Stable code of what last kept the worker from signing it."""


@attrs.frozen(kw_only=True)
class PermitSummary:
    """A permit as lists show it."""

    id: str
    number: str
    permit_type: Named
    holder: str = attrs.field(repr=False)
    object: str = attrs.field(repr=False)
    status: Named
    """As it holds today."""

    responsible_unit: Named
    issued_on: date
    valid_from: date
    valid_until: date | None
    days_left: int | None
    """Calendar days until its last day; negative once it is over; None without an end."""

    application: str
    """Id of its case."""


@attrs.frozen(kw_only=True)
class RegisterLine:
    """One line of a number register (buku agenda)."""

    sequence: int
    number: str | None
    taken_by: Named
    taken_at: datetime
    subject: str | None
    """Id of the case or permit that it is for."""

    cancelled_by: Named | None
    cancelled_at: datetime | None
    cancel_reason: str | None = attrs.field(repr=False)
    is_lost: bool = False
    """True: used by a permit or application whose record was lost; the number is good, and not given again."""

    @property
    def is_cancelled(self) -> bool:
        """True when the number stands for nothing; it is never used again."""
        return self.cancelled_at is not None


@attrs.frozen(kw_only=True)
class Names:
    """Gives records their names; the officers of a page are read at once."""

    context: OfficeContext
    today: date
    staff: Mapping[str, Officer]

    @classmethod
    def of(cls, context: OfficeContext, work: UnitOfWork, officers: set[str], today: date) -> Names:
        """Return the names for a page on which these officers stand."""
        return cls(context=context, today=today, staff=work.officers.named(officers))

    def case(self, case: Application) -> CaseSummary:
        """Summarise a case."""
        permit_type = _type_of(self.context.catalogue, case)
        due = case.clock.due
        submitted = self._local(case.submitted_at)
        return CaseSummary(
            id=case.id,
            version=case.version,
            receipt_number=case.receipt_number,
            permit_type=Named(case.permit_type, _name_of(permit_type, case.permit_type)),
            kind=case.kind,
            state=named_state(case.state),
            applicant=case.applicant.name,
            responsible_unit=self._responsible(permit_type),
            begun_at=self._moment(case.created_at),
            submitted_at=submitted,
            age_days=None if submitted is None else (self.today - submitted.date()).days,
            due=due,
            days_late=0 if due is None else max(0, (self.today - due).days),
            stages=tuple(self._stages(case, permit_type)),
        )

    def permit(self, permit: Permit) -> PermitSummary:
        """Summarise a permit."""
        permit_type = _type_of(self.context.catalogue, permit)
        end = permit.valid_until
        return PermitSummary(
            id=permit.id,
            number=permit.number,
            permit_type=Named(permit.permit_type, _name_of(permit_type, permit.permit_type)),
            holder=permit.holder,
            object=permit.object,
            status=named_status(permit.status_on(self.today)),
            responsible_unit=self._responsible(permit_type),
            issued_on=permit.issued_on,
            valid_from=permit.valid_from,
            valid_until=end,
            days_left=None if end is None else (end - self.today).days,
            application=permit.application_id,
        )

    def line(self, line: TakenNumber) -> RegisterLine:
        """Summarise a line of a register."""
        return RegisterLine(
            sequence=line.sequence,
            number=line.number,
            taken_by=named_officer(self.staff, line.taken_by),
            taken_at=self._moment(line.taken_at),
            subject=line.subject,
            cancelled_by=None if line.cancelled_by is None else named_officer(self.staff, line.cancelled_by),
            cancelled_at=self._local(line.cancelled_at),
            cancel_reason=line.cancel_reason,
            is_lost=line.is_lost,
        )

    def officer(self, officer: str) -> Named:
        """Name an officer."""
        return named_officer(self.staff, officer)

    def _stages(self, case: Application, permit_type: PermitType | None) -> list[OpenStage]:
        rules = {} if permit_type is None else {stage.code: stage for stage in permit_type.stages}
        return [
            OpenStage(
                stage=Named(state.stage, rules[state.stage].label),
                unit=named_unit(self.context.authority, rules[state.stage].unit, self.today),
                role=named_role(rules[state.stage].role),
                officer=None if state.assignee is None else self.officer(state.assignee),
                since=self._moment(state.opened_at or case.submitted_at or case.created_at),
                held_up=case.is_held_up(state.stage),
            )
            for state in case.stages_in_work()
            if state.stage in rules
        ]

    def _responsible(self, permit_type: PermitType | None) -> Named:
        if permit_type is None:
            return Named("-", Text("-"))
        return named_unit(self.context.authority, permit_type.responsible_unit, self.today)

    def _moment(self, moment: datetime) -> datetime:
        return self.context.calendar.time_zone.local(moment)

    def _local(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else self._moment(moment)


def _type_of(catalogue: Catalogue, record: Application | Permit) -> PermitType | None:
    """Return the frozen version, or None: a list shows what it can of a case whose type is gone."""
    try:
        return catalogue.version(record.permit_type, record.permit_type_version)
    except CatalogueError:
        return None


def _name_of(permit_type: PermitType | None, code: str) -> Text:
    return Text(code) if permit_type is None else permit_type.name
