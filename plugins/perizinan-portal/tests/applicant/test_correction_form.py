"""The form of a correction: every kind of field is open where it is asked about, and the rest is read."""

from __future__ import annotations

import re
from io import BytesIO

import attrs
import pytest

from perizinan_core.model import ApplicationState, CorrectionItem, EventKind, Representative
from perizinan_core.testing import HOST, sample_applicant, small_png

FORM = {
    "jenis": "pasar", "nama": "Pasar Contoh", "luas": 12.5, "mulai": "2026-04-01", "menutup": False,
    "tempat": {"jalan": "Jalan Kenanga"}, "tenda": [{"lebar": 3}, {"lebar": 4}],
}  # fmt: skip


@pytest.fixture(scope="module")
def portal(rich):
    """The portal whose event permit has every kind of field."""
    return rich


@pytest.fixture(autouse=True)
def _no_queue(portal):
    """Leave nothing that another test's case would have to wait behind."""
    yield
    office = portal.office.office
    for case in office.lists.cases(actor=HOST, states=frozenset({ApplicationState.SUBMITTED})).items:
        office.applications.withdraw(case.id, actor=HOST)


def asked(portal, *targets, who="sekar", representative=None):
    """Hand an application in and ask for corrections; return its id."""
    kit, actor = portal.office, portal.actor(who)
    case = kit.office.applications.start(
        "acara", applicant=sample_applicant(), representative=representative, actor=actor, form=FORM
    )
    kit.fill(case.id, actor=actor)
    if representative is not None:
        kit.office.applications.attach_power_of_attorney(
            case.id, BytesIO(small_png(4)), file_name="kuasa-lama.png", actor=actor
        )
    kit.hand_in(case.id, actor=actor)
    kit.clock.forward(minutes=1)
    items = tuple(CorrectionItem(target=target, reason=f"Perbaiki {target}") for target in targets)
    kit.office.reviews.request_correction(case.id, "periksa", items, actor=kit.assignee(case.id, "periksa"))
    return case.id


def kept(portal, case):
    """Return the form as it is kept."""
    return portal.office.office.applications.get(case, actor=HOST).form


def press(form, button="stay", **values):
    """Fill a form in and press one of its buttons."""
    form.fill(**values).values["next"] = button
    return form.send()


def item(page, name):
    """Return the form of one thing."""
    return page.form(f"perbaikan/{name}")


def test_lists_and_groups_are_corrected_with_the_form_of_the_draft(portal, applicant):
    """Entries are added and taken out, groups are filled in, and what stood there before is said in words."""
    case = asked(portal, "form:tenda", "form:tempat", "form:luas")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    assert "The rest of your form" in page.text
    assert "Pasar Contoh" in page.text
    page = press(item(page, "form%3Atenda"), "add:tenda", form__tenda__0__lebar="3,5")
    assert "Tent 3" in page.text
    page = press(item(page, "form%3Atenda"), "drop:tenda.1", form__tenda__2__lebar="6")
    page = press(item(page, "form%3Atempat"), form__tempat__kelurahan="Contoh")
    page = press(item(page, "form%3Aluas"), form__luas="14,5")

    assert [{"lebar": 3.5}, {"lebar": 6}] == kept(portal, case)["tenda"]
    assert {"jalan": "Jalan Kenanga", "kelurahan": "Contoh"} == kept(portal, case)["tempat"]
    assert "Before: 12,5 m²" in page.text
    assert "3 of 3 answered" in page.text
    assert "handed in" in page.form("Send the correction").send().text


def test_what_is_not_asked_about_stays_closed(portal, applicant):
    """A form of someone's own making changes nothing else."""
    case = asked(portal, "form:luas")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    form = item(page, "form%3Aluas")
    form.values["form.nama"] = "Nama Lain"
    press(form, form__luas="9")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    form = item(page, "form%3Aluas")
    form.values["next"] = "drop:tenda.0"
    form.send()

    assert {**FORM, "luas": 9} == kept(portal, case)


def test_a_question_that_applies_since_the_answer_is_asked_and_can_be_put_right(portal, applicant):
    """It stands under what is needed now, also after it was answered, until everything is sent."""
    case = asked(portal, "form:menutup")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    assert "Other route" not in page.text
    page = press(item(page, "form%3Amenutup"), form__menutup="true")
    assert "these questions apply as well" in page.text
    refused = page.form("Send the correction").send()
    assert ['href="#f-form-jalur"'] == re.findall(r'href="#f-form-jalur"', refused.html)
    assert 'id="f-form-jalur-fault"' in refused.html
    page = press(item(page, "tambahan"), form__jalur="Jalan Mavar")
    page = press(item(page, "tambahan"), form__jalur="Jalan Mawar")

    assert ("Jalan Mawar", True) == (kept(portal, case)["jalur"], kept(portal, case)["menutup"])
    assert "handed in" in page.form("Send the correction").send().text


def test_what_is_wrong_is_said_at_its_field_when_it_is_sent(portal, applicant):
    """Half an answer is kept as it was typed; the list on top leads to the field."""
    case = asked(portal, "form:luas", "form:tenda")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    page = press(item(page, "form%3Aluas"), form__luas="seratus")
    page = press(item(page, "form%3Atenda"), form__tenda__1__lebar="")
    page = page.form("Send the correction").send()

    assert 422 == page.status
    assert "seratus" == item(page, "form%3Aluas").values["form.luas"]
    assert {"f-form-luas", "f-form-tenda-1-lebar"} <= set(re.findall(r'href="#(f-form-[\w-]+)"', page.html))
    assert 'id="f-form-tenda-1-lebar-fault"' in page.html


