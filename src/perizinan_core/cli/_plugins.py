"""``perizinan plugins``: what is loaded, what is not and why, and what an upgrade would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perizinan_core.bootstrap._findings import FindingLevel, OfficeFinding
from perizinan_core.bootstrap._plugin_findings import plugin_findings
from perizinan_core.bootstrap._upgrade_check import Outcome, UpgradeReport, check_upgrade
from perizinan_core.cli._settings import language_of, plugins_for, settings_for
from perizinan_core.hooks import PluginManager, PluginState
from perizinan_core.hooks._manager import BUILTIN, RECORDS, Origin
from perizinan_core.hooks._trials import TRIAL_SECONDS, Trials
from perizinan_core.i18n import N_, said, translate

__all__ = ["plugins_group"]

_STATES = {
    PluginState.LOADED: (N_("loaded"), "green"),
    PluginState.DISABLED: (N_("switched off"), "yellow"),
    PluginState.FAILED: (N_("failed"), "red"),
    PluginState.INCOMPATIBLE: (N_("incompatible"), "red"),
}
_OUTCOMES = {
    Outcome.WORKS: (N_("will work"), "green"),
    Outcome.UNKNOWN: (N_("not known"), "yellow"),
    Outcome.FAILS: (N_("will not work"), "red"),
}
_LEVELS = {FindingLevel.PROBLEM: (N_("problem"), "red"), FindingLevel.NOTICE: (N_("notice"), "yellow")}


@click.group("plugins", help="Tampilkan plugin dan keadaannya.")
def plugins_group() -> None:
    """Hold the commands about plugins."""


@plugins_group.command("list", help="Daftar plugin; yang gagal dimuat disebut dengan sebabnya.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """List every plugin that was found, also those that failed, with the reason."""
    language = language_of(obj)
    manager = _manager(obj)
    # Asking is what brings to light a plugin that loads but raises; so the offers come before the states.
    offers = _offers(manager)
    if as_json:
        rows = [
            {
                "name": item.name,
                "state": item.state.value,
                "distribution": item.distribution,
                "version": item.version,
                "hooks": list(item.hooks),
                "offers": offers.get(item.name, []),
                "code": item.code,
                "reason": item.reason,
            }
            for item in manager.statuses
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Plugin"), N_("Distribution"), N_("State"), N_("Offers, or the reason")):
        table.add_column(translate(title, language), overflow="fold")
    for item in manager.statuses:
        word, colour = _STATES[item.state]
        told = [_told(hook, offers.get(item.name, []), language) for hook in item.hooks]
        table.add_row(
            Text(item.name),
            Text(f"{item.distribution} {item.version}".strip()),
            Text(translate(word, language), style=colour),
            Text(str(said(item.reason, language)) if item.reason else "\n".join(told)),
        )
    Console(highlight=False).print(table)


@plugins_group.command(
    "doctor", help="Periksa setiap plugin terpasang; kode keluar 1 bila seseorang harus bertindak."
)
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 600),
    default=TRIAL_SECONDS,
    show_default=True,
    help="Batas waktu tiap plugin, dalam detik.",
)
@click.pass_obj
def doctor_command(obj: dict[str, Any], *, as_json: bool, seconds: float) -> None:
    """Look every plugin over; what did not pass before is tried again."""
    language = language_of(obj)
    manager = _manager(obj, Trials(seconds=seconds, again=True))
    findings = plugin_findings(manager)
    problems = [finding for finding in findings if finding.level is FindingLevel.PROBLEM]
    if as_json:
        found = [_as_json(finding, language) for finding in findings]
        click.echo(json.dumps({"sound": not problems, "findings": found}, ensure_ascii=False))
    else:
        _show(findings, language)
        sentence = N_("{plugins} plugins, {problems} problems, {notices} notices.")
        installed = sum(item.name != BUILTIN for item in manager.statuses)
        notices = len(findings) - len(problems)
        click.echo(translate(sentence, language, plugins=installed, problems=len(problems), notices=notices))
    if problems:
        raise click.exceptions.Exit(1)


@plugins_group.command(
    "check", help="Periksa sebelum pemutakhiran apakah plugin cocok; tidak ada kode plugin yang dijalankan."
)
@click.option(
    "--for-core", "version", required=True, metavar="VERSI", help="Versi perizinan-core yang dituju."
)
@click.option(
    "--wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder berisi wheel yang akan dipasang; wheel perizinan-core di dalamnya dibaca juga.",
)
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def check_command(obj: dict[str, Any], *, version: str, wheels: Path | None, as_json: bool) -> None:
    """Judge plugins for a planned version; exit code 1 unless every one of them will work."""
    language = language_of(obj)
    report = check_upgrade(version, wheels)
    if as_json:
        click.echo(json.dumps(_upgrade_as_json(report, language), ensure_ascii=False))
    else:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for title in (N_("Plugin"), N_("Distribution"), N_("Judgement"), N_("Reason")):
            table.add_column(translate(title, language), overflow="fold")
        for item in report.plugins:
            word, colour = _OUTCOMES[item.outcome]
            table.add_row(
                Text(item.plugin),
                Text(f"{item.distribution} {item.version}".strip()),
                Text(translate(word, language), style=colour),
                Text(str(said(item.reasons, language))),
            )
        Console(highlight=False).print(table)
    if not report.is_sound:
        raise click.exceptions.Exit(1)


def _upgrade_as_json(report: UpgradeReport, language: str) -> dict[str, Any]:
    return {
        "core": report.core,
        "api": report.api,
        "sound": report.is_sound,
        "plugins": [
            {
                "plugin": item.plugin,
                "distribution": item.distribution,
                "version": item.version,
                "wheel": item.wheel,
                "outcome": item.outcome.value,
                "reasons": [str(said(reason, language)) for reason in item.reasons],
            }
            for item in report.plugins
        ],
    }


def _manager(obj: dict[str, Any], trials: Trials | None = None) -> PluginManager:
    settings = settings_for(obj) if obj["settings"].exists() else None
    return plugins_for(obj, settings, trials=trials)


def _offers(manager: PluginManager) -> dict[str, list[dict[str, Any]]]:
    """Return what each plugin offers, what of it counts, and what it takes the place of."""
    offers: dict[str, list[dict[str, Any]]] = {}
    for hook in RECORDS:
        claims = manager.claims(hook)
        counting = {(item.plugin, name) for item in manager.gather(hook) for name in item.names}
        for item in claims:
            for name in item.names:
                others = [other for other in claims if other is not item and name in other.names]
                used = (item.plugin, name) in counting
                replaced = any(other.origin is Origin.BUILTIN for other in others)
                offers.setdefault(item.plugin, []).append(
                    {
                        "hook": hook,
                        "name": name,
                        "used": used
                        and not (item.origin is Origin.BUILTIN and _is_replaced(others, counting, name)),
                        "replaces": BUILTIN if replaced and used else None,
                    }
                )
    return offers


def _is_replaced(others: list[Any], counting: set[tuple[str, str]], name: str) -> bool:
    return any((other.plugin, name) in counting for other in others)


def _told(hook: str, offers: list[dict[str, Any]], language: str) -> str:
    names = []
    for offer in (offer for offer in offers if offer["hook"] == hook):
        told = offer["name"]
        if offer["replaces"]:
            told += f" ({translate(N_('in place of the built-in one'), language)})"
        elif not offer["used"]:
            told += f" ({translate(N_('not used'), language)})"
        names.append(told)
    return f"{hook}: {', '.join(names)}" if names else hook


def _show(findings: tuple[OfficeFinding, ...], language: str) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Plugin"), N_("Level"), N_("Finding and what to do")):
        table.add_column(translate(title, language), overflow="fold")
    for finding in findings:
        word, colour = _LEVELS[finding.level]
        told = f"{finding.code}: {finding.message(language)}\n→ {finding.advice(language)}"
        table.add_row(
            Text(str(finding.fields["plugin"])),
            Text(translate(word, language), style=colour),
            Text(told),
        )
    if findings:
        Console(highlight=False).print(table)


def _as_json(finding: OfficeFinding, language: str) -> dict[str, str]:
    return {
        "plugin": str(finding.fields["plugin"]),
        "code": finding.code,
        "level": finding.level.value,
        "message": finding.message(language),
        "advice": finding.advice(language),
    }
