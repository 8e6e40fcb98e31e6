"""
The plugin: offers the verification page as a frontend, and ``perizinan verify-serve``.

Importing it loads neither the web framework nor the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from perizinan_core.hooks import CliCommandEntry, FrontendEntry, PluginContext, hookimpl
from perizinan_verify._settings import PageSettings

if TYPE_CHECKING:
    import click

    from perizinan_core import Office

__all__ = ["load_command", "perizinan_api", "register_cli_commands", "register_frontends", "serve_office"]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


@hookimpl
def register_frontends() -> list[FrontendEntry]:
    """Offer the pages of an office: its permits, and the check of a permit by its own records."""
    return [FrontendEntry(name="verify", serve=serve_office, settings=PageSettings)]


@hookimpl
def register_cli_commands() -> list[CliCommandEntry]:
    """Offer ``perizinan verify-serve``, which needs no office, only its authority document."""
    return [CliCommandEntry(name="verify-serve", help="Sajikan halaman pemeriksaan izin.", load=load_command)]


def serve_office(
    *,
    office: Office,
    host: str,
    port: int,
    context: PluginContext[PageSettings],
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve the pages of an open `perizinan_core.Office` until interrupted."""
    from perizinan_verify._app import office_app
    from perizinan_verify._serving import serve

    serve(office_app(office, settings=context.settings), host, port, ready=ready)


def load_command() -> click.Command:
    """Return the command."""
    from perizinan_verify._cli import verify_serve_command

    return verify_serve_command
