"""``perizinan directory``: make, show and update a signed directory of offices."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perizinan_core._saved_file import locked, replace_file
from perizinan_core.bootstrap._keys import open_key_file
from perizinan_core.cli._authority_fetch import loaded
from perizinan_core.cli._settings import language_of
from perizinan_core.cli._verify_authority import read_directory_file
from perizinan_core.errors.verification import AuthorityFolderError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._numerals import format_date
from perizinan_core.published._authority_update import accept_directory
from perizinan_core.published._directory import Directory, DirectoryEntry, read_directory, sign_directory
from perizinan_core.published._envelope import countersign
from perizinan_core.published._keys import signing_callback, thumbprint
from perizinan_core.verification import AuthoritySet
from perizinan_core.verification._keeping_offices import BACKUP
from perizinan_core.verification._words import office_line

__all__ = ["directory_group"]

_UNREADABLE = N_("{source}: the directory of offices could not be read: {problem}. Check path or address.")
_FILE = click.Path(dir_okay=False, path_type=Path)
_OLD = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("directory", help="Buat, tampilkan, dan perbarui direktori instansi bertanda tangan.")
def directory_group() -> None:
    """Hold the commands about the directory."""


@directory_group.command(
    "make", help="Buat direktori dari dokumen otoritas dalam sebuah folder (yang sudah Anda cocokkan)."
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--name", required=True, help="Siapa yang mengelola direktori ini.")
@click.option(
    "--key", "key_path", type=_FILE, required=True, help="Berkas kunci pengelola; dibuat bila belum ada."
)
@click.option(
    "--former-key",
    "former",
    type=_OLD,
    multiple=True,
    help="Kunci lama, ikut menandatangani; boleh berulang.",
)
@click.option("--out", "path", type=_FILE, default=Path("directory.json"), show_default=True)
@click.option(
    "--days", type=click.IntRange(1, 366), default=90, show_default=True, help="Masa berlaku dalam hari."
)
@click.pass_obj
def make_command(
    obj: dict[str, Any],
    *,
    folder: Path,
    name: str,
    key_path: Path,
    former: tuple[Path, ...],
    path: Path,
    days: int,
) -> None:
    """Write a directory of the offices of a folder; its version is one above that of the file it replaces."""
    language = language_of(obj)
    try:
        offices = AuthoritySet.open(folder)
    except AuthorityFolderError as error:
        raise click.UsageError(error.message(language)) from error
    documents = (offices.of(slug) for slug in offices.slugs)
    now = datetime.now(UTC).replace(microsecond=0)
    key = open_key_file(key_path)
    with locked(path):
        known = read_directory_file(path, None, language) if path.exists() else None
        made = Directory(
            name=name,
            version=known.version + 1 if known is not None else 1,
            issued=now,
            expires=now + timedelta(days=days),
            offices=tuple(DirectoryEntry.of(item) for item in documents if item is not None),
            keys=(key.public_key(),),
        )
        data = sign_directory(made, key=key.public_key(), sign=signing_callback(key))
        for place in former:
            other = open_key_file(place)
            data = countersign(data, key=other.public_key(), sign=signing_callback(other))
        if known is not None:
            # Anyone who knows the file that is replaced must be able to take the new one.
            accept_directory(known, data, at=now)
        replace_file(path, data)
    sentence = N_("Written: {path}, version {version}, {count} offices, good until {day}, key {key}")
    told = {
        "path": path,
        "version": made.version,
        "count": len(made.offices),
        "key": thumbprint(key.public_key()),
    }
    click.echo(translate(sentence, language, day=format_date(made.expires.date(), language), **told))


@directory_group.command(
    "show", help="Tampilkan isi direktori: instansi, wilayah, kunci, alamat, masa berlaku."
)
@click.argument("source", metavar="[FILE|URL]", default="directory.json")
@click.option("--directory-key", help="Sidik jari kunci yang harus menandatanganinya.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def show_command(obj: dict[str, Any], *, source: str, directory_key: str | None, as_json: bool) -> None:
    """Read a directory, check its signature, and print what it says."""
    language = language_of(obj)
    made = read_directory(loaded(source, language, _UNREADABLE), directory_key=directory_key)
    if as_json:
        click.echo(json.dumps({**made.to_json(), "keys": list(made.key_ids)}, ensure_ascii=False))
        return
    ended = datetime.now(UTC) > made.expires
    until = format_date(made.expires.date(), language)
    if ended:
        until = translate(N_("{day}: it has ended, fetch a newer one"), language, day=until)
    console = Console(highlight=False)
    head = Table.grid(padding=(0, 2))
    for label, value in (
        (N_("Kept by"), made.name),
        (N_("Version"), str(made.version)),
        (N_("Good until"), until),
        (N_("Key"), "\n".join(made.key_ids)),
    ):
        head.add_row(Text(translate(label, language), style="bold"), Text(value))
    console.print(head)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Short name"), N_("Office"), N_("Key"), N_("Address")):
        table.add_column(translate(title, language), overflow="fold")
    for item in made.offices:
        table.add_row(*map(Text, (item.slug, office_line(item.name, item.region), item.key, item.address)))
    console.print(table)


@directory_group.command(
    "update", help="Ganti direktori yang dikenal dengan yang lebih baru; yang lebih lama ditolak."
)
@click.option("--file", "path", type=_OLD, default=Path("directory.json"), show_default=True)
@click.option("--from", "source", metavar="FILE|URL", required=True, help="Asal direktori baru.")
@click.option("--directory-key", help="Sidik jari kunci yang harus menandatangani direktori baru.")
@click.pass_obj
def update_command(obj: dict[str, Any], *, path: Path, source: str, directory_key: str | None) -> None:
    """Take a newer directory in the place of the known one, which stays as a backup."""
    language = language_of(obj)
    offered = loaded(source, language, _UNREADABLE)
    with locked(path):
        before = path.read_bytes()
        known = read_directory(before)
        made = accept_directory(known, offered, at=datetime.now(UTC), directory_key=directory_key)
        if offered != before:
            replace_file(path.with_name(path.name + BACKUP), before)
            replace_file(path, offered)
    sentence = N_("{path} is version {version}, with {count} offices.")
    click.echo(translate(sentence, language, path=path, version=made.version, count=len(made.offices)))
