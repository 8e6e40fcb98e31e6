"""Many files: the order, the memory, the hostile ones, and every way in which a worker can end."""

from __future__ import annotations

import io
import json
import os
import signal
import time
import zipfile
from contextlib import contextmanager

import attrs
import pytest

from perizinan_core.errors.verification import ResumeFileError
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit
from perizinan_core.verification.bulk import BulkLimits, verify_many
from perizinan_core.verification.bulk._many import default_jobs
from perizinan_core.verification.bulk._pool import Pool
from perizinan_core.verification.bulk._resume import ResumeFile
from perizinan_core.verification.bulk._walking import FoundFile, find_files


@attrs.frozen
class Trials:
    """A judge that does what the file says."""

    max_bytes: int = 1000

    @contextmanager
    def prepare(self):
        yield self._judge

    @staticmethod
    def _judge(source, name):
        data = source if isinstance(source, bytes) else source.read_bytes()
        word = data.removeprefix(b"%PDF-").decode()
        if word == "loop":
            while True:
                time.sleep(0.01)
        if word == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if word == "memory":
            bytearray(1 << 40)
        if word == "raise":
            raise KeyError("secret")
        return name.rpartition("/")[2], word

    @staticmethod
    def refuse(name, code, **_fields):
        return name.rpartition("/")[2], code


class Broken(Trials):
    """Cannot be prepared."""

    @contextmanager
    def prepare(self):
        raise RuntimeError("no room")
        yield


class Dead(Trials):
    """Dies before it is ready."""

    @contextmanager
    def prepare(self):
        os.kill(os.getpid(), signal.SIGKILL)
        yield


def run(paths, *, jobs=2, recipe=None, seconds=0.5, faults=None, **limits):
    pool = Pool(
        recipe or Trials(), jobs=jobs, limits=BulkLimits(seconds=seconds, **limits), fork=True,
        on_fault=None if faults is None else lambda _name, kind: faults.append(kind),
    )  # fmt: skip
    return list(pool.run((file, -1) for file in find_files(paths)))


def results(events):
    return [event.value for event in events if event.kind == "result"]


@pytest.fixture
def folder(tmp_path):
    """A hundred small files."""
    for number in range(100):
        (tmp_path / f"{number:03}.pdf").write_text(f"%PDF-{number}")
    return tmp_path


def a_zip(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_files(folder, jobs):
    """Whoever is ready first; every file once."""
    assert [(f"{n:03}.pdf", str(n)) for n in range(100)] == results(run([folder], jobs=jobs))


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("loop", "time-limit"),
        ("segfault", "internal-limit"),
        ("memory", "internal-limit"),
        ("raise", "internal-limit"),
    ],
)
def test_a_hostile_file_gets_its_report_and_the_others_theirs(folder, word, code):
    """The worker is killed and replaced; nobody else notices."""
    (folder / "050.pdf").write_text(f"%PDF-{word}")
    faults = []
    found = results(run([folder], faults=faults))

    assert ("050.pdf", code) == found[50]
    assert 100 == len(found)
    assert (["KeyError"] if word == "raise" else []) == faults


def test_hostile_files_that_were_given_out_together_cost_only_themselves(folder):
    """Files are handed over several at a time; after a loss each is judged by itself."""
    for number, word in ((71, "segfault"), (72, "loop"), (74, "segfault")):
        (folder / f"{number:03}.pdf").write_text(f"%PDF-{word}")
    found = results(run([folder]))

    refused = {71: "internal-limit", 72: "time-limit", 74: "internal-limit"}
    assert [(f"{n:03}.pdf", refused.get(n, str(n))) for n in range(100)] == found


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_members_of_archives_come_in_their_order_whoever_judges_them(tmp_path, jobs):
    """Shares of an archive go to all workers."""
    (tmp_path / "a.zip").write_bytes(a_zip([(f"{n}.pdf", f"%PDF-{n}") for n in range(300)]))
    (tmp_path / "b.pdf").write_text("%PDF-b")

    assert [(f"{n}.pdf", str(n)) for n in range(300)] + [("b.pdf", "b")] == results(
        run([tmp_path], jobs=jobs)
    )


@pytest.mark.parametrize("word", ["loop", "segfault"])
def test_a_hostile_member_costs_no_other_member(tmp_path, word):
    """The next worker goes on behind it."""
    words = ["0", "1", word, "3", word, "5"]
    (tmp_path / "a.zip").write_bytes(a_zip([(f"{n}.pdf", f"%PDF-{w}") for n, w in enumerate(words)]))
    code = "time-limit" if word == "loop" else "internal-limit"

    assert [(f"{n}.pdf", code if w == word else w) for n, w in enumerate(words)] == results(
        run([tmp_path], seconds=0.4)
    )


