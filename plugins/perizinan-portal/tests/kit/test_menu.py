"""The menu: short for every role, and everything is still there."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("who", [None, "sekar", "loket-1", "kepala", "supervisor", "admin", "auditor"])
def test_at_most_five_entries_are_at_hand_and_none_is_lost(portal, who):
    """The rest is under one word; an officer's own pages come first."""
    visitor = portal.stranger() if who is None else portal.visitor(who)
    page = visitor.open("/")
    nav = page.html.partition("<nav")[2].partition("</nav>")[0]
    at_hand, _, further = nav.partition("<details>")

    assert 5 >= at_hand.count("<li><a ")
    for label in ("/izin", "/kinerja", "/pengaduan"):
        assert f'href="{label}"' in nav
    if who == "supervisor":
        assert 'href="/petugas/serah-terima"' in at_hand
        assert 'href="/kinerja"' in further


def test_the_page_under_more_is_marked(portal):
    """So that people see where they are."""
    page = portal.visitor("loket-1").open("/kinerja")

    assert '<summary class="here">' in page.html
