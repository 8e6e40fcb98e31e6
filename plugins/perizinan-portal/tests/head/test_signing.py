"""What waits for approval and signature: letters looked at, signed once however it is pressed, what failed stays."""

from __future__ import annotations

import threading

import pytest
from perizinan_portal import _plugin
from perizinan_portal._kit._jobs import Jobs
from perizinan_portal.testing import sample_portal

from perizinan_core.model import ApplicationState, EventKind
from perizinan_core.testing import HOST, sample_office

WORD = "melati-di-pagar-9"


def _approved(portal, *types):
    cases = []
    for kind in types:
        case = portal.office.submit(kind)
        portal.office.review(case.id)
        cases.append(case.id)
    return cases


def _state(portal, case):
    return portal.office.office.applications.get(case, actor=HOST).state


def _sign(portal, cases, who="kepala", **typed):
    """Choose letters, press, and wait until all of it is done; return the page of the progress as it is then."""
    form = portal.visitor(who).open("/pimpinan").form("pimpinan").fill(**typed)
    form.values["case"] = list(cases)
    page = form.send()
    assert portal.services.jobs.wait(30)
    return page.visitor.open(page.url)


def _signatures(portal, case):
    history = portal.office.office.applications.history(case, actor=HOST)
    return sum(event.kind is EventKind.PERMIT_ISSUED for event in history)


def test_one_press_signs_every_letter_that_was_chosen(portal):
    """Those that were not chosen stay."""
    first, second, third = _approved(portal, "warung", "warung", "warung")
    page = _sign(portal, [first, third])

    assert "The letters are signed" in page.text
    assert "2 of 2 letters are done." in page.text
    assert [ApplicationState.ISSUED, ApplicationState.APPROVED, ApplicationState.ISSUED] == [
        _state(portal, case) for case in (first, second, third)
    ]


def test_nothing_chosen_is_an_error_that_says_so(portal):
    """And signs nothing."""
    (case,) = _approved(portal, "warung")
    page = portal.visitor("kepala").open("/pimpinan").form("pimpinan").send()

    assert ["Choose at least one letter"] == page.errors
    assert ApplicationState.APPROVED is _state(portal, case)


def test_what_could_not_be_signed_stays_and_says_why_beside_what_was(portal):
    """A made-up id among those that were chosen."""
    (case,) = _approved(portal, "warung")
    page = _sign(portal, [case, "01a22d21-0000-7000-8000-000000000000"])

    assert "Not all letters could be signed" in page.text
    assert "2 of 2 letters are done." in page.text
    assert "These stay on your list." in page.text
    assert ApplicationState.ISSUED is _state(portal, case)


def test_a_form_that_is_sent_twice_signs_once_and_leads_to_the_same_page(portal):
    """A double click, the back button, a second tab."""
    (case,) = _approved(portal, "warung")
    form = portal.visitor("kepala").open("/pimpinan").form("pimpinan")
    form.values["case"] = [case]
    first, second = form.send(), form.send()
    assert portal.services.jobs.wait(30)

    assert first.url == second.url
    assert 1 == _signatures(portal, case)


def test_two_windows_with_the_same_letters_sign_each_once(portal):
    """Each press is its own; the letter is signed by one of them, and the other finds it signed."""
    (case,) = _approved(portal, "warung")
    pages = [portal.visitor("kepala").open("/pimpinan").form("pimpinan") for _ in range(2)]
    for form in pages:
        form.values["case"] = [case]
    urls = {form.send().url for form in pages}
    assert portal.services.jobs.wait(30)

    assert 2 == len(urls)
    assert 1 == _signatures(portal, case)


def test_the_end_of_the_session_in_mid_signing_stops_nothing_and_doubles_nothing(portal):
    """After the next login the page is where it was."""
    (case,) = _approved(portal, "warung")
    visitor = portal.visitor("kepala")
    form = visitor.open("/pimpinan").form("pimpinan")
    form.values["case"] = [case]
    address = form.send().url
    portal.services.store.sessions.end_all(portal.account("kepala").id)
    assert portal.services.jobs.wait(30)

    assert visitor.open(address).url.startswith("/masuk")
    assert "The letters are signed" in portal.visitor("kepala").open(address).text
    assert 1 == _signatures(portal, case)


def test_what_one_signs_is_no_ones_else_to_see(portal):
    """Another head finds no such page."""
    (case,) = _approved(portal, "warung")
    address = _sign(portal, [case]).url

    assert 404 == portal.visitor("pimpinan").open(address).status
    assert 200 == portal.visitor("kepala").open(f"{address}/keadaan").status


def test_a_portal_that_stops_ends_the_letter_under_way_and_says_which_were_not_reached(portal):
    """They are as they were."""
    cases = _approved(portal, "warung", "warung")
    portal.services.stopping.set()
    page = _sign(portal, cases)
    portal.services.stopping.clear()

    assert "Signing was interrupted" in page.text
    assert "1 letters were not reached" in page.text
    assert [ApplicationState.ISSUED, ApplicationState.APPROVED] == [_state(portal, case) for case in cases]


