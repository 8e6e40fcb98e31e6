"""``perizinan batches`` and what begins them: many records at once, here or by the workers."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from perizinan_core.bootstrap import Office
from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._case_lookup import echo
from perizinan_core.cli._numbers import COUNT
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor
from perizinan_core.model._batch import BatchItem, BatchItemState, BatchKind
from perizinan_core.services import BatchView

__all__ = ["batches_group", "run_batch"]

_EXIT_FAILURE = 1
_PAGE = 500
_KINDS = {
    BatchKind.ISSUE: N_("issue"),
    BatchKind.REHEARSE: N_("rehearse"),
    BatchKind.VERIFY: N_("verify"),
    BatchKind.RENEW: N_("renew timestamps"),
}


@click.group("batches", help="Banyak izin sekaligus, dikerjakan satu per satu oleh para pekerja.")
def batches_group() -> None:
    """Hold the commands about batches."""


@batches_group.command("list", help="Sebutkan pekerjaan massal, yang terbaru lebih dahulu.")
@click.option("--limit", type=COUNT, default=20, show_default=True, help="Paling banyak sekian.")
@officer_option()
@click.pass_obj
def list_command(obj: dict[str, Any], *, limit: int, officer: str | None) -> None:
    """List batches."""
    language = language_of(obj)
    with open_office(obj) as office:
        for view in office.batches.find(actor=acting(office, officer), limit=limit).items:
            _tell(view, office, language)


@batches_group.command("show", help="Tampilkan kemajuan pekerjaan massal ID dan izin yang bermasalah.")
@click.argument("batch", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@officer_option()
@click.pass_obj
def show_command(obj: dict[str, Any], *, batch: str, as_json: bool, officer: str | None) -> None:
    """Show how a batch stands; exit code 1 when something of it failed."""
    language = language_of(obj)
    with open_office(obj) as office:
        actor = acting(office, officer)
        _report(office, office.batches.get(batch, actor=actor), actor, language, as_json=as_json)


@batches_group.command("cancel", help="Hentikan pekerjaan massal ID: yang belum dimulai tidak dikerjakan.")
@click.argument("batch", metavar="ID")
@officer_option()
@click.pass_obj
def cancel_command(obj: dict[str, Any], *, batch: str, officer: str | None) -> None:
    """Stop a batch."""
    with open_office(obj) as office:
        _tell(office.batches.cancel(batch, actor=acting(office, officer)), office, language_of(obj))


@batches_group.command("continue", help="Kerjakan di sini sisa pekerjaan massal ID, di samping para pekerja.")
@click.argument("batch", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@officer_option()
@click.pass_obj
def continue_command(obj: dict[str, Any], *, batch: str, as_json: bool, officer: str | None) -> None:
    """Do what is due in a batch; exit code 1 when something of it failed."""
    language = language_of(obj)
    with open_office(obj) as office:
        actor = acting(office, officer)
        run_batch(
            office, office.batches.get(batch, actor=actor), actor, language, queued=False, as_json=as_json
        )


def run_batch(
    office: Office, view: BatchView, actor: Actor, language: str, *, queued: bool, as_json: bool
) -> None:
    """
    Do what is due in a batch and report it; or say, where it is queued, how to look at it.

    Raises:
        click.exceptions.Exit: 1: something of it failed.
    """
    if queued:
        if as_json:
            click.echo(json.dumps(_facts(view)))
        else:
            echo(N_("Begun. See how far it is with: perizinan batches show {id}"), language, id=view.id)
        return
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(translate(_KINDS[view.batch.kind], language), total=None)

        def progress(now: BatchView) -> None:
            total = now.batch.total if now.batch.filled else None
            bar.update(task, completed=now.counts.done + now.counts.failed, total=total)

        try:
            view = office.batches.work_on(view.id, actor=actor, progress=progress)
        except KeyboardInterrupt:
            told = N_("Interrupted. Workers continue with it, or: perizinan batches continue {id}")
            click.echo(translate(told, language, id=view.id), err=True)
            raise
    _report(office, view, actor, language, as_json=as_json)


def _report(office: Office, view: BatchView, actor: Actor, language: str, *, as_json: bool) -> None:
    failed = list(_failed(office, view, actor)) if view.counts.failed else []
    if as_json:
        problems = [
            {
                "subject": item.subject,
                "number": item.label,
                "code": item.problem.code,
                "message": item.problem.sentence.to(language),
            }
            for item in failed
            if item.problem is not None
        ]
        click.echo(json.dumps({**_facts(view), "problems": problems}, ensure_ascii=False))
    else:
        _tell(view, office, language)
        for item in failed:
            if item.problem is not None:
                click.echo(f"{item.label or item.subject}: {item.problem.sentence.to(language)}", err=True)
    if view.counts.failed:
        raise click.exceptions.Exit(_EXIT_FAILURE)


def _failed(office: Office, view: BatchView, actor: Actor) -> list[BatchItem]:
    found: list[BatchItem] = []
    after: str | None = None
    while True:
        page = office.batches.items(
            view.id, actor=actor, state=BatchItemState.FAILED, limit=_PAGE, after=after
        )
        found += page.items
        if (after := page.next) is None:
            return found


def _tell(view: BatchView, office: Office, language: str) -> None:
    sentence = N_(
        "{id}  {kind}  {begun}: {done} of {total} done, {failed} with a problem, {waiting} wait, {stopped} stopped"
    )
    echo(
        sentence,
        language,
        kind=translate(_KINDS[view.batch.kind], language),
        begun=office.authority.calendar.time_zone.local(view.batch.begun_at).isoformat(timespec="minutes"),
        **{name: value for name, value in _facts(view).items() if name not in ("kind", "over")},
    )


def _facts(view: BatchView) -> dict[str, Any]:
    counts = view.counts
    return {
        "id": view.id,
        "kind": view.batch.kind.value,
        "total": view.batch.total,
        "done": counts.done,
        "failed": counts.failed,
        "waiting": counts.waiting,
        "stopped": counts.stopped,
        "over": view.is_over,
    }
