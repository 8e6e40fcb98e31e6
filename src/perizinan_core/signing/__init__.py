"""
Signing permits: PDF in, PAdES-signed PDF out.

`sign_pdf` is the one verb; `SigningRequest` says what the signature states and where it shows.
`SignerRegistry` opens signers by address, `FileKeySigner` is the built-in one, `DigestSigner` and
`DocumentSigner` are the ports for others. `DevelopmentCA` makes certificates for trying out.

Modules, from the ground up: `pdf_syntax`, `pdf_file` (what `perizinan_core._pdf` reads, held to more),
`incremental` (writing), `pages`, `form`, `structure`, `mark`, `placing`, `room` (what is added),
`certificates`, `schemes`, `cms` (the container), `ports`, `request`, `sign`; `file_key`, `registry`,
`synthetic_ca`, `development` (keys); `ltv` (timestamps and long-term data, loaded apart).
"""

from perizinan_core.signing._development import DevelopmentCA
from perizinan_core.signing._file_key import FileKeySigner, no_secret
from perizinan_core.signing._ports import (
    DigestSigner,
    DocumentSigner,
    SecretCallback,
    SignatureAlgorithm,
    Signer,
    TimestampSource,
)
from perizinan_core.signing._registry import SignerOpener, SignerRegistry
from perizinan_core.signing._request import Placement, SigningRequest, VisibleMark
from perizinan_core.signing._sign import sign_pdf

__all__ = [
    "DevelopmentCA",
    "DigestSigner",
    "DocumentSigner",
    "FileKeySigner",
    "Placement",
    "SecretCallback",
    "SignatureAlgorithm",
    "Signer",
    "SignerOpener",
    "SignerRegistry",
    "SigningRequest",
    "TimestampSource",
    "VisibleMark",
    "no_secret",
    "sign_pdf",
]
