"""Messages between parent and child: whole or not at all, and never later than agreed."""

import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.confined._channel import Channel, Form

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


def ends(form, **options):
    ours, theirs = socket.socketpair()
    return Channel(ours, sends=form, receives=form, **options), theirs


@given(st.dictionaries(st.text(), JSON), st.sampled_from(Form))
def test_a_message_is_received_as_it_was_sent(message, form):
    """In both forms, with all that JSON can hold."""
    ours, theirs = ends(form)
    other = Channel(theirs, sends=form, receives=form)
    sender = threading.Thread(target=ours.send, args=(message,))
    sender.start()
    received = other.receive()
    sender.join()
    ours.close()
    other.close()

    assert message == received


@pytest.mark.parametrize(
    "packet",
    [
        b"", b"\0\0\0", (3).to_bytes(8, "big") + b"{}", (2).to_bytes(8, "big") + b"[]", (2).to_bytes(8, "big") + b"{]",
        (10_000).to_bytes(8, "big") + b"[" * 10_000, (101).to_bytes(8, "big") + b" " * 99 + b"{}", b"\xff" * 8,
    ],
)  # fmt: skip
def test_what_is_not_a_whole_json_object_ends_the_conversation(packet):
    """Cut off, another value, not JSON, nested without end, too long."""
    ours, theirs = ends(Form.JSON, most=100 if len(packet) < 1000 else 20_000)
    theirs.sendall(packet)
    theirs.close()

    with pytest.raises(EOFError):
        ours.receive()
    ours.close()


def test_a_side_that_dribbles_gets_no_more_time_than_a_silent_one(start):
    """The limit is for the whole message, and not for each of its bytes."""
    child = start("programs:half")
    child.await_ready()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        child.ask({}, seconds=0.5)

    assert time.monotonic() - started < 3


def test_a_long_message_arrives_with_its_file(start, tmp_path):
    """More than the socket takes at once."""
    file = tmp_path / "a"
    file.write_text("content")
    child = start()
    child.await_ready()
    with file.open("rb") as opened:
        answer = child.ask({"do": "read", "more": "x" * 5_000_000}, opened.fileno(), seconds=20)

    assert "content" == answer["told"]
