"""What the use cases of administrators share: who may, and where it is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from perizinan_core.errors.services import ServiceError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services import _access as access
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import UnitOfWork

__all__ = ["ADMINISTRATION", "note_act", "require_administrator", "require_reason"]

ADMINISTRATION = "administration"
"""Subject of the history of what administrators do that concerns no single record."""

_MOST = 500


def require_administrator(actor: Actor, action: str, *others: Role) -> None:
    """
    Pass for administrators, for officers with one of the other roles, and for the operator of the machine.

    Raises:
        AccessDeniedError: for everyone else.
    """
    if actor.kind is not ActorKind.HOST:
        access.require_role(actor, action, Role.ADMINISTRATOR, *others)


def require_reason(reason: str) -> str:
    """
    Return a reason as it is kept: one line without blanks around it.

    Raises:
        ServiceError: ``reason-needed``: it says nothing, or is too long.
    """
    kept = " ".join(reason.split())
    if not kept or len(kept) > _MOST:
        raise ServiceError("reason-needed", most=_MOST)
    return kept


def note_act(
    context: OfficeContext,
    work: UnitOfWork,
    kind: EventKind,
    actor: Actor,
    moment: datetime,
    /,
    **data: Any,
) -> None:
    """Write what an administrator did into the history of the administration."""
    happened = Event(kind=kind, subject=ADMINISTRATION, at=moment, actor=str(actor.account), data=data)
    context.record(work, (happened,), moment)
