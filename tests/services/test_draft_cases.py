"""Drafts as a whole: what they would be, fields that do not apply, another account, another type, one item less."""

from __future__ import annotations

import shutil
from io import BytesIO

import attrs
import pytest

from perizinan_core.catalogue import load_catalogue
from perizinan_core.errors.services import NotFoundError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.hooks._types import AuthorityPack
from perizinan_core.model import Account, IdentityCheck, IdentityDocument, Rupiah
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._applicant import Representative
from perizinan_core.model._case import CorrectionItem
from perizinan_core.model._events import EventKind
from perizinan_core.storage import KeyRing, open_storage
from perizinan_core.testing import APPLICANT, HOST, sample_applicant, sample_office, small_png
from perizinan_core.testing._offices import MORNING, SAMPLE
from perizinan_core.testing._refusals import raises_code

OTHER = Actor(id="orang-lain", kind=ActorKind.APPLICANT)
GUEST = Actor(id="tamu", kind=ActorKind.APPLICANT)

_FORM = """form_schema:
  type: object
  required: [lokasi, luas]
  additionalProperties: false
  properties:
    lokasi: {title: Lokasi, type: string, minLength: 3, maxLength: 100}
    luas: {title: Luas (m²), type: integer, minimum: 1}
"""

_LONGER = """form_schema:
  type: object
  required: [lokasi, luas, tutup_jalan, jalur]
  additionalProperties: false
  properties:
    lokasi: {title: Lokasi, type: string, minLength: 3, maxLength: 100}
    luas: {title: Luas (m²), type: integer, minimum: 1}
    tutup_jalan: {title: Jalan ditutup, type: boolean}
    jalur: {title: Jalur pengganti, type: string, x-when: form.tutup_jalan}
    tenda:
      title: Tenda
      type: array
      items: {type: object, properties: {lebar: {title: Lebar (m), type: integer}}}
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory) -> AuthorityPack:
    """The sample authority, whose event permit has a field with a condition and a paper for each tent."""
    folder = tmp_path_factory.mktemp("catalogue") / "sample"
    shutil.copytree(SAMPLE, folder)
    path = folder / "permits" / "acara.yaml"
    text = path.read_text("utf-8").replace(_FORM, _LONGER)
    paper = "  - {code: foto, label: Foto tenda, per_item: tenda, content_types: [image/png]}\nstages:"
    path.write_text(text.replace("stages:", paper, 1), "utf-8")
    catalogue = load_catalogue(folder)
    return AuthorityPack(authority=catalogue.authority, catalogue=catalogue)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kit(request, new_url, pack):
    """An office over it, once on each kind of store."""
    if request.param == "memory":
        yield sample_office(pack=pack)
        return
    storage = open_storage(new_url(request.param), KeyRing.generate(), zone=MORNING.tzinfo)
    yield sample_office(pack=pack, storage=storage)
    storage.close()


@pytest.fixture(scope="module")
def office(pack):
    """One office for tests of rules alone."""
    return sample_office(pack=pack)


FORM = {"lokasi": "Jalan Melati", "luas": 120, "tutup_jalan": False}


def _draft(kit, **form):
    return kit.office.applications.start(
        "acara", applicant=sample_applicant(), actor=APPLICANT, form={**FORM, **form}
    )


def test_what_was_typed_into_a_field_that_no_longer_applies_is_kept_until_it_is_handed_in(kit):
    """Then it is left out: the case, its receipt and those who judge it know nothing of it."""
    applications = kit.office.applications
    case = _draft(kit, jalur="Jalan Mawar")
    kept = applications.get(case.id, actor=APPLICANT)
    shown = applications.preview(case.id, actor=APPLICANT)
    kit.fill(case.id)
    handed_in = kit.hand_in(case.id)

    assert "Jalan Mawar" == kept.form["jalur"]
    assert ("jalur",) == shown.fields.left_out
    assert FORM == handed_in.form


def test_a_field_that_applies_is_missed_and_one_that_does_not_is_not(office):
    """The same field, by what else was answered."""
    closed, opened = _draft(office, tutup_jalan=True), _draft(office)
    problems = office.office.applications.problems

    assert ["form.jalur"] == [item.path for item in problems(closed.id, actor=APPLICANT)]
    assert "form.jalur" not in [item.path for item in problems(opened.id, actor=APPLICANT)]


def test_a_preview_shows_fee_due_day_and_fields_of_a_form_that_is_not_kept(office):
    """Nothing is written by looking."""
    case = _draft(office)
    found = office.office.applications.preview(
        case.id, actor=APPLICANT, form={**FORM, "luas": 5, "tutup_jalan": True}
    )

    assert Rupiah(5000) == found.fee.total
    assert {"lokasi", "luas", "tutup_jalan", "jalur"} == found.fields.required
    assert (MORNING.date(), 9) == (found.filing_day, found.due.day)
    assert case == office.office.applications.get(case.id, actor=APPLICANT)


def test_saving_a_draft_leaves_no_trace_in_its_history(kit):
    """It is saved with every few words."""
    case = _draft(kit)
    kit.office.applications.save(case.id, form={**FORM, "luas": 7}, actor=APPLICANT)

    assert 7 == kit.office.applications.get(case.id, actor=APPLICANT).form["luas"]
    history = kit.office.applications.history(case.id, actor=APPLICANT)
    assert [EventKind.APPLICATION_STARTED] == [event.kind for event in history]


def test_a_guests_draft_goes_to_the_account_that_the_guest_logs_in_with(kit):
    """With everything in it; the guest's account has nothing to do with it any more."""
    applications = kit.office.applications
    agent = Representative(person=sample_applicant(name="Kuasa"), actor_id=GUEST.id)
    case = applications.start(
        "acara", applicant=sample_applicant(), representative=agent, form=FORM, actor=GUEST
    )
    applications.hand_over_draft(case.id, to=APPLICANT.id, actor=GUEST)
    found = applications.of_owner(actor=APPLICANT).items

    assert [(case.id, FORM, APPLICANT.id)] == [
        (item.id, item.form, item.representative.actor_id) for item in found
    ]
    assert () == applications.of_owner(actor=GUEST).items
    with pytest.raises(NotFoundError):
        applications.get(case.id, actor=GUEST)


