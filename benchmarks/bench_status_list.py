"""
The status list of ten million permits, one in a hundred revoked: size, time and memory.

Ours builds, signs, reads and asks a list. The peer does the same work the obvious way: a Python loop that
sets the marked places, and a list of the numbers of revoked permits as JSON, which must be parsed
before one can be asked. Sizes and memory are printed as rows whose milliseconds are zero.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.published import AuthorityDocument, QrKey
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._status_list import (
    StatusList,
    StatusListTerms,
    pack_statuses,
    read_status_list,
    sign_status_list,
)
from perizinan_core.verification._status_source import StatusListSource

PERMITS = 10_000_000
_MADE = datetime(2026, 11, 25, tzinfo=UTC)
_URI = "https://izin.example/status-list.cwt"


def marks(count: int = PERMITS, share: float = 0.01) -> list[tuple[int, int]]:
    """Return places that are not plainly valid: nine in ten revoked, some suspended or replaced."""
    draw = random.Random(1)
    return [
        (index, draw.choices((1, 2, 3), (90, 2, 8))[0])
        for index in draw.sample(range(count), int(count * share))
    ]


def loop_pack(count: int, marked: list[tuple[int, int]]) -> bytes:
    """Set the marked places in a loop, as one would write it: the others are zero already."""
    packed = bytearray(count // 4)
    for index, status in marked:
        packed[index // 4] |= status << 2 * (index % 4)
    return bytes(packed)


def in_turns(
    ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int = 7
) -> tuple[float, Any, float, Any]:
    """Return the median times of two actions that take turns, in milliseconds, each with its last result."""
    pairs = [(timed(ours, 1), timed(theirs, 1)) for _ in range(rounds)]
    medians = [statistics.median(pair[side][0] for pair in pairs) for side in (0, 1)]
    return medians[0], pairs[-1][0][1], medians[1], pairs[-1][1][1]


def timed(action: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Return the best time of an action in milliseconds, and its last result."""
    best, result = float("inf"), None
    for _ in range(rounds):
        gc.collect()
        started = time.perf_counter()
        result = action()
        best = min(best, time.perf_counter() - started)
    return best * 1000, result


def _authority(key: ec.EllipticCurvePrivateKey) -> AuthorityDocument:
    terms = StatusListTerms(uri=_URI, keys=(QrKey(kid=b"stat", key=key.public_key()),))
    return AuthorityDocument(
        slug="contoh",
        name="Contoh",
        time_zone="WIB",
        version=1,
        issued=_MADE,
        expires=_MADE + timedelta(days=365),
        verification_url="https://izin.example/v1",
        roots=(),
        signatories=(),
        keys=(key.public_key(),),
        status_list=terms.to_json(),
    )


def rows() -> Iterator[dict[str, Any]]:
    """Measure and yield one row for each figure."""
    key = ec.generate_private_key(ec.SECP256R1())
    authority, marked = _authority(key), marks()
    sign = signing_callback(key)

    ours, packed, theirs, same = in_turns(
        lambda: pack_statuses(PERMITS, marked), lambda: loop_pack(PERMITS, marked)
    )
    assert packed == same
    yield _row("status list of 10 million: set 1 %", ours, "a loop over the marked places", theirs)

    made = StatusList(uri=_URI, issued=_MADE, expires=_MADE + timedelta(days=7), ttl=3600, packed=packed)
    ours, data = timed(lambda: sign_status_list(made, sign=sign, kid=b"stat"), 1)
    yield _row(f"status list: compress and sign, {len(data):,} bytes", ours, None, None)

    revoked = json.dumps(sorted(f"503/{index:08d}/2026" for index, _ in marked)).encode()
    packed_json = len(zlib.compress(revoked, 9))
    ours, read, theirs, numbers = in_turns(
        lambda: read_status_list(data, authority), lambda: frozenset(json.loads(revoked))
    )
    yield _row(
        "status list: verify and unpack",
        ours,
        f"parse JSON of revoked numbers, {packed_json:,} bytes",
        theirs,
    )

    at = _MADE + timedelta(hours=1)
    source = StatusListSource.read(data, authority=authority, at=at)
    day = authority.local_day(at)
    count = 10_000
    ours, _, theirs, _ = in_turns(
        lambda: [source.status_of("", index * 999, day) for index in range(count)],
        lambda: [f"503/{index * 999:08d}/2026" in numbers for index in range(count)],
    )
    yield _row("status list: ask for one place", ours / count, "look up one number", theirs / count)

    memory = sys.getsizeof(read.packed)
    yield _row(f"status list: memory of the list when asked, {memory:,} bytes", 0.0, None, None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield _row(f"status list: peak memory of this benchmark, {peak:,} KiB", 0.0, None, None)

    few = sign_status_list(
        StatusList(
            uri=_URI,
            issued=_MADE,
            expires=_MADE + timedelta(days=7),
            ttl=3600,
            packed=pack_statuses(100_000, marks(100_000)),
        ),
        sign=sign,
        kid=b"stat",
    )
    ours, _ = timed(lambda: read_status_list(few, authority), 20)
    yield _row(f"status list of 100,000: verify and unpack, {len(few):,} bytes", ours, None, None)


def _row(name: str, ours: float, peer: str | None, theirs: float | None) -> dict[str, Any]:
    ratio = theirs / ours if theirs is not None and ours else None
    return {"name": name, "ours_ms": ours, "peer": peer, "peer_ms": theirs, "ratio": ratio}
