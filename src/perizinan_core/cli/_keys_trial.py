"""``perizinan keys trial``: a key with a passphrase, to try out how a real one is used."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

from perizinan_core._saved_file import replace_file
from perizinan_core.bootstrap import load_authority_pack
from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.cli._settings import language_of, plugins_for, settings_for
from perizinan_core.errors.services import ServiceError
from perizinan_core.i18n import N_, translate

__all__ = ["trial_command"]

_KEY_FILE_MODE = 0o600


@click.command(
    "trial",
    help="Buat kunci percobaan untuk JABATAN: berkas PKCS#12 berfrasa sandi dan sertifikat induknya sendiri. Surat "
    "yang ditandatangani dengannya dinyatakan dokumen percobaan. Untuk izin sungguhan pakai sertifikat dari PSrE.",
)
@click.argument("position", metavar="JABATAN")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder hasil; bawaan: folder keys di samping berkas pengaturan.",
)
@click.pass_obj
def trial_command(obj: dict[str, Any], *, position: str, folder: Path | None) -> None:
    """Make a key file with a passphrase, its root certificate, and say what to write into the settings."""
    language, settings = language_of(obj), settings_for(obj)
    authority = load_authority_pack(settings, plugins_for(obj, settings)).authority
    known = {item.code: item for item in authority.positions}
    if position not in known:
        raise ServiceError("unknown-post", kind="position", received=position, known=tuple(sorted(known)))
    target = folder or settings.path("keys")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, root, word = (target / f"{position}{end}" for end in (".p12", "-root.pem", ".passphrase"))
    if key.exists():
        told = N_("{path} exists and stays as it is. Name another folder: --folder")
        raise click.UsageError(translate(told, language, path=key))
    now = datetime.now(UTC)
    ca = SyntheticCA.create(now, name=position[:40])
    issued = ca.issue(
        known[position].title.id[:48], now=now, kind="p-256", organization=authority.name.id[:60]
    )
    passphrase = secrets.token_urlsafe(18)
    packed = pkcs12.serialize_key_and_certificates(
        position.encode(),
        issued.key,
        issued.certificate,
        [ca.issuing.certificate],
        BestAvailableEncryption(passphrase.encode()),
    )
    replace_file(root, ca.root.certificate.public_bytes(Encoding.PEM))
    replace_file(word, f"{passphrase}\n".encode(), mode=_KEY_FILE_MODE)
    replace_file(key, packed, mode=_KEY_FILE_MODE)
    for path in (key, word, root):
        click.echo(translate(N_("Written: {path}"), language, path=path))
