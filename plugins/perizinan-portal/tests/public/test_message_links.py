"""Links in messages about cases lead to pages of the portal that are there."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LINK = re.compile(r"https?://[^\s]*[\w/]")


def test_each_link_to_the_office_in_a_message_opens_a_page(portal, stranger):
    """From the application to the permit and its end: someone who is not logged in sees a page too."""
    kit = portal.office
    authority = kit.office.authority
    permit = kit.permit()
    kit.office.permits.suspend(
        permit.id, reason="Ditinjau", legal_basis="Perda 1", actor=kit.officer("pimpinan")
    )
    kit.office.worker.run_once()
    links = {link for one in portal.mails for link in _LINK.findall(f"{one.subject}\n{one.body}\n{one.text}")}
    page = urlsplit(authority.verification_url).hostname
    own = {urlsplit(link).path or "/" for link in links if urlsplit(link).hostname == page}

    assert {"permit_issued", "permit_suspended"} <= {one.kind for one in portal.mails}
    assert {urlsplit(link).hostname for link in links} <= {
        page,
        *(urlsplit(one.address).hostname for one in authority.contacts),
    }
    assert urlsplit(authority.verification_url).path in own
    assert {200} == {stranger.open(path).status for path in own}
