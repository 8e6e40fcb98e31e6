"""
What both kinds of signer must do: a key that signs bytes, and a service that signs whole PDFs.

::

    class TestMyToken(DigestSignerSuite):
        @pytest.fixture
        def signer(self, token):
            return TokenSigner(token)

        @pytest.fixture
        def root(self, token):
            return token.root

        @contextmanager
        def broken(self, signer):
            with token.unplugged():
                yield
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from perizinan_core.rendering import TypstRenderer
from perizinan_core.signing import (
    DigestSigner,
    DocumentSigner,
    SignatureAlgorithm,
    Signer,
    SigningRequest,
    sign_pdf,
)
from perizinan_core.testing._letters import sample_letter
from perizinan_core.testing._offices import MORNING
from perizinan_core.verification import Report, Verdict
from perizinan_core.verification.signatures import verify_signatures

__all__ = ["DigestSignerSuite", "DocumentSignerSuite"]

_THREADS = 8
_DATA = [b"", b"x", bytes(range(256)) * 40, b"signed attributes" * 70_000]


class _SignerSuite:
    """What both kinds have in common."""

    can_fail: ClassVar[bool] = True
    """False for a key that lies in memory: there is nothing behind it that could be away."""

    secrets: ClassVar[tuple[str, ...]] = ()
    """Passphrases and the like that the fixture uses: they must be in no log and no ``repr``."""

    @pytest.fixture
    def root(self) -> x509.Certificate:
        """Return the root certificate under which the signer's certificate stands."""
        raise NotImplementedError

    @pytest.fixture
    def moment(self) -> datetime:
        """Return a moment within the validity of the certificate."""
        return MORNING

    @pytest.fixture(scope="class")
    @classmethod
    def letter(cls) -> bytes:
        """Return an unsigned letter."""
        return TypstRenderer().render(sample_letter())

    def broken(self, signer: Signer) -> AbstractContextManager[None]:
        """Let the key, token or service fail inside the block."""
        raise NotImplementedError

    def judged(self, pdf: bytes, root: x509.Certificate, moment: datetime) -> Report:
        """Return what a verifier says."""
        return verify_signatures(pdf, roots=[root], at=moment)

    def check_signed(self, signed: bytes, letter: bytes, root: x509.Certificate, moment: datetime) -> None:
        """The letter is there unchanged, and the signature is valid and covers all of it."""
        assert signed.startswith(letter)
        report = self.judged(signed, root, moment)
        assert report.verdict is Verdict.VALID, report.reasons

    def check_discretion(
        self, signer: Signer, letter: bytes, moment: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        """No secret shows, in success or failure."""
        request = SigningRequest(signed_at=moment)
        told = []
        with caplog.at_level(logging.DEBUG):
            sign_pdf(letter, signer, request)
            with self.broken(signer) if self.can_fail else nullcontext():
                try:
                    sign_pdf(letter, signer, request)
                except Exception as error:  # noqa: BLE001 - its words are what is looked at
                    told.append(f"{error} {error!r}")
        told += [repr(signer), *(record.getMessage() for record in caplog.records)]

        for secret in self.secrets:
            assert not [text for text in told if secret in text]


class DigestSignerSuite(_SignerSuite):
    """Subclass it, give ``signer`` and ``root`` fixtures and `broken`."""

    @pytest.fixture
    def signer(self) -> DigestSigner:
        """Return the signer."""
        raise NotImplementedError

    @pytest.mark.parametrize("data", _DATA, ids=["empty", "one", "all bytes", "large"])
    def test_the_certificate_proves_what_was_signed(self, signer: DigestSigner, data: bytes) -> None:
        """Of data of every size, by the algorithm that the signer names."""
        _check(signer.certificate, signer.algorithm, signer.sign(data), data)

    def test_other_data_get_another_signature(self, signer: DigestSigner) -> None:
        """A signer that answers from memory is found."""
        first, second = signer.sign(b"satu"), signer.sign(b"dua")

        _check(signer.certificate, signer.algorithm, second, b"dua")
        assert first != second

    def test_the_algorithm_fits_the_key(self, signer: DigestSigner) -> None:
        """RSA of 2048 bits or more, or a curve with the hash of its size."""
        key = signer.certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            assert key.key_size >= 2048
            assert signer.algorithm in (SignatureAlgorithm.RSA_SHA256, SignatureAlgorithm.RSA_PSS_SHA256)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            assert {"secp256r1": "sha256", "secp384r1": "sha384"}[
                key.curve.name
            ] == signer.algorithm.hash_name

    def test_the_chain_leads_upwards_to_the_root(self, signer: DigestSigner, root: x509.Certificate) -> None:
        """Nearest first; the root may be left out."""
        above: Sequence[x509.Certificate] = (*signer.chain, root)
        lower = signer.certificate
        for upper in above:
            if upper != lower:
                lower.verify_directly_issued_by(upper)
            lower = upper

    def test_several_threads_may_sign_at_once(self, signer: DigestSigner) -> None:
        """Each gets the signature of its own data."""
        texts = [f"surat {number}".encode() for number in range(_THREADS * 4)]
        with ThreadPoolExecutor(_THREADS) as pool:
            signatures = list(pool.map(signer.sign, texts))

        for text, signature in zip(texts, signatures, strict=True):
            _check(signer.certificate, signer.algorithm, signature, text)

    def test_a_signed_letter_is_valid_and_unchanged_below(
        self, signer: DigestSigner, letter: bytes, root: x509.Certificate, moment: datetime
    ) -> None:
        """As a verifier sees it."""
        signed = sign_pdf(letter, signer, SigningRequest(signed_at=moment))

        self.check_signed(signed, letter, root, moment)

    def test_a_failure_is_raised_and_the_next_letter_is_signed(self, signer: DigestSigner) -> None:
        """A signer fails closed, and recovers."""
        if self.can_fail:
            with self.broken(signer), pytest.raises(Exception):  # noqa: B017, PT011 - whichever it is
                signer.sign(b"data")

        _check(signer.certificate, signer.algorithm, signer.sign(b"data"), b"data")

    def test_no_secret_is_shown(
        self,
        signer: DigestSigner,
        letter: bytes,
        moment: datetime,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Neither in ``repr`` nor in errors nor in the log."""
        self.check_discretion(signer, letter, moment, caplog)


class DocumentSignerSuite(_SignerSuite):
    """Subclass it, give ``signer`` and ``root`` fixtures, `broken` and `asked`."""

    @pytest.fixture
    def signer(self) -> DocumentSigner:
        """Return the signer."""
        raise NotImplementedError

    def asked(self, signer: DocumentSigner) -> int:
        """Return how many documents the service was asked to sign so far."""
        raise NotImplementedError

    def test_a_signed_letter_is_valid_and_unchanged_below(
        self, signer: DocumentSigner, letter: bytes, root: x509.Certificate, moment: datetime
    ) -> None:
        """As a verifier sees it."""
        signed = sign_pdf(letter, signer, SigningRequest(signed_at=moment))

        self.check_signed(signed, letter, root, moment)

    def test_the_service_is_asked_once(self, signer: DocumentSigner, letter: bytes, moment: datetime) -> None:
        """A second request could be a second signature, and is a person's decision."""
        before = self.asked(signer)
        sign_pdf(letter, signer, SigningRequest(signed_at=moment))

        assert self.asked(signer) - before == 1

    def test_a_failure_is_raised_and_not_tried_again(
        self, signer: DocumentSigner, letter: bytes, moment: datetime
    ) -> None:
        """What the service did meanwhile is not known."""
        before = self.asked(signer)
        with self.broken(signer), pytest.raises(Exception):  # noqa: B017, PT011 - whichever it is
            sign_pdf(letter, signer, SigningRequest(signed_at=moment))

        assert self.asked(signer) - before <= 1

    def test_the_next_letter_is_signed_after_a_failure(
        self, signer: DocumentSigner, letter: bytes, root: x509.Certificate, moment: datetime
    ) -> None:
        """A connection that broke is opened again."""
        request = SigningRequest(signed_at=moment)
        with self.broken(signer), suppress(Exception):
            sign_pdf(letter, signer, request)

        self.check_signed(sign_pdf(letter, signer, request), letter, root, moment)

    def test_several_letters_at_once_come_back_to_whom_they_belong(
        self, signer: DocumentSigner, root: x509.Certificate, moment: datetime
    ) -> None:
        """No office gets another's letter."""
        renderer = TypstRenderer()
        letters = [renderer.render(sample_letter(number=f"500/{n}/2026")) for n in range(4)]
        with ThreadPoolExecutor(len(letters)) as pool:
            signed = list(
                pool.map(lambda pdf: sign_pdf(pdf, signer, SigningRequest(signed_at=moment)), letters)
            )

        for letter, answer in zip(letters, signed, strict=True):
            self.check_signed(answer, letter, root, moment)

    def test_no_secret_is_shown(
        self,
        signer: DocumentSigner,
        letter: bytes,
        moment: datetime,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Neither in ``repr`` nor in errors nor in the log."""
        self.check_discretion(signer, letter, moment, caplog)


def _check(
    certificate: x509.Certificate, algorithm: SignatureAlgorithm, signature: bytes, data: bytes
) -> None:
    """Pass when the signature is that of the certificate's key over the data; else `cryptography` raises."""
    key = certificate.public_key()
    digest = hashes.SHA384() if algorithm.hash_name == "sha384" else hashes.SHA256()
    if isinstance(key, rsa.RSAPublicKey):
        if algorithm is SignatureAlgorithm.RSA_PSS_SHA256:
            key.verify(signature, data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        else:
            key.verify(signature, data, padding.PKCS1v15(), digest)
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, data, ec.ECDSA(digest))
