"""Files in the shapes of other products: renewed proofs, loose ends, hybrid tables, unfinished additions."""

from __future__ import annotations

import hashlib
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto.cms import SignerInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.bootstrap._synthetic_ca import Issued
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing.ltv._writing import with_store
from perizinan_core.verification import CheckName, Policy
from perizinan_core.verification._revocation import Evidence
from perizinan_core.verification._wholeness import scan
from perizinan_core.verification.signatures import SignatureVerifier, load_roots, verify_signatures
from perizinan_core.verification.signatures._container import Container

FOLDER = Path(__file__).parent / "other_products"
AT = datetime(2026, 11, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
EXPECTED = {
    "v00-good.pdf": 0,
    "v01-signed-trailer-encrypt-null.pdf": 0,
    "v02-isa-objects-appended-no-end.pdf": 10,
    "v10-lta-first-round.pdf": 0,
    "v11-lta-renewed-vri-kept.pdf": 0,
    "v12-lta-renewed-vri-renewed.pdf": 0,
    "v13-lta-vri-renewed-no-second-timestamp.pdf": 0,
}


@pytest.fixture(scope="module")
def world(signed_files):
    return signed_files.SignedFiles.create()


@pytest.fixture(scope="module")
def good():
    """The plain file of another product."""
    return (FOLDER / "v00-good.pdf").read_bytes()


def judge(data, **options):
    return verify_signatures(data, roots=load_roots([FOLDER / "root.pem"]), at=AT, **options)


class TestPublicShapes:
    """What lies in the folder."""

    def test_every_file_has_an_answer(self):
        """Nobody adds a file without saying what it should get."""
        assert {path.name for path in FOLDER.glob("*.pdf")} == set(EXPECTED)

    @pytest.mark.parametrize("name", sorted(EXPECTED))
    def test_a_file_gets_its_exit_code(self, name):
        """Renewed long-term data is allowed, a shown addition is not."""
        assert EXPECTED[name] == judge(FOLDER / name).exit_code

    def test_a_repaired_addition_is_told_with_both_possibilities(self):
        """Nobody can know whether it was meant so, or cut off."""
        (reason,) = judge(FOLDER / "v02-isa-objects-appended-no-end.pdf").reasons

        assert "changed the file after signing" in reason.message("en")
        assert "cut off on the way" in reason.message("en")

    def test_a_renewed_proof_changed_elsewhere_is_refused(self):
        """What may be renewed is the store, not a page."""
        data = (FOLDER / "v12-lta-renewed-vri-renewed.pdf").read_bytes()
        first = data.index(b"%%EOF") + 6
        changed = data.replace(b"/MediaBox", b"/mediaBox") if b"/MediaBox" in data[first:] else None

        assert changed is None or 10 == judge(changed).exit_code


class TestBehindTheSignature:
    """What stands behind the last complete signed revision, without an end."""

    PAGE = b"33 0 obj\n<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R>>\nendobj\n"

    CONTENT = b"6 0 obj\n<</Length 47>>\nstream\nBT /F1 18 Tf 60 700 Td (Jumlah 9.000.000) Tj ET"
    PAGES = b" 0 obj\n<</Type /Pages /Kids [33 0 R] /Count 1>>\nendobj\n"
    CATALOGUE = b" 0 obj\n<</Type /Catalog /Pages 32 0 R>>\nendobj\n32"
    NOTED = (
        b"3 0 obj\n<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R 40 0 R] /Contents 6 0 R\n"
        b"/Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>>>\nendobj\n"
        b"40 0 obj\n<</Type /Annot /Subtype /FreeText /Rect [9 9 99 99] /Contents (x)>>\nendobj\n"
    )

    @pytest.mark.parametrize(
        "objects",
        [
            CONTENT + b"\nendstream\nendobj\n",
            CONTENT,
            b"1" + CATALOGUE + PAGES + PAGE,
            b"31" + CATALOGUE + PAGES + PAGE + b"trailer\n<</Root 31 0 R>>\n",
            NOTED,
            b"2" + PAGES + PAGE,
            b"2" + PAGES.removesuffix(b"endobj\n") + PAGE,
        ],
    )
    def test_another_page_or_annotation_is_a_change(self, good, objects):
        """Readers that rebuild the table show it."""
        report = judge(good + objects)

        assert (10, ["shown-after-signature"]) == (report.exit_code, [item.code for item in report.reasons])

    @pytest.mark.parametrize("size", [40, 400, 4000])
    def test_an_object_that_nothing_refers_to_shows_nothing(self, good, size):
        """It may be the beginning of proofs of time."""
        report = judge(good + b"90 0 obj\n(%b)\nendobj\n" % (b"x" * size))

        assert 15 == report.exit_code
        assert {"file-cut-off", "unfinished-after-signature"} == {item.code for item in report.reasons}

    def test_a_report_says_both_possibilities_of_an_unfinished_addition(self, good):
        """Cut off, or put there."""
        told = judge(good + b"90 0 obj\n(x)\nendobj\n").check(CheckName.COVERAGE).reason.message("en")

        assert "cut off on the way" in told
        assert "someone put something behind it" in told

    @pytest.mark.parametrize("part", range(4, 100, 12))
    def test_a_second_signature_that_was_cut_off_is_unreadable(self, world, signed_files, part):
        """Wherever it was cut: its own widget is left aside."""
        first = world.sign(signed_files.base_pdf())
        both = world.sign(first, field="Sig2")
        cut = both[: len(first) + (len(both) - len(first)) * part // 100]

        assert 15 == verify_signatures(cut, roots=world.roots, at=NOW).exit_code

    @pytest.mark.parametrize("part", range(4, 100, 24))
    def test_proofs_that_were_cut_off_are_unreadable(self, world, signed_files, part):
        """A store and a timestamp."""
        first = world.sign(signed_files.base_pdf())
        longer = world.stamp(with_store(first, Evidence(certificates=(b"x" * 99,))), NOW)
        cut = longer[: len(first) + (len(longer) - len(first)) * part // 100]

        assert 15 == verify_signatures(cut, roots=world.roots, at=NOW).exit_code


class TestHybridFiles:
    """A table for old readers, a stream beside it for new ones, as Word writes them."""

    def _word(self, signed_files):
        base = signed_files.base_pdf()
        hidden = len(base)
        packed = zlib.compress(b"\1" + (hidden).to_bytes(3, "big") + b"\0")
        body = b"<</Type /XRef /Size 99 /W [1 3 1] /Index [98 1] /Filter /FlateDecode /Length %d>>" % len(
            packed
        )
        stream = b"98 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (body, packed)
        table = hidden + len(stream)
        trailer = b"<</Size 99 /Root 1 0 R /Prev %d /XRefStm %d>>" % (signed_files._startxref(base), hidden)
        return base + stream + b"xref\n0 0\ntrailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (trailer, table), hidden

    @pytest.mark.parametrize("repeated", [False, True])
    def test_one_that_others_signed_is_read(self, world, signed_files, monkeypatch, repeated):
        """Those who sign it repeat the address of the stream in their own trailer."""
        data, beside = self._word(signed_files)
        own = IncrementalUpdate._trailer

        def trailer(self):
            return type(found := own(self))({**found, "XRefStm": b"%d" % beside})

        if repeated:
            monkeypatch.setattr(IncrementalUpdate, "_trailer", trailer)
        signed = sign_pdf(data, world.signer.signer(), SigningRequest(signed_at=NOW))

        assert repeated == (2 == signed.count(b"/XRefStm"))
        assert 0 == verify_signatures(signed, roots=world.roots, at=NOW).exit_code


class TestWeakMethods:
    """Below today's minimum, by one bit too."""

    def _signed(self, parts, world, signed_files, key, **options):
        leaf = parts.authority("Kunci", key, valid=parts.years(NOW, -30, 300))
        data = parts.reserved(world, signed_files.base_pdf())
        _, first, second, tail = covered = signed_files.byte_range(data)
        content = data[:first] + data[second : second + tail]
        digest = hashlib.sha256(content).digest()
        return parts.put(data, covered, parts.container(digest, Issued(key, leaf), **options)), leaf

    @pytest.mark.parametrize(("bits", "expected"), [(2047, 10), (2048, 0)])
    def test_an_rsa_key_of_2047_bits_is_too_short(self, parts, world, signed_files, bits, expected):
        """Counted in bits, not in whole bytes."""
        data, leaf = self._signed(parts, world, signed_files, rsa.generate_private_key(65537, bits))

        assert expected == verify_signatures(data, roots=[leaf], at=NOW).exit_code

    def test_a_root_of_2047_bits_is_too_short(self, parts, world, signed_files):
        """Also for what a good key under it signed."""
        top, own = rsa.generate_private_key(65537, 2047), rsa.generate_private_key(65537, 2048)
        valid = parts.years(NOW, -30, 300)
        root = parts.authority("Akar pendek", top, valid=valid)
        leaf = parts.authority("Ani", own, by=("Akar pendek", top), valid=valid, ca=False)
        data = parts.reserved(world, signed_files.base_pdf())
        _, first, second, tail = covered = signed_files.byte_range(data)
        digest = hashlib.sha256(data[:first] + data[second : second + tail]).digest()
        signed = parts.put(data, covered, parts.container(digest, Issued(own, leaf)))
        report = verify_signatures(signed, roots=[root], at=NOW)

        assert (10, "chain-weak") == (report.exit_code, report.reasons[0].code)


class TestRevocationData:
    """Large lists, unreadable answers."""

    def test_unreadable_answers_and_lists_count_as_absent(self, world, signed_files):
        """In the store and from the caller."""
        data = with_store(
            world.sign(signed_files.base_pdf()),
            Evidence(certificates=(b"no",), answers=(b"\x30\x03\x0a\x01\x00",), lists=(b"0",)),
        )
        report = verify_signatures(data, roots=world.roots, at=NOW, revocation=[b"\x30\x00", b"x"])

        assert 0 == report.exit_code
        assert "revocation-data-missing" in {reason.code for reason in report.reasons}

    @pytest.mark.parametrize("revoked", [False, True])
    def test_a_list_of_many_thousands_is_searched_quickly_and_believed(self, world, signed_files, revoked):
        """Signature, issuer and dates are checked as those of a short one."""
        issuing = world.signer.chain[0]
        key = world.ca.issuing.key
        serial = world.signer.certificate.serial_number
        builder = x509.CertificateRevocationListBuilder().issuer_name(issuing.subject)
        builder = builder.last_update(NOW - timedelta(days=1)).next_update(NOW + timedelta(days=6))
        since = NOW - timedelta(days=2)
        numbers = [*range(10_000, 12_000), *([serial] if revoked else [])]
        entries = [
            x509.RevokedCertificateBuilder().serial_number(n).revocation_date(since).build() for n in numbers
        ]
        for entry in entries:
            builder = builder.add_revoked_certificate(entry)
        der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
        report = verify_signatures(
            world.sign(signed_files.base_pdf()), roots=world.roots, at=NOW, revocation=[der]
        )
        broken = verify_signatures(
            world.sign(signed_files.base_pdf()),
            roots=world.roots,
            at=NOW,
            revocation=[der[:-1] + bytes([der[-1] ^ 1])],
        )

        assert (10 if revoked else 0) == report.exit_code
        assert ("certificate-revoked" if revoked else "revocation-good-signer") == report.check(
            CheckName.REVOCATION
        ).reason.code
        assert "revocation-data-missing" == broken.check(CheckName.REVOCATION).reason.code


class TestPolicy:
    """How much must be proven."""

    def test_what_nobody_asked_leaves_a_strict_checker_undecided(self, good):
        """Nothing is known about revocation."""
        report = judge(good, policy=Policy.STRICT)

        assert (14, "INDETERMINATE", "TRY_LATER") == (
            report.exit_code, report.signature.indication.value, report.signature.sub_indication,
        )  # fmt: skip

    def test_a_complete_archive_satisfies_a_strict_checker(self):
        """Until its last service ends."""
        data = (FOLDER / "v11-lta-renewed-vri-kept.pdf").read_bytes()
        verifier = SignatureVerifier(load_roots([FOLDER / "root.pem"]), policy="strict")

        assert 0 == verifier.verify(data, at=AT).exit_code
        assert 14 == verifier.verify(data, at=AT + timedelta(days=365 * 40)).exit_code


def test_the_strict_reader_takes_null_for_no_encryption(good):
    """The scan of the bytes says the same."""
    assert (
        scan(good).wholeness is scan((FOLDER / "v01-signed-trailer-encrypt-null.pdf").read_bytes()).wholeness
    )


def test_ed448_needs_its_own_hash_function():
    """RFC 8419 section 3.2."""
    own = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ani")])
    key = ed448.Ed448PrivateKey.generate()
    builder = x509.CertificateBuilder(own, own, key.public_key(), 7, NOW, NOW + timedelta(days=9))
    der = builder.sign(key, None).public_bytes(Encoding.DER)

    def weakness(digest):
        info = SignerInfo({"signature_algorithm": {"algorithm": "ed448"}})
        return Container(
            signed_data=None, signer_info=info, certificate=Certificate.load(der),
            others=(), digest=digest, content_type="data", encoded=b"",
        ).weakness  # fmt: skip

    assert (None, None, "Ed448 with sha512") == tuple(map(weakness, ("shake256", "shake256_len", "sha512")))
