"""Every public name of the kit, in one list for `perizinan_core.testing`."""

from perizinan_core.bootstrap._synthetic_ca import Issued, SyntheticCA
from perizinan_core.testing._databases import postgres_database
from perizinan_core.testing._document_store import DocumentStoreSuite
from perizinan_core.testing._fakes import (
    AcceptingChecks,
    CollectingChannel,
    CollectingPhone,
    FakeSigners,
    FakeSigningService,
    SettableClock,
    small_png,
)
from perizinan_core.testing._letters import SAMPLE_QR_TEXT, sample_annex, sample_letter, sample_signatory
from perizinan_core.testing._offices import (
    APPLICANT,
    HOST,
    MORNING,
    OfficeKit,
    sample_applicant,
    sample_application,
    sample_ca,
    sample_office,
    sample_pack,
    sample_permit_type,
    sample_signer,
    sample_staff,
    staff_for,
)
from perizinan_core.testing._older_form import OlderFormSigner
from perizinan_core.testing._pki_server import Fault, PkiServer
from perizinan_core.testing._plugins import check_plugin_settings, message_text_problems, plugin_context
from perizinan_core.testing._sealable_store import SealableStoreSuite
from perizinan_core.testing._suites._applicant_checks import ApplicantCheckSuite
from perizinan_core.testing._suites._authorities import AuthoritySuite
from perizinan_core.testing._suites._channels import Delivered, NotificationChannelSuite
from perizinan_core.testing._suites._frontends import FrontendSuite
from perizinan_core.testing._suites._money_and_numbers import (
    EventConsumerSuite,
    NumberSourceSuite,
    PaymentProviderSuite,
)
from perizinan_core.testing._suites._renderers import RendererSuite
from perizinan_core.testing._suites._scanners import UploadScannerSuite
from perizinan_core.testing._suites._signers import DigestSignerSuite, DocumentSignerSuite
from perizinan_core.testing._suites._submission_checks import SubmissionCheckSuite
from perizinan_core.testing._suites._tables import TablesSuite
from perizinan_core.testing._suites._work_queues import WorkQueueSuite

__all__ = [
    "APPLICANT",
    "HOST",
    "MORNING",
    "SAMPLE_QR_TEXT",
    "AcceptingChecks",
    "ApplicantCheckSuite",
    "AuthoritySuite",
    "CollectingChannel",
    "CollectingPhone",
    "Delivered",
    "DigestSignerSuite",
    "DocumentSignerSuite",
    "DocumentStoreSuite",
    "EventConsumerSuite",
    "FakeSigners",
    "FakeSigningService",
    "Fault",
    "FrontendSuite",
    "Issued",
    "NotificationChannelSuite",
    "NumberSourceSuite",
    "OfficeKit",
    "OlderFormSigner",
    "PaymentProviderSuite",
    "PkiServer",
    "RendererSuite",
    "SealableStoreSuite",
    "SettableClock",
    "SubmissionCheckSuite",
    "SyntheticCA",
    "TablesSuite",
    "UploadScannerSuite",
    "WorkQueueSuite",
    "check_plugin_settings",
    "message_text_problems",
    "plugin_context",
    "postgres_database",
    "sample_annex",
    "sample_applicant",
    "sample_application",
    "sample_ca",
    "sample_letter",
    "sample_office",
    "sample_pack",
    "sample_permit_type",
    "sample_signatory",
    "sample_signer",
    "sample_staff",
    "small_png",
    "staff_for",
]
