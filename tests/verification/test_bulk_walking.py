"""Which files are found, what archives give, and what neither can do to whoever looks."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.verification._display import display_name
from perizinan_core.verification._judgement import RefusedError
from perizinan_core.verification.bulk._archives import Budget, is_archive_name, members
from perizinan_core.verification.bulk._limits import BulkLimits
from perizinan_core.verification.bulk._walking import Passed, find_files

PDF = b"%PDF-1.7\n"


def read_all(data, limits=None, left=1 << 30):
    ticks = []
    found = members(io.BytesIO(data), limits or BulkLimits(), Budget(left=left, limit=left, tick=ticks.clear))
    return [(member.place, member.name, member.read(1 << 20)) for member in found]


def a_zip(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def a_tar(files, links=()):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return buffer.getvalue()


def test_a_folder_gives_pdfs_and_archives_in_order_and_counts_the_rest(tmp_path):
    """By the bytes of the names, files of a folder before its folders."""
    (tmp_path / "b").mkdir()
    for name in ("z.PDF", "a.pdf", "b/c.pdf", "x.zip", "y.tar.gz"):
        (tmp_path / name).write_bytes(PDF)
    (tmp_path / "letter without ending").write_bytes(PDF)
    (tmp_path / "notes.txt").write_bytes(b"hello")
    passed = Passed()
    found = [
        (item.path.relative_to(tmp_path).as_posix(), item.kind) for item in find_files([tmp_path], passed)
    ]

    assert [
        ("a.pdf", "file"), ("letter without ending", "file"), ("x.zip", "archive"), ("y.tar.gz", "archive"),
        ("z.PDF", "file"), ("b/c.pdf", "file"),
    ] == found  # fmt: skip
    assert (1, 0) == (passed.files, passed.folders)


def test_loops_pipes_and_dangling_links_end_and_are_named(tmp_path):
    """Nothing waits for a writer, nothing goes round."""
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.pdf").symlink_to(tmp_path / "nowhere")
    (tmp_path / "good.pdf").write_bytes(PDF)
    (tmp_path / "link.pdf").symlink_to(tmp_path / "good.pdf")
    os.mkfifo(tmp_path / "pipe.pdf")
    os.mkfifo(tmp_path / "pipe")
    passed = Passed()
    found = {item.path.name: item.kind for item in find_files([tmp_path], passed)}

    assert {"gone.pdf": "special", "good.pdf": "file", "link.pdf": "file", "pipe.pdf": "special"} == found
    assert (1, 1) == (passed.files, passed.folders)


def test_a_file_named_by_hand_is_always_offered(tmp_path):
    """Whatever it is called, and even when it is not there any more."""
    (tmp_path / "notes.txt").write_bytes(b"hello")
    found = list(find_files([tmp_path / "notes.txt", tmp_path / "missing"]))

    assert ["file", "file"] == [item.kind for item in found]
    assert [5, -1] == [item.size for item in found]


def test_names_are_shown_without_doing_anything():
    """Line ends, escape sequences and bytes that are no UTF-8 are written out."""
    assert r"a\nb\x1b[31m" == display_name("a\nb\x1b[31m")
    assert r"\xff.pdf" == display_name(os.fsdecode(b"\xff.pdf"))
    assert "izin é.pdf" == display_name("izin é.pdf")


@given(st.text())
@settings(max_examples=100)
def test_a_shown_name_is_always_printable(name):
    """Also of names that no file system would take."""
    assert display_name(name).isprintable()


@pytest.mark.parametrize("pack", [lambda d: d, gzip.compress, bz2.compress, lzma.compress])
def test_a_tar_gives_its_files_and_neither_links_nor_folders(pack):
    """Under every packing of the standard library."""
    data = a_tar([("a.pdf", PDF), ("d/../../b.pdf", b"two")], links=[("c.pdf", "/etc/passwd")])

    assert [(0, "a.pdf", PDF), (1, "d/../../b.pdf", b"two")] == read_all(pack(data))


def test_a_zip_gives_its_files():
    """In the order of its directory."""
    assert [(0, "b.pdf", PDF), (1, "a/", b"")][:1] == read_all(a_zip([("b.pdf", PDF), ("a/", b"")]))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no archive at all", b"PK\x03\x04 broken", gzip.compress(b"no tar"), b"\x1f\x8bbroken",
        b"\xfd7zXZ\x00broken", b"BZh9broken", b"\x28\xb5\x2f\xfdbroken", a_zip([("a", PDF)])[:-30],
        a_tar([("a", PDF * 200)])[:700], gzip.compress(a_tar([("a", PDF * 200)]))[:-20],
    ],
    ids=[
        "empty", "text", "zip head", "gzip of text", "gzip head", "xz head", "bzip2 head", "zstd head",
        "cut zip", "cut tar", "cut tar.gz",
    ],
)  # fmt: skip
def test_what_is_no_archive_says_so(data):
    """One error, whatever the standard library raises."""
    with pytest.raises(RefusedError) as caught:
        read_all(data)

    assert "archive-unreadable" == caught.value.reason.code


def test_a_bomb_is_given_up_at_the_limit():
    """50 MB of nothing in 50 KB: no more than the limit is unpacked."""
    with pytest.raises(RefusedError) as caught:
        read_all(gzip.compress(a_tar([("a.pdf", bytes(50_000_000))])), left=1_000_000)

    assert "archive-limit" == caught.value.reason.code


def test_a_member_is_read_to_the_limit_and_one_byte_more():
    """So that whoever asked sees that it is too large."""
    found = members(
        io.BytesIO(a_zip([("a.pdf", bytes(5000))])), BulkLimits(), Budget(left=9999, limit=1, tick=list)
    )

    assert 101 == len(next(found).read(100))


def test_an_archive_with_too_many_members_is_given_up():
    """After those that are allowed."""
    data = a_zip([(str(number), b"") for number in range(4)])

    with pytest.raises(RefusedError, match="archive-limit"):
        read_all(data, BulkLimits(max_members=3))


def test_long_unpacking_gives_a_sign_of_life_between_members_and_never_within_one():
    """Who works is not taken for somebody who hangs; a member that is a bomb is."""
    told = []
    files = [
        ("a", bytes(40_000_000)),
        ("b.pdf", PDF),
        ("c.pdf", PDF),
        ("d", bytes(40_000_000)),
        ("e.pdf", PDF),
    ]
    budget = Budget(left=1 << 30, limit=1 << 30, tick=lambda: told.append("tick"))
    found = members(io.BytesIO(gzip.compress(a_tar(files), 1)), BulkLimits(), budget)
    told.extend(member.name for member in found)

    assert ["a", "tick", "b.pdf", "c.pdf", "d", "tick", "e.pdf"] == told


@pytest.mark.parametrize("pack", [lambda d: d, gzip.compress])
def test_nothing_but_zeros_is_no_archive(pack):
    """A download for which space was set aside and that never came; a tar without files is small."""
    with pytest.raises(RefusedError, match="archive-unreadable"):
        read_all(pack(bytes(30_000_000)))
    assert [] == read_all(pack(a_tar([])))


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xfd7zXZ\x00", b"BZh"])
)
@settings(max_examples=150, deadline=None)
def test_random_bytes_raise_nothing_else(tail, head):
    """Every input gives members or one error."""
    with contextlib.suppress(RefusedError):
        read_all(head + tail)


@pytest.mark.parametrize(
    ("name", "told"), [("a.ZIP", True), ("a.tar.zst", True), ("a.pdf", False), ("zip", False)]
)
def test_archives_are_told_by_their_names(name, told):
    """The kind itself is told by the bytes."""
    assert told is is_archive_name(name)


@pytest.mark.parametrize("length", [1024, 1024 + 100, 2048, 2048 + 511])
def test_a_tar_that_was_cut_between_its_members_is_not_taken_for_whole(length):
    """The standard library stops in silence there, and files would be missing from the answer."""
    data = a_tar([(f"{number}.pdf", PDF) for number in range(6)])

    with pytest.raises(RefusedError, match="archive-unreadable"):
        read_all(data[:length])


def test_what_cannot_be_looked_into_is_offered_and_not_passed_over_in_silence(tmp_path, monkeypatch):
    """A permit may be in it; reading it says why not (root may read everything, so the refusal is made up)."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "closed").write_bytes(PDF)

    def refuse(path, *_rest):
        raise PermissionError(13, "no")

    monkeypatch.setattr("perizinan_core.verification.bulk._walking.os.open", refuse)
    passed = Passed()

    assert [("closed", "file")] == [(item.path.name, item.kind) for item in find_files([tmp_path], passed)]
    monkeypatch.setattr("perizinan_core.verification.bulk._walking.os.scandir", refuse)
    assert [(tmp_path, "file")] == [(item.path, item.kind) for item in find_files([tmp_path], passed)]
    assert (0, 0) == (passed.files, passed.folders)


def test_a_folder_deeper_than_a_path_can_be_is_told(tmp_path):
    """The operating system refuses the path, and the files beneath are not seen."""
    before = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(20):
            Path("d" * 250).mkdir()
            os.chdir("d" * 250)
        Path("permit.pdf").write_bytes(PDF)
    finally:
        os.chdir(before)
    found = list(find_files([tmp_path]))

    assert ["file"] == [item.kind for item in found]
    assert "d" * 250 == found[0].path.name


def test_links_that_the_system_does_not_follow_end_nothing(tmp_path):
    """A target with too long a name, and one that is the link itself."""
    (tmp_path / "long").symlink_to("a" * 300)
    (tmp_path / "long.pdf").symlink_to("a" * 300)
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "z.pdf").write_bytes(PDF)
    passed = Passed()

    assert [("long.pdf", "special"), ("z.pdf", "file")] == [
        (item.path.name, item.kind) for item in find_files([tmp_path], passed)
    ]
    assert 2 == passed.files
    assert ["special"] == [item.kind for item in find_files([tmp_path / "long"])]


def test_a_name_with_a_lone_surrogate_from_an_archive_is_shown():
    """Zip files may hold what no file system takes."""
    assert r"\ud800.pdf" == display_name("\ud800.pdf")