def test_a_process_that_disappeared_in_mid_signing_is_said_to_have_been_interrupted(portal):
    """After three minutes without a sign of life; without a script the page asks for itself until then."""
    (case,) = _approved(portal, "warung")
    store, now = portal.services.store, portal.services.now
    made, _ = store.signings.begin("kepala", "portal-lost", {case: "TT/1"}, now=now)
    visitor = portal.visitor("kepala")
    running = visitor.open(f"/pimpinan/penandatanganan/{made}")
    portal.office.clock.forward(minutes=4)
    over = visitor.open(f"/pimpinan/penandatanganan/{made}")

    assert "The letters are being signed" in running.text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in running.html
    assert "Signing was interrupted" in over.text
    assert "refresh" not in over.html


def test_the_letter_is_looked_at_as_pictures_before_it_is_signed(portal):
    """Nothing has to be downloaded; the case is as it was; one press signs it from there."""
    (case,) = _approved(portal, "warung")
    head = portal.visitor("kepala")
    page = head.open(f"/pimpinan/surat/{case}")
    picture = head.open(f"/pimpinan/surat/{case}/halaman/1")
    none = head.open(f"/pimpinan/surat/{case}/halaman/99")
    draft = page.click("Download the draft")
    before = _state(portal, case)
    signed = page.form("pimpinan").send()
    assert portal.services.jobs.wait(30)

    assert f"/pimpinan/surat/{case}/halaman/1" in page.html
    assert picture.content.startswith(b"\xff\xd8")
    assert 404 == none.status
    assert draft.content.startswith(b"%PDF")
    assert ApplicationState.APPROVED is before
    assert ApplicationState.ISSUED is _state(portal, case)
    assert "/pimpinan/penandatanganan/" in signed.url


def test_what_waits_for_approval_stands_below_with_its_letter(portal):
    """For the one whose approval it is."""
    case = portal.office.submit("warung")
    portal.office.decide(case.id, "periksa")
    number = portal.office.office.applications.get(case.id, actor=HOST).receipt_number
    page = portal.visitor("pimpinan").open("/pimpinan")
    letter = portal.visitor("pimpinan").open(f"/pimpinan/surat/{case.id}")

    assert number in page.links
    assert f"/pimpinan/surat/{case.id}" in page.links.values()
    assert 200 == letter.status
    assert "Sign this letter" not in letter.text


def test_the_page_is_not_there_for_a_clerk(portal):
    """Nor for applicants."""
    assert [404, 404] == [portal.visitor(who).open("/pimpinan").status for who in ("loket-1", "sekar")]


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """A portal whose signatory opens the key with a passphrase."""
    office = sample_office(development=True, plugins={"portal": _plugin})
    office._context.signers.secrets["kepala"] = WORD
    kit = sample_portal(tmp_path_factory.mktemp("locked"), office=office)
    yield kit
    kit.close()


def test_a_key_with_a_passphrase_is_opened_for_one_press_alone(locked, caplog):
    """Without it nothing begins; a wrong one is said beside each letter; it is in no table, page or log."""
    cases = _approved(locked, "warung", "warung")
    missing = locked.visitor("kepala").open("/pimpinan").form("pimpinan")
    missing.values["case"] = [cases[0]]
    missing = missing.send()
    wrong = _sign(locked, cases, passphrase="keliru-sekali")
    right = _sign(locked, cases, passphrase=WORD)
    with locked.services.store._database.read() as connection:
        kept = "".join(
            str(tuple(row))
            for name in ("signings", "signing_cases", "posts")
            for row in connection.exec_driver_sql(f"SELECT * FROM perizinan_plugin_portal_{name}")
        )

    assert ["Enter the passphrase of your key"] == missing.errors
    assert "checked" in missing.html
    assert 2 == wrong.text.count("The passphrase does not open the key file")
    assert "The letters are signed" in right.text
    assert not any(WORD in text or "keliru" in text for text in (kept, right.html, wrong.html, caplog.text))


def test_the_button_on_the_case_leads_to_the_letter_where_the_passphrase_is_asked(locked):
    """Nothing is tried without it."""
    (case,) = _approved(locked, "warung")
    page = locked.visitor("kepala").open(f"/petugas/berkas/{case}").form("terbitkan").send()

    assert f"/pimpinan/surat/{case}" == page.url
    assert "Your key asks for its passphrase" in page.text
    assert "passphrase" in page.form("pimpinan").controls
    assert ApplicationState.APPROVED is _state(locked, case)


def test_work_beside_an_answer_ends_with_the_portal():
    """What can stop looks whether it should; the rest is waited for, and not for ever."""
    jobs, begun, free = Jobs(), threading.Event(), threading.Event()

    def work():
        begun.set()
        free.wait(10)

    jobs.start(work, name="x")
    begun.wait(10)
    early = jobs.stop(0.01)
    free.set()

    assert (False, True, True) == (early, jobs.stopping, jobs.wait(10))
