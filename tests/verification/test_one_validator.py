"""Both doors, ``verify_permit`` and ``--signature-only``, over every signed vector, then and years later."""

from __future__ import annotations

import functools
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from perizinan_core.published import read_authority_document
from perizinan_core.verification import CheckName, Indication, Outcome, Policy, Verdict, Verifier
from perizinan_core.verification.signatures import load_roots, verify_signatures

VECTORS = Path(__file__).parents[1] / "vectors"
sys.path.insert(0, str(VECTORS))

from vector_protocol.running import vectors  # noqa: E402 - a package of the vectors, which is not installed

ALL = vectors(VECTORS)
BY_NAME = {vector.name: vector for vector in ALL}
PERMITS = [vector for vector in ALL if "authority" in vector.arguments]
LATER = (0, 2, 6, 20)
COMPARED = (CheckName.INTEGRITY, CheckName.CHAIN, CheckName.REVOCATION, CheckName.TRUSTED_TIME)
FAR = datetime(2090, 1, 1, tzinfo=UTC)

UNKNOWN = {("failed", "chain-unknown-root"), ("indeterminate", "root-not-given")}
"""One fact: nobody here trusts that root. A permit is then of the wrong issuer (12), any other PDF unproven (14)."""

STRICTER = {
    # A permit has one form, byte for byte.
    ("flipped_hex_case_fail", CheckName.INTEGRITY): "signature-malformed",
    ("usf_contents_zeros_fail", CheckName.INTEGRITY): "signature-malformed",
    ("usf_sub_filter_raw_fail", CheckName.INTEGRITY): "signature-format-unknown",
    ("forged_genuine_chain_fail", CheckName.CHAIN): "certificate-stray",
    # A permit is judged by the signer's own statement of time; of any PDF a revocation counts unless a timestamp helps.
    ("certificate_revoked_after_fail", CheckName.REVOCATION): "certificate-revoked-no-proof",
}
"""Where the doors differ on purpose: the code of the permit's door."""


@functools.cache
def seen(name, years):
    """Return what both doors say about some files that a vector stands for, each with its label."""
    vector = BY_NAME[name]
    return [(label, doors(vector, data, years)) for label, data in list(vector.files())[::50]]


def doors(vector, data, years, *, policy=Policy.STANDARD):
    """Return the reports of both doors, by an authority document that does not end; the first is None without one."""
    told = vector.arguments
    at = datetime.fromisoformat(told["at"])
    at = at.replace(year=at.year + years)
    if "authority" not in told:
        roots = load_roots([vector.path(name) for name in told["roots"]])
        return None, verify_signatures(data, roots=roots, at=at, policy=policy)
    authority = read_authority_document(vector.path(told["authority"]).read_bytes())
    authority = attrs.evolve(authority, expires=FAR)
    permit = Verifier(authority, policy=policy).verify(data, at=at)
    return permit, verify_signatures(data, roots=authority.roots, at=at, policy=policy)


def differences(vector, permit, signatures):
    """Yield how the doors differ about what they both reached."""
    for name in COMPARED:
        one, other = (
            (report.check(name).outcome.value, report.check(name).reason.code)
            for report in (permit, signatures)
        )
        reached = "not-reached" not in (one[1], other[1])
        if (
            one != other
            and reached
            and {one, other} != UNKNOWN
            and STRICTER.get((vector.name, name)) != one[1]
        ):
            yield name.value, one, other


@pytest.mark.parametrize("vector", PERMITS, ids=[vector.name for vector in PERMITS])
def test_both_doors_say_the_same_about_a_vector_now_and_later(vector):
    """Outcome and code of integrity, chain, revocation and trusted time, wherever both were reached."""
    found = {
        (label, years): told
        for years in LATER
        for label, reports in seen(vector.name, years)
        if (told := list(differences(vector, *reports)))
    }

    assert {} == found


@pytest.mark.parametrize("vector", ALL, ids=[vector.name for vector in ALL])
def test_no_report_says_both_not_valid_and_indeterminate(vector):
    """Neither about the file and a signature of it, nor the other way round."""
    for years in LATER:
        for _label, reports in seen(vector.name, years):
            for report in filter(None, reports):
                said = {signature.indication for signature in report.signatures}

                assert report.verdict is not Verdict.NOT_VALID or Indication.INDETERMINATE not in said
                assert report.verdict is not Verdict.VALID or {Indication.TOTAL_PASSED} >= said


