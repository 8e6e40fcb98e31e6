"""The published vectors: every folder gets the verdict that stands in it, also from the command line's JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from perizinan_core.verification import Verdict, read_authority_document, verify_permit

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = sorted(folder.parent for folder in VECTORS.glob("*/expected.json"))


@pytest.fixture(scope="module")
def authority():
    return read_authority_document((VECTORS / "authority.json").read_bytes())


@pytest.mark.parametrize("folder", CASES, ids=[folder.name for folder in CASES])
def test_a_vector_gets_its_verdict(folder, authority):
    """Verdict and deciding reason."""
    expected = json.loads((folder / "expected.json").read_text())
    report = verify_permit(
        folder / "permit.pdf", authority=authority, at=datetime.fromisoformat(expected["at"])
    )

    assert expected["verdict"] == report.verdict.value
    assert not expected["code"] or expected["code"] in {reason.code for reason in report.reasons}


def test_names_say_what_is_right():
    """``_fail`` where refusal is right, and only there; every folder says why."""
    for folder in CASES:
        verdict = json.loads((folder / "expected.json").read_text())["verdict"]

        assert folder.name.endswith("_fail") == (verdict != Verdict.VALID.value)
        assert len((folder / "README.md").read_text().splitlines()) == 3
    assert len(CASES) >= 40
