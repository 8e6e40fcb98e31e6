"""Announcements of the office on its pages: those for all everywhere, the others where their permits are dealt with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from perizinan_core.model import Application, PermitType
from perizinan_core.services import Banner, CaseSummary, PermitSummary, TrackingAnswer

if TYPE_CHECKING:
    from perizinan_portal._kit._visit import Visit

__all__ = ["announced"]


def announced(visit: Visit, values: Mapping[str, Any]) -> tuple[Banner, ...]:
    """Return what is announced on a page; of which permits it is, its values say."""
    banners = visit.office.banners
    found = {one.id: one for one in banners.current()}
    for code in sorted(set(_concerned(values))):
        found |= {one.id: one for one in banners.current(code)}
    return tuple(found.values())


def _concerned(values: Mapping[str, Any]) -> Iterator[str]:
    for value in values.values():
        if isinstance(value, PermitType):
            yield value.code
        elif isinstance(value, Application):
            yield value.permit_type
        elif isinstance(value, (CaseSummary, PermitSummary, TrackingAnswer)):
            yield value.permit_type.code
