"""Which other open applications ask for the same: for the same holder, or for the same object."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from perizinan_core.catalogue import find_validity
from perizinan_core.catalogue._letters import letter_content
from perizinan_core.errors.base import PerizinanError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._sight import sight_of
from perizinan_core.storage import ApplicationFilter, Lookup, LookupKind, UnitOfWork
from perizinan_core.storage._lookups import lookups_of

__all__ = ["about_of", "similar_cases"]

_OPEN = frozenset(
    state for state in ApplicationState if state is not ApplicationState.DRAFT and not state.is_terminal
)
_SAME = frozenset({LookupKind.NIK, LookupKind.PASSPORT, LookupKind.NPWP, LookupKind.NIB, LookupKind.OBJECT})
_SHORTEST = 4
"""Characters of a stated value that can tell one object from another."""


def similar_cases(
    context: OfficeContext, work: UnitOfWork, application: Application, actor: Actor, limit: int
) -> tuple[Application, ...]:
    """Return other open applications for the same permit type that this actor may read, by id."""
    # The applicant, and not a representative, who acts for many.
    alone = attrs.evolve(application, representative=None)
    sight = sight_of(context, work, actor, permit_types=frozenset({application.permit_type}))
    found: dict[str, Application] = {}
    same = (lookup for lookup in lookups_of(alone) if lookup.kind in _SAME)
    for lookup in sorted(same, key=lambda one: (one.kind.value, one.value)):
        wanted = ApplicationFilter(lookup=lookup, states=_OPEN, courses=sight.courses)
        page = work.applications.find(wanted, limit=limit + 1)
        found.update({case.id: case for case in page.items if _is_alike(case, lookup)})
    found.pop(application.id, None)
    return tuple(sorted(found.values(), key=lambda case: case.id))[:limit]


def about_of(
    context: OfficeContext, application: Application, permit_type: PermitType, facts: Any, moment: datetime
) -> str | None:
    """
    Return what the permit would be for, to be compared; None where the letter names nothing of this case.

    A letter that names the same object for every case tells none from another.
    """
    day = context.local_day(moment)
    try:
        content = letter_content(permit_type, facts, find_validity(permit_type, facts, day), day)
    except PerizinanError:
        return None
    text = _plain(f"{content.object} {content.place or ''}")
    stated = (_plain(value) for value in application.form.values() if isinstance(value, str))
    return text if any(len(value) >= _SHORTEST and value in text for value in stated) else None


def _is_alike(case: Application, lookup: Lookup) -> bool:
    return lookup in lookups_of(attrs.evolve(case, representative=None))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
