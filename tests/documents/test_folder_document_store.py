"""What only the folder store promises: crashes, disks that are full, odd files, permissions."""

import errno
import hashlib
import io
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.documents import FolderDocumentStore, StoreProblem
from perizinan_core.errors.documents import DocumentStoreUnavailableError, LinkConflictError
from perizinan_core.testing._refusals import raises_code

WRITER = """
import io, os, sys
from perizinan_core.documents._folder_store import FolderDocumentStore
store = FolderDocumentStore(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    number += 1
    stored = store.put(io.BytesIO(b"%d " % number * 60_000))
    store.link(f"signed/{number}", stored.sha256)
    print(number, flush=True)
"""


@pytest.fixture
def store(tmp_path):
    """Return an empty store."""
    return FolderDocumentStore(tmp_path / "store")


@pytest.fixture
def root(tmp_path):
    """Return its folder."""
    return tmp_path / "store"


def files_below(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())


@contextmanager
def file_size_limit(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_nobody_else_can_read_the_store(store, root):
    """Files are 0600 and folders 0700, whatever the process's mask says."""
    before = os.umask(0)
    try:
        stored = store.put(io.BytesIO(b"private"))
        store.link("signed/a", stored.sha256)
    finally:
        os.umask(before)
    modes = {path.is_dir(): set() for path in root.rglob("*")}
    for path in (root, *root.rglob("*")):
        modes[path.is_dir()].add(stat.S_IMODE(path.stat().st_mode))

    assert {True: {0o700}, False: {0o600}} == modes


def test_a_folder_that_others_may_write_to_is_refused(tmp_path):
    """Where other accounts can plant files, nothing is stored."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o777)

    with pytest.raises(DocumentStoreUnavailableError, match="writable by other accounts"):
        FolderDocumentStore(tmp_path / "shared")


def test_a_file_in_place_of_the_folder_is_a_typed_error(tmp_path):
    """A root that is no folder is told, not traced."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(DocumentStoreUnavailableError):
        FolderDocumentStore(tmp_path / "file")


def test_a_killed_writer_leaves_only_whole_files(tmp_path):
    """After kill -9 at any moment, all that can be seen is complete, and the rest is tidied away."""
    chance = random.Random(20261125)
    done = 0
    for turn in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "store")],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert b"ready\n" == process.stdout.readline()
        lines = [
            process.stdout.readline() for _ in range(turn % 3)
        ]  # a busy machine may not get that far in time
        time.sleep(chance.uniform(0.0, 0.06))
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.read().split()
        process.stdout.close()
        process.wait()
        done = max(done, int(lines[-1]) if lines else 0)
        store = FolderDocumentStore(tmp_path / "store")

        assert [] == list(store.verify())
        for number in range(1, done + 1):
            expected = hashlib.sha256(b"%d " % number * 60_000).hexdigest()
            assert expected == store.resolve(f"signed/{number}")
            assert store.exists(expected)
        store.remove_unfinished(0)
        assert [] == list((tmp_path / "store" / "temporary").iterdir())
    assert done > 0


def test_young_unfinished_files_stay_and_old_ones_go(store, root):
    """The first put removes what a crash left a day ago, not an upload that another process is writing."""
    folder = root / "temporary"
    folder.mkdir(mode=0o700)
    old, young = folder / "old", folder / "young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)

    store.put(io.BytesIO(b"next"))

    assert ["young"] == [path.name for path in folder.iterdir()]


def put_in_process(arguments):
    folder, content = arguments
    return FolderDocumentStore(folder).put(io.BytesIO(content)).sha256


def test_many_processes_may_put_the_same_content(tmp_path):
    """Concurrent puts by processes leave one sound document and no temporary file."""
    content = os.urandom(300_000)
    folder = tmp_path / "store"
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        hashes = set(pool.map(put_in_process, [(folder, content)] * 8))
    store = FolderDocumentStore(folder)

    assert {hashlib.sha256(content).hexdigest()} == hashes
    assert [] == list(store.verify())
    assert [] == list((folder / "temporary").iterdir())


def test_a_full_disk_is_a_typed_error_that_leaves_nothing(store, root):
    """A write that the system refuses for want of room removes what was written so far."""
    kept = store.put(io.BytesIO(b"small"))
    before = files_below(root)

    with file_size_limit(100_000), raises_code("document-store-full") as caught:
        store.put(io.BytesIO(b"x" * 600_000))

    assert ("put", os.strerror(errno.EFBIG)) == (caught.value.action, caught.value.reason)
    assert before == files_below(root)
    assert b"small" == store.read(kept.sha256, 10)


def test_a_full_disk_leaves_no_half_link(store):
    """A name is either whole or not there, also when its file cannot be written."""
    stored = store.put(io.BytesIO(b"content"))

    with file_size_limit(10), raises_code("document-store-full"):
        store.link("signed/a", stored.sha256)

    assert store.resolve("signed/a") is None
    assert store.delete(stored.sha256)  # the pin that was written before counts for nothing


def test_a_store_that_may_not_be_entered_is_a_typed_error(store, root):
    """Missing permission is told as such and leaves nothing behind."""
    stored = store.put(io.BytesIO(b"content"))
    before = files_below(root)
    with _without_permission(root):
        for ask in (
            lambda: store.put(io.BytesIO(b"more")),
            lambda: store.read(stored.sha256, 100),
            lambda: store.delete(stored.sha256),
            lambda: store.link("a", stored.sha256),
            lambda: list(store.documents()),
        ):
            with pytest.raises(DocumentStoreUnavailableError, match="Permission denied"):
                ask()

    assert before == files_below(root)


