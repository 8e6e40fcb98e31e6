"""
The main tasks with the keys alone: the focus is always seen, comes in the order of the page, and gets out again.

`Hands` has no mouse: it knows Tab, Enter, the space bar and what is typed, and holds every stop of the focus against
WCAG 2.2 (2.1.2, 2.4.3, 2.4.7, 2.4.11).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import attrs
import pytest
from playwright.sync_api import Page, expect

from perizinan_core.model import ApplicationState
from perizinan_core.testing import HOST, sample_applicant, small_png

pytestmark = pytest.mark.xdist_group("perizinan-portal-browser")

PHONE, DESK = 320, 1280
"""The narrow one is a window of 1280 pixels at 400 %, and narrower than every phone."""

PATIENCE = 20_000
MOST = 150
"""More than the stops of any page."""

FOCUS = r"""([css, text]) => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const boxes = [...one.getClientRects()].filter((box) => box.width && box.height);
  const style = getComputedStyle(one), whole = one.getBoundingClientRect();
  const names = (hit) => hit && (one.contains(hit) || hit.contains(one) && hit.closest("label"));
  const hidden = boxes.filter((box) => [0.1, 0.5, 0.9].every((part) => {
    const x = box.left + box.width / 2, y = box.top + box.height * part;
    return x < 0 || y < 0 || x >= innerWidth || y >= innerHeight || !names(document.elementFromPoint(x, y));
  }));
  const said = (one.innerText || one.value || "").replace(/\s+/g, " ").trim();
  return {
    what: `${one.tagName.toLowerCase()}#${one.id}.${one.className} "${said.slice(0, 60)}"`,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: boxes.length > 0 && hidden.length === 0,
    left: whole.left, right: whole.right, top: whole.top + scrollY, bottom: whole.bottom + scrollY,
    found: (!css || one.matches(css)) && said.toLowerCase().includes(text.toLowerCase()),
  };
}"""
"""What has the focus, whether it shows that, and whether something lies over it."""

STOPS = r"""() => {
  const can = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const groups = new Set();
  return [...document.querySelectorAll(can)].filter((one) => {
    if (one.tabIndex < 0 || one.disabled || !one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.type !== "radio") return true;
    const group = `${one.form?.action} ${one.name}`;
    return !groups.has(group) && groups.add(group);
  }).length;
}"""
"""How many stops a page has; the answers of a question are one."""


@attrs.define
class Hands:
    """Someone who has no mouse."""

    page: Page
    stops: list[dict[str, Any]] = attrs.field(factory=list, init=False)

    def tab(self, css: str = "", text: str = "") -> dict[str, Any] | None:
        """Press Tab once, and return what has the focus then."""
        self.page.keyboard.press("Tab")
        return self.look(css, text)

    def look(self, css: str = "", text: str = "") -> dict[str, Any] | None:
        """Return what has the focus; it has to be seen."""
        stop = self.page.evaluate(FOCUS, [css, text])
        if stop is not None:
            assert stop["ring"], f"nothing shows the focus: {stop}"
            assert stop["seen"], f"the focus is hidden: {stop}"
        return stop

    def to(self, css: str = "", text: str = "") -> None:
        """Press Tab until the focus is on something."""
        for _ in range(MOST):
            stop = self.tab(css, text)
            if stop is not None and stop["found"]:
                return
        raise AssertionError(
            f"Tab does not lead to {css} {text!r}; there is: {self.page.inner_text('main')[:600]}"
        )

    def press(self, css: str = "", text: str = "", key: str = "Enter") -> None:
        """Go to a link or a button, press a key, and wait for the page that answers."""
        self.to(css, text)
        with self.page.expect_navigation(timeout=PATIENCE):
            self.page.keyboard.press(key)

    def type(self, css: str, words: str) -> None:
        """Go to a field, and type in the place of what is there."""
        self.to(css)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def choose(self, css: str) -> None:
        """Go to a box, or to the answers of a question, and choose what is there with the space bar."""
        self.to(css)
        self.page.keyboard.press("Space")

    def through(self) -> None:
        """Tab through the whole page: every stop once, in the order in which one reads, and out at its end."""
        self.page.evaluate("document.activeElement?.blur(), getSelection().removeAllRanges(), scrollTo(0, 0)")
        stops, expected = [], self.page.evaluate(STOPS)
        while (stop := self.tab()) is not None and len(stops) <= expected:
            stops.append(stop)
        back = [
            f"{one['what']} → {other['what']}"
            for one, other in pairwise(stops)
            if not _comes_after(one, other)
        ]

        assert expected == len(stops), [stop["what"] for stop in stops]
        assert [] == back


def _comes_after(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether someone who reads a page meets one thing before the other: by lines, by columns."""
    return other["top"] > one["top"] + 4 or other["left"] >= one["right"] - 4


@pytest.fixture
def hands(browsing):
    """Make someone with a window of some width."""

    def made(who: str | None, path: str, width: int = DESK) -> Hands:
        return Hands(browsing.page(who, path, width=width))

    return made


def handed_in(browsing) -> str:
    """Return the first of the cases that wait at the counter."""
    kit = browsing.portal.office
    kit.submit("warung", actor=browsing.portal.actor("sekar"))
    kit.clock.forward(minutes=5)
    entries = kit.office.reviews.queue(actor=kit.officer("supervisor"), everyone=True)
    return next(one.application for one in entries if one.stage == "periksa")


def approved(browsing) -> str:
    """Return a case that waits for the signature, as do those that came before it."""
    kit, case = browsing.portal.office, handed_in(browsing)
    waiting = kit.office.reviews.queue(actor=kit.officer("supervisor"), everyone=True)
    for one in sorted({(entry.receipt_number, entry.application) for entry in waiting}):
        kit.review(one[1])
    return case


