"""States of pages in a real browser: mistakes, nothing there, long names; narrow, dark, in forced colours."""

from __future__ import annotations

import attrs
import pytest

from perizinan_core.testing import sample_applicant

pytestmark = pytest.mark.xdist_group("perizinan-portal-browser")

LONG = "Raden Ajeng Sekarkedhatonmangkunegaran Contohwatiningrumsihutaminingsih Wiryohadikusumodiningrat"
SMALLEST = 24
"""Pixels of what is pressed (WCAG 2.2, 2.5.8)."""

MISTAKES = {
    "login": (None, "/masuk"),
    "registration": (None, "/daftar"),
    "forgotten password": (None, "/lupa"),
    "tracking": (None, "/lacak"),
    "complaint": (None, "/pengaduan"),
    "holder": (None, "/izin/warung/ajukan"),
    "new officer": ("admin", "/admin/petugas-baru"),
    "announcement": ("admin", "/admin/pengumuman"),
    "counter": ("loket-1", "/petugas/loket/izin/warung"),
}
NOTHING = {
    "applications": ("kosong", "/permohonan"),
    "permits": ("kosong", "/izin-saya"),
    "queue": ("kasir", "/petugas"),
    "letters": ("kepala", "/pimpinan"),
    "complaints": ("kasir", "/petugas/pengaduan"),
    "search": (None, "/izin?cari=tidakadaizinseperti"),
    "announcements": ("admin", "/admin/pengumuman"),
    "page": ("kosong", "/tidak-ada"),
}


def check(browsing, page, *, targets=True):
    """Hold what is true for every state."""
    assert [] == browsing.findings(page)
    assert 0 >= browsing.overflow(page)
    if targets:
        assert [] == page.evaluate(
            """smallest => [...document.querySelectorAll("button, select, summary, .button, input, nav a")]
            .filter((one) => one.checkVisibility() && !one.matches("[type=hidden], .unseen, .skip"))
            .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
            .filter(([, box]) => box.width && Math.min(box.width, box.height) < smallest)
            .map(([html]) => html)""",
            SMALLEST,
        )


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_readable_for_everyone_at_320_pixels(browsing, name):
    """Sent empty: the list of mistakes leads to each field; the same in the dark (WCAG 2.2, 1.4.3, 1.4.10)."""
    who, path = MISTAKES[name]
    page = browsing.page(who, path, width=320, color_scheme="dark")
    with page.expect_navigation():
        page.locator("main form[method=post] button[type=submit]:not(.unseen)").last.click()
    page.wait_for_selector("#errors")

    check(browsing, page)
    for link in page.locator("#errors a").all():
        assert page.locator(link.get_attribute("href")).count() == 1


@pytest.mark.parametrize("name", NOTHING)
def test_where_nothing_is_the_page_says_so_readable_for_everyone(browsing, name):
    """In forced colours and at 320 pixels; there is something to do next."""
    who, path = NOTHING[name]
    page = browsing.page(who, path, width=320, forced_colors="active")

    check(browsing, page)
    assert page.locator("main :is(p, h1)").count() > 1


@pytest.mark.parametrize("width", [320, 1280])
def test_long_names_stay_on_the_page(browsing, width):
    """Of applicants, in their pages and in those of officers."""
    kit = browsing.portal.office
    owner = browsing.portal.actor("panjang")
    case = kit.submit("warung", applicant=attrs.evolve(sample_applicant(), name=LONG), actor=owner)
    clerk = kit.assignee(case.id, "periksa").id
    for who, path in (
        ("panjang", "/permohonan"),
        ("panjang", f"/permohonan/{case.id}"),
        (clerk, f"/petugas/berkas/{case.id}"),
    ):
        page = browsing.page(who, path, width=width)

        check(browsing, page)
        assert LONG in page.inner_text("main")
