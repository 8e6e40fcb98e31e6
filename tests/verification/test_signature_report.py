"""What the report of a permit says of each signature: four questions apart, the level, the chain."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from perizinan_core.published import read_authority_document
from perizinan_core.verification import Outcome, Verifier

VECTORS = Path(__file__).parents[1] / "vectors"
YES, NO, OPEN, LEFT = Outcome.PASSED, Outcome.FAILED, Outcome.INDETERMINATE, Outcome.NOT_CHECKED


def judge(name):
    folder = VECTORS / name
    case = json.loads((folder / "expected.json").read_text())
    authority = read_authority_document((folder / case["arguments"]["authority"]).read_bytes())
    moment = datetime.fromisoformat(case["arguments"]["at"])
    return Verifier(authority).verify(folder / case["file"], at=moment)


@pytest.mark.parametrize(
    ("name", "level", "outcomes", "code"),
    [
        # The vectors were signed under a development root, whose trust is never more than open.
        ("good_plain", "B-B", (YES, OPEN, LEFT, OPEN), "long-term-none"),
        ("good_rsa_pss", "B-B", (YES, OPEN, LEFT, OPEN), "development-root"),
        ("good_b_t", "B-T", (YES, OPEN, YES, OPEN), "long-term-no-revocation"),
        ("good_b_lt", "B-LT", (YES, OPEN, YES, YES), "long-term-complete"),
        ("good_b_lta", "B-LTA", (YES, OPEN, YES, YES), "trusted-time-proven"),
        ("certificate_ended_later_fail", None, (YES, OPEN, LEFT, OPEN), "certificate-ended-no-proof"),
        ("certificate_key_usage_fail", None, (YES, NO, LEFT, OPEN), "certificate-key-usage"),
        ("issuer_other_ca_fail", None, (YES, NO, LEFT, OPEN), "chain-unknown-root"),
        ("flipped_page_fail", None, (NO, LEFT, LEFT, LEFT), "content-changed"),
        ("range_stops_early_fail", None, (NO, LEFT, LEFT, LEFT), "byte-range-wrong"),
    ],
)
def test_integrity_trust_time_and_long_term_are_told_apart(name, level, outcomes, code):
    """Public checkers answer them in one word; a bank asks which one it was."""
    signature = judge(name).signatures[0]
    aspects = signature.aspects
    told = (aspects.integrity, aspects.trust, aspects.time, aspects.long_term)

    assert (level, outcomes) == (signature.level, tuple(aspect.outcome for aspect in told))
    assert code in {aspect.reason.code for aspect in told}


def test_every_signature_of_a_permit_has_its_own_answer_and_chain():
    """Two officers signed."""
    signatures = judge("good_two_signatures").signatures

    assert 2 == len(signatures)
    assert ["B-B", "B-B"] == [signature.level for signature in signatures]
    assert all(3 == len(signature.chain) and "Root" in signature.chain[-1] for signature in signatures)
