"""``perizinan demo``: a city is made once, through the use cases, and everyone in it can log in."""

from __future__ import annotations

import stat
from collections import Counter

import pytest
from perizinan_portal import PortalSettings, portal_app
from perizinan_portal.testing import Visitor
from perizinan_portal.testing._visitors import HOST as ADDRESS

from perizinan_core._demo._city import APPLICANTS, find_city, make_city, open_city, portal_in
from perizinan_core._demo._city_staff import DUTIES
from perizinan_core._demo._people import HOST
from perizinan_core.bootstrap import load_plugins
from perizinan_core.cli import main
from perizinan_core.model import Nik

APPLICATIONS = 12


@pytest.fixture(scope="module")
def portal_entry():
    """The installed portal."""
    return portal_in(load_plugins())


@pytest.fixture(scope="module")
def city(tmp_path_factory, portal_entry):
    """A small city."""
    made = []
    folder = tmp_path_factory.mktemp("demo") / "demo-city"
    found = make_city(
        folder, portal_entry, f"{ADDRESS}/", progress=made.append, applications=APPLICATIONS, days=30
    )
    assert list(range(1, APPLICATIONS + 1)) == made
    return found


@pytest.fixture(scope="module")
def office(city):
    """The office of the city."""
    with open_city(city) as office:
        yield office


def _auditor(office):
    return next(one for one in office.reviews.officers(actor=HOST) if one.id == "auditor").as_actor()


def _receipts(office):
    page = office.lists.cases(actor=_auditor(office), limit=100)
    return [item for item in page.items if item.receipt_number]


def test_cases_have_gone_different_ways(office):
    """Some are issued, and some are not."""
    states = Counter(item.state.code for item in _receipts(office))

    assert states["issued"] >= 3
    assert len(states) >= 2


def test_people_are_of_a_province_that_does_not_exist(office):
    """No number belongs to anyone."""
    for item in _receipts(office):
        case = office.applications.get(item.id, actor=HOST)
        person = getattr(case.applicant, "responsible", case.applicant)

        assert person.nik.value.startswith("99")
        assert Nik.parse(person.nik.value).warnings
        assert person.email.endswith(".example")


def test_one_message_failed_for_good_and_can_be_sent_again(office):
    """The administrator finds it; the folder is there again."""
    (failure,) = office.worker.failures()

    assert "mail-folder: FileExistsError" == failure.error
    assert office.worker.retry(failure)


def test_one_signed_paper_waits_for_the_counter(office):
    """It has data behind its end, which only a person may let pass."""
    clerk = next(one for one in office.reviews.officers(actor=HOST) if one.id == "loket-1").as_actor()

    assert ["surat bertanda tangan.pdf"] == [
        item.file_name for item in office.uploads.waiting(actor=clerk).items
    ]


def test_officers_and_applicants_log_in_with_the_password_that_was_printed(city, office):
    """Officers without a second factor, and those who apply."""
    settings = PortalSettings(address=ADDRESS, second_factor=False)
    app = portal_app(office, settings=settings, discover=False)
    try:
        # One for each kind: nobody else may try more often in a minute either.
        for login in (*APPLICANTS, "admin", "loket-1", "dishub-2", "pimpinan", "kadis", "supervisor"):
            page = Visitor(app).open("/masuk").form("masuk").fill(login=login, password=city.password).send()

            assert page.url in ("/permohonan", "/petugas", "/pimpinan", "/admin"), (
                login,
                page.url,
                page.errors,
            )
    finally:
        app.state.checks.state.service.pool.close()


def test_messages_of_the_past_lie_apart_from_those_to_come(city):
    """A visitor finds the own mail at once: it is the only file."""
    assert [] == list(city.mail.glob("*.eml"))
    assert len(list(city.mail.glob("*/*.eml"))) > APPLICATIONS


def test_only_its_owner_reads_the_password(city):
    """Of the machine's accounts."""
    assert 0o600 == stat.S_IMODE((city.folder / ".perizinan-city.json").stat().st_mode)


def test_it_is_found_again_at_another_address(city, portal_entry):
    """The second demo takes no minute."""
    again = find_city(city.folder, portal_entry, "http://127.0.0.1:8123/")

    assert city == again
    assert "http://127.0.0.1:8123/" in city.settings.read_text(encoding="utf-8")


def test_a_folder_of_others_is_left_alone(tmp_path, portal_entry):
    """What is in it is not ours to remove."""
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(FileExistsError):
        make_city(tmp_path, portal_entry, ADDRESS, progress=print)
    assert find_city(tmp_path, portal_entry, ADDRESS) is None
    assert ["letter.txt"] == [path.name for path in tmp_path.iterdir()]


def test_without_a_terminal_the_demo_ends_by_itself_and_says_how_to_open_the_portal(
    city, capsys, monkeypatch
):
    """Story, city, accounts; then it is over."""
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        main(["--language", "en", "demo", "--out", str(city.folder.with_name("demo"))])
    said = capsys.readouterr().out

    assert 0 == ended.value.code
    assert said.index("7. Anyone checks it") < said.index("The portal of the city")
    assert all(login in said for duty in DUTIES for login in duty.logins)
    assert city.password in said
    assert f"perizinan --settings {city.settings} serve" in " ".join(said.split())
