"""Whose word about a revocation counts: issuer and entitled responder, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.signing.ltv._writing import with_store
from perizinan_core.verification import CheckName
from perizinan_core.verification._revocation import Evidence, evidence_in, path_revocation

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
SINCE = NOW - timedelta(days=1)
DER = serialization.Encoding.DER


@pytest.fixture(scope="module")
def ca():
    return SyntheticCA.create(NOW - timedelta(days=9), name="Proofs")


@pytest.fixture(scope="module")
def signer(ca):
    return ca.issue("Kepala", now=NOW - timedelta(days=9), kind="p-256")


def responder(ca, **options):
    purpose = options.pop("purpose", ExtendedKeyUsageOID.OCSP_SIGNING)
    extensions = [(x509.ExtendedKeyUsage([purpose]), False)]
    return ca.issue("OCSP", now=NOW - timedelta(days=9), extensions=extensions, **options)


def crl(issuer, *serials, extension=None):
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=7))
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(SINCE).build()
        builder = builder.add_revoked_certificate(entry)
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(DER)


def answer(ca, certificate, by, *, revoked=True, carried=(), issuer=None):
    builder = ocsp.OCSPResponseBuilder().add_response(
        certificate,
        issuer or ca.issuing.certificate,
        hashes.SHA256(),
        ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        NOW,
        NOW + timedelta(days=7),
        SINCE if revoked else None,
        None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
    if carried:
        builder = builder.certificates(list(carried))
    return builder.sign(by.key, hashes.SHA256()).public_bytes(DER)


@pytest.fixture
def found(ca, signer, permit):
    """What proofs say about the signer's path."""

    def run(*, crls=(), ocsps=(), at=NOW):
        data = with_store(permit, Evidence(answers=tuple(ocsps), lists=tuple(crls)))
        path = (signer.certificate, *signer.chain)
        return path_revocation(path, evidence_in(PdfStructure(data)), at)

    return run


class TestLists:
    """RFC 5280."""

    def test_the_issuers_list_counts(self, found, ca, signer):
        """Signed by the issuing CA, which the path names."""
        assert SINCE == found(crls=[crl(ca.issuing, signer.certificate.serial_number)]).revoked_at

    def test_a_list_of_somebody_else_says_nothing(self, found, signer):
        """Same name, another key."""
        other = SyntheticCA.create(NOW, name="Proofs")

        assert found(crls=[crl(other.issuing, signer.certificate.serial_number)]).revoked_at is None

    def test_a_revoked_ca_revokes_what_it_issued(self, found, ca):
        """The root's list about the issuing certificate."""
        listed = crl(ca.root, ca.issuing.certificate.serial_number)

        assert SINCE == found(crls=[listed]).revoked_at

    def test_all_of_the_path_must_be_known_to_be_good(self, found, ca):
        """The issuing CA's list alone says nothing about the issuing CA."""
        assert "revocation-good-signer" == found(crls=[crl(ca.issuing)]).known_at(NOW)
        assert "revocation-good" == found(crls=[crl(ca.issuing), crl(ca.root)]).known_at(NOW)

    @pytest.mark.parametrize("indirect", [False, True])
    def test_a_partial_list_clears_what_it_is_for(self, found, ca, signer, indirect):
        """
        An entry counts, unless it may be another issuer's; absence clears only what the list is for: here the
        certificates of users, and none in an indirect list.
        """
        part = x509.IssuingDistributionPoint(
            full_name=None,
            relative_name=None,
            only_contains_user_certs=not indirect,
            only_contains_ca_certs=False,
            only_some_reasons=None,
            indirect_crl=indirect,
            only_contains_attribute_certs=False,
        )
        named = crl(ca.issuing, signer.certificate.serial_number, extension=part)
        silent = crl(ca.issuing, extension=part)

        assert (None if indirect else SINCE) == found(crls=[named]).revoked_at
        assert ("revocation-data-missing" if indirect else "revocation-good") == found(
            crls=[silent, crl(ca.root)]
        ).known_at(NOW)
        assert "revocation-good-signer" == found(
            crls=[crl(ca.issuing), crl(ca.root, extension=part)]
        ).known_at(NOW)

    def test_a_list_of_changes_is_left_aside(self, found, ca, signer):
        """A delta may also say that a certificate was released."""
        delta = crl(ca.issuing, signer.certificate.serial_number, extension=x509.DeltaCRLIndicator(1))

        assert found(crls=[delta]).revoked_at is None

    def test_what_lies_ahead_is_no_revocation_yet(self, found, ca, signer):
        """Asked for a moment before it."""
        listed = [crl(ca.issuing, signer.certificate.serial_number)]

        assert found(crls=listed, at=SINCE - timedelta(seconds=1)).revoked_at is None


