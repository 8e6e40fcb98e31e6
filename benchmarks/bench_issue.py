"""
Letter and signature together beside WeasyPrint and pyHanko, and the whole issue of a permit.

A whole issue is what a signatory waits for: number, letter, signature, our own check of the signed file, two SQLite
commits that are on disk, one file that is on disk. Beside it stand the same writes alone (as many pages of the
database, as many flushes, a file of the same size), as the floor that no software above this disk gets below; and how
long others who want to write have to wait meanwhile.
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from bench_rendering import LARGE_QR_TEXT, render_with_weasyprint
from bench_signing import pyhanko_signing
from sqlalchemy import event
from weasyprint.text.fonts import FontConfiguration

from perizinan_core._demo._office import StoryClock, open_demo_office
from perizinan_core._demo._people import HOST, applicant, staff_for
from perizinan_core._demo._scans import draw_letter_pdf
from perizinan_core._demo._story import PERMIT_TYPE
from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.model import Actor, ActorKind, InspectionMinutes, StageKind, StageOutcome, StageStatus
from perizinan_core.rendering import TypstRenderer
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.testing._letters import sample_letter

ROUNDS = 12
ISSUES = 40
_FRAME = 24
"""Bytes that the write-ahead log puts before a page."""

COUNTED = 5
"""Issues whose pages are counted."""


def rows() -> Iterator[dict[str, Any]]:
    """Yield the comparison of letter + signature, then the whole issue."""
    yield {**_letter_and_signature("rsa-2048"), "bar": 25}
    yield _letter_and_signature("p-256")
    yield from _whole_issue()


def _letter_and_signature(kind: str) -> dict[str, Any]:
    """
    Measure a new letter with its signature, in turns.

    Both keep what their documentation says to keep: the renderer and fonts, the signer and its certificate.
    """
    now = datetime.now(UTC)
    issued = SyntheticCA.create(now, kind=kind).issue("bench", now=now, kind=kind)
    signer, renderer, fonts = issued.signer(), TypstRenderer(), FontConfiguration()
    sign_with_pyhanko = pyhanko_signing(issued)

    def ours(run: int) -> None:
        letter = sample_letter(number=f"500/{run:05}/2026", qr_text=f"{LARGE_QR_TEXT}{run}")
        sign_pdf(renderer.render(letter), signer, SigningRequest(signed_at=now, reason="Penerbitan izin"))

    def theirs(run: int) -> None:
        letter = sample_letter(number=f"500/{run:05}/2026", qr_text=f"{LARGE_QR_TEXT}{run}")
        sign_with_pyhanko(render_with_weasyprint(letter, fonts))

    ours(0), theirs(0)
    pairs = [
        (_timed(lambda run=run: ours(run)), _timed(lambda run=run: theirs(run))) for run in range(1, ROUNDS)
    ]
    ours_ms, peer_ms = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    return {
        "name": f"letter (PDF/A-3a, PDF/UA-1) + signature, {kind}",
        "ours_ms": ours_ms,
        "peer": "WeasyPrint + pyHanko",
        "peer_ms": peer_ms,
        "ratio": peer_ms / ours_ms,
    }


def _whole_issue() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office, clock = open_demo_office(folder / "office", now=datetime.now(UTC))
        with office:
            cases, signer = _approved(office, clock, ISSUES + COUNTED + 3)
            clock.moment = clock.limit
            for case in cases[:3]:
                office.permits.issue(case, actor=signer)
            del cases[:3]
            issues = [lambda case=case: office.permits.issue(case, actor=signer) for case in cases[:COUNTED]]
            pages = _pages_of_a_commit(office, issues)
            del cases[:COUNTED]
            held = _LockWatch(office.storage)
            times, floor, locked = [], [], []
            for case in cases:  # in turns
                held.seconds = 0.0
                times.append(_timed(lambda case=case: office.permits.issue(case, actor=signer)))
                locked.append(held.seconds * 1000)
                floor.append(_timed(lambda: _same_writes(folder, pages)))
            held.end()
    ours_ms, peer_ms = statistics.median(times), statistics.median(floor)
    yield {
        "name": f"whole issue: {1000 / ours_ms:.0f} permits a second",
        "ours_ms": ours_ms,
        "peer": f"the same commits ({pages} pages each) and fsynced file alone",
        "peer_ms": peer_ms,
        "ratio": peer_ms / ours_ms,
        "bar": {"at_most": 8},
        "per_second": 1000 / ours_ms,
    }
    locked_ms = statistics.median(locked)
    yield {
        "name": "write lock held by an issue",
        "ours_ms": locked_ms,
        "peer": "the whole issue",
        "peer_ms": ours_ms,
        "ratio": ours_ms / locked_ms,
        "bar": {"at_most": 0.25},
    }


class _LockWatch:
    """Counts how long SQLite's write lock is held: from ``BEGIN IMMEDIATE`` until the connection is given back."""

    def __init__(self, storage: Any) -> None:
        self.seconds, self._begun, self._engine = 0.0, 0.0, storage._engine  # noqa: SLF001 - nothing else tells
        event.listen(self._engine, "before_cursor_execute", self._note)
        event.listen(self._engine, "checkin", self._ended)

    def end(self) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)
        event.remove(self._engine, "checkin", self._ended)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            self._begun = time.perf_counter()

    def _ended(self, *_connection: Any) -> None:
        if self._begun:
            self.seconds, self._begun = self.seconds + time.perf_counter() - self._begun, 0.0


