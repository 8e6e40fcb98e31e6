"""
docs/reference/truth-table.md, row by row and to the second, with real signed PDFs.

Proof of time comes from a timestamp in the signature (RFC 3161), or from the office's records of the file.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import AuthorityDocument, PermitStatusAnswer, QrKey
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._status_list import (
    StatusList,
    StatusListTerms,
    pack_statuses,
    sign_status_list,
)
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing.ltv._writing import with_store
from perizinan_core.testing._pki_server import PkiServer
from perizinan_core.verification import CheckName, Verdict, verify_permit
from perizinan_core.verification._revocation import Evidence
from perizinan_core.verification._status_source import StatusListSource

S = datetime(2026, 11, 25, 3, 0, 0, tzinfo=UTC)
"""Stated time of signing, 10:00 WIB."""

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
BEGIN, END = S - 30 * DAY, S + 60 * DAY
"""Validity of a certificate that ends after signing."""

AT = S + 20 * DAY
"""Moment of the check, while that certificate is still valid."""

LATE = S + 100 * DAY
"""Moment of the check after it ended."""

LAST_DAY = date(2026, 12, 5)
"""Last day of a permit that has expired at AT."""

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "truth-table.md"


@attrs.define
class Clock:
    """A clock that stands where it is put."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@attrs.frozen
class Stamps:
    """The kit's timestamp service, asked without a network, with its clock at one moment."""

    pki: PkiServer
    clock: Clock
    at: datetime
    room: int = 8192

    def token(self, data: bytes, now: datetime) -> bytes:
        from asn1crypto import algos, tsp

        del now

        asked = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {
                    "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                    "hashed_message": hashlib.sha256(data).digest(),
                },
                "cert_req": True,
                "nonce": 7,
            }
        )
        self.clock.now = self.at
        return tsp.TimeStampResp.load(self.pki.timestamp_answer(asked.dump()))["time_stamp_token"].dump()


