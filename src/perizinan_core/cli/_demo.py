"""``perizinan demo``: the whole story on the embedded default."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from perizinan_core._demo._office import open_demo_office
from perizinan_core._demo._story import Scene, tell
from perizinan_core.bootstrap import Office
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
@click.option("--serve/--no-serve", default=True, help="Tampilkan halaman publik setelah selesai.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.pass_obj
def demo_command(obj: dict[str, object], *, out: Path, serve: bool, host: str, port: int) -> None:
    """Tell the story, leave its files, and serve the public pages."""
    language = str(obj["language"])
    console = Console(highlight=False)
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
        if serve and not _has_pages(office):
            console.print(translate(_NO_PAGES, language))
        elif serve:
            clock.limit = clock.moment = datetime.now(UTC)
            address = f"http://{host}:{port}/"
            console.print(
                translate(
                    N_(
                        "Public pages: {address} (stop with Ctrl+C). No account is needed; "
                        "a portal with accounts comes as a plugin."
                    ),
                    language,
                    address=address,
                )
            )
            office.serve(host, port)


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
