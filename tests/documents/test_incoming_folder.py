"""Files that arrive in parts: in order, durable, judged once, and never someone else's bytes."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.documents._incoming import IncomingFolder
from perizinan_core.errors.documents import DocumentStoreError
from perizinan_core.testing._refusals import raises_code

CASE = "0190a000-0000-7000-8000-000000000001"


@pytest.fixture
def folder(tmp_path):
    """An empty folder, not made yet."""
    return IncomingFolder(tmp_path / "incoming")


def content(folder, upload):
    """Return the bytes that are there."""
    with folder.open(CASE, upload) as stream:
        return stream.read()


def test_nothing_is_made_by_looking(folder, tmp_path):
    """An office that reads makes no folder."""
    assert ((), (), None, 0) == (
        folder.cases(),
        folder.of_case(CASE),
        folder.find(CASE, "x"),
        folder.remove_case(CASE),
    )
    assert not (tmp_path / "incoming").exists()


@settings(max_examples=40, deadline=None)
@given(data=st.binary(min_size=1, max_size=4000), cuts=st.lists(st.integers(0, 4000), max_size=8))
def test_the_bytes_are_those_that_were_sent_however_they_are_cut(tmp_path_factory, data, cuts):
    """And another process continues where the first one stopped."""
    root = tmp_path_factory.mktemp("incoming")
    made = IncomingFolder(root).begin(CASE, {"size": len(data)})
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in itertools.pairwise(edges):
        there = IncomingFolder(root).find(CASE, made.id).received
        assert start == there
        assert end == IncomingFolder(root).append(CASE, made.id, there, data[start:end])
    assert data == content(IncomingFolder(root), made.id)


def test_a_piece_for_another_place_is_refused_and_changes_nothing(folder):
    """Too early, too late, twice: a connection that wakes up again does no harm."""
    made = folder.begin(CASE, {"size": 6})
    folder.append(CASE, made.id, 0, b"abc")
    for offset in (0, 2, 4):
        with raises_code("incoming-offset") as refused:
            folder.append(CASE, made.id, offset, b"x")
        assert 3 == refused.value.received
    assert b"abc" == content(folder, made.id)


def test_more_bytes_than_announced_are_refused(folder):
    """Whole or in the last piece."""
    made = folder.begin(CASE, {"size": 3})
    with raises_code("incoming-too-long"):
        folder.append(CASE, made.id, 0, b"abcd")
    folder.append(CASE, made.id, 0, b"abc")
    with raises_code("incoming-too-long"):
        folder.append(CASE, made.id, 3, b"d")
    assert b"abc" == content(folder, made.id)


def test_of_two_that_send_at_once_one_is_taken_for_each_place(folder):
    """Every byte comes from one of them, and none twice."""
    made = folder.begin(CASE, {"size": 64})

    def send(letter):
        while (there := folder.find(CASE, made.id).received) < 64:
            try:
                folder.append(CASE, made.id, there, letter * 4)
            except DocumentStoreError as error:
                assert error.code == "incoming-offset"  # noqa: PT017 - in a thread of its own

    threads = [threading.Thread(target=send, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    found = content(folder, made.id)

    assert 64 == len(found)
    assert all(found[place : place + 4] in (b"aaaa", b"bbbb") for place in range(0, 64, 4))


def test_what_was_settled_keeps_its_result_and_loses_its_bytes(folder):
    """And takes no more of them."""
    made = folder.begin(CASE, {"size": 3})
    folder.append(CASE, made.id, 0, b"abc")
    folder.settle(CASE, made.id, {"state": "stored"})
    found = folder.find(CASE, made.id)

    assert ({"state": "stored"}, 3) == (found.result, found.received)
    with raises_code("incoming-offset"):
        folder.append(CASE, made.id, 3, b"")
    with raises_code("incoming-unknown"):
        folder.open(CASE, made.id)


def test_what_was_removed_is_unknown_and_leaves_nothing(folder, tmp_path):
    """Not even an empty folder."""
    made = folder.begin(CASE, {"size": 3})

    assert [True, False] == [folder.remove(CASE, made.id), folder.remove(CASE, made.id)]
    with raises_code("incoming-unknown"):
        folder.append(CASE, made.id, 0, b"abc")
    assert [] == list((tmp_path / "incoming").iterdir())


@pytest.mark.parametrize("name", ["../x", "..", "", "a/b", "a\0b", "x" * 200, ".hidden", "é"])
def test_a_name_that_is_none_leads_nowhere(folder, name):
    """For the case and for the upload."""
    folder.begin(CASE, {"size": 3})
    assert [None, None] == [folder.find(name, "x"), folder.find(CASE, name)]
    with raises_code("incoming-unknown"):
        folder.append(CASE, name, 0, b"a")
    with raises_code("incoming-unknown"):
        folder.begin(name, {"size": 1})


def test_files_are_for_the_account_of_the_service_alone(folder, tmp_path):
    """Folders 0700, files 0600."""
    made = folder.begin(CASE, {"size": 3})
    folder.append(CASE, made.id, 0, b"abc")
    place = tmp_path / "incoming" / CASE / made.id

    assert {0o600} == {file.stat().st_mode & 0o777 for file in place.iterdir()}
    assert {0o700} == {one.stat().st_mode & 0o777 for one in (place, place.parent, place.parents[1])}


def test_what_a_crash_left_before_the_announcement_is_removed(folder, tmp_path):
    """Not what is being made now, and nothing that was announced."""
    made = folder.begin(CASE, {"size": 3})
    half = tmp_path / "incoming" / CASE / "half"
    half.mkdir()
    (half / "data").touch()

    assert [0, 1] == [folder.remove_half_made(CASE), folder.remove_half_made(CASE, older_than_seconds=-1)]
    assert [made.id] == [item.id for item in folder.of_case(CASE)]
