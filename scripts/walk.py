"""
Walk one permit through ``verify_permit``: ``python scripts/walk.py [VECTOR ...]``.

Counts the files of the library that are entered, and the hand-overs: pairs of files of which one calls into the
other. Without arguments, the plain permit (B-B) and the one with long-term data (B-LTA) of the vectors. What is read
once for a process (schemas, converters) is read before.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from perizinan_core.published import read_authority_document
from perizinan_core.verification import verify_permit

VECTORS = Path(__file__).resolve().parent.parent / "tests" / "vectors"


def walk(vector: str) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the files that are entered for a vector, and the hand-overs."""
    folder = VECTORS / vector
    arguments = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["arguments"]
    authority = read_authority_document((folder / arguments["authority"]).resolve().read_bytes())
    moment = datetime.fromisoformat(arguments["at"])
    entered: set[str] = set()
    handed: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and (here := _file(frame)) is not None:
            entered.add(here)
            above = frame.f_back
            while above is not None and _file(above) is None:
                above = above.f_back
            if above is not None and _file(above) != here:
                handed.add((str(_file(above)), here))

    verify_permit(folder / "permit.pdf", authority=authority, at=moment)
    sys.setprofile(note)
    try:
        verify_permit(folder / "permit.pdf", authority=authority, at=moment)
    finally:
        sys.setprofile(None)
    return entered, handed


def _file(frame: FrameType) -> str | None:
    _, found, name = frame.f_code.co_filename.partition("/perizinan_core/")
    return name if found else None


def main(vectors: list[str]) -> int:
    """Print both numbers of each vector."""
    for vector in vectors or ["good_plain", "good_b_lta"]:
        entered, handed = walk(vector)
        print(f"{vector}: {len(entered)} files entered, {len(handed)} hand-overs")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
