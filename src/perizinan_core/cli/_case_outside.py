"""``perizinan cases answer-check|bill|refund``: answers that came another way, and money by a payment provider."""

from __future__ import annotations

from typing import Any

import click

from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._case_lookup import echo, find_case, tell_state
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_

__all__ = ["answer_check_command", "bill_command", "refund_command"]


@click.command(
    "answer-check", help="Catat jawaban sistem luar PENGAYA tentang PERKARA yang datang dengan cara lain."
)
@click.argument("case", metavar="PERKARA")
@click.argument("plugin", metavar="PENGAYA")
@click.option("--accepted/--refused", required=True, help="Permohonan diterima atau tidak.")
@click.option("--remark", required=True, help="Dari siapa dan bagaimana jawaban itu datang.")
@officer_option(required=True)
@click.pass_obj
def answer_check_command(
    obj: dict[str, Any], *, case: str, plugin: str, accepted: bool, remark: str, officer: str
) -> None:
    """Write down an answer that came another way."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = find_case(office, case, actor)
        done = office.reviews.answer_check(found.id, plugin, accepted=accepted, remark=remark, actor=actor)
    tell_state(done, language_of(obj))


@click.command("bill", help="Buat tagihan untuk sisa retribusi PERKARA, atau tampilkan yang masih terbuka.")
@click.argument("case", metavar="PERKARA")
@click.option("--provider", metavar="NAMA", help="Penyedia pembayaran; bila kosong, yang pertama.")
@officer_option()
@click.pass_obj
def bill_command(obj: dict[str, Any], *, case: str, provider: str | None, officer: str | None) -> None:
    """Make a bill, or show the open one."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = find_case(office, case, actor)
        bill = office.billing.bill(found.id, provider=provider, actor=actor)
        last = office.authority.calendar.time_zone.local(bill.expires_at)
    echo(
        N_("Bill {reference} of {provider}: {amount}, open until {last}."),
        language_of(obj),
        reference=bill.reference,
        provider=bill.provider,
        amount=str(bill.amount),
        last=f"{last:%Y-%m-%d %H:%M}",
    )


@click.command("refund", help="Catat bahwa kelebihan bayar TRANSAKSI pada PERKARA sudah dikembalikan.")
@click.argument("case", metavar="PERKARA")
@click.argument("transaction", metavar="TRANSAKSI")
@click.option("--reference", required=True, help="Nomor referensi pengembalian.")
@click.option("--remark", default="", help="Ke mana dikembalikan.")
@officer_option(required=True)
@click.pass_obj
def refund_command(
    obj: dict[str, Any], *, case: str, transaction: str, reference: str, remark: str, officer: str
) -> None:
    """Note that money was paid back."""
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = find_case(office, case, actor)
        done = office.billing.note_refund(
            found.id, transaction, reference=reference, remark=remark, actor=actor
        )
    tell_state(done, language_of(obj))
