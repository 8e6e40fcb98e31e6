"""The authority document as it follows from the office's plugin."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from perizinan_core.model.authority import Position
from perizinan_core.model.text import Text
from perizinan_core.testing.strategies.workflow import make_authority
from perizinan_core.verification import read_authority_document, sign_authority_document
from perizinan_core.verification.keys import signing_callback
from perizinan_core.verification.paths import fingerprints
from perizinan_core.verification.publishing import describe_authority


@pytest.fixture
def describe(world, build):
    """Describe a made-up office whose first delegated position holds the world's head certificate."""
    head = Position(code="kepala-dinas", title=Text("Kepala Dinas"), unit="dpmptsp")
    authority = make_authority(positions=(head,))
    position = head.code

    def run(code=position):
        return authority, describe_authority(
            authority,
            certificates={code: (world.head.certificate,)},
            roots=(world.ca.root.certificate,),
            keys=(world.document_key.public_key(),),
            version=1,
            issued=build.SIGNED_AT,
            expires=build.SIGNED_AT + timedelta(days=365),
            qr_keys=world.document.qr_keys,
        )

    return run


def test_signatories_carry_the_delegations_of_their_position(describe, world):
    """Nothing is invented, nothing lost."""
    authority, document = describe()
    entry = document.signatories[0]
    expected = [item.code for item in authority.delegations if item.position == entry.position]

    assert expected == [item.code for item in entry.delegations]
    assert fingerprints(world.head.certificate)[0] == entry.certificate_sha256
    assert date(2026, 1, 29) == entry.start


def test_it_can_be_signed_and_read(describe, world):
    """And says the same afterwards."""
    _authority, document = describe()
    key = world.document_key
    data = sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))

    assert document == read_authority_document(data)


def test_an_unknown_position_is_refused(describe):
    """A certificate must belong to somebody."""
    with pytest.raises(KeyError):
        describe("nobody")
