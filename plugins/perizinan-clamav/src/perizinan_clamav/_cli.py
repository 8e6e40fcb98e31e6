"""``perizinan clamav``: what an operator asks after the installation, and when files are held."""

from __future__ import annotations

from pathlib import Path

import click

from perizinan_clamav._scanner import open_scanner
from perizinan_clamav._settings import ClamavSettings
from perizinan_core.hooks import PluginContext
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = ["clamav_command"]


def clamav_command(context: PluginContext[ClamavSettings]) -> click.Command:
    """Return the command."""

    @click.command("clamav", help="Periksa apakah ClamAV menjawab dan seberapa baru basis datanya.")
    @click.argument(
        "files", metavar="BERKAS", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path)
    )
    @click.pass_context
    def command(ctx: click.Context, *, files: tuple[Path, ...]) -> None:
        """Say what clamd is, and what it finds in the files that are named; exit with 1 when something is wrong."""
        language = str((ctx.obj or {}).get("language") or DEFAULT_LANGUAGE)
        scanner = open_scanner(context=context)
        version = scanner.clamd.version()
        sentence = N_("ClamAV {engine} answers at {address}; database {number} of {day}.")
        click.echo(
            translate(
                sentence,
                language,
                engine=version.engine,
                address=scanner.clamd.address,
                number=version.database or "-",
                day=version.made.date().isoformat() if version.made else "-",
            )
        )
        is_clean = True
        for path in files:
            with path.open("rb") as content:
                found = scanner.clamd.search(content).found
            is_clean = is_clean and found is None
            told = N_("{file}: nothing was found.") if found is None else N_("{file}: found {name}.")
            click.echo(translate(told, language, file=path.name, name=found or ""))
        scanner.check()
        if not is_clean:
            ctx.exit(1)

    return command