def _approved(office: Any, clock: StoryClock, count: int) -> tuple[list[str], Actor]:
    """Return the ids of ``count`` approved applications, and the signatory."""
    permit_type = office.catalogue.find(PERMIT_TYPE, on=clock.limit.date())
    position = office.authority.delegations_for(PERMIT_TYPE, clock.limit.date())[0].position
    staff = staff_for(permit_type, office.authority, position)
    for officer in staff:
        office.reviews.add_officer(officer, actor=HOST)
    actors = {officer.id: officer.as_actor() for officer in staff}
    owner = Actor(id="bench", kind=ActorKind.APPLICANT)
    clock.moment = clock.limit - timedelta(days=2)
    today = office.authority.calendar.time_zone.local(clock.limit).date()
    form = {
        "subtype": "tanah", "kegiatan": "warung", "sifat_kegiatan": "komersial", "uraian": "Warung kopi",
        "lokasi": "Jalan Contoh", "kelurahan": "Contoh", "kecamatan": "sukorejo", "luas": 12,
        "mulai": today.isoformat(), "selesai": (today + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    scan = draw_letter_pdf("Berkas", ["contoh"], day=today)
    cases = []
    for _ in range(count):
        case = office.applications.start(PERMIT_TYPE, applicant=applicant(), actor=owner, form=form)
        for view in office.applications.slots(case.id, actor=owner):
            office.applications.upload(
                case.id, view.terms.key, BytesIO(scan), file_name="berkas.pdf", actor=owner
            )
        office.applications.submit(case.id, actor=owner)
        case = office.applications.get(case.id, actor=owner)
        while True:
            state = next((item for item in case.stages if item.status is StageStatus.OPEN), None)
            if state is None:
                break
            case = _judge(office, case, state, permit_type.stage(state.stage).kind, actors, today)
        cases.append(case.id)
    return cases, next(actors[item.id] for item in staff if item.position == position)


def _judge(office: Any, case: Any, state: Any, kind: StageKind, actors: Any, today: Any) -> Any:
    officer = actors[state.assignee]
    if kind is StageKind.APPROVAL:
        return office.reviews.approve(case.id, actor=officer)
    minutes = None
    if kind is StageKind.SITE_INSPECTION:
        minutes = InspectionMinutes(
            day=today - timedelta(days=2), inspectors=(officer.id,), findings="sesuai", favourable=True
        )
    return office.reviews.decide(case.id, state.stage, StageOutcome.POSITIVE, actor=officer, minutes=minutes)


def _pages_of_a_commit(office: Any, issues: list[Callable[[], object]]) -> int:
    """Return how many pages each of the two commits of an issue writes: by what the write-ahead log grows."""
    path = Path(office.storage.engine.url.database)
    reader = sqlite3.connect(path, isolation_level=None)
    size = reader.execute("PRAGMA page_size").fetchone()[0]
    reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # As long as someone reads, the log is not begun again.
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
    for issue in issues:
        issue()
    grown = path.with_name(f"{path.name}-wal").stat().st_size
    reader.close()
    return round(grown / (size + _FRAME) / len(issues) / 2)


def _same_writes(folder: Path, pages: int) -> None:
    """Commit twice to SQLite (WAL, FULL), as many pages as an issue changes, and write a file of a letter's size."""
    path = folder / "floor.db"
    fresh = not path.exists()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    if fresh:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)")
        connection.executemany(
            "INSERT INTO t VALUES (?, ?)", [(row, os.urandom(3_500)) for row in range(400)]
        )
    for _ in range(2):
        connection.execute("BEGIN IMMEDIATE")
        rows = [(os.urandom(3_500), row) for row in random.sample(range(400), pages)]
        connection.executemany("UPDATE t SET x = ? WHERE id = ?", rows)
        connection.execute("COMMIT")
    connection.close()
    target = folder / "floor.part"
    with target.open("wb") as file:
        file.write(os.urandom(66_000))
        file.flush()
        os.fsync(file.fileno())
    target.replace(folder / "floor.bin")
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000
