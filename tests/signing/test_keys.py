"""Key files, certificates, addresses of signers, the development CA."""

from __future__ import annotations

import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from perizinan_core.bootstrap._development_ca import DevelopmentCA
from perizinan_core.bootstrap._synthetic_ca import MARKER, SyntheticCA, make_key
from perizinan_core.signing import FileKeySigner, SignatureAlgorithm, sign_pdf
from perizinan_core.signing._file_key import no_secret, open_file_signer
from perizinan_core.testing._refusals import raises_code

SECRET = "rahasia é"


def pem(*certificates):
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def pem_key(key, secret=None, form=PrivateFormat.PKCS8):
    cipher = BestAvailableEncryption(secret.encode()) if secret else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, cipher)


def pfx(issued, secret=SECRET):
    cipher = BestAvailableEncryption(secret.encode()) if secret else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"x", issued.key, issued.certificate, issued.chain, cipher)


@pytest.fixture
def asked():
    """A callback that answers the passphrase and remembers what it was asked for."""

    def ask(file):
        ask.files.append(file)
        return ask.answer

    ask.files, ask.answer = [], SECRET
    return ask


class TestKeyFiles:
    """PKCS#12 and PEM."""

    @pytest.mark.parametrize("kind", ["rsa-2048", "p-256", "p-384"])
    @pytest.mark.parametrize("secret", [SECRET, None])
    def test_pkcs12_is_opened(self, issued, tmp_path, asked, kind, secret):
        """With and without passphrase; the callback is asked only if one is needed."""
        path = tmp_path / "key.p12"
        path.write_bytes(pfx(issued[kind], secret))
        signer = FileKeySigner.open(path, asked)

        assert (issued[kind].certificate, issued[kind].chain) == (signer.certificate, signer.chain)
        assert (["key.p12"] if secret else []) == asked.files

    @pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
    @pytest.mark.parametrize("secret", [SECRET, None])
    def test_pem_is_opened(self, issued, tmp_path, asked, form, secret):
        """Key and certificates in one file, in any order, encrypted either way or not."""
        one = issued["rsa-2048"]
        path = tmp_path / "key.pem"
        path.write_bytes(pem(*reversed(one.chain), one.certificate) + pem_key(one.key, secret, form))
        signer = FileKeySigner.open(path, asked)

        assert (one.certificate, one.chain) == (signer.certificate, signer.chain)
        assert (["key.pem"] if secret else []) == asked.files

    def test_certificates_may_come_from_another_file(self, issued, ca, tmp_path):
        """What does not lead up from the signer is left out of the chain."""
        one = issued["p-256"]
        stranger = SyntheticCA.create(one.certificate.not_valid_before_utc).root.certificate
        (tmp_path / "key.pem").write_bytes(pem_key(one.key))
        (tmp_path / "chain.pem").write_bytes(pem(stranger, one.certificate, ca.issuing.certificate))
        signer = FileKeySigner.open(tmp_path / "key.pem", chain=tmp_path / "chain.pem")

        assert (ca.issuing.certificate,) == signer.chain

    def test_a_bytes_passphrase_is_taken_as_it_is(self, issued, tmp_path):
        """The callback may answer bytes."""
        (tmp_path / "k.p12").write_bytes(pfx(issued["p-256"]))

        assert FileKeySigner.open(tmp_path / "k.p12", lambda _: SECRET.encode())

    @pytest.mark.parametrize("kind", ["p12", "pem"])
    def test_wrong_and_missing_passphrases_are_told_apart(self, issued, tmp_path, asked, kind):
        """One is to be entered again, the other to be entered at all."""
        one = issued["p-256"]
        path = tmp_path / f"kunci.{kind}"
        path.write_bytes(pfx(one) if kind == "p12" else pem_key(one.key, SECRET) + pem(one.certificate))

        asked.answer = "salah"
        with raises_code("passphrase-wrong") as wrong:
            FileKeySigner.open(path, asked)
        asked.answer = None
        with raises_code("passphrase-needed"):
            FileKeySigner.open(path, asked)
        assert f"kunci.{kind}" == wrong.value.file
        assert str(tmp_path) not in str(wrong.value)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"not a key",
            b"0\x82\x00",
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        ],
    )
    def test_other_files_are_unreadable(self, tmp_path, asked, content):
        """Nobody is asked for a passphrase of something that is no key file."""
        (tmp_path / "x").write_bytes(content)

        with raises_code("key-file-unreadable"):
            FileKeySigner.open(tmp_path / "x", asked)
        with raises_code("key-file-unreadable"):
            FileKeySigner.open(tmp_path / "missing", asked)
        assert [] == asked.files

    def test_incomplete_files_say_what_is_missing(self, issued, tmp_path):
        """No key, no certificate, or one of another key."""
        one, other = issued["p-256"], issued["p-384"]
        cases = {
            "key-missing": pem(one.certificate),
            "certificate-missing": pem_key(one.key),
            "key-mismatch": pem_key(one.key) + pem(other.certificate),
        }
        for kind, content in cases.items():
            (tmp_path / "k.pem").write_bytes(content)
            with raises_code(kind):
                FileKeySigner.open(tmp_path / "k.pem")
        cipher = NoEncryption()
        (tmp_path / "k.p12").write_bytes(
            pkcs12.serialize_key_and_certificates(None, None, None, [one.certificate], cipher)
        )
        with raises_code("key-missing"):
            FileKeySigner.open(tmp_path / "k.p12")

    def test_nothing_secret_is_shown(self, issued, tmp_path, asked, caplog):
        """Neither the signer's text form nor the log holds key, passphrase or person."""
        caplog.set_level(logging.DEBUG)
        (tmp_path / "k.p12").write_bytes(pfx(issued["p-256"]))
        signer = FileKeySigner.open(tmp_path / "k.p12", asked)

        assert "FileKeySigner(algorithm=<SignatureAlgorithm.ECDSA_SHA256: 'ecdsa-sha256'>)" == repr(signer)
        assert "" == caplog.text


