"""An office for exercises: records and files in memory, letters on F4, numbers from a file, short texts."""

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from threading import Lock

import attrs

from perizinan_core.documents import DocumentStore, Finding, InMemoryDocumentStore, Severity, UploadReport
from perizinan_core.hooks import (
    ApplicantCheckResult,
    AuthorityPack,
    DocumentStoreEntry,
    MessageText,
    MessageTextsEntry,
    NumberRequest,
    NumberSourceEntry,
    PluginContext,
    RendererEntry,
    RetentionEntry,
    SignerEntry,
    StorageEntry,
    UploadScannerEntry,
    hookimpl,
)
from perizinan_core.model import Applicant, EventKind, Organisation
from perizinan_core.rendering import Paper, Renderer, TypstRenderer
from perizinan_core.signing import FileKeySigner, SecretCallback, Signer
from perizinan_core.storage import Storage
from perizinan_core.storage.memory import MemoryStorage

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


@attrs.frozen
class PageLimit:
    """Takes no long scans."""

    name: str = "page-limit"
    most: int = 50

    def scan(self, path: Path, report: UploadReport) -> Iterator[Finding]:
        """Look at what the inspection counted."""
        del path
        if (report.pages or 0) > self.most:
            yield Finding(
                "too-long", Severity.REFUSE, "This office takes 50 pages at most. Split the document."
            )


@attrs.define
class PaperRegister:
    """Numbers that were agreed with another office, one a line; each is given for one key."""

    context: PluginContext[None]
    _turn: Lock = attrs.field(factory=Lock, init=False)

    def reserve(self, request: NumberRequest) -> str:
        """Return the number of a key, or the next free line for a new one."""
        with self._turn:
            given = self.context.folder / f"{request.register}.given"
            known = dict(line.split("\t") for line in _lines(given))
            if request.key not in known:
                free = _lines(self.context.folder / f"{request.register}.txt")
                number = next(item for item in free if item not in known.values())
                with given.open("a", encoding="utf-8") as file:
                    file.write(f"{request.key}\t{number}\n")
                known[request.key] = number
            return known[request.key]


@attrs.define
class Notes:
    """Notes of trainees about cases, one file each; a note that begins with "keep" keeps its case."""

    context: PluginContext[None]

    def keeps(self, case: str) -> str | None:
        """Say why a case must stay, or None."""
        note = self.context.folder / f"{case}.note"
        text = note.read_text(encoding="utf-8") if note.exists() else ""
        return "it is used in a lesson" if text.startswith("keep") else None

    def forget(self, case: str) -> None:
        """Remove the note."""
        (self.context.folder / f"{case}.note").unlink(missing_ok=True)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def open_records(*, zone: tzinfo) -> Storage:
    """Open records that are gone when the program ends."""
    return MemoryStorage(zone=zone)


def open_documents(*, address: str) -> DocumentStore:
    """Open files that are gone when the program ends."""
    del address
    return InMemoryDocumentStore()


def open_signer(*, address: str, secret: SecretCallback, context: PluginContext[None]) -> Signer:
    """Open a key that lies in the plugin's own folder, such as ``practice:kepala.p12``."""
    return FileKeySigner.open(context.folder / address.partition(":")[2], secret)


def open_renderer(*, pack: AuthorityPack) -> Renderer:
    """Print on F4."""
    return TypstRenderer(templates=pack.templates, assets=pack.assets, paper=Paper.F4)


def short_texts() -> list[MessageText]:
    """Write the receipt in one sentence."""
    return [
        MessageText(
            kind=EventKind.APPLICATION_SUBMITTED,
            language="id",
            subject="Latihan: {receipt}",
            body="Permohonan latihan {permit_type} Anda bernomor {receipt}.",
        )
    ]


@hookimpl
def register_storages() -> list[StorageEntry]:
    """Offer ``database = "practice:"``."""
    return [StorageEntry(schemes=("practice",), open=open_records, migrate=lambda: None)]


@hookimpl
def register_document_stores() -> list[DocumentStoreEntry]:
    """Offer ``documents = "practice:"``."""
    return [DocumentStoreEntry(scheme="practice", open=open_documents)]


@hookimpl
def register_signers() -> list[SignerEntry]:
    """Offer ``kepala = "practice:kepala.p12"``."""
    return [SignerEntry(scheme="practice", open=open_signer)]


@hookimpl
def register_renderers() -> list[RendererEntry]:
    """Offer ``renderer = "f4"``."""
    return [RendererEntry(name="f4", open=open_renderer)]


@hookimpl
def register_upload_scanners() -> list[UploadScannerEntry]:
    """Offer ``scanners = ["page-limit"]``."""
    return [UploadScannerEntry(name="page-limit", open=PageLimit)]


@hookimpl
def register_message_texts() -> list[MessageTextsEntry]:
    """Offer ``message_texts = ["short"]``."""
    return [MessageTextsEntry(name="short", open=short_texts)]


@hookimpl
def register_number_sources() -> list[NumberSourceEntry]:
    """Offer ``number_sources = { izin = "paper-register" }``."""
    return [NumberSourceEntry(name="paper-register", open=PaperRegister)]


@hookimpl
def register_retention() -> list[RetentionEntry]:
    """Offer ``retention = ["notes"]``."""
    return [RetentionEntry(name="notes", open=Notes)]


@hookimpl
def decide_applicant_check(*, applicant: Applicant) -> ApplicantCheckResult | None:
    """Vouch for the made-up people of exercises, whose numbers end in zeros."""
    person = applicant.responsible if isinstance(applicant, Organisation) else applicant
    if person.nik is not None and person.nik.value.endswith("0000"):
        return ApplicantCheckResult(accepted=True, verified_by="practice")
    return None
