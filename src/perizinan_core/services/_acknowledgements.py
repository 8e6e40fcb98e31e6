"""
Taking notice of findings about the office: what is as it should be, or cannot be changed, is not shown as new for ever.

A finding that asks for something to be done cannot be dismissed. One that concerns numbers needs two persons, since
what is missing in a register of numbers is what an auditor looks for.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core._converters import from_json, to_json
from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model._actor import Account, Actor, Role
from perizinan_core.model._events import EventKind
from perizinan_core.services._administration import note_act, require_administrator, require_reason
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._people import same_person

__all__ = ["Acknowledgement", "Acknowledgements"]

_KEY = "finding:"


@attrs.frozen(kw_only=True)
class Acknowledgement:
    """Who took notice of a finding, and why nothing is done."""

    finding: str
    """Mark of the finding as it stood: with another number in it, it is another one."""

    code: str
    reason: str
    by: Account
    at: datetime
    needs_second: bool = False
    second: Account | None = None
    second_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether it holds: where two persons are needed, both agreed."""
        return not self.needs_second or self.second is not None


@attrs.frozen
class Acknowledgements:
    """What was taken notice of. The office's health asks it; who may is checked here."""

    _context: OfficeContext

    def require_reader(self, actor: Actor) -> None:
        """
        Pass for those who look after the office.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True):
            require_administrator(actor, "findings", Role.SUPERVISOR, Role.AUDITOR)

    def all(self, actor: Actor) -> dict[str, Acknowledgement]:
        """
        Return them by the mark of the finding.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "findings", Role.SUPERVISOR, Role.AUDITOR)
            return self._all(work)

    def give(
        self,
        finding: str,
        code: str,
        *,
        needs_second: bool,
        reason: str,
        actor: Actor,
        now: datetime | None,
    ) -> Acknowledgement:
        """Take notice, or agree as second person; see `bootstrap.Health.acknowledge`."""
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            others = (Role.AUDITOR,) if needs_second else ()
            require_administrator(actor, "acknowledge-finding", *others)
            why = require_reason(reason)
            before = self._all(work).get(finding)
            if before is None or not before.needs_second:
                after = Acknowledgement(
                    finding=finding,
                    code=code,
                    reason=why,
                    by=actor.account,
                    at=moment,
                    needs_second=needs_second,
                )
            elif before.second is not None:
                return before
            elif same_person(before.by, actor.account):
                raise AccessDeniedError("finding-second", actor=actor.id, finding=code)
            else:
                after = attrs.evolve(before, second=actor.account, second_at=moment)
            work.settings.put(_KEY + finding, to_json(after))
            act = "second" if after.second is not None else "first"
            note_act(
                context,
                work,
                EventKind.FINDING_ACKNOWLEDGED,
                actor,
                moment,
                act=act,
                code=code,
                finding=finding,
                reason=why,
            )
            work.commit()
        return after

    def withdraw(self, finding: str, *, actor: Actor, now: datetime | None) -> None:
        """Let a finding be shown again; see `bootstrap.Health.withdraw`."""
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            require_administrator(actor, "acknowledge-finding", Role.AUDITOR)
            before = self._all(work).get(finding)
            if before is None:
                raise NotFoundError(kind="finding", key=finding)
            work.settings.delete(_KEY + finding)
            note_act(
                context,
                work,
                EventKind.FINDING_ACKNOWLEDGED,
                actor,
                moment,
                act="withdraw",
                code=before.code,
                finding=finding,
            )
            work.commit()

    def _all(self, work: UnitOfWork) -> dict[str, Acknowledgement]:
        found = (from_json(Acknowledgement, value) for value in work.settings.all(_KEY).values())
        return {item.finding: item for item in found}
