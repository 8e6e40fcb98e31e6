"""
Four processes on one PostgreSQL do opposite things to one case at the same moment, beside three real workers.

One of the workers is killed every few seconds. Nothing is lost, doubled or crossed. ``make test-processes`` makes 500
rounds of decisions and of submissions; ``make test`` makes fewer.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from perizinan_core.bootstrap import load_plugins, load_settings, migrate_database
from perizinan_core.model import ApplicationState, PermitStatus
from perizinan_core.storage import OutboxFilter
from perizinan_core.testing import APPLICANT, HOST, OfficeKit, SettableClock, postgres_database, sample_staff

sys.path.insert(0, str(Path(__file__).parent))

from office_processes import PLUGIN, SLUG, Sample, _plugin, act, opened, processes, work

ROUNDS = int(os.environ.get("PERIZINAN_ROUNDS", "20"))
SOME = max(4, ROUNDS // 10)
KILLED_EVERY = 3.0
PATIENCE = 120


class RealClock(SettableClock):
    """Cannot be moved: workers go by the clock of the machine."""

    def __init__(self):
        """Need no beginning."""

    def __call__(self):
        """Return the moment."""
        return datetime.now(UTC)

    def forward(self, **_):
        """Leave the time as it is."""


class Crew:
    """Three workers, of which one is killed now and then and followed by another."""

    def __init__(self, settings, site):
        self.settings, self.site = str(settings), str(site)
        self.running = [self.begin() for _ in range(3)]
        self.killed = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def begin(self):
        """Start a worker."""
        worker = processes().Process(target=work, args=(self.settings, self.site))
        worker.start()
        return worker

    def run(self):
        """Kill one, and start another."""
        while not self.stop.wait(KILLED_EVERY):
            place = random.randrange(3)
            self.running[place].kill()
            self.running[place].join()
            self.killed += 1
            self.running[place] = self.begin()

    def close(self):
        """Kill all."""
        self.stop.set()
        self.thread.join()
        for worker in self.running:
            worker.kill()
            worker.join()


class Place:
    """The office, four processes that act on it, and its workers."""

    def __init__(self, kit, pipes, crew, folder):
        self.kit, self.pipes, self.crew, self.folder = kit, pipes, crew, folder
        self.turn = 0

    def race(self, case, *orders):
        """Let processes do their tasks at the same moment; return the result of each, in the order of the tasks."""
        self.turn += 1
        chosen = random.sample(self.pipes, len(orders))
        for pipe, (task, given) in zip(chosen, orders, strict=True):
            pipe.send((task, given.pop("subject", case), given))
        answers = []
        for pipe in chosen:
            assert pipe.poll(PATIENCE), "a process says nothing"
            answers.append(pipe.recv())
        return answers

    def copies(self, case, count):
        """Put copies of a case on record, and return their ids."""
        made = [
            attrs.evolve(
                case,
                id=f"{case.id[:-12]}{random.getrandbits(48):012x}",
                receipt_number=case.receipt_number and f"SALIN/{random.getrandbits(60)}",
            )
            for _ in range(count)
        ]
        with self.kit.office.storage.unit_of_work() as unit:
            for copy in made:
                unit.applications.add(copy, by=HOST.id, at=datetime.now(UTC))
            unit.commit()
        # The order in which they wait: the oldest is decided first.
        return sorted(copy.id for copy in made)

    def get(self, case):
        """Return a case as it is on record."""
        return self.kit.office.applications.get(case, actor=HOST)

    def kinds(self, case):
        """Count the events of a case by kind."""
        history = self.kit.office.applications.history(case, actor=HOST)
        assert [event.at for event in history] == sorted(event.at for event in history)
        return Counter(event.kind.value for event in history)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Everything, on one database for all tests of this file."""
    folder = tmp_path_factory.mktemp("office")
    site = tmp_path_factory.mktemp("site")
    record = site / "sample_plugin-1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: sample-plugin\nVersion: 1\n")
    (record / "entry_points.txt").write_text("[perizinan_core.plugins]\nsample = sample_plugin\n")
    (site / "sample_plugin.py").write_text(PLUGIN)
    settings = folder / "perizinan.toml"
    with ExitStack() as stack:
        url = stack.enter_context(postgres_database())
        settings.write_text(
            f'[office]\nauthority = "{SLUG}"\n[storage]\ndatabase = "{url}"\n[signing]\ndevelopment = true\n'
            '[plugins]\nwork_queue = "procrastinate"\ndisabled = ["apprise", "bsre", "clamav", "kota-blitar", '
            '"kota-bontang", "portal", "s3", "verify"]\n[plugin.mail-folder]\nfolder = "mail"\nforwarded = true\n'
        )
        plugins = {"sample": Sample(), "procrastinate": _plugin}
        migrate_database(load_settings(settings), load_plugins(discover=False, extra=plugins))
        office = stack.enter_context(opened(settings))
        kit = OfficeKit(office=office, context=office._context, clock=RealClock(), mail=None)
        for officer in sample_staff():
            kit.hire(officer)
        kit.confirm_staff()
        pipes = [stack.enter_context(_rival(settings)) for _ in range(4)]
        for pipe in pipes:
            assert pipe.poll(PATIENCE)
            assert "ready" == pipe.recv()
        crew = Crew(settings, site)
        stack.callback(crew.close)
        yield Place(kit, pipes, crew, folder)


