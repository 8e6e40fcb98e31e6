"""``perizinan keys bind``, ``unbind`` and ``bindings``: which certificate signs for which position, and when."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perizinan_core._pdf._certificates import is_ca
from perizinan_core.bootstrap import Office
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._numerals import format_date
from perizinan_core.services import CertificateBinding

__all__ = ["bind_command", "bindings_command", "unbind_command"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan keys")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    "bind", help="Ikat sertifikat dalam BERKAS (PEM atau DER) dengan JABATAN, sejak hari tertentu."
)
@click.argument("position", metavar="JABATAN")
@click.argument("file", metavar="BERKAS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "first_day", required=True, type=_DAY, help="Hari pertama tanda tangannya berlaku.")
@click.option(
    "--to", "last_day", type=_DAY, help="Hari terakhir, misalnya untuk Plt. atau Plh.; bawaan: seterusnya."
)
@click.option("--reason", help="Alasan, misalnya nomor surat perintah; disimpan dalam riwayat.")
@click.pass_obj
def bind_command(
    obj: dict[str, Any],
    *,
    position: str,
    file: Path,
    first_day: datetime,
    last_day: datetime | None,
    reason: str | None,
) -> None:
    """Bind a certificate to a position; publish authority.json afterwards."""
    language, certificate = language_of(obj), _certificate(file)
    with open_office(obj) as office:
        office.publication.bind(
            position,
            certificate,
            first_day=first_day.date(),
            last_day=_date(last_day),
            reason=reason,
            actor=_OPERATOR,
        )
    days = {"day": format_date(first_day.date(), language)}
    if last_day is not None:
        days["end"] = format_date(last_day.date(), language)
    subject = certificate.subject.rfc4514_string()
    _say(_BOUND if last_day is None else _LENT, language, subject=subject, position=position, **days)


@click.command(
    "unbind",
    help="Akhiri ikatan SERTIFIKAT (berkasnya, atau SHA-256 dalam keys bindings) dengan JABATAN karena pejabat "
    "berganti, atau tarik ikatan yang keliru dan belum pernah menandatangani.",
)
@click.argument("position", metavar="JABATAN")
@click.argument("which", metavar="SERTIFIKAT")
@click.option(
    "--last-day", type=_DAY, help="Hari terakhir berlaku; tanpa ini ikatan ditarik karena keliru sejak awal."
)
@click.option("--reason", required=True, help="Alasan; disimpan dalam riwayat.")
@click.pass_obj
def unbind_command(
    obj: dict[str, Any], *, position: str, which: str, last_day: datetime | None, reason: str
) -> None:
    """End or withdraw the binding of a certificate; publish authority.json afterwards."""
    language = language_of(obj)
    file = Path(which)
    sha256 = _certificate(file).fingerprint(SHA256()).hex() if file.is_file() else _plain(which)
    with open_office(obj) as office:
        done = office.publication.unbind(
            position, sha256, last_day=_date(last_day), reason=reason, actor=_OPERATOR
        )
    if done.end is not None and not done.withdrawn:
        _say(_ENDED, language, day=format_date(done.end, language))
    else:
        _say(_WITHDRAWN, language, position=position)


@click.command("bindings", help="Sertifikat mana terikat dengan jabatan mana, sejak kapan dan sampai kapan.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def bindings_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """List all bindings, also those that ended or were withdrawn."""
    language = language_of(obj)
    with open_office(obj) as office:
        office.publication.document(office.now())  # binds what the settings sign with
        found = office.publication.bindings()
        rows = [{**_row(item), "state": _state(office, item)} for item in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Position"), N_("State"), N_("Last signature"), N_("SHA-256")):
        table.add_column(translate(title, language), overflow="fold")
    for item, row in zip(found, rows, strict=True):
        days = {"start": item.start, "end": item.end}
        table.add_row(
            Text(item.position),
            Text(translate(_STATES[str(row["state"])], language, **days)),
            Text(item.last_signed.isoformat() if item.last_signed else "-"),
            Text(item.certificate_sha256),
        )
    Console(highlight=False).print(table)


_BOUND = N_(
    "The certificate {subject} signs for the position {position} from {day} on. Publish authority.json now: "
    "perizinan authority publish."
)
_LENT = N_(
    "The certificate {subject} signs for the position {position} from {day} to {end}. Publish authority.json now: "
    "perizinan authority publish."
)
_ENDED = N_("The binding ends on {day}. Publish authority.json now: perizinan authority publish.")
_WITHDRAWN = N_(
    "The binding to the position {position} was withdrawn: it never signed anything. Publish authority.json now: "
    "perizinan authority publish."
)
_STATES = {
    "coming": N_("from {start}"),
    "open": N_("stands, from {start}"),
    "limited": N_("stands, {start} to {end}"),
    "ended": N_("ended, {start} to {end}"),
    "withdrawn": N_("withdrawn, never signed"),
}


def _state(office: Office, binding: CertificateBinding) -> str:
    today = office.authority.calendar.time_zone.local(office.now()).date()
    if binding.withdrawn:
        return "withdrawn"
    if binding.holds_on(today):
        return "open" if binding.end is None else "limited"
    return "coming" if binding.start > today else "ended"


def _row(binding: CertificateBinding) -> dict[str, str | None]:
    days = {"from": binding.start, "to": binding.end}
    signed = {"first_signed": binding.first_signed, "last_signed": binding.last_signed}
    told = {name: day.isoformat() if day else None for name, day in {**days, **signed}.items()}
    return {"position": binding.position, "sha256": binding.certificate_sha256, **told}


def _certificate(path: Path) -> x509.Certificate:
    """Return the one certificate of a file that signs, among those of a chain."""
    content = path.read_bytes()
    try:
        held = (
            x509.load_pem_x509_certificates(content)
            if b"-----BEGIN" in content
            else [x509.load_der_x509_certificate(content)]
        )
    except ValueError as error:
        raise BootstrapError("certificate-file", path=str(path), count=0) from error
    found = [item for item in held if not is_ca(item)]
    if len(found) != 1:
        raise BootstrapError("certificate-file", path=str(path), count=len(found))
    return found[0]


def _plain(fingerprint: str) -> str:
    """Return a fingerprint as it is kept; other programs write it in capitals, with colons or spaces."""
    return fingerprint.translate({ord(mark): None for mark in ": "}).lower()


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _say(sentence: str, language: str, **fields: object) -> None:
    click.echo(translate(sentence, language, **fields))
