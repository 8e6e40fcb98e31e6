"""The inspecting processes: their limits, their deaths, and that nothing of ours reaches them."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

import perizinan_core
from perizinan_core.documents import Sandbox, UploadPolicy, inspect_upload
from perizinan_core.errors.documents import InspectionUnavailableError


def codes(report):
    return {found.code for found in report.findings}


def judge(sandbox, content, **limits):
    return inspect_upload(
        io.BytesIO(content), file_name="a.pdf", policy=UploadPolicy(**limits), sandbox=sandbox
    )


@pytest.fixture
def own_sandbox():
    """Return a pool of one process that a test may break."""
    pool = Sandbox(workers=1)
    yield pool
    pool.close()


@pytest.fixture
def pretender(tmp_path):
    """Return a function that makes an interpreter which answers the first file in its own way."""

    def make(answer):
        program = tmp_path / "program.py"
        program.write_text(
            textwrap.dedent(
                f"""
                import os, signal, socket, sys, time
                sys.path[:0] = {sys.path!r}
                from perizinan_core.confined._channel import Channel, Form
                end = socket.socket(fileno=int(sys.argv[-1]))
                channel = Channel(end, sends=Form.JSON, receives=Form.OBJECTS)
                channel.receive()
                channel.ready()
                while True:
                    try:
                        request, descriptor = channel.receive_file()
                    except EOFError:
                        break
                    {answer}
                """
            )
        )
        interpreter = tmp_path / "python"
        interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{program}" "$@"\n')
        interpreter.chmod(0o755)
        return Sandbox(workers=1, python=str(interpreter))

    return make


def processes_of(sandbox):
    return [child.pid for child in sandbox._pool.idle]


@pytest.fixture
def laborious(samples):
    """Return a harmless file that takes seconds to read."""
    objects = {f"o{number}": b"<</A(b)/C[1 2 3]>>" for number in range(10, 80_000)}
    return samples["sample_pdfs"].document(**objects)


def test_computing_time_is_limited(own_sandbox, laborious, samples):
    """A file that takes longer than the limit gets no verdict and can be tried again; the next one is served."""
    report = judge(own_sandbox, laborious, cpu_seconds=1, wall_seconds=120)

    assert {"time-limit"} == codes(report)
    assert (True, True, ()) == (report.held, report.retryable, report.refusals)
    assert judge(own_sandbox, samples["sample_pdfs"].document()).accepted


def test_time_on_the_clock_is_limited(own_sandbox, laborious, samples):
    """A process that does not answer in time is killed, whatever it is doing."""
    own_sandbox.warm_up()
    (process,) = processes_of(own_sandbox)

    assert {"time-limit"} == codes(judge(own_sandbox, laborious, wall_seconds=0.3))
    assert not Path(f"/proc/{process}").exists()
    assert judge(own_sandbox, samples["sample_pdfs"].document()).accepted


def test_memory_is_limited(own_sandbox, samples):
    """A file that needs more memory than the limit is refused with a reason, and the next one is served."""
    pdfs = samples["sample_pdfs"]
    heavy = pdfs.document(o10=pdfs.stream(os.urandom(1024) * 60 * 1024))
    room = {"max_bytes": len(heavy)}

    assert judge(own_sandbox, heavy, **room).accepted
    assert {"memory-limit"} == codes(judge(own_sandbox, heavy, memory_bytes=30 * 1024 * 1024, **room))
    assert judge(own_sandbox, heavy, **room).accepted


def test_one_process_serves_many_files(own_sandbox, samples):
    """The pool keeps its process warm, and the time limit counts anew for every file."""
    plain = samples["sample_pdfs"].document()
    own_sandbox.warm_up()
    before = processes_of(own_sandbox)
    reports = [judge(own_sandbox, plain, cpu_seconds=2) for _ in range(200)]

    assert all(report.accepted for report in reports)
    assert before == processes_of(own_sandbox)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "inspection-failed"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "time-limit"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "time-limit"),
        ("os._exit(0)", "inspection-failed"),
        ("end.sendall(b'nonsense that is not a message')", "inspection-failed"),
        ("end.sendall(b'\\0\\0\\0\\0\\0\\0\\0\\2[]')", "inspection-failed"),
        ("channel.send({})", "inspection-failed"),
        ("channel.send({'notes': {}, 'again': True})", "inspection-failed"),
        ("channel.send({'notes': {'findings': {}, 'content_type': 'text/html'}})", "inspection-failed"),
        ("channel.send({'notes': {'findings': {'made-up': {}}, 'content_type': 'x'}})", "inspection-failed"),
        ("channel.send({'notes': {'findings': {'empty': 7}, 'content_type': 'x'}})", "inspection-failed"),
    ],
)
def test_a_process_that_dies_or_lies_refuses_the_file(pretender, data, answer, code):
    """Only a whole, sensible answer accepts a file."""
    sandbox = pretender(answer)
    report = inspect_upload(data / "upload-floor-plan.pdf", file_name="a.pdf", sandbox=sandbox)
    sandbox.close()

    assert {code} == codes(report)
    assert not report.accepted


def test_a_process_that_died_idle_is_not_held_against_the_next_file(own_sandbox, samples):
    """Somebody kills the warm process: the next upload gets a new one."""
    own_sandbox.warm_up()
    (process,) = processes_of(own_sandbox)
    os.kill(process, signal.SIGKILL)

    assert judge(own_sandbox, samples["sample_pdfs"].document()).accepted


@pytest.mark.parametrize("python", ["/bin/false", "/nonexistent/python"])
def test_without_a_process_nothing_is_accepted(data, python):
    """Where the inspecting process does not start, the caller is told so."""
    with pytest.raises(InspectionUnavailableError):
        inspect_upload(data / "upload-floor-plan.pdf", file_name="a.pdf", sandbox=Sandbox(python=python))


def test_secrets_of_the_service_do_not_reach_the_process(monkeypatch, own_sandbox):
    """The process that reads hostile files starts with an environment of its own."""
    monkeypatch.setenv("PERIZINAN_SECRET", "do-not-tell")
    own_sandbox.warm_up()
    (process,) = processes_of(own_sandbox)

    assert b"do-not-tell" not in Path(f"/proc/{process}/environ").read_bytes()


def test_the_process_cannot_write_files_or_print(own_sandbox):
    """Its file size limit is zero, and its terminal is nowhere."""
    own_sandbox.warm_up()
    (process,) = processes_of(own_sandbox)
    limits = Path(f"/proc/{process}/limits").read_text()
    size = next(line.split() for line in limits.splitlines() if line.startswith("Max file size"))

    assert ["0", "0"] == size[3:5]
    assert ["/dev/null"] * 3 == [str(Path(f"/proc/{process}/fd/{number}").readlink()) for number in range(3)]


def test_processes_end_with_a_killed_service():
    """After kill -9 of the asking process, no inspecting process stays behind."""
    program = textwrap.dedent(
        """
        import time
        from perizinan_core.documents import Sandbox
        pool = Sandbox()
        pool.warm_up()
        print(pool._pool.idle[0].pid, flush=True)
        time.sleep(60)
        """
    )
    service = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    process = int(service.stdout.readline())
    service.kill()
    service.wait()
    service.stdout.close()
    deadline = time.monotonic() + 10
    while _runs(process) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not _runs(process)


def _runs(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_forked_service_starts_its_own_processes(data):
    """After a fork, parent and child do not talk to the same process."""
    program = textwrap.dedent(
        f"""
        import os
        from perizinan_core.documents import Sandbox, inspect_upload
        pool = Sandbox(workers=1)
        pool.warm_up()
        parent = pool._pool.idle[0].pid
        def judge():
            assert inspect_upload({str(data / "upload-floor-plan.pdf")!r}, file_name="a.pdf", sandbox=pool).accepted
            return pool._pool.idle[0].pid
        child = os.fork()
        if child == 0:
            os._exit(0 if judge() != parent else 1)
        assert judge() == parent
        assert os.waitpid(child, 0)[1] == 0
        assert judge() == parent
        print("fine")
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ("fine\n", "") == (done.stdout, done.stderr)


