"""Names in a folder store, one small file each: write-once names, and labels, which can be taken away again."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterator

from perizinan_core.documents._folder_access import FILE_MODE, FolderTree
from perizinan_core.documents._keys import checked_hash, checked_label, checked_link_name
from perizinan_core.errors.documents import InvalidDocumentHashError, LinkConflictError
from perizinan_core.i18n import N_

__all__ = ["FolderLabels", "FolderLinks"]

_HASH_LENGTH = 64
_WriteTemporary = Callable[[Iterator[bytes]], contextlib.AbstractContextManager[tuple[int, str]]]


class FolderLinks:
    """
    The links of one tree. The caller holds the tree's lock: shared for `set`, alone for `names_of`.

    A link is a temporary file that gets its final name by ``link(2)``, which fails when the name is there:
    so it appears complete or not at all, and only once. Its pin is written first; a pin without its link
    is what a crash left between the two, and counts for nothing.
    """

    def __init__(self, tree: FolderTree, write_temporary: _WriteTemporary) -> None:
        self._tree = tree
        self._write_temporary = write_temporary

    def get(self, name: str) -> str | None:
        """
        Return the hash that ``name`` stands for, or None.

        Raises:
            OSError: What lies there is not a link of ours.
        """
        return _read(self._tree, _flat(checked_link_name(name)), "links", _shelf(name))

    def set(self, name: str, sha256: str) -> None:
        """
        Make ``name`` stand for ``sha256``.

        Raises:
            LinkConflictError: It stands for other content.
        """
        existing = self.get(name)
        if existing is None:
            self._pin(name, sha256)
            self._publish(name, sha256)
            existing = self.get(name)
        if existing != sha256:
            raise LinkConflictError(name, existing or "", sha256)

    def move(self, name: str, old: str, new: str) -> None:
        """Let a name that stands for ``old`` stand for ``new``; any other stays. The tree's lock is held alone."""
        if self.get(name) != old:
            return
        self._pin(name, new)
        with (
            self._write_temporary(iter((new.encode(),))) as (temporaries, temporary),
            self._tree.folder("links", _shelf(name)) as folder,
        ):
            os.rename(temporary, _flat(name), src_dir_fd=temporaries, dst_dir_fd=folder)
            os.fsync(folder)
        with self._tree.folder("pins", old[:2], old) as folder, contextlib.suppress(FileNotFoundError):
            os.unlink(_flat(name), dir_fd=folder)

    def names_of(self, sha256: str) -> tuple[str, ...]:
        """Return the names that stand for ``sha256``."""
        flat_names = self._tree.names("pins", sha256[:2], sha256)
        names = (flat.replace("+", "/") for flat in flat_names)
        return tuple(name for name in names if self.get(name) == sha256)

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield every (name, hash)."""
        for shelf in self._tree.names("links"):
            for flat in self._tree.names("links", shelf):
                name = flat.replace("+", "/")
                sha256 = self.get(name)
                if sha256 is not None:
                    yield name, sha256

    def _pin(self, name: str, sha256: str) -> None:
        with self._tree.folder("pins", sha256[:2], sha256, create=True) as folder:
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            os.close(os.open(_flat(name), flags, FILE_MODE, dir_fd=folder))
            os.fsync(folder)

    def _publish(self, name: str, sha256: str) -> None:
        with (
            self._write_temporary(iter((sha256.encode(),))) as (temporaries, temporary),
            self._tree.folder("links", _shelf(name), create=True) as folder,
        ):
            with contextlib.suppress(FileExistsError):  # another writer was faster; set() compares
                os.link(
                    temporary, _flat(name), src_dir_fd=temporaries, dst_dir_fd=folder, follow_symlinks=False
                )
            os.fsync(folder)


class FolderLabels:
    """The labels of one tree; a label is replaced and removed without a lock."""

    def __init__(self, tree: FolderTree, write_temporary: _WriteTemporary) -> None:
        self._tree = tree
        self._write_temporary = write_temporary

    def get(self, name: str) -> str | None:
        """
        Return the hash that a label stands for, or None.

        Raises:
            OSError: What lies there is not a label of ours.
        """
        return _read(self._tree, *_label_place(name))

    def set(self, name: str, sha256: str) -> None:
        """Make a label stand for ``sha256``."""
        if self.get(name) == sha256:
            return
        file, *place = _label_place(name)
        with (
            self._write_temporary(iter((sha256.encode(),))) as (temporaries, temporary),
            self._tree.folder(*place, create=True) as folder,
        ):
            os.rename(temporary, file, src_dir_fd=temporaries, dst_dir_fd=folder)
            os.fsync(folder)

    def remove(self, name: str) -> None:
        """Take a label away."""
        file, *place = _label_place(name)
        with contextlib.suppress(FileNotFoundError), self._tree.folder(*place) as folder:
            os.unlink(file, dir_fd=folder)
            os.fsync(folder)

    def all(self, folder: str) -> Iterator[tuple[str, str]]:
        """Yield every (name, hash) of a folder of labels."""
        for shelf in self._tree.names("labels", folder):
            for file in self._tree.names("labels", folder, shelf):
                sha256 = self.get(f"{folder}/{file}")
                if sha256 is not None:
                    yield f"{folder}/{file}", sha256


def _label_place(name: str) -> tuple[str, ...]:
    folder, _, file = checked_label(name).partition("/")
    return file, "labels", folder, _shelf(name)


def _read(tree: FolderTree, file: str, *place: str) -> str | None:
    try:
        descriptor = tree.open_file(file, *place)
    except FileNotFoundError:
        return None
    try:
        return checked_hash(os.read(descriptor, _HASH_LENGTH + 1).decode("ascii", "replace"))
    except InvalidDocumentHashError:
        raise OSError(errno.EIO, N_("a write-once name holds no hash")) from None
    finally:
        os.close(descriptor)


def _flat(name: str) -> str:
    return name.replace("/", "+")  # + cannot be in a name


def _shelf(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:2]
