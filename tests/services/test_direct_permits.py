"""Issued permits fetched from their document store itself, where the office chose so."""

from __future__ import annotations

from io import BytesIO

import attrs
import pytest

from perizinan_core.documents import InMemoryDocumentStore, SealedDocumentStore, SealKey, SealKeys
from perizinan_core.errors.services import NotFoundError
from perizinan_core.model import Actor, ActorKind
from perizinan_core.testing._offices import APPLICANT, sample_office

KEYS = SealKeys((SealKey.derived("uji", b"k" * 32),))


class Addressing(InMemoryDocumentStore):
    """Hands content out itself."""

    def address(self, sha256, seconds):
        """Return what tells the file and the time."""
        self.size(sha256)
        return f"https://s3.example/{sha256}?seconds={seconds}"


@pytest.fixture(scope="module")
def office():
    kit = sample_office(
        documents=SealedDocumentStore(Addressing(), KEYS, public_in_plain=True), direct_permits=60
    )
    return kit, kit.permit()


def permits_of(kit, **changes):
    """Return the use cases of the same office with another choice."""
    return attrs.evolve(kit.office.permits, context=attrs.evolve(kit._context, **changes))


def test_who_may_download_a_permit_gets_an_address_for_a_short_time(office):
    """It names the file by its hash and nothing else; no one else gets one."""
    kit, permit = office

    assert f"https://s3.example/{permit.signed_sha256}?seconds=60" == kit.office.permits.direct_address(
        permit.id, actor=APPLICANT
    )
    with pytest.raises(NotFoundError):
        kit.office.permits.direct_address(permit.id, actor=Actor(id="asing", kind=ActorKind.APPLICANT))


def test_without_the_choice_without_such_a_store_or_sealed_there_is_no_address(office):
    """Then the file is read through the office."""
    kit, permit = office
    below = kit._context.documents.below
    content = below.read(permit.signed_sha256, 10**8)
    for documents, seconds in (
        (Addressing(), 0),
        (InMemoryDocumentStore(), 60),
        (SealedDocumentStore(Addressing(), KEYS), 60),
    ):
        documents.put(BytesIO(content))
        permits = permits_of(kit, documents=documents, direct_permits=seconds)
        assert permits.direct_address(permit.id, actor=APPLICANT) is None
        with permits.open_pdf(permit.id, actor=APPLICANT) as file:
            assert content == file.read()
