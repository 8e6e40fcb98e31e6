"""
``perizinan verify-qr``: judge the QR code of a permit on paper, by its text or by a photo.

Exit code as that of ``perizinan verify``: 0 valid, 10 forged, 11 no code of a permit, 12 a code of another
office, 13 not in force, 14 undecided, 15 no code could be read; the highest of several; 2 for wrong use.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from perizinan_core.cli._moments import moment_option, read_moment
from perizinan_core.cli._numbers import FiniteRange
from perizinan_core.cli._outputs import check_output
from perizinan_core.cli._terminal import COLOURS, foreign_text
from perizinan_core.cli._verify import OPEN_STATUS_SOURCE, open_records
from perizinan_core.cli._verify_authority import AuthorityOptions, authority_options
from perizinan_core.cli._verify_output import COLUMNS, contact_foot, office_head, shortened_line
from perizinan_core.cli._verify_status import StatusOptions, status_options
from perizinan_core.errors._words import PERMIT_STATUSES
from perizinan_core.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, translate
from perizinan_core.model._calendar._zone import IndonesianTimeZone, format_moment
from perizinan_core.model._numerals import format_date
from perizinan_core.published import AuthorityDocument, StatusChoice
from perizinan_core.verification import AuthoritySet, PermitFacts, Report, StatusOf
from perizinan_core.verification._display import display_name
from perizinan_core.verification._qr_image import DEFAULT_IMAGE_LIMITS, ImageLimits
from perizinan_core.verification._qr_report import check_qr_image, check_qr_text
from perizinan_core.verification._words import headline

__all__ = ["verify_qr_command"]

_MAX_TEXT = 4096


@click.command(
    "verify-qr", help="Periksa kode QR izin di kertas: dari teksnya atau dari foto, juga tanpa jaringan."
)
@click.argument("codes", metavar="TEXT|IMAGE…", nargs=-1, required=True)
@authority_options
@status_options
@moment_option
@click.option("--json", "as_json", is_flag=True, help="Satu baris JSON untuk tiap kode.")
@click.option(
    "--time-limit",
    type=FiniteRange(min=0.01, max=86400),
    default=DEFAULT_IMAGE_LIMITS.max_seconds,
    show_default=True,
    help="Detik paling lama untuk mencari kode dalam satu gambar.",
)
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="Bahasa keluaran: id atau en.")
@click.pass_context
def verify_qr_command(
    ctx: click.Context,
    *,
    codes: tuple[str, ...],
    authority_path: Path | None,
    authority_key: str | None,
    folder: Path | None,
    directory_path: Path | None,
    directory_key: str | None,
    records: str | None,
    status_list: str | None,
    status_copy: Path | None,
    status_max_age: float | None,
    no_status: bool,
    moment: str | None,
    as_json: bool,
    time_limit: float,
    language: str | None,
) -> None:
    """Print a report per code and exit with the highest exit code."""
    shared = ctx.find_object(dict) or {}
    language = language or shared.get("language") or DEFAULT_LANGUAGE
    offices = AuthorityOptions(
        path=authority_path,
        key=authority_key,
        folder=folder,
        directory=directory_path,
        directory_key=directory_key,
    )
    authority = offices.read(language)
    at = read_moment(moment, "WIB" if isinstance(authority, AuthoritySet) else authority.time_zone, language)
    options = StatusOptions(
        records=records, status=status_list, copy=status_copy, max_age=status_max_age, no_status=no_status
    )
    offices.check_status(options, language)
    check_output("--status-copy", status_copy, [*filter(None, [authority_path])], language)
    console, worst = Console(highlight=False), 0
    with open_records(records, authority, shared.get(OPEN_STATUS_SOURCE), language) as known:
        status = known if records is not None else offices.status(authority, options, at)
        limits = ImageLimits(max_seconds=time_limit)
        for code in codes:
            for report in _judge(code, authority, at, status, limits, language):
                worst = max(worst, report.exit_code)
                if as_json:
                    click.echo(json.dumps(report.to_json(language)))
                else:
                    _print(console, report, language)
    ctx.exit(worst)


def _judge(
    code: str,
    authority: AuthorityDocument | AuthoritySet,
    at: datetime,
    status: StatusChoice | StatusOf,
    limits: ImageLimits,
    language: str,
) -> Iterator[Report]:
    """Tell a text from a file, and judge it; a text is never repeated, it holds a name."""
    if code == "-":
        data = sys.stdin.buffer.read(limits.max_bytes + 1)
        text = _as_text(data)
        if text is None:
            yield from check_qr_image(data, authority=authority, at=at, status=status, limits=limits)
            return
    elif _is_file(code):
        name = display_name(code)
        yield from check_qr_image(
            Path(code), authority=authority, at=at, status=status, name=name, limits=limits
        )
        return
    elif "#" in code or "://" in code:
        text = code
    else:
        sentence = N_("{file}: neither the text of a code (https://…#1…) nor a file that is there.")
        raise click.UsageError(translate(sentence, language, file=display_name(code)))
    yield check_qr_text(text, authority=authority, at=at, status=status)


def _is_file(code: str) -> bool:
    try:
        return Path(code).is_file()
    except (OSError, ValueError):  # too long for a name, or with a null byte
        return False


def _as_text(data: bytes) -> str | None:
    """Return what a scanner sent; None when it is a picture."""
    try:
        text = data.decode("ascii").strip() if len(data) <= _MAX_TEXT else ""
    except UnicodeDecodeError:
        return None
    return text if "://" in text else None


# -- output ----------------------------------------------------------------------------------


def _print(console: Console, report: Report, language: str) -> None:
    said = headline(report, of_code=True)
    colour = COLOURS[said.tone]
    head: list[RenderableType] = [
        Text(translate(said.word, language), style=f"bold {colour}", justify="center"),
        Text(translate(said.meaning, language), justify="center"),
        *office_head(report),
        *shortened_line(report.permit, language),
        *(foreign_text(f"• {reason.message(language)}") for reason in report.reasons),
        *contact_foot(report, language),
    ]
    console.print(Panel(Group(*head), title=foreign_text(report.file), border_style=colour))
    if report.permit is not None:
        console.print(Text(translate(N_("Compare with the paper"), language), style="bold underline"))
        console.print(_claims(report, report.permit, language))


def _claims(report: Report, permit: PermitFacts, language: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for key, label in COLUMNS.items():
        if value := getattr(permit, key):
            table.add_row(translate(label, language), foreign_text(str(value)))
    start, until = format_date(permit.valid_from, language), permit.valid_until
    span = translate(N_("from {start}"), language, start=start)
    if until is not None:
        span = translate(N_("{start} to {end}"), language, start=start, end=format_date(until, language))
    if permit.issued_on is not None:
        table.add_row(translate(N_("Issued on"), language), Text(format_date(permit.issued_on, language)))
    table.add_row(translate(N_("Valid"), language), Text(span))
    for label, text in _grounds(report, language):
        table.add_row(translate(label, language), foreign_text(text))
    return table


def _grounds(report: Report, language: str) -> list[tuple[str, str]]:
    """Return what the answer rests on: status, moment, authority document and its key."""
    authority, status = report.authority, report.status
    if authority is None:
        return []
    zone = IndonesianTimeZone(authority.time_zone)
    told = translate(_STATUS.get(status.state, status.state), language) if status is not None else ""
    if status is not None and status.as_of is not None:
        told += f" ({format_moment(status.as_of, zone, language)})"
    sentence = N_("{name}, version {version}")
    document = translate(sentence, language, name=authority.name, version=authority.version)
    return [
        (N_("Status"), told),
        (N_("Checked for"), format_moment(report.checked_at, zone, language)),
        (N_("Authority document"), document),
        (N_("Fingerprint of its key"), ", ".join(authority.keys)),
    ]


_STATUS = {
    **PERMIT_STATUSES,
    "unknown": N_("not known"),
    "not_checked": N_("not asked"),
}
"""What people read for the status of a permit."""
