"""What an office offers: its permit types, each with what it needs, how long it takes and what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from perizinan_core.catalogue import describe_period, service_standard
from perizinan_core.i18n import N_
from perizinan_core.model import PermitType, Requirement, RequirementLevel, RequirementSource
from perizinan_verify._errors import NoSuchPageError
from perizinan_verify._languages import language_of
from perizinan_verify._rendering import render
from perizinan_verify._service import OfficeShown, service_of

__all__ = ["show_catalogue", "show_permit_type"]

_IF_ANY = N_("if there is one")
_BY_OFFICE = N_("made by the office; you bring nothing")


async def show_catalogue(request: Request) -> Response:
    """
    List the permit types in force, those that can be applied for first.

    Raises:
        NoSuchPageError: the page is served without an office.
    """
    language, office = language_of(request), _office(request)
    opened = {item.code for item in await asyncio.to_thread(office.permit_types, only_open=True)}
    found = sorted(office.permit_types(), key=lambda item: (item.code not in opened, item.name.id))
    shown = [
        {"code": item.code, "name": item.name.to(language), "is_open": item.code in opened} for item in found
    ]
    return await render(
        request, "catalogue.html", place="/izin", permits=shown, example=office.authority.example
    )


async def show_permit_type(request: Request) -> Response:
    """
    Show one permit type.

    Raises:
        NoSuchPageError: no such type is in force, or the page is served without an office.
    """
    language, office = language_of(request), _office(request)
    code = request.path_params["code"]
    item = next((one for one in office.permit_types() if one.code == code), None)
    if item is None:
        raise NoSuchPageError
    return await render(
        request,
        "permit_type.html",
        place=f"/izin/{code}",
        permit=_shown(item, office, language),
        example=office.authority.example,
    )


def _office(request: Request) -> OfficeShown:
    office = service_of(request).office
    if office is None:
        raise NoSuchPageError
    return office


def _shown(item: PermitType, office: OfficeShown, language: str) -> Mapping[str, Any]:
    return {
        "name": item.name.to(language),
        "summary": item.summary.to(language),
        "gaps": None if item.complete else item.gaps.to(language) if item.gaps else "–",
        "requirements": [_requirement(one, language) for one in item.requirements],
        "stages": [
            (stage.label.to(language), describe_period(stage.budget, language) if stage.budget else None)
            for stage in item.stages
        ],
        "standard": service_standard(item, authority=office.authority, language=language),
    }


def _requirement(item: Requirement, language: str) -> Mapping[str, Any]:
    notes = [_IF_ANY] if item.level is not RequirementLevel.REQUIRED else []
    notes += [_BY_OFFICE] if item.brought_by is RequirementSource.OFFICE else []
    return {
        "label": item.label.to(language),
        "notes": notes,
        "help": item.help.to(language) if item.help is not None else None,
    }
