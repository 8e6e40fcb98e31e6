"""Long-term files that our own office makes, with timestamps, OCSP and CRLs of the kit, judged years later."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing.ltv import Level, TimestampClient, extend
from perizinan_core.signing.ltv._writing import with_store
from perizinan_core.verification import DEFAULT_LIMITS, CheckName, Limits, Verdict
from perizinan_core.verification._revocation import Evidence
from perizinan_core.verification.signatures import SignatureVerifier, verify_signatures

DAY = timedelta(days=1)


@pytest.fixture
def issued(perizinan_pki):
    """A signer of the kit, with where its revocation is told."""
    return perizinan_pki.issue("Kepala Dinas")


@pytest.fixture
def raised(perizinan_pki, perizinan_clock, issued, signed_files):
    """Sign the contract and raise it to a level."""

    def make(level):
        now = perizinan_clock()
        pdf = sign_pdf(signed_files.base_pdf(), issued.signer(), SigningRequest(signed_at=now))
        perizinan_clock.forward(minutes=1)
        client = TimestampClient(url=perizinan_pki.tsa_url, roots=perizinan_pki.roots)
        return extend(pdf, level=level, tsa=client, roots=perizinan_pki.roots, now=perizinan_clock())

    return make


@pytest.mark.parametrize(
    ("level", "stated"), [(Level.B_T, "B-T"), (Level.B_LT, "B-LT"), (Level.B_LTA, "B-LTA")]
)
def test_every_level_is_recognised_and_outlives_the_certificate(
    raised, perizinan_pki, perizinan_clock, level, stated
):
    """Three years later the signer's certificate has ended, and the proofs carry it."""
    data = raised(level)
    verifier = SignatureVerifier(perizinan_pki.roots)
    soon, late = (verifier.verify(data, at=perizinan_clock() + days * DAY) for days in (1, 1100))

    assert (Verdict.VALID, stated) == (soon.verdict, soon.signature.level)
    assert (Verdict.VALID, stated) == (late.verdict, late.signature.level)
    assert "certificate-ended-since" in [reason.code for reason in late.reasons]


def test_revocation_data_of_the_file_is_used(raised, perizinan_pki, perizinan_clock):
    """A B-LT file shows by itself that the certificate was not revoked."""
    report = verify_signatures(raised(Level.B_LT), roots=perizinan_pki.roots, at=perizinan_clock() + DAY)

    assert report.check(CheckName.REVOCATION).reason.code.startswith("revocation-good")
    assert "long-term-complete" == report.signature.aspects.long_term.reason.code


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
def test_content_changed_after_the_proofs_is_refused(raised, perizinan_pki, perizinan_clock, level):
    """A flipped bit in the page breaks the signature, whatever stamps surround it."""
    data = raised(level).replace(b"kepada Budi", b"kepada Bupi")

    assert (
        Verdict.NOT_VALID
        is verify_signatures(data, roots=perizinan_pki.roots, at=perizinan_clock() + DAY).verdict
    )


def test_a_given_list_revokes(raised, perizinan_pki, perizinan_clock, issued):
    """Revoked before the proven time: refused, though the file's own data says good."""
    data = raised(Level.B_LT)
    perizinan_pki.revoke(issued.certificate, perizinan_clock() - timedelta(hours=30))
    lists = [perizinan_pki.crl("issuing")]
    report = verify_signatures(data, roots=perizinan_pki.roots, at=perizinan_clock() + DAY, revocation=lists)

    assert (Verdict.NOT_VALID, "certificate-revoked") == (report.verdict, report.reasons[0].code)


class TestBombs:
    """Files made to cost much."""

    def _with_stream(self, signed_files, body):
        base = signed_files.base_pdf()
        start = len(base)
        out = base + b"30 0 obj\n" + body + b"\nendobj\n"
        return out + b"startxref\n%d\n%%%%EOF\n" % start

    def test_a_cross_reference_stream_that_unpacks_to_gigabytes_is_refused(
        self, signed_files, perizinan_pki, perizinan_clock
    ):
        """Within the limit for unpacked bytes."""
        packed = zlib.compress(b"\0" * 40_000_000, 9)
        body = b"<< /Type /XRef /W [1 8 8] /Size 2000000 /Root 1 0 R /Filter /FlateDecode "
        body += b"/Length %d >>\nstream\n%s\nendstream"
        data = self._with_stream(signed_files, body % (len(packed), packed))
        report = verify_signatures(
            data, roots=perizinan_pki.roots, at=perizinan_clock(), limits=Limits(max_unpacked=1_000_000)
        )

        assert Verdict.UNREADABLE is report.verdict

    def test_deep_nesting_is_refused(self, perizinan_pki, perizinan_clock, signed_files):
        """No RecursionError comes out."""
        data = signed_files.hostile_update(signed_files.base_pdf(), {5: b"[" * 5000 + b"]" * 5000})

        assert (
            Verdict.UNREADABLE
            is verify_signatures(data, roots=perizinan_pki.roots, at=perizinan_clock()).verdict
        )

    def test_a_form_that_contains_itself_is_refused(self, perizinan_pki, perizinan_clock, signed_files):
        """Fields that are their own children."""
        data = signed_files.hostile_update(signed_files.base_pdf(), {8: b"<< /T (a) /Kids [8 0 R] >>"})

        assert (
            Verdict.UNREADABLE
            is verify_signatures(data, roots=perizinan_pki.roots, at=perizinan_clock()).verdict
        )

    def test_a_file_beyond_the_limit_is_not_read(self, perizinan_pki, perizinan_clock):
        """64 MiB unless said otherwise."""
        report = verify_signatures(
            b" " * 2000, roots=perizinan_pki.roots, at=perizinan_clock(), limits=Limits(max_bytes=1000)
        )

        assert (Verdict.UNREADABLE, "too-large") == (report.verdict, report.reasons[0].code)
        assert 2000 < DEFAULT_LIMITS.max_bytes


@pytest.mark.parametrize("names", [(b"(Jum.ah)", b"(Cat.tan)"), (b"(.umlah)", b"(Catata.)")])
def test_fields_with_dots_in_their_names_hide_no_renewal(signed_files, names):
    """Other products name fields so; a store and a timestamp added twice are proofs of time and no change."""
    world, now = signed_files.SignedFiles.create(), signed_files.NOW
    form = signed_files.base_pdf().replace(b"(Jumlah)", names[0]).replace(b"(Catatan)", names[1])
    pdf = world.sign(form, timestamp=now - timedelta(days=100))
    for place, issued in enumerate((world.tsa, world.signer)):
        der = issued.certificate.public_bytes(Encoding.DER)
        pdf = with_store(pdf, Evidence(certificates=(der,)))
        pdf = world.stamp(pdf, now - timedelta(days=50 - place), field=f"Stempel.{place}")

    assert 0 == verify_signatures(pdf, roots=world.roots, at=now).exit_code
