"""The power of attorney: put where the permit type asks for one among its papers too, so that it is handed in once."""

from __future__ import annotations

import contextlib

from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import UploadKeptError
from perizinan_portal._kit import Visit

__all__ = ["REPRESENTED", "put_where_asked"]

REPRESENTED = "application.represented"
"""Condition of a requirement that asks for the power of attorney among its papers."""


def put_where_asked(visit: Visit, case_id: str) -> None:
    """Put the stored power of attorney into each empty place that asks for it."""
    applications, actor = visit.office.applications, visit.actor
    mandate = applications.get(case_id, actor=actor).power_of_attorney()
    if mandate is None:
        return
    for slot in applications.slots(case_id, actor=actor):
        if slot.requirement.when != REPRESENTED or slot.documents:
            continue
        with (
            contextlib.suppress(UploadRefusedError, UploadKeptError),
            applications.open_document(case_id, mandate.id, actor=actor) as file,
        ):
            applications.upload(case_id, slot.terms.key, file, file_name=mandate.file_name, actor=actor)
