"""``perizinan documents seal`` and ``status``: encryption at rest of the documents that are there already."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from perizinan_core.documents import SealedDocumentStore, SealOutcome, SealState, seal_documents, seal_state
from perizinan_core.i18n import N_, translate

__all__ = ["recover_command", "seal_command", "status_command"]

_LEFT = {
    SealOutcome.DAMAGED: N_("damaged, and left as it is: {name}. {reason}"),
    SealOutcome.REFUSED: N_("left as it is: {name}. {reason}"),
}


@click.command(
    "seal",
    help="Segel dokumen yang belum disegel atau disegel dengan kunci lama, dan baca kembali setiap hasilnya. Dapat "
    "dihentikan dan diulang, juga selagi layanan berjalan.",
)
@click.pass_obj
def seal_command(obj: dict[str, Any]) -> None:
    """Seal what is not sealed as the settings say; exit with 1 when something is left."""
    from perizinan_core.cli._settings import language_of

    language = language_of(obj)
    counts: Counter[SealOutcome] = Counter()
    size = 0
    console = Console(stderr=True)
    store, public = _opened(obj)
    with Progress(
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task("")
        for step in seal_documents(store, public=public):
            counts[step.outcome] += 1
            size += step.size
            if not step.is_done:
                reason = step.error.message(language) if step.error else ""
                sentence = translate(_LEFT[step.outcome], language, name=step.name, reason=reason)
                progress.console.print(sentence, markup=False, highlight=False)
            shown = N_("{count} documents, {size} MB")
            done = sum(counts.values())
            progress.update(task, description=translate(shown, language, count=done, size=size // 1_000_000))
    left = sum(number for outcome, number in counts.items() if outcome in _LEFT)
    told = N_(
        "Sealed: {sealed}. Sealed again: {resealed}. In plain again: {unsealed}. Found again: {found}. Left: {left}."
    )
    values = {
        "sealed": counts[SealOutcome.SEALED],
        "resealed": counts[SealOutcome.RESEALED],
        "unsealed": counts[SealOutcome.UNSEALED],
        "found": counts[SealOutcome.LABELLED],
        "left": left,
    }
    click.echo(translate(told, language, **values))
    if left:
        raise click.exceptions.Exit(1)


@click.command(
    "status",
    help="Tampilkan berapa dokumen yang disegel, dengan kunci mana, dan berapa yang belum. Kode keluar 1: ada yang "
    "belum seperti yang ditentukan.",
)
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON.")
@click.pass_obj
def status_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """Say how the documents are kept; exit with 1 when some are not as the settings say."""
    from perizinan_core.cli._settings import language_of

    language = language_of(obj)
    store, public = _opened(obj)
    state = seal_state(store, public=public)
    if as_json:
        click.echo(json.dumps(_as_json(state)))
    else:
        for key, count in state.sealed.items():
            told = N_("Sealed with the key {key}: {count}")
            if key != state.current:
                told = N_("Sealed with the former key {key}: {count}")
            click.echo(translate(told, language, key=key, count=count))
        for told, count in (
            (N_("Not sealed: {count}"), state.plain),
            (N_("Issued permits, in plain: {count}"), state.public),
            (N_("Sealed, and not to be found because the label is missing: {count}"), state.lost),
        ):
            click.echo(translate(told, language, count=count))
    if state.plain or state.lost or state.former:
        if not as_json:
            click.echo(translate(N_("Next: perizinan documents seal"), language))
        raise click.exceptions.Exit(1)


@click.command(
    "recover",
    help="Kembalikan dari cadangan di FOLDER dokumen yang hilang dari gudang; yang masih ada tidak diubah.",
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def recover_command(obj: dict[str, Any], *, folder: Path) -> None:
    """Put back what the store lacks."""
    from perizinan_core.bootstrap._backup import recover_documents
    from perizinan_core.bootstrap._bare_office import plugins_for_recovery
    from perizinan_core.cli._settings import language_of, settings_for

    settings = settings_for(obj)
    manager = plugins_for_recovery(settings, discover=not obj["no_plugins"])
    added = recover_documents(settings, manager, folder)
    click.echo(translate(N_("{count} documents were put back."), language_of(obj), count=added))


def _as_json(state: SealState) -> dict[str, Any]:
    return {
        "sealed": dict(state.sealed),
        "plain": state.plain,
        "public": state.public,
        "lost": state.lost,
        "current": state.current,
    }


def _opened(obj: dict[str, Any]) -> tuple[SealedDocumentStore, frozenset[str]]:
    """Return the store of the office, and what is to be in plain in it."""
    from perizinan_core.bootstrap._bare_office import open_bare_office, plugins_for_recovery
    from perizinan_core.bootstrap._public_documents import documents_in_plain
    from perizinan_core.cli._settings import language_of, settings_for

    settings = settings_for(obj)
    manager = plugins_for_recovery(settings, discover=not obj["no_plugins"])
    with open_bare_office(settings, manager) as office:
        if not isinstance(office.documents, SealedDocumentStore):
            sentence = N_(
                'The settings say seal = "none". Set seal = "all" or "private" under [storage] first.'
            )
            raise click.UsageError(translate(sentence, language_of(obj)))
        return office.documents, documents_in_plain(office.storage, office.documents, settings)
