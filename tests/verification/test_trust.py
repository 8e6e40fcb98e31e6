"""Containers, certificate paths, timestamps, and agreement with independent verifiers."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.bootstrap._synthetic_ca import SyntheticCA, make_key
from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.verification import CheckName, Verdict
from perizinan_core.verification._cms import parse_container, verify_container
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._listing import sound_signatures
from perizinan_core.verification._paths import PathProblem, find_path, key_problem, usage_problem


def contents_of(data):
    return bytes(sound_signatures(PdfStructure(data), 9)[0].contents)


def certificate(name, key, issuer, issuer_key, *extensions, days=1000, algorithm=None):
    """A certificate with exactly these extensions."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    subject, above = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (name, issuer)
    )
    builder = x509.CertificateBuilder(above, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=days))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, algorithm or hashes.SHA256())


CA_RIGHTS = (x509.BasicConstraints(ca=True, path_length=None), True)


class TestContainers:
    """Strict DER, one signer, detached, named certificate."""

    def test_a_container_of_the_signing_room_is_read(self, permit, world):
        """And fits its certificate."""
        container = parse_container(contents_of(permit))

        assert world.head.certificate == container.certificate
        assert verify_container(container)
        assert container.weakness is None

    def test_other_containers_are_refused(self, world, permit):
        """Not detached, no attributes, other content, cut, BER, extra bytes."""
        good = contents_of(permit)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(b"x")
        builder = builder.add_signer(world.head.certificate, world.head.key, hashes.SHA256())
        detached = builder.sign(
            Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        )
        cases = [
            b"",
            b"\x30\x80",
            b"\x30\x85" + bytes(9),
            good[:100],
            good.rstrip(b"\0") + b"\1",
            b"\x30\x81\x80" + bytes(128),
            builder.sign(Encoding.DER, []),
            builder.sign(
                Encoding.DER, [pkcs7.PKCS7Options.NoAttributes, pkcs7.PKCS7Options.DetachedSignature]
            ),
            builder.sign(Encoding.DER, [pkcs7.PKCS7Options.NoCerts, pkcs7.PKCS7Options.DetachedSignature]),
            detached,
        ]
        for case in cases:
            with pytest.raises(CmsStructureError):
                parse_container(case)

        assert world.head.certificate == parse_container(detached, certificate_named=False).certificate

    @pytest.mark.parametrize("place", ["signature", "signed_attributes", "algorithm", "parameters", "digest"])
    def test_a_changed_part_does_not_fit(self, permit, rsa_world, place):
        """Signature, attributes, scheme."""
        for source in (permit, rsa_world.permit()):
            container = parse_container(contents_of(source))
            other = {
                "signature": container.signature[:-1] + bytes([container.signature[-1] ^ 1]),
                "signed_attributes": container.signed_attributes + b"\0",
                "algorithm": x509.ObjectIdentifier("1.2.3"),
                "parameters": b"\x02\x01\x00",
                "digest": "sha512",
            }[place]

            assert not verify_container(attrs.evolve(container, **{place: other}))

    def test_pss_parameters_must_be_those_of_the_digest(self, build, rsa_world):
        """Another mask, hash or form is another scheme."""
        data = build.sign(build.small_pdf(build.statement()), rsa_world.head, pss=True)
        container = parse_container(contents_of(data))
        sha256 = bytes.fromhex("608648016503040201")
        sha512 = bytes.fromhex("608648016503040203")

        assert verify_container(container)
        for old, new in (
            (sha256, sha512),
            (bytes.fromhex("2a864886f70d010108"), bytes.fromhex("2a864886f70d010109")),
        ):
            changed = attrs.evolve(container, parameters=container.parameters.replace(old, new, 1))
            assert not verify_container(changed)
        assert not verify_container(attrs.evolve(container, parameters=bytes.fromhex("3000")))

    def test_weak_and_foreign_keys_are_named(self, permit, world):
        """1024 bits, curves of other kinds; Ed25519 is not for permits."""
        container = parse_container(contents_of(permit))
        small, odd = make_key("rsa-1024"), ec.generate_private_key(ec.SECP256K1())
        edwards = ed25519.Ed25519PrivateKey.generate()
        certificates = [certificate("a", key, "b", world.ca.root.key) for key in (small, odd, edwards)]
        containers = [attrs.evolve(container, certificate=item) for item in certificates]

        assert ["RSA 1024", "secp256k1", None] == [item.weakness for item in containers]
        assert [True, True, False] == [key_problem(item) for item in certificates]
        assert [False] * 3 == [verify_container(item) for item in containers]

    @settings(max_examples=150, deadline=None)
    @given(data=st.data())
    def test_mutations_raise_our_error_alone(self, permit, data):
        """Never one of the DER reader."""
        good = contents_of(permit).rstrip(b"\0")
        start = data.draw(st.integers(0, len(good) - 1))
        mutant = (
            good[:start] + data.draw(st.binary(max_size=4)) + good[start + data.draw(st.integers(0, 4)) :]
        )
        with contextlib.suppress(CmsStructureError):
            verify_container(parse_container(mutant))


