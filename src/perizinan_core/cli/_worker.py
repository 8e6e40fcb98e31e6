"""``perizinan worker``: what happens by itself."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

import click

from perizinan_core.bootstrap import Office
from perizinan_core.cli._numbers import FiniteRange
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.services import ClockWatch, WorkDone
from perizinan_core.services._work import PATIENT
from perizinan_core.storage import JobFailure

__all__ = ["worker_command"]


@click.command("worker", help="Kirim pemberitahuan, lanjutkan penandatanganan, jaga jangka waktu.")
@click.option("--once", is_flag=True, help="Satu putaran saja.")
@click.option(
    "--interval",
    type=FiniteRange(min=0.1, max=86400),
    default=10.0,
    show_default=True,
    help="Detik antara dua putaran saat tidak ada pekerjaan.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Jumlah pekerjaan sekaligus dalam proses ini, bila antrean instansi dapat membaginya.",
)
@click.option("--list", "listed", is_flag=True, help="Sebutkan para pekerja dan yang menunggu, lalu selesai.")
@click.pass_obj
def worker_command(
    obj: dict[str, Any], *, once: bool, interval: float, concurrency: int, listed: bool
) -> None:
    """Run until interrupted; any number of workers may run at once."""
    language = language_of(obj)
    stop = threading.Event()
    with open_office(obj) as office:
        if listed:
            _list(office, language)
            return
        if once:
            done = office.worker.run_once()
            _tell(done, language)
            if done.in_doubt or any(_needs_person(failure) for failure in office.worker.failures()):
                told = N_("A person is needed: see the lines above, or run perizinan doctor.")
                click.echo(translate(told, language), err=True)
                raise click.exceptions.Exit(1)
            return
        _stop_on_signals(stop)
        click.echo(translate(N_("The worker is running (stop with Ctrl+C)."), language))
        office.worker.run(
            stop,
            interval=interval,
            concurrency=concurrency,
            told=lambda done: _tell(done, language) if not done.is_idle or done.failures else None,
            jumped=lambda watch: _tell_jump(watch, language),
        )
    click.echo(translate(N_("The worker has stopped."), language))


def _list(office: Office, language: str) -> None:
    """Say who works, where, and how much waits."""
    if not office.work_queue.spreads:
        click.echo(translate(N_("This office works in rounds: no list is kept of its workers."), language))
        return
    state, zone = office.work_queue.state(), office.authority.calendar.time_zone
    for worker in state.workers:
        sentence = N_("worker {name}: last seen {seen}, busy with {jobs}")
        jobs = ", ".join(f"{hint.job} {hint.subject}".strip() or "*" for hint in worker.at_work) or "-"
        seen = zone.local(worker.seen_at).isoformat(timespec="seconds")
        click.echo(translate(sentence, language, name=worker.name, seen=seen, jobs=jobs))
    sentence = N_("{workers} workers, {waiting} pieces of work wait, {stuck} belong to workers that are gone")
    counts = {"workers": len(state.workers), "waiting": state.waiting, "stuck": len(state.stuck)}
    click.echo(translate(sentence, language, **counts))


def _needs_person(failure: JobFailure) -> bool:
    """Return True for what is not tried again by itself, and for what failed again after it was tried at once."""
    return failure.is_given_up or failure.attempts > PATIENT.at_once


def _stop_on_signals(stop: threading.Event) -> None:
    """Finish the round that is under way, then stop: nothing is left half done."""
    handler: Callable[..., None] = lambda *_: stop.set()  # noqa: E731
    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGINT, handler)


def _tell_jump(watch: ClockWatch, language: str) -> None:
    sentence = N_(
        "The clock of this machine jumped by {seconds} seconds. Nothing is done until it has been steady for "
        "{minutes} minutes. If it was wrong, see: perizinan clock check"
    )
    minutes = int(watch.hold.total_seconds() // 60)
    seconds = int(watch.jump.total_seconds())
    click.echo(translate(sentence, language, seconds=seconds, minutes=minutes), err=True)


def _tell(done: WorkDone, language: str) -> None:
    click.echo(
        translate(
            N_(
                "delivered {delivered}, failed {failed}, signed {signed}, lapsed {lapsed}, "
                "deemed granted {deemed}, assigned {assigned}, deadlines changed {changed}"
            ),
            language,
            delivered=done.delivered,
            failed=done.failed,
            signed=done.signed,
            lapsed=done.lapsed,
            deemed=done.deemed_granted,
            assigned=done.assigned,
            changed=done.deadlines_changed,
        )
    )
    if done.extended:
        click.echo(
            translate(N_("{count} permits were given their long-term data"), language, count=done.extended)
        )
    if done.removed:
        click.echo(
            translate(N_("{count} old drafts and unused files were removed"), language, count=done.removed)
        )
    if done.batched:
        told = N_("{count} records of batches were worked on")
        click.echo(translate(told, language, count=done.batched))
    if done.inspected:
        click.echo(translate(N_("{count} kept files were checked again"), language, count=done.inspected))
    for numbers, sentence in (
        (done.unextended, N_("permit {number} waits for its long-term data; it is tried again")),
        (done.outliving, N_("permit {number} outlives its signer's certificate and has no long-term data")),
    ):
        for number in numbers:
            click.echo(translate(sentence, language, number=number), err=True)
    for failure in done.failures:
        sentence = N_("{job}: {subject} failed ({error}); it is tried again")
        subject = failure.subject or "-"
        click.echo(
            translate(sentence, language, job=failure.job, subject=subject, error=failure.error), err=True
        )
    for number in done.in_doubt:
        click.echo(
            translate(N_("permit {number} needs a person: its signing stopped"), language, number=number),
            err=True,
        )
