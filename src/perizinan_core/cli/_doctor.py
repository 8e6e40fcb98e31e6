"""``perizinan doctor``: what is wrong with the office, or soon will be."""

from __future__ import annotations

import json
from typing import Any

import click

from perizinan_core.bootstrap._bare_office import open_bare_office, plugins_for_recovery
from perizinan_core.bootstrap._doctor import examine, examine_bare, unopened
from perizinan_core.bootstrap._findings import Finding, Level
from perizinan_core.cli._settings import language_of, open_office, settings_for
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, translate

__all__ = ["doctor_command"]

_LEVELS = {Level.PROBLEM: N_("problem"), Level.NOTICE: N_("notice")}


@click.command("doctor", help="Periksa kesehatan instalasi; kode keluar 1 bila seseorang harus bertindak.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.option("--network", is_flag=True, help="Periksa juga apakah halaman periksa dapat dibuka dari sini.")
@click.option("--quick", is_flag=True, help="Lewati yang membaca setiap catatan dan dokumen.")
@click.pass_obj
def doctor_command(obj: dict[str, Any], *, as_json: bool, network: bool, quick: bool) -> None:
    """Look the office over; an office that cannot be opened is the first finding."""
    language = language_of(obj)
    try:
        findings = _examined(obj, network=network, quick=quick)
    except PerizinanError as error:
        findings = (unopened(error),)
    problems = [finding for finding in findings if finding.level is Level.PROBLEM]
    if as_json:
        found = [_as_json(finding, language) for finding in findings]
        click.echo(json.dumps({"sound": not problems, "findings": found}, ensure_ascii=False))
    else:
        for finding in findings:
            level = translate(_LEVELS[finding.level], language)
            click.echo(f"{level} {finding.code}: {finding.message(language)}")
            click.echo(f"  → {finding.advice(language)}")
        told = N_("{problems} problems, {notices} notices.")
        notices = len(findings) - len(problems)
        click.echo(translate(told, language, problems=len(problems), notices=notices))
    if problems:
        raise click.exceptions.Exit(1)


def _examined(obj: dict[str, Any], *, network: bool, quick: bool) -> tuple[Finding, ...]:
    """Look the office over; without plugins, what there is without them."""
    if not obj["no_plugins"]:
        with open_office(obj) as office:
            return examine(office, network=network, quick=quick)
    settings = settings_for(obj)
    with open_bare_office(settings, plugins_for_recovery(settings, discover=False)) as bare:
        return examine_bare(bare, quick=quick)


def _as_json(finding: Finding, language: str) -> dict[str, str]:
    return {
        "code": finding.code,
        "level": finding.level.value,
        "message": finding.message(language),
        "advice": finding.advice(language),
    }
