"""``perizinan authority fetch`` and ``authority update --all``: the documents of other offices."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from perizinan_core.cli._settings import language_of
from perizinan_core.cli._verify_authority import read_directory_file
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.i18n import N_, said, translate
from perizinan_core.published import (
    STATUS_LIST_FILE,
    AuthorityDocument,
    Directory,
    DirectoryEntry,
    read_authority_document,
)
from perizinan_core.verification import AuthoritySet
from perizinan_core.verification._authorities import document_of
from perizinan_core.verification._display import display_name
from perizinan_core.verification._fetching import is_url
from perizinan_core.verification._keeping_offices import (
    Kept,
    keep_first,
    load_document,
    refresh_office,
    well_known,
)
from perizinan_core.verification._words import office_line

__all__ = ["fetch_command", "loaded", "update_all"]

T = TypeVar("T")

_AT_ONCE = 8
"""Offices that are asked at the same time."""


@click.command(
    "fetch", help="Ambil dokumen otoritas pertama sebuah instansi dari alamatnya, atau melalui direktori."
)
@click.argument("source", metavar="[URL|NAMA-SINGKAT]", required=False)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Ambil semua instansi dalam --directory yang belum ada di --into.",
)
@click.option(
    "--into",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder dokumen banyak instansi: ditulis sebagai NAMA-SINGKAT.json, dengan daftar statusnya.",
)
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Berkas yang ditulis; bawaan: authority.json. Berkas yang sudah ada tidak diganti.",
)
@click.option(
    "--fingerprint",
    metavar="KEY",
    help="Sidik jari kunci instansi itu, dari pengumuman resminya; tanpa ini Anda ditanya.",
)
@click.option(
    "--directory",
    "directory_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Direktori instansi bertanda tangan: alamat dan kunci instansi diambil darinya.",
)
@click.option("--directory-key", help="Sidik jari kunci yang harus menandatangani direktori.")
@click.pass_context
def fetch_command(
    ctx: click.Context,
    *,
    source: str | None,
    everything: bool,
    folder: Path | None,
    path: Path | None,
    fingerprint: str | None,
    directory_path: Path | None,
    directory_key: str | None,
) -> None:
    """Take the first document of an office; nothing is written before its key was vouched for."""
    language = language_of(ctx.obj)
    directory = read_directory_file(directory_path, directory_key, language) if directory_path else None
    if (source is None) != everything or (
        everything and (directory is None or folder is None or fingerprint)
    ):
        raise click.UsageError(translate(_WHAT, language))
    if folder is not None and path is not None:
        raise click.UsageError(translate(_WHERE, language))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    if directory is not None:
        _check_current(directory, language)
    if everything and directory is not None and folder is not None:
        ctx.exit(_fetch_all(directory, folder, language))
    entry = directory.by_slug.get(str(source)) if directory is not None else None
    if entry is None and not is_url(str(source)):
        known = len(directory.offices) if directory is not None else 0
        raise click.UsageError(
            translate(_NO_SUCH_OFFICE, language, name=display_name(str(source)), count=known)
        )
    key = entry.key if entry is not None else fingerprint
    data = loaded(entry.address if entry is not None else well_known(str(source)), language)
    if entry is not None:
        document = document_of(data, entry.slug, entry.key)
    else:
        document = read_authority_document(data, authority_key=key)
    _show(document, language)
    if key is None:
        _ask(document, language)
    target = folder / f"{document.slug}.json" if folder is not None else path or Path("authority.json")
    beside = target.with_suffix(".cwt") if folder is not None else target.with_name(STATUS_LIST_FILE)
    try:
        kept = keep_first(target, data, document, list_path=beside, at=datetime.now(UTC))
    except FileExistsError as error:
        raise click.UsageError(translate(_EXISTS, language, path=target)) from error
    click.echo(translate(N_("Written: {path}"), language, path=target))
    ctx.exit(_tell_problems([kept], language))


def update_all(folder: Path, directory: Directory | None, language: str) -> int:
    """Update every office of a folder; return the exit code: 0, or 1 when an office could not be updated."""
    if directory is not None:
        _check_current(directory, language)
    try:
        slugs = AuthoritySet.open(folder).slugs
    except PerizinanError as error:
        raise click.UsageError(error.message(language)) from error
    now = datetime.now(UTC)
    results = _with_progress(
        slugs, lambda slug: refresh_office(folder / f"{slug}.json", at=now, directory=directory), language
    )
    for kept in results:
        if kept.document is None or kept.before is None:
            continue
        if kept.document.version != kept.before.version:
            sentence = N_("{office}: version {before} → {after}")
            told = {"before": kept.before.version, "after": kept.document.version}
            click.echo(translate(sentence, language, office=kept.slug, **told))
        fresh = set(kept.document.key_ids) - set(kept.before.key_ids)
        if fresh:
            sentence = N_(
                "{office} has a new key: {keys}. Compare it with the office's official publication."
            )
            told_keys = ", ".join(sorted(fresh))
            click.echo(translate(sentence, language, office=kept.slug, keys=told_keys), err=True)
    return _tell_problems(results, language)


_UNREADABLE = N_("{source}: the authority document could not be read: {problem}. Check path or address.")


def loaded(source: str, language: str, sentence: str = _UNREADABLE) -> bytes:
    """
    Return a document from a file or address.

    Raises:
        click.ClickException: it cannot be had.
    """
    try:
        return load_document(source)
    except SourceReadError as error:
        told = translate(sentence, language, source=source, problem=_problem(error, language))
        raise click.ClickException(told) from error


def _fetch_all(directory: Directory, folder: Path, language: str) -> int:
    missing = [item for item in directory.offices if not (folder / f"{item.slug}.json").exists()]
    results = _with_progress(missing, lambda entry: _first_of(entry, folder), language)
    taken = sum(item.document is not None for item in results)
    sentence = N_("{taken} offices were fetched, {known} were there already.")
    known = len(directory.offices) - len(missing)
    click.echo(translate(sentence, language, taken=taken, known=known))
    return _tell_problems(results, language)


def _first_of(entry: DirectoryEntry, folder: Path) -> Kept:
    try:
        data = load_document(entry.address)
        document = document_of(data, entry.slug, entry.key)
        path = folder / f"{entry.slug}.json"
        return keep_first(path, data, document, list_path=path.with_suffix(".cwt"), at=datetime.now(UTC))
    except (PerizinanError, OSError) as error:
        return Kept(slug=entry.slug, problem=error)


def _with_progress(items: Iterable[T], work: Callable[[T], Kept], language: str) -> list[Kept]:
    """Ask several offices at a time: one that does not answer keeps no other waiting."""
    listed, results = list(items), []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        Progress(*columns, console=Console(stderr=True), transient=True) as bar,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        task = bar.add_task(translate(N_("Asking offices"), language), total=len(listed))
        for kept in pool.map(work, listed):
            results.append(kept)
            bar.advance(task)
    return results


def _tell_problems(results: Iterable[Kept], language: str) -> int:
    """Say what went wrong with which office; return 1 when anything did."""
    code = 0
    for kept in results:
        for problem, sentence in (
            (kept.problem, N_("{office}: stays as it is: {problem}")),
            (kept.list_problem, N_("{office}: its status list could not be fetched: {problem}")),
        ):
            if problem is not None:
                code = 1
                told = _problem(problem, language)
                click.echo(translate(sentence, language, office=kept.slug, problem=told), err=True)
    return code


def _problem(error: PerizinanError | OSError, language: str) -> str:
    if isinstance(error, SourceReadError):
        return str(said(error.fault, language))
    if isinstance(error, PerizinanError):
        return error.message(language)
    return translate(error.strerror or str(error), language)


def _check_current(directory: Directory, language: str) -> None:
    if datetime.now(UTC) > directory.expires:
        sentence = N_(
            "The directory of offices ended on {day}. Update it first: "
            "perizinan directory update --file directory.json --from ADDRESS"
        )
        raise click.UsageError(translate(sentence, language, day=directory.expires.date().isoformat()))


def _show(document: AuthorityDocument, language: str) -> None:
    """Say whose document it is, before it is trusted."""
    rows = (
        (N_("Office"), office_line(document.name, document.region)),
        (N_("Short name"), document.slug),
        (N_("Version"), str(document.version)),
        (N_("Fingerprint of its key"), ", ".join(document.key_ids)),
        (N_("How to ask the office"), document.contact.line if document.contact is not None else "-"),
    )
    for label, value in rows:
        click.echo(f"{translate(label, language)}: {display_name(value)}")


def _ask(document: AuthorityDocument, language: str) -> None:
    """Let someone say that the fingerprint is the office's; without a terminal it must be named."""
    if not sys.stdin.isatty():
        keys = ", ".join(document.key_ids)
        raise click.UsageError(translate(_NOT_VOUCHED, language, keys=keys))
    question = N_(
        "Did you compare the fingerprint with the office's official publication, and is it the same?"
    )
    click.confirm(translate(question, language), abort=True)


_WHAT = N_(
    "Name one office by its address (https://…) or, with --directory, by its short name; "
    "or give --all with --directory and --into."
)
_WHERE = N_("Give --into FOLDER or --file FILE, not both.")
_NO_SUCH_OFFICE = N_(
    "{name} is neither an address (https://…) nor the short name of one of the {count} offices in the directory."
)
_EXISTS = N_(
    "{path}: there is a document already. Update it: perizinan authority update; or name another file or folder."
)
_NOT_VOUCHED = N_(
    "Nothing was written: no one said that the key is the office's. Compare {keys} with the "
    "office's official publication (a letter, its site, a telephone call) and name it: "
    "--fingerprint KEY"
)
