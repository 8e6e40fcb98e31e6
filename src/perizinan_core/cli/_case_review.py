"""``perizinan cases decide|correct|notified|approve|refuse|pay|issue``: the office's side, by officers on record."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._case_lookup import echo, find_case, tell_state
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor
from perizinan_core.model._case import CorrectionItem, InspectionMinutes, StageOutcome
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.model._numerals import format_date

__all__ = [
    "approve_command",
    "correct_command",
    "decide_command",
    "issue_command",
    "notified_command",
    "pay_command",
    "refuse_command",
]

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("decide", help="Nilai TAHAPAN dalam PERKARA sebagai petugasnya: positive atau negative.")
@click.argument("case", metavar="PERKARA")
@click.argument("stage", metavar="TAHAPAN")
@click.argument("outcome", type=click.Choice([item.value for item in StageOutcome]))
@click.option("--reason", "reasons", multiple=True, help="Alasan; wajib bila negative, boleh beberapa kali.")
@click.option("--inspected", "day", type=_DAY, help="Peninjauan lapangan: tanggalnya (TTTT-BB-HH).")
@click.option("--findings", help="Peninjauan lapangan: temuan, untuk berita acara.")
@click.option("--opinion", default="", help="Peninjauan lapangan: saran.")
@click.option(
    "--inspector",
    "inspectors",
    multiple=True,
    metavar="ID",
    help="Peninjauan lapangan: petugas yang hadir; bawaan: petugas ini.",
)
@officer_option(required=True)
@click.pass_obj
def decide_command(
    obj: dict[str, Any],
    *,
    case: str,
    stage: str,
    outcome: str,
    reasons: tuple[str, ...],
    day: datetime | None,
    findings: str | None,
    opinion: str,
    inspectors: tuple[str, ...],
    officer: str,
) -> None:
    """Judge a stage."""
    language = language_of(obj)
    if (day is None) is not (findings is None):
        raise click.UsageError(translate(N_("Minutes need both --inspected and --findings."), language))
    with open_office(obj) as office:
        actor = acting(office, officer)
        minutes = None
        if day is not None and findings is not None:
            minutes = InspectionMinutes(
                day=day.date(),
                inspectors=inspectors or (actor.id,),
                findings=findings,
                favourable=outcome == StageOutcome.POSITIVE.value,
                opinion=opinion,
            )
        found = find_case(office, case, actor)
        done = office.reviews.decide(
            found.id, stage, StageOutcome(outcome), actor=actor, reasons=reasons, minutes=minutes
        )
    tell_state(done, language)


@click.command("correct", help="Minta pemohon memperbaiki PERKARA; jangka waktu berhenti sampai dijawab.")
@click.argument("case", metavar="PERKARA")
@click.argument("stage", metavar="TAHAPAN")
@click.option(
    "--item",
    "items",
    multiple=True,
    required=True,
    metavar="TARGET=ALASAN",
    help="Yang diperbaiki: kode persyaratan atau form:KOLOM, dan alasannya; boleh beberapa kali.",
)
@officer_option(required=True)
@click.pass_obj
def correct_command(
    obj: dict[str, Any], *, case: str, stage: str, items: tuple[str, ...], officer: str
) -> None:
    """Ask the applicant for a correction."""
    language = language_of(obj)
    wanted = tuple(_item(text, language) for text in items)
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = find_case(office, case, actor)
        done = office.reviews.request_correction(found.id, stage, wanted, actor=actor)
    tell_state(done, language)


@click.command(
    "notified",
    help="Catat bahwa pemohon PERKARA sudah diberi tahu melalui telepon, surat, atau loket; waktunya berjalan sejak "
    "sekarang.",
)
@click.argument("case", metavar="PERKARA")
@click.option(
    "--remark",
    required=True,
    help="Bagaimana dan siapa yang diberi tahu, mis. ditelepon dan diterima pemohon.",
)
@officer_option(required=True)
@click.pass_obj
def notified_command(obj: dict[str, Any], *, case: str, remark: str, officer: str) -> None:
    """Record that the applicant was notified in another way."""
    language = language_of(obj)
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = find_case(office, case, actor)
        done = office.reviews.record_notice(found.id, remark=remark, actor=actor)
    tell_state(done, language)
    if done.answer_by is not None:
        echo(N_("  answer by: {day}"), language, day=format_date(done.answer_by, language))


@click.command("approve", help="Setujui PERKARA; suratnya dapat dibuat dan ditandatangani.")
@click.argument("case", metavar="PERKARA")
@officer_option(required=True)
@click.pass_obj
def approve_command(obj: dict[str, Any], *, case: str, officer: str) -> None:
    """Approve an application."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        done = office.reviews.approve(find_case(office, case, actor).id, actor=actor)
    tell_state(done, language_of(obj))


