"""
Run a verifier over the test vectors and print a table.

    python tests/vectors/run_vectors.py --adapter tests/vectors/adapters/perizinan.json
    python tests/vectors/run_vectors.py --verifier "mycheck {file} --authority {authority} --at {at}"

See README.md beside this file for the protocol. Needs Python 3.10 and no package.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from vector_protocol.running import VERDICTS, Adapter, Answer, answers, vectors  # noqa: E402

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and return 0 when every answer was right (with ``--safe``: safe)."""
    parser = argparse.ArgumentParser(description="Run a verifier over the test vectors.")
    parser.add_argument(
        "--verifier",
        help="command with {file}, {authority}, {at}, {root}, {status}; exit codes as in README.md",
    )
    parser.add_argument("--adapter", type=Path, help="JSON file that describes the verifier")
    parser.add_argument("--match", default="", help="only vectors whose name holds this")
    parser.add_argument("--quick", action="store_true", help="few of the files that a vector stands for")
    parser.add_argument(
        "--safe", action="store_true", help="count only whether refusals are refused and good files accepted"
    )
    parser.add_argument("--seconds", type=float, default=60, help="time for each file")
    parser.add_argument("--json", type=Path, help="write all answers to a file")
    told = parser.parse_args(arguments)
    if (told.verifier is None) == (told.adapter is None):
        parser.error("give either --verifier or --adapter")
    adapter = Adapter.read(told.adapter) if told.adapter else Adapter(command=told.verifier, exits=VERDICTS)
    chosen = [vector for vector in vectors(HERE) if told.match in vector.name]
    with tempfile.TemporaryDirectory(prefix="vectors-") as work:
        found = [
            _shown(item, safe=told.safe)
            for item in answers(adapter, chosen, Path(work), seconds=told.seconds, only_first=told.quick)
        ]
    if told.json:
        told.json.write_text(json.dumps([_row(item) for item in found], indent=1), encoding="utf-8")
    right, safe = sum(item.is_right for item in found), sum(item.is_safe for item in found)
    accepted = sum(item.said == "valid" and item.expected != "valid" for item in found)
    told_of = f"{len(chosen)} vectors, {len(found)} files: {right} answered right, {safe} safely"
    print(f"{told_of}; {accepted} accepted wrongly")  # noqa: T201
    return int((safe if told.safe else right) != len(found) or not found)


def _shown(item: Answer, *, safe: bool) -> Answer:
    is_good = item.is_safe if safe else item.is_right
    name = f"{item.vector.name} {item.label}"
    print(f"{'  ' if is_good else '! '}{name:48} {item.expected:14} {item.said}")  # noqa: T201
    return item


def _row(item: Answer) -> dict[str, object]:
    return {
        "vector": item.vector.name,
        "label": item.label,
        "expected": item.expected,
        "said": item.said,
        "exit_code": item.code,
    }


if __name__ == "__main__":
    sys.exit(main())
