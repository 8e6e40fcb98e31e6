"""The menu: short for every role, and everything is still there."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize("who", [None, "sekar", "loket-1", "kepala", "supervisor", "admin", "auditor"])
def test_at_most_four_entries_are_at_hand_and_none_is_lost(portal, who):
    """The rest is under one word; an officer's own pages come first."""
    visitor = portal.stranger() if who is None else portal.visitor(who)
    page = visitor.open("/")
    nav = page.html.partition("<nav")[2].partition("</nav>")[0]
    at_hand, _, further = nav.partition("<details>")

    assert 4 >= len(re.findall(r"<li(?: class=\"desk\")?><a ", at_hand))
    for label in ("/izin", "/kinerja", "/pengaduan"):
        assert f'href="{label}"' in nav
    if who == "supervisor":
        assert 'href="/petugas/serah-terima"' in at_hand
        assert 'href="/kinerja"' in further


def test_the_page_under_more_is_marked(portal):
    """So that people see where they are."""
    page = portal.visitor("loket-1").open("/kinerja")

    assert '<summary class="here">' in page.html


@pytest.mark.parametrize("who", [None, "sekar", "loket-1", "kepala", "admin"])
def test_the_menu_takes_one_line_and_says_everything_once(browsing, who):
    """Each entry is in the bar or under "More", never in both; at 320 pixels too (WCAG 2.2, 1.4.10)."""
    for width in (1280, 360, 320):
        page = browsing.page(who, "/", width=width)
        summary, entry = page.locator("nav.menu summary"), page.locator("nav.menu a").first
        shut = page.locator("nav.menu").bounding_box()["height"]

        assert shut < 2 * entry.bounding_box()["height"]
        if summary.is_visible():
            summary.click()
        names = [
            link.inner_text() for link in page.locator("nav.menu :is(a, button)").all() if link.is_visible()
        ]
        assert len(set(names)) == len(names)
        assert ("Masuk" if who is None else "Keluar") in names
        assert 0 >= browsing.overflow(page)
