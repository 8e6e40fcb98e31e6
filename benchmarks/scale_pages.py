"""
What pages of the portal cost in an office of a thousand applications and of a hundred thousand.

``make bench-scale`` asks for each page in this process, as ASGI calls without a network. Bars, at the largest size: the
median is at most 3 times that of a bare Starlette page with as many bytes and of what the page needs from the office
(the selects, unsealing and decoding of its use cases, asked for directly); it has as many statements as at the
smallest size, and takes at most 1.5 times as long. A bar that is missed is measured once more; missed twice, the run
ends with 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs
import sqlalchemy as sa
from perizinan_portal import _plugin
from perizinan_portal._store import Account, AccountKind, Level
from perizinan_portal._store._tables import ACCOUNTS
from perizinan_portal.testing import PortalKit, sample_portal
from rich.console import Console
from rich.table import Table
from scale import filled, storage_of, stores
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from perizinan_core.model import Actor, ActorKind
from perizinan_core.testing._bulk import receipt_of
from perizinan_core.testing._offices import HOST

ROUNDS = 40
TIMES = 3.0
GROWTH = 1.5
COOKIE = "__Host-perizinan_session"

LOOP = asyncio.new_event_loop()
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
    office, number = portal.office.office, cases // 2
    clerk, auditor = portal.office.officer("loket-1"), portal.office.officer("auditor")
    owner = Actor(id=f"p{number // 4}", kind=ActorKind.APPLICANT)
    add_account(portal, owner.id)
    middle = office.permits.search(receipt_of(number), actor=auditor).applications[0]
    own = office.applications.of_owner(actor=owner).items[0]
    secret = office.tracking.new_secret(middle.id, actor=HOST)
    work = office.reviews.queue(actor=clerk, limit=1)[0]

    def known(who: str) -> None:
        """Find out who asks, as every page does."""
        services = portal.services
        session = services.store.sessions.find(TOKENS[id(portal), who])
        account = services.store.accounts.get(session.account)
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
        office.reviews.queue(actor=clerk, limit=200)

    def officers_case() -> None:
        known("loket-1")
        office.applications.get(work.application, actor=clerk)
        office.applications.actions(work.application, actor=clerk)
        office.applications.slots(work.application, actor=clerk)
        office.lists.similar(work.application, actor=clerk)

    def own_case() -> None:
        known("owner")
        office.applications.get(own.id, actor=owner)
        office.applications.actions(own.id, actor=owner)
        office.applications.history(own.id, actor=owner)
        office.applications.deliveries(own.id, actor=owner)

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


def answer(app: Any, path: str, *, cookie: str = "", form: dict[str, str] | None = None) -> tuple[int, bytes]:
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
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("izin.contoh.example", 443),
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
        portal.services.limiter._limiter.storage.reset()  # noqa: SLF001 - thirty a minute are let through
        status, body = answer(portal.app, page.path, cookie=cookie, form=form or None)
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


def timed(ask: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median in milliseconds, once it was asked."""
    ask()
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        found.append((time.perf_counter() - begun) * 1000)
    return statistics.median(found)


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


def measure(kind: str, sizes: list[int], folder: Path, console: Console) -> Iterator[dict[str, Any]]:
    """Yield a row for each page."""
    tables = _plugin.register_tables()
    with stores(kind, folder, tables) as made:
        portals = {}
        for size in sizes:
            kit = filled(made(), size, size // 10, console, {"portal": _plugin})
            portals[size] = sample_portal(folder, office=kit)
        asked = {size: {page.name: page for page in pages(portal, size)} for size, portal in portals.items()}
        for name in asked[sizes[0]]:
            row: dict[str, Any] = {"database": kind, "page": name}
            for _attempt in range(2):
                row |= measured(portals, {size: asked[size][name] for size in sizes})
                if not misses(row):
                    break
            yield row


def measured(portals: dict[int, PortalKit], asked: dict[int, Asked]) -> dict[str, Any]:
    """Measure one page at all sizes."""
    asks = {size: asking(portals[size], page) for size, page in asked.items()}
    most = max(asks)
    html = asks[most]()
    return {
        "ms": {size: timed(ask) for size, ask in asks.items()},
        "floor_ms": timed(bare(html)) + timed(asked[most].needs),
        "statements": {size: statements(portals[size], ask) for size, ask in asks.items()},
        "bytes": len(html),
    }


def misses(row: dict[str, Any]) -> list[str]:
    """Return which bars a page misses."""
    sizes = sorted(row["ms"])
    least, most = row["ms"][sizes[0]], row["ms"][sizes[-1]]
    found = []
    if most > TIMES * row["floor_ms"]:
        found.append(f"{most / row['floor_ms']:.1f} times the floor")
    if most > GROWTH * least:
        found.append(f"{most / least:.1f} times that of {sizes[0]}")
    if len(set(row["statements"].values())) > 1:
        found.append(f"statements: {row['statements']}")
    return found


def main() -> int:
    """Print a table for each database and write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--out", type=Path, default=Path("build/bench-scale-pages.json"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    options = parser.parse_args()
    console, sizes = Console(stderr=True, width=150), sorted(options.sizes)
    rows: list[dict[str, Any]] = []
    for kind in options.databases:
        console.print(f"filling {kind}")
        with tempfile.TemporaryDirectory() as folder:
            found = list(measure(kind, sizes, Path(folder), console))
        table = Table(title=f"pages, {kind}")
        for heading in (
            "page",
            *(f"{size} ms" for size in sizes),
            "floor ms",
            "times",
            "statements",
            "KB",
            "",
        ):
            table.add_column(heading, justify="left" if heading in ("page", "") else "right")
        for row in found:
            shown = [f"{row['ms'][size]:.2f}" for size in sizes]
            wrong = misses(row)
            mark = "[red]" + "; ".join(wrong) + "[/]" if wrong else "[green]met[/]"
            times = f"{row['ms'][sizes[-1]] / row['floor_ms']:.2f}"
            count, weight = str(row["statements"][sizes[-1]]), f"{row['bytes'] / 1024:.0f}"
            table.add_row(row["page"], *shown, f"{row['floor_ms']:.2f}", times, count, weight, mark)
        Console(width=170).print(table)
        rows += found
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    missed = [f"{row['database']}: {row['page']}" for row in rows if misses(row)]
    for name in missed:
        console.print(f"[red]missed twice:[/] {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
