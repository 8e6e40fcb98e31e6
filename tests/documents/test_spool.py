"""Uploads on their way in: written once, whole, private, and gone on every way out."""

import contextlib
import hashlib
import io
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.documents import (
    FolderDocumentStore,
    InMemoryDocumentStore,
    Spool,
    SpoolingStore,
    UploadPolicy,
    inspect_upload,
)
from perizinan_core.documents._ports import keep_spool, spool_for
from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.testing._refusals import raises_code

LARGE = os.urandom(1024) * 5 * 1024


class Elsewhere:
    """A store that knows no spools, as one of a service on the network."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        if name in {"new_spool", "take_over"}:
            raise AttributeError(name)
        return getattr(self._store, name)


@pytest.fixture
def store(tmp_path):
    """A folder store."""
    return FolderDocumentStore(tmp_path / "documents")


def left(root):
    return [path for path in root.rglob("*") if path.is_file() and path.name != "lock"]


def written():
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])


def upload(store, content=LARGE, **policy):
    with spool_for(store, max_bytes=10**8) as spool:
        spool.fill(io.BytesIO(content))
        return keep_spool(spool, store, expected_sha256=spool.sha256)


@pytest.mark.parametrize(("own", "most"), [(True, 1), (False, 2)])
def test_each_byte_of_an_upload_is_written_once_or_twice_where_the_store_is_elsewhere(
    store, samples, sandbox, own, most
):
    """From the stream to the kept file, inspection and a scanner included."""
    pdfs = samples["sample_pdfs"]
    content = pdfs.document(o10=pdfs.stream(LARGE))
    kept = store if own else Elsewhere(store)
    policy = UploadPolicy(max_bytes=10**8)
    sandbox.warm_up()
    before = written()
    with spool_for(kept, max_bytes=policy.max_bytes) as spool:
        spool.fill(io.BytesIO(content))
        report = inspect_upload(
            spool, file_name="a.pdf", policy=policy, scanners=[Looking()], sandbox=sandbox
        )
        stored = keep_spool(spool, kept, expected_sha256=report.sha256)
    count = written() - before

    assert report.accepted
    assert hashlib.sha256(content).hexdigest() == stored.sha256
    assert content == store.read(stored.sha256, len(content))
    assert most == round(count / len(content), 1)


class Looking:
    name = "looking"

    def scan(self, path, report):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == report.sha256
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
        return ()


def test_a_kept_upload_is_the_spool_itself_and_no_one_else_can_read_it(store, tmp_path):
    """The same file, by one name alone."""
    with spool_for(store) as spool:
        spool.fill(io.BytesIO(b"surat"))
        inode = os.fstat(spool.descriptor).st_ino
        keep_spool(spool, store, expected_sha256=spool.sha256)
    (path,) = left(tmp_path)

    assert (inode, 1, 0o600) == (path.stat().st_ino, path.stat().st_nlink, stat.S_IMODE(path.stat().st_mode))


def test_a_spool_of_another_file_system_is_copied(store):
    """A link cannot lead there."""
    here = Path(store._tree.root).stat().st_dev
    folder = next(one for one in (Path("/dev/shm"), Path("/var/tmp")) if one.stat().st_dev != here)
    with Spool(folder=folder) as spool:
        spool.fill(io.BytesIO(LARGE))
        stored = keep_spool(spool, store, expected_sha256=spool.sha256)

    assert LARGE == store.read(stored.sha256, len(LARGE))


@pytest.mark.parametrize("way", ["kept", "refused", "named", "error", "too-large", "unsealed"])
def test_nothing_is_left_on_any_way_out(store, tmp_path, way):
    """And nothing has a name meanwhile."""

    def take_in():
        with spool_for(store, max_bytes=3 if way == "too-large" else None) as spool:
            spool.write(b"abc") if way == "unsealed" else spool.fill(io.BytesIO(b"abcd"))
            assert [] == left(tmp_path)
            if way == "named":
                assert spool.named() == spool.named()
            if way == "kept":
                keep_spool(spool, store, expected_sha256=spool.sha256)
            if way == "error":
                raise ZeroDivisionError

    with contextlib.suppress(ZeroDivisionError):
        take_in()

    assert (1 if way == "kept" else 0) == len(left(tmp_path))
    assert [] == list((tmp_path / "documents" / "temporary").iterdir())


def test_nothing_is_left_after_kill_9(tmp_path):
    """The file has no name that could stay."""
    program = textwrap.dedent(
        f"""
        import sys, time
        from perizinan_core.documents import FolderDocumentStore
        from perizinan_core.documents._ports import spool_for
        spool = spool_for(FolderDocumentStore({str(tmp_path / "documents")!r}))
        spool.write(b"surat")
        print("written", flush=True)
        time.sleep(60)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert [] == left(tmp_path)