def test_no_one_takes_a_draft_that_was_not_given(office):
    """Neither another applicant nor, once it was handed in, its owner."""
    applications = office.office.applications
    case = _draft(office)

    with pytest.raises(NotFoundError):
        applications.hand_over_draft(case.id, to=OTHER.id, actor=OTHER)
    with raises_code("argument"):
        applications.hand_over_draft(case.id, to=Account.officer("kepala"), actor=APPLICANT)
    office.fill(case.id)
    office.hand_in(case.id)
    with raises_code("transition-not-allowed"):
        applications.hand_over_draft(case.id, to=OTHER.id, actor=APPLICANT)


def test_the_kind_of_a_draft_changes_with_its_documents_and_common_fields(kit):
    """The identity card is in its place; the sketch, for which there is none, stays with the draft."""
    applications = kit.office.applications
    case = _draft(kit)
    for slot in ("ktp", "denah"):
        applications.upload(
            case.id, slot, BytesIO(small_png(len(slot))), file_name=f"{slot}.png", actor=APPLICANT
        )
    changed = applications.change_type(case.id, "warung", actor=APPLICANT)
    slots = {
        view.terms.key: [paper.file_name for paper in view.documents]
        for view in applications.slots(case.id, actor=APPLICANT)
    }

    assert ("warung", {"lokasi": "Jalan Melati"}) == (changed.permit_type, changed.form)
    assert {"ktp": ["ktp.png"]} == slots
    assert ["ktp", "denah"] == [paper.slot for paper in changed.current_documents()]
    applications.remove(case.id, changed.current_documents()[1].id, actor=APPLICANT)
    applications.save(case.id, form={**changed.form, "di_rumah": False}, actor=APPLICANT)
    assert "TT" in applications.submit(case.id, actor=APPLICANT).receipt_number


def test_papers_follow_their_item_when_another_one_is_taken_out(kit):
    """The photograph of the second tent is not shown as the first one's."""
    applications = kit.office.applications
    case = _draft(kit, tenda=[{"lebar": 1}, {"lebar": 2}, {"lebar": 3}])
    for number in range(3):
        applications.upload(
            case.id, f"foto#{number}", BytesIO(small_png(number)), file_name=f"{number}.png", actor=APPLICANT
        )
    form = applications.get(case.id, actor=APPLICANT).form
    left = applications.remove_item(case.id, "tenda", 1, form={**form, "luas": 9}, actor=APPLICANT)

    assert ([{"lebar": 1}, {"lebar": 3}], 9) == (left.form["tenda"], left.form["luas"])
    assert {"foto#0": "0.png", "foto#1": "2.png"} == {
        paper.slot: paper.file_name for paper in left.current_documents()
    }
    with raises_code("argument"):
        applications.remove_item(case.id, "tenda", 5, form=form, actor=APPLICANT)


def test_a_draft_that_looks_at_a_form_of_others_is_not_there(office):
    """The host application sees it, as it sees every case of its applicants."""
    case = _draft(office)

    assert office.office.applications.preview(case.id, actor=HOST).time_limit is not None
    with pytest.raises(NotFoundError):
        office.office.applications.preview(case.id, actor=OTHER)


def test_handing_in_misses_what_applies_also_when_it_was_not_seen(office):
    """The server judges in any case."""
    case = _draft(office, tutup_jalan=True)
    office.fill(case.id)

    with pytest.raises(SubmissionRefusedError) as refused:
        office.office.applications.submit(case.id, actor=APPLICANT)
    assert ["form.jalur"] == [item.path for item in refused.value.problems]
    assert attrs.evolve(case, version=0).form == {**FORM, "tutup_jalan": True}