class TestCertificates:
    """Keys and certificates that cannot sign permits."""

    @pytest.mark.parametrize(
        ("key", "error", "field", "value"),
        [
            (lambda: make_key("rsa-1024"), "key-weak", "bits", 1024),
            (
                lambda: ec.generate_private_key(ec.SECP521R1()),
                "key-unsupported",
                "kind",
                "secp521r1",
            ),
            (ed25519.Ed25519PrivateKey.generate, "key-unsupported", "kind", "Ed25519"),
        ],
    )
    def test_weak_and_unusual_keys_are_refused(self, ca, now, key, error, field, value):
        """The error says what came."""
        issued = ca.issue("Uji", now=now, key=key())

        with raises_code(error) as caught:
            issued.signer()
        assert value == getattr(caught.value, field)

    def test_very_long_rsa_keys_are_refused(self, ca, now):
        """Above 4096 bits nothing is promised; a public key is enough to see it."""
        numbers = rsa.RSAPublicNumbers(65537, (1 << 4999) + 1)
        builder = x509.CertificateBuilder().subject_name(ca.root.certificate.subject)
        builder = builder.issuer_name(ca.root.certificate.subject).public_key(numbers.public_key())
        builder = builder.serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(1))
        from cryptography.hazmat.primitives import hashes

        with raises_code("key-unsupported") as caught:
            FileKeySigner.from_key(None, builder.sign(ca.root.key, hashes.SHA256()))
        assert ("RSA-5000", "7") == (caught.value.kind, caught.value.serial)

    def test_pss_is_for_rsa_only(self, issued):
        """An elliptic curve cannot sign with RSASSA-PSS."""
        with raises_code("key-unsupported"):
            issued["p-256"].signer(pss=True)

    @pytest.mark.parametrize("usages", [("digital_signature",), ("content_commitment",), ()])
    def test_either_usage_or_none_at_all_allows(self, ca, now, usages):
        """DigitalSignature or nonRepudiation; without the extension nothing is restricted."""
        assert ca.issue("Uji", now=now, kind="p-256", usages=usages).signer()

    def test_other_usages_are_named(self, ca, now):
        """A certificate for encryption cannot sign."""
        usages = ("key_encipherment", "crl_sign")

        with raises_code("key-usage") as caught:
            ca.issue("Uji", now=now, kind="p-256", usages=usages).signer()
        assert ("keyEncipherment", "cRLSign") == caught.value.usages

    def test_the_same_checks_hold_for_other_digest_signers(self, ca, now, plain, request_now):
        """A device's certificate is checked like a file's, and its algorithm against its key."""
        weak = ca.issue("Uji", now=now, kind="rsa-1024")
        fine = ca.issue("Uji", now=now, kind="p-256")

        class Device:
            chain = ()

            def __init__(self, certificate, algorithm):
                self.certificate, self.algorithm = certificate, algorithm

            def sign(self, data):
                raise AssertionError(data)

        with raises_code("key-weak"):
            sign_pdf(plain, Device(weak.certificate, SignatureAlgorithm.RSA_SHA256), request_now)
        with raises_code("key-unsupported"):
            sign_pdf(plain, Device(fine.certificate, SignatureAlgorithm.ECDSA_SHA384), request_now)


