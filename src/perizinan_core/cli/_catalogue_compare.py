"""``perizinan catalogue compare``: what a new catalogue would change, before its package is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from perizinan_core.cli._acting import OPERATOR
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.services import CataloguePreview, TypeChange

__all__ = ["compare_command"]


@click.command(
    "compare",
    help="Bandingkan katalog baru dengan yang dipakai sekarang, sebelum paketnya dipasang: folder, ZIP, atau paket "
    "wheel. Tidak ada yang diubah. Kode keluar 1 bila tidak boleh dipasang.",
)
@click.argument("path", metavar="PATH", type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def compare_command(obj: dict[str, Any], *, path: Path) -> None:
    """Show what the page of the administrator shows, and what to do next."""
    language = language_of(obj)
    with open_office(obj) as office:
        found = office.versions.preview(path.resolve(), actor=OPERATOR)
    for line in _lines(found, language):
        click.echo(line)
    if not found.is_sound:
        click.echo(translate(N_("It must not be put in place as it is."), language), err=True)
        raise click.exceptions.Exit(1)
    told = N_(
        "It can be put in place: install its package, then open the office again (restart its services)."
    )
    click.echo(translate(told, language))


def _lines(found: CataloguePreview, language: str) -> Iterator[str]:
    for problem in found.problems:
        yield f"{problem.place}  {problem.message(language)}"
    for one in found.lost:
        sentence = N_("{code} {version} is missing, and cases on record keep it ({open} of them open).")
        yield translate(sentence, language, code=one.code, version=one.version, open=one.open_cases)
    for change in found.changes:
        yield from _of_type(change, language)
    if not found.problems:
        sentence = N_("{count} kinds of permits stay as they are.")
        yield translate(sentence, language, count=found.unchanged)


def _of_type(change: TypeChange, language: str) -> Iterator[str]:
    none = translate(N_("none"), language)
    sentence = N_("{code}: {before} → {after}; {open} open cases keep {before}")
    before, after = change.before or none, change.after or none
    yield translate(sentence, language, code=change.code, before=before, after=after, open=change.open_cases)
    if change.is_silent:
        sentence = N_("  The rules change under the same name. Give them a version of their own.")
        yield translate(sentence, language)
    for one in change.differences:
        yield f"  {one.topic.to(language)} ({one.path}): {one.before(language) or '–'} → {one.after(language) or '–'}"
