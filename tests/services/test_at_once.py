"""Two at once, in threads and in processes: nobody is refused without need, and one decision counts."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import attrs
import pytest

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import DecidedByOthersError
from perizinan_core.model._case import StageOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.services._context import new_id
from perizinan_core.storage import KeyRing
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, HOST

RIVALS = Path(__file__).with_name("rivals.py")
DECISIONS = 250
UPLOADS = 40
PAYMENTS = 20


def many(kit, case, count):
    """Put copies of a case on record, each with its own receipt number, withdraw it, and return their ids."""
    copies = [
        attrs.evolve(case, id=new_id(), receipt_number=f"TT/9{number:04}/2026") for number in range(count)
    ]
    with kit._context.storage.unit_of_work() as work:
        for copy in copies:
            work.applications.add(copy, by=HOST.id, at=kit.clock())
        work.commit()
    # It would stand before its copies in the queue.
    kit.office.applications.withdraw(case.id, actor=APPLICANT)
    return [copy.id for copy in copies]


def drafts(kit, count):
    """Put empty drafts on record."""
    draft = kit.draft()
    copies = [attrs.evolve(draft, id=new_id()) for _ in range(count)]
    with kit._context.storage.unit_of_work() as work:
        for copy in copies:
            work.applications.add(copy, by=HOST.id, at=kit.clock())
        work.commit()
    return [copy.id for copy in copies]


def ready_to_decide(kit, count):
    """Put cases on record that wait for the head's decision."""
    case = kit.submit()
    return many(kit, kit.decide(case.id, "periksa"), count)


