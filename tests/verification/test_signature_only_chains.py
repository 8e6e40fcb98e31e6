"""Containers as BER allows them, weak and incomplete timestamps, and chains with more than one way to a root."""

from __future__ import annotations

import hashlib
import warnings
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from perizinan_core.bootstrap._synthetic_ca import Issued
from perizinan_core.errors.verification import TrustRootsError
from perizinan_core.verification.signatures import SignatureVerifier, load_roots

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
EARLY = NOW - timedelta(days=300)
STAMPED = NOW - timedelta(days=50)
VALID, BAD, UNSURE = 0, 10, 14


@pytest.fixture(scope="module")
def world(signed_files):
    return signed_files.SignedFiles.create()


@pytest.fixture(scope="module")
def file(world, signed_files, parts):
    """Return a file with room for a container, and the digest of what it covers."""
    data = parts.reserved(world, signed_files.base_pdf())
    _, first, second, tail = covered = signed_files.byte_range(data)
    digest = hashlib.sha256(data[:first] + data[second : second + tail]).digest()
    return data, covered, digest


@pytest.fixture(scope="module")
def made(world, file, parts):
    """Return the file with a container of the given kind."""
    data, covered, digest = file

    def run(who=None, **options):
        return parts.put(data, covered, parts.container(digest, who or world.signer, **options))

    return run


@pytest.fixture(scope="module")
def verify(world):
    def run(data, *, roots=None, at=NOW):
        return SignatureVerifier(roots or world.roots).verify(data, at=at)

    return run


@pytest.fixture(scope="module")
def keys():
    """Keys of two roots, an issuer and a signer."""
    return [rsa.generate_private_key(65537, 2048) for _ in range(4)]


class TestContainers:
    """One content, several encodings."""

    @pytest.mark.parametrize("shape", ["der", "endless", "sent", "sorted"])
    def test_encodings_that_mean_the_same_are_read_alike(self, shape, made, verify):
        """Open lengths; attributes out of order, signed as they were sent or as DER would order them."""
        assert VALID == verify(made(shape=shape)).exit_code

    @pytest.mark.parametrize("shape", ["der", "endless", "sent", "sorted"])
    def test_none_of_them_hides_another_content(self, shape, file, world, parts, verify):
        """The digest of something else."""
        data, covered, _ = file
        der = parts.container(hashlib.sha256(b"lain").digest(), world.signer, shape=shape)
        report = verify(parts.put(data, covered, der))

        assert (BAD, "content-changed") == (report.exit_code, report.reasons[0].code)


class TestTimestamps:
    """A weak or incomplete timestamp proves nothing, and spoils nothing; a wrong one spoils all."""

    @pytest.fixture
    def ended(self, world):
        """A signer whose certificate has ended since."""
        return world.ca.issue("Usai", now=EARLY, valid=(EARLY, NOW - timedelta(days=20)))

    @pytest.mark.parametrize("weak", [{"imprint": "sha1"}, {"md": "sha1"}, {"with_certificate": False}])
    def test_a_weak_or_incomplete_one_leaves_the_signature_as_it_is(
        self, weak, world, ended, parts, made, verify
    ):
        """Good while the certificate is valid, unproven afterwards."""

        def stamp(signature):
            return parts.token(signature, world.tsa, STAMPED, **weak)

        good, late = verify(made(stamp=stamp)), verify(made(ended, stamp=stamp))

        assert (VALID, UNSURE) == (good.exit_code, late.exit_code)
        assert good.signature.trusted_time is None
        assert good.signature.aspects.time.reason.code in {
            "timestamp-not-accepted", "timestamp-without-certificate",
        }  # fmt: skip

    def test_its_certificate_may_lie_beside_those_of_the_signer(self, world, ended, parts, made, verify):
        """RFC 3161 lets a service leave its certificate out."""
        others = [*ended.chain, world.tsa.certificate]

        def stamp(signature):
            return parts.token(signature, world.tsa, STAMPED, with_certificate=False)

        assert VALID == verify(made(ended, stamp=stamp, others=others)).exit_code

    def test_one_that_was_made_for_something_else_is_a_forgery(self, world, parts, made, verify):
        """Its digest is not that of the signature."""

        def stamp(signature):
            return parts.token(signature[::-1], world.tsa, STAMPED)

        assert (BAD, "timestamp-broken") == (
            verify(made(stamp=stamp)).exit_code,
            verify(made(stamp=stamp)).reasons[0].code,
        )

    @pytest.mark.parametrize("weak", [{"imprint": "sha1"}, {"md": "sha1"}])
    def test_a_weak_document_timestamp_spoils_nothing(self, weak, world, signed_files, parts, verify):
        """It is reported as not accepted."""
        data = world.stamp(world.sign(signed_files.base_pdf()), STAMPED)
        _, first, second, tail = covered = signed_files.byte_range(data)
        stamped = data[:first] + data[second : second + tail]
        report = verify(parts.put(data, covered, parts.token(stamped, world.tsa, STAMPED, **weak).dump()))

        assert VALID == report.exit_code
        assert ["timestamp-not-accepted"] == [
            item.aspects.time.reason.code for item in report.signatures if item.kind == "document_timestamp"
        ]

    @pytest.mark.parametrize(
        ("usage", "expected"),
        [("content_commitment", VALID), ("digital_signature", VALID), ("key_encipherment", UNSURE)],
    )
    def test_a_service_may_sign_with_either_of_two_usages(
        self, usage, expected, world, ended, parts, made, verify
    ):
        """Digital signature or non-repudiation, and with no other."""
        purpose = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)]
        service = world.ca.issue("TSA lain", now=EARLY, usages=(usage,), extensions=purpose)

        def stamp(signature):
            return parts.token(signature, service, STAMPED)

        assert expected == verify(made(ended, stamp=stamp)).exit_code


