"""
The plugin: offers the portal as a frontend, and ``perizinan portal``.

Importing it loads neither the web framework nor a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perizinan_core.hooks import (
    CliCommandEntry,
    FrontendDemo,
    FrontendEntry,
    PluginContext,
    TablesEntry,
    hookimpl,
)
from perizinan_core.model import Text
from perizinan_portal._blind import BLIND
from perizinan_portal._settings import PortalSettings

if TYPE_CHECKING:
    import click

    from perizinan_core import Office

__all__ = [
    "demo_accounts",
    "demo_settings",
    "load_command",
    "perizinan_api",
    "register_cli_commands",
    "register_frontends",
    "register_tables",
    "serve_portal",
]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""

_PLACES = (
    (Text("Beranda", "First page"), "/"),
    (Text("Izin apa yang saya perlukan?", "Which permit do I need?"), "/izin"),
    (Text("Masuk", "Log in"), "/masuk"),
    (Text("Kinerja dalam angka", "Our work in figures"), "/kinerja"),
    (Text("Periksa keaslian izin", "Check a permit"), "/periksa"),
)
"""What a visitor of the demonstration sees first."""


@hookimpl
def register_frontends() -> list[FrontendEntry]:
    """Offer the portal of an office."""
    demo = FrontendDemo(settings=demo_settings, accounts=demo_accounts, places=_PLACES)
    return [FrontendEntry(name="portal", serve=serve_portal, settings=PortalSettings, demo=demo)]


@hookimpl
def register_tables() -> list[TablesEntry]:
    """Bring the tables of accounts and sessions; ``perizinan migrate`` makes them."""
    return [
        TablesEntry(name="portal", migrations=Path(__file__).parent / "_store" / "_migrations", blind=BLIND)
    ]


@hookimpl
def register_cli_commands() -> list[CliCommandEntry]:
    """Offer ``perizinan portal``, with which the operator of the machine gives officers their first password."""
    help_ = "Akun portal: undang petugas."
    return [CliCommandEntry(name="portal", help=help_, load=load_command, settings=PortalSettings)]


def serve_portal(
    *,
    office: Office,
    host: str,
    port: int,
    context: PluginContext[PortalSettings],
    processes: int = 1,
    worker: bool | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve the portal of an open `perizinan_core.Office` until interrupted."""
    from perizinan_portal._serving import serve

    serve(office, host, port, context.settings, processes=processes, worker=worker, ready=ready)


def demo_settings(address: str) -> Mapping[str, Any]:
    """Return the portal's settings in a demonstration: officers log in without a second factor."""
    return {"address": address, "second_factor": False}


def demo_accounts(**given: Any) -> Mapping[str, str]:
    """Make the accounts of a demonstration; see `perizinan_core.hooks.FrontendDemo`."""
    from perizinan_portal._demo import accounts

    return accounts(**given)


def load_command(context: PluginContext[PortalSettings]) -> click.Command:
    """Return the command."""
    from perizinan_portal._cli import portal_group

    return portal_group(context)