def test_where_files_need_names_one_is_given_and_taken_away(store, tmp_path, monkeypatch):
    """File systems without O_TMPFILE: the same in all else."""
    monkeypatch.delattr(os, "O_TMPFILE")
    with spool_for(store) as spool:
        spool.fill(io.BytesIO(b"surat"))
        assert b"surat" == spool.named().read_bytes()
        assert [0o600] == [stat.S_IMODE(path.stat().st_mode) for path in left(tmp_path)]
        stored = keep_spool(spool, store, expected_sha256=spool.sha256)

    assert b"surat" == store.read(stored.sha256, 10)
    assert 1 == len(left(tmp_path))


def test_a_limit_holds_to_the_byte(store):
    """What is past it is not written, and the spool is known as cut."""
    for content, cut in ((b"abc", False), (b"abcd", True)):
        with spool_for(store, max_bytes=3) as spool:
            spool.fill(io.BytesIO(content))

            assert cut is spool.too_large
            assert os.fstat(spool.descriptor).st_size <= 3
    with spool_for(store, max_bytes=3) as spool, raises_code("document-too-large"):
        spool.write(b"abcd")


def test_a_spool_that_was_cut_is_refused_by_the_inspection(store, sandbox):
    """Whatever its first bytes are, and whatever the policy of the inspection is."""
    with spool_for(store, max_bytes=3) as spool:
        spool.fill(io.BytesIO(b"abcd"))
        report = inspect_upload(spool, file_name="a.pdf", policy=UploadPolicy(max_bytes=10), sandbox=sandbox)

    assert {"too-large"} == {item.code for item in report.findings}
    assert report.sha256 is None


@pytest.mark.parametrize("change", [b"x", b""])
def test_what_somebody_changed_since_is_not_kept(store, tmp_path, change):
    """The bytes are read again before they get their name."""
    with spool_for(store) as spool:
        spool.fill(io.BytesIO(b"surat"))
        spool.named().write_bytes(change)
        assert spool.changed
        with raises_code("document-hash-mismatch"):
            keep_spool(spool, store, expected_sha256=spool.sha256)

    assert [] == left(tmp_path)


def test_nothing_is_added_to_a_sealed_spool(store):
    """Its hash is known."""
    with spool_for(store) as spool:
        spool.fill(io.BytesIO(b"surat"))
        with pytest.raises(ValueError, match="sealed"):
            spool.write(b"more")


def test_no_room_and_no_folder_are_typed_errors(store, tmp_path):
    """With what to do; nothing stays behind."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with raises_code("document-store-full"), spool_for(store) as spool:
            spool.fill(io.BytesIO(LARGE))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert [] == left(tmp_path)
    with pytest.raises(DocumentStoreUnavailableError):
        Spool(folder=tmp_path / "tidak-ada")


@given(st.lists(st.binary()))
def test_any_pieces_are_measured_and_hashed_as_their_whole(pieces):
    """And read back so, into any store."""
    whole, store = b"".join(pieces), InMemoryDocumentStore()
    with spool_for(store) as spool:
        for piece in pieces:
            assert len(piece) == spool.write(piece)
        spool.seal()
        stored = keep_spool(spool, store, expected_sha256=spool.sha256)

    assert (hashlib.sha256(whole).hexdigest(), len(whole)) == (stored.sha256, stored.size)
    assert whole == store.read(stored.sha256, len(whole))


def test_only_a_store_with_a_file_system_of_its_own_takes_spools_over(store):
    """The others are stores all the same."""
    assert isinstance(store, SpoolingStore)
    assert not isinstance(InMemoryDocumentStore(), SpoolingStore)