class TestWaysToARoot:
    """Any way that holds is enough."""

    def test_a_root_that_was_renewed_counts_though_the_old_one_is_given_too(self, keys, parts, made, verify):
        """Same name, same key, other dates; in either order."""
        root, _, issuing, own = keys
        new = parts.authority("Akar", root, valid=parts.years(NOW, -400, 900))
        old = parts.authority("Akar", root, valid=parts.years(NOW, -900, -30))
        issuer = parts.authority("Penerbit", issuing, by=("Akar", root), valid=parts.years(NOW, -400, 900))
        leaf = parts.authority(
            "Ani", own, by=("Penerbit", issuing), valid=parts.years(NOW, -300, 900), ca=False
        )
        data = made(Issued(own, leaf, (issuer,)))

        assert VALID == verify(data, roots=[old, new]).exit_code
        assert VALID == verify(data, roots=[new, old]).exit_code
        assert ["root-ended"] == [item.code for item in verify(data, roots=[old]).reasons]

    def test_an_issuer_that_is_given_and_has_ended_does_not_hide_its_successor(
        self, keys, parts, made, verify
    ):
        """The way through the successor leads to the other root that was given."""
        root, _, issuing, own = keys
        valid = parts.years(NOW, -400, 900)
        top = parts.authority("Akar", root, valid=valid)
        ended = parts.authority("Penerbit", issuing, by=("Akar", root), valid=parts.years(NOW, -900, -10))
        issuer = parts.authority("Penerbit", issuing, by=("Akar", root), valid=valid)
        leaf = parts.authority("Ani", own, by=("Penerbit", issuing), valid=valid, ca=False)
        data = made(Issued(own, leaf, (issuer,)))

        assert VALID == verify(data, roots=[ended, top]).exit_code
        assert UNSURE == verify(data, roots=[ended]).exit_code

    def test_a_cross_certificate_is_another_way(self, keys, parts, made, verify):
        """One that has ended does not close the first."""
        root, other, issuing, own = keys
        valid = parts.years(NOW, -400, 900)
        top, second = parts.authority("Akar", root, valid=valid), parts.authority("Lain", other, valid=valid)
        cross = parts.authority("Akar", root, by=("Lain", other), valid=valid)
        ended = parts.authority("Akar", root, by=("Lain", other), valid=parts.years(NOW, -400, -10))
        issuer = parts.authority("Penerbit", issuing, by=("Akar", root), valid=valid)
        leaf = parts.authority("Ani", own, by=("Penerbit", issuing), valid=valid, ca=False)

        assert VALID == verify(made(Issued(own, leaf, (issuer, cross))), roots=[second]).exit_code
        assert VALID == verify(made(Issued(own, leaf, (issuer, ended))), roots=[second, top]).exit_code
        assert UNSURE == verify(made(Issued(own, leaf, (issuer, ended))), roots=[second]).exit_code

    def test_a_self_signed_certificate_that_is_given_may_call_itself_a_ca(self, keys, parts, made, verify):
        """Simple tools write it so; whoever gives it trusts that very key."""
        own = keys[3]
        alone = parts.authority("Sendiri", own, valid=parts.years(NOW, -300, 900))

        assert VALID == verify(made(Issued(own, alone)), roots=[alone]).exit_code
        assert UNSURE == verify(made(Issued(own, alone))).exit_code

    def test_sha1_under_an_issuer_is_weak_from_2017_on(self, keys, parts, made, verify):
        """Chains of the years before had nothing else; today anybody with means could make such a certificate."""
        root, _, issuing, own = keys
        valid = (datetime(2014, 1, 1, tzinfo=UTC), NOW + timedelta(days=900))
        top = parts.authority("Akar", root, valid=valid)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            issuer = parts.authority("Penerbit", issuing, by=("Akar", root), valid=valid, sha1=True)
            leaf = parts.authority("Ani", own, by=("Penerbit", issuing), valid=valid, ca=False)
            data = made(Issued(own, leaf, (issuer,)))
            then = verify(data, roots=[top], at=datetime(2016, 12, 31, tzinfo=UTC))
            now = verify(data, roots=[top])

        assert VALID == then.exit_code
        assert (BAD, ["chain-weak"]) == (now.exit_code, [item.code for item in now.reasons])
        assert "CRYPTO_CONSTRAINTS_FAILURE" == now.signature.sub_indication


class TestFoldersOfRoots:
    """A folder may hold more than certificates."""

    def test_keys_and_lists_in_pem_are_passed_over(self, tmp_path, world):
        """They make nothing trusted."""
        key = world.signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / "kunci.pem").write_bytes(key)
        (tmp_path / "akar.cer").write_bytes(world.roots[0].public_bytes(Encoding.DER))
        (tmp_path / "BACA.txt").write_text("akar")

        assert [world.roots[0]] == [item.certificate for item in load_roots([tmp_path]).anchors]

    def test_a_damaged_certificate_is_named(self, tmp_path, world):
        """Somebody meant it to be trusted."""
        (tmp_path / "akar.cer").write_bytes(world.roots[0].public_bytes(Encoding.DER))
        (tmp_path / "rusak.crt").write_bytes(world.roots[0].public_bytes(Encoding.DER)[:-9])

        with pytest.raises(TrustRootsError, match="rusak"):
            load_roots([tmp_path])
