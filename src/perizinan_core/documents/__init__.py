"""
Files that applicants hand in and the office keeps.

- Keeping: `DocumentStore` is the port, `FolderDocumentStore` the embedded default (a folder, named by
content),
  `InMemoryDocumentStore` the one for tests.
- Judging: `inspect_upload` reports everything about an upload, `check_upload` raises on anything that
refuses it;
  an `UploadPolicy` says what is accepted, `UploadScanner` is the port for more checks.
- Taking in: a `Spool` holds an upload on its way in; it is written once, and a store on the same file system keeps it
  without a copy.
- Sealing: `SealedDocumentStore` encrypts what any `SealableStore` keeps, under the key of the office.
- Stores of your own: `IncomingBytes` and `checked_reader` keep the hash in view, `checked_hash` and `checked_link_name`
  take no other names than all stores do.
- Looking: `page_picture` draws a page as a picture of ours.
- Names: `kept_name` makes any file name fit to be kept and signed, `display_name` to be shown.

::

    with spool_for(store, max_bytes=5_000_000) as spool:
        spool.fill(stream)
        report = check_upload(spool, file_name="KTP – Dewi.pdf", policy=UploadPolicy(max_bytes=5_000_000))
        stored = keep_spool(spool, store, expected_sha256=report.sha256)
"""

from perizinan_core.documents._content_types import ContentType
from perizinan_core.documents._copying import CopyOutcome, CopyStep, copy_documents
from perizinan_core.documents._findings import FINDINGS, REMEDIES, finding
from perizinan_core.documents._folder_store import FolderDocumentStore
from perizinan_core.documents._keys import checked_hash, checked_label, checked_link_name
from perizinan_core.documents._memory_store import InMemoryDocumentStore
from perizinan_core.documents._names import display_name, kept_name
from perizinan_core.documents._policy import DEFAULT_ACCEPTED, UploadPolicy
from perizinan_core.documents._ports import (
    AddressingStore,
    CheckedScanner,
    DocumentStore,
    PublishingStore,
    SealableStore,
    SpoolingStore,
    StoredDocument,
    StoreProblem,
    UploadScanner,
)
from perizinan_core.documents._previews import PagePicture, page_picture
from perizinan_core.documents._reading import IncomingBytes, checked_reader
from perizinan_core.documents._report import Finding, Reading, Severity, UploadReport
from perizinan_core.documents._resealing import (
    SealOutcome,
    SealState,
    SealStep,
    seal_documents,
    seal_state,
)
from perizinan_core.documents._sandbox import Sandbox, SandboxAnswer
from perizinan_core.documents._sealed_store import SealedDocumentStore
from perizinan_core.documents._sealing import SealKey, SealKeys
from perizinan_core.documents._spool import Spool
from perizinan_core.documents._uploads import check_upload, inspect_upload

__all__ = [
    "DEFAULT_ACCEPTED",
    "FINDINGS",
    "REMEDIES",
    "AddressingStore",
    "CheckedScanner",
    "ContentType",
    "CopyOutcome",
    "CopyStep",
    "DocumentStore",
    "Finding",
    "FolderDocumentStore",
    "InMemoryDocumentStore",
    "IncomingBytes",
    "PagePicture",
    "PublishingStore",
    "Reading",
    "Sandbox",
    "SandboxAnswer",
    "SealKey",
    "SealKeys",
    "SealOutcome",
    "SealState",
    "SealStep",
    "SealableStore",
    "SealedDocumentStore",
    "Severity",
    "Spool",
    "SpoolingStore",
    "StoreProblem",
    "StoredDocument",
    "UploadPolicy",
    "UploadReport",
    "UploadScanner",
    "check_upload",
    "checked_hash",
    "checked_label",
    "checked_link_name",
    "checked_reader",
    "copy_documents",
    "display_name",
    "finding",
    "inspect_upload",
    "kept_name",
    "page_picture",
    "seal_documents",
    "seal_state",
]
