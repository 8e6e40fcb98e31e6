"""
Fixtures of all pages: one portal for a module, with an account for every officer of the sample office.

`portal` is shared by the tests of a module: begin a case of your own instead of counting on an empty list.
`browsing` is a real browser before a second portal, `browsing.portal`; mark its tests with
``pytest.mark.xdist_group("perizinan-portal-browser")``.
"""

from __future__ import annotations

import importlib.resources
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from perizinan_portal import _plugin
from perizinan_portal._serving import configuration
from perizinan_portal._store import Level
from perizinan_portal.testing import PortalKit, Visitor, sample_portal
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page as BrowserPage

from perizinan_core.catalogue import load_catalogue
from perizinan_core.hooks import AuthorityPack
from perizinan_core.testing import sample_office

SAMPLE = Path(str(importlib.resources.files("perizinan_core.testing"))) / "sample_authority"
FORM = Path(__file__).parent / "rich-form.yaml"
PROOF = """  - code: bukti
    label: {id: Bukti tempat, en: Proof of the place}
    level: if_available
    choices: [{id: Sertifikat, en: Deed}, {id: Perjanjian sewa, en: Lease}]
    content_types: [image/png]
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[PortalKit]:
    """A portal over a sample office in memory."""
    kit = sample_portal(tmp_path_factory.mktemp("portal"))
    yield kit
    kit.close()


@pytest.fixture(scope="session")
def rich_pack(tmp_path_factory) -> AuthorityPack:
    """The sample authority, whose event permit has a form with every kind of field."""
    folder = tmp_path_factory.mktemp("catalogue") / "sample"
    shutil.copytree(SAMPLE, folder)
    path = folder / "permits" / "acara.yaml"
    text = path.read_text("utf-8")
    begin, end = text.index("form_schema:"), text.index("requirements:\n")
    text = text[:begin] + FORM.read_text("utf-8") + text[end:]
    text = text.replace("place: form.lokasi", "place: form.tempat.jalan")
    text = text.replace("requirements:\n", f"requirements:\n{PROOF}", 1)
    path.write_text(text, "utf-8")
    catalogue = load_catalogue(folder)
    return AuthorityPack(authority=catalogue.authority, catalogue=catalogue)


@pytest.fixture(scope="module")
def rich(tmp_path_factory, rich_pack) -> Iterator[PortalKit]:
    """A portal over that office, in memory."""
    office = sample_office(development=True, plugins={"portal": _plugin}, pack=rich_pack)
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office)
    yield kit
    kit.close()


@pytest.fixture
def stranger(portal) -> Visitor:
    """Someone who is not logged in."""
    return portal.stranger()


@pytest.fixture
def applicant(portal) -> Visitor:
    """Someone with a confirmed account."""
    return portal.visitor("sekar")


@pytest.fixture
def clerk(portal) -> Visitor:
    """An officer at the counter."""
    return portal.visitor("loket-1")


CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    # One process for all windows: to start one for each takes longer than the page.
    "--in-process-gpu", "--disable-site-isolation-trials", "--renderer-process-limit=1",
)  # fmt: skip


CUT = r"""() => [...document.body.querySelectorAll("*")].filter((one) => {
  if (one.closest("svg, .unseen, .only-narrow") || !one.checkVisibility({ visibilityProperty: true })) return false;
  const style = getComputedStyle(one), scrolls = style.overflowX === "auto" || style.overflowX === "scroll";
  const text = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const out = one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".wide, .skip");
  return out || text && !scrolls && style.display !== "inline" && one.scrollWidth > one.clientWidth + 1;
}).map((one) => one.outerHTML.slice(0, 120))"""


@attrs.define
class Browsing:
    """A real browser before a portal that is served on this machine."""

    portal: PortalKit
    address: str
    _browser: Browser
    _contexts: list[BrowserContext] = attrs.field(factory=list)
    _kept: dict[tuple[object, ...], BrowserPage] = attrs.field(factory=dict)
    faults: list[str] = attrs.field(factory=list)
    """What scripts did wrong, and what the policy stopped; fails the test at its end."""

    def page(
        self,
        who: str | None = None,
        path: str | None = "/",
        *,
        width: int = 1280,
        pending: bool = False,
        **options,
    ) -> BrowserPage:
        """
        Open a page as an officer or applicant, or as a stranger; ``java_script_enabled=False`` is an option.

        Without a path, the window stays empty; ``pending``: the second factor is still to come.
        """
        height = 740 if width < 600 else 800
        context = self._browser.new_context(
            **{"locale": "id-ID", "viewport": {"width": width, "height": height}, **options}
        )
        self._contexts.append(context)
        if who is not None:
            token = self.portal.session(who, Level.PASSWORD if pending else Level.FULL)
            cookie = {"name": "perizinan_session", "value": token, "url": self.address}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console", lambda note: self.faults.append(note.text) if "Content Security" in note.text else None
        )
        if path is not None:
            page.goto(self.address + path)
        return page

    def kept(self, who: str | None, *, width: int, locale: str, pending: bool = False) -> BrowserPage:
        """
        Return an empty window of someone that stays open from test to test, and keeps no file that it loaded.

        To begin a window takes several times as long as to look at a page in it.
        """
        key = who, width, locale, pending
        if key not in self._kept:
            page = self.page(who, None, width=width, locale=locale, pending=pending)
            self._contexts.remove(page.context)
            page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
            self._kept[key] = page
        page = self._kept[key]
        # A test may have made it narrower.
        page.set_viewport_size({"width": width, "height": 740 if width < 600 else 800})
        return page

    def findings(self, page: BrowserPage) -> list[str]:
        """Return what axe-core finds on a page (WCAG 2.2 A and AA), each with the element."""
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        # The size of targets (2.5.8) is one of its rules that are off until they are named.
        rules = {"target-size": {"enabled": True}}
        options = {"runOnly": {"type": "tag", "values": tags}, "rules": rules, "resultTypes": ["violations"]}
        found = _settled(page, lambda: Axe().run(page, options=options)).response["violations"]
        return [f"{item['id']}: {node['html'][:120]}" for item in found for node in item["nodes"]]

    def overflow(self, page: BrowserPage) -> int:
        """Return by how many pixels a page is wider than its window."""
        return _settled(page, lambda: page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def cut(self, page: BrowserPage, width: int) -> list[str]:
        """Return what is cut off, or stands out of its place, in a window of another width; tables may scroll."""
        page.set_viewport_size({"width": width, "height": 740})
        found: list[str] = _settled(page, lambda: page.evaluate(CUT))
        return found

    def close(self) -> None:
        """Close the windows of a test."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()


def _settled(page: BrowserPage, look: Callable[[], Any], seconds: float = 30) -> Any:
    """
    Look at a page that is there: a press may still be on its way from one page to the next.

    It asks from outside: a function that waits inside the page is what the policy of our pages forbids.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            there = page.evaluate("document.readyState === 'complete' && document.body !== null")
            if there or time.monotonic() > deadline:
                return look()
        except BrowserError:
            if time.monotonic() > deadline:
                raise
        page.wait_for_timeout(20)


@pytest.fixture(scope="module")
def plain_portal(tmp_path_factory) -> Iterator[PortalKit]:
    """A portal over http, for a browser on this machine."""
    kit = sample_portal(tmp_path_factory.mktemp("portal"), address="http://127.0.0.1:8000")
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def _opened(plain_portal) -> Iterator[Browsing]:
    server = uvicorn.Server(configuration(plain_portal.app, "127.0.0.1", 0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield Browsing(plain_portal, f"http://127.0.0.1:{port}", browser)
        browser.close()
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def browsing(_opened) -> Iterator[Browsing]:
    """A real browser; a fault in a script, or anything that the policy stopped, fails the test."""
    _opened.faults.clear()
    yield _opened
    _opened.close()
    assert [] == _opened.faults
