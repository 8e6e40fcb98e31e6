"""``perizinan permits``: issued permits: find, show, save the PDF, and end or suspend their effect."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from perizinan_core.bootstrap import Office
from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._batches import run_batch
from perizinan_core.cli._case_lookup import echo, find_case
from perizinan_core.cli._numbers import COUNT
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.errors._words import PERMIT_STATUSES
from perizinan_core.i18n import N_, translate
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit import Permit
from perizinan_core.storage import PermitFilter

__all__ = ["permits_group"]

_DAY = click.DateTime(["%Y-%m-%d"])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("permits", help="Izin yang telah terbit: cari, tampilkan, simpan PDF, cabut, bekukan.")
def permits_group() -> None:
    """Hold the commands about permits."""


@permits_group.command("list", help="Sebutkan izin dengan keadaannya; NOMOR: hanya yang memuat teks ini.")
@click.argument("text", metavar="[NOMOR]", required=False)
@click.option("--limit", type=COUNT, default=100, show_default=True, help="Paling banyak sekian.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_command(obj: dict[str, Any], *, text: str | None, limit: int, as_json: bool) -> None:
    """List permits without personal data."""
    language = language_of(obj)
    with open_office(obj) as office:
        with office.storage.unit_of_work(read_only=True) as work:
            found = work.permits.find(PermitFilter(number_part=text), limit=limit).items
        rows = [_facts(item, office) for item in found]
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    for row in rows:
        status = translate(PERMIT_STATUSES[row["status"]], language)
        click.echo("  ".join((row["number"], row["permit_type"], str(row["issued_on"]), status)))
    echo(N_("{count} permits"), language, count=len(rows))


@permits_group.command("show", help="Tampilkan izin NOMOR: pemegang, masa berlaku, keadaan dan perubahannya.")
@click.argument("number", metavar="NOMOR")
@officer_option()
@click.pass_obj
def show_command(obj: dict[str, Any], *, number: str, officer: str | None) -> None:
    """Show a permit."""
    language = language_of(obj)
    with open_office(obj) as office:
        permit = office.permits.get_by_number(number, actor=acting(office, officer))
        _tell(permit, office, language)
    until = format_date(permit.valid_until, language) if permit.valid_until else "-"
    echo(N_("  {holder}: {object}"), language, holder=permit.holder, object=permit.object)
    echo(
        N_("  valid {first} to {last}"),
        language,
        first=format_date(permit.valid_from, language),
        last=until,
    )
    for change in permit.changes:
        told = N_("  {status} from {day}: {reason} ({basis})")
        echo(
            told,
            language,
            status=translate(PERMIT_STATUSES[change.status.value], language),
            day=format_date(change.effective, language),
            reason=change.reason,
            basis=change.legal_basis,
        )


@permits_group.command("save", help="Tulis PDF bertanda tangan izin NOMOR ke BERKAS, byte demi byte.")
@click.argument("number", metavar="NOMOR")
@click.argument("out", metavar="BERKAS", type=click.Path(dir_okay=False, path_type=Path))
@officer_option()
@click.pass_obj
def save_command(obj: dict[str, Any], *, number: str, out: Path, officer: str | None) -> None:
    """Write the signed PDF."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        permit = office.permits.get_by_number(number, actor=actor)
        with office.permits.open_pdf(permit.id, actor=actor) as source, out.open("wb") as target:
            shutil.copyfileobj(source, target)
    echo(N_("Written: {path}"), language_of(obj), path=out)


@permits_group.command(
    "recover",
    help="Kembalikan catatan izin yang hilang dari BERKAS PDF bertanda tangan; izinnya dibekukan sampai diputuskan.",
)
@click.argument("file", metavar="[BERKAS]", required=False, type=_FILE)
@click.option(
    "--stored", metavar="SHA256", help="Sebagai ganti BERKAS: dokumen dalam gudang dokumen instansi."
)
@click.option("--reason", required=True, help="Alasan dan buktinya; disimpan dalam riwayat.")
@officer_option()
@click.pass_obj
def recover_command(
    obj: dict[str, Any], *, file: Path | None, stored: str | None, reason: str, officer: str | None
) -> None:
    """Put a permit back from its signed file."""
    language = language_of(obj)
    if (file is None) is (stored is None):
        raise click.UsageError(translate(N_("Name the file of the permit, or --stored."), language))
    with open_office(obj) as office:
        actor = acting(office, officer)
        with office.documents.open(stored or "") if file is None else file.open("rb") as source:
            done = office.continuation.recover(source, reason=reason, actor=actor)
        _tell(done.permit, office, language)
    if done.record:
        echo(_PUT_BACK, language, number=done.permit.number)
    elif done.document:
        echo(N_("  The record was there; the signed file was put back."), language)
    else:
        echo(N_("  Record and signed file were there and agree; nothing was changed."), language)


