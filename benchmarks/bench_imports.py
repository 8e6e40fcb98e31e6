"""How long importing takes, in fresh processes, beside the libraries that it stands on."""

from __future__ import annotations

import os
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


ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""With compiled modules on both sides, as installed packages have them after the first start."""


def _timed(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - started) * 1000


def _once(code: str) -> float:
    return _timed("-c", code)


def _command(option: str) -> float:
    return _timed("-m", "perizinan_core.cli", option)


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
    _command("--help"), _command("--version")
    turns = [(_command("--help"), _command("--version")) for _ in range(ROUNDS)]
    ours_ms, peer_ms = (statistics.median(turn[side] for turn in turns) for side in (0, 1))
    yield {
        "name": "perizinan --help",
        "ours_ms": ours_ms,
        "peer": "perizinan --version",
        "peer_ms": peer_ms,
        "ratio": peer_ms / ours_ms,
        "bar": {"at_most": 1.3},
    }
