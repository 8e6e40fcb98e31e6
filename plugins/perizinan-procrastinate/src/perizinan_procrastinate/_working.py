"""
Being a worker: Procrastinate takes hints and calls us; we give back what dead workers had taken, and look around.

Names of workers are ids of a table, so that no two are the same, on whichever machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from perizinan_core.hooks import EVERYTHING, Look, WorkHint
from perizinan_procrastinate._database import Database
from perizinan_procrastinate._state import SILENT_SECONDS
from perizinan_procrastinate._tasks import LOOK, QUEUE, hint_of

__all__ = ["work"]

_HEARTBEAT_SECONDS = 5.0
_POLL_SECONDS = 5.0
"""New hints are announced by the database; this is for an announcement that got lost."""

_SWEEP_SECONDS = 10.0
_AGAIN_SECONDS = 2.0

# By the clock of the database, and only one worker of all gets the row.
_ROUND = (
    "UPDATE perizinan_queue_notes SET round_at = now()"
    " WHERE round_at IS NULL OR round_at > now() OR round_at <= now() - make_interval(secs => %(seconds)s)"
    " RETURNING 1 AS mine"
)

_log = logging.getLogger(__name__)

Hint = Callable[[Iterable[WorkHint]], None]


class _Attentive(JobManager):
    """
    Looks again when something was announced while it looked.

    Procrastinate forgets what it heard once a look has found nothing, also what it heard during that look; the job
    would wait for the next poll.
    """

    _heard = 0

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Return the next job, or None."""
        while True:
            before = self._heard
            job = await super().fetch_job(queues, worker_id)
            if job is not None or before == self._heard:
                return job

    async def listen_for_jobs(self, *, on_notification: Any, queues: Iterable[str] | None = None) -> None:
        """Listen until it is cancelled."""

        async def noted(**said: Any) -> None:
            self._heard += 1
            await on_notification(**said)

        await super().listen_for_jobs(on_notification=noted, queues=queues)


def work(
    database: Database, look: Look, hint: Hint, *, stop: threading.Event, interval: float, concurrency: int
) -> None:
    """Work until ``stop`` is set; while the database is away, wait for it."""
    # Its lines come with tracebacks; what an operator has to know is said in a line of ours.
    engine = logging.getLogger("procrastinate")
    engine.addHandler(logging.NullHandler())
    engine.propagate = False
    with ThreadPoolExecutor(concurrency, thread_name_prefix="perizinan-worker") as pool:
        asyncio.run(_until_stopped(database, look, hint, stop, interval, concurrency, pool))


async def _until_stopped(
    database: Database,
    look: Look,
    hint: Hint,
    stop: threading.Event,
    interval: float,
    concurrency: int,
    pool: ThreadPoolExecutor,
) -> None:
    asyncio.get_running_loop().set_exception_handler(_in_a_line)
    stopped = _heard(stop)
    while not stopped.is_set():
        app = _app(database, look, hint, pool, concurrency)
        try:
            async with app.open_async():
                await _one_connection(app, hint, stopped, interval, concurrency)
        except ConnectorException as error:
            _log.warning("the queue cannot be reached: %s", type(error.__cause__ or error).__name__)
        await _pause(stopped, _AGAIN_SECONDS)


def _in_a_line(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """
    Say in a line what a task left behind when its connection was lost.

    Procrastinate leaves the notes that it was writing to themselves; the jobs they were about are swept. Anything
    else is a fault of the code, and shown with its traceback.
    """
    error = context.get("exception")
    if isinstance(error, ConnectorException):
        _log.warning(
            "the queue was lost in the middle of a note: %s", type(error.__cause__ or error).__name__
        )
    else:
        loop.default_exception_handler(context)


def _app(database: Database, look: Look, hint: Hint, pool: ThreadPoolExecutor, concurrency: int) -> App:
    connector = PsycopgConnector(
        conninfo=database.conninfo,
        kwargs=database.options,
        min_size=1,
        max_size=concurrency + 3,
        timeout=10.0,
    )
    app = App(connector=connector)
    app.job_manager = _Attentive(connector)

    @app.task(name=LOOK, queue=QUEUE)
    async def look_there(**arguments: object) -> None:
        wanted = hint_of(arguments)
        if await asyncio.get_running_loop().run_in_executor(pool, look, wanted) and wanted == EVERYTHING:
            hint((wanted,))

    return app


async def _one_connection(
    app: App, hint: Hint, stopped: asyncio.Event, interval: float, concurrency: int
) -> None:
    """Work until told to stop, or until the connection is lost."""
    tasks = [
        asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                name="perizinan",
                concurrency=concurrency,
                delete_jobs="always",
                install_signal_handlers=False,
                fetch_job_polling_interval=_POLL_SECONDS,
                update_heartbeat_interval=_HEARTBEAT_SECONDS,
                stalled_worker_timeout=SILENT_SECONDS,
            )
        ),
        asyncio.create_task(_look_around(app, hint, stopped, interval)),
        asyncio.create_task(_sweep(app, hint, stopped)),
        asyncio.create_task(stopped.wait()),
    ]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    # What is under way ends first: Procrastinate waits for it when it is cancelled.
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


async def _look_around(app: App, hint: Hint, stopped: asyncio.Event, interval: float) -> None:
    """See to it that some worker looks at everything again when the time has come."""
    while not stopped.is_set():
        if await _rows(app, _ROUND, seconds=interval):
            hint((EVERYTHING,))
        await _pause(stopped, interval)


async def _sweep(app: App, hint: Hint, stopped: asyncio.Event) -> None:
    """Give others what workers had taken that are gone."""
    jobs = app.job_manager
    while not stopped.is_set():
        for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=SILENT_SECONDS):
            if await _removed(app, job):
                _log.warning("a worker is gone; what it had taken is given to others")
                hint((hint_of(job.task_kwargs),))
        await jobs.prune_stalled_workers(SILENT_SECONDS)
        await _pause(stopped, _SWEEP_SECONDS)


async def _removed(app: App, job: Job) -> bool:
    """Remove a job; False when another worker was faster."""
    if job.id is None:
        return False
    try:
        await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
    except ConnectorException:
        return False
    return True


async def _rows(app: App, query: str, **arguments: Any) -> list[dict[str, Any]]:
    return list(await app.connector.execute_query_all_async(query, **arguments))


def _heard(stop: threading.Event) -> asyncio.Event:
    """Return an event of this loop that is set when ``stop`` is."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def listen() -> None:
        stop.wait()
        with contextlib.suppress(RuntimeError):  # the loop is over: no one listens any more
            loop.call_soon_threadsafe(stopped.set)

    threading.Thread(target=listen, name="perizinan-stop", daemon=True).start()
    return stopped


async def _pause(stopped: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)