def _asked(kit, *targets, **form):
    """Hand an application in and ask for corrections of some of it."""
    case = _draft(kit, **form)
    kit.fill(case.id)
    kit.hand_in(case.id)
    kit.clock.forward(minutes=1)
    items = tuple(CorrectionItem(target=target, reason="Perbaiki") for target in targets)
    clerk = kit.assignee(case.id, "periksa")
    kit.office.reviews.request_correction(case.id, "periksa", items, actor=clerk)
    return kit.office.applications.get(case.id, actor=APPLICANT)


def test_what_an_answer_makes_apply_is_filled_in_and_put_right_until_it_is_sent(kit):
    """A field that had no value when the correction was asked for stays open; the others are closed."""
    applications = kit.office.applications
    case = _asked(kit, "form:tutup_jalan")
    applications.save(case.id, form={**FORM, "tutup_jalan": True, "jalur": "Jalan Mavar"}, actor=APPLICANT)
    applications.save(case.id, form={**FORM, "tutup_jalan": True, "jalur": "Jalan Mawar"}, actor=APPLICANT)
    (view, *_) = applications.corrections(case.id, actor=APPLICANT)

    assert FORM == view.form
    with raises_code("not-in-correction"):
        applications.save(
            case.id, form={**FORM, "tutup_jalan": True, "jalur": "x", "luas": 9}, actor=APPLICANT
        )
    applications.submit(case.id, actor=APPLICANT)
    assert "Jalan Mawar" == applications.get(case.id, actor=APPLICANT).form["jalur"]


def test_an_entry_is_taken_out_of_a_list_that_a_correction_asks_for(office):
    """Its paper goes with it, and the others follow their entries; a list that is not asked for is closed."""
    applications = office.office.applications
    case = _draft(office, tenda=[{"lebar": 1}, {"lebar": 2}])
    for number in range(2):
        applications.upload(
            case.id, f"foto#{number}", BytesIO(small_png(number)), file_name=f"{number}.png", actor=APPLICANT
        )
    office.fill(case.id)
    office.hand_in(case.id)
    office.clock.forward(minutes=1)
    items = (CorrectionItem(target="form:tenda", reason="Satu saja"),)
    office.office.reviews.request_correction(
        case.id, "periksa", items, actor=office.assignee(case.id, "periksa")
    )
    form = applications.get(case.id, actor=APPLICANT).form
    left = applications.remove_item(case.id, "tenda", 0, form=form, actor=APPLICANT)
    other = _asked(office, "form:luas", tenda=[{"lebar": 1}])

    assert ([{"lebar": 2}], {"foto#0": "1.png"}) == (
        left.form["tenda"],
        {one.slot: one.file_name for one in left.current_documents() if one.slot.startswith("foto")},
    )
    with raises_code("not-in-correction"):
        applications.remove_item(other.id, "tenda", 0, form=other.form, actor=APPLICANT)


def test_a_clerk_sees_and_changes_the_form_of_someone_present_as_they_would(kit):
    """What applies and what it costs is computed alike; papers follow their item at the counter too."""
    counter, clerk = kit.office.counter, kit.officer("loket-1")
    case = counter.begin(
        "acara",
        applicant=sample_applicant(),
        check=IdentityCheck(document=IdentityDocument.IDENTITY_CARD),
        actor=clerk,
        form={**FORM, "tenda": [{"lebar": 1}, {"lebar": 2}]},
    )
    kit.clock.forward(minutes=1)
    counter.upload(case.id, "foto#1", BytesIO(small_png(1)), file_name="dua.png", actor=clerk)
    shown = counter.preview(case.id, actor=clerk, form={**FORM, "tutup_jalan": True})
    left = counter.remove_item(case.id, "tenda", 0, form=case.form, actor=clerk)
    (paper,) = left.current_documents()

    assert "jalur" in shown.fields.required
    assert ([{"lebar": 2}], "foto#0") == (left.form["tenda"], paper.slot)
    with raises_code("stale-object"):
        counter.save(case.id, form=FORM, actor=clerk, expected_version=case.version)
    with counter.open_document(case.id, paper.id, actor=clerk) as file:
        assert small_png(1) == file.read()
    with raises_code("not-found"):
        counter.preview(_draft(kit).id, actor=clerk)
    with raises_code("access-denied"):
        counter.preview(case.id, actor=kit.officer("kepala"))


def test_what_both_kinds_ask_for_is_the_same_name_or_the_same_question(office):
    """Under another name it needs the same title and the same kind of answer; nothing is used twice."""
    old = office.office.permit_type("acara")

    def asking(**properties):
        return attrs.evolve(old, form_schema={"type": "object", "properties": properties})

    mine = asking(
        lokasi={"title": "Lokasi", "type": "string"},
        luas={"title": "Luas", "type": "integer"},
        alamat={"title": "Alamat usaha", "type": "string"},
        lagi={"title": "Alamat usaha", "type": "string"},
    )
    other = asking(
        lokasi={"title": "Tempat", "type": "string"},
        luas_bangunan={"title": "Luas", "type": "string"},
        tempat_usaha={"title": "alamat usaha", "type": "string"},
    )

    assert {"lokasi": "lokasi", "alamat": "tempat_usaha"} == mine.answers_for(other)
