"""``perizinan doctor``: what is wrong with the office, or soon will be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from perizinan_core.bootstrap._bare_office import open_bare_office, plugins_for_recovery
from perizinan_core.bootstrap._doctor import examine, examine_bare, unopened
from perizinan_core.bootstrap._findings import FindingLevel, OfficeFinding
from perizinan_core.cli._settings import language_of, open_office, settings_for
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.services import Acknowledgement

__all__ = ["doctor_command"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan doctor")
_LEVELS = {FindingLevel.PROBLEM: N_("problem"), FindingLevel.NOTICE: N_("notice")}


@click.command("doctor", help="Periksa kesehatan instalasi; kode keluar 1 bila seseorang harus bertindak.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.option("--network", is_flag=True, help="Periksa juga apakah halaman periksa dapat dibuka dari sini.")
@click.option("--quick", is_flag=True, help="Lewati yang membaca setiap catatan dan dokumen.")
@click.option("--acknowledge", metavar="TANDA", help="Catat temuan bertanda ini sebagai diketahui.")
@click.option("--reason", metavar="TEKS", help="Alasan temuan itu tidak ditindaklanjuti.")
@click.pass_obj
def doctor_command(
    obj: dict[str, Any],
    *,
    as_json: bool,
    network: bool,
    quick: bool,
    acknowledge: str | None,
    reason: str | None,
) -> None:
    """Look the office over; an office that cannot be opened is the first finding."""
    language = language_of(obj)
    if acknowledge is not None:
        _acknowledge(obj, acknowledge, reason or "", language)
        return
    try:
        findings, known = _examined(obj, network=network, quick=quick)
    except PerizinanError as error:
        findings, known = (unopened(error),), {}
    seen = [finding for finding in findings if _is_known(finding, known)]
    findings = tuple(finding for finding in findings if finding not in seen)
    problems = [finding for finding in findings if finding.level is FindingLevel.PROBLEM]
    if as_json:
        found = [_as_json(finding, language, known) for finding in (*findings, *seen)]
        click.echo(json.dumps({"sound": not problems, "findings": found}, ensure_ascii=False))
    else:
        for finding in findings:
            level = translate(_LEVELS[finding.level], language)
            mark = f" [{finding.key}]" if finding.level is FindingLevel.NOTICE else ""
            click.echo(f"{level} {finding.code}{mark}: {finding.message(language)}")
            click.echo(f"  → {finding.advice(language)}")
            if (first := known.get(finding.key)) is not None:
                sentence = N_("{officer} took notice: {reason} A second person has to agree.")
                click.echo("  → " + translate(sentence, language, officer=first.by.id, reason=first.reason))
        for finding in seen:
            sentence = N_("known {code}: {message} ({reason})")
            about = {"code": finding.code, "message": finding.message(language)}
            click.echo(translate(sentence, language, **about, reason=known[finding.key].reason))
        told = N_("{problems} problems, {notices} notices.")
        notices = len(findings) - len(problems)
        click.echo(translate(told, language, problems=len(problems), notices=notices))
    if problems:
        raise click.exceptions.Exit(1)


def _acknowledge(obj: dict[str, Any], finding: str, reason: str, language: str) -> None:
    with open_office(obj) as office:
        given = office.health.acknowledge(finding, reason=reason, actor=_OPERATOR)
    told = N_("The finding is known now.") if given.holds else N_("A second person has to agree.")
    click.echo(translate(told, language))


def _is_known(finding: OfficeFinding, known: Mapping[str, Acknowledgement]) -> bool:
    found = known.get(finding.key)
    return found is not None and found.holds


def _examined(
    obj: dict[str, Any], *, network: bool, quick: bool
) -> tuple[tuple[OfficeFinding, ...], Mapping[str, Acknowledgement]]:
    """Look the office over; without plugins, what there is without them."""
    if not obj["no_plugins"]:
        with open_office(obj) as office:
            found = examine(office, network=network, quick=quick)
            return found, office.health.acknowledged(actor=_OPERATOR)
    settings = settings_for(obj)
    with open_bare_office(settings, plugins_for_recovery(settings, discover=False)) as bare:
        return examine_bare(bare, quick=quick), {}


def _as_json(
    finding: OfficeFinding, language: str, known: Mapping[str, Acknowledgement]
) -> dict[str, str | None]:
    return {
        "mark": finding.key,
        "acknowledged": known[finding.key].reason if _is_known(finding, known) else None,
        "code": finding.code,
        "level": finding.level.value,
        "message": finding.message(language),
        "advice": finding.advice(language),
    }