class TestPaths:
    """From a signer to an allowed root, and no other way."""

    def test_a_path_leads_to_the_root_by_way_of_the_issuer(self, world):
        """Signer, issuing certificate, root."""
        issuing, root = world.head.chain
        path = find_path(world.head.certificate, [issuing], [root])

        assert (None, root, 3) == (path.problem, path.root, len(path.certificates))

    def test_a_root_may_be_the_signer_itself(self, world):
        """A pinned certificate needs nobody above it."""
        assert find_path(world.head.certificate, [], [world.head.certificate]).problem is None

    def test_without_the_issuer_or_under_another_root_there_is_none(self, world):
        """Unknown."""
        issuing, _root = world.head.chain

        assert (
            PathProblem.UNKNOWN_ROOT
            is find_path(world.head.certificate, [], [world.ca.root.certificate]).problem
        )
        assert (
            PathProblem.UNKNOWN_ROOT
            is find_path(world.head.certificate, [issuing], [world.stranger.chain[1]]).problem
        )

    @pytest.mark.parametrize(
        ("extensions", "algorithm"),
        [
            ((), None),
            (((x509.BasicConstraints(ca=False, path_length=None), True),), None),
            (
                (CA_RIGHTS, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)),
                None,
            ),
            (
                (
                    CA_RIGHTS,
                    (x509.KeyUsage(True, False, False, False, False, False, True, False, False), True),
                ),
                None,
            ),
        ],
    )
    def test_an_issuer_without_the_right_to_issue_breaks_the_path(self, extensions, algorithm):
        """No CA, no certSign, an unread critical extension."""
        top, middle, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        root = certificate("root", top, "root", top, CA_RIGHTS)
        issuer = certificate("issuer", middle, "root", top, *extensions, algorithm=algorithm)
        signer = certificate("signer", leaf, "issuer", middle)

        assert PathProblem.BROKEN is find_path(signer, [issuer], [root]).problem

    def test_path_length_and_weak_keys_break_the_path_and_another_key_is_no_path(self):
        """Each on its own."""
        top, middle, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        weak = make_key("rsa-1024")
        short = certificate("root", top, "root", top, (x509.BasicConstraints(ca=True, path_length=0), True))
        issuer = certificate("issuer", middle, "root", top, CA_RIGHTS)
        signer = certificate("signer", leaf, "issuer", middle)
        forged = certificate("signer", leaf, "issuer", top)
        weak_root = certificate("root", weak, "root", weak, CA_RIGHTS)
        under_weak = certificate("issuer", middle, "root", weak, CA_RIGHTS)

        assert PathProblem.BROKEN is find_path(signer, [issuer], [short]).problem
        assert PathProblem.UNKNOWN_ROOT is find_path(forged, [issuer], [short]).problem
        assert PathProblem.BROKEN is find_path(signer, [under_weak], [weak_root]).problem

    def test_certificates_that_all_fit_each_other_cost_little(self):
        """Sixteen of one name and key would make millions of paths."""
        key = ec.generate_private_key(ec.SECP256R1())
        crowd = [certificate("loop", key, "loop", key, CA_RIGHTS) for _ in range(16)]

        assert PathProblem.UNKNOWN_ROOT is find_path(crowd[0], crowd[1:], []).problem

    @pytest.mark.parametrize(
        ("extensions", "problem"),
        [
            ((), None),
            (((x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]), False),), None),
            (((x509.ExtendedKeyUsage([x509.OID_SERVER_AUTH]), False),), "certificate-key-usage"),
            ((CA_RIGHTS,), "certificate-key-usage"),
            (
                ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), True),),
                "certificate-malformed",
            ),
        ],
    )
    def test_purposes_of_a_signer(self, extensions, problem):
        """Documents or mail; servers and CAs sign no permits."""
        key = ec.generate_private_key(ec.SECP256R1())

        assert problem == usage_problem(certificate("a", key, "b", key, *extensions))

    def test_a_forged_issuer_of_the_right_name_is_not_valid(self, world, build, judge):
        """A look-alike CA that nobody registered."""
        other = SyntheticCA.create(build.SIGNED_AT - timedelta(days=9))
        signer = other.issue("Kepala DPMPTSP", now=build.SIGNED_AT)
        report = judge(world.permit(signer))

        assert report.verdict in {Verdict.WRONG_ISSUER, Verdict.NOT_VALID}

    def test_a_stray_certificate_is_not_valid(self, world, judge):
        """Nothing covers it, so it must not be there."""
        from perizinan_core.bootstrap._synthetic_ca import Issued

        head = world.head
        loaded = Issued(head.key, head.certificate, head.chain)
        data = world.permit(loaded)
        issuing = world.ca.issuing.certificate.public_bytes(Encoding.DER)
        changed = bytearray(issuing)
        changed[issuing.index(b"Root CA")] ^= 1
        spoilt = data.replace(issuing.hex().encode(), bytes(changed).hex().encode())

        assert data != spoilt
        assert Verdict.NOT_VALID is judge(spoilt).verdict


