"""The options of ``perizinan verify --signature-only``: roots, revocation data, and the moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.errors.foreign import TrustRootsError
from perizinan_core.i18n import N_, translate
from perizinan_core.verification.foreign import SignatureVerifier, load_roots
from perizinan_core.verification.limits import Limits

__all__ = ["moment_in_jakarta", "open_signature_verifier"]

_JAKARTA = timezone(timedelta(hours=7), "WIB")
_DAY = len("2026-11-25")
_MAX_BYTES = 64 * 1024 * 1024


def open_signature_verifier(
    roots: tuple[str, ...], revocation: tuple[Path, ...], limits: Limits, language: str
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
    return SignatureVerifier(store, revocation=items, limits=limits)


def _revocation(path: Path, language: str) -> list[bytes]:
    files = sorted(item for item in path.iterdir() if item.is_file()) if path.is_dir() else [path]
    try:
        return [_der(file.read_bytes()[:_MAX_BYTES]) for file in files]
    except (OSError, ValueError, x509.InvalidVersion) as error:
        sentence = N_(
            "--revocation: expected OCSP answers or CRLs (DER, or CRLs in PEM), but {file} is none."
        )
        raise click.UsageError(translate(sentence, language, file=path.name)) from error


def _der(raw: bytes) -> bytes:
    if raw.startswith(b"-----BEGIN X509 CRL-----"):
        return x509.load_pem_x509_crl(raw).public_bytes(Encoding.DER)
    if not raw.startswith(b"\x30"):
        raise ValueError("neither DER nor PEM")
    return raw


def moment_in_jakarta(text: str | None, language: str) -> datetime:
    """
    Return the moment of the check; a time without offset is one in Jakarta.

    A day means its last moment, so that what was signed on that day counts; today means now.

    Raises:
        click.UsageError: when it is no time.
    """
    if text is None:
        return datetime.now(UTC)
    try:
        if len(text) == _DAY:
            end = datetime.combine(date.fromisoformat(text), time.max, _JAKARTA)
            now = datetime.now(UTC)
            return now if end - timedelta(days=1) < now < end else end
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        sentence = N_(
            "--at: expected a day such as 2026-11-25 or a time such as 2026-11-25T10:00+07:00, but got {text}."
        )
        raise click.UsageError(translate(sentence, language, text=text)) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=_JAKARTA)
