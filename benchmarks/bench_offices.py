"""What it costs to know 500 offices: one permit and one code, beside the same with the document of its office alone."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

_VECTORS = Path(__file__).parents[1] / "tests" / "vectors"
sys.path.insert(0, str(_VECTORS))

import builder as build  # noqa: E402

from perizinan_core.published import (  # noqa: E402
    NO_STATUS,
    QrKey,
    sign_authority_document,
    signing_callback,
    thumbprint,
)
from perizinan_core.verification import AuthoritySet, Verdict, Verifier, check_qr_text  # noqa: E402

OFFICES, FILES, RUNS, BAR = 500, 40, 7, {"at_most": 1.5}
_BIN = Path(sys.executable).parent
_AT = "2026-12-02T09:00+07:00"


def rows() -> Iterator[dict[str, Any]]:
    """Yield one row per question; ours is with all offices, the peer is with one."""
    world = build.World.create("rsa-2048")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_offices(folder / "offices", world)
        one = folder / "offices" / f"{world.document.slug}.json"
        permits = [folder / f"{place}.pdf" for place in range(FILES)]
        for path in permits:
            path.write_bytes(world.permit())
        code = world.qr_text(build.statement())
        yield from _in_process(folder, permits, code, world)
        for what, given in (("verify", str(permits[0])), ("verify-qr", code)):
            options = [what, given, "--no-status", "--json", "--at", _AT]
            many = _command([*options, "--authorities", str(folder / "offices")])
            alone = _command([*options, "--authority", str(one)])
            yield _row(f"perizinan {what}, {OFFICES} offices", *_beside(many, alone))


def _in_process(folder: Path, permits: list[Path], code: str, world: Any) -> Iterator[dict[str, Any]]:
    at = datetime.fromisoformat(_AT)
    offices = AuthoritySet.open(folder / "offices")

    def files(verifier: Verifier) -> Callable[[], None]:
        def run() -> None:
            for path in permits:
                assert verifier.verify(path, at=at).verdict is Verdict.VALID

        return run

    many, alone = (Verifier(item, status=NO_STATUS) for item in (offices, world.authority))
    yield _row(f"{FILES} permits, one core, {OFFICES} offices", *_beside(files(many), files(alone)))

    def codes(authority: Any) -> Callable[[], None]:
        return lambda: (
            [check_qr_text(code, authority=authority, at=at, status=NO_STATUS) for _ in range(FILES)] and None
        )

    yield _row(
        f"{FILES} codes, one core, {OFFICES} offices", *_beside(codes(offices), codes(world.authority))
    )


def _write_offices(folder: Path, world: Any) -> None:
    """Write the documents of the world's office and of others, which differ in name, address and keys of codes."""
    folder.mkdir()
    key = world.document_key
    for place in range(OFFICES):
        document = world.document
        if place:
            document = attrs.evolve(
                document,
                slug=f"kota-{place}",
                name=f"Pemerintah Kota {place}",
                verification_url=f"https://izin.kota{place}.example/v1",
                qr_keys=(QrKey(kid=place.to_bytes(4, "big"), key=world.qr_key.public_key()),),
            )
        data = sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))
        (folder / f"{document.slug}.json").write_bytes(data)
    assert thumbprint(key.public_key())


def _command(arguments: list[str]) -> Callable[[], None]:
    def run() -> None:
        done = subprocess.run([str(_BIN / "perizinan"), *arguments], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    return run


def _beside(many: Callable[[], None], alone: Callable[[], None]) -> tuple[float, float]:
    """Return the medians in milliseconds, measured in turn after one run of each."""
    times: dict[str, list[float]] = {"many": [], "alone": []}
    many(), alone()
    for _ in range(RUNS):
        for name, action in (("many", many), ("alone", alone)):
            begun = time.perf_counter()
            action()
            times[name].append((time.perf_counter() - begun) * 1000)
    return statistics.median(times["many"]), statistics.median(times["alone"])


def _row(name: str, ours: float, peer: float) -> dict[str, Any]:
    return {
        "name": name,
        "ours_ms": round(ours, 2),
        "peer": "one office",
        "peer_ms": round(peer, 2),
        "ratio": round(peer / ours, 2),
        "bar": BAR,
    }
