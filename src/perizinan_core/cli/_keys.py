"""``perizinan keys``: signers, the office's own keys, the keys of the records."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import attrs
import click
from cryptography.hazmat.primitives import hashes
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from perizinan_core.bootstrap import load_authority_pack
from perizinan_core.bootstrap._keys import coming_key, has_coming_key, replace_lost_key, rotate_key
from perizinan_core.bootstrap._opening import storage_keys
from perizinan_core.bootstrap._tables import offered_tables
from perizinan_core.cli._keys_bindings import bind_command, bindings_command, unbind_command
from perizinan_core.cli._keys_ltv import renew_ltv_command
from perizinan_core.cli._keys_trial import trial_command
from perizinan_core.cli._settings import language_of, open_office, plugins_for, settings_for
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import ServiceError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._numerals import format_date
from perizinan_core.services._published_keys import KeyPurpose
from perizinan_core.signing import DigestSigner

__all__ = ["keys_group"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan keys")


@click.group("keys", help="Buat, tampilkan, dan ganti kunci.")
def keys_group() -> None:
    """Hold the commands about keys."""


for command in (renew_ltv_command, bind_command, unbind_command, bindings_command, trial_command):
    keys_group.add_command(command)


@keys_group.command("list", help="Penanda tangan tiap jabatan, dengan sertifikat dan masa berlakunya.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """List the signer of each position; a key that cannot be opened is shown with the reason."""
    language = language_of(obj)
    with open_office(obj) as office:
        rows = [_describe(office, position, language) for position in office.signers.positions()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Position"), N_("Certificate"), N_("Valid until"), N_("SHA-256")):
        table.add_column(translate(title, language), overflow="fold")
    for row in rows:
        table.add_row(
            Text(row["position"]),
            Text(row["subject"] or row["problem"]),
            Text(row["valid_until_text"]),
            Text(row["sha256"]),
        )
    Console(highlight=False).print(table)


@keys_group.command("publish", help="Tulis authority.json bertanda tangan, untuk para pemeriksa izin.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("authority.json"),
    show_default=True,
)
@click.pass_obj
def publish_command(obj: dict[str, Any], *, out: Path) -> None:
    """Write the signed authority document."""
    with open_office(obj) as office:
        out.write_bytes(office.publication.authority_json())
    click.echo(translate(N_("Written: {path}"), language_of(obj), path=out))


@keys_group.command(
    "rotate-own",
    help="Ganti kunci instansi sendiri: dokumen otoritas, QR, atau daftar status. Pertama kali: kunci baru diumumkan; "
    "ulangi setelah tujuh hari untuk memakainya (dengan --lost juga kunci pengembangan).",
)
@click.argument("purpose", type=click.Choice(("document", "qr", "status", "development")))
@click.option("--lost", is_flag=True, help="Berkas kunci hilang dan tidak ada cadangannya: buat yang baru.")
@click.option(
    "--stolen", is_flag=True, help="Kunci dicuri: pakai kunci baru sekarang juga; dokumen lama ditolak."
)
@click.option(
    "--last-day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Dengan --stolen: hari terakhir kunci lama dipegang instansi sendiri; bawaan: hari ini.",
)
@click.pass_obj
def rotate_own_command(
    obj: dict[str, Any],
    *,
    purpose: KeyPurpose | Literal["development"],
    lost: bool,
    stolen: bool,
    last_day: datetime | None,
) -> None:
    """Announce a new key, or take the announced one into use; the former one stays beside it."""
    language, settings = language_of(obj), settings_for(obj)
    if (lost and stolen) or (last_day is not None and not stolen):
        raise click.UsageError(translate(N_("--lost, or --stolen with --last-day: choose one."), language))
    if lost:
        _replace_lost(obj, purpose)
        return
    if purpose == "development":
        raise click.UsageError(
            translate(N_("Development keys are replaced only after a loss: add --lost."), language)
        )
    path = settings.path(getattr(settings.signing, f"{purpose}_key"))
    waiting = has_coming_key(path)
    with open_office(obj) as office:
        # The old key is on record before the new one takes its place.
        office.publication.authority_json()
        now = office.now()
        coming = None if stolen else coming_key(path).public_key()
        usable = office.publication.announce_key(purpose, coming, actor=_OPERATOR) if coming else now
        day = office.authority.calendar.time_zone.local(usable).date()
        if not stolen and (usable > now or not waiting):
            office.publication.authority_json()
            if waiting:
                raise ServiceError("key-not-usable-yet", purpose=purpose, day=day)
            told = translate(_ANNOUNCED, language, day=format_date(day, language), purpose=purpose)
            click.echo(told)
            return
    former = rotate_key(path, now)
    with open_office(obj) as office:
        if stolen:
            ended = last_day.date() if last_day is not None else None
            office.publication.replace_key(purpose, last_day=ended, actor=_OPERATOR)
        office.publication.authority_json()
    click.echo(translate(_IN_USE, language, path=former))


_ANNOUNCED = N_(
    "A new key is announced. Publish authority.json now (perizinan authority publish), and take the key into use from "
    "{day} on: perizinan keys rotate-own {purpose}"
)
_IN_USE = N_(
    "The new key is in use; the former one lies in {path}. Publish authority.json now: perizinan authority publish."
)


@keys_group.command(
    "list-own", help="Kunci instansi sendiri: sejak kapan dipakai, dan kunci mana yang baru diumumkan."
)
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_own_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """List the office's own keys as authority.json names them, with those that are announced."""
    language = language_of(obj)
    with open_office(obj) as office:
        office.publication.document(office.now())  # puts the keys in place on record
        keys = office.publication.own_keys()
        rows = [
            {
                "purpose": item.purpose,
                "kid": item.kid,
                "from": item.start.isoformat() if item.start else None,
                "to": item.end.isoformat() if item.end else None,
                "usable_from": office.authority.calendar.time_zone.local(item.usable_from).date().isoformat()
                if item.usable_from
                else None,
            }
            for item in keys
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Purpose"), N_("Key"), N_("State")):
        table.add_column(translate(title, language), overflow="fold")
    for row in rows:
        sentence = _STATES[0] if row["usable_from"] else _STATES[1] if row["to"] else _STATES[2]
        state = translate(
            sentence, language, usable=row["usable_from"], start=row["from"] or "…", end=row["to"]
        )
        table.add_row(Text(str(row["purpose"])), Text(str(row["kid"])), Text(state))
    Console(highlight=False).print(table)


_STATES = (
    N_("announced, may be used from {usable}"),
    N_("former, {start} to {end}"),
    N_("in use, from {start}"),
)


@keys_group.command("rotate", help="Ganti kunci enkripsi data pribadi, lalu enkripsi ulang semua catatan.")
@click.option("--resume", is_flag=True, help="Lanjutkan penggantian yang terputus, tanpa kunci baru.")
@click.pass_obj
def rotate_command(obj: dict[str, Any], *, resume: bool) -> None:
    """Make new keys, keep the old ones, and encrypt every record again; can be interrupted and resumed."""
    from perizinan_core.storage._rotation import rotate_keys
    from perizinan_core.storage._sql._store import SqlStorage

    language = language_of(obj)
    settings = settings_for(obj)
    scheme, mark, name = settings.storage.keys.partition(":")
    if scheme == "env" and not resume:
        raise click.UsageError(
            translate(
                N_("The keys come from the environment: add a new one there first, then use --resume."),
                language,
            )
        )
    if not resume:
        ring = storage_keys(settings, plugins_for(obj, settings))
        fresh = attrs.evolve(ring, data=ring.data.rotated(), index=ring.index.rotated())
        fresh.save(settings.path(name if mark else settings.storage.keys))
    with (
        open_office(obj) as office,
        Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        ) as bar,
    ):
        storage = office.storage
        if not isinstance(storage, SqlStorage):
            raise click.UsageError(translate(N_("This kind of storage keeps its own keys."), language))
        task = bar.add_task(translate(N_("Encrypting again"), language), total=None)
        moved = rotate_keys(
            storage,
            progress=lambda step: bar.update(task, completed=step.done, total=step.total),
            tables=offered_tables(office.plugins),
        )
    click.echo(translate(N_("{count} records were moved to the new keys."), language, count=moved))


