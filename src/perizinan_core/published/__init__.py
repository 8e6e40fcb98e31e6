"""
What an office publishes, read and written: authority document, keys, QR claims, status list.

Below verification and signing, because both sides use it: the office that issues, and anybody who checks.
"""

from perizinan_core.published._authority_document import (
    AuthorityDocument,
    Contact,
    PublishedType,
    QrKey,
    RegisteredDelegation,
    Signatory,
)
from perizinan_core.published._authority_reading import read_authority_document, sign_authority_document
from perizinan_core.published._status import (
    NO_STATUS,
    NoStatus,
    PermitStatusAnswer,
    PublishedVersions,
    StatusChoice,
    StatusSource,
    VersionSource,
)

__all__ = [
    "NO_STATUS",
    "AuthorityDocument",
    "Contact",
    "NoStatus",
    "PermitStatusAnswer",
    "PublishedType",
    "PublishedVersions",
    "QrKey",
    "RegisteredDelegation",
    "Signatory",
    "StatusChoice",
    "StatusSource",
    "VersionSource",
    "read_authority_document",
    "sign_authority_document",
]