@click.command("refuse", help="Tolak PERKARA dengan alasan.")
@click.argument("case", metavar="PERKARA")
@click.option("--reason", "reasons", multiple=True, required=True, help="Alasan; boleh beberapa kali.")
@officer_option(required=True)
@click.pass_obj
def refuse_command(obj: dict[str, Any], *, case: str, reasons: tuple[str, ...], officer: str) -> None:
    """Refuse an application."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        done = office.reviews.refuse(find_case(office, case, actor).id, reasons=reasons, actor=actor)
    tell_state(done, language_of(obj))


@click.command("pay", help="Catat uang JUMLAH (rupiah) yang diterima rekening resmi untuk PERKARA.")
@click.argument("case", metavar="PERKARA")
@click.argument("amount", metavar="JUMLAH", type=click.IntRange(min=1))
@click.option("--reference", required=True, help="Nomor referensi bank atau kas daerah.")
@officer_option(required=True)
@click.pass_obj
def pay_command(obj: dict[str, Any], *, case: str, amount: int, reference: str, officer: str) -> None:
    """Record a payment."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        payment = Payment(
            reference=reference, amount=Rupiah(amount), paid_at=office.now(), recorded_by=actor.id
        )
        done = office.reviews.record_payment(find_case(office, case, actor).id, payment, actor=actor)
    tell_state(done, language_of(obj))


@click.command(
    "issue",
    help="Tandatangani surat izin PERKARA sebagai penanda tangan: nomor diambil, surat diterbitkan.",
)
@click.argument("case", metavar="PERKARA")
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Berkas berisi frasa sandi kunci; bawaan: yang disebut pengaturan.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Tulis PDF bertanda tangan ke berkas ini."
)
@click.option("--quiet", is_flag=True, help="Cetak hanya nomor izin, untuk skrip.")
@officer_option(required=True)
@click.pass_obj
def issue_command(
    obj: dict[str, Any],
    *,
    case: str,
    passphrase_file: Path | None,
    out: Path | None,
    quiet: bool,
    officer: str,
) -> None:
    """Issue the permit of an approved application."""
    language = language_of(obj)
    with open_office(obj, passphrase_file=passphrase_file) as office:
        actor = acting(office, officer)
        permit = office.permits.issue(find_case(office, case, actor).id, actor=actor)
        # Said before the file is written: when that fails, the permit stands all the same.
        if quiet:
            click.echo(permit.number)
        else:
            echo(N_("Permit {number} is issued and signed."), language, number=permit.number)
        if out is not None:
            _save(office, permit.id, actor, out)
    if out is not None and not quiet:
        echo(N_("Written: {path}"), language, path=out)


def _save(office: Any, permit: str, actor: Actor, out: Path) -> None:
    with office.permits.open_pdf(permit, actor=actor) as source, out.open("wb") as target:
        shutil.copyfileobj(source, target)


def _item(text: str, language: str) -> CorrectionItem:
    target, mark, reason = text.partition("=")
    if not mark or not target or not reason:
        raise click.UsageError(
            translate(N_("--item {text}: write what is to be put right, “=”, and why."), language, text=text)
        )
    return CorrectionItem(target=target, reason=reason)
