"""What the children of these tests do."""

import contextlib
import mmap
import os
import signal
import sys
import time
from pathlib import Path

from perizinan_core.confined import task_limits


def helpful(channel, *cargo):
    """Do as the request says."""
    channel.ready()
    while True:
        request, descriptor = channel.receive_file()
        channel.send({"told": DEEDS[request["do"]](channel, request, descriptor, cargo), "again": True})


def objects(channel):
    """Send values that JSON cannot hold."""
    channel.ready()
    while True:
        channel.send((channel.receive(), Path("x")))


def broken(_channel):
    """End at once."""
    raise LookupError("/rahasia/berkas")


def half(channel):
    """Begin an answer and never end it."""
    channel.ready()
    channel.receive()
    end = channel._end
    end.sendall((100).to_bytes(8, "big"))
    while True:
        end.sendall(b" ")
        time.sleep(0.05)


def worker(channel, folder):
    """Do tasks for a crew: a word each."""
    channel.ready()
    while True:
        word = channel.receive()
        if word == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "once" and not (Path(folder) / "died").exists():
            (Path(folder) / "died").touch()
            os.kill(os.getpid(), signal.SIGSEGV)
        if word == "hang":
            time.sleep(60)
        channel.send(("half", word))
        channel.send(("done", word, os.getpid()))


def _write_to(_channel, _request, descriptor, _cargo):
    tries = []
    for attempt in (
        lambda: os.write(descriptor, b"x"),
        lambda: os.ftruncate(descriptor, 0),
        lambda: mmap.mmap(descriptor, 0, access=mmap.ACCESS_WRITE),
        lambda: os.close(os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY)),
    ):
        try:
            attempt()
        except OSError:
            tries.append("refused")
        else:
            tries.append("done")
    return tries


def _compute(_channel, request, _descriptor, _cargo):
    with task_limits(cpu_seconds=request["seconds"]):
        while True:
            pass


def _remember(_channel, request, _descriptor, _cargo):
    with task_limits(cpu_seconds=60, more_memory=request["room"]):
        try:
            return len(bytearray(request["bytes"]))
        except MemoryError:
            return "no room"


def _open_files():
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # that of the folder itself
            found.append(str(entry.readlink()))
    return sorted(found)


def _ask(channel, request, _descriptor, _cargo):
    channel.send({"ask": request["question"]})
    return str(channel.receive())


DEEDS = {
    "answer": lambda _channel, _request, _descriptor, cargo: list(cargo),
    "pid": lambda *_: os.getpid(),
    "environment": lambda *_: sorted(os.environ),
    "descriptors": lambda *_: _open_files(),
    "read": lambda _channel, _request, descriptor, _cargo: os.fdopen(descriptor).read(),
    "write": _write_to,
    "compute": _compute,
    "remember": _remember,
    "ask": _ask,
    "die": lambda *_: os._exit(3),
    "kill": lambda *_: os.kill(os.getpid(), signal.SIGKILL),
    "hang": lambda *_: time.sleep(60),
    "nonsense": lambda channel, *_: channel._end.sendall(b"no message at all"),
    "print": lambda *_: sys.stderr.write("said") and sys.stderr.flush(),
}
