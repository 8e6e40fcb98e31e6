"""``perizinan serve``: the public pages of the office, with the frontend that the settings name."""

from __future__ import annotations

from typing import Any

import click

from perizinan_core.cli._case_lookup import echo
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_

__all__ = ["serve_command"]


@click.command(
    "serve",
    help="Sajikan halaman publik instansi: daftar izin, pemeriksaan keaslian, dokumen otoritas, daftar status. "
    "Berhenti dengan Ctrl+C.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Alamat jaringan.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Nomor port.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Jumlah proses yang menjawab; lebih dari satu memerlukan PostgreSQL.",
)
@click.option(
    "--worker/--no-worker",
    default=None,
    help="Jalankan juga pekerjaan otomatis, atau serahkan kepada perizinan worker. [default: menurut pengaturan]",
)
@click.pass_obj
def serve_command(obj: dict[str, Any], *, host: str, port: int, processes: int, worker: bool | None) -> None:
    """Serve the frontend until interrupted."""
    with open_office(obj) as office:

        def say_where() -> None:
            echo(
                N_("Public pages of {office}: http://{host}:{port}/ (stop with Ctrl+C)"),
                language_of(obj),
                office=office.authority.name.to(language_of(obj)),
                host=host,
                port=port,
            )

        office.serve(host, port, processes=processes, worker=worker, ready=say_where)
