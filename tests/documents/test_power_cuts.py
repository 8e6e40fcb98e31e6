"""
A power cut loses whatever was not synced: content, and the names in a folder.

The calls of the store are written down, and a disk is modelled beside it that forgets what no ``fsync`` reached.
"""

import os
from io import BytesIO

import pytest

from perizinan_core.documents import FolderDocumentStore
from perizinan_core.documents._ports import spool_for


class Disk:
    """What would be left of the files and folders after a power cut at this moment."""

    def __init__(self, monkeypatch):
        self.synced = set()
        """Inodes whose content, or whose list of names, is on the disk."""

        self.names = {}
        """Final name in its folder: inode of the file and inode of the folder."""

        self.real = {
            name: getattr(os, name) for name in ("fsync", "write", "rename", "link", "mkdir", "open")
        }
        for name in self.real:
            monkeypatch.setattr(os, name, getattr(self, name))

    def fsync(self, descriptor):
        """Bring a file or folder to the disk."""
        self.real["fsync"](descriptor)
        self.synced.add(os.fstat(descriptor).st_ino)

    def write(self, descriptor, data):
        """Change a file: it is no longer on the disk as it is."""
        self.synced.discard(os.fstat(descriptor).st_ino)
        return self.real["write"](descriptor, data)

    def rename(self, source, target, *, src_dir_fd, dst_dir_fd):
        """Give a file its final name."""
        self.real["rename"](source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        self._named(target, dst_dir_fd)

    def link(self, source, target, *, src_dir_fd, dst_dir_fd, follow_symlinks):
        """Give a file a second, final name."""
        self.real["link"](
            source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=follow_symlinks
        )
        self._named(target, dst_dir_fd)

    def mkdir(self, name, mode, *, dir_fd):
        """Make a folder, which has to be synced into the one above."""
        self.real["mkdir"](name, mode, dir_fd=dir_fd)
        self._named(name, dir_fd, synced=True)

    def open(self, name, flags, mode=0o777, *, dir_fd=None):
        """Open a file; one that is made here has to be synced into its folder."""
        descriptor = self.real["open"](name, flags, mode, dir_fd=dir_fd)
        if flags & os.O_CREAT and name != "lock":
            self._named(name, dir_fd, synced=True)
        return descriptor

    def _named(self, name, folder, *, synced=False):
        inode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_ino
        above = os.fstat(folder).st_ino
        self.synced.discard(above)
        if synced:
            self.synced.add(inode)
        self.names[str(name), above] = (inode, above)

    def lost(self):
        """Return the names whose content or folder a power cut would lose, temporary files aside."""
        return [
            name
            for (name, above), (inode, _) in self.names.items()
            if (inode not in self.synced or above not in self.synced) and not self._is_temporary(name)
        ]

    @staticmethod
    def _is_temporary(name):
        return len(name) == 32 or name == "temporary"


@pytest.fixture
def disk(monkeypatch, tmp_path):
    """A disk that forgets, and a store on it."""
    store = FolderDocumentStore(tmp_path / "documents")
    return store, Disk(monkeypatch)


def test_a_power_cut_after_put_loses_nothing(disk):
    """Content, its name, and every new folder on the way are on the disk before `put` returns."""
    store, kept = disk
    store.put(BytesIO(b"surat"))

    assert kept.names
    assert [] == kept.lost()


def test_a_power_cut_after_an_upload_was_taken_over_loses_nothing(disk):
    """A spool becomes content only when its bytes are on the disk."""
    store, kept = disk
    with spool_for(store) as spool:
        spool.fill(BytesIO(b"surat"))
        store.take_over(spool, expected_sha256=spool.sha256)

    assert kept.names
    assert [] == kept.lost()


def test_a_power_cut_after_link_loses_nothing(disk):
    """The name, its pin and their folders too."""
    store, kept = disk
    stored = store.put(BytesIO(b"surat"))
    store.link("signed/abc", stored.sha256)

    assert "signed+abc" in {name for name, _ in kept.names}
    assert [] == kept.lost()


def test_a_file_gets_its_name_only_once_its_content_is_on_the_disk(disk, monkeypatch):
    """Else a power cut between the two would leave an empty file under the hash of another content."""
    store, kept = disk
    early = []
    named = kept._named

    def noted(name, folder, **given):
        inode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_ino
        if inode not in kept.synced and not given:
            early.append(name)
        named(name, folder, **given)

    monkeypatch.setattr(kept, "_named", noted)
    stored = store.put(BytesIO(b"surat"))
    store.link("signed/abc", stored.sha256)

    assert [] == early


def test_what_is_deleted_stays_deleted_after_a_power_cut(disk):
    """The folder is synced after the name is gone."""
    store, kept = disk
    stored = store.put(BytesIO(b"surat"))
    (folder,) = {above for (name, above) in kept.names if name == stored.sha256[2:]}
    kept.synced.discard(folder)
    store.delete(stored.sha256)

    assert folder in kept.synced
