"""
What pages of the portal cost in an office of a thousand applications and of a hundred thousand.

A part of ``make bench-scale``, which asks for each page in this process, as ASGI calls without a network. Bars, at the
largest size: the median is at most 3 times that of a bare Starlette page with as many bytes and of what the page needs
from the office (the selects, unsealing and decoding of its use cases, asked for directly); it has as many statements
as at the smallest size, and takes at most 1.5 times as long. Page, bare page and what it needs take turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs
import sqlalchemy as sa
from perizinan_portal._store import Account, AccountKind, Level
from perizinan_portal._store._tables import ACCOUNTS
from perizinan_portal.testing import PortalKit, sample_portal
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scale_filling import storage_of
from scale_questions import middle_of
from scale_timing import times_of
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from perizinan_core.model import Actor, ActorKind
from perizinan_core.testing._bulk import receipt_of
from perizinan_core.testing._offices import HOST, OfficeKit

ROUNDS = 40
TIMES = 3.0
GROWTH = 1.5
COOKIE = "__Host-perizinan_session"

LOOP = asyncio.new_event_loop()
CLIENTS = count()
TOKENS: dict[tuple[int, str], str] = {}
"""Session tokens, by portal and visitor."""


@attrs.frozen
class Asked:
    """A page, who asks for it, and what it cannot do without."""

    name: str
    path: str
    needs: Callable[[], object]
    who: str | None = None
    form: dict[str, str] = attrs.field(factory=dict)


def pages(portal: PortalKit, cases: int) -> Iterator[Asked]:
    """Yield the pages that are measured."""
    office, number = portal.office.office, middle_of(portal.office, cases)
    clerk, auditor = portal.office.officer("loket-1"), portal.office.officer("auditor")
    owner = Actor(id=f"p{number // 4}", kind=ActorKind.APPLICANT)
    add_account(portal, owner.id)
    middle = office.permits.search(receipt_of(number), actor=auditor).applications[0]
    own = middle
    secret = office.tracking.new_secret(middle.id, actor=HOST)
    work = office.reviews.queue(actor=clerk, limit=1)[0]

    def known(who: str) -> None:
        """Find out who asks, as every page does."""
        services = portal.services
        _, account = services.store.known(TOKENS[id(portal), who])
        if account.officer is not None:
            office.reviews.officer(account.officer, actor=HOST)

    TOKENS[id(portal), "loket-1"] = portal.session("loket-1")
    TOKENS[id(portal), "owner"] = portal.services.store.sessions.begin(
        owner.id, level=Level.FULL, now=portal.services.now
    )

    def own_list() -> None:
        known("owner")
        office.applications.of_owner(actor=owner, limit=20)
        office.permits.of_owner(actor=owner, limit=10)

    def queue() -> None:
        known("loket-1")
        office.reviews.queue(actor=clerk, limit=25)
        office.reviews.queue_counts(actor=clerk)

    def officers_case() -> None:
        known("loket-1")
        office.applications.get(work.application, actor=clerk)
        office.applications.actions(work.application, actor=clerk)
        office.applications.slots(work.application, actor=clerk)
        office.lists.similar(work.application, actor=clerk)

    def own_case() -> None:
        known("owner")
        for use_case in ("get", "standing", "actions", "history", "messages", "slots"):
            getattr(office.applications, use_case)(own.id, actor=owner)
        office.permits.outlook(own.permit_id, actor=owner)

    yield Asked("catalogue", "/izin", lambda: (office.permit_types(), office.permit_types(only_open=True)))
    yield Asked(
        "tracking",
        "/lacak",
        lambda: office.tracking.follow(receipt_of(number), secret),
        form={"number": receipt_of(number), "secret": secret},
    )
    yield Asked("applicant's list", "/permohonan", own_list, who="owner")
    yield Asked("applicant's case", f"/permohonan/{own.id}", own_case, who="owner")
    yield Asked("officer's queue", "/petugas", queue, who="loket-1")
    yield Asked("officer's case", f"/petugas/berkas/{work.application}", officers_case, who="loket-1")


def add_account(portal: PortalKit, id_: str) -> None:
    """Give an applicant of the filled office an account."""
    store, now = portal.services.store, portal.services.now
    made = Account(
        id=id_, kind=AccountKind.PUBLIC, email=f"{id_}@surat.example.org", name="Wulan", created_at=now
    )
    with store._database.write() as connection:  # noqa: SLF001 - no page makes an account with a given id
        connection.execute(sa.insert(ACCOUNTS).values(**store.accounts._row(made, now), seen_at=now))  # noqa: SLF001 - as above


def answer(
    app: Any, path: str, *, cookie: str = "", form: dict[str, str] | None = None, client: str = "127.0.0.1"
) -> tuple[int, bytes]:
    """Ask an ASGI application; return status and body."""
    body = urlencode(form or {}).encode()
    headers = [
        (b"host", b"izin.contoh.example"),
        (b"accept-language", b"id"),
        (b"sec-fetch-site", b"same-origin"),
    ]
    headers += [(b"cookie", cookie.encode())] if cookie else []
    headers += [(b"content-type", b"application/x-www-form-urlencoded")] if form else []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "https", "root_path": "",
        "method": "POST" if form else "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": headers, "client": (client, 1), "server": ("izin.contoh.example", 443),
    }  # fmt: skip
    found: dict[str, Any] = {"body": b""}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            found["status"] = message["status"]
        else:
            found["body"] += message.get("body", b"")

    LOOP.run_until_complete(app(scope, receive, send))
    return found["status"], found["body"]


def asking(portal: PortalKit, page: Asked) -> Callable[[], bytes]:
    """Return what asks for a page."""
    cookie, form = "", dict(page.form)
    if page.who is not None:
        cookie = f"{COOKIE}={TOKENS[id(portal), page.who]}"
    if form:
        cookie, form["_token"] = "__Host-perizinan_form=x", "x"

    def ask() -> bytes:
        # Each from another address: of one, thirty a minute are let through.
        client = f"10.{next(CLIENTS) % 250}.{next(CLIENTS) % 250}.{next(CLIENTS) % 250}"
        status, body = answer(portal.app, page.path, cookie=cookie, form=form or None, client=client)
        if status != 200:
            raise RuntimeError(f"{page.path} answered {status}")
        return body

    return ask


def bare(html: bytes) -> Callable[[], object]:
    """Return what asks for a page of Starlette that does nothing: as many bytes, in a thread as all pages are."""

    def page(_request: Request) -> HTMLResponse:
        return HTMLResponse(html)

    app = Starlette(routes=[Route("/", page)])
    return lambda: answer(app, "/")


def statements(portal: PortalKit, ask: Callable[[], object]) -> int:
    """Return how many statements a page has."""
    engine, found = storage_of(portal.office).engine, []

    def note(*given: Any) -> None:
        found.append(given[2])

    ask()
    sa.event.listen(engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(found)


def page_rows(
    kind: str, kits: Mapping[int, OfficeKit], folder: Path, console: Console
) -> Iterator[dict[str, Any]]:
    """Yield a row for each page."""
    portals = {size: sample_portal(folder, office=kit) for size, kit in kits.items()}
    asked = {size: {page.name: page for page in pages(portal, size)} for size, portal in portals.items()}
    for name in track(asked[min(asked)], f"pages, {kind}", console=console):
        row: dict[str, Any] = {"database": kind, "page": name}
        for attempt in (1, 2):
            row |= measured(portals, {size: asked[size][name] for size in asked}, ROUNDS * attempt)
            if not misses(row):
                break
        yield row


def measured(portals: dict[int, PortalKit], asked: dict[int, Asked], rounds: int) -> dict[str, Any]:
    """Measure one page at all sizes."""
    asks = {size: asking(portals[size], page) for size, page in asked.items()}
    most = max(asks)
    html = asks[most]()
    found = times_of({**asks, -1: bare(html), -2: asked[most].needs}, rounds)
    return {
        "ms": {size: found[size] for size in asks},
        "floor_ms": found[-1] + found[-2],
        "statements": {size: statements(portals[size], ask) for size, ask in asks.items()},
        "bytes": len(html),
    }


def misses(row: dict[str, Any]) -> list[str]:
    """Return which bars a page misses."""
    sizes = sorted(row["ms"])
    found = []
    if row["ms"][sizes[-1]] > TIMES * row["floor_ms"]:
        found.append(f"{row['ms'][sizes[-1]] / row['floor_ms']:.1f} times the floor")
    if row["ms"][sizes[-1]] > GROWTH * row["ms"][sizes[0]]:
        found.append(f"{row['ms'][sizes[-1]] / row['ms'][sizes[0]]:.1f} times that of {sizes[0]}")
    if len(set(row["statements"].values())) > 1:
        found.append(f"statements: {row['statements']}")
    return found


def show(rows: list[dict[str, Any]], sizes: list[int]) -> None:
    """Print the pages of all databases."""
    table = Table(title="pages")
    times = (f"{size} ms" for size in sizes)
    for heading in ("database", "page", *times, "growth", "floor ms", "times", "statements", "KB", ""):
        table.add_column(heading, justify="left" if heading in ("database", "page", "") else "right")
    for row in rows:
        shown = [f"{row['ms'][size]:.2f}" for size in sizes]
        wrong = misses(row)
        mark = "[red]" + "; ".join(wrong) + "[/]" if wrong else "[green]met[/]"
        most, least = row["ms"][sizes[-1]], row["ms"][sizes[0]]
        table.add_row(
            row["database"],
            row["page"],
            *shown,
            f"{most / least:.2f}",
            f"{row['floor_ms']:.2f}",
            f"{most / row['floor_ms']:.2f}",
            str(row["statements"][sizes[-1]]),
            f"{row['bytes'] / 1024:.0f}",
            mark,
        )
    Console(width=170).print(table)
