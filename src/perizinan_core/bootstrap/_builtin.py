"""Our own implementations, offered through the same hooks as everyone's."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

import attrs

from perizinan_core.documents import DocumentStore, FolderDocumentStore
from perizinan_core.hooks._context import PluginContext
from perizinan_core.hooks._notification import MailFolderChannel, NotificationChannel
from perizinan_core.hooks._smtp import SmtpChannel, SmtpSettings
from perizinan_core.hooks._specs import API_VERSION, hookimpl
from perizinan_core.hooks._types import (
    ApplicantCheckResult,
    AuthorityPack,
    DocumentStoreEntry,
    NotificationChannelEntry,
    RendererEntry,
    SignerEntry,
    StorageEntry,
    TablesEntry,
    WorkQueueEntry,
)
from perizinan_core.hooks._work_queue import Rounds, WorkQueue
from perizinan_core.model._applicant import Applicant, Organisation
from perizinan_core.rendering import Renderer, TypstRenderer
from perizinan_core.signing._file_key import open_file_signer
from perizinan_core.storage import KeyRing, MigrationReport, Storage, migrate, open_storage
from perizinan_core.storage._opening import known_keys

__all__ = ["Builtin", "MailFolderSettings"]


@attrs.frozen(kw_only=True)
class MailFolderSettings:
    """``[plugin.mail-folder]``: mails as files, for an office without a mail server."""

    folder: Path = Path("outbox")
    """Where the ``.eml`` files go."""

    sender: str = "perizinan@localhost"
    """What stands as the sender."""

    forwarded: bool = False
    """
    True: a mail program collects the files and sends them. Without it no applicant counts as notified, and no period
    runs from these mails.
    """


class Builtin:
    """The built-in plugin."""

    perizinan_api = API_VERSION

    @hookimpl
    def register_storages(self) -> list[StorageEntry]:
        """SQLite and PostgreSQL."""
        return [
            StorageEntry(
                schemes=("sqlite", "sqlite+pysqlite", "postgresql", "postgres", "postgresql+psycopg"),
                open=_open_storage,
                migrate=_migrate,
                migrate_with_keys=_migrate_with_keys,
                migrate_with_tables=_migrate_with_tables,
                known_keys=_known_keys,
                takes_engine=True,
            )
        ]

    @hookimpl
    def register_document_stores(self) -> list[DocumentStoreEntry]:
        """A folder."""
        return [DocumentStoreEntry(scheme="folder", open=_open_folder)]

    @hookimpl
    def register_notification_channels(self) -> list[NotificationChannelEntry]:
        """Mail through a mail server, and mails as files."""
        return [
            NotificationChannelEntry(name="mail-folder", open=_open_mail_folder, settings=MailFolderSettings),
            NotificationChannelEntry(name="smtp", open=_open_smtp, settings=SmtpSettings),
        ]

    @hookimpl
    def register_signers(self) -> list[SignerEntry]:
        """Keys in files."""
        return [SignerEntry(scheme="file", open=open_file_signer)]

    @hookimpl
    def register_renderers(self) -> list[RendererEntry]:
        """Typst."""
        return [RendererEntry(name="typst", open=_open_typst)]

    @hookimpl
    def register_work_queues(self) -> list[WorkQueueEntry]:
        """Rounds."""
        return [WorkQueueEntry(name="rounds", open=_open_rounds)]

    @hookimpl(trylast=True)
    def decide_applicant_check(self, applicant: Applicant) -> ApplicantCheckResult:
        """Accept an identity whose form is right; no one vouched for it."""
        person = applicant.responsible if isinstance(applicant, Organisation) else applicant
        nik, born = person.nik, person.birth_date
        if nik is not None and born is not None and not nik.agrees_with_birth_date(born):
            return ApplicantCheckResult(accepted=False, reason="tanggal lahir tidak sesuai dengan NIK")
        return ApplicantCheckResult(accepted=True)


def _open_storage(*, address: str, keys: KeyRing, zone: tzinfo) -> Storage:
    return open_storage(address, keys, zone=zone)


def _migrate(*, address: str) -> None:
    migrate(address)


def _migrate_with_keys(*, address: str, keys: KeyRing) -> None:
    migrate(address, keys=keys)


def _migrate_with_tables(
    *, address: str, keys: KeyRing, tables: tuple[TablesEntry, ...], set_aside: tuple[str, ...]
) -> MigrationReport:
    return migrate(address, keys=keys, tables=tables, set_aside=set_aside)


def _known_keys(*, address: str) -> tuple[str, ...]:
    return known_keys(address)


def _open_folder(*, address: str) -> DocumentStore:
    return FolderDocumentStore(Path(address.partition(":")[2]))


def _open_mail_folder(*, context: PluginContext[MailFolderSettings]) -> NotificationChannel:
    settings = context.settings
    return MailFolderChannel(folder=settings.folder, sender=settings.sender, forwarded=settings.forwarded)


def _open_smtp(*, context: PluginContext[SmtpSettings]) -> NotificationChannel:
    return SmtpChannel(context.settings)


def _open_typst(*, pack: AuthorityPack) -> Renderer:
    return TypstRenderer(templates=pack.templates, assets=pack.assets)


def _open_rounds() -> WorkQueue:
    return Rounds()
