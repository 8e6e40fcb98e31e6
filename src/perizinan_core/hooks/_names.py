"""The public names of `perizinan_core.hooks`, in one list."""

from perizinan_core.errors.hooks import DeliveryError, SettingError
from perizinan_core.hooks._consumers import DeliveredEvent, EventConsumer
from perizinan_core.hooks._context import ContextSource, PluginContext
from perizinan_core.hooks._installed import Installed
from perizinan_core.hooks._interface import Interface
from perizinan_core.hooks._manager import PluginManager, PluginState, PluginStatus, Processes
from perizinan_core.hooks._manifest import Manifest
from perizinan_core.hooks._notification import (
    CheckedChannel,
    ConsentChannel,
    MailFolderChannel,
    Notification,
    NotificationChannel,
    PhoneChannel,
    SendOutcome,
    SharedChannel,
)
from perizinan_core.hooks._numbers import NumberRequest, NumberSource
from perizinan_core.hooks._payments import (
    BillRequest,
    OfferedBill,
    PaymentNotice,
    PaymentProvider,
    UntrustedNoticeError,
)
from perizinan_core.hooks._quiet import silenced
from perizinan_core.hooks._retention import RetentionParticipant
from perizinan_core.hooks._settings import Secret
from perizinan_core.hooks._smtp import SmtpChannel, SmtpSettings
from perizinan_core.hooks._specs import API_VERSION, hookimpl
from perizinan_core.hooks._texts import MessageText
from perizinan_core.hooks._trial import Objection, Trial
from perizinan_core.hooks._trials import Trials
from perizinan_core.hooks._types import (
    ApplicantCheckResult,
    AuthorityEntry,
    AuthorityPack,
    BlindColumn,
    CliCommandEntry,
    DocumentStoreEntry,
    EventConsumerEntry,
    ExpressionFunction,
    ExpressionsEntry,
    FormFormat,
    FrontendDemo,
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
from perizinan_core.hooks._work_queue import (
    EVERYTHING,
    Look,
    QueueState,
    QueueWorker,
    Rounds,
    WorkHint,
    WorkQueue,
)

__all__ = [
    "API_VERSION",
    "EVERYTHING",
    "ApplicantCheckResult",
    "AuthorityEntry",
    "AuthorityPack",
    "BillRequest",
    "BlindColumn",
    "CheckedChannel",
    "CliCommandEntry",
    "ConsentChannel",
    "ContextSource",
    "DeliveredEvent",
    "DeliveryError",
    "DocumentStoreEntry",
    "EventConsumer",
    "EventConsumerEntry",
    "ExpressionFunction",
    "ExpressionsEntry",
    "FormFormat",
    "FrontendDemo",
    "FrontendEntry",
    "Installed",
    "Interface",
    "Look",
    "MailFolderChannel",
    "Manifest",
    "MessageText",
    "MessageTextsEntry",
    "Notification",
    "NotificationChannel",
    "NotificationChannelEntry",
    "NumberRequest",
    "NumberSource",
    "NumberSourceEntry",
    "Objection",
    "OfferedBill",
    "PaymentNotice",
    "PaymentProvider",
    "PaymentProviderEntry",
    "PhoneChannel",
    "PluginContext",
    "PluginManager",
    "PluginState",
    "PluginStatus",
    "Processes",
    "QueueState",
    "QueueWorker",
    "RendererEntry",
    "RetentionEntry",
    "RetentionParticipant",
    "Rounds",
    "Secret",
    "SendOutcome",
    "SettingError",
    "SharedChannel",
    "SignerEntry",
    "SmtpChannel",
    "SmtpSettings",
    "StorageEntry",
    "SubmissionCheckResult",
    "TablesEntry",
    "Trial",
    "Trials",
    "UntrustedNoticeError",
    "UploadScannerEntry",
    "WorkHint",
    "WorkQueue",
    "WorkQueueEntry",
    "hookimpl",
    "silenced",
]
