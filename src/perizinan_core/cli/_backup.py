"""``perizinan backup`` and ``perizinan restore``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from perizinan_core.bootstrap import Settings
from perizinan_core.bootstrap._backup import (
    Backup,
    check_backup,
    key_places,
    make_backup,
    restore_backup,
    saved_tables,
)
from perizinan_core.bootstrap._bare_office import open_bare_office, plugins_for_recovery
from perizinan_core.bootstrap._opening import database_url
from perizinan_core.bootstrap._tables import offered_tables
from perizinan_core.bootstrap._upkeep import note_backup, note_check
from perizinan_core.cli._settings import language_of, settings_for
from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks import PluginManager
from perizinan_core.i18n import N_, translate
from perizinan_core.model._numerals import format_date
from perizinan_core.services._used_numbers import spans_of
from perizinan_core.storage._checking import check_records
from perizinan_core.storage._migrating import pending
from perizinan_core.storage._sql._store import SqlStorage

__all__ = ["backup_command", "restore_command"]


@click.command(
    "backup", help="Salin semua catatan dan dokumen ke FOLDER selagi aplikasi berjalan; kunci tidak ikut."
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def backup_command(obj: dict[str, Any], *, folder: Path) -> None:
    """Make a backup, and name the keys, which are to be kept elsewhere."""
    language = language_of(obj)
    settings = settings_for(obj)
    manager = plugins_for_recovery(settings, discover=not obj["no_plugins"])
    made = make_backup(settings, manager, folder, now=datetime.now(UTC))
    with open_bare_office(settings, manager) as office:
        note_backup(office.storage, at=made.made_at, rows=sum(made.rows.values()), documents=made.documents)
    _say(N_("The backup in {folder} is whole:"), language, folder=folder)
    _tell(made, language)
    _name_keys(settings, language)
    for sha256 in made.damaged:
        sentence = N_("damaged in the office, and not in the backup: document {sha256}")
        click.echo(translate(sentence, language, sha256=sha256), err=True)
    if made.damaged:
        raise click.exceptions.Exit(1)


@click.command("restore", help="Pulihkan cadangan di FOLDER ke tempat kosong yang disebut pengaturan.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Periksa saja semua isi cadangan; tidak ada yang dipulihkan.")
@click.option(
    "--keep-documents",
    is_flag=True,
    help="Gudang dokumen masih ada dan lebih baru: biarkan isinya, pulihkan catatan saja.",
)
@click.option(
    "--without-tables",
    multiple=True,
    metavar="NAMA",
    help="Jangan pulihkan tabel plugin ini, misalnya karena pluginnya tidak dipakai lagi; boleh diulang.",
)
@click.pass_obj
def restore_command(
    obj: dict[str, Any], *, folder: Path, check: bool, keep_documents: bool, without_tables: tuple[str, ...]
) -> None:
    """Put a backup back, and look at every record; exit code 1 when one is not as it was written."""
    language = language_of(obj)
    if check:
        made = check_backup(folder)
        if obj["settings"].exists():
            _note_check(settings_for(obj), discover=not obj["no_plugins"])
        _say(N_("The backup in {folder} is whole:"), language, folder=folder)
        _tell(made, language)
        return
    settings = settings_for(obj)
    manager = plugins_for_recovery(
        settings,
        discover=not obj["no_plugins"],
        tables=not set(saved_tables(folder)) <= set(without_tables),
    )
    made = restore_backup(
        settings, manager, folder, keep_documents=keep_documents, without_tables=without_tables
    )
    _say(N_("Restored from {folder}:"), language, folder=folder)
    _tell(made, language)
    if not keep_documents:
        _say(_UNKNOWN, language, day=_day_of(made, language))
    _look(settings, manager, language)


def _note_check(settings: Settings, *, discover: bool) -> None:
    """Note it in the office that stands here; a backup is also read back on machines without one."""
    try:
        with open_bare_office(settings, plugins_for_recovery(settings, discover=discover)) as office:
            note_check(office.storage, at=datetime.now(UTC))
    except PerizinanError:
        return


def _look(settings: Settings, manager: PluginManager, language: str) -> None:
    """Walk the restored records; tables of an older version have to be upgraded first."""
    if pending(database_url(settings), tables=offered_tables(manager)):
        _say(
            N_(
                "The backup is one of an older version. Run: perizinan migrate, then: perizinan records check"
            ),
            language,
        )
        return
    with open_bare_office(settings, manager) as office:
        for register, year, first, last in spans_of(office.used_beyond_records()):
            _say(_USED, language, register=register, year=year, first=first, last=last)
        if not isinstance(office.storage, SqlStorage):
            return
        report = check_records(office.storage)
    left = sum(not fault.repaired for fault in report.faults)
    _say(N_("{rows} rows checked, {count} do not pass."), language, rows=report.rows, count=left)
    if left:
        click.echo(translate(N_("Look at them with: perizinan records check"), language), err=True)
        raise click.exceptions.Exit(1)


_USED = N_(
    "Used after the backup, not on record, and not given again: numbers {first} to {last} of the register {register} "
    "for {year}. See: perizinan doctor"
)
_UNKNOWN = N_(
    "What happened after {day} is neither in these records nor in these documents, and numbers that were given out "
    "since are not known. If the former document store still exists, put it back and restore with --keep-documents. "
    "Else, before the next permit, enter the last number that was given out: perizinan records continue --help"
)


def _day_of(made: Backup, language: str) -> str:
    local = made.made_at.astimezone()
    return f"{format_date(local.date(), language)}, {local:%H:%M}"


def _tell(made: Backup, language: str) -> None:
    _say(
        N_("{rows} rows and {documents} documents ({size} bytes) of {day}, {time}"),
        language,
        rows=sum(made.rows.values()),
        documents=made.documents,
        size=made.document_bytes,
        day=format_date(made.made_at.astimezone().date(), language),
        time=f"{made.made_at.astimezone():%H:%M}",
    )
    if made.document_keys:
        sealed = N_("Its documents are sealed with the keys {keys}; only with them can it be restored.")
        _say(sealed, language, keys=", ".join(made.document_keys))


def _name_keys(settings: Settings, language: str) -> None:
    _say(
        N_("Not in it are the keys. Keep copies of these in another place; without them no one reads it:"),
        language,
    )
    for place in key_places(settings):
        click.echo(f"  {translate(place.what, language)}: {place.where}")


def _say(sentence: str, language: str, **fields: object) -> None:
    click.echo(translate(sentence, language, **fields))
