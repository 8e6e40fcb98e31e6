"""The states of the public pages in a real browser, without a script too: readable for everyone at both sizes."""

from __future__ import annotations

from datetime import date

import pytest

from perizinan_core import Actor, ActorKind
from perizinan_core.model import ApplicationState, Figure, SurveyAnswer, SurveyElement

pytestmark = pytest.mark.xdist_group("perizinan-portal-browser")

HOST = Actor(id="portal", kind=ActorKind.HOST)
FEBRUARY = date(2026, 2, 3)


@pytest.fixture(scope="module")
def receipts(plain_portal):
    """Return number and code of a case that is closed and of one in work, and fill a quarter with figures."""
    kit = plain_portal.office
    office = kit.office
    done = office.applications.get(kit.permit().application_id, actor=HOST)
    open_ = kit.submit("acara")
    with kit._context.storage.unit_of_work() as work:
        for number in range(30):
            known = {"permit_type": "warung", "closed_day": FEBRUARY, "outcome": ApplicationState.ISSUED}
            work.figures.put(f"berkas-{number}", [Figure(days=number % 7, on_time=True, **known)])
            good = dict.fromkeys(SurveyElement, 3)
            work.surveys.add(SurveyAnswer(permit_type="warung", day=FEBRUARY, values=good))
        work.commit()
    return {
        name: (case.receipt_number, office.tracking.new_secret(case.id, actor=HOST))
        for name, case in (("done", done), ("open", open_))
    }


def sound(browsing, page):
    assert [] == browsing.findings(page)
    assert 0 >= browsing.overflow(page)


def follow(page, receipt):
    page.fill("#f-number", receipt[0])
    page.fill("#f-secret", receipt[1])
    page.click("main button[type=submit]")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_case_in_work_a_closed_one_and_the_survey_with_errors(browsing, receipts, width):
    """By keyboard and screen reader as by eye."""
    for name in ("open", "done"):
        page = browsing.page(None, "/lacak", width=width)
        follow(page, receipts[name])
        sound(browsing, page)
    page.click("main button[type=submit]")
    sound(browsing, page)
    page.click("main button[type=submit]")

    assert page.locator("#errors").is_visible()
    sound(browsing, page)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_board_with_its_charts(browsing, receipts, plain_portal, width):
    """Bars, tables, and every step opened."""
    clock = plain_portal.office.clock
    before = clock.moment
    clock.moment = before.replace(month=7, day=1)
    try:
        page = browsing.page(None, "/kinerja?periode=2026-Q1", width=width)
    finally:
        clock.moment = before
    page.click("main summary")

    assert page.locator("svg.chart rect").count() > 0
    assert receipts
    sound(browsing, page)


def test_a_complaint_is_filed_and_followed_without_a_script(browsing):
    """On a phone; the code stands on the page and in no address."""
    page = browsing.page(None, "/pengaduan", width=360, java_script_enabled=False)
    page.check("input[value=abuse]")
    page.fill("#f-message", "Diminta uang di loket.")
    page.click("main button[type=submit]")
    number, code = page.locator("code").all_text_contents()
    again = browsing.page(None, "/pengaduan/status", width=360)
    follow(again, (number, code))

    assert code not in again.url
    assert again.get_by_text("Diminta uang di loket.").is_visible()
    sound(browsing, again)
