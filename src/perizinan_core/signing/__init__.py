"""
Signing permits: PDF in, PAdES-signed PDF out.

`sign_pdf` is the one verb; `SigningRequest` says what the signature states and where it shows.
`FileKeySigner` is the built-in signer, `DigestSigner` and `DocumentSigner` are the ports for others
(``register_signers``). `perizinan_core.signing.ltv` has timestamps and long-term data. Certificates for trying out
are made by `perizinan_core.testing.SyntheticCA`, and by an office with ``signing.development``.
"""

from perizinan_core.signing._file_key import FileKeySigner, no_secret
from perizinan_core.signing._ports import (
    DigestSigner,
    DocumentSigner,
    SecretCallback,
    SignatureAlgorithm,
    Signer,
    TimestampSource,
)
from perizinan_core.signing._request import Placement, SigningRequest, VisibleMark
from perizinan_core.signing._sign import sign_pdf

__all__ = [
    "DigestSigner",
    "DocumentSigner",
    "FileKeySigner",
    "Placement",
    "SecretCallback",
    "SignatureAlgorithm",
    "Signer",
    "SigningRequest",
    "TimestampSource",
    "VisibleMark",
    "no_secret",
    "sign_pdf",
]
