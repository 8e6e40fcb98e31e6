"""Pages without an account: catalogue and guide, permit types, following a case, figures, survey."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import pytest
from perizinan_portal.testing import sample_portal

from perizinan_core import Actor, ActorKind
from perizinan_core.model import (
    ApplicationState,
    EventKind,
    Figure,
    SurveyAnswer,
    SurveyElement,
    WaitingFor,
)

HOST = Actor(id="portal", kind=ActorKind.HOST)
FEBRUARY = date(2026, 2, 3)


@pytest.fixture(scope="module")
def closed(portal):
    """Return receipt number and code of a case that is closed, and of one that is not."""
    office = portal.office.office
    done = office.applications.get(portal.office.permit().application_id, actor=HOST)
    open_ = portal.office.submit()
    return [
        (case.receipt_number, office.tracking.new_secret(case.id, actor=HOST), case.id)
        for case in (done, open_)
    ]


def followed(visitor, receipt):
    return visitor.open("/lacak").form("lacak").fill(number=receipt[0], secret=receipt[1]).send()


def test_the_catalogue_finds_by_words_and_by_who_applies(portal, stranger):
    """In names, purpose and papers, in any order; nothing found says that none may be needed."""
    everything = stranger.open("/izin")
    found = everything.form("izin").fill(cari="WARUNG").send()
    nothing = stranger.open("/izin?cari=zzzz")
    for_persons = stranger.open("/izin?untuk=person")

    assert "1 permits fit" in found.text
    assert "you may need none" in nothing.text
    assert "permits fit" in for_persons.text
    assert "permits fit" not in everything.text


def test_a_permit_type_shows_its_whole_service_standard(stranger):
    """All 14 components, and what each file may be before it is sent."""
    page = stranger.open("/izin/warung")

    parts = re.findall(r"<details>\s*<summary>(\d+)\. ([^<]+)</summary>(.*?)</details>", page.html, re.DOTALL)

    assert list(range(1, 15)) == [int(number) for number, _, _ in parts]
    assert 14 == len({title for _, title, _ in parts})
    assert [] == [
        title
        for _, title, said in parts
        if not re.search(r"<li>[^<]*\w", said) and "The office has not stated this yet." not in said
    ]
    assert "MB" in page.text
    assert "/izin" in page.links.values()


def test_a_case_is_followed_with_number_and_code_that_never_stand_in_an_address(stranger, closed):
    """The step, who has it, the time used, what happens next; and no name."""
    page = followed(stranger, closed[1])

    assert (200, "/lacak") == (page.status, page.url)
    assert "What happens next" in page.text
    assert "Sekar" not in page.html
    assert closed[1][1] not in page.url
    assert not any(closed[1][1] in address for address in page.links.values())


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(stranger, closed):
    """The page does not say which numbers there are."""
    said = []
    for number in (closed[1][0], "TT/9999/2026"):
        page = stranger.open("/lacak").form("lacak").fill(number=number, secret="SALAH-SALAH-SALAH").send()
        said.append((page.status, page.errors))

    assert [(422, ["There is no application with this number and code"])] * 2 == said


def test_the_survey_is_reached_from_a_closed_case_and_answered_once(portal, stranger, closed):
    """Missing answers are named beside their questions, and nothing is lost."""
    page = followed(stranger, closed[0]).form("survei").send()
    assert 200 == page.status
    form = page.form("survei")
    for number in range(1, 9):
        form.values[f"u{number}"] = "4"
    missing = form.send()
    form = missing.form("survei")
    form.values["u9"] = "3"
    thanks = form.fill(remark="Bagus").send()
    again = followed(stranger, closed[0]).form("survei").send().form("survei")
    for number in range(1, 10):
        again.values[f"u{number}"] = "1"
    refused = again.send()
    history = portal.office.office.applications.history(closed[0][2], actor=HOST)

    assert (422, ["Choose an answer"]) == (missing.status, missing.errors)
    assert "Thank you" in thanks.text or "/" == thanks.url
    assert "answered for this application already" in refused.text
    assert 1 == sum(event.kind is EventKind.SURVEY_ANSWERED for event in history)


def test_an_applicant_answers_the_survey_of_an_own_case(portal, closed):
    """By account, without a code; a stranger's case is not found."""
    applicant = portal.visitor("sekar")
    case = portal.office.draft("warung", actor=portal.actor("sekar"))
    page = applicant.open(f"/survei?permohonan={case.id}")
    form = page.form("survei")
    for number in range(1, 10):
        form.values[f"u{number}"] = "4"
    early = form.send()

    assert "once the application is closed" in early.text


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A portal whose office has decided many cases in a quarter that is over."""
    kit = sample_portal(tmp_path_factory.mktemp("busy"))
    clock = kit.office.clock
    with kit.office._context.storage.unit_of_work() as work:
        for number in range(40):
            known = {"permit_type": "warung", "closed_day": FEBRUARY, "outcome": ApplicationState.ISSUED}
            whole = Figure(days=number % 7 + 1, on_time=True, **known)
            work.figures.put(f"berkas-{number}", [whole, Figure(step="periksa", days=1, **known)])
            good = dict.fromkeys(SurveyElement, 3)
            work.surveys.add(SurveyAnswer(permit_type="warung", day=FEBRUARY, values=good))
        work.commit()
    clock.moment = clock.moment.replace(month=7, day=1)
    yield kit
    kit.close()


def test_the_board_shows_charts_with_their_table_and_the_same_as_open_data(busy):
    """Every bar has its numbers in words too; the files say what the page says."""
    page = busy.stranger().open("/kinerja?periode=2026-Q1")
    data = busy.stranger().open("/kinerja.csv?periode=2026-Q1")
    rows = list(csv.DictReader(io.StringIO(data.content.decode())))

    assert 200 == page.status
    assert 'role="img"' in page.html and "median 4, nine in ten 7" in page.html
    assert "75.00 (C)" in page.text
    assert "40" in page.text and "< 5" in page.text
    assert {"40"} == {row["value"] for row in rows if row["figure"] == "decided" and not row["permit_type"]}
    assert "attachment" in data.headers["content-disposition"]
    assert "style=" not in page.html


def test_no_number_below_five_leaves_the_office_in_any_form(busy):
    """Neither on the page nor in the files, zero among them; nor can one be computed from what is shown."""
    page = busy.stranger().open("/kinerja?periode=2026-Q1")
    rows = list(
        csv.DictReader(io.StringIO(busy.stranger().open("/kinerja.csv?periode=2026-Q1").content.decode()))
    )
    same = json.loads(busy.stranger().open("/kinerja.json?periode=2026-Q1").content)["rows"]
    counts = [
        row["value"] for row in rows if row["figure"] in ("decided", "outcome", "refusal", "complaints")
    ]
    shown = {row["item"]: row["value"] for row in rows if row["figure"] == "outcome"}
    cells = re.findall(r'<td class="number"(?: data-label="(?:Number|Decided)")?>(\d+)</td>', page.html)

    assert rows == same
    assert {"40", "< 5", "…"} >= set(counts)
    assert ("…", "< 5") == (shown["issued"], shown["refused"])
    assert [] == [number for number in cells if int(number) < 5]


def test_a_wait_for_someone_outside_is_said_with_its_reason_and_its_day(portal, stranger):
    """To anyone who follows the case (friction 12)."""
    office = portal.office.office
    case = portal.office.submit()
    office.reviews.begin_wait(
        case.id, party=WaitingFor.SYSTEM, name="SIMBG", reason="Nomor bangunan belum terbit", actor=HOST
    )
    secret = office.tracking.new_secret(case.id, actor=HOST)
    page = followed(stranger, (case.receipt_number, secret))

    assert "The office waits for SIMBG since March" in page.text or "since 2 March" in page.text
    assert "Nomor bangunan belum terbit" in page.text


def test_a_period_that_is_not_over_is_not_found(busy):
    """Nor one that does not exist."""
    for code in ("2026-Q3", "2026-07", "x"):
        assert 404 == busy.stranger().open(f"/kinerja?periode={code}").status


def test_every_public_page_stands_in_both_languages(busy, closed):
    """And says so in its head."""
    for address in ("/", "/izin", "/izin/warung", "/lacak", "/kinerja?periode=2026-Q1", "/survei"):
        for language in ("id", "en"):
            page = busy.stranger(language).open(address)

            assert 200 == page.status
            assert f'lang="{language}"' in page.html
