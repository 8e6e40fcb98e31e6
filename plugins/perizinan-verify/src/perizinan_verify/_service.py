"""What page and API share: the authorities, the judging pool, the places, the clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import attrs
from starlette.requests import Request

from perizinan_core.model import Authority, PermitType
from perizinan_core.verification import StatusReport
from perizinan_verify._authorities import Authorities, PublishedAuthority
from perizinan_verify._bodies import Received
from perizinan_verify._jobs import Job
from perizinan_verify._judging import JudgingPool
from perizinan_verify._places import Places
from perizinan_verify._published_lists import PublishedList
from perizinan_verify._settings import PageSettings
from perizinan_verify._status_questions import LimitedStatus

__all__ = ["OfficeShown", "Service", "service_of"]


class OfficeShown(Protocol):
    """What the pages of the catalogue need of a `perizinan_core.Office`."""

    @property
    def authority(self) -> Authority:
        """The local government."""
        ...

    def permit_types(self, *, only_open: bool = False) -> tuple[PermitType, ...]:
        """Return the permit types in force today, or those of them that take applications."""
        ...


@attrs.define
class Service:
    """The parts of one app."""

    authorities: Authorities
    pool: JudgingPool
    status: Mapping[str, LimitedStatus]
    """Who is asked for the status of a permit, by the office's short name."""

    lists: Mapping[str, PublishedList]
    """Status lists that browsers fetch here, by the office's short name."""

    settings: PageSettings
    clock: Callable[[], datetime]
    office: OfficeShown | None = None
    """Whose permit types are shown, if any."""

    senders: Places = attrs.field(
        default=attrs.Factory(
            lambda self: Places(self.settings.max_senders, self.settings.wait_seconds), takes_self=True
        )
    )
    """Places of those who send."""

    waiting: Places = attrs.field(
        default=attrs.Factory(
            lambda self: Places(self.settings.max_requests, self.settings.wait_seconds), takes_self=True
        )
    )
    """Places of those who have sent everything and wait for a verdict."""

    async def published(self) -> tuple[PublishedAuthority, ...]:
        """Return the authority documents in use, looking for newer ones when it is time."""
        if not self.authorities.due:
            return self.authorities.known
        return await asyncio.to_thread(self.authorities.current)

    async def judge(
        self, received: Received, kind: str, languages: Sequence[str], at: datetime | None = None
    ) -> dict[str, dict[str, Any]]:
        """
        Judge a file or text in a judging process; return the answer's JSON form in each language.

        Raises:
            TooBusyError: no place became free in time.
        """
        await self.published()
        job = Job(
            kind=kind,
            at=at or self.clock(),
            languages=tuple(languages),
            seconds=self.settings.seconds,
            name=received.name,
            text=(received.text or "").encode("utf-8", "replace").decode(),
        )
        loop = asyncio.get_running_loop()
        async with self.waiting.one():
            work = loop.run_in_executor(self.pool.threads, self.pool.judge, job, received.file)
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                # The sender is gone. The file must stay open until the process has done with it.
                with contextlib.suppress(Exception):
                    await work
                raise

    async def ask_status(self, slug: str, number: str, status_index: int) -> dict[str, Any]:
        """Ask the office for the status of a permit; return the ``status`` part of a report."""
        document = next(item.document for item in await self.published() if item.document.slug == slug)
        source = self.status.get(slug)
        if source is None:
            return {"checked": False, "state": "not_checked", "since": None, "source": None, "as_of": None}
        day = document.local_day(self.clock())
        answer = await asyncio.to_thread(source.ask, number, status_index, day)
        return StatusReport.of(None if isinstance(answer, Exception) else answer).to_json()


def service_of(request: Request) -> Service:
    """Return the service of the app that a request came to."""
    found: Service = request.app.state.service
    return found
