"""
Everything of an absent officer in one act: what would move and who could get it, and moving it.

`Reviews` carries them.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, Officer, Role
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._exceptional import ExceptionalSteps
from perizinan_core.services._sight import supervised_stages
from perizinan_core.storage import QueueEntry, UnitOfWork
from perizinan_core.workflow._assignment import eligible_officers
from perizinan_core.workflow._people import require_supervisor
from perizinan_core.workflow._states import Action

__all__ = ["HandOver", "HandedOver", "HeldStage"]

_MOST_HANDED_OVER = 1000


@attrs.frozen(kw_only=True)
class HeldStage:
    """An open stage that an officer holds, and who could have it instead."""

    application: str
    receipt_number: str | None
    permit_type: str
    stage: str
    opened_at: datetime
    others: tuple[str, ...]
    """Ids of the officers among whom the rule of the stage chooses; empty: no one, so that it would stay."""


@attrs.frozen(kw_only=True)
class HandedOver:
    """What became of a stage that was to be handed over."""

    application: str
    stage: str
    officer: str | None = None
    """Who has it now."""

    error: PerizinanError | None = None
    """What kept it where it is; None: another officer has it."""


@checked
class HandOver(ExceptionalSteps):
    """Giving everything of one officer to others."""

    __slots__ = ()

    def held_by(self, officer: str, *, actor: Actor, limit: int = _MOST_HANDED_OVER) -> tuple[HeldStage, ...]:
        """
        Return what `hand_over` would give to others, the stage that opened first in front; nothing is changed.

        Args:
            officer: Whose open stages they are.
            actor: A supervisor; only cases of the own units are among them.
            limit: Most answers.

        Raises:
            AccessDeniedError: for others.
            NotFoundError: there is no such officer.
        """
        context = self._context
        found = []
        with context.work_for(actor, read_only=True) as work:
            held = self._held(work, officer, actor, limit)
            cases = work.applications.named({entry.application for entry in held})
            # Of many cases few have posts of their own: everyone who holds one is asked for once.
            staff_of = cache(partial(_staff_with, work))
            for entry in held:
                case = cases.get(entry.application)
                if case is None:
                    continue
                permit_type = context.permit_type_of(case)
                try:
                    require_supervisor(case, permit_type, actor, Action.REASSIGN, entry.stage)
                except WorkflowError:
                    # Of a unit that this supervisor does not answer for.
                    continue
                staff = eligible_officers(case, permit_type, entry.stage, staff_of(context.posts_of(case)))
                found.append(
                    HeldStage(
                        application=entry.application,
                        receipt_number=entry.receipt_number,
                        permit_type=entry.permit_type,
                        stage=entry.stage,
                        opened_at=context.calendar.time_zone.local(entry.opened_at),
                        others=tuple(one.id for one in staff if one.id not in (officer, actor.id)),
                    )
                )
        return tuple(found)

    def hand_over(
        self, officer: str, *, reason: str, actor: Actor, now: datetime | None = None
    ) -> tuple[HandedOver, ...]:
        """
        Give everything that an officer holds to others, each by the rule of its stage: for someone who is away.

        Each case is a unit of its own, so that one without another officer keeps no other. Called again, it
        continues with what is left.

        Args:
            officer: Whose open stages they are.
            reason: For the history of each case.
            actor: A supervisor; only cases of the own units are handed over.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            NotFoundError: there is no such officer.
        """
        with self._context.work_for(actor, read_only=True) as work:
            held = self._held(work, officer, actor, _MOST_HANDED_OVER)
        done = []
        for entry in held:
            application, stage = entry.application, entry.stage
            try:
                moved = self.reassign(application, stage, reason=reason, actor=actor, now=now)
            except NotFoundError:
                # Of a unit that this supervisor does not answer for.
                continue
            except PerizinanError as error:
                done.append(HandedOver(application=application, stage=stage, error=error))
            else:
                state = moved.stage_state(stage)
                holder = None if state is None else state.assignee
                done.append(HandedOver(application=application, stage=stage, officer=holder))
        return tuple(done)

    def _held(self, work: UnitOfWork, officer: str, actor: Actor, limit: int) -> tuple[QueueEntry, ...]:
        access.require_role(actor, "hand-over", Role.SUPERVISOR)
        try:
            work.officers.get(officer)
        except RecordNotFoundError as error:
            raise NotFoundError(kind="officer", key=officer) from error
        among = supervised_stages(self._context, actor)
        return work.applications.queue(assignee=officer, among=among, limit=limit)


def _staff_with(work: UnitOfWork, posts: frozenset[tuple[str, str | None]]) -> tuple[Officer, ...]:
    return work.officers.list(active_only=False, posts=posts)
