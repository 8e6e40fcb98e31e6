"""What a child has, and what it has not."""

import logging
import os
import time
from pathlib import Path

import pytest

from perizinan_core.confined import Confinement, start_child
from perizinan_core.errors.confined import ChildStartError


def ask(child, do, descriptor=None, seconds=20, answer=None, **more):
    return child.ask({"do": do, **more}, descriptor, seconds=seconds, answer=answer)["told"]


@pytest.fixture
def child(start):
    """Return a child with the least that one can have."""
    made = start("programs:helpful", 1, "two")
    made.await_ready()
    return made


def test_nothing_of_the_parent_is_inherited(child, monkeypatch, start):
    """No secret in the environment, and no open file but the channel."""
    monkeypatch.setenv("PERIZINAN_SECRET", "x")
    later = start()
    later.await_ready()
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    even_later = start()
    even_later.await_ready()
    for descriptor in (reading, writing):
        os.close(descriptor)

    assert [1, "two"] == ask(child, "answer")
    assert "PERIZINAN_SECRET" not in ask(later, "environment")
    for one in (child, later, even_later):
        names = ask(one, "descriptors")
        assert ["/dev/null"] * 3 + ["socket"] == [name.partition(":")[0] for name in names]


def test_limits_hold_from_the_first_task_on(start):
    """Files, memory, open files, and what a crash would leave on the disk."""
    one = start(confinement=Confinement(memory=2 * 1024**3))
    one.await_ready()
    lines = Path(f"/proc/{one.pid}/limits").read_text(encoding="ascii").splitlines()
    limits = {line[:26].strip(): line[26:].split()[:2] for line in lines}

    assert ["0", "0"] == limits["Max file size"] == limits["Max core file size"]
    assert ["64", "64"] == limits["Max open files"]
    assert [str(2 * 1024**3)] * 2 == limits["Max address space"]


def test_a_file_that_is_handed_over_can_be_read_and_never_changed(child, tmp_path):
    """Also where the parent has it open for writing: no write, no cut, no writable mapping."""
    path = tmp_path / "upload"
    path.write_text("content")
    with path.open("r+b") as file:
        path.unlink()  # as a file that has no name any more
        tries = ask(child, "write", file.fileno())
        text = ask(child, "read", file.fileno())

    assert ["refused", "refused", "refused", "done"] == tries
    assert "content" == text


def test_memory_of_one_task_is_limited_and_given_back(child):
    """The next task has its own room."""
    assert "no room" == ask(child, "remember", room=20_000_000, bytes=50_000_000)
    assert 50_000_000 == ask(child, "remember", room=100_000_000, bytes=50_000_000)
    assert "no room" == ask(child, "remember", room=20_000_000, bytes=50_000_000)


def test_a_child_asks_and_its_time_does_not_run_meanwhile(child):
    """The parent answers with any value."""

    def slow(question):
        time.sleep(0.7)
        return (question, Path("a"))

    assert f"('q', {Path('a')!r})" == ask(child, "ask", question="q", seconds=0.5, answer=slow)


@pytest.mark.parametrize("python", ["/bin/false", "/nonexistent/python"])
def test_a_child_that_cannot_start_is_an_error(start, python):
    """Whatever the interpreter does instead."""
    with pytest.raises(ChildStartError):
        start(python=python).await_ready()


def test_why_a_child_does_not_start_is_known_without_its_words(start):
    """The kind of its error, which holds no path."""
    with pytest.raises(ChildStartError) as caught:
        start("programs:broken").await_ready()

    assert "LookupError" == caught.value.cause
    assert "rahasia" not in str(caught.value)


def test_cargo_that_cannot_be_pickled_leaves_no_child_behind(start):
    """The error is the caller's, and the process that waited for it is gone."""
    before = set(Path("/proc").iterdir())
    with pytest.raises(Exception, match="pickle"):
        start_child("programs:helpful", (lambda: None,))
    after = set(Path("/proc").iterdir()) - before

    assert [] == [entry for entry in after if "perizinan_core.confined" in _command(entry)]


def _command(entry):
    try:
        return (entry / "cmdline").read_text()
    except OSError:
        return ""


def test_a_trusted_child_sends_any_value(start):
    """And one that is not trusted sends plain data."""
    child = start("programs:objects", trusted=True, confinement=Confinement(own_environment=False))
    child.await_ready()
    child.send({"a": (1, 2)})

    assert ({"a": (1, 2)}, Path("x")) == child.receive(seconds=20)


def test_a_forked_child_closes_the_channels_of_the_others(start):
    """Else the first would not end with its parent as long as the second runs."""
    first = start("programs:helpful", fork=True)
    first.await_ready()
    channel = str(Path(f"/proc/self/fd/{first.fileno()}").readlink())
    second = start("programs:helpful", fork=True, others=[first])
    second.await_ready()

    assert channel not in ask(second, "descriptors")


def test_what_a_child_logs_goes_nowhere(child, capfd, caplog):
    """It may be what is written in a file."""
    with caplog.at_level(logging.DEBUG):
        ask(child, "print")

    assert ("", "") == tuple(capfd.readouterr())
