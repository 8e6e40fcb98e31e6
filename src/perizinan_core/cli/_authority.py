"""``perizinan authority``: publish, show and update the authority document."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perizinan_core._saved_file import locked, replace_file
from perizinan_core.cli._authority_fetch import fetch_command, loaded, update_all
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.cli._verify_authority import read_directory_file
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._numerals import format_date
from perizinan_core.published import AuthorityDocument, Signatory, read_authority_document
from perizinan_core.published._keys import thumbprint
from perizinan_core.verification._keeping_offices import BACKUP, refresh
from perizinan_core.verification._words import office_line

__all__ = ["authority_group"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan authority")


@click.group("authority", help="Terbitkan, tampilkan, dan perbarui dokumen otoritas (authority.json).")
def authority_group() -> None:
    """Hold the commands about the authority document."""


@authority_group.command("publish", help="Tulis authority.json dan daftar status bertanda tangan ke folder.")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Berkas berisi frasa sandi kunci; bawaan: yang disebut pengaturan.",
)
@click.pass_obj
def publish_command(obj: dict[str, Any], *, folder: Path | None, passphrase_file: Path | None) -> None:
    """Write what those who check permits need; without an argument into the folder of the settings."""
    language = language_of(obj)
    with open_office(obj, passphrase_file=passphrase_file) as office:
        told = office.settings.publication.folder
        if folder is None and told is None:
            sentence = N_("Name a folder, or set [publication] folder in the settings.")
            raise click.UsageError(translate(sentence, language))
        target = folder if folder is not None else office.settings.path(str(told))
        target.mkdir(parents=True, exist_ok=True)
        path = target / "authority.json"
        with locked(path):
            replace_file(path, office.publication.authority_json())
        listed = office.status_lists.publish(folder=target)
    for written in (path, listed):
        if written is not None:
            click.echo(translate(N_("Written: {path}"), language, path=written))
    if listed is None:
        sentence = N_(
            "No status list: set [publication] folder in the settings, so that a revocation can be seen outside."
        )
        click.echo(translate(sentence, language), err=True)


@authority_group.command("show", help="Tampilkan isi dokumen otoritas: kunci, penanda tangan, masa berlaku.")
@click.argument("source", metavar="[FILE|URL]", default="authority.json")
@click.option("--authority-key", help="Sidik jari kunci yang harus menandatanganinya.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def show_command(obj: dict[str, Any], *, source: str, authority_key: str | None, as_json: bool) -> None:
    """Read a document, check its signature, and print what it says."""
    language = language_of(obj)
    document = read_authority_document(loaded(source, language), authority_key=authority_key)
    if as_json:
        click.echo(json.dumps(_facts(document), ensure_ascii=False))
    else:
        _print(document, language, datetime.now(UTC))


@authority_group.command("update", help="Ganti dokumen otoritas yang dikenal dengan yang lebih baru.")
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("authority.json"),
    show_default=True,
    help="Dokumen yang dikenal; yang lama disimpan dengan akhiran .previous.",
)
@click.option("--from", "source", metavar="FILE|URL", help="Asal dokumen baru.")
@click.option("--authority-key", help="Sidik jari kunci yang harus menandatangani dokumen baru.")
@click.option(
    "--all",
    "folder",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Perbarui semua instansi dalam folder ini dari alamatnya masing-masing, beserta daftar statusnya; kode keluar "
    "1 bila ada yang gagal.",
)
@click.option(
    "--directory",
    "directory_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Direktori instansi bertanda tangan: alamat dan kunci instansi diambil darinya.",
)
@click.option("--directory-key", help="Sidik jari kunci yang harus menandatangani direktori.")
@click.pass_context
def update_command(
    ctx: click.Context,
    *,
    path: Path,
    source: str | None,
    authority_key: str | None,
    folder: Path | None,
    directory_path: Path | None,
    directory_key: str | None,
) -> None:
    """
    Take a newer document in the place of the known one, which stays as a backup.

    Nothing is written unless the new one is signed by a key of the known one and is no older.
    """
    language = language_of(ctx.obj)
    if (folder is None) == (source is None) or (folder is None and directory_path is not None):
        sentence = N_("Give --from FILE|URL for one document, or --all FOLDER (and --directory) for many.")
        raise click.UsageError(translate(sentence, language))
    if folder is not None:
        directory = read_directory_file(directory_path, directory_key, language) if directory_path else None
        ctx.exit(update_all(folder, directory, language))
    offered = loaded(str(source), language)
    if not path.is_file():
        sentence = N_(
            "{path}: there is no known document to update. Take the first one from the office itself: "
            "perizinan authority fetch ADDRESS"
        )
        raise click.UsageError(translate(sentence, language, path=path))
    known, document, changed = refresh(path, offered, at=datetime.now(UTC), authority_key=authority_key)
    sentence = N_("{path} is current (version {version}).")
    if changed:
        sentence = N_("{path} is version {version} now; the former one lies in {backup}.")
    told = {"path": path, "version": document.version, "backup": path.name + BACKUP}
    click.echo(translate(sentence, language, **told))
    fresh = set(document.key_ids) - set(known.key_ids)
    if fresh:
        sentence = N_("The office has a new key: {keys}. Compare it with the office's official publication.")
        click.echo(translate(sentence, language, keys=", ".join(sorted(fresh))), err=True)


@authority_group.command(
    "require",
    help="Naikkan versi terendah dokumen otoritas yang masih boleh dipakai; dimuat dalam daftar status.",
)
@click.argument("version", required=False, type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Alasannya; disimpan dalam riwayat.")
@click.pass_obj
def require_command(obj: dict[str, Any], *, version: int | None, reason: str) -> None:
    """Raise the lowest version that may be used; without a version to the current one."""
    language = language_of(obj)
    with open_office(obj) as office:
        lowest = office.publication.require_version(version, reason=reason, actor=_OPERATOR)
    sentence = N_(
        "Version {lowest} is the lowest that may be used. Publish the status list now: perizinan authority publish."
    )
    click.echo(translate(sentence, language, lowest=lowest))


authority_group.add_command(fetch_command)


def _facts(document: AuthorityDocument) -> dict[str, Any]:
    """Return what the document says, with fingerprints in place of certificates and keys."""
    told = document.to_json()
    return {
        **{
            name: told[name]
            for name in (
                "slug",
                "name",
                "region",
                "contact",
                "time_zone",
                "version",
                "issued",
                "expires",
                "verification_url",
            )
        },
        "keys": list(document.key_ids),
        "trust": "pinned" if document.pinned else "given_file",
        "roots": [item.subject.rfc4514_string() for item in document.roots],
        "signatories": told["signatories"],
        "qr_keys": [
            {
                "kid": item.kid.hex(),
                "key": thumbprint(item.key),
                "from": _day(item.start),
                "to": _day(item.end),
            }
            for item in document.qr_keys
        ],
        "status_list": told["status_list"],
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day is not None else None


def _print(document: AuthorityDocument, language: str, now: datetime) -> None:
    console = Console(highlight=False)
    console.print(Text(office_line(document.name, document.region), style="bold"))
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    listed = document.status_list or {}
    for label, value in (
        (N_("Version"), str(document.version)),
        (N_("Issued"), format_date(document.local_day(document.issued), language)),
        (N_("Good until"), _until(document, language, now)),
        (N_("How to ask the office"), document.contact.line if document.contact is not None else "-"),
        (N_("Key"), "\n".join(document.key_ids)),
        (N_("Roots"), "\n".join(item.subject.rfc4514_string() for item in document.roots)),
        (N_("QR keys"), "\n".join(item.kid.hex() + _span(item.start, item.end) for item in document.qr_keys)),
        (N_("Status list"), str(listed.get("uri", "-"))),
    ):
        table.add_row(translate(label, language), Text(value))
    console.print(table)
    people = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Position"), N_("In office"), N_("Permit types"), N_("Certificate")):
        people.add_column(translate(title, language), overflow="fold")
    for item in document.signatories:
        people.add_row(
            Text(item.title),
            Text(_span(item.start, item.end).strip() or "-"),
            Text("\n".join(_delegations(item))),
            Text((item.certificate_sha256 or item.spki_sha256 or "")[:16]),
        )
    console.print(people)


def _until(document: AuthorityDocument, language: str, now: datetime) -> str:
    day = format_date(document.local_day(document.expires), language)
    if now <= document.expires:
        return day
    return translate(N_("{day}: it has ended, fetch a newer one"), language, day=day)


def _delegations(signatory: Signatory) -> list[str]:
    """Return a line per delegation: its permit types, and from when to when it holds."""
    return [", ".join(sorted(one.permit_types)) + _span(one.start, one.end) for one in signatory.delegations]


def _span(start: Any, end: Any) -> str:
    return f" {_day(start) or ''}…{_day(end) or ''}" if start or end else ""
