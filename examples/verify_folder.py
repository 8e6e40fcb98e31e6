"""
A bank checks a folder of permits against the issuing office's authority document.

    python examples/verify_folder.py FOLDER AUTHORITY_JSON KEY

KEY is the fingerprint of the office's key, as the office publishes it; the document must be signed with it.
Needs neither database nor network. Exit code: the highest of the single files, 0 when all are valid.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from perizinan_core.errors.verification import AuthorityDocumentError
from perizinan_core.verification import Verifier, read_authority_document


def main(folder: Path, authority: Path, key: str) -> int:
    """Print one line for each PDF and return the exit code."""
    try:
        verifier = Verifier(read_authority_document(authority.read_bytes(), authority_key=key))
    except AuthorityDocumentError as error:
        print(error, file=sys.stderr)
        return 2
    worst = 0
    for path in sorted(folder.glob("*.pdf")):
        report = verifier.verify(path, at=datetime.now(UTC))
        number = report.permit["number"] if report.permit else "-"
        reasons = "; ".join(reason.message("en") for reason in report.reasons)
        print(f"{path.name:24} {report.verdict:13} {number:36} {reasons}")
        worst = max(worst, report.exit_code)
    return worst


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
