"""Files that are written whole or not at all."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from perizinan_core._saved_file import create_file, locked, replace_file


def test_the_first_writer_of_a_new_file_wins_and_only_the_owner_may_read_it(tmp_path):
    """Many at once: one whole content, and nothing else in the folder."""
    path = tmp_path / "key.pem"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: create_file(path, b"%d" % number * 10_000), range(8)))
    kept = path.read_bytes()
    create_file(path, b"late")

    assert (10_000, 1) == (len(kept), len(set(kept)))
    assert (kept, 0o600) == (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
    assert [path] == list(tmp_path.iterdir())


def test_a_file_is_replaced_whole_and_a_failure_leaves_the_old_one(tmp_path):
    """A folder stands where the second file should go."""
    path, folder = tmp_path / "a.json", tmp_path / "b.json"
    folder.mkdir()
    (folder / "inner").touch()
    path.write_bytes(b"old")
    with locked(path):
        replace_file(path, b"new", mode=0o600)
    with pytest.raises(OSError, match="directory"):
        replace_file(folder, b"new")

    assert (b"new", 0o600) == (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
    assert {".a.json.lock", "a.json", "b.json"} == {item.name for item in tmp_path.iterdir()}
