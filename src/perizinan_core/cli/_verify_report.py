"""``perizinan verify --report OUT.pdf``: a printable page per file, one summary when there are too many."""

from __future__ import annotations

import os
from pathlib import Path

import attrs

from perizinan_core.verification._report import Report

__all__ = ["ReportFile"]


@attrs.define
class ReportFile:
    """Collects reports and writes the PDF at the end."""

    path: Path
    language: str
    _reports: list[Report] = attrs.field(factory=list, init=False)
    _summary: object = attrs.field(default=None, init=False)

    def add(self, report: Report) -> None:
        """Take one report; beyond `MAX_PAGES` only counts are kept."""
        from perizinan_core.rendering._report_page import MAX_PAGES, ReportSummary

        if not isinstance(self._summary, ReportSummary):
            self._summary = ReportSummary()
        self._summary.add(report)
        if len(self._reports) <= MAX_PAGES:
            self._reports.append(report)

    def write(self) -> None:
        """
        Write the PDF; without reports nothing is written.

        Raises:
            OSError: when the file cannot be written.
        """
        from perizinan_core.rendering._report_page import (
            MAX_PAGES,
            ReportSummary,
            render_reports,
            render_summary,
        )

        if not isinstance(self._summary, ReportSummary):
            return
        if len(self._reports) <= MAX_PAGES:
            pdf = render_reports(self._reports, language=self.language)
        else:
            pdf = render_summary(self._summary, language=self.language)
        part = self.path.with_name(f"{self.path.name}.part")
        part.write_bytes(pdf)
        os.replace(part, self.path)  # noqa: PTH105 - a half-written report must not stand there
