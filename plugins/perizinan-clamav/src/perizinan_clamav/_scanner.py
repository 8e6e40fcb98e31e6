"""The scanner that an office asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import attrs

from perizinan_clamav._clamd import Clamd
from perizinan_clamav._errors import ClamavError
from perizinan_clamav._settings import ClamavSettings
from perizinan_core.documents import Finding, Severity, UploadReport
from perizinan_core.hooks import PluginContext
from perizinan_core.i18n import N_

__all__ = ["ClamavScanner", "open_scanner"]

_NOT_SEARCHED = "Heuristics.Limits.Exceeded"
"""Begins what clamd says of a file that it did not search to its end (``AlertExceedsMax``)."""


@attrs.frozen
class ClamavScanner:
    """
    Hands every upload to clamd.

    A file without a verdict raises, and the office holds it: it is searched again when clamd is back.
    """

    clamd: Clamd
    clock: Callable[[], datetime]
    database_days: int = ClamavSettings().database_days
    name: str = "clamav"

    def scan(self, path: Path, report: UploadReport) -> Iterator[Finding]:
        """
        Yield what clamd found; the file goes over the socket, so clamd needs no right to read it.

        Raises:
            ClamavError: there is no verdict.
        """
        del report
        with path.open("rb") as content:
            found = self.clamd.search(content).found
        if found is not None and found.startswith(_NOT_SEARCHED):
            yield Finding(
                "clamav-not-searched",
                Severity.REFUSE,
                N_("The file is too large or too deeply nested to be searched for harmful content."),
                remedy=N_("Upload the document in smaller parts, or as a new scan."),
            )
        elif found is not None:
            yield Finding(
                "clamav-found",
                Severity.REFUSE,
                N_("The search for harmful content found “{name}” in the file."),
                {"name": found},
                remedy=N_(
                    "Check the device that the file comes from, and upload the document again from another one, for "
                    "example as a new scan of the paper."
                ),
            )

    def check(self) -> None:
        """
        See that clamd answers, and that its database is not old.

        Raises:
            ClamavError: what is wrong.
        """
        version = self.clamd.version()
        if version.made is None:
            raise ClamavError("clamd-no-database", address=self.clamd.address)
        days = (self.clock() - version.made).days
        if days > self.database_days:
            raise ClamavError(
                "clamd-database-old", address=self.clamd.address, days=days, limit=self.database_days
            )


def open_scanner(*, context: PluginContext[ClamavSettings]) -> ClamavScanner:
    """
    Make the scanner; clamd need not be there yet.

    Raises:
        ClamavError: ``clamd-address``.
    """
    chosen = context.settings
    clamd = Clamd(chosen.address, chosen.seconds, unencrypted=chosen.unencrypted)
    return ClamavScanner(clamd, context.clock, chosen.database_days)
