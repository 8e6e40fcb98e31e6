"""What every judge of single files offers, so that a run over many files need not know which it has."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from perizinan_core.verification._report import Report
from perizinan_core.verification._sources import Source

__all__ = ["FileJudge"]


class FileJudge(Protocol):
    """`Verifier` for permits, `foreign.SignatureVerifier` for any signed PDF."""

    def verify(self, source: Source, *, at: datetime, name: str | None = None) -> Report:
        """Judge one file."""
        ...

    def unreadable(self, name: str, code: str, *, at: datetime, **fields: object) -> Report:
        """Return the report of a file that could not even be read, e.g. with code ``time-limit``."""
        ...