class Bench:
    """One office with one signer, whose certificate, file and proofs a test chooses."""

    def __init__(self, build, pki, clock):
        self.build, self.pki, self.clock = build, pki, clock
        self.key = ec.generate_private_key(ec.SECP256R1())

    def certificate(self, begin=BEGIN, end=END):
        return self.pki.ca.issue("Kepala", now=S, key=self.key, valid=(begin, end))

    def authority(self, issued, **changes) -> AuthorityDocument:
        base = AuthorityDocument(
            slug="kota-contoh",
            name="Pemerintah Kota Contoh",
            time_zone="WIB",
            version=1,
            issued=datetime(2026, 11, 1, tzinfo=UTC),
            expires=datetime(2028, 11, 1, tzinfo=UTC),
            verification_url="https://izin.kotacontoh.example/v1",
            roots=(self.pki.ca.root.certificate,),
            signatories=(self.build.signatory(issued, "kepala-dpmptsp", "street-use"),),
            keys=(self.key.public_key(),),
        )
        return attrs.evolve(base, **changes)

    def permit(self, issued, *, stated=S, stamped=None, **changes) -> bytes:
        changes = {"valid_from": date(2026, 11, 25), "valid_until": None, **changes}
        if changes["valid_until"] is None:
            changes.setdefault("validity_text", "selama menjalankan usaha")
        pdf = self.build.small_pdf(self.build.statement(**changes))
        stamps = None if stamped is None else Stamps(self.pki, self.clock, stamped)
        return sign_pdf(pdf, issued.signer(), SigningRequest(signed_at=stated), timestamps=stamps)

    def crl(self, issued, revoked: datetime | None) -> bytes:
        issuing = self.pki.ca.issuing
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuing.certificate.subject)
            .last_update(S + 90 * DAY)
            .next_update(S + 97 * DAY)
        )
        if revoked is not None:
            entry = x509.RevokedCertificateBuilder().serial_number(issued.certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(revoked).build())
        return builder.sign(issuing.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def judge(
        self, *, begin=BEGIN, end=END, revoked=None, proven=None, by="timestamp", at=AT, stated=S, **changes
    ):
        """Make a permit and judge it; ``proven`` is the trusted time, ``by`` who proves it."""
        issued = self.certificate(begin, end)
        stamped = proven if by == "timestamp" else None
        signed = data = self.permit(issued, stated=stated, stamped=stamped, **changes)
        if revoked is not None:
            data = with_store(signed, Evidence(lists=(self.crl(issued, revoked),)))
        status = None
        if proven is not None and by == "records":
            answer = PermitStatusAnswer(
                status=PermitStatus.IN_FORCE,
                source="records",
                signed_sha256=hashlib.sha256(signed).hexdigest(),
                signed_at=proven,
            )
            status = _Fixed(answer)
        return verify_permit(data, authority=self.authority(issued), at=at, status=status)


@attrs.frozen
class _Fixed:
    answer: PermitStatusAnswer

    def status_of(self, *_):
        return self.answer


@pytest.fixture(scope="module")
def bench(build):
    clock = Clock(S - 40 * DAY)
    with PkiServer.running(clock) as pki:
        yield Bench(build, pki, clock)


@pytest.fixture
def rule_breaking(monkeypatch):
    """Let a certificate sign outside its time, as somebody with other software could."""
    monkeypatch.setattr("perizinan_core.signing._sign.check_validity", lambda *_: None)


CASES = {
    "valid": {"end": S + 400 * DAY},
    "expired later": {"at": LATE},
    "expired before signing": {"begin": S - 60 * DAY, "end": S - 10 * DAY},
    "revoked before": {"revoked": S - 5 * DAY, "at": AT},
    "revoked after": {"revoked": S + 5 * DAY, "at": AT},
}
V, N, F, I = Verdict.VALID, Verdict.NOT_VALID, Verdict.NOT_IN_FORCE, Verdict.INDETERMINATE  # noqa: E741
TABLE = [
    # permit, certificate, without trusted time, with trusted time
    ("valid", "valid", V, V),
    ("valid", "expired later", I, V),
    ("valid", "expired before signing", I, N),
    ("valid", "revoked before", N, N),
    ("valid", "revoked after", I, V),
    ("expired", "valid", F, F),
    ("expired", "expired later", I, F),
    ("expired", "expired before signing", I, N),
    ("expired", "revoked before", N, N),
    ("expired", "revoked after", I, F),
]
REASONS = {
    ("expired later", I): "certificate-ended-no-proof",
    ("expired before signing", I): "certificate-ended-no-proof",
    ("expired before signing", N): "signed-outside-certificate",
    ("revoked before", N): "certificate-revoked",
    ("revoked after", I): "certificate-revoked-no-proof",
}


@pytest.mark.usefixtures("rule_breaking")
class TestTable:
    """The twenty rows."""

    @pytest.mark.parametrize("by", [None, "timestamp", "records"])
    @pytest.mark.parametrize(("permit", "certificate", "without", "proven"), TABLE)
    def test_every_row_gives_its_verdict(self, bench, permit, certificate, without, proven, by):
        """With a timestamp, with the office's records, and with neither."""
        expected = without if by is None else proven
        until = None if permit == "valid" else LAST_DAY
        report = bench.judge(
            **CASES[certificate], proven=S if by else None, by=by or "timestamp", valid_until=until
        )
        reason = REASONS.get((certificate, expected)) or (
            "permit-expired" if expected is F else "status-not-checked"
        )

        assert expected is report.verdict
        assert reason in [item.code for item in report.reasons] or (expected is V and by == "records")

    def test_the_page_says_the_same(self):
        """The published table is this one."""
        rows = [
            tuple(cell.strip() for cell in line.strip("|").split("|"))
            for line in PAGE.read_text(encoding="utf-8").splitlines()
            if re.match(r"\| (valid|expired) \|", line)
        ]

        assert [(a, b, f"`{c.value}`", f"`{d.value}`") for a, b, c, d in TABLE] == rows


@pytest.mark.usefixtures("rule_breaking")
class TestCertificateEdges:
    """First and last second of a certificate belong to it."""

    @pytest.mark.parametrize(("shift", "expected"), [(-1, N), (0, V), (1, V)])
    @pytest.mark.parametrize("proven", [None, S])
    def test_a_signature_is_not_older_than_its_certificate(self, bench, shift, expected, proven):
        """notBefore, one second before and after."""
        report = bench.judge(begin=S - shift * SECOND, end=S + 400 * DAY, proven=proven)

        assert expected is report.verdict

    @pytest.mark.parametrize(("shift", "late"), [(-1, False), (0, False), (1, True)])
    @pytest.mark.parametrize(("by", "refused"), [("timestamp", N), (None, I)])
    def test_a_time_after_the_end_is_held_against_the_signer_when_it_is_proven(
        self, bench, shift, late, by, refused
    ):
        """The end against the stated time; without a proof the check is made at that very time."""
        expected = refused if late else V
        end = S - shift * SECOND
        report = bench.judge(end=end, proven=S if by else None, at=min(end, S) if by is None else AT)

        assert expected is report.verdict

    @pytest.mark.parametrize(("shift", "without"), [(-1, V), (0, V), (1, I)])
    def test_without_proof_a_permit_can_be_judged_until_the_certificate_ends(self, bench, shift, without):
        """The end against the moment of the check; a proof makes the difference."""
        at = END + shift * SECOND

        assert without is bench.judge(at=at).verdict
        assert V is bench.judge(at=at, proven=S).verdict
        assert V is bench.judge(at=at, proven=S, by="records").verdict

    @pytest.mark.parametrize(("shift", "expected"), [(-1, V), (0, V), (1, I)])
    @pytest.mark.parametrize("by", ["timestamp", "records"])
    def test_a_proof_that_comes_after_the_end_decides_nothing(self, bench, shift, expected, by):
        """Stated in time, proven too late: nobody can tell."""
        report = bench.judge(proven=END + shift * SECOND, by=by, at=LATE)

        assert expected is report.verdict


class TestRevocationEdges:
    """From the second of its revocation on a certificate signs nothing."""

    @pytest.mark.parametrize(("shift", "without", "proven"), [(-1, N, N), (0, N, N), (1, I, V)])
    @pytest.mark.parametrize("by", ["timestamp", "records"])
    def test_the_revocation_counts_from_its_own_second(self, bench, shift, without, proven, by):
        """Revoked one second before the stated and proven time, at it, and after it."""
        revoked = S + shift * SECOND

        assert without is bench.judge(revoked=revoked).verdict
        assert proven is bench.judge(revoked=revoked, proven=S, by=by).verdict

    @pytest.mark.parametrize(("shift", "expected"), [(-1, V), (0, I), (1, I)])
    def test_a_proof_must_be_older_than_the_revocation(self, bench, shift, expected):
        """Stated before, proven one second before, at and after the revocation."""
        revoked = S + 5 * DAY
        report = bench.judge(revoked=revoked, proven=revoked + shift * SECOND)

        assert expected is report.verdict

    @pytest.mark.parametrize(("shift", "expected"), [(-1, V), (0, I), (1, I)])
    def test_a_revocation_that_lies_ahead_of_the_check_is_none(self, bench, shift, expected):
        """The moment of the check one second before, at and after the revocation."""
        revoked = S + 5 * DAY
        report = bench.judge(revoked=revoked, at=revoked + shift * SECOND)

        assert expected is report.verdict

    def test_what_was_found_about_revocation_is_reported_apart(self, bench):
        """The check has its own outcome and reason."""
        after = bench.judge(revoked=S + 5 * DAY, proven=S).check(CheckName.REVOCATION)
        before = bench.judge(revoked=S - DAY)

        assert ("passed", "revoked-after-signing") == (after.outcome.value, after.reason.code)
        assert ("TOTAL_FAILED", "REVOKED") == (
            before.signature.indication.value,
            before.signature.sub_indication,
        )


class TestPermitEdges:
    """First and last day belong to the permit, on the authority's clocks (WIB, seven hours ahead)."""

    @pytest.mark.parametrize("proven", [None, S])
    def test_a_permit_holds_from_its_first_to_its_last_second(self, bench, proven):
        """Midnight, one second before and after, with and without trusted time."""
        first, last = date(2026, 12, 1), date(2026, 12, 5)
        midnight = datetime(2026, 11, 30, 17, tzinfo=UTC)
        ends = datetime(2026, 12, 5, 17, tzinfo=UTC)
        moments = [midnight - SECOND, midnight, midnight + SECOND, ends - SECOND, ends, ends + SECOND]
        verdicts = [
            bench.judge(at=at, proven=proven, valid_from=first, valid_until=last).verdict for at in moments
        ]

        assert [F, V, V, V, F, F] == verdicts

    def test_the_authority_document_serves_until_its_last_second(self, bench):
        """expires, one second before and after."""
        issued = bench.certificate()
        authority = bench.authority(issued, expires=AT)
        data = bench.permit(issued)
        verdicts = [
            verify_permit(data, authority=authority, at=AT + shift * SECOND).verdict for shift in (-1, 0, 1)
        ]

        assert [V, V, I] == verdicts


class TestStatusListEdges:
    """A list says something from its own second to its last, and not when it is older than allowed."""

    @pytest.fixture
    def given(self, bench, build):
        issued, key = bench.certificate(), ec.generate_private_key(ec.SECP256R1())
        terms = StatusListTerms(
            uri="https://izin.kotacontoh.example/status-list.cwt",
            keys=(QrKey(kid=b"st", key=key.public_key()),),
            max_age=10 * 86400,
        )
        authority = bench.authority(issued, status_list=terms.to_json())
        packed = pack_statuses(build.statement().status_index + 1, ())

        def run(at, *, made=S, ends=S + 5 * DAY, max_age=None):
            listed = sign_status_list(
                StatusList(uri=terms.uri, issued=made, expires=ends, packed=packed),
                sign=signing_callback(key),
                kid=b"st",
            )
            source = StatusListSource.read(listed, authority=authority, at=at, max_age=max_age)
            return verify_permit(data, authority=authority, at=at, status=source)

        data = bench.permit(issued)
        return run

    @pytest.mark.parametrize(("shift", "expected"), [(-1, V), (0, V), (1, I)])
    def test_a_list_ends_with_its_last_second(self, given, shift, expected):
        """exp, one second before and after."""
        assert expected is given(S + 5 * DAY + shift * SECOND).verdict

    @pytest.mark.parametrize(("shift", "expected"), [(-1, V), (0, V), (1, I)])
    def test_a_list_may_be_as_old_as_is_allowed(self, given, shift, expected):
        """The maximum age of the caller, one second below and above."""
        assert expected is given(S + 3600 * SECOND + shift * SECOND, max_age=3600).verdict

    @pytest.mark.parametrize(("shift", "expected"), [(-1, I), (0, V), (1, V)])
    def test_a_list_older_than_the_permit_says_nothing_about_it(self, given, shift, expected):
        """Made one second before the signing, at it and after it."""
        assert expected is given(S + DAY, made=S + shift * SECOND).verdict

    @pytest.mark.parametrize(("shift", "expected"), [(-1, V), (0, V), (1, I)])
    def test_a_list_may_run_five_minutes_ahead(self, given, shift, expected):
        """Clocks differ; a list from later than that says nothing about the moment of the check."""
        at = S + DAY

        assert expected is given(at, made=at + timedelta(minutes=5) + shift * SECOND).verdict
