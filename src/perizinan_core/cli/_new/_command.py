"""The command: asks for the words, writes the files, and says how to try them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from perizinan_core.cli._new._writing import KINDS, MADE, NewAuthority, NewPlugin, write_all
from perizinan_core.cli._settings import language_of
from perizinan_core.i18n import translate
from perizinan_core.model import IndonesianTimeZone

__all__ = ["new_group"]

_STEPS = (
    "python -m venv .venv",
    '.venv/bin/python -m pip install -e ".[test]"',
    ".venv/bin/python -m pytest",
)
_FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Folder baru; jika tidak disebut: perizinan-NAMA di folder ini.",
)


@click.group("new", help="Buat plugin atau pemerintah daerah baru yang ujinya langsung lulus.")
def new_group() -> None:
    """Hold the commands that make something new."""


@new_group.command("authority", help="Buat plugin pemerintah daerah: data, templat, uji, dan CI.")
@click.argument("slug", metavar="SLUG")
@click.option("--name", required=True, help='Nama, misalnya "Pemerintah Kota Contoh".')
@click.option("--region", required=True, metavar="KODE", help="Kode wilayah Kemendagri, misalnya 35.72.")
@click.option(
    "--time-zone",
    type=click.Choice([item.name for item in IndonesianTimeZone]),
    default="WIB",
    show_default=True,
    help="Waktu setempat.",
)
@_FOLDER
@click.pass_obj
def authority_command(
    obj: dict[str, Any], *, slug: str, name: str, region: str, time_zone: str, folder: Path | None
) -> None:
    """Make an authority."""
    plan = NewAuthority(
        slug=slug, name=name, region=region, time_zone=time_zone, today=datetime.now().astimezone().date()
    )
    _make(obj, plan, folder)


@new_group.command("plugin", help="Buat plugin dari jenis yang disebut: kode, uji kesesuaian, dan CI.")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("slug", metavar="SLUG")
@_FOLDER
@click.pass_obj
def plugin_command(obj: dict[str, Any], *, kind: str, slug: str, folder: Path | None) -> None:
    """Make a plugin."""
    _make(obj, NewPlugin(slug=slug, kind=kind), folder)


def _make(obj: dict[str, Any], plan: NewPlugin | NewAuthority, folder: Path | None) -> None:
    target = folder or Path(f"perizinan-{plan.slug}")
    write_all(plan, target)
    console = Console(highlight=False)
    console.print(Text(translate(MADE, language_of(obj), name=f"perizinan-{plan.slug}", folder=target)))
    for step in (f"cd {target}", *_STEPS):
        console.print(Text(f"  {step}"))
