"""
Confirming the values that the catalogue only assumes.

Outside development a kind of permit opens, and its letters are signed, only when each value that it rests on
was confirmed (`catalogue.rests_on`). What a decree says of an office binds everyone, so it takes two: an
administrator, or the operator of the machine, names the paper; the value is confirmed once a second person names
the same one. Either can be taken back, by one person and at once. A confirmation is a sealed record, belongs to
one value at one path, and every change of one stands in the history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core._converters import from_json, to_json
from perizinan_core.catalogue._assumed import rests_on, topics_of
from perizinan_core.errors.services import AccessDeniedError, ServiceError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Account, Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._assumed import AUTHORITY, AssumedPart, ConfirmingPaper
from perizinan_core.model._authority import Delegation
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._administration import require_reason
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._letters import LetterPlan
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._people import same_person

__all__ = [
    "AssumedState",
    "Confirmation",
    "Confirmations",
    "Confirmed",
    "approval_confirmations",
    "confirmed",
    "is_open",
    "marked",
    "require_confirmed",
    "submission_confirmations",
    "unconfirmed",
]

_KEY = "confirmation:"
"""Prefix of the settings that hold a confirmation; a digest of owner, path and value follows."""

_NAMED = 8
"""Most values that a sentence names."""

_WAITS = N_(
    "The office has not confirmed {count} values of this permit ({topics}), so it may not be decided. "
    "The office's administrator names the paper for each: perizinan catalogue assumed {permit_type}"
)


class Confirmed(StrEnum):
    """How far a value is confirmed."""

    NO = "no"
    PROPOSED = "proposed"
    """One person named the paper; a second has to."""
    YES = "yes"


@attrs.frozen(kw_only=True)
class Confirmation:
    """Who said that a value is right, when, and on which paper."""

    paper: ConfirmingPaper
    version: str
    """Version of the permit type that was in the catalogue then; empty for the authority's data."""

    by: Account
    at: datetime
    second: Account | None = None
    """The second person, or None while one is waited for."""

    second_at: datetime | None = None


@attrs.frozen(kw_only=True)
class AssumedState:
    """A value that its source leaves open, and what the office said about it."""

    part: AssumedPart
    confirmation: Confirmation | None

    @property
    def state(self) -> Confirmed:
        """How far it is confirmed."""
        if self.confirmation is None:
            return Confirmed.NO
        return Confirmed.PROPOSED if self.confirmation.second is None else Confirmed.YES


