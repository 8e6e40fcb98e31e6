"""Copying a document store: everything arrives, one failure stops no other, a second run finds the rest."""

from __future__ import annotations

import io

import pytest

from perizinan_core.documents import CopyOutcome, FolderDocumentStore, InMemoryDocumentStore, copy_documents
from perizinan_core.errors.documents import DocumentStoreUnavailableError


@pytest.fixture
def source(tmp_path):
    store = FolderDocumentStore(tmp_path / "old")
    for number in range(5):
        stored = store.put(io.BytesIO(b"%d" % number * 3000))
        store.link(f"signed/{number}", stored.sha256)
    return store


def outcomes(steps):
    return [step.outcome for step in steps]


def test_files_and_names_arrive(source):
    """As they were; a second run has nothing to do."""
    target = InMemoryDocumentStore()
    first, second = outcomes(copy_documents(source, target)), outcomes(copy_documents(source, target))

    assert [CopyOutcome.COPIED] * 10 == first
    assert [CopyOutcome.THERE] * 10 == second
    assert list(source.documents()) == list(target.documents())
    assert list(source.links()) == list(target.links())


def test_what_is_damaged_is_left_out_and_named(source, tmp_path):
    """The others are copied; its name cannot be."""
    victim = next(iter(source.documents())).sha256
    path = tmp_path / "old" / "objects" / victim[:2] / victim[2:]
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    target = InMemoryDocumentStore()
    steps = list(copy_documents(source, target))

    assert [victim] == [step.name for step in steps if step.outcome is CopyOutcome.DAMAGED]
    assert 1 == outcomes(steps).count(CopyOutcome.REFUSED)
    assert 4 == len(list(target.documents())) == len(list(target.links()))


def test_a_store_that_refuses_some_gets_them_in_the_next_run(source):
    """The run goes to its end, and says what is left."""

    class Moody(InMemoryDocumentStore):
        calls = 0

        def put(self, stream, **given):
            self.calls += 1
            if self.calls % 2:
                raise DocumentStoreUnavailableError("document-store-unavailable", action="put", reason="x")
            return super().put(stream, **given)

    target = Moody()
    first = [step for step in copy_documents(source, target) if not step.is_done]
    target.calls = 1
    while [step for step in copy_documents(source, target) if not step.is_done]:
        pass

    assert first
    assert list(source.links()) == list(target.links())


def test_a_name_that_means_something_else_there_is_a_conflict(source):
    """It is never written over."""
    target = InMemoryDocumentStore()
    other = target.put(io.BytesIO(b"lain"))
    target.link("signed/0", other.sha256)
    steps = list(copy_documents(source, target))

    assert ["signed/0"] == [step.name for step in steps if step.outcome is CopyOutcome.CONFLICT]
    assert other.sha256 == target.resolve("signed/0")


def test_what_is_there_is_read_back_and_mended_when_it_is_asked_for(source):
    """A copy that was damaged since is put again."""
    target = InMemoryDocumentStore()
    list(copy_documents(source, target))
    victim = next(iter(target.documents()))
    target._content[victim.sha256] = b"!" * victim.size

    assert {CopyOutcome.THERE} == set(outcomes(copy_documents(source, target)))
    assert [victim.sha256] == [
        step.name for step in copy_documents(source, target, again=True) if step.outcome is CopyOutcome.COPIED
    ]
    assert [] == list(target.verify())
