"""
Change real files at random and verify them, for as long as you like: ``python scripts/fuzz_verification.py 60``.

Nothing may raise anything but an error of this library where it says so, take longer than the time limit, or
give a report that breaks its schema; and a permit that was changed anywhere may not be valid. All doors are tried
in turn: permits by their authority document, any signed PDF by its roots, QR codes as text, picture and PDF,
authority documents, status lists, saved reports. The files are those of the tests, and of the folders that
``--files`` names. What is found is kept in ``--keep``, each file with its story; exit code 1.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import attrs
import segno
from fuzz_changes import changed
from jsonschema import Draft202012Validator
from PIL import Image
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from verification_agreement import VECTORS, load_builder

from perizinan_core.errors.base import PerizinanError
from perizinan_core.published import read_authority_document
from perizinan_core.published._status_list import read_status_list
from perizinan_core.verification import Report, Verdict, Verifier, read_report
from perizinan_core.verification._permit_content import load_schema
from perizinan_core.verification._qr_report import check_qr_image, check_qr_text
from perizinan_core.verification.signatures import SignatureVerifier, load_roots

FOREIGN = VECTORS.parent / "verification" / "foreign"
SECONDS = 20
MEMORY = 3 << 30
MOMENTS = (datetime(2020, 11, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))


class TooLongError(BaseException):
    """Raised inside a check that takes too long; nothing on the way swallows it."""


@attrs.frozen
class Target:
    """One file with its door."""

    name: str
    data: bytes
    judge: Callable[[bytes], Report | None]
    """Returns None where a library error or something else than a report is the right answer."""

    may_be_valid: bool
    strict: bool
    """Whether any change at all must be noticed: the one signature covers every byte."""


def targets(folders: list[Path], roots: list[Path]) -> list[Target]:
    """Return the files to change."""
    build = load_builder()
    found = []
    for case in sorted(VECTORS.glob("*/expected.json")):
        stated = json.loads(case.read_text())
        file, arguments = case.parent / stated["file"], stated["arguments"]
        if "authority" in arguments and file.suffix == ".pdf" and file.exists():
            authority = read_authority_document((case.parent / arguments["authority"]).read_bytes())
            moment = datetime.fromisoformat(arguments["at"])
            judge = _permit_judge(Verifier(authority), moment)
            found.append(_target(case.parent.name, file.read_bytes(), judge, permit=True))
    world = build.World.create()
    found.append(
        _target(
            "permit", world.permit(), _permit_judge(Verifier(world.authority), build.CHECKED_AT), permit=True
        )
    )
    store = SignatureVerifier(
        load_roots([*(str(root) for root in roots), str(FOREIGN / "pyhanko-testing-ca-root.pem")])
    )
    for file in sorted(
        {*FOREIGN.glob("*.pdf"), *(path for folder in folders for path in folder.rglob("*.pdf"))}
    ):
        data = file.read_bytes()
        found += [
            _target(file.name, data, _signature_judge(store, moment), permit=False) for moment in MOMENTS
        ]
    return found


def other_doors(world: Any, build: ModuleType) -> list[Target]:
    """Return what is verified besides PDF files by their signature."""
    authority, moment = world.authority, build.CHECKED_AT
    text = world.qr_text(build.statement()).encode()
    picture = io.BytesIO()
    segno.make_qr(text.decode(), error="m").save(picture, kind="png", scale=3)
    photo = io.BytesIO()
    Image.open(picture).convert("L").save(photo, "JPEG", quality=60)
    office = read_authority_document((VECTORS / "authority" / "office-with-status.json").read_bytes())
    report = Verifier(authority).verify(world.permit(), at=moment)
    doors: list[tuple[str, bytes, Callable[[bytes], Any]]] = [
        ("authority document", world.authority_json, read_authority_document),
        (
            "status list",
            (VECTORS / "status" / "in-force.cwt").read_bytes(),
            lambda data: read_status_list(data, office),
        ),
        ("QR text", text, lambda data: check_qr_text(data.decode("latin-1"), authority=authority, at=moment)),
        (
            "QR picture",
            picture.getvalue(),
            lambda data: check_qr_image(data, authority=authority, at=moment)[0],
        ),
        ("QR photo", photo.getvalue(), lambda data: check_qr_image(data, authority=authority, at=moment)[0]),
        ("QR in a PDF", world.permit(), lambda data: check_qr_image(data, authority=authority, at=moment)[0]),
        ("saved report", json.dumps(report.to_json()).encode(), read_report),
    ]
    return [
        Target(name, data, _tolerant(door), may_be_valid=True, strict=False) for name, data, door in doors
    ]


def _tolerant(door: Callable[[bytes], Any]) -> Callable[[bytes], Report | None]:
    def judge(data: bytes) -> Report | None:
        try:
            found = door(data)
        except PerizinanError as error:
            error.message("id")  # must not raise either
            return None
        return found if isinstance(found, Report) else None

    return judge


def _permit_judge(verifier: Verifier, moment: datetime) -> Callable[[bytes], Report]:
    return lambda data: verifier.verify(data, at=moment)


def _signature_judge(verifier: SignatureVerifier, moment: datetime) -> Callable[[bytes], Report]:
    return lambda data: verifier.verify(data, at=moment)


def _target(name: str, data: bytes, judge: Callable[[bytes], Report], *, permit: bool) -> Target:
    report = judge(data)
    valid = report.verdict is Verdict.VALID
    # What was added after a signature (proofs, timestamps) is not covered by it, and may be taken away again.
    strict = permit and valid and all(item.covers_whole_document for item in report.signatures)
    return Target(name, data, judge, valid or permit, strict)


class Run:
    """Counts verdicts and keeps what is wrong."""

    def __init__(self, keep: Path) -> None:
        self._keep = keep
        self._schema = Draft202012Validator(load_schema("report"))
        self.counts: Counter[str] = Counter()
        self.wrong = 0
        self.slowest = 0.0

    def one(self, target: Target, data: bytes) -> None:
        """Judge one changed file."""
        started = time.perf_counter()
        try:
            signal.alarm(SECONDS)
            report = target.judge(data)
            signal.alarm(0)
            problem = self._problem(target, data, report)
        except BaseException as error:
            signal.alarm(0)
            if isinstance(error, KeyboardInterrupt):
                raise
            problem = f"{type(error).__name__}\n{traceback.format_exc()}"
            self.counts["raised"] += 1
        else:
            self.counts[report.verdict.value if report is not None else "no report"] += 1
        self.slowest = max(self.slowest, time.perf_counter() - started)
        if problem is not None:
            self._note(target, data, problem)

    def _problem(self, target: Target, data: bytes, report: Report | None) -> str | None:
        if report is None:
            return None
        broken = next(self._schema.iter_errors(report.to_json()), None)
        if broken is not None:
            return f"the report breaks its schema at {broken.json_path}"
        if report.verdict is not Verdict.VALID or data == target.data:
            return None
        if target.strict:
            return "valid although it was changed"
        if target.data.startswith(data):
            return None  # cut back to a revision that was whole, and signed as it is
        return None if target.may_be_valid else "valid although the file that was changed is not"

    def _note(self, target: Target, data: bytes, problem: str) -> None:
        self.wrong += 1
        self._keep.mkdir(parents=True, exist_ok=True)
        path = self._keep / f"{problem.split(maxsplit=1)[0]}-{hashlib.sha256(data).hexdigest()[:12]}.pdf"
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{target.name}\n{problem}\n")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise TooLongError


def main() -> int:
    """Change and judge until the time is over."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[1])
    parser.add_argument("minutes", type=float, nargs="?", default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--files", type=Path, action="append", default=[], help="folder with signed PDFs")
    parser.add_argument("--roots", type=Path, action="append", default=[], help="roots for those files")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"))
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _interrupt)
    chance, run, end = random.Random(options.seed), Run(options.keep), time.monotonic() + options.minutes * 60
    files = targets(options.files, options.roots)
    others = [target.data for target in files]
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as bar:
        task = bar.add_task(f"{len(files)} files, seed {options.seed}", total=None)
        while time.monotonic() < end:
            target = chance.choice(files)
            run.one(target, changed(target.data, others, chance))
            if run.counts.total() % 500 == 0:
                bar.update(task, description=f"{run.counts.total():,} changed files, {run.wrong} wrong")
    told = ", ".join(f"{name} {count:,}" for name, count in run.counts.most_common())
    print(f"{run.counts.total():,} changed files of seed {options.seed}: {told};")
    print(f"slowest {run.slowest:.2f} s; {run.wrong} wrong")
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