def test_the_differences_that_are_meant_are_still_there():
    """A list of exceptions that nobody needs any more hides mistakes."""
    for (name, check), code in STRICTER.items():
        (_, (permit, signatures)) = seen(name, 0)[0]

        assert code == permit.check(check).reason.code != signatures.check(check).reason.code


class TestServicesThatHaveEnded:
    """The rule of time."""

    @pytest.mark.parametrize("name", ["good_b_t", "good_b_lt", "good_b_lta", "good_b_t_document_timestamp"])
    @pytest.mark.parametrize("years", [6, 20])
    def test_their_timestamps_still_count_and_the_report_says_so(self, name, years):
        """By both doors, on the file as a whole, not only on the outermost timestamp."""
        vector = next(item for item in ALL if item.name == name)
        permit, signatures = doors(vector, next(vector.files())[1], years)

        for report in (permit, signatures):
            check = report.check(CheckName.TRUSTED_TIME)
            assert (Outcome.PASSED, "timestamp-service-ended") == (check.outcome, check.reason.code)
        assert (Verdict.NOT_IN_FORCE, Verdict.VALID) == (permit.verdict, signatures.verdict)
        assert "timestamp-service-ended" in {reason.code for reason in signatures.reasons}

    @pytest.mark.parametrize("name", ["good_b_lta", "good_certificate_ended_later_timestamp"])
    def test_a_strict_policy_leaves_it_open(self, name):
        """Archives must be renewed in time for it."""
        vector = next(item for item in ALL if item.name == name)
        for report in doors(vector, next(vector.files())[1], 6, policy=Policy.STRICT):
            assert Outcome.INDETERMINATE is report.check(CheckName.TRUSTED_TIME).outcome
            assert Verdict.INDETERMINATE is report.verdict
            assert Indication.INDETERMINATE is report.signature.indication

    def test_a_strict_policy_takes_what_is_complete(self):
        """Time and revocation are proven by the file."""
        vector = next(item for item in ALL if item.name == "good_b_lta")

        assert [Verdict.VALID] * 2 == [
            report.verdict for report in doors(vector, next(vector.files())[1], 0, policy=Policy.STRICT)
        ]

    def test_a_strict_policy_asks_for_revocation(self):
        """A plain permit says nothing about it."""
        vector = next(item for item in ALL if item.name == "good_plain")
        for report in doors(vector, next(vector.files())[1], 0, policy=Policy.STRICT):
            assert Verdict.INDETERMINATE is report.verdict
            assert (Outcome.INDETERMINATE, "revocation-data-missing") == (
                report.check(CheckName.REVOCATION).outcome, report.check(CheckName.REVOCATION).reason.code,
            )  # fmt: skip


def test_a_stated_time_after_the_end_with_nothing_proven_is_open_for_both():
    """The certificate ended ten days before."""
    vector = next(item for item in ALL if item.name == "certificate_ended_before_fail")
    permit, signatures = doors(vector, next(vector.files())[1], 0)

    assert (14, 14) == (permit.exit_code, signatures.exit_code)


def test_a_report_never_says_changed_beside_nothing_was_changed():
    """What was added after a signature changes the file, and not what the signature covers."""
    for vector in ALL:
        for report in filter(None, seen(vector.name, 0)[0][1]):
            told = [item.reason.message("en") for item in report.checks if item.outcome is Outcome.PASSED]
            bad = [item.reason.message("en") for item in report.checks if item.outcome is Outcome.FAILED]

            assert not any("Nothing was changed" in item for item in told) or not any(
                "changed" in item for item in bad
            )


def test_the_moment_of_the_tests_is_no_leap_day():
    """Years are added to the vectors' own moments."""
    moments = [datetime.fromisoformat(vector.arguments["at"]) for vector in ALL]

    assert all(
        (moment + timedelta(days=1)).month > 0 and (moment.month, moment.day) != (2, 29) for moment in moments
    )


def test_what_is_broken_in_a_structure_is_named():
    """Not only that it is: who made the file has to find the place."""
    vector = next(vector for vector in ALL if vector.name == "any_table_twice_fail")
    _, report = doors(vector, next(vector.files())[1], 0)
    reason = report.check(CheckName.COVERAGE).reason

    assert "structure-broken" == reason.code
    assert "names object" in reason.message("en")
