"""Registering by a confirmed mail address."""

from __future__ import annotations


def test_a_known_address_gets_the_same_answer(portal, stranger):
    """Who has an account here is no one's business."""
    portal.account("dewi")
    said = []
    for address in ("dewi@surat.example.org", "baru@surat.example.org"):
        page = stranger.open("/daftar").form("daftar").fill(email=address).send()
        said.append(page.text.replace(address, "…"))

    assert said[0] == said[1]


def test_an_address_without_an_at_is_refused_at_its_field(stranger):
    """With an example."""
    page = stranger.open("/daftar").form("daftar").fill(email="dewi").send()

    assert 422 == page.status
    assert ["Write the address with an @, for example name@mail.com"] == page.errors
    assert 'aria-describedby="f-email-hint f-email-fault"' in page.html
