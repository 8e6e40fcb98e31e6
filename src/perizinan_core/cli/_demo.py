"""``perizinan demo``: the whole story on the embedded default."""

from __future__ import annotations

import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from perizinan_core._demo._city import open_city, portal_in
from perizinan_core._demo._office import open_demo_office
from perizinan_core._demo._story import Scene, tell
from perizinan_core.bootstrap import Office, load_plugins
from perizinan_core.cli._demo_city import prepared_city, show_city
from perizinan_core.i18n import N_, translate

__all__ = ["demo_command"]

_MARKER = ".perizinan-demo"


@click.command("demo", help="Peragakan satu izin dari katalog sampai PDF yang terverifikasi.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/demo"),
    show_default=True,
    help="Folder hasil; isi peragaan sebelumnya diganti.",
)
@click.option(
    "--serve/--no-serve",
    default=None,
    help="Sajikan portal setelah selesai; bawaannya hanya bila dijalankan di terminal.",
)
@click.option(
    "--city/--no-city",
    default=True,
    show_default=True,
    help="Siapkan kota contoh dengan 300 permohonan di balik portal; sekali dibuat, dipakai lagi.",
)
@click.option("--fresh", is_flag=True, help="Buat kota contoh yang baru di tempat yang lama.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.pass_obj
def demo_command(
    obj: dict[str, object],
    *,
    out: Path,
    serve: bool | None,
    city: bool,
    fresh: bool,
    host: str,
    port: int,
) -> None:
    """Tell the story, leave its files; then make the city, and serve its portal, or what pages there are."""
    language = str(obj["language"])
    console = Console(highlight=False)
    serves = sys.stdout.isatty() if serve is None else serve
    address = f"http://{host}:{port}/"
    _story(out, console, language)
    portal = portal_in(load_plugins()) if city else None
    if portal is None:
        if serves:
            _serve_pages(out, console, language, host, port)
        return
    made = prepared_city(
        out.with_name(f"{out.name}-city"), portal, address, fresh=fresh, console=console, language=language
    )
    show_city(made, portal, address, console=console, language=language)
    if not serves:
        sentence = N_(
            "Open the portal: perizinan demo --serve, or perizinan --settings {settings} serve --port {port}"
        )
        console.print(Text(translate(sentence, language, settings=made.settings, port=port)))
        return
    sentence = translate(N_("The portal is open at {address} (stop with Ctrl+C)."), language, address=address)
    with open_city(made) as office:
        office.serve(host, port, ready=lambda: console.print(Text(sentence)))


def _story(out: Path, console: Console, language: str) -> None:
    """Tell the story of one permit."""
    started = time.perf_counter()
    _empty(out, language)
    office, clock = open_demo_office(out / "office", now=datetime.now(UTC))
    with office:
        summary = tell(office, clock, out, lambda scene: _show(console, scene), language=language)
        seconds = time.perf_counter() - started
        lines = Text()
        for name in ("permit.pdf", "authority.json", "status-list.cwt", "receipt.json", "summary.json"):
            lines.append(f"{out / name}\n")
        lines.append(
            translate(
                N_("Check it yourself: perizinan verify {permit} --authority {authority}"),
                language,
                permit=out / "permit.pdf",
                authority=out / "authority.json",
            )
        )
        title = translate(
            N_("Permit {number}, issued and verified in {seconds} s"),
            language,
            number=summary["permit_number"],
            seconds=f"{seconds:.1f}",
        )
        console.print(Panel(lines, title=title, border_style="green"))


def _serve_pages(out: Path, console: Console, language: str, host: str, port: int) -> None:
    """Serve the pages over the permit of the story."""
    office, clock = open_demo_office(out / "office", now=datetime.now(UTC))
    with office:
        if not _has_pages(office):
            console.print(translate(_NO_PAGES, language))
            return
        clock.moment = clock.limit
        sentence = N_(
            "Public pages: {address} (stop with Ctrl+C). No account is needed; "
            "a portal with accounts comes as a plugin."
        )
        said = translate(sentence, language, address=f"http://{host}:{port}/")
        office.serve(host, port, ready=lambda: console.print(said))


_NO_PAGES = N_(
    "There are no pages to show: the plugin perizinan-verify is not installed. Install it, and the demo ends "
    "with the pages of the office and the check of permits."
)


def _has_pages(office: Office) -> bool:
    """Return True if a plugin offers the frontend that the settings name."""
    offered = office.plugins.gather("register_frontends")
    return office.settings.plugins.frontend in {entry.record.name for entry in offered}


def _show(console: Console, scene: Scene) -> None:
    console.print(Text(scene.title, style="bold"))
    for line in scene.lines:
        console.print(Padding(Text(line), (0, 0, 0, 3)))


def _empty(out: Path, language: str) -> None:
    """Make the folder, or clear that of an earlier demo; other people's folders are left alone."""
    if out.exists() and any(out.iterdir()) and not (out / _MARKER).exists():
        raise click.UsageError(
            translate(N_("--out {path} holds other files. Choose an empty folder."), language, path=out)
        )
    if (out / _MARKER).exists():
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARKER).write_text("", encoding="utf-8")
