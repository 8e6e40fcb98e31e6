"""
What a plugin may do: one function per hook.

Two families, recognised by name. ``register_…`` hooks return records and are asked once at start; a plugin
that raises there is set aside and named in ``perizinan plugins list``. ``decide_…`` hooks are asked
until one answers and fail closed: an error stops the use case. What wants to know what happened after the commit is
an event consumer: a record with a name of its own, so that what it has not received yet is kept for it.

A plugin is an object (usually a module) with functions marked `hookimpl`, offered under the entry point
group ``perizinan_core.plugins``. It states the version of this interface that it was written for::

    perizinan_api = 1
"""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pluggy

from perizinan_core.hooks._interface import API_VERSION
from perizinan_core.hooks._types import (
    ApplicantCheckResult,
    AuthorityEntry,
    CliCommandEntry,
    DocumentStoreEntry,
    EventConsumerEntry,
    ExpressionsEntry,
    FrontendEntry,
    MessageTextsEntry,
    NotificationChannelEntry,
    NumberSourceEntry,
    PaymentProviderEntry,
    RendererEntry,
    RetentionEntry,
    SignerEntry,
    StorageEntry,
    SubmissionCheckResult,
    TablesEntry,
    UploadScannerEntry,
    WorkQueueEntry,
)

if TYPE_CHECKING:
    from perizinan_core.hooks._context import PluginContext
    from perizinan_core.model._applicant import Applicant
    from perizinan_core.model._application import Application
    from perizinan_core.model._permit_type import PermitType

__all__ = ["API_VERSION", "PROJECT", "HookSpecs", "hookimpl", "hookspec"]

PROJECT = "perizinan_core"
hookspec: pluggy.HookspecMarker = pluggy.HookspecMarker(PROJECT)
hookimpl: pluggy.HookimplMarker = pluggy.HookimplMarker(PROJECT)


