"""The options of ``perizinan verify --signature-only``: roots and revocation data."""

from __future__ import annotations

from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core._pdf._limits import Limits
from perizinan_core.errors.verification import TrustRootsError
from perizinan_core.i18n import N_, translate
from perizinan_core.verification._file_verifier import Policy
from perizinan_core.verification.signatures import SignatureVerifier, load_roots

__all__ = ["open_signature_verifier"]

_MAX_BYTES = 64 * 1024 * 1024


def open_signature_verifier(
    roots: tuple[str, ...], revocation: tuple[Path, ...], limits: Limits, policy: Policy, language: str
) -> SignatureVerifier:
    """
    Return the verifier that the options ask for.

    Raises:
        click.UsageError: when roots are missing or cannot be read.
    """
    if not roots:
        sentence = N_(
            "--signature-only: say with --roots which certificates you trust, or --roots indonesia."
        )
        raise click.UsageError(translate(sentence, language))
    try:
        store = load_roots(roots)
    except TrustRootsError as error:
        raise click.UsageError(f"--roots: {error.message(language)}") from error
    items = [item for path in revocation for item in _revocation(path, language)]
    return SignatureVerifier(store, revocation=items, limits=limits, policy=policy)


def _revocation(path: Path, language: str) -> list[bytes]:
    files = sorted(item for item in path.iterdir() if item.is_file()) if path.is_dir() else [path]
    try:
        return [_der(file.read_bytes()[:_MAX_BYTES]) for file in files]
    except (OSError, ValueError, x509.InvalidVersion) as error:
        sentence = N_(
            "--revocation: expected OCSP answers or CRLs (DER, or CRLs in PEM), but {file} is not one of these."
        )
        raise click.UsageError(translate(sentence, language, file=path.name)) from error


def _der(raw: bytes) -> bytes:
    if raw.startswith(b"-----BEGIN X509 CRL-----"):
        return x509.load_pem_x509_crl(raw).public_bytes(Encoding.DER)
    if not raw.startswith(b"\x30"):
        raise ValueError("neither DER nor PEM")
    return raw
