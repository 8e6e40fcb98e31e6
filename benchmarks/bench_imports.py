"""How long importing takes, in fresh processes, beside the libraries that it stands on."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

PAIRS = (
    ("import perizinan_core", "import perizinan_core", "import sqlalchemy, attrs, cattrs, pluggy"),
    (
        "import perizinan_core, Office",
        "from perizinan_core import Office",
        "import sqlalchemy, attrs, cattrs, pluggy",
    ),
    (
        "import perizinan_core.verification",
        "import perizinan_core.verification",
        "import pypdf, cryptography.x509",
    ),
)
ROUNDS = 11


def _once(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - started) * 1000


def rows() -> Iterator[dict[str, Any]]:
    """Time each pair in turns, less the start of the interpreter itself."""
    for name, ours, peer in PAIRS:
        _once(ours), _once(peer)
        measured = [(_once("pass"), _once(ours), _once(peer)) for _ in range(ROUNDS)]
        bare = statistics.median(item[0] for item in measured)
        ours_ms = statistics.median(item[1] for item in measured) - bare
        peer_ms = statistics.median(item[2] for item in measured) - bare
        yield {
            "name": name,
            "ours_ms": ours_ms,
            "peer": peer,
            "peer_ms": peer_ms,
            "ratio": peer_ms / ours_ms,
            **({} if "Office" in name else {"bar": {"at_most": 1.3}}),
        }