_PUT_BACK = N_(
    "  The record was put back. What happened since it was signed is not known: a signatory lifts the suspension "
    "(perizinan permits reinstate {number}) or revokes the permit."
)


@permits_group.command(
    "verify-all", help="Periksa berkas semua izin yang pernah terbit; kode keluar 1 bila ada yang bermasalah."
)
@click.option("--queued", is_flag=True, help="Serahkan kepada para pekerja, jangan tunggu.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan hasil sebagai JSON.")
@officer_option()
@click.pass_obj
def verify_all_command(obj: dict[str, Any], *, queued: bool, as_json: bool, officer: str | None) -> None:
    """Judge the signed file of every permit as anyone would."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        begun = office.batches.verify(actor=actor)
        run_batch(office, begun, actor, language_of(obj), queued=queued, as_json=as_json)


@permits_group.command(
    "issue-many",
    help="Terbitkan izin beberapa permohonan yang disetujui, dengan kunci yang dipegang instansi.",
)
@click.argument("cases", metavar="PERKARA...", nargs=-1, required=True)
@click.option("--queued", is_flag=True, help="Serahkan kepada para pekerja, jangan tunggu.")
@click.option("--rehearse", is_flag=True, help="Hanya uji coba: tanpa nomor dan tanpa tanda tangan.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan hasil sebagai JSON.")
@officer_option(required=True)
@click.pass_obj
def issue_many_command(
    obj: dict[str, Any],
    *,
    cases: tuple[str, ...],
    queued: bool,
    rehearse: bool,
    as_json: bool,
    officer: str,
) -> None:
    """Issue several permits, or rehearse their letters."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        begin = office.batches.rehearse if rehearse else office.batches.issue
        begun = begin(tuple(find_case(office, case, actor).id for case in cases), actor=actor)
        run_batch(office, begun, actor, language_of(obj), queued=queued, as_json=as_json)


def _ending(name: str, text: str) -> Callable[[Callable[..., Permit]], click.Command]:
    """Return what makes a command of a step that needs a reason and a legal basis."""

    def made(step: Callable[..., Permit]) -> click.Command:
        @permits_group.command(name, help=text)
        @click.argument("number", metavar="NOMOR")
        @click.option("--reason", required=True, help="Alasan, untuk pemegang dan riwayat.")
        @click.option("--legal-basis", required=True, help="Dasar hukum, mis. Perda 1/2026 pasal 9.")
        @click.option("--effective", type=_DAY, help="Berlaku sejak (TTTT-BB-HH); bawaan: hari ini.")
        @officer_option(required=True)
        @click.pass_obj
        def command(
            obj: dict[str, Any],
            *,
            number: str,
            reason: str,
            legal_basis: str,
            effective: datetime | None,
            officer: str,
        ) -> None:
            with open_office(obj) as office:
                actor = acting(office, officer)
                permit = office.permits.get_by_number(number, actor=actor)
                done = step(
                    office,
                    permit.id,
                    reason=reason,
                    legal_basis=legal_basis,
                    actor=actor,
                    effective=effective.date() if effective is not None else None,
                )
                _tell(done, office, language_of(obj))

        command.callback.__doc__ = step.__doc__
        return command

    return made


@_ending("revoke", "Cabut izin NOMOR: kekuatannya berakhir.")
def revoke_command(office: Office, permit: str, **given: Any) -> Permit:
    """End the effect of a permit."""
    return office.permits.revoke(permit, **given)


@_ending("suspend", "Bekukan izin NOMOR untuk sementara.")
def suspend_command(office: Office, permit: str, **given: Any) -> Permit:
    """Suspend a permit."""
    return office.permits.suspend(permit, **given)


@_ending("reinstate", "Akhiri pembekuan izin NOMOR.")
def reinstate_command(office: Office, permit: str, **given: Any) -> Permit:
    """Lift a suspension."""
    return office.permits.reinstate(permit, **given)


def _tell(permit: Permit, office: Office, language: str) -> None:
    status = _facts(permit, office)["status"]
    echo(
        N_("Permit {number}: {status}"),
        language,
        number=permit.number,
        status=translate(PERMIT_STATUSES[status], language),
    )


def _facts(permit: Permit, office: Office) -> dict[str, Any]:
    today = office.authority.calendar.time_zone.local(office.now()).date()
    return {
        "number": permit.number,
        "permit_type": permit.permit_type,
        "issued_on": permit.issued_on,
        "valid_until": permit.valid_until,
        "status": permit.status_on(today).value,
    }