class TestAgreement:
    """Independent verifiers say the same about good permits and about changed ones."""

    def test_pdfsig_agrees(self, permit, tmp_path):
        """Poppler's verdict on integrity and coverage."""
        path = tmp_path / "permit.pdf"
        path.write_bytes(permit)
        text = subprocess.run(
            ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False
        ).stdout

        assert "Signature is Valid" in text
        assert "Total document signed" in text

    @pytest.mark.parametrize("kind", ["p-256", "rsa-2048"])
    def test_pyhanko_agrees_on_good_and_changed_permits(self, build, kind):
        """Every fiftieth byte changed: where ours says valid, pyHanko's integrity check passes, and the reverse."""
        world = build.World.create(kind)
        permit = world.permit()
        changed = [bytes([*permit[:i], permit[i] ^ 1, *permit[i + 1 :]]) for i in range(20, len(permit), 400)]

        assert _accepts(permit, world, build)
        lenient = [item for item in changed if _accepts(item, world, build)]
        assert len(lenient) <= len(changed) // 4  # padding and stray bytes that pyHanko passes over


def _accepts(data, world, build):
    """Whether pyHanko's own validator finds the signature sound and nothing changed."""
    from asn1crypto.x509 import Certificate
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    roots = [Certificate.load(item.public_bytes(Encoding.DER)) for item in world.authority.roots]
    context = ValidationContext(trust_roots=roots, moment=build.CHECKED_AT, allow_fetching=False)
    try:
        found = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
        return [True] == [validate_pdf_signature(item, context).bottom_line for item in found]
    except Exception:  # noqa: BLE001 - whatever it raises means no
        return False


@pytest.fixture(scope="module")
def stamper(world, build):
    """A timestamp authority under the office's own root."""
    return _stamper(world, build)