def test_nested_archives_are_opened_to_the_limit(tmp_path):
    """Names, sizes and depth are bounded; other files are passed over."""
    inner = a_zip([("deep.pdf", "%PDF-deep"), ("x.txt", "no")])
    middle = a_zip([("inner.zip", inner), ("also", "%PDF-also")])
    outer = a_zip(
        [
            ("middle.zip", middle), ("large.pdf", b"%PDF-" + bytes(2000)), ("large.txt", bytes(2000)),
            ("bad.zip", b"PK"), ("broken.tar", b"?"),
        ]
    )  # fmt: skip
    (tmp_path / "a.zip").write_bytes(outer)

    assert [
        ("deep.pdf", "deep"), ("also", "also"), ("large.pdf", "too-large"), ("bad.zip", "archive-unreadable"),
        ("broken.tar", "archive-unreadable"),
    ] == results(run([tmp_path]))  # fmt: skip
    assert ("inner.zip", "archive-limit") == results(run([tmp_path], max_depth=2))[0]
    assert [("middle.zip", "archive-limit")] == results(run([tmp_path], max_nested=100))[:1]


def test_a_damaged_archive_is_told_once_and_what_came_before_counts(tmp_path):
    """Every share meets the damage; also a missing file, and one that is none."""
    import gzip
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number in range(6):
            info = tarfile.TarInfo(f"{number}.pdf")
            info.size = 6
            archive.addfile(info, io.BytesIO(f"%PDF-{number}".encode()))
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(buffer.getvalue()[: 512 * 8 + 100]))
    os.mkfifo(tmp_path / "b.pdf")
    gone = FoundFile(tmp_path / "gone.zip", "archive")
    files = [*find_files([tmp_path]), gone]
    pool = Pool(Trials(), jobs=2, limits=BulkLimits(), fork=True)

    assert [
        *((f"{n}.pdf", str(n)) for n in range(4)), ("a.tar.gz", "archive-unreadable"), ("b.pdf", "not-a-file"),
        ("gone.zip", "cannot-open"),
    ] == results(pool.run((file, -1) for file in files))  # fmt: skip


