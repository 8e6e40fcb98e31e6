"""One renderer, many threads, and processes that fork."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

from perizinan_core.errors.rendering import RenderingError
from perizinan_core.testing._letters import sample_letter


def test_threads_get_the_same_bytes_as_one_after_the_other(renderer):
    """Eight threads at one renderer: each gets its own letter, complete and unchanged."""
    letters = [sample_letter(holder=f"Pemohon {number}") for number in range(24)]
    expected = [renderer.render(letter) for letter in letters]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(renderer.render, letters))

    assert expected == found


def _in_a_forked_child(work) -> bytes:
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of forking beside native threads; that is what is tried here.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            signal.alarm(20)
            os.write(writer, work())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        found = pipe.read()
    os.waitpid(child, 0)
    return found


def test_a_process_forked_after_the_first_letter_refuses_instead_of_waiting_for_ever(renderer):
    """The library's threads are gone in the child: it says so at once."""
    renderer.render(sample_letter())

    def work() -> bytes:
        try:
            renderer.render(sample_letter())
        except RenderingError as error:
            return error.code.encode()
        return b"rendered"

    assert b"forked-renderer" == _in_a_forked_child(work)


def test_a_worker_forked_before_the_first_letter_renders(renderer):
    """A server that opens its office, forks, and renders in the workers gets the right bytes."""
    program = (
        "import hashlib, os, sys; from perizinan_core.rendering import TypstRenderer;"
        "from perizinan_core.testing._letters import sample_letter;"
        "renderer = TypstRenderer(); child = os.fork();"
        "child or print(hashlib.sha256(renderer.render(sample_letter())).hexdigest(), flush=True);"
        "child and os.waitpid(child, 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=40
    )

    assert hashlib.sha256(renderer.render(sample_letter())).hexdigest() == done.stdout.strip()