@checked
@attrs.frozen
class Confirmations:
    """Values that the catalogue assumes, and their confirmation by the office."""

    _context: OfficeContext

    def assumed(
        self, permit_type: str | None = None, *, actor: Actor, now: datetime | None = None
    ) -> tuple[AssumedState, ...]:
        """
        Return every assumed value that permit types rest on today, each with what was said about it.

        Args:
            permit_type: Code of one; None: all that are complete in the catalogue.
            actor: An officer, or the host application.
            now: Aware moment; None asks the clock.

        Raises:
            CatalogueError: there is no such permit type, or none in force today.
            AccessDeniedError: for applicants.
        """
        with self._context.work_for(actor, read_only=True) as work:
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "assumed-values")
            return self._states(work, self._asked_for(permit_type, self._day(now)), self._day(now))

    def confirm(
        self,
        permit_type: str,
        paths: Collection[str] = (),
        *,
        paper: ConfirmingPaper,
        actor: Actor,
        now: datetime | None = None,
    ) -> tuple[AssumedState, ...]:
        """
        Say that a paper of the office confirms values; they hold once a second person says the same.

        Args:
            permit_type: Code of the permit type that rests on them.
            paths: Which values, by `AssumedPart.path`; a path names everything below it too. None at all: every
                value that is not confirmed yet. Values of the authority are named ``authority/…``.
            paper: The document that says so.
            actor: An administrator; or the host application, for the operator of the machine.
            now: Aware moment; None asks the clock.

        Returns:
            The values, as they stand now.

        Raises:
            AccessDeniedError: for others.
            AccessDeniedError: ``confirmation-second``: the same person, or the operator twice, named the paper.
            ServiceError: ``unknown-value``: the type rests on no assumed value of that path.
            ServiceError: ``paper-ahead``: the document has a date that lies ahead.
            CatalogueError: there is no such permit type, or none in force today.
        """
        context = self._context
        moment, day = context.moment(now), self._day(now)
        with context.work_for(actor) as work:
            _require_keeper(actor)
            if paper.day > day:
                raise ServiceError("paper-ahead", day=paper.day, today=day)
            states = self._states(work, self._asked_for(permit_type, day), day)
            chosen = _chosen(states, tuple(paths), permit_type)
            for one in chosen:
                self._say(work, one, paper, actor, moment)
            after = self._states(work, self._asked_for(permit_type, day), day)
            work.commit()
        named = {(one.part.owner, one.part.path) for one in chosen}
        return tuple(one for one in after if (one.part.owner, one.part.path) in named)

    def withdraw(
        self,
        permit_type: str,
        paths: Collection[str],
        *,
        reason: str,
        actor: Actor,
        now: datetime | None = None,
    ) -> tuple[AssumedState, ...]:
        """
        Take confirmations back; it holds at once, and nothing that was signed before is touched.

        Raises:
            AccessDeniedError: for others than administrators and the host.
            ServiceError: ``unknown-value``: the type rests on no assumed value of that path.
            ServiceError: ``value-not-confirmed``: nothing was said about the values of that path.
            ServiceError: ``reason-needed``: the reason says nothing.
        """
        context = self._context
        moment, day = context.moment(now), self._day(now)
        with context.work_for(actor) as work:
            _require_keeper(actor)
            states = self._states(work, self._asked_for(permit_type, day), day)
            chosen = _said(_chosen(states, tuple(paths), permit_type), permit_type, tuple(paths))
            why = require_reason(reason)
            for one in chosen:
                work.settings.delete(_key(one.part))
                _tell(work, one, None, actor, moment, reason=why)
            work.commit()
        return tuple(attrs.evolve(one, confirmation=None) for one in chosen)

    def history(self, owner: str, *, actor: Actor) -> tuple[Event, ...]:
        """
        Return every change of a confirmation, oldest first.

        Args:
            owner: Code of a permit type, or ``authority``.
            actor: An officer, or the host application.

        Raises:
            AccessDeniedError: for applicants.
        """
        with self._context.work_for(actor, read_only=True) as work:
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "assumed-values")
            return work.history.of(_subject(owner))

    def _day(self, now: datetime | None) -> date:
        return self._context.local_day(self._context.moment(now))

    def _asked_for(self, permit_type: str | None, day: date) -> tuple[PermitType, ...]:
        catalogue = self._context.catalogue
        if permit_type is not None:
            return (catalogue.find(permit_type, on=day),)
        return tuple(item for item in catalogue.types(on=day) if item.complete)

    def _states(
        self, work: UnitOfWork, permit_types: Iterable[PermitType], day: date
    ) -> tuple[AssumedState, ...]:
        said = work.settings.all(_KEY)
        parts = {
            (part.owner, part.path): part
            for permit_type in permit_types
            for part in _parts(self._context, permit_type, day, None)
        }
        return tuple(AssumedState(part=part, confirmation=_read(said, part)) for part in parts.values())

    def _say(
        self, work: UnitOfWork, one: AssumedState, paper: ConfirmingPaper, actor: Actor, moment: datetime
    ) -> None:
        before = one.confirmation
        if before is not None and before.paper == paper:
            if before.second is not None:
                return
            if same_person(before.by, actor.account):
                raise AccessDeniedError("confirmation-second", actor=actor.id, path=one.part.path)
            after = attrs.evolve(before, second=actor.account, second_at=moment)
        else:
            after = Confirmation(paper=paper, version=one.part.version, by=actor.account, at=moment)
        work.settings.put(_key(one.part), to_json(after))
        _tell(work, one, after, actor, moment)


def unconfirmed(
    context: OfficeContext,
    work: UnitOfWork,
    permit_type: PermitType,
    day: date,
    delegation: Delegation | None = None,
) -> tuple[AssumedPart, ...]:
    """Return the assumed values that the permit type, or its letter, rests on and that no one confirmed."""
    parts = _parts(context, permit_type, day, delegation)
    if not parts:
        return ()
    said = work.settings.all(_KEY)
    return tuple(part for part in parts if not _holds(_read(said, part)))


def marked(context: OfficeContext, work: UnitOfWork, plan: LetterPlan) -> LetterPlan:
    """Return the plan of a letter that names the kinds of values which no one confirmed."""
    missing = unconfirmed(context, work, plan.permit_type, plan.day, plan.delegation)
    return attrs.evolve(plan, unconfirmed=topics_of(missing, "id"))


def confirmed(context: OfficeContext, work: UnitOfWork, plan: LetterPlan) -> LetterPlan:
    """
    Return the plan of a letter that may be signed: with every value confirmed, or marked in development.

    Raises:
        ServiceError: ``values-unconfirmed``: names the values that are not confirmed.
    """
    require_confirmed(context, work, plan.permit_type, plan.day, plan.delegation)
    return marked(context, work, plan)


def is_open(context: OfficeContext, work: UnitOfWork, permit_type: PermitType, day: date) -> bool:
    """Return True when applications are taken: the type is complete, and its values are confirmed."""
    return permit_type.complete and (context.development or not unconfirmed(context, work, permit_type, day))


def require_confirmed(
    context: OfficeContext,
    work: UnitOfWork,
    permit_type: PermitType,
    day: date,
    delegation: Delegation | None = None,
) -> None:
    """
    Pass in development, and when every value that the type or its letter rests on is confirmed.

    Raises:
        ServiceError: ``values-unconfirmed``: names those that are not.
    """
    if context.development:
        return
    missing = unconfirmed(context, work, permit_type, day, delegation)
    if missing:
        raise ServiceError(
            "values-unconfirmed",
            permit_type=permit_type.code,
            count=len(missing),
            topics=topics_of(missing, context.language),
            paths=tuple(name_of(part) for part in missing),
        )


