"""``perizinan consents``: what someone at the counter says about messages to their phone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._case_lookup import echo, find_case
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.model._counter import IdentityCheck, IdentityDocument
from perizinan_core.services import CaseConsent

__all__ = ["consents_group"]

_RECIPIENTS = {"applicant": N_("the applicant"), "representative": N_("the representative")}


@click.group("consents", help="Persetujuan pesan ke telepon: daftar, pemberian, dan penarikan di loket.")
def consents_group() -> None:
    """Hold the commands about consent."""


def _person(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the arguments that say who said it, about what, and how the clerk knows them."""
    for option in (
        officer_option(required=True),
        click.option(
            "--remark",
            default="",
            help="Siapa yang datang dan apa lagi yang dilihat; jangan menulis nomor dokumen.",
        ),
        click.option(
            "--document",
            required=True,
            type=click.Choice([one.value for one in IdentityDocument]),
            help="Dokumen identitas yang diperlihatkan.",
        ),
        click.option(
            "--recipient",
            default="applicant",
            show_default=True,
            type=click.Choice(list(_RECIPIENTS)),
            help="Orang yang hadir: pemohon atau wakilnya.",
        ),
        click.argument("channel", metavar="SALURAN"),
        click.argument("case", metavar="PERKARA"),
    ):
        command = option(command)
    return command


@consents_group.command(
    "list", help="Sebutkan untuk PERKARA siapa yang menyetujui pesan ke telepon, dan melalui saluran mana."
)
@click.argument("case", metavar="PERKARA")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@officer_option(required=True)
@click.pass_obj
def list_command(obj: dict[str, Any], *, case: str, as_json: bool, officer: str) -> None:
    """Name everyone who can be asked, and what they said."""
    language = language_of(obj)
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = office.counter.consents(find_case(office, case, actor).id, actor=actor)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found]))
        return
    for one in found:
        echo(
            N_("{recipient}, {channel} ({service}): {state}"),
            language,
            recipient=translate(_RECIPIENTS[one.recipient], language),
            channel=one.channel,
            service=one.service,
            state=translate(_state(one), language),
        )
    if not found:
        echo(N_("The office has no channel that needs consent."), language)


@consents_group.command(
    "give",
    help="Tampilkan teks persetujuan, lalu catat bahwa orang yang hadir menyetujui pesan tentang PERKARA melalui "
    "SALURAN.",
)
@_person
@click.option(
    "--yes", is_flag=True, help="Teks sudah dibacakan dan orang itu menyetujuinya; jangan bertanya."
)
@click.pass_obj
def give_command(
    obj: dict[str, Any],
    *,
    case: str,
    channel: str,
    recipient: str,
    document: str,
    remark: str,
    officer: str,
    yes: bool,
) -> None:
    """Show the text, and note that someone present agrees to it."""
    language = language_of(obj)
    check = IdentityCheck(document=IdentityDocument(document), remark=remark)
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = find_case(office, case, actor).id
        offer = office.counter.consent_offer(found, recipient, channel, actor=actor)
        click.echo(offer.text)
        if not yes:
            click.confirm(translate(N_("Does the person agree to this text?"), language), abort=True)
        office.counter.agree(found, recipient, channel, check=check, version=offer.version, actor=actor)
    echo(N_("The consent is on record."), language)


@consents_group.command(
    "withdraw",
    help="Catat bahwa orang yang hadir menarik persetujuannya untuk PERKARA dan SALURAN; berlaku seketika.",
)
@_person
@click.pass_obj
def withdraw_command(
    obj: dict[str, Any], *, case: str, channel: str, recipient: str, document: str, remark: str, officer: str
) -> None:
    """Note that someone present withdraws it."""
    check = IdentityCheck(document=IdentityDocument(document), remark=remark)
    with open_office(obj) as office:
        actor = acting(office, officer)
        found = find_case(office, case, actor).id
        # The office also takes a withdrawal for a channel that is gone; a slip of the pen must not look like one.
        office.counter.consent_offer(found, recipient, channel, actor=actor)
        office.counter.withdraw_consent(found, recipient, channel, check=check, actor=actor)
    echo(N_("The withdrawal is on record; nothing more is sent there."), language_of(obj))


def _state(one: CaseConsent) -> str:
    if not one.has_phone:
        return N_("the case names no phone number")
    return N_("agreed") if one.agreed else N_("not agreed")


def _row(one: CaseConsent) -> dict[str, Any]:
    return {
        "recipient": one.recipient,
        "channel": one.channel,
        "service": one.service,
        "has_phone": one.has_phone,
        "agreed": one.agreed,
    }