class HookSpecs:
    """The hooks; ``docs/reference/hooks.md`` has a page for each."""

    @hookspec
    def register_authorities(self, context: PluginContext[Any]) -> Iterable[AuthorityEntry]:
        """
        Offer local governments: their offices, catalogue, letterhead and calendar.

        Example:
            return [AuthorityEntry(slug="kota-contoh", load=load_pack)]
        """

    @hookspec
    def register_storages(self, context: PluginContext[Any]) -> Iterable[StorageEntry]:
        """
        Offer record stores by the scheme of the database address.

        Example:
            return [StorageEntry(schemes=("mysql",), open=open_mysql, migrate=migrate_mysql)]
        """

    @hookspec
    def register_tables(self, context: PluginContext[Any]) -> Iterable[TablesEntry]:
        """
        Bring tables of your own into the database of the office, with their migrations.

        ``perizinan migrate`` makes and upgrades them, backups hold them, and they stay when the plugin goes.

        Example:
            return [TablesEntry(name="portal", migrations=Path(__file__).parent / "migrations")]
        """

    @hookspec
    def register_document_stores(self, context: PluginContext[Any]) -> Iterable[DocumentStoreEntry]:
        """
        Offer document stores by the scheme of their address.

        Example:
            return [DocumentStoreEntry(scheme="s3", open=open_bucket)]
        """

    @hookspec
    def register_notification_channels(
        self, context: PluginContext[Any]
    ) -> Iterable[NotificationChannelEntry]:
        """
        Offer ways to reach people.

        Example:
            return [NotificationChannelEntry(name="smtp", open=open_smtp)]
        """

    @hookspec
    def register_event_consumers(self, context: PluginContext[Any]) -> Iterable[EventConsumerEntry]:
        """
        Offer something that wants to know what happened: statistics, another system, an archive.

        Example:
            return [EventConsumerEntry(name="oss", open=OssClient, kinds=frozenset({EventKind.PERMIT_ISSUED}))]
        """

    @hookspec
    def register_frontends(self, context: PluginContext[Any]) -> Iterable[FrontendEntry]:
        """
        Offer something that shows the office to people.

        Example:
            return [FrontendEntry(name="portal", serve=serve_portal)]
        """

    @hookspec
    def register_signers(self, context: PluginContext[Any]) -> Iterable[SignerEntry]:
        """
        Offer ways to sign by the scheme of the signer's address.

        Example:
            return [SignerEntry(scheme="pkcs11", open=open_token)]
        """

    @hookspec
    def register_renderers(self, context: PluginContext[Any]) -> Iterable[RendererEntry]:
        """
        Offer ways to make letters.

        Example:
            return [RendererEntry(name="docx", open=open_docx_renderer)]
        """

    @hookspec
    def register_upload_scanners(self, context: PluginContext[Any]) -> Iterable[UploadScannerEntry]:
        """
        Offer further looks at uploads.

        Example:
            return [UploadScannerEntry(name="clamav", open=open_clamav)]
        """

    @hookspec
    def register_cli_commands(self, context: PluginContext[Any]) -> Iterable[CliCommandEntry]:
        """
        Offer commands below ``perizinan``.

        Example:
            return [CliCommandEntry(name="pajak", help="…", load=load_command)]
        """

    @hookspec
    def register_message_texts(self, context: PluginContext[Any]) -> Iterable[MessageTextsEntry]:
        """
        Offer texts of messages, in the place of ours.

        Example:
            return [MessageTextsEntry(name="short-texts", open=read_texts)]
        """

    @hookspec
    def register_number_sources(self, context: PluginContext[Any]) -> Iterable[NumberSourceEntry]:
        """
        Offer outside registries that give numbers.

        Example:
            return [NumberSourceEntry(name="national-registry", open=open_registry)]
        """

    @hookspec
    def register_expressions(self, context: PluginContext[Any]) -> Iterable[ExpressionsEntry]:
        """
        Offer functions for the rules of permit types, and formats for the fields of their forms.

        Example:
            return [ExpressionsEntry(name="parcels", edition="2026.1", functions=(ZONE_FEE,), formats=(PARCEL,))]
        """

    @hookspec
    def register_payment_providers(self, context: PluginContext[Any]) -> Iterable[PaymentProviderEntry]:
        """
        Offer ways to pay a fee from home.

        Example:
            return [PaymentProviderEntry(name="bank-jatim", open=open_bank)]
        """

    @hookspec
    def register_retention(self, context: PluginContext[Any]) -> Iterable[RetentionEntry]:
        """
        Offer something that holds data about cases of its own, or knows why one must stay.

        Example:
            return [RetentionEntry(name="archive", open=open_archive)]
        """

    @hookspec
    def register_work_queues(self, context: PluginContext[Any]) -> Iterable[WorkQueueEntry]:
        """
        Offer an engine that wakes workers and spreads the work over them.

        Example:
            return [WorkQueueEntry(name="my-queue", open=open_queue)]
        """

    @hookspec(firstresult=True)
    def decide_applicant_check(
        self, applicant: Applicant, context: PluginContext[Any]
    ) -> ApplicantCheckResult | None:
        """
        Check the identity of the person who applies, before a submission is accepted.

        Return None to leave the answer to the next plugin. Fails closed: an error refuses the
        submission. The built-in answer accepts every identity whose form is right.

        Example:
            return ApplicantCheckResult(accepted=True, verified_by="dukcapil")
        """

    @hookspec
    def decide_submission_check(
        self, application: Application, permit_type: PermitType, context: PluginContext[Any]
    ) -> SubmissionCheckResult | None:
        """
        Ask an outside system about an application before it is handed in: zoning, a list, another register.

        Every plugin is asked, and all must accept; None: this application does not concern it. What raises or hangs
        has not answered, and is never taken for an answer.

        Example:
            return SubmissionCheckResult(accepted=True, source="RDTR", answer="zone K-2: shops are allowed")
        """
