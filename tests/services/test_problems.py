"""Refusals as a portal shows them: at the field, in words of the form, and no more than the reader may know."""

from __future__ import annotations

import pickle
import re
from io import BytesIO

import pytest

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import TextRefusedError
from perizinan_core.errors.workflow import SlotError, SubmissionRefusedError
from perizinan_core.model import CorrectionItem, Person
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, sample_applicant, sample_office

STRANGER = Actor(id="orang-lain", kind=ActorKind.APPLICANT)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}")


@pytest.fixture(scope="module")
def desk():
    """One office in memory for all that is only refused."""
    kit = sample_office()
    yield kit
    kit.office.close()


def _refused(step) -> PerizinanError:
    with pytest.raises(PerizinanError) as caught:
        step()
    return caught.value


def test_what_is_missing_is_named_by_the_labels_of_the_form(desk):
    """Form fields by their title, papers by their label, people by their part; in both languages."""
    case = desk.draft(form={"luas": "besar"}, applicant=sample_applicant(nik=None))
    error = _refused(lambda: desk.office.applications.submit(case.id, actor=APPLICANT))
    fields = error.problem("id")["fields"]

    assert isinstance(error, SubmissionRefusedError)
    assert 422 == error.http_status
    assert ("form.lokasi", "Lokasi") in [(item["path"], item["label"]) for item in fields]
    assert "form." not in error.message("id")
    assert error.problem("en")["fields"][0]["detail"] != fields[0]["detail"]


def test_missing_papers_and_identity_are_named_by_their_labels(desk):
    """No slot code and no path stands in a sentence."""
    case = desk.draft(applicant=sample_applicant(nik=None))
    error = _refused(lambda: desk.office.applications.submit(case.id, actor=APPLICANT))
    found = {item["path"]: item for item in error.problem("id")["fields"]}

    assert "Pemohon" == found["applicant"]["label"]
    assert "orang ini: Pemohon" in found["applicant"]["detail"]
    assert (
        desk.office.catalogue.find("warung", on=desk.clock().date()).requirements[0].label.id
        == (found["documents.ktp"]["label"])
    )
    assert found["documents.ktp"]["detail"].startswith(found["documents.ktp"]["label"])


def test_a_place_that_takes_no_file_is_named_as_the_form_names_it(desk):
    """Also the places that there are, and after a way between processes."""
    case = desk.draft()
    desk.fill(case.id)

    def add(slot: str) -> None:
        for _ in range(10):
            desk.office.applications.upload(
                case.id, slot, BytesIO(small_png()), file_name="a.png", actor=APPLICANT
            )

    full = _refused(lambda: add("ktp"))
    label = full.problem("id")["fields"][0]["label"]

    assert isinstance(full, SlotError)
    assert "ktp" == full.details()["slot"]
    assert "documents.ktp" == full.problem("id")["fields"][0]["path"]
    assert "ktp" != label
    assert full.message("id").startswith(label)
    assert full.message("id") == pickle.loads(pickle.dumps(full)).message("id")

    assert label in _refused(lambda: add("foto")).message("id")


def test_an_officer_reads_the_names_of_stages_and_papers(desk):
    """What a correction cannot ask for, and a stage that is not open."""
    case = desk.submit()
    officer = desk.assignee(case.id, "periksa")
    stages = desk.office.catalogue.find("warung", on=desk.clock().date()).stages
    wrong = _refused(
        lambda: desk.office.reviews.request_correction(
            case.id, "periksa", (CorrectionItem(target="foto", reason="Buram"),), actor=officer
        )
    )

    assert "form:lokasi" not in wrong.message("id")
    assert "Lokasi" in wrong.message("id")
    unknown = _refused(lambda: desk.office.reviews.request_stage(case.id, "nanti", actor=officer))
    assert stages[0].label.id in unknown.message("id")


def test_a_text_in_a_form_that_cannot_be_kept_is_named_by_its_title(desk):
    """When the draft begins and when it is saved."""
    case = desk.draft()
    for step in (
        lambda: desk.draft(form={"lokasi": "A\0B"}),
        lambda: desk.office.applications.save(case.id, actor=APPLICANT, form={"lokasi": "A\0B"}),
    ):
        error = _refused(step)
        (field,) = error.problem("id")["fields"]

        assert ("form.lokasi", "Lokasi", "control") == (field["path"], field["label"], field["code"])
        assert "“Lokasi”" in error.message("id")


def test_what_a_person_wrote_about_themselves_has_the_name_of_the_field():
    """The path for programs, the label for people."""
    with pytest.raises(TextRefusedError) as caught:
        Person(name="A\0B")
    (field,) = caught.value.problem("id")["fields"]

    assert ("name", "Nama", "control") == (field["path"], field["label"], field["code"])


def test_strangers_cannot_tell_a_case_that_exists_from_one_that_does_not(desk):
    """Each call that names a case answers 404 with the same words, whatever it would do."""
    case = desk.submit()
    applications = desk.office.applications
    calls = {
        "get": lambda key: applications.get(key, actor=STRANGER),
        "history": lambda key: applications.history(key, actor=STRANGER),
        "submit": lambda key: applications.submit(key, actor=STRANGER),
        "withdraw": lambda key: applications.withdraw(key, actor=STRANGER),
        "save": lambda key: applications.save(key, actor=STRANGER, form={}),
        "upload": lambda key: applications.upload(
            key, "ktp", BytesIO(small_png()), file_name="a.png", actor=STRANGER
        ),
        "approve": lambda key: desk.office.reviews.approve(key, actor=STRANGER),
        "issue": lambda key: desk.office.permits.issue(key, actor=STRANGER),
        "held": lambda key: desk.office.uploads.of_case(key, actor=STRANGER),
    }
    other = "0" * 8 + case.id[8:]
    for name, call in calls.items():
        there, nowhere = _refused(lambda call=call: call(case.id)), _refused(lambda call=call: call(other))

        assert 404 == there.http_status == nowhere.http_status, name
        assert there.code == nowhere.code, name
        assert there.message("id").replace(case.id, other) == nowhere.message("id"), name


def test_an_officer_without_the_right_is_told_so(desk):
    """403: the case may be known to exist, and a decision is not theirs."""
    case = desk.submit()
    error = _refused(lambda: desk.office.reviews.approve(case.id, actor=desk.officer("supervisor")))

    assert 403 == error.http_status
    assert not UUID.search(error.message("id"))