class TestAnswers:
    """RFC 6960."""

    def test_the_issuers_answer_counts(self, found, ca, signer):
        """Signed by the issuing CA itself."""
        assert SINCE == found(ocsps=[answer(ca, signer.certificate, ca.issuing)]).revoked_at

    @pytest.mark.parametrize("kind", ["p-256", "rsa-2048"])
    def test_an_entitled_responders_answer_counts(self, found, ca, signer, kind):
        """A certificate of the same issuer, for this purpose."""
        by = responder(ca, kind=kind)
        told = answer(ca, signer.certificate, by, carried=[by.certificate])
        good = answer(ca, signer.certificate, by, carried=[by.certificate], revoked=False)

        assert SINCE == found(ocsps=[told]).revoked_at
        assert "revocation-good" == found(ocsps=[good], crls=[crl(ca.root)]).known_at(NOW)

    def test_a_certificate_for_other_purposes_is_no_responder(self, found, ca, signer):
        """Any officer could else say that a certificate is good."""
        by = responder(ca, kind="p-256", purpose=ExtendedKeyUsageOID.CLIENT_AUTH)

        assert found(ocsps=[answer(ca, signer.certificate, by, carried=[by.certificate])]).revoked_at is None

    def test_a_responder_of_another_ca_is_none(self, found, ca, signer):
        """The purpose alone does not entitle."""
        by = responder(SyntheticCA.create(NOW, name="Other"), kind="p-256")

        assert found(ocsps=[answer(ca, signer.certificate, by, carried=[by.certificate])]).revoked_at is None

    def test_a_responder_that_had_ended_is_none(self, found, ca, signer):
        """Its own certificate must be good when it answers."""
        begin = NOW - timedelta(days=9)
        by = responder(ca, kind="p-256", valid=(begin, begin + timedelta(days=1)))

        assert found(ocsps=[answer(ca, signer.certificate, by, carried=[by.certificate])]).revoked_at is None

    def test_an_answer_about_another_certificate_says_nothing(self, found, ca):
        """Serial number, and the hashes of the issuer, are compared."""
        other = ca.issue("Lain", now=NOW, kind="p-256")
        stranger = SyntheticCA.create(NOW, name="Proofs")

        assert found(ocsps=[answer(ca, other.certificate, ca.issuing)]).revoked_at is None
        assert (
            found(
                ocsps=[answer(ca, other.certificate, ca.issuing, issuer=stranger.issuing.certificate)]
            ).revoked_at
            is None
        )

    def test_damaged_proofs_prove_nothing(self, found, ca, signer):
        """Bytes that are no list and no answer, and a refusal of the responder."""
        refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
        told = answer(ca, signer.certificate, ca.issuing)
        broken = [told[:-1] + bytes([told[-1] ^ 1]), b"", b"0", refusal.public_bytes(DER)]

        assert found(crls=[b"", b"\x30\x00"], ocsps=broken).revoked_at is None


def test_a_store_that_is_no_store_is_none(permit):
    """A catalog entry of another kind."""
    pdf = PdfStructure(permit)
    pdf.catalog()["DSS"] = 7

    assert () == evidence_in(pdf).lists


def test_a_certificate_known_to_be_good_is_reported(build, world, judge):
    """The report says up to when nothing was known against it."""
    data = with_store(world.permit(), Evidence(lists=(_late(world.ca.issuing), _late(world.ca.root))))
    check = judge(data).check(CheckName.REVOCATION)

    assert ("passed", "revocation-good") == (check.outcome.value, check.reason.code)


def _late(issuer):
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(NOW + timedelta(days=7))
        .next_update(NOW + timedelta(days=14))
    )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(DER)
