"""The messages about an event, as they would go out at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from perizinan_core.errors.services import NotFoundError
from perizinan_core.hooks._notification import Notification
from perizinan_core.model._actor import Role
from perizinan_core.model._application import Application
from perizinan_core.model._events import Event
from perizinan_core.model._permit import Permit
from perizinan_core.services._complaint_messages import COMPLAINT_KINDS_OF_EVENTS, complaint_messages
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._messages import messages_for
from perizinan_core.storage import UnitOfWork

__all__ = ["case_about", "composed", "composed_in"]


def composed(context: OfficeContext, event: Event, moment: datetime) -> Mapping[str, Notification]:
    """Return the messages about an event as they would go out now, by recipient."""
    with context.unit_of_work(read_only=True) as work:
        return composed_in(context, work, event, moment)


def composed_in(
    context: OfficeContext, work: UnitOfWork, event: Event, moment: datetime
) -> Mapping[str, Notification]:
    """Return them, in a unit of work of the caller."""
    if event.kind in COMPLAINT_KINDS_OF_EVENTS:
        return complaint_messages(
            event,
            work.complaints.get(event.subject),
            authority=context.authority,
            supervisors=work.officers.list(role=Role.SUPERVISOR),
            language=context.language,
        )
    permit = _permit(context, work, event)
    application = case_about(context, work, event)
    supervisors = work.officers.list(role=Role.SUPERVISOR)
    if application is None:
        return {}
    return messages_for(
        event,
        application=application,
        permit_type=context.permit_type_of(application),
        permit=permit,
        authority=context.authority,
        language=context.language,
        today=context.local_day(moment),
        supervisors=supervisors,
        texts=context.message_texts,
    )


def _permit(context: OfficeContext, work: UnitOfWork, event: Event) -> Permit | None:
    return context.load_permit(work, event.subject) if event.kind.value.startswith("permit_") else None


def case_about(
    context: OfficeContext, work: UnitOfWork, event: Event, *, lock: bool = False
) -> Application | None:
    """Return the case that an event is about, or None: there is none any more."""
    permit = _permit(context, work, event)
    try:
        return context.load(work, permit.application_id if permit else event.subject, lock=lock)
    except NotFoundError:
        return None
