"""
Who of the office looked at a case: noted when it happens, and shown to the one whose case it is (UU 27/2022 art. 32).

A look is an event in a history of its own beside that of the case: sealed, never changed, and outside of what the
case tells about its progress. One officer who opens the same thing again on the same day is noted once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Text
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._names import Named, in_both, named_role, named_unit
from perizinan_core.services._terms import slot_label
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._people import DECIDERS

__all__ = ["READINGS", "CaseReading", "ReadingOf", "is_noted", "note_reading", "readings_of"]

READINGS = "readings:"
"""Before the id of a case: the subject of the history of those who looked at it."""

_LOOKED_BACK = 100
"""So many of the latest looks are compared, so that a repeated one is noted once."""


class ReadingOf(StrEnum):
    """What of a case was looked at."""

    CASE = "case"
    PAPER = "paper"
    PERMIT = "permit"
    CONTACT = "contact"
    """A part of the address to which a message did not get through."""


_PURPOSES: Mapping[str, str] = {
    "stage": N_("to work on the step “{stage}”"),
    "decide": N_("to decide about it or to sign"),
    "supervise": N_("to supervise the work"),
    "audit": N_("to audit the office"),
    "contact": N_("to find out why a message does not get through"),
}


@attrs.frozen(kw_only=True)
class CaseReading:
    """One look at a case by someone of the office."""

    at: datetime
    """On the office's clocks; the first look of that day."""

    of: ReadingOf
    paper: Text | None
    """Which paper, where it was one."""

    role: Named
    unit: Named
    purpose: Text
    """For what, as it follows from the officer's part in the case at that moment."""

    officer: str | None
    """Id of the officer; None for the applicant's side, which learns role and unit."""


def is_noted(
    context: OfficeContext,
    work: UnitOfWork,
    case: str,
    actor: Actor,
    of: ReadingOf,
    now: datetime,
    slot: str = "",
) -> bool:
    """Return True where a look need not be noted: it was today, or it is not that of an officer."""
    if actor.kind is not ActorKind.OFFICER:
        return True
    today = context.local_day(now)
    for _, event in work.history.part(READINGS + case, limit=_LOOKED_BACK, newest_first=True):
        if context.local_day(event.at) < today:
            return False
        same = (event.actor, event.data.get("of"), event.data.get("slot", ""))
        if same == (str(actor.account), of.value, slot):
            return True
    return False


def note_reading(
    context: OfficeContext,
    application: Application,
    actor: Actor,
    of: ReadingOf,
    now: datetime,
    slot: str = "",
) -> None:
    """Note a look, in a unit of work of its own; what cannot be noted is not shown."""
    role, unit, stage = _part_in(application, context.permit_type_of(application), actor)
    data = {"of": of.value, "slot": slot, "role": role, "unit": unit, "stage": stage}
    happened = Event(
        kind=EventKind.CASE_READ,
        subject=READINGS + application.id,
        at=now,
        actor=str(actor.account),
        data={name: value for name, value in data.items() if value},
    )
    with context.unit_of_work() as work:
        context.record(work, (happened,), now)
        work.commit()


def readings_of(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    *,
    limit: int,
    after: int | None,
    names: bool,
) -> tuple[tuple[int, CaseReading], ...]:
    """Return looks at a case, the newest first, each with its place; the caller has asked who may know."""
    permit_type = context.permit_type_of(application)
    found = work.history.part(READINGS + application.id, after=after, limit=limit, newest_first=True)
    return tuple((place, _reading(context, permit_type, event, names=names)) for place, event in found)


def _reading(context: OfficeContext, permit_type: PermitType, event: Event, *, names: bool) -> CaseReading:
    data, slot = event.data, str(event.data.get("slot", ""))
    of = ReadingOf(str(data["of"]))
    at = context.calendar.time_zone.local(event.at)
    paper = Text(*(slot_label(permit_type, slot, language) for language in ("id", "en"))) if slot else None
    return CaseReading(
        at=at,
        of=of,
        paper=paper,
        role=named_role(str(data.get("role", "-"))),
        unit=named_unit(context.authority, str(data.get("unit", "-")), at.date()),
        purpose=_purpose(permit_type, data),
        officer=event.actor.partition(":")[2] if names else None,
    )


def _purpose(permit_type: PermitType, data: Mapping[str, object]) -> Text:
    known = {stage.code: stage.label for stage in permit_type.stages}
    stage, role = known.get(str(data.get("stage", ""))), str(data.get("role", ""))
    if stage is not None:
        return in_both(_PURPOSES["stage"], stage=stage)
    by_role = {
        Role.AUDITOR.value: "audit",
        Role.SUPERVISOR.value: "supervise",
        Role.ADMINISTRATOR.value: "contact",
    }
    return in_both(_PURPOSES[by_role.get(role, "decide")])


def _part_in(application: Application, permit_type: PermitType, actor: Actor) -> tuple[str, str, str]:
    """Return role, unit and stage by which an officer may see a case: what they hold in it, before anything else."""
    held = [state.stage for state in application.stages if state.assignee == actor.id]
    posts = [
        stage for stage in permit_type.stages if stage.unit in actor.units and actor.has(Role(stage.role))
    ]
    mine = [stage for stage in posts if stage.code in held] or posts
    if mine:
        return mine[0].role, mine[0].unit, mine[0].code
    roles = [
        role for role in (*DECIDERS, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR) if actor.has(role)
    ]
    units = sorted(actor.units & {permit_type.responsible_unit, *permit_type.deciding_units}) or sorted(
        actor.units
    )
    return (roles[0].value if roles else ""), (units[0] if units else ""), ""
