"""``perizinan migrate``: tables as this version and its plugins need them."""

from __future__ import annotations

from typing import Any

import click

from perizinan_core.bootstrap import migrate_database
from perizinan_core.bootstrap._tables import set_aside
from perizinan_core.cli._settings import language_of, plugins_for, settings_for
from perizinan_core.i18n import N_, translate

__all__ = ["migrate_command"]


@click.command("migrate", help="Buat atau mutakhirkan tabel basis data, juga tabel milik plugin.")
@click.pass_obj
def migrate_command(obj: dict[str, Any]) -> None:
    """Create or upgrade the tables, and say what was done."""
    settings = settings_for(obj)
    language = language_of(obj)
    manager = plugins_for(obj, settings)
    report = migrate_database(settings, manager)
    if report is not None:
        _tell(N_("Records: {steps}"), report.applied, language)
        for tables in report.tables:
            _tell(N_("Tables of the plugin {name}: {steps}"), tables.applied, language, name=tables.name)
    click.echo(translate(N_("The database is up to date."), language))
    if unusable := set_aside(manager):
        # Whether they bring tables is not known.
        click.echo(translate(_ASIDE, language, plugins=", ".join(unusable)), err=True)


_ASIDE = N_(
    "Tables of these plugins, if they bring any, were left as they are, because the plugins could not be loaded: "
    "{plugins}. See: perizinan plugins doctor"
)


def _tell(sentence: str, applied: tuple[str, ...], language: str, **fields: object) -> None:
    if applied:
        steps = f"{applied[0]} – {applied[-1]}" if len(applied) > 1 else applied[0]
        click.echo(translate(sentence, language, steps=steps, **fields))
