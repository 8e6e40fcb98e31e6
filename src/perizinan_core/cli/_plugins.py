"""``perizinan plugins``: what is loaded, and what is not and why."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perizinan_core.cli._settings import language_of, plugins_for, settings_for
from perizinan_core.hooks import PluginState
from perizinan_core.i18n import N_, translate

__all__ = ["plugins_group"]

_STATES = {
    PluginState.LOADED: (N_("loaded"), "green"),
    PluginState.DISABLED: (N_("switched off"), "yellow"),
    PluginState.FAILED: (N_("failed"), "red"),
    PluginState.INCOMPATIBLE: (N_("incompatible"), "red"),
}
_REGISTERING = (
    "register_authorities",
    "register_storages",
    "register_tables",
    "register_document_stores",
    "register_notification_channels",
    "register_event_consumers",
    "register_frontends",
    "register_signers",
    "register_renderers",
    "register_upload_scanners",
    "register_cli_commands",
)


@click.group("plugins", help="Tampilkan plugin dan keadaannya.")
def plugins_group() -> None:
    """Hold the commands about plugins."""


@plugins_group.command("list", help="Daftar plugin; yang gagal dimuat disebut dengan sebabnya.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """List every plugin that was found, also those that failed, with the reason."""
    language = language_of(obj)
    settings = settings_for(obj) if obj["settings"].exists() else None
    manager = plugins_for(obj, settings)
    for hook in _REGISTERING:
        # Asking is what brings to light a plugin that loads but raises.
        manager.gather(hook)
    if as_json:
        rows = [
            {
                "name": item.name,
                "state": item.state.value,
                "distribution": item.distribution,
                "version": item.version,
                "hooks": list(item.hooks),
                "reason": item.reason,
            }
            for item in manager.statuses
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Plugin"), N_("Version"), N_("State"), N_("Hooks or reason")):
        table.add_column(translate(title, language), overflow="fold")
    for item in manager.statuses:
        word, colour = _STATES[item.state]
        table.add_row(
            Text(item.name),
            Text(item.version),
            Text(translate(word, language), style=colour),
            Text(item.reason or ", ".join(item.hooks)),
        )
    Console(highlight=False).print(table)