@contextmanager
def _rival(settings):
    here, there = processes().Pipe()
    process = processes().Process(target=act, args=(str(settings), there))
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.send(None)
        process.join(PATIENCE)


def test_of_opposite_decisions_one_counts(place):
    """Two approve and two refuse; three learn who was first."""
    case = place.kit.submit()
    place.kit.decide(case.id, "periksa")
    copies = place.copies(place.get(case.id), ROUNDS)
    place.kit.office.applications.withdraw(case.id, actor=APPLICANT)
    for copy in copies:
        tasks = ("approve", "refuse", "approve", "refuse")
        answers = place.race(copy, *[(task, {}) for task in tasks])
        won = tasks[answers.index("done")]
        kept, kinds = place.get(copy), place.kinds(copy)

        assert ["decided-by-others"] * 3 + ["done"] == sorted(answers)
        assert {"approve": ApplicationState.APPROVED, "refuse": ApplicationState.REFUSED}[won] is kept.state
        assert (1, 3) == (
            kinds["application_approved"] + kinds["application_refused"],
            kinds["attempt_refused"],
        )


def test_withdrawing_against_approving_ends_in_one_of_both(place):
    """Never in both, never in none."""
    case = place.kit.submit()
    place.kit.decide(case.id, "periksa")
    copies = place.copies(place.get(case.id), SOME)
    place.kit.office.applications.withdraw(case.id, actor=APPLICANT)
    for copy in copies:
        answers = place.race(copy, ("withdraw", {}), ("approve", {}))
        kinds = place.kinds(copy)

        assert 1 <= answers.count("done")
        assert answers[0] == "done" or ApplicationState.APPROVED is place.get(copy).state
        assert 1 >= kinds["application_withdrawn"]
        assert place.get(copy).state is ApplicationState.WITHDRAWN or 0 == kinds["application_withdrawn"], (
            kinds
        )


def test_numbers_have_no_gap_and_a_permit_is_issued_once(place):
    """Four issue one case, and then four issue one each; afterwards one is revoked and suspended at once."""
    permits = []
    cases = []
    for _ in range(6):
        case = place.kit.submit().id
        place.kit.review(case)
        cases.append(case)
    for case in cases[:2]:
        answers = place.race(case, *[("issue", {})] * 4)
        assert 1 <= answers.count("done"), answers
        assert {"done", "lease-held", "signing-lease-held"} >= set(answers)
        permits.append(place.get(case).permit_id)
    answers = place.race("", *[("issue", {"subject": case}) for case in cases[2:]])
    assert ["done"] * 4 == answers
    permits += [place.get(case).permit_id for case in cases[2:]]
    for permit in permits:
        place.race(permit, ("revoke", {}), ("suspend", {}), ("revoke", {}))
        kept = place.kit.office.permits.get(permit, actor=HOST)
        assert PermitStatus.REVOKED is kept.status
        assert 1 == [change.status for change in kept.changes].count(PermitStatus.REVOKED)
    found = [place.kit.office.permits.get(permit, actor=HOST) for permit in permits]

    assert list(range(1, 7)) == sorted(permit.sequence for permit in found)
    assert 6 == len({permit.number for permit in found}) == len({permit.status_index for permit in found})


def test_batches_are_begun_that_the_workers_share(place):
    """Permits are issued and the archive is verified by workers that die; the last test looks at the result."""
    cases = [place.kit.submit().id for _ in range(8)]
    for case in cases:
        place.kit.review(case)
    batches = place.kit.office.batches
    place.batches = [
        batches.issue(tuple(cases), actor=place.kit.officer("kepala")),
        batches.verify(actor=HOST),
    ]

    assert 8 == place.batches[0].batch.total


