"""The worker's job on uploads that are kept without being in their slot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

import attrs

from perizinan_core.services._context import OfficeContext
from perizinan_core.services._held_uploads import HeldUploads
from perizinan_core.services._work import PATIENT, OneByOne, WorkDone
from perizinan_core.storage import Backoff, UnitOfWork

__all__ = ["InspectUploads"]


@attrs.frozen
class InspectUploads(OneByOne):
    """Inspects again what another version of the inspection held, and what ran out of time."""

    context: OfficeContext
    _uploads: HeldUploads

    name: ClassVar[str] = "inspect-uploads"
    backoff: ClassVar[Backoff] = PATIENT

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases that hold such an upload."""
        del now
        return work.agenda.uploads_to_inspect(self.context.inspection)

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Inspect what the case holds and is due."""
        return WorkDone(inspected=self._uploads.inspect_case(subject, now=now))