def test_an_archive_that_hangs_before_its_first_member_is_given_up(tmp_path):
    """The table of contents can be the trap, too: here a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "a.zip")
    (tmp_path / "b.pdf").write_text("%PDF-b")
    files = [FoundFile(tmp_path / "a.zip", "archive"), FoundFile(tmp_path / "b.pdf", "file")]
    pool = Pool(Trials(), jobs=2, limits=BulkLimits(seconds=0.3), fork=True)

    assert [("a.zip", "time-limit"), ("b.pdf", "b")] == results(pool.run((file, -1) for file in files))


def test_an_archive_goes_on_behind_the_members_that_are_done(tmp_path):
    """For a run that goes on; events say how far it is."""
    (tmp_path / "a.zip").write_bytes(a_zip([(f"{n}.pdf", f"%PDF-{n}") for n in range(9)]))
    pool = Pool(Trials(), jobs=2, limits=BulkLimits(), fork=True)
    events = list(pool.run((file, 5) for file in find_files([tmp_path])))

    assert [("6.pdf", "6"), ("7.pdf", "7"), ("8.pdf", "8")] == results(events)
    assert ["result", "step"] * 3 + ["done"] == [event.kind for event in events]


def test_workers_are_replaced_after_their_share(folder):
    """So that nothing piles up in one."""
    assert 100 == len(results(run([folder], files_per_worker=10)))


def test_a_slow_reader_does_not_make_workers_pile_up(tmp_path):
    """Who runs far ahead waits; the order holds and nobody is taken for dead."""
    for name in "ab":
        (tmp_path / f"{name}.zip").write_bytes(a_zip([(f"{name}{n}.pdf", f"%PDF-{n}") for n in range(400)]))
    (tmp_path / "0.pdf").write_text("%PDF-loop")
    found = results(run([tmp_path], seconds=1.0))

    assert ("0.pdf", "time-limit") == found[0]
    assert [f"{name}{n}.pdf" for name in "ab" for n in range(400)] == [name for name, _ in found[1:]]


@pytest.mark.parametrize("recipe", [Broken(), Dead()])
def test_workers_that_cannot_start_end_the_run_with_a_sentence(folder, recipe):
    """And not in an endless row of attempts."""
    with raises_code("bulk-worker"):
        run([folder], recipe=recipe)


def test_an_abandoned_run_leaves_no_process_behind(folder):
    """Closing the iterator ends the workers."""
    pool = Pool(Trials(), jobs=2, limits=BulkLimits(), fork=True)
    events = pool.run((file, -1) for file in find_files([folder]))
    next(events)
    pids = [child.pid for child in pool._crew.children]
    events.close()

    assert 2 == len(pids)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


# -- permits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fork", [True, False])
def test_many_permits_get_the_reports_that_each_alone_gets(world, build, tmp_path, fork, monkeypatch):
    """In forked workers and in fresh interpreters."""
    good = world.permit()
    files = {"a.pdf": good, "b.pdf": good[:-100], "c.pdf": world.permit(world.stranger)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "d.zip").write_bytes(a_zip(files.items()))
    monkeypatch.setattr("perizinan_core.verification.bulk._pool.can_fork", lambda: fork)
    found = list(verify_many([tmp_path], authority=world.authority, at=build.CHECKED_AT, jobs=2))
    alone = [
        verify_permit(data, authority=world.authority, at=build.CHECKED_AT).verdict for data in files.values()
    ]

    assert alone * 2 == [report.verdict for report in found]
    assert [Verdict.VALID, Verdict.UNREADABLE, Verdict.WRONG_ISSUER] == alone
    assert f"{tmp_path}/d.zip!/a.pdf" == found[3].file
    assert found[0] == attrs.evolve(
        verify_permit(good, authority=world.authority, at=build.CHECKED_AT), file=f"{tmp_path}/a.pdf"
    )


def test_a_moment_without_zone_is_refused(world, build):
    """Before anything starts."""
    with pytest.raises(ValueError, match="time zone"):
        verify_many([], authority=world.authority, at=build.CHECKED_AT.replace(tzinfo=None))


def test_all_cores_are_used():
    """Those that this process may use."""
    assert len(os.sched_getaffinity(0)) == default_jobs()


# -- the resume file -------------------------------------------------------------------------

RUN = {"at": "2026-12-02", "options": "x"}


def test_a_resume_file_remembers_what_is_done_and_how_far_archives_are(tmp_path):
    """Until the file changes."""
    path, file = tmp_path / "state", FoundFile(tmp_path / "a.zip", "archive", 10, 20)
    with ResumeFile(path, RUN) as state:
        assert -1 == state.skip(file)
        state.note(file, code=10, place=4)
    with ResumeFile(path, RUN) as state:
        assert (4, 10, 10) == (state.skip(file), state.code(file), state.worst)
        state.note(file, code=13, done=True)
    with ResumeFile(path, RUN) as state:
        assert (None, 13) == (state.skip(file), state.worst)
        assert -1 == state.skip(attrs.evolve(file, mtime_ns=21))
        assert -1 == state.skip(attrs.evolve(file, size=11))
    assert "2026-12-02" == ResumeFile.moment(path)


def test_a_line_that_was_cut_is_written_over(tmp_path):
    """A crash in the middle of a line loses that line and nothing else."""
    path = tmp_path / "state"
    first, second = (FoundFile(tmp_path / name, "file", 1, 2) for name in ("a\n\udcff.pdf", "b.pdf"))
    with ResumeFile(path, RUN) as state:
        state.note(first, code=0, done=True)
        state.note(second, code=0, done=True)
    path.write_bytes(path.read_bytes()[:-9])
    with ResumeFile(path, RUN) as state:
        assert (None, -1) == (state.skip(first), state.skip(second))
        state.note(second, code=0, done=True)

    assert 3 == len([json.loads(line) for line in path.read_bytes().splitlines()])


@pytest.mark.parametrize(
    "change",
    [
        {"path": 5}, {"path": None}, {"size": "1"}, {"mtime_ns": None}, {"place": 1.5}, {"done": 1}, {"code": "0"},
        {"code": True}, {"code": 99}, {"code": -1}, {"code": [0]},
    ],
    ids=repr,
)  # fmt: skip
def test_a_damaged_line_and_those_behind_it_are_done_again(tmp_path, change):
    """A wrong code would become the exit code of the whole run; a traceback would end it."""
    path = tmp_path / "state"
    files = [FoundFile(tmp_path / name, "file", 1, 2) for name in ("a.pdf", "b.pdf", "c.pdf")]
    with ResumeFile(path, RUN) as state:
        for file in files:
            state.note(file, code=10, done=True)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = json.dumps({**json.loads(lines[2]), **change}).encode() + b"\n"
    path.write_bytes(b"".join(lines))
    with ResumeFile(path, RUN) as state:
        assert [None, -1, -1] == [state.skip(file) for file in files]
        assert 10 == state.worst

    assert b"".join(lines[:2]) == path.read_bytes()


@pytest.mark.parametrize("content", [b"hello\n", b"{}\n", b"[1]\n", b"\xff\n"])
def test_another_file_is_never_taken_for_a_resume_file(tmp_path, content):
    """Nor written over."""
    path = tmp_path / "thesis.txt"
    path.write_bytes(content)

    with pytest.raises(ResumeFileError):
        ResumeFile(path, RUN)
    assert content == path.read_bytes()
    assert ResumeFile.moment(path) is None


def test_another_run_is_refused(tmp_path):
    """Other options would mix two answers in one output."""
    ResumeFile(tmp_path / "state", RUN).close()

    with pytest.raises(ResumeFileError, match="options"):
        ResumeFile(tmp_path / "state", {**RUN, "options": "y"})
    assert ResumeFile.moment(tmp_path / "none") is None