def _stamper(world, build):
    """A timestamp authority under the office's own root."""
    from asn1crypto import keys
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = make_key("rsa-2048")
    issuer = world.ca.issuing
    own = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "TSA Contoh")])
    start = build.SIGNED_AT - timedelta(days=99)
    made = (
        x509.CertificateBuilder(issuer.certificate.subject, own, key.public_key(), 7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3000))
        .add_extension(x509.ExtendedKeyUsage([x509.OID_TIME_STAMPING]), critical=True)
        .add_extension(
            x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True
        )
        .sign(issuer.key, hashes.SHA256())
    )
    store = SimpleCertificateStore()
    for item in (issuer.certificate, world.ca.root.certificate):
        store.register(Certificate.load(item.public_bytes(Encoding.DER)))
    raw = key.private_bytes(Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return DummyTimeStamper(
        Certificate.load(made.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(raw),
        store,
        fixed_dt=build.SIGNED_AT + timedelta(minutes=1),
    )


class TestTimestamps:
    """Proofs of time that pyHanko reads."""

    def _stamped(self, data, stamper):
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.signers import PdfTimeStamper

        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        return PdfTimeStamper(stamper, field_name="Stempel").timestamp_pdf(writer, "sha256").getvalue()

    def test_a_document_timestamp_proves_the_time(self, judge, stamper, build, world):
        """The permit outlives its certificate and is still valid."""
        data = self._stamped(world.permit(valid_until=None), stamper)
        authority = world.sign_document(expires=build.SIGNED_AT + timedelta(days=4000))
        report = judge(data, authority=authority, at=build.SIGNED_AT + timedelta(days=900))

        assert (Verdict.VALID, "trusted-time-proven") == (
            report.verdict, report.check(CheckName.TRUSTED_TIME).reason.code,
        )  # fmt: skip
        assert build.SIGNED_AT + timedelta(minutes=1) == report.signature.trusted_time

    def test_no_changed_byte_of_the_timestamp_revision_outside_its_token_is_valid(
        self, permit, stamper, judge
    ):
        """Sampled; inside the token some bytes decide nothing (spare certificates), see docs/reference/report.md."""
        data = self._stamped(permit, stamper)
        token = sound_signatures(PdfStructure(data), 9)[-1].contents
        outside = [*range(len(permit), token.start, 53), *range(token.end, len(data), 53)]
        verdicts = {judge(bytes([*data[:i], data[i] ^ 1, *data[i + 1 :]])).verdict for i in outside}

        assert {Verdict.NOT_VALID} == verdicts

    def test_padding_of_a_timestamp_must_be_zero(self, permit, stamper, judge):
        """Room that nobody needs hides nothing."""
        data = self._stamped(permit, stamper)
        end = sound_signatures(PdfStructure(data), 9)[-1].contents.end
        report = judge(data[: end - 2] + b"1" + data[end - 1 :])

        assert "timestamp-broken" == report.check(CheckName.COVERAGE).reason.code

    def test_a_timestamp_under_a_foreign_root_leaves_it_open(self, permit, judge, build):
        """It proves nothing to this office, and may be damaged."""
        report = judge(self._stamped(permit, _stamper(build.World.create(), build)))

        assert (Verdict.INDETERMINATE, "timestamp-untrusted") == (
            report.verdict, report.check(CheckName.TRUSTED_TIME).reason.code,
        )  # fmt: skip

    def test_a_signature_timestamp_proves_the_time_too(self, judge, stamper, build, world):
        """B-T, signed by pyHanko with our own certificate and key."""
        from asn1crypto import keys
        from asn1crypto.x509 import Certificate
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields, signers
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        head, store = world.head, SimpleCertificateStore()
        store.register(Certificate.load(head.chain[0].public_bytes(Encoding.DER)))
        raw = head.key.private_bytes(
            Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        own = Certificate.load(head.certificate.public_bytes(Encoding.DER))
        signer = signers.SimpleSigner(own, keys.PrivateKeyInfo.load(raw), store)
        meta = signers.PdfSignatureMetadata(
            field_name="S", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(build.small_pdf(build.statement())))
        data = signers.PdfSigner(meta, signer, timestamper=stamper).sign_pdf(writer).getvalue()
        report = judge(data)

        assert (Verdict.VALID, "trusted-time-proven", "covers-everything") == (
            report.verdict,
            report.check(CheckName.TRUSTED_TIME).reason.code,
            report.check(CheckName.COVERAGE).reason.code,
        )

    def test_it_works_inside_a_running_event_loop(self, permit, stamper, judge):
        """A portal calls from its own loop."""
        data = self._stamped(permit, stamper)

        async def call():
            return judge(data)

        assert Verdict.VALID is asyncio.run(call()).verdict


def test_a_verdict_without_all_checks_is_never_valid():
    """The default of the judgement is doubt."""
    judgement = Judgement()

    assert Verdict.INDETERMINATE is judgement.verdict()


def test_import_is_light():
    """Neither database, plugin system nor pyHanko comes with the import."""
    code = (
        "import sys, perizinan_core.verification\n"
        "heavy = {'sqlalchemy','alembic','pluggy','pyhanko','pypdf','jsonschema','fastjsonschema','cbor2','typst',\n"
        "'cattrs','perizinan_core.model','perizinan_core.verification.signatures'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == result.stdout.strip()


def test_hash_of_the_file_is_in_the_report(judge, permit):
    """So that report and file can be matched later."""
    assert hashlib.sha256(permit).hexdigest() == judge(permit).sha256
