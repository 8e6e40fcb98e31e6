"""
Everything on record about an applicant's own case, as JSON values.

UU 27/2022 art. 32: access to one's data with the trail of what was done with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from perizinan_core._converters import to_json
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.services import _access as access
from perizinan_core.services._case_messages import messages_in
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._readings import CaseReading, readings_of
from perizinan_core.services._views import events_of, shown_case, shown_history, shown_permit
from perizinan_core.storage import UnitOfWork

__all__ = ["data_of"]

_READINGS_AT_ONCE = 200


def data_of(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    actor: Actor,
    language: str,
    now: datetime,
) -> Mapping[str, Any]:
    """Return a case as its applicant sees it, its permit, what happened, the messages, and who of the office looked."""
    permit = None if application.permit_id is None else context.load_permit(work, application.permit_id)
    return {
        "application": to_json(shown_case(application, actor)),
        "permit": None if permit is None else to_json(shown_permit(permit, actor)),
        "history": [
            {"kind": one.kind.value, "at": one.at.isoformat()}
            for one in shown_history(events_of(work, application), actor)
        ],
        "messages": [
            {"at": one.at.isoformat(), "subject": one.subject, "body": one.body}
            for one in messages_in(context, work, application, actor, language, now)
        ],
        "looked_at": [
            {
                "at": one.at.isoformat(),
                "of": one.of.value,
                "role": one.role.name.to(language),
                "unit": one.unit.name.to(language),
                "purpose": one.purpose.to(language),
            }
            for one in _readings(context, work, application, actor)
        ],
    }


def _readings(
    context: OfficeContext, work: UnitOfWork, application: Application, actor: Actor
) -> Iterator[CaseReading]:
    names, after = not access.is_the_applicants(application, actor), None
    while True:
        found = readings_of(context, work, application, limit=_READINGS_AT_ONCE, after=after, names=names)
        yield from (reading for _, reading in found)
        if len(found) < _READINGS_AT_ONCE:
            return
        after = found[-1][0]
