"""
Verification: is this file a permit of that authority, issued by someone entitled to, and in force?

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
from perizinan_core.verification._authorities import AuthoritySet, StatusOf
from perizinan_core.verification._copies import CodeReader, codes_here
from perizinan_core.verification._current_status import CurrentStatusList
from perizinan_core.verification._file_verifier import Policy
from perizinan_core.verification._permit_facts import PermitFacts, StatedSignatory
from perizinan_core.verification._qr_image import CodesFound, ImageLimits
from perizinan_core.verification._qr_report import check_qr_image, check_qr_text
from perizinan_core.verification._report import (
    EXIT_CODES,
    Aspect,
    Aspects,
    AuthorityUsed,
    Check,
    CheckName,
    Indication,
    Outcome,
    Reason,
    Report,
    SignatureReport,
    StatusReport,
    TrustUsed,
    Verdict,
)
from perizinan_core.verification._report_reading import read_report
from perizinan_core.verification._schemas import load_schema
from perizinan_core.verification._status_source import StatusListSource
from perizinan_core.verification._verifier import Verifier, require_valid, unreadable_report, verify_permit
from perizinan_core.verification._words import office_line

__all__ = [
    "DEFAULT_LIMITS",
    "EXIT_CODES",
    "Aspect",
    "Aspects",
    "AuthoritySet",
    "AuthorityUsed",
    "Check",
    "CheckName",
    "CodeReader",
    "CodesFound",
    "CurrentStatusList",
    "ImageLimits",
    "Indication",
    "Limits",
    "Outcome",
    "PermitFacts",
    "Policy",
    "Reason",
    "Report",
    "SignatureReport",
    "StatedSignatory",
    "StatusListSource",
    "StatusOf",
    "StatusReport",
    "TrustUsed",
    "Verdict",
    "Verifier",
    "check_qr_image",
    "check_qr_text",
    "codes_here",
    "load_schema",
    "office_line",
    "read_report",
    "require_valid",
    "unreadable_report",
    "verify_permit",
]
