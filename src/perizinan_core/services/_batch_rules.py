"""
What a batch may do without the person who asked for it, and who may ask: the one place that says it.

A passphrase is never stored. So workers sign only for those whose key the office opens by itself: its passphrase or PIN
is in the settings, or it needs none (a key file of the office, a token, a seal). For all others the workers do what
needs no key - the rehearsal, and later the timestamps - and the person signs. See decision 0148.
"""

from __future__ import annotations

import attrs

from perizinan_core.errors.base import Category, PerizinanError
from perizinan_core.errors.services import AccessDeniedError, ServiceError
from perizinan_core.errors.signing import LongTermError, TimestampServiceError
from perizinan_core.errors.storage import LeaseHeldError, StaleObjectError
from perizinan_core.errors.workflow import ClockOrderError
from perizinan_core.model._actor import Account, AccountKind, Actor, ActorKind, Role
from perizinan_core.model._batch import Batch, BatchKind
from perizinan_core.services import _access as access
from perizinan_core.services._context import OfficeContext

__all__ = ["BatchOffer", "acting_for", "is_passing", "may_cancel", "may_see", "offer_of", "require_may_begin"]

_ACTION = "begin-batch"
_CHECKERS = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)


@attrs.frozen(kw_only=True)
class BatchOffer:
    """Whether someone may begin a batch of a kind now."""

    kind: BatchKind
    refusal: PerizinanError | None = None
    """Why not, with a sentence that says what to do instead; None: they may."""

    @property
    def is_open(self) -> bool:
        """True when they may."""
        return self.refusal is None


def offer_of(context: OfficeContext, kind: BatchKind, actor: Actor) -> BatchOffer:
    """Return whether an actor, whose post was compared with the staff record, may begin a batch of a kind."""
    try:
        require_may_begin(context, kind, actor)
    except PerizinanError as error:
        return BatchOffer(kind=kind, refusal=error)
    return BatchOffer(kind=kind)


def require_may_begin(context: OfficeContext, kind: BatchKind, actor: Actor) -> None:
    """
    Pass when an actor may begin a batch of a kind.

    Raises:
        AccessDeniedError: this is not theirs to ask.
        ServiceError: ``batch-needs-person``: the key of the actor opens only with what a person gives.
        LongTermError: ``timestamps-off``: the office has no timestamp service.
    """
    match kind:
        case BatchKind.ISSUE | BatchKind.REHEARSE:
            _require_signer(context, actor, alone=kind is BatchKind.ISSUE)
        case BatchKind.VERIFY:
            if actor.kind is not ActorKind.HOST:
                access.require_role(actor, _ACTION, *_CHECKERS)
        case BatchKind.RENEW:
            if actor.kind is not ActorKind.HOST:
                access.require_role(actor, _ACTION, Role.ADMINISTRATOR)
            if context.timestamps is None:
                raise LongTermError("timestamps-off")


def _require_signer(context: OfficeContext, actor: Actor, *, alone: bool) -> None:
    if actor.kind is not ActorKind.OFFICER or not actor.positions:
        allowed = (Role.SIGNATORY.value,)
        raise AccessDeniedError("access-denied", actor=actor.id, action=_ACTION, allowed=allowed)
    signers = context.signers
    known = [position for position in actor.positions if position in signers.positions()]
    if alone and known and all(signers.asks(position) for position in known):
        raise ServiceError("batch-needs-person", position=known[0])


def acting_for(batch: Batch) -> str | None:
    """Return the id of the officer whom a batch acts for; None: it acts for the office."""
    account = Account.parse(batch.account)
    return account.id if account.kind is AccountKind.OFFICER else None


def may_see(batch: Batch, actor: Actor) -> bool:
    """Return True for those who asked for it, auditors and the operator; of what concerns all permits also others."""
    if actor.kind in (ActorKind.HOST, ActorKind.SYSTEM) or str(actor.account) == batch.account:
        return True
    if actor.kind is not ActorKind.OFFICER:
        return False
    others = _CHECKERS if batch.kind in (BatchKind.VERIFY, BatchKind.RENEW) else (Role.AUDITOR,)
    return actor.has(*others)


def may_cancel(batch: Batch, actor: Actor) -> bool:
    """Return True for those who asked for it and the operator; administrators stop what concerns all permits."""
    if actor.kind is ActorKind.HOST or str(actor.account) == batch.account:
        return True
    concerns_all = batch.kind in (BatchKind.VERIFY, BatchKind.RENEW)
    return actor.kind is ActorKind.OFFICER and concerns_all and actor.has(Role.ADMINISTRATOR)


def is_passing(error: PerizinanError) -> bool:
    """Return True for what may be otherwise in a while: a service is down, or someone has the record now."""
    passing = (ClockOrderError, LeaseHeldError, StaleObjectError, TimestampServiceError)
    return isinstance(error, passing) or error.category is Category.UNAVAILABLE
