"""
Errors of the status list and of updates of the authority document.

::

    PerizinanError
    └── VerificationError
        ├── StatusUnavailableError
        │   └── StatusListError          a list that cannot answer, with the reason code of the report
        ├── AuthorityUpdateError         a document that must not replace the known one
        └── StatusListClockError         a published list that is newer than the clock
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from perizinan_core.errors.verification import StatusUnavailableError, VerificationError
from perizinan_core.i18n import N_, translate

__all__ = ["AuthorityUpdateError", "StatusListClockError", "StatusListError"]


@attrs.define(slots=False, eq=False)
class StatusListError(StatusUnavailableError):
    """A status list that cannot answer: missing, too old, of another office, damaged, too short."""

    code: ClassVar[str] = "status-list"
    sentence: ClassVar[str] = N_(
        "The status list cannot be used: {problem}. Fetch the current one from the office's own site."
    )

    reason: str
    """Reason code of the report, e.g. ``"status-list-too-old"``."""


@attrs.define(slots=False, eq=False)
class AuthorityUpdateError(VerificationError):
    """An authority document that must not replace the one that is known."""

    code: ClassVar[str] = "authority-update"
    sentence: ClassVar[str] = N_(
        "The new authority document was refused: {problem}. The known one stays as it is; "
        "ask the office, and compare the key with its official publication before you start anew."
    )

    problem: str
    """English msgid of a clause."""

    known: str = ""
    """What the known document says (version, key, slug or date)."""

    received: str = ""
    """What the new one says."""

    def wording(self, language: str) -> dict[str, object]:
        """Translate the clause and fill in both values."""
        return {"problem": translate(self.problem, language, known=self.known, received=self.received)}


@attrs.define(slots=False, eq=False)
class StatusListClockError(VerificationError):
    """The published list was made later than the clock of this machine says it is."""

    code: ClassVar[str] = "status-list-clock"
    sentence: ClassVar[str] = N_(
        "The published status list was made at {published}, but the clock says {now}. "
        "Set the clocks of the office's machines right; a list never replaces a newer one. If the published one "
        "was made by a clock that was ahead, run: perizinan clock repair"
    )

    published: datetime
    now: datetime
