"""Which fields of a form are open in a correction: those that are asked about, and those that apply since an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from perizinan_core import Actor
from perizinan_core.catalogue import FormPart
from perizinan_core.model import Application
from perizinan_core.services import CorrectionView, DraftPreview
from perizinan_portal._kit import Visit

__all__ = ["Correcting", "further_parts", "open_correction"]


class Correcting(Protocol):
    """What a correction asks of the office: of the applicant's side, or of the counter."""

    def corrections(self, application_id: str, /, *, actor: Actor) -> tuple[CorrectionView, ...]:
        """Return the rounds, the newest first."""
        ...

    def preview(
        self, application_id: str, /, *, actor: Actor, form: Mapping[str, Any] | None = None
    ) -> DraftPreview:
        """Return which fields apply."""
        ...


def open_correction(visit: Visit, among: Correcting, case: Application) -> CorrectionView:
    """Return the correction that a case waits for."""
    return among.corrections(case.id, actor=visit.actor)[0]


def further_parts(
    visit: Visit, among: Correcting, case: Application, view: CorrectionView, parts: tuple[FormPart, ...]
) -> tuple[FormPart, ...]:
    """Return the fields that no one asked about, and that apply only since something was changed."""
    asked = {one.field for one in view.items}
    before = among.preview(case.id, actor=visit.actor, form=view.form).fields
    now = among.preview(case.id, actor=visit.actor).fields
    return tuple(
        part
        for part in parts
        if part.name not in asked
        and part.name not in view.form
        and part.name not in now.absent
        and (part.name in before.absent or part.name in now.required)
    )