def test_handing_over_against_deciding_leaves_one_outcome(place):
    """The one who had it decides, or another holds it."""
    for _ in range(SOME):
        case = place.kit.submit().id
        holder = place.get(case).stage_state("periksa").assignee
        place.race(case, ("decide", {"by": holder}), ("hand-over", {"by": holder}))
        kept, kinds = place.get(case), place.kinds(case)

        assert 1 >= kinds["stage_decided"]
        assert (kept.stage_state("periksa").assignee != holder) or 1 == kinds["stage_decided"]


def test_parallel_uploads_are_all_kept_or_refused_by_the_slot(place):
    """Different files into a slot for two; the same file twice; and two that replace the same paper."""
    for turn in range(SOME):
        (different, same, replaced) = place.copies(place.kit.draft(), 3)
        seeds = [1000 * turn + number for number in range(8)]
        answers = place.race(different, *[("upload", {"seed": seed}) for seed in seeds[:4]])
        place.race(same, *[("upload", {"seed": seeds[4]})] * 1, ("upload", {"seed": seeds[4]}))
        place.race(replaced, ("upload", {"seed": seeds[5]}))
        (old,) = place.get(replaced).documents
        place.race(replaced, *[("upload", {"seed": seed, "replaces": old.id}) for seed in seeds[6:8]])

        assert 2 == answers.count("done") == len(place.get(different).documents)
        assert 1 <= len(place.get(same).documents) <= 2
        assert 1 == len(place.get(replaced).current_documents())
        assert old.id not in {document.id for document in place.get(replaced).current_documents()}


def test_of_double_submissions_one_takes_a_number(place):
    """With one key all four get the same answer, and without one three learn that it is submitted."""
    draft = place.kit.draft()
    place.kit.fill(draft.id)
    drafts = place.copies(place.get(draft.id), ROUNDS)
    for number, copy in enumerate(drafts):
        key = {"idempotency_key": copy} if number % 2 else {}
        answers = place.race(copy, *[("submit", dict(key)) for _ in range(4)])
        kinds = place.kinds(copy)

        assert 1 <= answers.count("done")
        assert not key or ["done"] * 4 == answers
        assert 1 == kinds["application_submitted"]
    receipts = [place.get(copy).receipt_number for copy in drafts]

    assert len(drafts) == len({receipt for receipt in receipts if receipt})


def test_nothing_was_lost_doubled_or_crossed(place):
    """Workers were killed all the while; what they held is delivered once its lease ended, and every seal is right."""
    place.crew.close()
    office, later = place.kit.office, datetime.now(UTC) + timedelta(minutes=6)
    for _ in range(3):
        assert () == office.worker.run_once(now=later).failures
    with office.storage.unit_of_work(read_only=True) as unit:
        counts = unit.outbox.counts()
        sent = _all(unit.outbox, OutboxFilter(target="channel:mail-folder"))
        interrupted = unit.signing_attempts.interrupted(now=later)
        year = office.today().year
        registers = {item.code: unit.numbers.book(item.code, year) for item in office.authority.registers}
    found = {view.finding.code for view in office.health.findings(actor=HOST, again=True, quick=False)}
    over = [office.batches.get(batch.id, actor=HOST) for batch in place.batches]
    issued = [item.result for item in office.batches.items(over[0].id, actor=HOST).items]
    mails = {path.stem for path in (place.folder / "mail").glob("*.eml")}

    assert 1 <= place.crew.killed
    assert (0, 0) == (counts.waiting, counts.given_up)
    assert () == tuple(interrupted)
    assert [(True, 0), (True, 0)] == [(view.is_over, view.counts.failed) for view in over]
    assert 8 == over[0].counts.done == len(set(issued))
    assert 6 <= over[1].counts.done
    assert [] == [
        key for key, times in Counter((one.event.id, one.recipient) for one in sent).items() if times > 1
    ]
    assert len(sent) == len({one.message for one in sent}) == len(mails)
    for book in registers.values():
        assert [line.sequence for line in book] == list(range(1, len(book) + 1))
        assert len(book) == len({line.subject for line in book})
    assert "record-not-as-written" not in found


def _all(outbox, wanted):
    found, before = [], None
    while page := outbox.find(wanted, before=before, limit=500):
        found += page
        before = page[-1].id
    return found
