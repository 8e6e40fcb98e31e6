"""
A process that does one thing to each case whose id it reads, for `test_at_once.py`: two of them are rivals.

The first argument is a JSON object: address of the database, key file, folder of the documents, what to do.
Ids come on standard input, one a line; for each there is one line of JSON on standard output.
"""

import json
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from perizinan_core.documents import FolderDocumentStore
from perizinan_core.errors.base import PerizinanError
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.storage import KeyRing, open_storage
from perizinan_core.testing._fakes import SettableClock, small_png
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING, sample_office


def approve(kit, case, _turn):
    """Approve as the officer who has the case."""
    return kit.office.reviews.approve(case, actor=kit.assignee(case, "putusan"))


def refuse(kit, case, _turn):
    """Refuse as the officer who has the case."""
    return kit.office.reviews.refuse(case, reasons=("Tidak",), actor=kit.assignee(case, "putusan"))


def upload(kit, case, turn):
    """Put a picture into the draft."""
    content = BytesIO(small_png(turn))
    kit.office.applications.upload(case, "ktp", content, file_name="a.png", actor=APPLICANT)
    return kit.office.applications.get(case, actor=HOST)


def pay(kit, case, turn):
    """Record the whole fee; both rivals read the same line of the bank statement."""
    reference = f"TRX-{turn % 100_000}"
    payment = Payment(reference=reference, amount=Rupiah(120_000), paid_at=kit.clock(), recorded_by="-")
    return kit.office.reviews.record_payment(case, payment, actor=HOST)


TASKS = {"pay": pay, "approve": approve, "refuse": refuse, "upload": upload}


def outcome(task, kit, case, turn):
    """Return what the task led to, as JSON."""
    try:
        found = task(kit, case, turn)
    except PerizinanError as error:
        named = {name: getattr(error, name, None) for name in ("winner", "account", "outcome", "at")}
        return {"error": error.code, **named}
    return {"decided": found.decision.kind.value if found.decision else None}


def main():
    """Open the office once, then take one id after the other."""
    order = json.loads(sys.argv[1])
    storage = open_storage(order["url"], KeyRing.from_file(Path(order["keys"])), zone=MORNING.tzinfo)
    kit = sample_office(
        storage=storage,
        documents=FolderDocumentStore(Path(order["documents"])),
        clock=SettableClock(MORNING + timedelta(hours=2)),
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for turn, line in enumerate(sys.stdin):
        answer = outcome(TASKS[order["task"]], kit, line.strip(), turn + order["seed"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    storage.close()


if __name__ == "__main__":
    main()
