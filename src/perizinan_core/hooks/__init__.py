"""
Plugins: what they may do, the records they return, and how they are loaded.

A plugin author needs `hookimpl`, the records that hooks return, and ``docs/reference/hooks.md``.
"""

from perizinan_core.errors.hooks import DeliveryError, SettingError
from perizinan_core.hooks._consumers import DeliveredEvent, EventConsumer
from perizinan_core.hooks._context import PluginContext
from perizinan_core.hooks._manager import PluginManager, PluginState, PluginStatus
from perizinan_core.hooks._notification import (
    CheckedChannel,
    MailFolderChannel,
    Notification,
    NotificationChannel,
    SendOutcome,
)
from perizinan_core.hooks._settings import Secret
from perizinan_core.hooks._smtp import SmtpChannel, SmtpSettings
from perizinan_core.hooks._specs import API_VERSION, hookimpl
from perizinan_core.hooks._types import (
    ApplicantCheckResult,
    AuthorityEntry,
    AuthorityPack,
    BlindColumn,
    CliCommandEntry,
    DocumentStoreEntry,
    EventConsumerEntry,
    FrontendEntry,
    NotificationChannelEntry,
    RendererEntry,
    SignerEntry,
    StorageEntry,
    SubmissionCheckResult,
    TablesEntry,
    UploadScannerEntry,
)

__all__ = [
    "API_VERSION",
    "ApplicantCheckResult",
    "AuthorityEntry",
    "AuthorityPack",
    "BlindColumn",
    "CheckedChannel",
    "CliCommandEntry",
    "DeliveredEvent",
    "DeliveryError",
    "DocumentStoreEntry",
    "EventConsumer",
    "EventConsumerEntry",
    "FrontendEntry",
    "MailFolderChannel",
    "Notification",
    "NotificationChannel",
    "NotificationChannelEntry",
    "PluginContext",
    "PluginManager",
    "PluginState",
    "PluginStatus",
    "RendererEntry",
    "Secret",
    "SendOutcome",
    "SettingError",
    "SignerEntry",
    "SmtpChannel",
    "SmtpSettings",
    "StorageEntry",
    "SubmissionCheckResult",
    "TablesEntry",
    "UploadScannerEntry",
    "hookimpl",
]