def test_a_text_that_cannot_be_kept_is_said_at_its_field(portal, applicant):
    """Everything that was typed is still there."""
    case = asked(portal, "form:nama")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    page = press(item(page, "form%3Anama"), form__nama="Pasar\u202eMalam", answer="Nama baru")

    assert 422 == page.status
    assert "Nama baru" == item(page, "form%3Anama").values["answer"]
    assert 'id="f-form-nama-fault"' in page.html


def test_the_older_of_two_tabs_learns_it_and_overwrites_no_answer(portal, applicant):
    """Both versions stand beside each other; pressed again, it is meant."""
    case = asked(portal, "form:nama")
    one, other = (applicant.open(f"/permohonan/{case}/perbaikan") for _ in range(2))
    press(item(one, "form%3Anama"), form__nama="Dari tab pertama")
    page = press(item(other, "form%3Anama"), form__nama="Dari tab kedua")

    assert (409, "Dari tab pertama") == (page.status, kept(portal, case)["nama"])
    assert "Dari tab pertama" in page.text
    assert "Dari tab kedua" == item(page, "form%3Anama").values["form.nama"]
    press(item(page, "form%3Anama"))
    assert "Dari tab kedua" == kept(portal, case)["nama"]


def test_an_answer_typed_when_the_session_had_ended_is_shown_again(portal):
    """Logged in again, the page holds it, and nothing was carried out."""
    applicant = portal.visitor("sesi-koreksi")
    case = asked(portal, "form:nama", "form:luas", who="sesi-koreksi")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    portal.services.store.sessions.end_all(portal.account("sesi-koreksi").id)
    lost = press(item(page, "form%3Anama"), form__nama="Pasar Malam", answer="Diganti")
    applicant.cookies.update(portal.visitor("sesi-koreksi").cookies)
    target = re.search(r'name="isian" value="([^"]+)"', lost.html)[1]
    again = applicant.open(f"/permohonan/{case}/perbaikan/form:nama?isian={target}")

    found = item(again, "form%3Anama").values
    assert ("Pasar Malam", "Diganti", FORM["nama"]) == (
        found["form.nama"],
        found["answer"],
        kept(portal, case)["nama"],
    )
    press(item(again, "form%3Anama"))
    assert "Pasar Malam" == kept(portal, case)["nama"]


def test_data_of_those_who_apply_are_corrected_whole_with_the_power_of_attorney(portal, applicant):
    """The representative's too; the paper has its place here, and what is not asked for stays."""
    agent = Representative(person=attrs.evolve(sample_applicant(), name="Kuasa Contoh"))
    case = asked(portal, "applicant", representative=agent)
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    assert "kuasa-lama.png" in page.text
    page = item(page, "applicant").fill(my_name="Kuasa Lain", street="Jalan Melati 2").send()
    mandate = "berkas/representative.power_of_attorney"
    page = page.form(mandate).attach("file", "kuasa-baru.png", small_png(6), "image/png").send()

    found = portal.office.office.applications.get(case, actor=HOST)
    assert ("Kuasa Lain", "Jalan Melati 2", "Contoh", "kuasa-baru.png") == (
        found.representative.person.name,
        found.applicant.address.street,
        found.applicant.birth_place,
        found.power_of_attorney().file_name,
    )
    assert "1 of 1 answered" in page.text


def script(visitor, form, **values):
    """Send a form as the script does."""
    form.fill(**values)
    form.values.pop("next", None)
    return visitor.request("POST", form.action, data=form.values, headers={"accept": "application/json"})


def test_the_script_keeps_an_answer_and_learns_what_it_changed(portal, applicant):
    """The same post as the button; the history names the field once, however often it is kept."""
    case = asked(portal, "form:luas", "form:menutup")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    form = item(page, "form%3Aluas")
    said = script(applicant, form, form__luas="14").json()
    form.values["seen"] = said["seen"]
    said = script(applicant, form, form__luas="14,5", answer="Diukur").json()
    assert ("1 of 2 answered", {"text": "answered", "tone": "good"}) == (said["progress"], said["answered"])
    other = item(page, "form%3Amenutup")
    assert script(applicant, other, form__menutup="true").json()["more"]
    again = applicant.open(f"/permohonan/{case}/perbaikan")
    changed = [
        event.data["fields"]
        for event in portal.office.office.applications.history(case, actor=HOST)
        if event.kind is EventKind.FORM_UPDATED
    ]

    assert [["luas"], ["answer:form:luas"], ["menutup"]] == changed
    assert (14.5, "Diukur") == (kept(portal, case)["luas"], item(again, "form%3Aluas").values["answer"])


def test_half_typed_data_of_those_who_apply_are_there_again(portal, applicant):
    """They cannot be kept in the case yet; the page keeps them, and says so."""
    case = asked(portal, "applicant")
    page = applicant.open(f"/permohonan/{case}/perbaikan")
    answer = script(applicant, item(page, "applicant"), name="Sekar Contohwati Baru", nik="12")
    again = item(applicant.open(f"/permohonan/{case}/perbaikan"), "applicant")

    assert 422 == answer.status_code
    assert "once it is complete" in answer.json()["refused"]
    assert ("Sekar Contohwati Baru", "12") == (again.values["name"], again.values["nik"])
    done = press(again, nik="3572015208900000")
    assert "Sekar Contohwati Baru" == item(done, "applicant").values["name"]
    assert "1 of 1 answered" in done.text
