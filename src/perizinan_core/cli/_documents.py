"""``perizinan documents``: judge files as uploads are judged, copy them to another store, and seal them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perizinan_core.cli._documents_copy import copy_command
from perizinan_core.cli._documents_seal import recover_command, seal_command, status_command
from perizinan_core.documents import (
    DEFAULT_ACCEPTED,
    Severity,
    UploadPolicy,
    UploadReport,
    inspect_upload,
)
from perizinan_core.documents._content_types import KNOWN_TYPES
from perizinan_core.errors.documents import InspectionUnavailableError, UploadUnreadableError
from perizinan_core.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, translate

__all__ = ["documents_group"]

_ACCEPTABLE = sorted(name for name, kind in KNOWN_TYPES.items() if kind.acceptable)
_REFUSED = 1


@click.group("documents", help="Periksa berkas seperti unggahan, dan salin, segel, atau pulihkan dokumen.")
def documents_group() -> None:
    """Hold the commands about files."""


@documents_group.command(
    "check",
    help="Periksa berkas menurut isinya. Kode keluar: 0 diterima, 1 ada yang ditolak atau tidak dapat dinilai, "
    "2 salah pakai.",
)
@click.argument(
    "files",
    metavar="FILE…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="Satu baris JSON untuk tiap berkas.")
@click.option(
    "--accept",
    multiple=True,
    type=click.Choice(_ACCEPTABLE),
    help="Jenis konten yang diterima; dapat diulang. Bawaan: PDF, JPEG, PNG, WebP, HEIC.",
)
@click.option("--max-bytes", type=click.IntRange(min=1), default=None, help="Ukuran terbesar, dalam byte.")
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="Bahasa keluaran: id atau en.")
@click.pass_context
def check_command(
    ctx: click.Context,
    *,
    files: tuple[Path, ...],
    as_json: bool,
    accept: tuple[str, ...],
    max_bytes: int | None,
    language: str | None,
) -> None:
    """Say of each file whether an upload of it would be accepted, and why not."""
    language = language or (ctx.find_object(dict) or {}).get("language") or DEFAULT_LANGUAGE
    policy = UploadPolicy(accepted_types=frozenset(accept) or DEFAULT_ACCEPTED)
    if max_bytes is not None:
        policy = UploadPolicy(accepted_types=policy.accepted_types, max_bytes=max_bytes)
    try:
        reports = [inspect_upload(path, file_name=path.name, policy=policy) for path in files]
    except UploadUnreadableError as error:
        raise click.UsageError(error.message(language)) from error
    except InspectionUnavailableError as error:
        raise click.ClickException(error.message(language)) from error
    if as_json:
        for report in reports:
            click.echo(json.dumps(report.summary(language)))
    else:
        Console().print(_table(reports, language))
    ctx.exit(0 if all(report.accepted for report in reports) else _REFUSED)


def _table(reports: Iterable[UploadReport], language: str) -> Table:
    table = Table(expand=False)
    for heading in (N_("File"), N_("Result"), N_("Reasons")):
        table.add_column(translate(heading, language), overflow="fold")
    for report in reports:
        result = translate(_result(report), language)
        table.add_row(
            Text(report.display_name),
            Text(result, style="green" if report.accepted else "bold red"),
            Text("\n").join(_remarks(report, language)),
        )
    return table


def _result(report: UploadReport) -> str:
    if report.held:
        return N_("not judged")
    return N_("accepted") if report.accepted else N_("refused")


def _remarks(report: UploadReport, language: str) -> list[Text]:
    remarks = [
        Text(found.message(language), style="dim" if found.severity is Severity.NOTE else "")
        for found in report.findings
    ]
    if report.accepted:
        remarks.insert(0, Text(_measures(report, language), style="dim"))
    return remarks


def _measures(report: UploadReport, language: str) -> str:
    words = [translate(KNOWN_TYPES[report.content_type].label, language)] if report.content_type else []
    if report.pages == 1:
        words.append(translate(N_("1 page"), language))
    elif report.pages is not None:
        words.append(translate(N_("{count} pages"), language, count=report.pages))
    if report.width is not None:
        sizes = {"width": report.width, "height": report.height}
        words.append(translate(N_("{width} × {height} pixels"), language, **sizes))
    return ", ".join(words)


documents_group.add_command(copy_command)
documents_group.add_command(seal_command)
documents_group.add_command(status_command)
documents_group.add_command(recover_command)