def state(browsing, case: str) -> ApplicationState:
    """Return where a case stands."""
    return browsing.portal.office.office.applications.get(case, actor=HOST).state


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_stop_of_the_focus_is_seen_and_in_the_order_of_the_page(browsing, hands, width):
    """On the pages of the main tasks; no page keeps the focus."""
    kit = browsing.portal.office
    draft = kit.draft("warung", actor=browsing.portal.actor("wulan"))
    kit.fill(draft.id, actor=browsing.portal.actor("wulan"))
    approved(browsing)
    case = handed_in(browsing)
    clerk = kit.assignee(case, "periksa").id
    places = [
        (None, "/"), (None, "/izin"), (None, "/masuk"), (None, "/lacak"), (None, "/panduan"),
        *(("wulan", f"/permohonan/{draft.id}/{part}") for part in ("isian?periksa=1", "berkas", "kirim")),
        (clerk, "/petugas"), (clerk, f"/petugas/berkas/{case}"), ("kepala", "/pimpinan"),
        ("admin", "/admin/petugas"), ("admin", "/admin/kalender"),
    ]  # fmt: skip
    for who, path in places:
        hands(who, path, width).through()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_first_stop_leads_past_the_menu(hands, width):
    """With Enter, the next stop is in the page itself."""
    someone = hands(None, "/izin", width)
    assert someone.tab(css=".skip")["found"]
    someone.page.keyboard.press("Enter")
    someone.tab()

    assert someone.page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_open_menu_closes_when_one_leaves_it_and_covers_nothing(hands, width):
    """With Tab it is left behind; with Escape the focus is back where it was opened."""
    someone = hands("supervisor", "/petugas", width)
    menu = someone.page.locator(".menu details")
    someone.to(".menu summary")
    someone.page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    someone.tab()
    assert someone.page.evaluate("document.activeElement.closest('details') !== null")
    someone.page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    assert someone.look(css=".menu summary")["found"]
    someone.page.keyboard.press("Enter")
    someone.to("main *")

    expect(menu).not_to_have_attribute("open", "")


def test_someone_applies_with_the_keys_alone(browsing, hands):
    """What is wrong is reached from its list; a file is chosen and handed in."""
    kit, owner = browsing.portal.office, browsing.portal.actor("ratna")
    draft = kit.office.applications.start("warung", applicant=sample_applicant(), actor=owner)
    ratna = hands("ratna", f"/permohonan/{draft.id}/kirim", PHONE)
    expect(ratna.page.locator("#errors")).to_be_focused()
    ratna.press("#errors a", "Lokasi")
    expect(ratna.page.locator("#f-form-lokasi")).to_be_focused()
    ratna.page.keyboard.type("Jalan Kenanga 7")
    ratna.to("[name='form.di_rumah']")
    ratna.page.keyboard.press("ArrowDown")
    expect(ratna.page.locator("[name='form.di_rumah'][value=false]")).to_be_checked()
    ratna.press("#isian button", "lanjut")
    ratna.to("#file-ktp")
    with ratna.page.expect_file_chooser() as chooser:
        ratna.page.keyboard.press("Space")
    chooser.value.set_files({"name": "ktp.png", "mimeType": "image/png", "buffer": small_png(7)})
    expect(ratna.page.locator("#slot-ktp .papers")).to_contain_text("ktp.png", timeout=PATIENCE)
    expect(ratna.page.locator("#slot-ktp")).to_be_focused()
    ratna.press("main .button", "Periksa")
    ratna.press("form[action$='/kirim'] button")

    assert re.search(r"TT/\d+/\d+", ratna.page.locator("main").inner_text())
    assert ApplicationState.SUBMITTED is state(browsing, draft.id)


def test_an_officer_judges_a_case_with_the_keys_alone(browsing, hands):
    """A finding without its reason is refused, and the list of errors leads to the field; then it is put right."""
    case = handed_in(browsing)
    kit = browsing.portal.office
    clerk = hands(kit.assignee(case, "periksa").id, "/petugas")
    number = kit.office.applications.get(case, actor=HOST).receipt_number
    clerk.press("main table a", number)
    clerk.choose("[name=outcome]")
    clerk.page.keyboard.press("ArrowDown")
    expect(clerk.page.locator("[name=outcome][value=negative]")).to_be_checked()
    clerk.press("form[action*='/tahap/'] button")
    expect(clerk.page.locator("[data-focus]").first).to_be_focused()
    clerk.to("#errors a")
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.locator("[name=reasons]")).to_be_focused()
    clerk.page.keyboard.press("Shift+Tab")
    assert clerk.look("[name=outcome]")["found"]
    clerk.page.keyboard.press("ArrowUp")
    clerk.type("[name=reasons]", "KTP terbaca")
    if clerk.page.locator("[name=similar]").count():
        clerk.type("[name=similar]", "Dua kios")
    clerk.press("form[action*='/tahap/'] button")

    assert "positive" == kit.office.applications.get(case, actor=HOST).stage_state("periksa").outcome.value


def test_a_head_signs_with_the_keys_alone(browsing, hands):
    """From the list of letters to the note that they are signed; pressing without a choice says so."""
    case = approved(browsing)
    head = hands("kepala", "/pimpinan")
    head.press("#letters > .actions button")
    expect(head.page.locator("#errors")).to_be_focused()
    head.to("#errors a")
    head.page.keyboard.press("Enter")
    head.choose(f"input[value='{case}']")
    head.press("#letters > .actions button")
    expect(head.page.locator("h1")).to_contain_text("ditandatangani", timeout=PATIENCE)
    expect(head.page.locator("main .button")).to_contain_text("Kembali", timeout=PATIENCE)

    assert ApplicationState.ISSUED is state(browsing, case)