@contextmanager
def _without_permission(root):
    # root can enter any folder, so it becomes somebody else for the moment.
    mode = stat.S_IMODE(root.stat().st_mode)
    user = os.geteuid()
    root.chmod(0)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        root.chmod(mode)


def test_a_symbolic_link_is_never_followed(store, root, tmp_path):
    """A link planted in the store leads neither a read nor a write outside it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    key = hashlib.sha256(b"secret").hexdigest()
    (root / "objects" / key[:2]).mkdir(parents=True)
    (root / "objects" / key[:2] / key[2:]).symlink_to(outside / "secret")

    with pytest.raises(DocumentStoreUnavailableError):
        store.read(key, 100)
    assert [StoreProblem("odd-file", f"objects/{key[:2]}/{key[2:]}")] == list(store.verify())

    other = hashlib.sha256(b"other").hexdigest()
    (root / "objects" / other[:2]).symlink_to(outside)
    with pytest.raises(DocumentStoreUnavailableError):
        store.put(io.BytesIO(b"other"))
    assert ["secret"] == [path.name for path in outside.iterdir()]
    assert [] == list((root / "temporary").iterdir())


def test_putting_replaces_a_planted_link(store, root, tmp_path):
    """The right bytes take the place of a link, and the link's target stays as it was."""
    (tmp_path / "target").write_bytes(b"target")
    key = hashlib.sha256(b"right").hexdigest()
    (root / "objects" / key[:2]).mkdir(parents=True)
    (root / "objects" / key[:2] / key[2:]).symlink_to(tmp_path / "target")

    store.put(io.BytesIO(b"right"))

    assert b"right" == store.read(key, 10)
    assert b"target" == (tmp_path / "target").read_bytes()


@pytest.mark.parametrize("odd", ["README", ".hidden", "x" * 62, "a" * 61])
def test_odd_files_are_reported_and_not_served(store, root, odd):
    """What the store did not put there is no document."""
    (root / "objects" / "ab").mkdir(parents=True)
    (root / "objects" / "ab" / odd).write_bytes(b"odd")

    assert [] == list(store.documents())
    assert [StoreProblem("odd-file", f"objects/ab/{odd}")] == list(store.verify())


def test_a_pipe_in_the_store_does_not_hang_a_reader(store, root):
    """Only ordinary files are opened."""
    key = "ab" + "0" * 62
    (root / "objects" / "ab").mkdir(parents=True)
    os.mkfifo(root / "objects" / "ab" / key[2:])

    with pytest.raises(DocumentStoreUnavailableError):
        store.read(key, 10)


def test_a_name_whose_content_was_lost_is_found(store, root):
    """The sweep names links that lead nowhere."""
    stored = store.put(io.BytesIO(b"signed"))
    store.link("signed/a", stored.sha256)
    (root / "objects" / stored.sha256[:2] / stored.sha256[2:]).unlink()

    assert [StoreProblem("dangling-link", "signed/a")] == list(store.verify())


def test_a_spoilt_name_is_an_error_and_not_a_hash(store, root):
    """A link file with other content is never taken for a name, nor overwritten."""
    stored = store.put(io.BytesIO(b"signed"))
    store.link("signed/a", stored.sha256)
    (link,) = (root / "links").rglob("signed+a")
    link.write_text("../../etc/passwd")

    with pytest.raises(DocumentStoreUnavailableError):
        store.resolve("signed/a")
    with pytest.raises((DocumentStoreUnavailableError, LinkConflictError)):
        store.link("signed/a", stored.sha256)


def test_a_file_that_was_cut_or_grew_is_noticed(store, root):
    """A changed length is damage like any other."""
    stored = store.put(io.BytesIO(b"0123456789"))
    path = root / "objects" / stored.sha256[:2] / stored.sha256[2:]
    for content in (b"", b"01234", b"0123456789!"):
        path.write_bytes(content)

        assert [StoreProblem("damaged", stored.sha256)] == list(store.verify())


def test_a_large_file_passes_in_small_pieces(tmp_path, peak_memory):
    """100 MB go in and come out again with a few megabytes of memory."""
    size = 100 * 1024 * 1024
    source = tmp_path / "large"
    with source.open("wb") as file:
        file.truncate(size)
    store = FolderDocumentStore(tmp_path / "store")
    with peak_memory() as peak, source.open("rb") as file:
        stored = store.put(file)
        with store.open(stored.sha256) as reader:
            total = sum(len(piece) for piece in iter(lambda: reader.read(65536), b""))

    assert size == total == stored.size
    assert peak.bytes < 4 * 1024 * 1024


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=5000), pieces=st.lists(st.integers(1, 2000), min_size=1, max_size=5))
def test_any_bytes_round_trip_in_any_pieces(tmp_path_factory, content, pieces):
    """What goes in comes out, read in pieces of any size."""
    store = FolderDocumentStore(tmp_path_factory.mktemp("store") / "store")
    stored = store.put(io.BytesIO(content))
    received = bytearray()
    with store.open(stored.sha256) as reader:
        turn = 0
        while piece := reader.read(pieces[turn % len(pieces)]):
            received += piece
            turn += 1

    assert content == bytes(received)
    assert hashlib.sha256(content).hexdigest() == stored.sha256
