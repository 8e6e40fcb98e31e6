"""``perizinan documents copy``: to another document store, before the office uses it."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any, Literal

import attrs
import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from perizinan_core.documents import CopyOutcome, copy_documents
from perizinan_core.i18n import N_, translate

__all__ = ["copy_command"]

_SENTENCES = {
    CopyOutcome.DAMAGED: N_("damaged in the present store, and not copied: {name}"),
    CopyOutcome.REFUSED: N_("not copied: {name}. {reason}"),
    CopyOutcome.CONFLICT: N_("stands for another file there: {name}. {reason}"),
}


@click.command(
    "copy",
    help="Salin semua dokumen ke gudang dokumen di ALAMAT (misalnya s3:bucket), dan baca kembali setiap salinan. "
    "Dapat diulang; yang sudah ada dilewati.",
)
@click.argument("address", metavar="ALAMAT")
@click.option("--again", is_flag=True, help="Baca kembali juga yang sudah ada di sana sebelumnya.")
@click.option(
    "--seal",
    type=click.Choice(["all", "private"]),
    default=None,
    help="Segel di sana semua dokumen, atau semua kecuali izin yang terbit. Bawaan: seperti dalam pengaturan.",
)
@click.option("--plain", is_flag=True, help="Simpan di sana tanpa segel, juga yang kini disegel.")
@click.pass_obj
def copy_command(
    obj: dict[str, Any],
    *,
    address: str,
    again: bool,
    seal: Literal["all", "private"] | None,
    plain: bool,
) -> None:
    """Copy everything that is not there; exit with 1 when something is left."""
    # `documents check` needs no office.
    from perizinan_core.bootstrap._bare_office import open_bare_office
    from perizinan_core.bootstrap._opening import open_documents
    from perizinan_core.bootstrap._public_documents import documents_in_plain
    from perizinan_core.cli._settings import language_of, plugins_for, settings_for

    language = language_of(obj)
    settings = settings_for(obj)
    if plain and seal is not None:
        raise click.UsageError(translate(N_("Choose one of --seal and --plain."), language))
    if address == settings.storage.documents:
        raise click.UsageError(translate(N_("{address} is the present store."), language, address=address))
    manager = plugins_for(obj, settings)
    wanted = "none" if plain else seal or settings.storage.seal
    there = attrs.evolve(
        settings,
        storage=attrs.evolve(settings.storage, documents=address, seal=wanted, direct_permits=0),
    )
    source, target = open_documents(settings, manager), open_documents(there, manager)
    public: frozenset[str] = frozenset()
    if wanted == "private":
        with open_bare_office(settings, manager) as office:
            public = documents_in_plain(office.storage, source, there)
    counts: Counter[CopyOutcome] = Counter()
    size = 0
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task("")
        for step in copy_documents(source, target, again=again, public=public):
            counts[step.outcome] += 1
            size += step.size if step.outcome is CopyOutcome.COPIED else 0
            if not step.is_done:
                reason = step.error.message(language) if step.error else ""
                sentence = translate(_SENTENCES[step.outcome], language, name=step.name, reason=reason)
                progress.console.print(sentence, markup=False, highlight=False)
            done = sum(counts.values())
            shown = N_("{count} files and names, {size} MB copied")
            progress.update(task, description=translate(shown, language, count=done, size=size // 1_000_000))
    left = sum(number for outcome, number in counts.items() if outcome in _SENTENCES)
    told = N_("Copied: {copied}. There already: {there}. Left: {left}.")
    copied, kept = counts[CopyOutcome.COPIED], counts[CopyOutcome.THERE]
    click.echo(translate(told, language, copied=copied, there=kept, left=left))
    if left:
        raise click.exceptions.Exit(1)
    click.echo(
        translate(
            N_(
                "Next: stop the office, run this command once more, write documents = {address} and seal = {seal} "
                "under [storage], and start the office again."
            ),
            language,
            address=f'"{address}"',
            seal=f'"{wanted}"',
        )
    )
