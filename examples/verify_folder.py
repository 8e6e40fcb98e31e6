"""
A bank checks a folder of permits against the issuing office's authority document.

    python examples/verify_folder.py FOLDER AUTHORITY_JSON KEY [STATUS_LIST]

KEY is the fingerprint of the office's key, as the office publishes it; the document must be signed with it.
STATUS_LIST is the path or the address (https://…) of the office's status-list.cwt; without it the program reads
the file of that name beside AUTHORITY_JSON. Where the office publishes a status list and there is none here, every
permit is indeterminate: a revoked permit is never accepted. Needs no database, and a network only for an address.
Exit code: the highest of the single files, 0 when all are valid.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.published import read_authority_document
from perizinan_core.verification import CurrentStatusList, Limits, Verifier


def main(folder: Path, authority: Path, key: str, status_list: str | None = None) -> int:
    """Print one line for each PDF and return the exit code."""
    try:
        office = read_authority_document(authority.read_bytes(), authority_key=key)
    except AuthorityDocumentError as error:
        print(error, file=sys.stderr)
        return 2
    status = None
    if status_list or office.status_list:
        # Reads or fetches the list again when it is time; one that is too old leaves permits indeterminate.
        status = CurrentStatusList(status_list or authority.parent / "status-list.cwt", authority=office)
    verifier = Verifier(office, status=status, limits=Limits(seconds=20))
    worst = 0
    for path in sorted(folder.glob("*.pdf")):
        report = verifier.verify(path, at=datetime.now(UTC))
        number = report.permit.number if report.permit else "-"
        reasons = "; ".join(reason.message("en") for reason in report.reasons)
        print(f"{path.name:24} {report.verdict:13} {number:36} {reasons}")
        worst = max(worst, report.exit_code)
    return worst


if __name__ == "__main__":
    if len(sys.argv) not in {4, 5}:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