def test_places_are_limited(samples):
    """No more processes run at once than the pool has places."""
    plain = samples["sample_pdfs"].document()
    pool = Sandbox(workers=2)
    threads = [threading.Thread(target=lambda: judge(pool, plain)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 <= len(processes_of(pool)) <= 2
    pool.close()
    assert [] == processes_of(pool)
    assert judge(pool, plain).accepted
    pool.close()


def test_asking_does_not_load_the_parsers():
    """The asking process never imports what reads hostile bytes."""
    program = (
        "import sys, perizinan_core.documents as d\n"
        "assert d.inspect_upload(sys.executable, file_name='a').refusals\n"
        "print(sorted({'pypdf', 'PIL', 'pillow_heif', 'pikepdf', 'xml.parsers.expat'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ("[]\n", "") == (done.stdout, done.stderr)


@pytest.fixture
def interpreter(tmp_path):
    """Return a function that makes an interpreter of an environment with other modules."""

    def make(setting, flag=""):
        path = tmp_path / "python"
        path.write_text(f'#!/bin/sh\n{setting} exec {sys.executable} {flag} "$@"\n')
        path.chmod(0o755)
        return str(path)

    return make


def test_a_module_that_is_missing_from_the_environment_is_named_in_the_log(
    interpreter, data, caplog, tmp_path
):
    """After an environment was moved or rebuilt, the operator reads what to install; no path is told."""
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "perizinan_core").symlink_to(Path(perizinan_core.__file__).parent)
    python = interpreter(f"PYTHONPATH={alone}", "-S")
    with pytest.raises(InspectionUnavailableError):
        inspect_upload(data / "upload-floor-plan.pdf", file_name="a.pdf", sandbox=Sandbox(python=python))

    assert [
        "the inspecting process does not start: the module cryptography is missing from its environment"
    ] == caplog.messages
    assert str(alone) not in caplog.text


def test_another_reason_why_it_does_not_start_is_named_by_its_kind(interpreter, data, tmp_path, caplog):
    """Without the words of the error, which may hold a path."""
    (tmp_path / "perizinan_core").mkdir()
    (tmp_path / "perizinan_core/__init__.py").write_text("open('/tidak/ada/rahasia')")
    python = interpreter(f"PYTHONPATH={tmp_path}")
    with pytest.raises(InspectionUnavailableError):
        inspect_upload(data / "upload-floor-plan.pdf", file_name="a.pdf", sandbox=Sandbox(python=python))

    assert ["the inspecting process does not start: FileNotFoundError"] == caplog.messages


def test_an_inspecting_process_that_runs_has_no_way_to_print(own_sandbox):
    """The pipe for a failed start is closed before the first file comes."""
    own_sandbox.warm_up()
    (child,) = own_sandbox._pool.idle

    assert child._process.stderr is None
    assert Path("/dev/null") == Path(f"/proc/{child.pid}/fd/2").readlink()
