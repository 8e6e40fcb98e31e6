"""Sealing what is there already: nothing is lost on the way, whenever it stops."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest

from perizinan_core.documents import (
    FolderDocumentStore,
    InMemoryDocumentStore,
    SealedDocumentStore,
    SealKey,
    SealKeys,
    SealOutcome,
    seal_documents,
    seal_state,
)
from perizinan_core.errors.documents import DocumentStoreUnavailableError

OLD, NEW = SealKey.derived("lama", b"o" * 32), SealKey.derived("baru", b"n" * 32)


@pytest.fixture(params=["memory", "folder"])
def below(request, tmp_path):
    return InMemoryDocumentStore() if request.param == "memory" else FolderDocumentStore(tmp_path)


def filled(store):
    """Put documents, every second one with two names; return everything that can be seen of them."""
    for number in range(6):
        stored = store.put(io.BytesIO(b"%d" % number * 3000))
        if number % 2:
            for name in ("signed", "extended"):
                store.link(f"{name}/{number}", stored.sha256)
    return seen(store)


def seen(store):
    documents = list(store.documents())
    return (
        documents,
        list(store.links()),
        [store.read(document.sha256, document.size) for document in documents],
    )


def outcomes(steps):
    return sorted(step.outcome for step in steps)


def test_what_is_in_plain_is_sealed_with_its_names(below):
    """To the office everything is as before; in the store nothing is left in plain, and a second run does nothing."""
    before = filled(below)
    plain = {document.sha256 for document in before[0]}
    store = SealedDocumentStore(below, SealKeys((OLD,)))
    steps = list(seal_documents(store))

    assert [SealOutcome.SEALED] * 6 == outcomes(steps)
    assert before == seen(store) == seen(SealedDocumentStore(below, SealKeys((OLD,))))
    assert not plain & {document.sha256 for document in below.documents()}
    assert [] == list(seal_documents(store)) == list(store.verify())
    state = seal_state(store)
    assert ({"lama": 6}, 0, 0, 0) == (state.sealed, state.plain, state.public, state.lost)


def test_a_former_key_is_not_needed_once_everything_is_sealed_again(below):
    """Until then it is asked for; names and content stay."""
    before = filled(SealedDocumentStore(below, SealKeys((OLD,))))
    store = SealedDocumentStore(below, SealKeys((NEW, OLD)))

    assert before == seen(store)
    assert 6 == seal_state(store).former
    assert [SealOutcome.RESEALED] * 6 == outcomes(seal_documents(store))
    assert before == seen(SealedDocumentStore(below, SealKeys((NEW,))))
    assert ["keys/" + NEW.id] == [name for name, _ in below.labels("keys")]


def test_permits_stay_or_become_plain_where_the_office_chose_so(below):
    """In both directions."""
    before = filled(below)
    public = {sha256 for _, sha256 in before[1]}
    store = SealedDocumentStore(below, SealKeys((OLD,)), public_in_plain=True)

    assert [SealOutcome.SEALED] * 3 == outcomes(seal_documents(store, public=public))
    assert (3, 0) == (seal_state(store, public=public).public, seal_state(store, public=public).plain)
    assert [SealOutcome.SEALED] * 3 == outcomes(seal_documents(store))
    assert [SealOutcome.UNSEALED] * 3 == outcomes(seal_documents(store, public=public))
    assert before == seen(store)
    assert all(below.exists(sha256) for sha256 in public)


def test_lost_labels_are_made_again(below):
    """Of a store that was copied without them; without the key no one can."""
    before = filled(SealedDocumentStore(below, SealKeys((OLD,))))
    for folder in ("files", "keys"):
        for name, _ in list(below.labels(folder)):
            below.unlabel(name)
    store = SealedDocumentStore(below, SealKeys((OLD,)))

    assert 6 == seal_state(store).lost
    assert {SealOutcome.LABELLED} <= set(outcomes(seal_documents(store)))
    assert before[1:] == (seen(store)[1], [content for content in seen(store)[2] if b"AES" not in content])


def test_one_that_is_damaged_stops_no_other(below):
    """It is named and stays, in plain, as it is."""
    (victim, *_), *_ = filled(below)
    if isinstance(below, InMemoryDocumentStore):
        below.damage(victim.sha256)
    else:
        path = below._tree.root / "objects" / victim.sha256[:2] / victim.sha256[2:]
        path.write_bytes(path.read_bytes()[:-1] + b"!")
    store = SealedDocumentStore(below, SealKeys((OLD,)))
    steps = list(seal_documents(store))

    assert [victim.sha256] == [step.name for step in steps if step.outcome is SealOutcome.DAMAGED]
    assert 5 == outcomes(steps).count(SealOutcome.SEALED)
    assert below.exists(victim.sha256)


@pytest.mark.parametrize("call", range(0, 40, 3))
def test_nothing_is_lost_wherever_it_stops(call):
    """The store refuses at some step, and at all later ones; another run brings it to its end."""

    class Failing(InMemoryDocumentStore):
        left = None

        def step(self):
            if self.left is not None:
                self.left -= 1
                if self.left < 0:
                    raise DocumentStoreUnavailableError(
                        "document-store-unavailable", action="put", reason="x"
                    )

        def put(self, stream, **given):
            self.step()
            return super().put(stream, **given)

        def label(self, name, sha256):
            self.step()
            super().label(name, sha256)

        def delete(self, sha256):
            self.step()
            return super().delete(sha256)

        def relink(self, name, old, new):
            self.step()
            super().relink(name, old, new)

        def unlabel(self, name):
            self.step()
            super().unlabel(name)

    below = Failing()
    before = filled(SealedDocumentStore(below, SealKeys((OLD,))))
    below.left = call
    store = SealedDocumentStore(below, SealKeys((NEW, OLD)))
    with suppress(DocumentStoreUnavailableError):
        list(seal_documents(store))
    below.left = None
    documents, links, contents = seen(SealedDocumentStore(below, SealKeys((NEW, OLD))))

    assert (set(before[0]) <= set(documents), before[1]) == (True, links)
    assert set(before[2]) <= set(contents)
    assert all(step.is_done for step in seal_documents(store))
    assert before == seen(SealedDocumentStore(below, SealKeys((NEW,))))