class TestAddresses:
    """Signers are reached by an address."""

    @pytest.mark.parametrize(
        "form",
        [
            "{path}",
            "file:{path}",
            "file://{path}",
            "FILE://localhost{path}",
            "file:{path}?chain={path}&pss=0",
        ],
    )
    def test_key_files_are_found(self, issued, tmp_path, asked, form):
        """By path, by address, with options."""
        one = issued["p-256"]
        path = tmp_path / "kunci%20dinas.pem"
        (tmp_path / "kunci dinas.pem").write_bytes(pem_key(one.key) + pem(one.certificate))
        plain = form == "{path}"
        chosen = str(tmp_path / "kunci dinas.pem") if plain else str(path)

        assert one.certificate == open_file_signer(form.format(path=chosen), asked).certificate

    def test_pss_and_chain_are_options(self, issued, tmp_path):
        """An RSA key signs with RSASSA-PSS when asked."""
        one = issued["rsa-2048"]
        (tmp_path / "k.pem").write_bytes(pem_key(one.key))
        (tmp_path / "c.pem").write_bytes(pem(one.certificate))
        signer = open_file_signer(f"file:{tmp_path}/k.pem?chain={tmp_path}/c.pem&pss=1", no_secret)

        assert SignatureAlgorithm.RSA_PSS_SHA256 is signer.algorithm

    @pytest.mark.parametrize("address", ["file:", "file://host/k", "file:k?x=1", "file:k?pss=2", "file:k#1"])
    def test_addresses_that_cannot_be_read_are_refused(self, address):
        """Unknown options are not ignored."""
        with raises_code("signer-address"):
            open_file_signer(address, no_secret)


