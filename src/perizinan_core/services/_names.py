"""Names in place of codes and ids: what pages and lists show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from perizinan_core.errors._words import PERMIT_STATUSES, ROLES, STATES
from perizinan_core.i18n import translate
from perizinan_core.model._actor import Officer
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._authority import Authority
from perizinan_core.model._permit import PermitStatus
from perizinan_core.model._text import Text

__all__ = [
    "Named",
    "in_both",
    "named_officer",
    "named_role",
    "named_state",
    "named_status",
    "named_unit",
]


@attrs.frozen
class Named:
    """A code or id with what people read in its place."""

    code: str
    name: Text

    def __str__(self) -> str:
        return str(self.name)


def in_both(sentence: str, **fields: object) -> Text:
    """Return a sentence of ours in both languages; a `Text` among its values is put in in the same language."""

    def said(language: str) -> str:
        values = {name: one.to(language) if isinstance(one, Text) else one for name, one in fields.items()}
        return translate(sentence, language, **values)

    return Text(said("id"), said("en"))


def named_state(state: ApplicationState) -> Named:
    """Name the state of an application."""
    return Named(state.value, in_both(STATES[state.value]))


def named_status(status: PermitStatus) -> Named:
    """Name the status of a permit."""
    return Named(status.value, in_both(PERMIT_STATUSES[status.value]))


def named_role(role: str) -> Named:
    """Name a role."""
    return Named(role, in_both(ROLES.get(role, role)))


def named_unit(authority: Authority, code: str, day: date) -> Named:
    """Name a unit as it is called on a day; one that the authority does not have any more keeps its code."""
    found = {unit.code: unit for unit in authority.units}.get(code)
    return Named(code, Text(code) if found is None else found.name_on(day).name)


def named_officer(staff: Mapping[str, Officer], officer: str) -> Named:
    """Name an officer; one who is not on record keeps the id."""
    known = staff.get(officer)
    return Named(officer, Text(known.name if known is not None and known.name else officer))
