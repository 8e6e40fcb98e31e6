"""The pages on which a draft is worked on: those of its applicant, or those of the counter."""

from __future__ import annotations

import attrs

from perizinan_core.model import Application
from perizinan_portal._kit import Visit
from perizinan_portal._permit_forms._drawing import place_of

__all__ = ["MANDATE", "DraftPages"]

MANDATE = "representative.power_of_attorney"
"""Key of the place of the power of attorney, as the office calls it."""


@attrs.frozen(kw_only=True)
class DraftPages:
    """Each by the name of its address."""

    form: str
    papers: str
    holder: str
    hand_in: str

    def place_of(self, visit: Visit, case: Application, path: str) -> str:
        """Return the address, or the id on this page, of what a problem is about."""
        part, _, rest = path.partition(".")
        if path == MANDATE:
            return f"{visit.url(self.papers, id=case.id)}#slot-{path}"
        if part in ("documents", "uploads"):
            return f"{visit.url(self.papers, id=case.id)}#slot-{rest}"
        if part in ("applicant", "representative"):
            return visit.url(self.holder, id=case.id)
        form = visit.url(self.form, id=case.id)
        query = "" if visit.request.url.path == form else f"{form}?periksa=1#"
        return f"{query}{place_of(path) if part == 'form' else 'fee'}"
