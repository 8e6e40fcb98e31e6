"""The counter fills the same form as an applicant does: lists, groups, conditions, the fee, and nothing is lost."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from perizinan_core.model import CorrectionItem, IdentityCheck, IdentityDocument
from perizinan_core.testing import HOST, sample_applicant, small_png

SEEN = IdentityCheck(document=IdentityDocument.IDENTITY_CARD)
FORM = {
    "jenis": "pasar", "nama": "Pasar Contoh", "luas": 12.5, "mulai": "2026-04-01", "menutup": False,
    "tempat": {"jalan": "Jalan Kenanga"},
}  # fmt: skip
PRESENT = {"document": "identity_card", "consent": "signed", "witness": "Petugas loket-2"}


@pytest.fixture(scope="module")
def portal(rich):
    """The portal whose event permit has every kind of field."""
    return rich


def begun(portal, **form):
    """Begin a draft at the counter and return its address."""
    kit = portal.office
    case = kit.office.counter.begin(
        "acara", applicant=sample_applicant(), check=SEEN, actor=kit.officer("loket-1"), form=form
    )
    kit.clock.forward(minutes=1)
    return f"/petugas/loket/berkas/{case.id}"


def kept(portal, address):
    """Return the form as it is kept."""
    return portal.office.office.applications.get(address.rpartition("/")[2], actor=HOST).form


def press(page, button="stay", **values):
    """Fill the form in and press one of its buttons."""
    form = page.form("isian").fill(**values)
    form.values["next"] = button
    return form.send()


def test_lists_groups_and_conditions_are_filled_in_for_someone_present(portal, clerk):
    """As the applicant would: entries come and go, a question appears when it applies, the fee is shown."""
    draft = begun(portal)
    page = press(clerk.open(draft), "add:tenda", form__tempat__jalan="Jalan Kenanga", form__luas="12,5")
    assert "Rp12.500" in page.text
    page = press(page, "add:tenda", form__tenda__0__lebar="3,5")
    page = press(page, "drop:tenda.0", form__tenda__1__lebar="6", form__menutup="true")
    assert not re.search(r'data-path="form\.jalur" hidden', page.html)
    page = press(page, "papers", form__jalur="Jalan Mawar", form__hari="minggu")

    assert {
        "luas": 12.5, "menutup": True, "jalur": "Jalan Mawar", "hari": ["minggu"], "tenda": [{"lebar": 6}],
        "tempat": {"jalan": "Jalan Kenanga"},
    } == kept(portal, draft)  # fmt: skip
    assert f"{draft}/dokumen" == page.url


def test_the_older_of_two_clerks_overwrites_nothing(portal, clerk):
    """The second learns what the first kept, and both versions stand beside each other."""
    draft = begun(portal)
    page = clerk.open(draft)
    press(portal.visitor("loket-2").open(draft), form__nama="Dari loket kedua")
    refused = press(page, form__nama="Dari loket pertama")

    assert 409 == refused.status
    assert {"nama": "Dari loket kedua"} == kept(portal, draft)
    assert "Dari loket pertama" == refused.form("isian").values["form.nama"]


def test_who_applies_is_put_right_before_it_is_handed_in(portal, clerk):
    """A slip in a name does not cost the whole draft."""
    draft = begun(portal, **FORM)
    page = press(clerk.open(draft), "holder")
    page = page.form("pemohon").fill(name="Sekar Contohwati Baru").send()

    assert draft == page.url
    assert "Sekar Contohwati Baru" in page.text


def test_the_hand_in_keeps_what_was_typed_when_the_clerk_looks_at_something_else(portal, clerk):
    """By a button to another page, by the list of what is missing, and by the script; until it is handed in."""
    draft = begun(portal, **FORM)
    page = clerk.open(f"{draft}/ajukan")
    press(page, "counter-consent", **PRESENT, remark="Datang bersama anaknya")
    page = clerk.open(f"{draft}/ajukan")
    assert {**PRESENT, "remark": "Datang bersama anaknya"}.items() <= page.form("isian").values.items()
    refused = page.form("isian").fill(received="8.05", received_reason="Listrik padam").send()
    assert 422 == refused.status
    clerk.open(f"{draft}/dokumen")
    page = clerk.open(f"{draft}/ajukan")
    assert ("8.05", "Listrik padam") == tuple(
        page.form("isian").values[name] for name in ("received", "received_reason")
    )
    sent = {**page.form("isian").values, "witness": "Loket 3"}
    said = clerk.request("POST", f"{draft}/ajukan", data=sent, headers={"accept": "application/json"})

    assert ["saved"] == list(said.json())
    assert "Loket 3" == clerk.open(f"{draft}/ajukan").form("isian").values["witness"]
    other = portal.visitor("loket-2").open(f"{draft}/ajukan").form("isian").values
    assert ("", "Petugas loket-2") == (other["remark"], other["witness"])


def test_a_correction_at_the_counter_opens_what_is_asked_about_and_takes_words(portal, clerk):
    """A list is put right, what it does not ask about is read, and an answer in words counts."""
    kit, actor = portal.office, portal.actor("bagus")
    case = kit.office.applications.start("acara", applicant=sample_applicant(), actor=actor, form=FORM)
    kit.fill(case.id, actor=actor)
    kit.hand_in(case.id, actor=actor)
    kit.clock.forward(minutes=1)
    items = tuple(
        CorrectionItem(target=f"form:{name}", reason=f"Perbaiki {name}") for name in ("tenda", "luas")
    )
    kit.office.reviews.request_correction(case.id, "periksa", items, actor=kit.assignee(case.id, "periksa"))
    kit.clock.forward(minutes=1)
    draft = f"/petugas/loket/berkas/{case.id}"
    page = clerk.open(draft)
    assert "form.nama" not in page.form("isian").controls
    assert "Pasar Contoh" in page.text
    page = press(page, "add:tenda")
    page = press(page, "submit", form__tenda__0__lebar="4", answer__2="Ukuran itu benar")
    done = page.form("isian").fill(**PRESENT).send()
    (view,) = kit.office.applications.corrections(case.id, actor=HOST)

    assert "Receipt" in done.text
    assert {**FORM, "tenda": [{"lebar": 4}]} == kept(portal, draft)
    assert "Ukuran itu benar" == view.items[1].answer.text


def test_a_case_that_was_handed_in_meanwhile_tells_the_script_so(portal, clerk):
    """Nothing more is kept, and nothing is lost in silence."""
    draft = begun(portal, **FORM)
    sent = clerk.open(draft).form("isian").values
    kit, case = portal.office, draft.rpartition("/")[2]
    for slot in kit.office.counter.slots(case, actor=kit.officer("loket-1")):
        kit.office.counter.upload(
            case, slot.terms.key, BytesIO(small_png(9)), file_name="a.png", actor=kit.officer("loket-1")
        )
    kit.office.applications.submit(case, actor=HOST)
    answer = clerk.request("POST", draft, data=sent, headers={"accept": "application/json"})

    assert 410 == answer.status_code