def _replace_lost(obj: dict[str, Any], purpose: KeyPurpose | Literal["development"]) -> None:
    """Make a new key in the place of a lost one and take it into authority.json."""
    settings = settings_for(obj)
    authority = load_authority_pack(settings, plugins_for(obj, settings)).authority
    path = replace_lost_key(settings, authority, purpose, datetime.now(UTC))
    with open_office(obj) as office:
        if purpose != "development":
            office.publication.replace_key(purpose, actor=_OPERATOR)
        office.publication.authority_json()
    click.echo(
        translate(
            N_(
                "The key in {path} is in use; nothing more can be signed with the lost one. "
                "Publish authority.json now: perizinan authority publish."
            ),
            language_of(obj),
            path=path,
        )
    )


def _describe(office: Any, position: str, language: str) -> dict[str, str]:
    row = {
        "position": position,
        "subject": "",
        "sha256": "",
        "valid_until": "",
        "valid_until_text": "",
        "problem": "",
    }
    try:
        signer = office.signers.signer_for(position)
    except PerizinanError as error:
        return {**row, "problem": error.message(language)}
    if not isinstance(signer, DigestSigner):
        return {**row, "subject": type(signer).__name__}
    certificate = signer.certificate
    until = certificate.not_valid_after_utc
    return {
        **row,
        "subject": certificate.subject.rfc4514_string(),
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
        "valid_until": until.isoformat(),
        "valid_until_text": format_date(until.date(), language),
    }
