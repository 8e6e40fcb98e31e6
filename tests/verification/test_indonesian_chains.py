"""The Indonesian chains: roots that end, cut-offs, timestamps and revocation, on look-alikes of the same shape."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.errors.verification import TrustRootsError
from perizinan_core.verification import Verdict
from perizinan_core.verification.signatures import indonesian_roots, load_roots, read_store, verify_signatures

SECOND = timedelta(seconds=1)
OLD_FROM = datetime(2016, 8, 18, 5, 5, 39, tzinfo=UTC)
SIGNED = datetime(2024, 5, 6, 3, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
STAMPING = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)]


@attrs.frozen(eq=False)
class Chains:
    """The two chains: an ended root with signers directly below it, a living one with an issuer between."""

    old: SyntheticCA
    new: SyntheticCA
    files: object
    old_tsa: object
    new_tsa: object

    @property
    def old_end(self):
        """Last moment of the old root."""
        return self.old.root.certificate.not_valid_after_utc


@pytest.fixture(scope="session")
def chains(signed_files):
    """Keys of this run."""
    root = SyntheticCA.create(OLD_FROM, name="OSD LU Kelas 2").root
    old = SyntheticCA(root, root)
    new = SyntheticCA.create(datetime(2018, 8, 28, tzinfo=UTC), name="Root CA Indonesia DS G1")
    world = signed_files.SignedFiles.create()
    early = datetime(2023, 3, 7, tzinfo=UTC)
    signer = old.issue("Kepala Dinas", now=early, valid=(early, early + timedelta(days=730)))
    end = root.certificate.not_valid_after_utc
    make = {"now": early, "usages": ("digital_signature",), "extensions": STAMPING}
    old_tsa = old.issue("TSA lama", valid=(early, end), **make)
    new_tsa = new.issue("TSA baru", valid=(early, NOW + timedelta(days=400)), **make)
    return Chains(old, new, attrs.evolve(world, signer=signer), old_tsa, new_tsa)


@pytest.fixture(scope="session")
def bare(chains, signed_files):
    """A file of the old chain without a timestamp."""
    return chains.files.sign(signed_files.base_pdf())


@pytest.fixture(scope="session")
def stamped(chains, signed_files):
    """The same with a timestamp of the old chain's own service."""
    return chains.files.sign(signed_files.base_pdf(), timestamp=SIGNED, tsa=chains.old_tsa)