class Rival:
    """A process that does its task to each case that it is told."""

    def __init__(self, url, keys, documents, task, seed):
        order = {"url": url, "keys": str(keys), "documents": str(documents), "task": task, "seed": seed}
        self.process = subprocess.Popen(
            [sys.executable, str(RIVALS), json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self):
        """Return the next line."""
        return self.process.stdout.readline()

    def start(self, case):
        """Name the next case."""
        self.process.stdin.write(case + "\n")
        self.process.stdin.flush()

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(60)


@pytest.fixture
def rivals(url, keys, tmp_path):
    """Start two processes on one database, each with its task."""
    file = tmp_path / "rivals.json"
    KeyRing.open_or_create(file)
    keys.save(file)
    started = []

    def run(*tasks):
        for seed, task in enumerate(tasks):
            started.append(Rival(url, file, tmp_path / "documents", task, 1 + seed * 100_000))
        assert ["ready\n"] * len(tasks) == [rival.hear() for rival in started]
        return started

    yield run
    for rival in started:
        rival.close()


def in_processes(rivals, cases):
    """Let all rivals take each case at the same moment; return their answers, case by case."""
    answers = []
    for turn, case in enumerate(cases):
        for rival in rivals if turn % 2 else reversed(rivals):
            rival.start(case)
        answers.append([json.loads(rival.hear()) for rival in rivals])
    return answers


def in_threads(cases, *tasks):
    """Let a thread for each task take each case at the same moment; return their results, case by case."""

    def run(task, case):
        try:
            return task(case)
        except PerizinanError as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [
            [item.result() for item in [pool.submit(run, task, case) for task in tasks]] for case in cases
        ]


def assert_attempt_on_record(kit, case, error):
    """One decision and one refused attempt stand in the history, and both name the same winner."""
    history = kit.office.applications.history(case.id, actor=HOST)
    decided = [
        event
        for event in history
        if event.kind in (EventKind.APPLICATION_APPROVED, EventKind.APPLICATION_REFUSED)
    ]
    (attempt,) = [event for event in history if event.kind is EventKind.ATTEMPT_REFUSED]

    assert [str(case.decision.by)] == [event.actor for event in decided]
    assert {
        "stage": None,
        "winner": error["account"],
        "outcome": error["outcome"],
        "decided_at": error["at"],
    } == attempt.data


def test_of_250_opposite_decisions_in_threads_one_counts_and_the_loser_is_told(database_kit):
    """Who was first and what they decided; and the refused attempt is on record once."""
    kit = database_kit
    cases = ready_to_decide(kit, DECISIONS)
    head = kit.assignee(cases[0], "putusan")
    results = in_threads(
        cases,
        lambda case: kit.office.reviews.approve(case, actor=head),
        lambda case: kit.office.reviews.refuse(case, reasons=("Tidak",), actor=head),
    )

    for answers in results:
        (lost,) = [item for item in answers if isinstance(item, PerizinanError)]
        (won,) = [item for item in answers if not isinstance(item, PerizinanError)]
        assert isinstance(lost, DecidedByOthersError)
        assert (head.id, won.decision.kind.value) == (lost.winner, lost.outcome)
        assert won == kit.office.applications.get(won.id, actor=HOST)
        assert_attempt_on_record(kit, won, attrs.asdict(lost))


def test_of_250_opposite_decisions_in_processes_one_counts_and_the_loser_is_told(database_kit, rivals):
    """As in threads: the database alone keeps the two apart."""
    kit = database_kit
    cases = ready_to_decide(kit, DECISIONS)
    results = in_processes(rivals("approve", "refuse"), cases)

    for case, answers in zip(cases, results, strict=True):
        (lost,) = [item for item in answers if "error" in item]
        (won,) = [item for item in answers if "error" not in item]
        kept = kit.office.applications.get(case, actor=HOST)
        assert ("decided-by-others", won["decided"]) == (lost["error"], kept.decision.kind.value)
        assert (str(kept.decision.by), won["decided"]) == (lost["account"], lost["outcome"])
        assert_attempt_on_record(kit, kept, lost)


def test_uploads_into_one_draft_at_once_are_all_accepted_in_threads(database_kit):
    """The user gave no version, so two scans that arrive together are both kept."""
    kit = database_kit
    cases = drafts(kit, UPLOADS)

    def uploading(seed):
        return lambda case: kit.office.applications.upload(
            case, "ktp", BytesIO(small_png(seed)), file_name=f"{seed}.png", actor=APPLICANT
        )

    results = in_threads(cases, uploading(1), uploading(2))

    assert [] == [item for answers in results for item in answers if isinstance(item, PerizinanError)]
    assert {2} == {len(kit.office.applications.get(case, actor=HOST).documents) for case in cases}


def test_uploads_into_one_draft_at_once_are_all_accepted_in_processes(database_kit, rivals):
    """Two windows of a portal that runs in two processes."""
    cases = drafts(database_kit, UPLOADS)
    results = in_processes(rivals("upload", "upload"), cases)
    held = [len(database_kit.office.applications.get(case, actor=HOST).documents) for case in cases]

    assert [[{"decided": None}] * 2] * UPLOADS == results
    assert [2] * UPLOADS == held


def ready_to_pay(kit, count):
    """Put cases on record of which each owes Rp120.000."""
    case = kit.submit("acara")
    return many(kit, kit.decide(case.id, "periksa"), count)


def paying(kit, reference):
    """Return the task to record the whole fee under a reference."""
    payment = Payment(reference=reference, amount=Rupiah(120_000), paid_at=kit.clock(), recorded_by="-")
    return lambda case: kit.office.reviews.record_payment(case, payment, actor=HOST)


def test_of_two_payments_of_one_line_of_the_statement_one_is_recorded_in_threads(database_kit):
    """For one case, and for two cases at once; the other is refused, and no case has too much money."""
    kit = database_kit
    cases = ready_to_pay(kit, 2 * PAYMENTS)
    for number, (one, other) in enumerate(zip(cases[::2], cases[1::2], strict=True)):
        pay = paying(kit, f"TRX-{number}")
        second = one if number % 2 else other
        (same,) = in_threads([one], pay, lambda _, case=second, pay=pay: pay(case))
        (lost,) = [item for item in same if isinstance(item, PerizinanError)]
        held = [kit.office.applications.get(case, actor=HOST).payments for case in (one, other)]

        assert lost.code in {"payment-reference", "already-exists"}
        assert 1 == sum(map(len, held))


def test_of_two_payments_of_one_line_of_the_statement_one_is_recorded_in_processes(database_kit, rivals):
    """Two cashiers at two machines."""
    cases = ready_to_pay(database_kit, PAYMENTS)
    results = in_processes(rivals("pay", "pay"), cases)
    held = [database_kit.office.applications.get(case, actor=HOST).payments for case in cases]

    assert [1] * PAYMENTS == [len(item) for item in held]
    assert [1] * PAYMENTS == [sum("error" in answer for answer in answers) for answers in results]


def test_no_use_case_without_a_version_loses_a_race(database_kit):
    """Whatever two do to one case at once, what both may do is done twice, and neither is told to look again."""
    kit = database_kit
    applications, reviews = kit.office.applications, kit.office.reviews
    form = {"lokasi": "Jalan Baru", "di_rumah": False}
    for case in drafts(kit, UPLOADS // 2):
        answers = in_threads(
            [case],
            lambda case: applications.upload(
                case, "ktp", BytesIO(small_png(1)), file_name="a.png", actor=APPLICANT
            ),
            lambda case: applications.save(case, actor=APPLICANT, form=form),
            lambda case: applications.save(case, actor=APPLICANT, form=form),
        )
        assert [] == [item for item in answers[0] if isinstance(item, PerizinanError)]
    permit = kit.permit()
    signer = kit.officer("pimpinan")
    for case in many(kit, kit.submit(), UPLOADS // 2):
        first = kit.assignee(case, "periksa")
        other = kit.officer("loket-2" if first.id == "loket-1" else "loket-1")
        answers = in_threads(
            [case],
            lambda case, first=first: reviews.decide(case, "periksa", StageOutcome.POSITIVE, actor=first),
            lambda case, other=other: reviews.declare_conflict(case, reason="Keluarga", actor=other),
        )
        assert [] == [item for item in answers[0] if isinstance(item, PerizinanError)]
    given = {"reason": "Periksa", "legal_basis": "Perda", "actor": signer}
    for _ in range(UPLOADS // 4):
        answers = in_threads(
            [permit.id],
            lambda id_: kit.office.permits.suspend(id_, **given),
            lambda id_: kit.office.permits.suspend(id_, **given),
        )
        # The second finds it suspended: a refusal by the rules, and not by the race.
        lost = [item for item in answers[0] if isinstance(item, PerizinanError)]
        assert ["permit-status"] * len(lost) == [item.code for item in lost]
        kit.clock.forward(minutes=1)
        kit.office.permits.reinstate(permit.id, **given)
        kit.clock.forward(minutes=1)
