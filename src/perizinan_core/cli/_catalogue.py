"""``perizinan catalogue``: check, list and show permit catalogues, and confirm what an office's one assumes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perizinan_core.bootstrap._expressions import HOOK, offered_expressions
from perizinan_core.catalogue import (
    Catalogue,
    CatalogueReport,
    ScenarioRunner,
    check_catalogue,
    load_catalogue,
    service_standard,
)
from perizinan_core.catalogue._extensions import offering
from perizinan_core.catalogue._loading import LetterCheck, for_release
from perizinan_core.catalogue._overview import Fact, describe_permit_type
from perizinan_core.cli._catalogue_compare import compare_command
from perizinan_core.cli._confirmations import assumed_command, confirm_command, withdraw_command
from perizinan_core.cli._settings import plugins_for, settings_for
from perizinan_core.errors.catalogue import CatalogueProblem
from perizinan_core.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, translate
from perizinan_core.model._extensions import Extensions
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Source

__all__ = ["CHECK_LETTERS", "RUN_SCENARIOS", "catalogue_group"]

CHECK_LETTERS = "check_letters"
"""Key under which it passes the `LetterCheck`."""

RUN_SCENARIOS = "run_scenarios"
"""Key of ``Context.obj`` under which the wiring passes the `ScenarioRunner` that ``check`` uses."""

_language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), default=None, help="Bahasa keluaran: id (bawaan) atau en."
)


@click.group("catalogue", help="Periksa dan tampilkan katalog izin.")
def catalogue_group() -> None:
    """Hold the commands about catalogues."""


for _command in (compare_command, assumed_command, confirm_command, withdraw_command):
    catalogue_group.add_command(_command)


@catalogue_group.command(
    "check",
    help="Periksa katalog (folder atau satu berkas izin). Kode keluar: 0 baik, 1 ada masalah, 2 salah pakai.",
)
@click.argument(
    "paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per katalog.")
@click.option(
    "--release",
    is_flag=True,
    help="Untuk rilis katalog: nilai yang baru anggapan, dan jenis izin tanpa bukti masih dilayani, adalah masalah.",
)
@click.option(
    "--templates",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder templat surat, selain folder templates dalam katalog; boleh beberapa kali.",
)
@_language_option
@click.pass_context
def check_command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    as_json: bool,
    release: bool,
    templates: tuple[Path, ...],
    language: str | None,
) -> None:
    """Check catalogues and say everything that is wrong, doubtful or assumed."""
    language = _language(ctx, language)
    runner: ScenarioRunner | None = (ctx.obj or {}).get(RUN_SCENARIOS)
    letters: LetterCheck | None = (ctx.obj or {}).get(CHECK_LETTERS)
    console = _console()
    failed = False
    extensions = _extensions(ctx)
    for path in paths:
        with offering(extensions):
            report = check_catalogue(
                path.resolve(), run_scenarios=runner, check_letters=letters, templates=templates
            )
        if release:
            report = for_release(report)
        failed = failed or not report.ok
        if as_json:
            click.echo(json.dumps(report.to_dict(language), ensure_ascii=False))
        else:
            _print_report(console, report, language)
    ctx.exit(1 if failed else 0)


@catalogue_group.command("list", help="Daftar jenis izin dalam katalog.")
@click.argument("path", metavar="PATH", type=click.Path(exists=True, path_type=Path))
@_language_option
@click.pass_context
def list_command(ctx: click.Context, path: Path, *, language: str | None) -> None:
    """List the permit types of a catalogue with all their versions."""
    language = _language(ctx, language)
    catalogue = _loaded(ctx, path)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Code"), N_("Version"), N_("Name"), N_("In force"), N_("Open")):
        table.add_column(translate(title, language), overflow="fold")
    for item in catalogue.permit_types:
        table.add_row(
            Text(item.code),
            Text(item.version),
            Text(item.name.to(language)),
            Text(_span(item, language)),
            Text(translate(N_("yes") if item.complete else N_("no"), language)),
        )
    _console().print(table)


@catalogue_group.command(
    "show", help="Tampilkan satu jenis izin: syarat, langkah, waktu, biaya, standar pelayanan."
)
@click.argument("path", metavar="PATH", type=click.Path(exists=True, path_type=Path))
@click.argument("code", metavar="CODE")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Versi yang berlaku pada hari ini."
)
@_language_option
@click.pass_context
def show_command(
    ctx: click.Context, path: Path, code: str, *, day: datetime | None, language: str | None
) -> None:
    """Show one permit type as a page for people."""
    language = _language(ctx, language)
    catalogue = _loaded(ctx, path)
    found = catalogue.versions(code)[-1] if day is None else catalogue.find(code, on=day.date())
    console = _console()
    _print_heading(console, found, language)
    for fact in describe_permit_type(found, language=language):
        _print_fact(console, fact)
    console.print()
    console.rule(Text(translate(N_("Service standard"), language), style="bold"), align="left")
    for number, part in enumerate(
        service_standard(found, authority=catalogue.authority, language=language), 1
    ):
        console.print(Text.assemble((f"{number:>2}. {part.title}", "bold")))
        lines = part.lines or (translate(N_("not stated yet"), language),)
        for line in lines:
            _print_hanging(console, "•", Text(line, style="" if part.lines else "dim"), indent=4)
        _print_sources(console, part.sources, language)


def _loaded(ctx: click.Context, path: Path) -> Catalogue:
    with offering(_extensions(ctx)):
        return load_catalogue(path.resolve())


def _extensions(ctx: click.Context) -> Extensions:
    """Return what installed plugins offer to catalogues, as the settings let them where there are settings."""
    obj = ctx.obj or {}
    if obj.get("no_plugins", True):
        return Extensions()
    settings = settings_for(obj) if obj["settings"].is_file() else None
    return offered_expressions(plugins_for(obj, settings, only=(HOOK,)))


def _language(ctx: click.Context, language: str | None) -> str:
    return language or str((ctx.obj or {}).get("language") or DEFAULT_LANGUAGE)


def _console() -> Console:
    # Output of a test or a pipe has no width of its own; lines must not depend on the terminal then.
    return Console(highlight=False, soft_wrap=False)


def _span(item: PermitType, language: str) -> str:
    start, end = item.in_force.start, item.in_force.end
    shown = [format_date(day, language) if day else "…" for day in (start, end)]
    return f"{shown[0]} – {shown[1]}"


def _print_report(console: Console, report: CatalogueReport, language: str) -> None:
    console.print(Text(report.folder, style="bold"))
    _print_problems(console, report.problems, "red", "✗", language)
    _print_problems(console, report.warnings, "yellow", "!", language)
    for item in report.assumed:
        line = Text.assemble(
            ("? ", "cyan"), (item.place, "dim"), " ", translate(N_("to be confirmed"), language)
        )
        console.print(line.append(f": {item.note}"), soft_wrap=True)
    types = report.catalogue.permit_types if report.catalogue else ()
    summary = translate(
        N_(
            "{types} versions of permit types, {problems} problems, {warnings} warnings, {assumed} values to confirm"
        ),
        language,
        types=len(types),
        problems=len(report.problems),
        warnings=len(report.warnings),
        assumed=len(report.assumed),
    )
    console.print(Text(("✓ " if report.ok else "✗ ") + summary, style="green" if report.ok else "red"))
    examples = sum(len(item.scenarios) for item in types)
    if report.scenarios_run:
        console.print(Text(translate(N_("{count} examples were run"), language, count=report.scenarios_run)))
    elif examples:
        console.print(
            Text(translate(N_("{count} examples were not run"), language, count=examples), style="dim")
        )


def _print_problems(
    console: Console, problems: Iterable[CatalogueProblem], style: str, mark: str, language: str
) -> None:
    for problem in problems:
        line = Text.assemble((f"{mark} ", style), (problem.place, "dim"), " ", problem.message(language))
        console.print(line, soft_wrap=True)


def _print_heading(console: Console, item: PermitType, language: str) -> None:
    console.print()
    console.rule(Text(item.name.to(language), style="bold"), align="left")
    console.print(Text(item.summary.to(language)))
    status = (
        translate(N_("open for applications"), language)
        if item.complete
        else translate(N_("not open for applications"), language)
    )
    console.print(Text(f"{item.code} {item.version} · {_span(item, language)} · {status}", style="dim"))
    if item.gaps:
        console.print(Text(item.gaps.to(language), style="yellow"))
    console.print()


def _print_fact(console: Console, fact: Fact) -> None:
    if len(fact.lines) == 1:
        console.print(Text.assemble((f"{fact.title}: ", "bold"), fact.lines[0]))
        return
    console.print(Text(fact.title, style="bold"))
    for line in fact.lines:
        _print_hanging(console, "•", Text(line), indent=2)


def _print_sources(console: Console, sources: Iterable[Source], language: str) -> None:
    for source in sources:
        text = Text(source.citation, style="dim")
        if source.assumed:
            text.append(f" – {translate(N_('to be confirmed'), language)}: {source.note}", style="cyan")
        _print_hanging(console, "↳", text, indent=4)


def _print_hanging(console: Console, mark: str, text: Text, *, indent: int) -> None:
    """Print a line whose continuation stands below its text and not below its mark."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=indent + 1, justify="right")
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark, style="dim"), text)
    console.print(grid)