@pytest.fixture
def store(chains, tmp_path):
    """Write a trust store of the same form as the one in the package, with another cut-off if asked."""

    def write(cut_off=None, **changes):
        rows = []
        for name, ca in (("lama", chains.old), ("baru", chains.new)):
            certificate = ca.root.certificate
            (tmp_path / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
            rows.append(
                {
                    "file": f"{name}.pem",
                    "sha256": hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
                    "source": "test",
                    **({"cut_off": cut_off.isoformat()} if cut_off is not None and name == "lama" else {}),
                }
            )
        data = {"format": 1, "name": "mirip", "version": "1", "note": "-", "roots": rows, **changes}
        path = tmp_path / "mirip.json"
        path.write_text(json.dumps(data))
        return path

    return write


class TestAnEndedRoot:
    """Root ended 2026-08-16, signer's certificate 2025-03-06, judged on 2026-11-25."""

    def test_a_timestamp_carries_the_signature_and_the_report_says_so(self, stamped, store):
        """Valid at its trusted time, with the root's end and the service's end named."""
        report = verify_signatures(stamped, roots=read_store(store()), at=NOW)

        assert (Verdict.VALID, SIGNED) == (report.verdict, report.signature.trusted_time)
        said = {reason.code: reason.message("id") for reason in report.reasons}
        assert "timestamp-service-ended" == report.signature.aspects.time.reason.code
        assert "6 Mei 2024" in said["root-ended-since"]

    def test_without_a_timestamp_it_is_undecided_with_that_reason(self, bare, store):
        """And never not valid."""
        report = verify_signatures(bare, roots=read_store(store()), at=NOW)

        assert (Verdict.INDETERMINATE, ("root-ended", "development-root"), "OUT_OF_BOUNDS_NO_POE") == (
            report.verdict, tuple(item.code for item in report.reasons), report.signature.sub_indication,
        )  # fmt: skip

    def test_while_the_certificates_lasted_no_timestamp_was_needed(self, bare, store):
        """The question is for which moment the answer shall hold."""
        assert Verdict.VALID is verify_signatures(bare, roots=read_store(store()), at=SIGNED).verdict

    def test_a_service_of_the_living_chain_proves_it_without_reserve(self, chains, signed_files, store):
        """Its own certificate has not ended."""
        data = chains.files.sign(signed_files.base_pdf(), timestamp=SIGNED, tsa=chains.new_tsa)
        report = verify_signatures(data, roots=read_store(store()), at=NOW)

        assert (Verdict.VALID, "timestamp-proven") == (
            report.verdict, report.signature.aspects.time.reason.code,
        )  # fmt: skip

    def test_an_archive_timestamp_of_the_living_chain_renews_the_proof(self, chains, stamped, store):
        """The old service's timestamp is judged for the time that the new one proves."""
        data = chains.files.stamp(stamped, datetime(2025, 1, 2, tzinfo=UTC), tsa=chains.new_tsa)
        report = verify_signatures(data, roots=read_store(store()), at=NOW)

        assert (Verdict.VALID, "timestamp-proven", SIGNED) == (
            report.verdict, report.signature.aspects.time.reason.code, report.signature.trusted_time,
        )  # fmt: skip

    def test_a_timestamp_of_nobody_proves_nothing(self, chains, signed_files, store):
        """A service under a root that is not given."""
        data = chains.files.sign(signed_files.base_pdf(), timestamp=SIGNED)
        report = verify_signatures(data, roots=read_store(store()), at=NOW)

        assert (Verdict.INDETERMINATE, "timestamp-root-not-given") == (
            report.verdict, report.signature.aspects.time.reason.code,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("late", "verdict"), [(-SECOND, "valid"), (0 * SECOND, "valid"), (SECOND, "indeterminate")]
    )
    def test_the_cut_off_holds_to_the_second(self, stamped, store, late, verdict):
        """A root is believed up to and including its cut-off."""
        report = verify_signatures(stamped, roots=read_store(store(SIGNED - late)), at=NOW)

        assert verdict == report.verdict.value

    def test_a_cut_off_beyond_the_certificate_is_its_end(self, store, chains):
        """A store can shorten and never lengthen."""
        assert chains.old_end == read_store(store(NOW + timedelta(days=9999))).anchors[0].cut_off

    @pytest.mark.parametrize(
        ("late", "verdict"), [(-SECOND, "valid"), (0 * SECOND, "valid"), (SECOND, "indeterminate")]
    )
    def test_a_signer_whose_certificate_ended_before_the_timestamp_is_undecided(
        self, chains, signed_files, store, late, verdict
    ):
        """To the second; the proof comes too late, and nothing shows when the signature was made."""
        end = chains.files.signer.certificate.not_valid_after_utc
        data = chains.files.sign(signed_files.base_pdf(), timestamp=end + late, tsa=chains.new_tsa)
        report = verify_signatures(data, roots=read_store(store()), at=NOW)

        assert verdict == report.verdict.value
        assert late <= 0 * SECOND or report.reasons[0].code == "proof-too-late"


class TestRevocation:
    """Lists that the caller gives, against the proven time."""

    def _list(self, chains, since):
        serial = chains.files.signer.certificate.serial_number
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(chains.old.root.certificate.subject)
            .last_update(since)
            .next_update(since + timedelta(days=7))
            .add_revoked_certificate(entry)
            .sign(chains.old.root.key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )

    @pytest.mark.parametrize(
        ("late", "verdict"), [(-SECOND, "not_valid"), (0 * SECOND, "not_valid"), (SECOND, "valid")]
    )
    def test_only_what_was_revoked_by_then_counts(self, chains, stamped, store, late, verdict):
        """To the second; old lists count too, since revocation is not undone by time."""
        crl = self._list(chains, SIGNED + late)
        report = verify_signatures(stamped, roots=read_store(store()), at=NOW, revocation=[crl])

        assert verdict == report.verdict.value

    def test_without_a_proven_time_a_revoked_certificate_is_refused(self, chains, bare, store):
        """It may have signed before; nobody can tell."""
        crl = self._list(chains, SIGNED)
        at = SIGNED + timedelta(days=3)
        report = verify_signatures(bare, roots=read_store(store()), at=at, revocation=[crl])

        assert (Verdict.NOT_VALID, "certificate-revoked", "REVOKED") == (
            report.verdict, report.reasons[0].code, report.signature.sub_indication,
        )  # fmt: skip

    def test_a_list_that_the_issuer_did_not_sign_counts_for_nothing(self, chains, stamped, store):
        """Else anybody could revoke anybody."""
        forged = attrs.evolve(
            chains, old=SyntheticCA(attrs.evolve(chains.old.root, key=chains.new.root.key), chains.old.root)
        )
        report = verify_signatures(
            stamped, roots=read_store(store()), at=NOW, revocation=[self._list(forged, SIGNED - SECOND)]
        )

        assert Verdict.VALID is report.verdict


class TestStores:
    """Reading roots."""

    def test_the_packaged_store_holds_the_published_certificates(self):
        """Fingerprints as in docs/explanation/indonesian-chains.md; the old root ends on 2026-08-18."""
        known = indonesian_roots()

        assert {
            "2178095b3cc0f6facb9e6f07feecee6327a89c6681af43ba95126b68867d02b2": datetime(
                2026, 8, 18, 5, 5, 39, tzinfo=UTC
            ),
            "b5f36672fd7cfd401e01ef640b2fe61f816f32f447b280b76f536244cf42fcdf": datetime(
                2038, 8, 23, 4, 55, 22, tzinfo=UTC
            ),
        } == {item.sha256: item.cut_off for item in known.anchors}
        assert ("indonesia", 1) == (known.name, len(known.intermediates))
        assert known == load_roots(["indonesia"])

    @pytest.mark.parametrize(
        "changes",
        [
            {"format": 2},
            {"roots": []},
            {"roots": [{"file": "lama.pem", "sha256": "00", "source": "-"}]},
            {"roots": [{"file": "../lama.pem", "sha256": "00", "source": "-"}]},
            {"roots": [{"file": "tidak-ada.pem", "sha256": "00", "source": "-"}]},
            {"roots": [{}]},
            {"roots": 3},
        ],
    )
    def test_a_damaged_store_is_refused(self, store, changes):
        """With an error of ours."""
        with pytest.raises(TrustRootsError):
            read_store(store(**changes))

    def test_a_cut_off_needs_a_time_zone(self, store):
        """Seven hours may decide."""
        with pytest.raises(TrustRootsError):
            read_store(store(datetime(2026, 1, 1)))  # noqa: DTZ001

    def test_of_two_cut_offs_the_earlier_counts(self, store, chains, tmp_path):
        """A store and the certificate itself, both given."""
        early = SIGNED - SECOND
        both = load_roots([store(early), tmp_path / "lama.pem"])

        assert (
            early
            == next(item for item in both.anchors if item.certificate == chains.old.root.certificate).cut_off
        )

    def test_a_folder_without_certificates_is_refused(self, tmp_path):
        """Trusting nobody by mistake helps nobody."""
        with pytest.raises(TrustRootsError):
            load_roots([tmp_path])

    def test_no_roots_at_all_are_refused(self):
        """As above."""
        with pytest.raises(TrustRootsError):
            load_roots([])
