"""What is said to clamd, and what is made of each of its answers."""

from __future__ import annotations

import io
import queue
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perizinan_clamav import ClamavError, Clamd, ClamdVerdict


def code_of(clamd, content=b"x"):
    with pytest.raises(ClamavError) as caught:
        clamd.search(io.BytesIO(content))
    assert caught.value.message("id") != caught.value.message("en")
    return caught.value.code


def test_a_mark_is_found_over_either_kind_of_socket(daemon):
    """By its name in the database."""
    for clamd in (daemon.clamd, Clamd(f"tcp://127.0.0.1:{daemon.port}", 30.0)):
        assert ClamdVerdict("Perizinan.Uji.UNOFFICIAL") == clamd.search(
            io.BytesIO(b"a" * 300_000 + daemon.mark)
        )
        assert ClamdVerdict() == clamd.search(io.BytesIO(b"a" * 300_000))


def test_a_file_above_the_limit_of_clamd_has_no_verdict(daemon):
    """The connection is cut in the middle; the sentence names the setting."""
    assert "clamd-stream-limit" == code_of(daemon.clamd, b"\0" * 8_000_000)


def test_the_version_is_told(daemon):
    """Our own database has no number and no day."""
    version = daemon.clamd.version()

    assert (None, None) == (version.database, version.made)
    assert version.engine[0].isdigit()


def test_nobody_there_is_said_with_the_address(tmp_path):
    """No socket, a file in its place, a port without a listener."""
    (tmp_path / "file").touch()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
        for address in (str(tmp_path / "none"), str(tmp_path / "file"), closed):
            assert "clamd-unreachable" == code_of(Clamd(address, 5.0))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK",
        b"stream: OK\nstream: OK\0",
        b"stream: \xff\xfe FOUN\0",
        b"a" * 20_000,
        b"Can't allocate memory ERROR\0",
        b"stream: OKAY\0",
    ],
)
def test_anything_but_a_verdict_is_none(answering, answer):
    """Cut, doubled, foreign and endless answers let nothing through."""
    assert "clamd-answer" == code_of(Clamd(answering(answer), 5.0))


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (b"stream: Eicar-Test-Signature FOUND\0", "Eicar-Test-Signature"),
        (b"stream: Win.Test(44d88612fea8a8f36de82e1278abb02f:68) FOUND\0", "Win.Test"),
        (b"stream: a\x1b[31mb FOUND\0", "a?[31mb"),
    ],
)
def test_the_name_of_a_find_is_printable(answering, answer, name):
    """It is shown to applicants; the hash of the file that clamd may add is not."""
    assert ClamdVerdict(name) == Clamd(answering(answer), 5.0).search(io.BytesIO(b"x"))


def test_a_clamd_that_says_nothing_is_given_up(answering):
    """After the time that was set, counted over the whole file."""
    assert "clamd-slow" == code_of(Clamd(answering(None), 0.3))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "clamd.ctl",
        "tcp://",
        "tcp://localhost",
        "tcp://localhost:x",
        "http://localhost:1",
        "tcp://10.0.0.7:3310",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(address):
    """So is another machine: the files would travel as they are."""
    with pytest.raises(ClamavError) as caught:
        Clamd(address)

    assert "clamd-address" == caught.value.code


def test_another_machine_may_be_allowed():
    """By name."""
    assert Clamd("tcp://10.0.0.7:3310", unencrypted=True)


@given(content=st.binary(max_size=5000), piece=st.integers(1, 700))
def test_the_daemon_receives_the_bytes_of_the_file(recording, content, piece):
    """However they are cut."""
    address, received = recording

    assert ClamdVerdict() == Clamd(address, 5.0).search(_InPieces(content, piece))
    assert content == received.get(timeout=5)


class _InPieces(io.BytesIO):
    """A file that gives few bytes at a time, as a pipe does."""

    def __init__(self, content, piece):
        super().__init__(content)
        self._piece = piece

    def read(self, size=-1):
        return super().read(min(size, self._piece))


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Return the address of a daemon that finds nothing, and the row of what it received."""
    received = queue.Queue()
    address = str(tmp_path_factory.mktemp("recording") / "s")
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()

    def listen():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = bytearray()
                while length := int.from_bytes(stream.read(4)):
                    content += stream.read(length)
                received.put(bytes(content))
                connection.sendall(b"stream: OK\0")

    threading.Thread(target=listen, daemon=True).start()
    yield address, received
    server.close()
