"""
A process that works on cases and kills itself, for `test_saga.py` and `test_deaths.py`.

It loads everything once and then forks a process of its own for each order that comes on standard input, so
that a hundred real deaths take seconds. Orders and answers are lines of JSON. A process is killed with SIGKILL
at the n-th *boundary*: just before or after a commit, a rendering, a signature, a file stored or named, and
before every fsync, rename and link of the document store.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path
from random import Random

import attrs

from perizinan_core.documents import FolderDocumentStore
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import ServiceError
from perizinan_core.hooks import MailFolderChannel
from perizinan_core.model._actor import ActorKind
from perizinan_core.model._case import StageOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.published import read_authority_document
from perizinan_core.rendering import TypstRenderer
from perizinan_core.signing import sign_pdf
from perizinan_core.storage import KeyRing, open_storage
from perizinan_core.storage._ports import ForeseeingStorage
from perizinan_core.testing._fakes import SettableClock, small_png
from perizinan_core.testing._offices import (
    APPLICANT,
    HOST,
    MORNING,
    _key,
    sample_office,
    sample_pack,
    sample_signer,
)
from perizinan_core.verification import verify_permit

# What an office loads when it is first needed; loaded before the forks, each process would do it anew.
LOADED_ONCE = (
    "perizinan_core.storage._sql._store",
    "psycopg",
    "pyhanko.sign.diff_analysis",
    "pyhanko.sign.validation",
    "pypdf.generic",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "typst",
)


class Death:
    """Counts boundaries and kills the process at the one that was ordered."""

    def __init__(self, order) -> None:
        self.at = order.get("die_at", 0)
        self.on = order.get("die_on")
        self.only = tuple(order.get("only", ()))
        self.note = Path(order["documents"]).with_name("died")
        self.passed: list[str] = []

    def tick(self, label: str) -> None:
        if self.only and not any(word in label for word in self.only):
            return
        self.passed.append(label)
        if len(self.passed) == self.at or self.on == [label, self.passed.count(label)]:
            self.note.write_text(label)
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, label, function):
        def run(*arguments, **given):
            self.tick(f"before {label}")
            result = function(*arguments, **given)
            if not label.startswith("os."):
                # Between one call of the system and the next nothing changes on the disk.
                self.tick(f"after {label}")
            return result

        return run


class Watched:
    """Stands before an object and counts calls of some of its methods as boundaries."""

    def __init__(self, inner, death, *names) -> None:
        self._inner = inner
        for name in names:
            setattr(self, name, death.around(name, getattr(inner, name)))

    def __getattr__(self, name):
        return getattr(self._inner, name)


class WatchedStorage:
    """A record store whose commits are boundaries."""

    def __init__(self, inner, death) -> None:
        self._inner, self._death = inner, death

    def unit_of_work(self, *, read_only=False, foreseen=()):
        told = {"foreseen": foreseen} if isinstance(self._inner, ForeseeingStorage) else {}
        work = self._inner.unit_of_work(read_only=read_only, **told)
        if not read_only:
            work.commit = self._death.around("commit", work.commit)
        return work

    def __getattr__(self, name):
        return getattr(self._inner, name)


class WatchedKey:
    """A key of our own; making a signature is a boundary."""

    def __init__(self, inner, death) -> None:
        self.certificate, self.chain, self.algorithm = inner.certificate, inner.chain, inner.algorithm
        self.sign = death.around("sign", inner.sign)


@attrs.define
class Service:
    """A signing service whose memory is a folder: it outlives whoever asks it."""

    folder: Path
    death: Death

    def sign_document(self, pdf, request):
        self.death.tick("before the service is asked")
        name = hashlib.sha256(pdf).hexdigest()
        with (self.folder / "asked").open("a") as file:
            file.write(name + "\n")
        signed = sign_pdf(pdf, sample_signer("kepala"), request)
        (self.folder / name).write_bytes(signed)
        self.death.tick("after the service signed")
        return signed


def open_kit(order, death):
    """Open the office of an order."""
    for name in ("fsync", "replace", "rename", "link"):
        setattr(os, name, death.around(f"os.{name}", getattr(os, name)))
    storage = open_storage(order["url"], KeyRing.from_file(Path(order["keys"])), zone=MORNING.tzinfo)
    pack = sample_pack()
    clock = SettableClock(MORNING + timedelta(minutes=order["minute"]))
    service = Path(order["service"]) if order.get("service") else None
    mail = Path(order["mail"]) if order.get("mail") else None
    signer = Service(service, death) if service else WatchedKey(sample_signer("kepala"), death)
    kit = sample_office(
        clock=clock,
        storage=WatchedStorage(storage, death),
        documents=Watched(FolderDocumentStore(Path(order["documents"])), death, "put", "link"),
        renderer=Watched(TypstRenderer(templates=pack.templates), death, "rehearse", "render"),
        signers={"kepala": signer},
        random=Random(5),
        staff=None if order["role"].startswith("prepare") else (),
        channels={"mail": Watched(MailFolderChannel(mail), death, "send")} if mail else None,
    )
    if service:
        kit.office.publication.bind(
            "kepala", sample_signer("kepala").certificate, first_day=MORNING.date(), actor=HOST
        )
    return kit


def prepare(kit, order):
    """Bring a case to its approval."""
    case = kit.submit("warung")
    kit.review(case.id)
    kit.office.publication.authority_json()
    return {"case": case.id}


def issue(kit, order):
    """Issue the permit; this is where the process dies."""
    return {"number": kit.office.permits.issue(order["case"], actor=_signer(kit), idempotency_key="k").number}


def worker(kit, order):
    """Let the worker go on, then ask again for what was asked at first, and tell how everything stands."""
    links = sorted(kit._context.documents.links())
    done = kit.office.worker.run_once()
    return _told(kit, order, links, done.in_doubt)


def again(kit, order):
    """Ask again for what was asked at first; the worker comes later."""
    links = sorted(kit._context.documents.links())
    doubt = []
    try:
        issue(kit, order)
    except ServiceError as error:
        if "signing-in-doubt" != error.code:
            raise
        doubt.append(error.number)
    kit.office.worker.run_once()
    return _told(kit, order, links, doubt)


def prepare_for(kit, order):
    """Bring cases to the point at which each use case of `STEPS` may begin."""
    kit.office.publication.authority_json()
    draft = kit.draft("warung")
    filled = kit.draft("warung")
    kit.fill(filled.id)
    decided = kit.submit("warung")
    permit = kit.permit("warung")
    kit.office.worker.run_once()
    # To be delivered: what one more submission says.
    told = kit.submit("warung")
    return {
        "upload": draft.id,
        "submit": filled.id,
        "decide": decided.id,
        "revoke": permit.id,
        "deliver": told.id,
    }


def _upload(kit, case):
    content = BytesIO(small_png(77))
    kit.office.applications.upload(case, "ktp", content, file_name="ktp.png", actor=APPLICANT)


def _submit(kit, case):
    kit.office.applications.submit(case, actor=APPLICANT, idempotency_key="k")


def _decide(kit, case):
    kit.office.reviews.decide(case, "periksa", StageOutcome.POSITIVE, actor=kit.assignee(case, "periksa"))


def _revoke(kit, permit):
    kit.office.permits.revoke(permit, reason="Langgar", legal_basis="Perda", actor=kit.officer("pimpinan"))


def _deliver(kit, _case):
    kit.office.worker.deliver()


STEPS = {"upload": _upload, "submit": _submit, "decide": _decide, "revoke": _revoke, "deliver": _deliver}


def step(kit, order):
    """Do one use case; this is where the process dies."""
    STEPS[order["step"]](kit, order["cases"][order["step"]])
    return {}


def step_again(kit, order):
    """Do it again, as whoever got no answer does, and tell how everything stands."""
    subject = order["cases"][order["step"]]
    refused = None
    try:
        STEPS[order["step"]](kit, subject)
    except PerizinanError as error:
        refused = error.code
    return {"refused": refused, **_state_of(kit, order, subject)}


def _state_of(kit, order, subject):
    """Return what is on record about the subject of a step."""
    with kit._context.storage.unit_of_work(read_only=True) as work:
        receipts = [line.sequence for line in work.numbers.book("tanda-terima", 2026)]
        waiting = work.outbox.counts().waiting
        history = [event.kind.value for event in work.history.of(subject)]
    state = {
        "receipts": receipts,
        "waiting": waiting,
        "history": dict(Counter(history)),
        "broken": [item.code for item in kit._context.documents.verify() if item.code != "odd-file"],
    }
    if order["step"] == "revoke":
        permit = kit.office.permits.get(subject, actor=HOST)
        return {**state, "status": permit.status_on(MORNING.date()).value, "changes": len(permit.changes)}
    case = kit.office.applications.get(subject, actor=HOST)
    readable = []
    for document in case.documents:
        with kit.office.applications.open_document(subject, document.id, actor=HOST) as file:
            readable.append(len(file.read()) == document.size)
    return {
        **state,
        "state": case.state.value,
        "receipt": case.receipt_number,
        "documents": readable,
        "sent": sorted(_said(path) for path in Path(order["mail"]).glob("*.eml")),
    }


def _said(path):
    """Return to whom a mail says what; each is made once, so that its id is another one in each copy of the office."""
    mail = message_from_bytes(path.read_bytes(), policy=default)
    return [mail["To"], mail["Subject"], mail.get_content()]


def _told(kit, order, links, in_doubt):
    handed_in = False
    if in_doubt:
        application = kit.office.applications.get(order["case"], actor=HOST)
        permit = kit.office.permits.get(application.permit_id, actor=HOST)
        asked = kit._context.documents.resolve(f"unsigned/{permit.unsigned_sha256}")
        looked_up = Path(order["service"]) / str(asked)
        if looked_up.exists():
            kit.office.permits.issuance.hand_in_signed(permit.id, looked_up.read_bytes(), actor=_signer(kit))
            handed_in = True
        else:
            kit.office.permits.issuance.cancel(permit.id, reason="tidak ada", actor=_signer(kit))
    try:
        permit = kit.office.permits.issue(order["case"], actor=_signer(kit), idempotency_key="k")
    except PerizinanError as error:
        return {"error": error.code, "links": links, "in_doubt": list(in_doubt)}
    history = [event.kind for event in kit.office.applications.history(order["case"], actor=HOST)]
    with kit._context.storage.unit_of_work(read_only=True) as work:
        book = [[line.sequence, line.number] for line in work.numbers.book("izin", 2026)]
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        pdf = file.read()
    document = read_authority_document(kit.office.publication.authority_json())
    report = verify_permit(pdf, authority=document, at=kit.clock(), status=kit.office.status)
    return {
        "number": permit.number,
        "signed": permit.signed_sha256,
        "book": book,
        "marked": [
            kit._context.documents.resolve(f"used-numbers/izin/2026/{permit.sequence:08}") is not None,
            kit._context.documents.resolve(f"used-places/{permit.status_index:010}") is not None,
        ],
        "links_before": links,
        "links": sorted(kit._context.documents.links()),
        "broken": [problem.code for problem in kit._context.documents.verify() if problem.code != "odd-file"],
        "verdict": report.verdict.value,
        "taken": history.count(EventKind.NUMBER_TAKEN),
        "issued": history.count(EventKind.PERMIT_ISSUED),
        "in_doubt": list(in_doubt),
        "handed_in": handed_in,
    }


def _signer(kit):
    assert ActorKind.OFFICER is kit.officer("kepala").kind
    return kit.officer("kepala")


ROLES = {
    "prepare": prepare,
    "issue": issue,
    "worker": worker,
    "again": again,
    "prepare_for": prepare_for,
    "step": step,
    "step_again": step_again,
}


def run(order):
    """Carry out one order in this process."""
    death = Death(order)
    kit = open_kit(order, death)
    # What happened until here is setting up.
    death.passed.clear()
    answer = ROLES[order["role"]](kit, order)
    kit._context.storage.close()
    return {**answer, "boundaries": death.passed}


def main():
    """Fork a process for each order."""
    for name in LOADED_ONCE:
        importlib.import_module(name)
    sample_signer("kepala")
    sample_pack()
    for purpose in ("document", "qr"):
        _key(purpose)
    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            status = 1
            try:
                with os.fdopen(writer, "w") as out:
                    out.write(json.dumps(run(json.loads(line))))
                status = 0
            finally:
                os._exit(status)
        os.close(writer)
        with os.fdopen(reader) as answer:
            text = answer.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write(json.dumps({"killed": killed, "answer": json.loads(text) if text else None}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