def submission_confirmations(
    context: OfficeContext, work: UnitOfWork, application: Application, permit_type: PermitType, day: date
) -> tuple[Problem, ...]:
    """As `require_confirmed`, as a problem of a submission; a correction waits for nothing that the office owes."""
    first = application.state is ApplicationState.DRAFT
    return approval_confirmations(context, work, permit_type, day) if first else ()


def approval_confirmations(
    context: OfficeContext, work: UnitOfWork, permit_type: PermitType, day: date
) -> tuple[Problem, ...]:
    """As `require_confirmed`, as a problem among others of an approval."""
    missing = () if context.development else unconfirmed(context, work, permit_type, day)
    if not missing:
        return ()
    topics = ", ".join(topics_of(missing, context.language))
    fields = {"count": len(missing), "topics": topics, "permit_type": permit_type.code}
    return (Problem("permit_type", "values-unconfirmed", _WAITS, fields),)


def name_of(part: AssumedPart) -> str:
    """Return how a value is named beside others: that of the authority begins with ``authority/``."""
    return f"{AUTHORITY}/{part.path}" if part.owner == AUTHORITY else part.path


def _parts(
    context: OfficeContext, permit_type: PermitType, day: date, delegation: Delegation | None
) -> tuple[AssumedPart, ...]:
    """Return what a type rests on; the catalogue of an open office does not change."""
    key = (permit_type.code, permit_type.version, day, delegation.code if delegation else None)
    known = context.assumed_parts
    if key not in known:
        if len(known) > _REMEMBERED:
            known.clear()
        known[key] = rests_on(permit_type, context.authority, day, delegation=delegation)
    return known[key]


_REMEMBERED = 500


def _chosen(
    states: tuple[AssumedState, ...], paths: tuple[str, ...], permit_type: str
) -> tuple[AssumedState, ...]:
    if not paths:
        return tuple(one for one in states if one.state is not Confirmed.YES)
    if not states:
        raise ServiceError("no-assumed-values", permit_type=permit_type, path=", ".join(paths))
    for path in paths:
        if not any(_below(one.part, path) for one in states):
            known = tuple(name_of(one.part) for one in states)
            raise ServiceError(
                "unknown-value", permit_type=permit_type, path=path, known=known[:_NAMED], count=len(known)
            )
    return tuple(one for one in states if any(_below(one.part, path) for path in paths))


def _said(
    chosen: tuple[AssumedState, ...], permit_type: str, paths: tuple[str, ...]
) -> tuple[AssumedState, ...]:
    """Return those about which something was said; of every path that was named there must be one."""
    said = tuple(one for one in chosen if one.confirmation is not None)
    for path in paths:
        if not any(_below(one.part, path) for one in said):
            raise ServiceError("value-not-confirmed", permit_type=permit_type, path=path)
    return said


def _below(part: AssumedPart, path: str) -> bool:
    name = name_of(part)
    return name == path or name.startswith(f"{path}/")


def _key(part: AssumedPart) -> str:
    """Return the setting of a value: another value at the same path has another one."""
    named = f"{part.owner}\n{part.path}\n{part.digest}"
    return f"{_KEY}{hashlib.sha256(named.encode()).hexdigest()}"


def _read(said: Any, part: AssumedPart) -> Confirmation | None:
    value = said.get(_key(part))
    return None if value is None else from_json(Confirmation, value)


def _holds(confirmation: Confirmation | None) -> bool:
    return confirmation is not None and confirmation.second is not None


def _subject(owner: str) -> str:
    return f"catalogue:{owner}"


def _tell(
    work: UnitOfWork,
    before: AssumedState,
    after: Confirmation | None,
    actor: Actor,
    moment: datetime,
    **data: Any,
) -> None:
    part, said = before.part, after or before.confirmation
    now = AssumedState(part=part, confirmation=after)
    happened = Event(
        kind=EventKind.VALUE_CONFIRMED,
        subject=_subject(part.owner),
        at=moment,
        actor=str(actor.account),
        data={
            "path": part.path,
            "version": part.version,
            "digest": part.digest,
            "paper": to_json(said.paper) if said else None,
            "before": before.state.value,
            "after": now.state.value,
            **data,
        },
    )
    work.history.add((happened,))


def _require_keeper(actor: Actor) -> None:
    if actor.kind is ActorKind.HOST:
        return
    if actor.kind is not ActorKind.OFFICER or not actor.has(Role.ADMINISTRATOR):
        allowed = (Role.ADMINISTRATOR.value, ActorKind.HOST.value)
        raise AccessDeniedError("access-denied", actor=actor.id, action="confirm-values", allowed=allowed)
