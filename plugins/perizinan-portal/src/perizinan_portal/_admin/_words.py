"""Words that several pages of the administrator share."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_
from perizinan_core.model import Role

__all__ = ["ADMIN", "LOOKING", "ROLES", "tone_of"]

ADMIN = frozenset({Role.ADMINISTRATOR})
"""Who gets to pages that change something."""

LOOKING = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Who gets to pages on which one searches."""

ROLES: Mapping[Role, str] = {
    Role.FRONT_OFFICE: N_("Front office"),
    Role.BACK_OFFICE: N_("Back office"),
    Role.TECHNICAL_TEAM: N_("Technical team"),
    Role.INSPECTOR: N_("Inspector"),
    Role.CASHIER: N_("Cashier"),
    Role.SECTION_HEAD: N_("Section head"),
    Role.DIVISION_HEAD: N_("Division head"),
    Role.OFFICE_HEAD: N_("Head of office"),
    Role.SIGNATORY: N_("Signatory"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


def tone_of(state: str) -> str:
    """Return the tone of a tag for the state of a delivery."""
    if state in ("given_up", "refused"):
        return "bad"
    return {"waiting": "warn", "dropped": "warn"}.get(state, "good")
