"""
Hold the fast way of verification against the full engine: ``python scripts/verification_agreement.py 10000``.

The fast way judges the plain case (one signature over the whole file) by the strict reader alone. Here every file is
judged twice, once with the validator of any signed PDF asked in every case, and once as always; the verdicts must be
the same, and nothing that the validator refuses may be valid. Mutants: flipped, replaced, removed, doubled and inserted
bytes of a letter. Prints the disagreements; exit code 1 when there are any.
"""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from unittest import mock

from perizinan_core.published import AuthorityDocument, read_authority_document
from perizinan_core.verification import Verifier
from perizinan_core.verification._permit_signatures import JudgedSignature

_NO_FULL_ANSWER = {"good_hybrid"}
"""Files that pyHanko does not open in its strict mode, so that there is no second answer to compare with."""

VECTORS = Path(__file__).parents[1] / "tests" / "vectors"


def load_builder() -> ModuleType:
    """Return the module that makes offices and permits."""
    name = "perizinan_vector_builder"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, VECTORS / "builder.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def verdicts(data: bytes, authority: AuthorityDocument, at: datetime) -> tuple[str, str]:
    """Return the verdict of the fast way and that of the full engine."""
    verifier = Verifier(authority)
    quick = verifier.verify(data, at=at).verdict.value
    with mock.patch.object(JudgedSignature, "is_plain", False):  # the one fork in the road
        return quick, verifier.verify(data, at=at).verdict.value


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield changed copies of a file."""
    chance = random.Random(seed)
    for _ in range(count):
        place, length = chance.randrange(len(data)), chance.choice((1, 1, 1, 2, 8, 64))
        other = chance.randbytes(length)
        yield {
            0: lambda p=place: data[:p] + bytes([data[p] ^ 1 << chance.randrange(8)]) + data[p + 1 :],
            1: lambda p=place, o=other: data[:p] + o + data[p + len(o) :],
            2: lambda p=place, n=length: data[:p] + data[p + n :],
            3: lambda p=place, n=length: data[: p + n] + data[p : p + n] + data[p + n :],
            4: lambda p=place, o=other: data[:p] + o + data[p:],
        }[chance.randrange(5)]()


def disagreements(count: int, seed: int = 1) -> list[str]:
    """Return what the two ways do not agree about, in the vectors and in ``count`` mutants."""
    found = []
    for path in sorted(VECTORS.glob("*/expected.json")):
        case = json.loads(path.read_text())
        arguments, file = case["arguments"], path.parent / case["file"]
        if "authority" not in arguments or not file.exists():
            continue  # any PDF judged by its signatures alone has no fast way; others are derived when needed
        authority = read_authority_document((path.parent / arguments["authority"]).read_bytes())
        quick, full = verdicts(file.read_bytes(), authority, datetime.fromisoformat(arguments["at"]))
        if quick != full and path.parent.name not in _NO_FULL_ANSWER:
            found.append(f"{path.parent.name}: {quick}, in full {full}")
    build = load_builder()
    world = build.World.create()
    good = world.permit()
    for number, data in enumerate([good, *mutants(good, count, seed)]):
        quick, full = verdicts(data, world.authority, build.CHECKED_AT)
        if quick != full or (quick == "valid") != (data == good):
            found.append(f"mutant {number} of seed {seed}: {quick}, in full {full}")
    return found


if __name__ == "__main__":
    wrong = disagreements(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print(*wrong, f"{len(wrong)} disagreements", sep="\n")
    sys.exit(bool(wrong))
