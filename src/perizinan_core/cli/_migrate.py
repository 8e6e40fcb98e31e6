"""``perizinan migrate``: tables as this version needs them."""

from __future__ import annotations

from typing import Any

import click

from perizinan_core.bootstrap import migrate_database
from perizinan_core.cli._settings import language_of, plugins_for, settings_for
from perizinan_core.i18n import N_, translate

__all__ = ["migrate_command"]


@click.command("migrate", help="Buat atau mutakhirkan tabel basis data.")
@click.pass_obj
def migrate_command(obj: dict[str, Any]) -> None:
    """Create or upgrade the tables."""
    settings = settings_for(obj)
    migrate_database(settings, plugins_for(obj, settings))
    click.echo(translate(N_("The database is up to date."), language_of(obj)))
