"""What the plugin offers: the scanner ``clamav``, and a command that looks at the daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perizinan_clamav._scanner import open_scanner
from perizinan_clamav._settings import ClamavSettings
from perizinan_core.hooks import CliCommandEntry, PluginContext, UploadScannerEntry, hookimpl

if TYPE_CHECKING:
    import click

__all__ = [
    "load_command",
    "perizinan_api",
    "register_cli_commands",
    "register_upload_scanners",
]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


@hookimpl
def register_upload_scanners() -> list[UploadScannerEntry]:
    """Offer the scanner; ``scanners = ["clamav"]`` in ``[plugins]`` chooses it."""
    return [UploadScannerEntry(name="clamav", open=open_scanner, settings=ClamavSettings)]


@hookimpl
def register_cli_commands() -> list[CliCommandEntry]:
    """Offer ``perizinan clamav``."""
    help_ = "Periksa apakah ClamAV menjawab dan seberapa baru basis datanya."
    return [CliCommandEntry(name="clamav", help=help_, load=load_command, settings=ClamavSettings)]


def load_command(*, context: PluginContext[ClamavSettings]) -> click.Command:
    """Return the command."""
    from perizinan_clamav._cli import clamav_command

    return clamav_command(context)
