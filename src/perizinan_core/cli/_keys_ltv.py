"""``perizinan keys renew-ltv``: archive timestamps of issued permits, renewed before they end."""

from __future__ import annotations

import json
import logging
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from perizinan_core.cli._acting import OPERATOR
from perizinan_core.cli._batches import run_batch
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.services._renewal import Renewal, RenewalOutcome

__all__ = ["renew_ltv_command"]

_EXIT_FAILURE = 1


@click.command("renew-ltv", help="Perbarui stempel waktu arsip izin sebelum berakhir.")
@click.option(
    "--within-days",
    type=click.IntRange(0, 36525),
    default=90,
    show_default=True,
    help="Perbarui bila sertifikat layanan stempel waktunya berakhir dalam sekian hari.",
)
@click.option("--lift", is_flag=True, help="Lengkapi juga izin yang belum mencapai tingkat instansi ini.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Banyaknya izin yang dikerjakan bersamaan.",
)
@click.option("--from-start", is_flag=True, help="Mulai dari awal, jangan lanjutkan putaran yang terputus.")
@click.option("--queued", is_flag=True, help="Serahkan kepada para pekerja, jangan tunggu.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan hasil sebagai JSON.")
@click.pass_context
def renew_ltv_command(
    ctx: click.Context,
    *,
    within_days: int,
    lift: bool,
    jobs: int,
    from_start: bool,
    queued: bool,
    as_json: bool,
) -> None:
    """Renew what is due; interrupted, it continues where it stopped. Exit code 1 when a permit failed."""
    obj: dict[str, Any] = ctx.obj
    language = language_of(obj)
    # Every failure is shown below, in the user's language.
    logging.getLogger("perizinan_core.services._renewal").addHandler(logging.NullHandler())
    counts: Counter[RenewalOutcome] = Counter()
    failures: list[Renewal] = []
    with open_office(obj) as office:
        if queued:
            begun = office.batches.renew(within=timedelta(days=within_days), lift=lift, actor=OPERATOR)
            run_batch(office, begun, OPERATOR, language, queued=True, as_json=as_json)
            return
        steps = office.long_term.renew(
            within=timedelta(days=within_days), lift=lift, jobs=jobs, from_start=from_start
        )
        for step in _with_progress(steps, language):
            counts[step.outcome] += 1
            if step.error is not None:
                failures.append(step)
    if as_json:
        click.echo(json.dumps(_as_json(counts, failures, language), ensure_ascii=False))
    else:
        _tell(counts, failures, language)
    ctx.exit(_EXIT_FAILURE if failures else 0)


def _as_json(counts: Counter[RenewalOutcome], failures: list[Renewal], language: str) -> dict[str, Any]:
    return {
        **{outcome.value: counts[outcome] for outcome in RenewalOutcome},
        "failures": [
            {"number": step.number, "code": step.error.code, "message": step.error.message(language)}
            for step in failures
            if step.error is not None
        ],
    }


def _tell(counts: Counter[RenewalOutcome], failures: list[Renewal], language: str) -> None:
    for step in failures:
        if step.error is not None:
            click.echo(f"{step.number}: {step.error.message(language)}", err=True)
    sentence = N_(
        "{renewed} renewed, {lifted} brought to the office's level, {fresh} need nothing, "
        "{elsewhere} done by others, {failed} failed"
    )
    click.echo(translate(sentence, language, **{item.value: counts[item] for item in RenewalOutcome}))


def _with_progress(steps: Iterable[Renewal], language: str) -> Iterator[Renewal]:
    """Show a bar on a terminal; nothing where the output is read by programs."""
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(translate(N_("Renewing archive timestamps"), language), total=None)
        for step in steps:
            bar.update(task, completed=step.done, total=step.total)
            yield step
