"""How a report looks in a terminal: the answer first, then why, then every check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from perizinan_core.cli._terminal import COLOURS, foreign_text
from perizinan_core.cli._verify_signature_output import WIB, print_signature_report
from perizinan_core.i18n import N_, translate
from perizinan_core.model._calendar._zone import IndonesianTimeZone, format_moment
from perizinan_core.model._numerals import format_date
from perizinan_core.verification import Outcome, PermitFacts, Report, SignatureReport
from perizinan_core.verification._words import ASK_THE_OFFICE, headline, office_line

__all__ = ["COLUMNS", "contact_foot", "office_head", "print_report", "shortened_line"]

_MARKS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.FAILED: ("✗", "bold red"),
    Outcome.INDETERMINATE: ("?", "bold yellow"),
    Outcome.NOT_CHECKED: ("–", "dim"),
}

COLUMNS = {
    "number": N_("Number"),
    "holder": N_("Holder"),
    "object": N_("For"),
    "place": N_("Place"),
    "permit_type": N_("Permit"),
}
"""What the code of a permit says, by the names of its claims."""


def print_report(console: Console, report: Report, language: str) -> None:
    """Print one report."""
    if report.trust is not None:
        print_signature_report(console, report, language)
        return
    said = headline(report)
    colour = COLOURS[said.tone]
    head: list[RenderableType] = [
        Text(translate(said.word, language), style=f"bold {colour}", justify="center"),
        Text(translate(said.meaning, language), justify="center"),
        *office_head(report),
        *shortened_line(report.copy, language),
        *(foreign_text(f"• {reason.message(language)}") for reason in report.reasons),
        *contact_foot(report, language),
    ]
    console.print(Panel(Group(*head), title=foreign_text(report.file), border_style=colour))
    facts = _facts(report, language)
    if facts.row_count:
        if report.copy is not None:
            console.print(Text(translate(N_("Compare with the copy"), language), style="bold underline"))
        console.print(facts)
    console.print(_checks(report, language))
    console.print(foreign_text(_footer(report, language), "dim"))


def office_head(report: Report) -> list[RenderableType]:
    """Return the office by whose register was judged, with its region, as a line of the headline."""
    if report.authority is None:
        return []
    line = foreign_text(office_line(report.authority.name, report.authority.region))
    line.justify = "center"
    return [line]


def contact_foot(report: Report, language: str) -> list[RenderableType]:
    """Return how to reach the office, where something is left to ask."""
    contact = report.authority.contact if report.authority is not None else None
    if contact is None or not report.reasons:
        return []
    return [foreign_text(translate(ASK_THE_OFFICE, language, contact=contact.line))]


def shortened_line(permit: PermitFacts | None, language: str) -> list[RenderableType]:
    """Say in the headline which entries the code holds the beginning of."""
    names = [translate(COLUMNS[name], language) for name in permit.shortened] if permit is not None else []
    if not names:
        return []
    told = N_("Shortened on the code: {names}. What follows on the paper is not proven by it.")
    return [Text(translate(told, language, names=", ".join(names)), style="bold", justify="center")]


def _facts(report: Report, language: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    permit = report.permit or report.copy
    rows = _permit_rows(permit, language) if permit is not None else []
    rows += [
        (N_("Signed by"), _signer(item, report.authority.time_zone if report.authority else WIB, language))
        for item in report.signatures
    ]
    for label, value in rows:
        table.add_row(translate(label, language), foreign_text(value))
    return table


def _permit_rows(permit: PermitFacts, language: str) -> list[tuple[str, str]]:
    start = format_date(permit.valid_from, language)
    if permit.valid_until is not None:
        end = format_date(permit.valid_until, language)
        span = translate(N_("{start} to {end}"), language, start=start, end=end)
    else:
        span = permit.validity_text or translate(N_("from {start}"), language, start=start)
    return [
        (N_("Permit"), permit.title or permit.permit_type),
        (N_("Number"), permit.number),
        (N_("Holder"), permit.holder),
        (N_("For"), permit.object),
        *([(N_("Place"), permit.place)] if permit.place else []),
        *([(N_("Issued on"), format_date(permit.issued_on, language))] if permit.issued_on else []),
        (N_("Valid"), span),
    ]


def _signer(signature: SignatureReport, zone: str, language: str) -> str:
    name = signature.signer or translate(N_("unknown"), language)
    if signature.signed_at is None:
        return name
    return f"{name}, {_local(signature.signed_at, zone, language)}"


def _local(moment: datetime, zone: str, language: str) -> str:
    return format_moment(moment, IndonesianTimeZone(zone), language)


def _checks(report: Report, language: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in report.checks:
        mark, style = _MARKS[check.outcome]
        table.add_row(
            Text(mark, style=style),
            translate(check.name.label, language),
            foreign_text(
                check.reason.message(language), "dim" if check.outcome is Outcome.NOT_CHECKED else ""
            ),
        )
    return table


def _footer(report: Report, language: str) -> str:
    used = report.authority
    if used is None:
        sentence = N_("Judged for {moment}; no authority document of its office is known here.")
        return translate(sentence, language, moment=_local(report.checked_at, WIB, language))
    trust = (
        N_("its key was named by you")
        if used.trust == "pinned"
        else N_("taken as given: compare its key with the office's publication")
    )
    sentence = N_(
        "Judged for {moment} by the authority document of {name}, version {version}, key {keys} ({trust})."
    )
    return translate(
        sentence,
        language,
        moment=_local(report.checked_at, used.time_zone, language),
        name=used.name,
        version=used.version,
        keys=", ".join(used.keys),
        trust=translate(trust, language),
    )