class TestDevelopmentCA:
    """Made on first use, kept, and never to be taken for a real one."""

    def test_it_is_made_once_and_kept(self, tmp_path, now):
        """Opened again, it has the same root and the same signers."""
        first = DevelopmentCA.open(tmp_path / "ca", now=now)
        key = first.issue("kepala-dinas", name="Kepala Dinas", now=now, kind="p-256")
        again = DevelopmentCA.open(tmp_path / "ca", now=now)

        assert first.root == again.root
        assert x509.load_pem_x509_certificate((tmp_path / "ca/root.pem").read_bytes()) == first.root
        assert key == again.issue("kepala-dinas", name="Kepala Dinas", now=now)

    @pytest.mark.parametrize("kind", ["rsa-2048", "p-384"])
    def test_its_signers_sign(self, tmp_path, now, plain, request_now, kind):
        """A signer has its chain up to the root and lives two years."""
        ca = DevelopmentCA.open(tmp_path, now=now)
        signer = ca.signer("sekretaris", name="Sekretaris", organization="Kota Contoh", now=now, kind=kind)

        assert ca.root == signer.chain[-1]
        assert now + timedelta(days=730) == signer.certificate.not_valid_after_utc
        assert sign_pdf(plain, signer, request_now)

    def test_every_subject_says_that_it_is_for_development(self, tmp_path, now):
        """In Indonesian and English, root and issuing certificate included."""
        ca = DevelopmentCA.open(tmp_path, now=now)
        signer = ca.signer("a", name="A", now=now, kind="p-256")

        for certificate in (signer.certificate, *signer.chain):
            subject = certificate.subject.rfc4514_string()
            assert MARKER in subject
            assert "PENGEMBANGAN" in subject
            assert "DEVELOPMENT" in subject

    def test_its_files_are_for_their_owner_only(self, tmp_path, now):
        """Keys have mode 0600 in a folder of mode 0700, and nothing else is left behind."""
        ca = DevelopmentCA.open(tmp_path / "x/ca", now=now)
        ca.issue("a", name="A", now=now, kind="p-256")
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in ca.folder.iterdir()}

        assert {"authority.pem": 0o600, "root.pem": 0o600, "signer-a.pem": 0o600} == files
        assert 0o700 == stat.S_IMODE(ca.folder.stat().st_mode)

    def test_a_signer_is_renewed_when_its_certificate_ended(self, tmp_path, now):
        """After two years a new certificate is made."""
        ca = DevelopmentCA.open(tmp_path, now=now)
        old = ca.signer("a", name="A", now=now, kind="p-256").certificate
        later = now + timedelta(days=731)

        assert old != ca.signer("a", name="A", now=later, kind="p-256").certificate

    def test_two_at_once_get_the_same(self, tmp_path, now):
        """The first to finish wins, the other reads what is there."""
        with ThreadPoolExecutor(8) as pool:
            roots = list(pool.map(lambda _: DevelopmentCA.open(tmp_path, now=now).root, range(8)))

        assert 1 == len(set(roots))

    @pytest.mark.parametrize(
        ("slug", "name"),
        [("", "A"), ("../a", "A"), ("Kepala", "A"), ("a" * 61, "A"), ("a", "x" * 49), ("a", " ")],
    )
    def test_names_that_fit_no_file_or_certificate_are_refused(self, tmp_path, now, slug, name):
        """No path, no capital letters, not too long."""
        with raises_code("development-name"):
            DevelopmentCA.open(tmp_path, now=now).issue(slug, name=name, now=now, kind="p-256")

    def test_a_broken_folder_is_named(self, tmp_path, now, ca):
        """Other content, or keys that do not belong to the certificates."""
        mixed = (
            pem_key(ca.root.key) + pem_key(ca.issuing.key) + pem(ca.issuing.certificate, ca.root.certificate)
        )
        for content in (b"x", pem_key(ca.root.key) + pem(ca.root.certificate), mixed):
            (tmp_path / "authority.pem").write_bytes(content)
            with raises_code("development-folder") as caught:
                DevelopmentCA.open(tmp_path, now=now)
            assert "authority.pem" == caught.value.file

    def test_unknown_kinds_of_keys_are_refused(self):
        """A misspelt kind is told what there is."""
        with pytest.raises(ValueError, match="rsa-2048"):
            make_key("rsa")

    def test_other_curves_may_sign_certificates(self, now):
        """A CA with P-384 keys signs with SHA-384."""
        ca = SyntheticCA.create(now, kind="p-384")

        assert "sha384" == ca.issue("A", now=now, kind="p-256").certificate.signature_hash_algorithm.name
