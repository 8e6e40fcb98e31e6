"""The one way in which a use case takes a step in a case: once, under lock, with the next officer assigned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypedDict

import attrs

from perizinan_core.errors.storage import StaleObjectError
from perizinan_core.errors.workflow import StageNotOpenError, TransitionNotAllowedError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._assigning import assign_where_possible
from perizinan_core.services._attempts import decided_by_others, record_attempt
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._repeats import asked, once
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._transition import Transition

__all__ = ["CaseStep", "Steps"]


class _By(TypedDict):
    actor: Actor
    now: datetime


class _CountedBy(_By):
    calendar: WorkingCalendar


@attrs.frozen(kw_only=True)
class CaseStep:
    """What a step is taken from."""

    work: UnitOfWork
    case: Application
    """As it stands, locked."""

    permit_type: PermitType
    """The version that the case froze."""

    actor: Actor
    now: datetime
    calendar: WorkingCalendar

    @property
    def by(self) -> _By:
        """Who takes the step and when, as the functions of `workflow` take it."""
        return {"actor": self.actor, "now": self.now}

    @property
    def counted_by(self) -> _CountedBy:
        """As `by`, with the calendar that counts the days."""
        return {"actor": self.actor, "now": self.now, "calendar": self.calendar}


class Steps:
    """Use cases that change a case by a step of `workflow`."""

    __slots__ = ()
    _context: OfficeContext

    def _take(
        self,
        use_case: str,
        given: Mapping[str, Any],
        step: Callable[[CaseStep], Transition],
        *,
        actor: Actor | None = None,
        stage: str | None = None,
        moment: datetime | None = None,
    ) -> Application:
        """
        Take a step in a unit of work, unless an equal request took it before.

        Args:
            use_case: Its name.
            given: ``locals()`` at its first line.
            step: What the step makes of the case.
            actor: Who takes it; by default the argument of that name.
            stage: Whose judgement it is, to say who was faster.
            moment: When, where the use case asked the clock already.

        Raises:
            DecidedByOthersError: someone else decided first; the attempt stays on record.
        """
        request = asked(use_case, given)
        context, who, case_id = self._context, actor or given["actor"], given["application_id"]
        now = moment or context.moment(given["now"])
        with context.work_for(who) as work, once(work, who, request, now) as repeat:
            case = context.load(work, case_id, lock=True)
            permit_type = context.permit_type_of(case)
            access.require_readable(case, permit_type, who)
            if repeat.result is not None:
                return case
            at = CaseStep(
                work=work, case=case, permit_type=permit_type, actor=who, now=now, calendar=context.calendar
            )
            try:
                context.check_version(work, case, given.get("expected_version"))
                moved = step(at)
            except (StageNotOpenError, TransitionNotAllowedError, StaleObjectError) as error:
                too_late = decided_by_others(case, stage, error)
                if too_late is None:
                    raise
            else:
                moved = moved.then(lambda case: assign_where_possible(context, work, case, who, now))
                changed = context.save(work, moved, who, now)
                repeat.finish({"application": case_id})
                work.commit()
                return changed
        # What the step had begun is undone; only the attempt stays on record.
        record_attempt(context, case_id, stage, too_late, who, now)
        raise too_late
