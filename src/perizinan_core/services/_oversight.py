"""
Where an office's work sticks: what waits in each step and how long, what is past its day, what ends soon.

For those who answer for others' work. Everyone gets what they may read, and counts of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import attrs

from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._authority import Delegation
from perizinan_core.model._case import StageState, StageStatus
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._bindings import Bindings
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._names import Named, named_officer, named_unit
from perizinan_core.services._sight import TO_SIGN, sight_of
from perizinan_core.storage import ApplicationFilter, QueueFront, UnitOfWork
from perizinan_core.workflow._clock import is_stage_late

__all__ = ["AgeClass", "Attention", "EndingSoon", "Oversight", "OversightReport", "StepLoad"]

_OVERSEERS = (
    Role.SECTION_HEAD,
    Role.DIVISION_HEAD,
    Role.OFFICE_HEAD,
    Role.SIGNATORY,
    Role.SUPERVISOR,
    Role.AUDITOR,
)
_OPEN = frozenset(
    state for state in ApplicationState if state is not ApplicationState.DRAFT and not state.is_terminal
)
_IN_WORK = frozenset({ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW})
_AGES = (0, 5, 10, 20, 30, 60)
"""First calendar day of each class of age."""

_SOON = timedelta(days=60)
_PAST = timedelta(days=30)
"""What ended so long ago is still named: no one may have taken its place."""


@attrs.frozen(kw_only=True)
class StepLoad:
    """What waits in one step of one permit type."""

    permit_type: Named
    step: Named
    unit: Named
    waiting: int
    application: str
    """Id of the case that has waited longest."""

    receipt_number: str | None
    officer: Named | None
    """Who has it; None: it waits for an officer."""

    since: datetime
    days: int
    """Calendar days that it has waited."""

    is_late: bool
    """It is beyond the time that the permit type gives this step."""

    held_up: bool
    """It cannot be judged now: money, or an answer from outside, is missing."""


@attrs.frozen(kw_only=True)
class AgeClass:
    """Open cases by the calendar days since they were handed in."""

    first: int
    last: int | None
    """Last day of the class; None: without an end."""

    number: int
    late: int
    """Of these: past their deadline."""


@attrs.frozen(kw_only=True)
class EndingSoon:
    """A delegation or a certificate that ends soon, or ended not long ago."""

    code: str
    """Of the delegation; of a certificate the first eight digits of its fingerprint."""

    position: Named
    is_certificate: bool
    last_day: date
    days_left: int
    """Negative: it ended."""


@attrs.frozen(kw_only=True)
class OversightReport:
    """How the office stands at this moment."""

    as_of: date
    steps: tuple[StepLoad, ...]
    """The step whose oldest case has waited longest in front."""

    ages: tuple[AgeClass, ...]
    overdue: int
    """In work, and past their deadline."""

    endings: tuple[EndingSoon, ...]
    """What ends first in front."""

    @property
    def open_cases(self) -> int:
        """All open cases."""
        return sum(one.number for one in self.ages)

    @property
    def late_steps(self) -> tuple[StepLoad, ...]:
        """Steps whose oldest case is beyond the time of the step."""
        return tuple(one for one in self.steps if one.is_late)


@attrs.frozen(kw_only=True)
class Attention:
    """What someone who answers for the work should look at, in numbers."""

    to_sign: int
    """Letters that wait for a signature, of those that the actor may read."""

    overdue: int
    """Cases in work that are past their deadline."""

    endings: tuple[EndingSoon, ...]
    """What ends first in front."""


@checked
@attrs.frozen
class Oversight:
    """For heads, supervisors and auditors."""

    _context: OfficeContext

    def attention(self, *, actor: Actor, now: datetime | None = None) -> Attention:
        """
        Return what to look at, for a first page: a few questions, however many cases there are. See `report`.

        Args:
            actor: As for `report`.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        context = self._context
        today = context.local_day(context.moment(now))
        with context.work_for(actor, read_only=True) as work:
            _require_overseer(actor)
            courses, count = sight_of(context, work, actor).courses, work.applications.count
            return Attention(
                to_sign=count(ApplicationFilter(states=TO_SIGN, courses=courses)),
                overdue=count(ApplicationFilter(states=_IN_WORK, courses=courses, due_before=today)),
                endings=self._sorted_endings(work, today),
            )

    def report(self, *, actor: Actor, now: datetime | None = None) -> OversightReport:
        """
        Return how the work stands that the actor may read. The cost grows with the number of open cases.

        Args:
            actor: A head of a section, division or office, a signatory, a supervisor, an auditor, or the host
                application.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        context = self._context
        moment = context.moment(now)
        today = context.local_day(moment)
        with context.work_for(actor, read_only=True) as work:
            _require_overseer(actor)
            courses = sight_of(context, work, actor).courses
            fronts = work.applications.fronts(courses=courses)
            steps = sorted(self._steps(work, fronts, moment), key=lambda one: (one.since, one.application))
            late = ApplicationFilter(states=_IN_WORK, courses=courses, due_before=today)
            return OversightReport(
                as_of=today,
                steps=tuple(steps),
                ages=tuple(_ages(work, courses, today)),
                overdue=work.applications.count(late),
                endings=self._sorted_endings(work, today),
            )

    def _sorted_endings(self, work: UnitOfWork, today: date) -> tuple[EndingSoon, ...]:
        return tuple(sorted(self._endings(work, today), key=lambda one: (one.last_day, one.code)))

    def _steps(self, work: UnitOfWork, fronts: tuple[QueueFront, ...], now: datetime) -> Iterator[StepLoad]:
        context, today = self._context, self._context.local_day(now)
        staff = work.officers.named({one.oldest.assignee for one in fronts if one.oldest.assignee})
        for front in fronts:
            entry = front.oldest
            # The newest version says what people call a step; a case keeps the rules of its own.
            versions = context.catalogue.versions(entry.permit_type)
            stage = next(
                (one for item in reversed(versions) for one in item.stages if one.code == entry.stage), None
            )
            if stage is None:
                continue
            since = context.calendar.time_zone.local(entry.opened_at)
            opened = StageState(stage=entry.stage, status=StageStatus.OPEN, opened_at=entry.opened_at)
            yield StepLoad(
                permit_type=Named(entry.permit_type, versions[-1].name),
                step=Named(entry.stage, stage.label),
                unit=named_unit(context.authority, stage.unit, today),
                waiting=front.waiting,
                application=entry.application,
                receipt_number=entry.receipt_number,
                officer=None if entry.assignee is None else named_officer(staff, entry.assignee),
                since=since,
                days=(today - since.date()).days,
                is_late=is_stage_late(stage, opened, context.calendar, now),
                held_up=entry.held_up,
            )

    def _endings(self, work: UnitOfWork, today: date) -> Iterator[EndingSoon]:
        delegations = self._context.authority.delegations
        for one in delegations:
            end = one.valid.end
            if end is not None and _is_near(end, today) and not _continues(one, delegations, today):
                yield self._ending(one.code, one.position, end, today)
        for binding in Bindings(work, self._context.local_day).all():
            ends = [day for day in (binding.end, binding.certificate_ends) if day is not None]
            if not binding.withdrawn and ends and _is_near(min(ends), today):
                code = binding.certificate_sha256[:8]
                yield self._ending(code, binding.position, min(ends), today, is_certificate=True)

    def _ending(
        self, code: str, position: str, end: date, today: date, *, is_certificate: bool = False
    ) -> EndingSoon:
        return EndingSoon(
            code=code,
            position=Named(position, self._context.authority.position(position).title),
            is_certificate=is_certificate,
            last_day=end,
            days_left=(end - today).days,
        )


def _require_overseer(actor: Actor) -> None:
    """Pass for those who answer for others' work, and for the host; the worker itself has no use for it."""
    if actor.kind is ActorKind.SYSTEM:
        allowed = tuple(role.value for role in _OVERSEERS)
        raise AccessDeniedError("access-denied", actor=actor.id, action="oversight", allowed=allowed)
    if actor.kind is not ActorKind.HOST:
        access.require_role(actor, "oversight", *_OVERSEERS)


def _ages(work: UnitOfWork, courses: frozenset[str] | None, today: date) -> Iterator[AgeClass]:
    for first, following in zip(_AGES, (*_AGES[1:], None), strict=True):
        wanted = ApplicationFilter(
            states=_OPEN,
            courses=courses,
            handed_in=True,
            submitted_to=today - timedelta(days=first),
            submitted_from=None if following is None else today - timedelta(days=following - 1),
        )
        late = attrs.evolve(wanted, states=_IN_WORK, due_before=today)
        yield AgeClass(
            first=first,
            last=None if following is None else following - 1,
            number=work.applications.count(wanted),
            late=work.applications.count(late),
        )


def _is_near(end: date, today: date) -> bool:
    return today - _PAST <= end <= today + _SOON


def _continues(one: Delegation, others: tuple[Delegation, ...], today: date) -> bool:
    """Return whether the same position may sign the same after its end, by what is on record."""
    after = max(one.valid.end or today, today) + timedelta(days=1)
    return all(
        any(other.covers(code, after) for other in others if other.position == one.position)
        for code in one.permit_types
    )
