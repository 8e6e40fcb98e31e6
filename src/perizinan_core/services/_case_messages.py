"""
The messages of a case, to be read where they did not arrive: what was written, and what became of it on each channel.

A message is not kept as it was sent: it is written again from the event that it is about, in the reader's language.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.model._actor import Account, Actor
from perizinan_core.model._application import Application
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._deliveries import MessageDelivery, deliveries_of
from perizinan_core.services._message_wordings import MESSAGE_KINDS
from perizinan_core.services._messages import messages_for
from perizinan_core.services._recipients import APPLICANT, REPRESENTATIVE
from perizinan_core.services._views import events_of
from perizinan_core.storage import UnitOfWork

__all__ = ["CaseMessage", "messages_in"]


@attrs.frozen(kw_only=True)
class CaseMessage:
    """One message to the applicant's side."""

    event: str
    """Id of the event that it is about."""

    kind: str
    """`EventKind` value of it."""

    at: datetime
    recipient: str
    """``applicant`` or ``representative``."""

    subject: str
    body: str
    deliveries: tuple[MessageDelivery, ...]
    """By channel; none while it is still to be made, and once what was delivered is forgotten."""


def messages_in(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    actor: Actor,
    language: str,
    now: datetime,
) -> tuple[CaseMessage, ...]:
    """Return the messages of a case, the newest first; the caller has asked who may read them."""
    permit_id = application.permit_id
    permit = None if permit_id is None else context.load_permit(work, permit_id)
    sent = deliveries_of(work, application.id, actor, context.calendar.time_zone)
    agent = application.representative
    to_agent = agent is not None and actor.account == Account.public(agent.actor_id or "")
    recipient = REPRESENTATIVE if to_agent else APPLICANT
    found = []
    for event in events_of(work, application):
        if event.kind not in MESSAGE_KINDS:
            continue
        try:
            written = messages_for(
                event,
                application=application,
                permit_type=context.permit_type_of(application),
                permit=permit if event.kind.value.startswith("permit_") else None,
                authority=context.authority,
                language=language,
                today=context.local_day(now),
                texts=context.message_texts,
            ).get(recipient)
        except (PerizinanError, LookupError, StopIteration):
            # What it was about is not in the case any more, such as an upload that was kept for a while.
            continue
        if written is None:
            continue
        found.append(
            CaseMessage(
                event=event.id,
                kind=event.kind.value,
                at=context.calendar.time_zone.local(event.at),
                recipient=recipient,
                subject=written.subject,
                body=written.body,
                deliveries=tuple(
                    item for item in sent if item.event == event.id and item.recipient in ("", recipient)
                ),
            )
        )
    return tuple(reversed(found))
