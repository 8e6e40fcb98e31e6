"""Errors name places for documents, fields and stages as the permit type calls them, and not by their codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from perizinan_core.catalogue._form_check import field_title
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import FormDataError, TextRefusedError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.i18n import N_
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._context import OfficeContext

__all__ = ["name_places", "places_of"]

_MANDATE = N_("Power of attorney")
_APPLICANT = N_("Applicant")
_FORM_PATH = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def name_places(context: OfficeContext, error: PerizinanError, arguments: Mapping[str, Any]) -> None:
    """
    Let an error know what the places are called that it names by their codes.

    Args:
        context: The office.
        error: A refusal of the workflow, or of what was written into a form; others stay as they are.
        arguments: What the use case was called with: the case or the permit type stands in it.
    """
    if not isinstance(error, WorkflowError | TextRefusedError | FormDataError) or error.places:
        return
    # What cannot be looked up now keeps its codes; the refusal itself counts.
    with suppress(PerizinanError):
        permit_type = _permit_type(context, arguments)
        if permit_type is None:
            return
        if isinstance(error, WorkflowError):
            error.places = places_of(permit_type)
        else:
            error.places = _field(permit_type, error)


def places_of(permit_type: PermitType) -> Mapping[str, object]:
    """Return what people call the papers, fields and stages of a permit type, by their codes."""
    fields = permit_type.form_schema.get("properties", {})
    return {
        **{f"form:{name}": field_title(permit_type.form_schema, (name,)) for name in fields},
        **{stage.code: stage.label for stage in permit_type.stages},
        **{requirement.code: requirement.label for requirement in permit_type.requirements},
        "applicant": _APPLICANT,
        POWER_OF_ATTORNEY: _MANDATE,
    }


def _field(permit_type: PermitType, error: TextRefusedError | FormDataError) -> Mapping[str, object]:
    path = error.path.removeprefix("form.")
    steps = tuple(int(number) if number else name for number, name in _FORM_PATH.findall(path))
    if not steps or steps[0] not in permit_type.form_schema.get("properties", {}):
        return {}
    return {f"form.{path}": field_title(permit_type.form_schema, steps)}


def _permit_type(context: OfficeContext, arguments: Mapping[str, Any]) -> PermitType | None:
    code, case_id = arguments.get("permit_type"), arguments.get("application_id")
    if isinstance(case_id, str):
        with context.unit_of_work(read_only=True) as work:
            case = work.applications.get(case_id)
        return context.permit_type_of(case)
    return context.catalogue.find(code, on=context.local_day(context.clock())) if code else None
