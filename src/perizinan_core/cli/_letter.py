"""``perizinan letter``: letters as they would be issued, before there is a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate

__all__ = ["letter_group"]


@click.group("letter", help="Tampilkan surat izin sebelum ada permohonan.")
def letter_group() -> None:
    """Hold the commands about letters."""


@letter_group.command(
    "preview",
    help="Buat PDF surat satu jenis izin dengan data rekaan, bertanda konsep, dan periksa seperti surat yang "
    "diterbitkan. Kode keluar: 0 dapat diterbitkan, 1 ada masalah.",
)
@click.argument("permit_type", metavar="TYPE")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Berkas PDF; bawaan: TYPE-konsep.pdf."
)
@click.option(
    "--form",
    "form_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Data formulir sendiri (JSON) sebagai pengganti data rekaan.",
)
@click.pass_context
def preview_command(ctx: click.Context, permit_type: str, out: Path | None, form_file: Path | None) -> None:
    """Write the letter of a permit type with invented data, and say what would keep it from being issued."""
    obj: dict[str, Any] = ctx.obj
    language = language_of(obj)
    form = _form(form_file) if form_file is not None else None
    with open_office(obj) as office:
        shown = office.letters.preview(permit_type, form=form)
    if shown.pdf is not None:
        path = out or Path(f"{permit_type}-konsep.pdf")
        path.write_bytes(shown.pdf)
        click.echo(translate(N_("Draft with invented data: {path}"), language, path=path))
    for problem in shown.problems:
        click.echo(f"✗ {problem.message(language)}", err=True)
    if not shown.problems:
        click.echo(translate(N_("A letter like this can be issued."), language))
    ctx.exit(1 if shown.problems else 0)


def _form(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--form") from error
    if not isinstance(data, dict):
        raise click.BadParameter("{…}", param_hint="--form")
    return data
