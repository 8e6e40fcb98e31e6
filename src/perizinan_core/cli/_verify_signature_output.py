"""How a report of ``perizinan verify --signature-only`` looks in a terminal: the answer, then every signature."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from perizinan_core.cli._terminal import COLOURS, foreign_text
from perizinan_core.i18n import N_, translate
from perizinan_core.model._calendar._zone import IndonesianTimeZone, format_moment
from perizinan_core.verification._report import Aspect, Outcome, Report, SignatureReport
from perizinan_core.verification._words import headline

__all__ = ["WIB", "print_signature_report"]

WIB = "WIB"
_MARKS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.FAILED: ("✗", "bold red"),
    Outcome.INDETERMINATE: ("?", "bold yellow"),
    Outcome.NOT_CHECKED: ("–", "dim"),
}


def print_signature_report(console: Console, report: Report, language: str) -> None:
    """Print one report."""
    said = headline(report)
    colour = COLOURS[said.tone]
    head = [
        Text(translate(said.word, language), style=f"bold {colour}", justify="center"),
        Text(translate(said.meaning, language), justify="center"),
        *(foreign_text(f"• {reason.message(language)}") for reason in report.reasons),
    ]
    console.print(Panel(Group(*head), title=foreign_text(report.file), border_style=colour))
    for signature in report.signatures:
        console.print(foreign_text(_title(signature, language), "bold"))
        console.print(_aspects(signature, language))
    console.print(foreign_text(_footer(report, language), "dim"))


def _title(signature: SignatureReport, language: str) -> str:
    name = signature.signer or translate(N_("unknown signer"), language)
    stamp = signature.kind == "document_timestamp"
    sentence = N_("Timestamp {field}: {name}") if stamp else N_("Signature {field}: {name}")
    parts = [translate(sentence, language, field=signature.field, name=name)]
    if signature.signed_at is not None:
        parts.append(_local(signature.signed_at, language))
    return ", ".join((*parts, *((signature.level,) if signature.level else ())))


def _aspects(signature: SignatureReport, language: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    aspects = signature.aspects
    rows: list[tuple[str, Aspect]] = []
    if aspects is not None:
        rows = [
            (N_("Integrity"), aspects.integrity),
            (N_("Trust"), aspects.trust),
            (N_("Time of signing"), aspects.time),
            (N_("Long term"), aspects.long_term),
        ]
    for label, aspect in rows:
        mark, style = _MARKS[aspect.outcome]
        table.add_row(
            Text(mark, style=style), translate(label, language), foreign_text(aspect.reason.message(language))
        )
    return table


def _footer(report: Report, language: str) -> str:
    used = report.trust
    sentence = N_(
        "Only the signatures were judged, for {moment}, by {count} root certificate(s) ({name}, version {version}). "
        "Whether it is a permit in force was not asked."
    )
    return translate(
        sentence,
        language,
        moment=_local(report.checked_at, language),
        count=len(used.roots) if used is not None else 0,
        name=used.name if used is not None else "-",
        version=(used.version if used is not None else None) or "-",
    )


def _local(moment: datetime, language: str) -> str:
    return format_moment(moment, IndonesianTimeZone(WIB), language)
