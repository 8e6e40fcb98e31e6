"""
Verification: is this file a permit of that authority, issued by somebody entitled to, and in force?

Usable alone, without database, plugins or network::

    from datetime import UTC, datetime
    from pathlib import Path
    from perizinan_core.verification import CurrentStatusList, read_authority_document, verify_permit

    authority = read_authority_document(Path("authority.json").read_bytes())
    status = CurrentStatusList("status-list.cwt", authority=authority)
    report = verify_permit("permit.pdf", authority=authority, at=datetime.now(UTC), status=status)
    print(report.verdict, [reason.message("en") for reason in report.reasons])

`verify_permit` returns a `Report` for every input, `require_valid` raises on anything short of valid.
`Verifier` judges many files, and with an `AuthoritySet`
each of them by the document of the office that it names. The rules: ``docs/reference/report.md``.
"""

from perizinan_core._pdf._limits import DEFAULT_LIMITS, Limits
from perizinan_core.published._authority_document import (
    AuthorityDocument,
    Contact,
    QrKey,
    RegisteredDelegation,
    Signatory,
)
from perizinan_core.published._authority_reading import read_authority_document, sign_authority_document
from perizinan_core.published._status import (
    NO_STATUS,
    NoStatus,
    PermitStatusAnswer,
    StatusChoice,
    StatusSource,
)
from perizinan_core.verification._authorities import AuthoritySet, StatusOf
from perizinan_core.verification._current_status import CurrentStatusList
from perizinan_core.verification._permit_facts import PermitFacts, StatedSignatory
from perizinan_core.verification._policy import Policy
from perizinan_core.verification._report import (
    EXIT_CODES,
    AuthorityUsed,
    Check,
    CheckName,
    Indication,
    Outcome,
    Reason,
    Report,
    SignatureReport,
    StatusReport,
    Verdict,
)
from perizinan_core.verification._report_reading import read_report
from perizinan_core.verification._verifier import Verifier, require_valid, unreadable_report, verify_permit

__all__ = [
    "DEFAULT_LIMITS",
    "EXIT_CODES",
    "NO_STATUS",
    "AuthorityDocument",
    "AuthoritySet",
    "AuthorityUsed",
    "Check",
    "CheckName",
    "Contact",
    "CurrentStatusList",
    "Indication",
    "Limits",
    "NoStatus",
    "Outcome",
    "PermitFacts",
    "PermitStatusAnswer",
    "Policy",
    "QrKey",
    "Reason",
    "RegisteredDelegation",
    "Report",
    "Signatory",
    "SignatureReport",
    "StatedSignatory",
    "StatusChoice",
    "StatusOf",
    "StatusReport",
    "StatusSource",
    "Verdict",
    "Verifier",
    "read_authority_document",
    "read_report",
    "require_valid",
    "sign_authority_document",
    "unreadable_report",
    "verify_permit",
]
