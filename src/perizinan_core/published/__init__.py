"""
What an office publishes, read and written: authority document, keys, QR claims, status list.

Below verification and signing, because both sides use it: the office that issues, and anyone who checks.
"""

from perizinan_core.published._authority_document import (
    AuthorityDocument,
    Contact,
    PublishedType,
    QrKey,
    RegisteredDelegation,
    Signatory,
    read_authority_document,
    sign_authority_document,
)
from perizinan_core.published._authority_update import accept_directory, accept_update
from perizinan_core.published._directory import Directory, DirectoryEntry, read_directory, sign_directory
from perizinan_core.published._envelope import countersign
from perizinan_core.published._keys import (
    PrivateKey,
    PublicKey,
    key_to_jwk,
    signing_callback,
    thumbprint,
)
from perizinan_core.published._qr_claims import (
    MAX_QR_LENGTH,
    QrClaims,
    QrContent,
    decode_qr_text,
    encode_qr_text,
    type_number,
    verify_qr,
)
from perizinan_core.published._status import (
    NO_STATUS,
    NoStatus,
    PermitStatusAnswer,
    PublishedVersions,
    StatusChoice,
    StatusSource,
    VersionSource,
)
from perizinan_core.published._status_list import (
    STATUS_LIST_FILE,
    STATUS_LIST_MEDIA_TYPE,
    ListStatus,
    StatusList,
    StatusListTerms,
    read_status_list,
)

__all__ = [
    "MAX_QR_LENGTH",
    "NO_STATUS",
    "STATUS_LIST_FILE",
    "STATUS_LIST_MEDIA_TYPE",
    "AuthorityDocument",
    "Contact",
    "Directory",
    "DirectoryEntry",
    "ListStatus",
    "NoStatus",
    "PermitStatusAnswer",
    "PrivateKey",
    "PublicKey",
    "PublishedType",
    "PublishedVersions",
    "QrClaims",
    "QrContent",
    "QrKey",
    "RegisteredDelegation",
    "Signatory",
    "StatusChoice",
    "StatusList",
    "StatusListTerms",
    "StatusSource",
    "VersionSource",
    "accept_directory",
    "accept_update",
    "countersign",
    "decode_qr_text",
    "encode_qr_text",
    "key_to_jwk",
    "read_authority_document",
    "read_directory",
    "read_status_list",
    "sign_authority_document",
    "sign_directory",
    "signing_callback",
    "thumbprint",
    "type_number",
    "verify_qr",
]
