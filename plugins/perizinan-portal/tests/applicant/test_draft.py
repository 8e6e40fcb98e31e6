"""The form of a draft: every kind of field, fields with conditions, keeping, two tabs, the end of a session."""

from __future__ import annotations

import re

import pytest

from perizinan_core.testing import sample_applicant

ANSWERS = {
    "form__jenis": "pasar", "form__nama": "Pasar Contoh", "form__uraian": "Satu\r\nDua", "form__luas": "12,5",
    "form__uang": "1.500.000", "form__mulai": "2026-04-01", "form__hari": "minggu", "form__menutup": "false",
    "form__tempat__jalan": "Jalan Kenanga", "form__tempat__kelurahan": "Contoh",
}  # fmt: skip
KEPT = {
    "jenis": "pasar", "nama": "Pasar Contoh", "uraian": "Satu\nDua", "luas": 12.5, "uang": 1_500_000,
    "mulai": "2026-04-01", "hari": ["minggu"], "menutup": False,
    "tempat": {"jalan": "Jalan Kenanga", "kelurahan": "Contoh"},
}  # fmt: skip


@pytest.fixture(scope="module")
def portal(rich):
    """The portal whose event permit has every kind of field."""
    return rich


def begun(portal, who="sekar", **form):
    """Begin a draft and return its id."""
    case = portal.office.office.applications.start(
        "acara", applicant=sample_applicant(), actor=portal.actor(who), form=form
    )
    return case.id


def kept(portal, case, who="sekar"):
    """Return the form as it is kept."""
    return portal.office.office.applications.get(case, actor=portal.actor(who)).form


def of(page):
    """Return the form of a page."""
    return page.form("isian")


def press(page, button="stay", **values):
    """Fill the form in and press one of its buttons."""
    form = of(page).fill(**values)
    form.values["next"] = button
    return form.send()


def test_every_kind_of_field_is_read_as_the_form_asks_for_it_and_comes_back(portal, applicant):
    """Numbers as they are written here, days, several answers, groups."""
    case = begun(portal)
    page = press(applicant.open(f"/permohonan/{case}/isian"), "stay", **ANSWERS)

    assert KEPT == kept(portal, case)
    again = of(page).values
    assert ("12,5", "1.500.000", "2026-04-01", "Jalan Kenanga") == (
        again["form.luas"],
        again["form.uang"],
        again["form.mulai"],
        again["form.tempat.jalan"],
    )
    assert "Saved." in page.text


@pytest.mark.parametrize(
    ("field", "typed"),
    [("luas", "seratus"), ("luas", "1.2.3"), ("uang", "dua juta"), ("mulai", "31-02-2026"), ("nama", "x")],
)
def test_what_was_typed_comes_back_as_it_was_also_where_it_is_wrong(portal, applicant, field, typed):
    """A draft holds half-filled forms; the check comes when it is handed in."""
    case = begun(portal)
    page = press(applicant.open(f"/permohonan/{case}/isian"), "stay", **{f"form__{field}": typed})

    assert typed == of(page).values[f"form.{field}"]
    checked = applicant.open(f"/permohonan/{case}/isian?periksa=1")
    assert typed == of(checked).values[f"form.{field}"]
    assert f'id="f-form-{field}"' in checked.html
    assert f'href="#f-form-{field}"' in checked.html
    assert f'id="f-form-{field}-fault"' in checked.html


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1.500", 1500), ("1.500,25", 1500.25), ("4.5", 4.5), ("1,500.5", 1500.5), ("7", 7), ("-2,5", -2.5)],
)
def test_numbers_are_read_as_they_are_written_here(portal, applicant, typed, value):
    """Dots between thousands, a comma before decimals; what only another way of writing explains is read that way."""
    case = begun(portal)
    press(applicant.open(f"/permohonan/{case}/isian"), "stay", form__luas=typed)

    assert value == kept(portal, case)["luas"]


def test_a_field_with_a_condition_is_asked_for_when_it_applies(portal, applicant):
    """Without a script the form is drawn again by a button, and nothing that was typed is lost."""
    case = begun(portal)
    page = applicant.open(f"/permohonan/{case}/isian")
    assert re.search(r'data-path="form\.jalur" hidden', page.html)
    page = press(page, "refresh", form__menutup="true", form__nama="Pasar Malam")

    assert not re.search(r'data-path="form\.jalur" hidden', page.html)
    assert "Pasar Malam" == of(page).values["form.nama"]
    page = press(page, "refresh", form__jalur="Jalan Mawar")
    page = press(page, "refresh", form__menutup="false")
    assert re.search(r'data-path="form\.jalur" hidden', page.html)
    assert "Jalan Mawar" == of(page).values["form.jalur"]


def test_entries_of_a_list_are_added_and_taken_out(portal, applicant):
    """Each with its own conditions; the others keep what was typed."""
    case = begun(portal, tenda=[{"lebar": 3, "sewa": True}])
    page = press(
        applicant.open(f"/permohonan/{case}/isian"), "add:tenda", form__tenda__0__pemilik="Toko Contoh"
    )
    assert "Tent 2" in page.text
    page = press(page, "drop:tenda.0", form__tenda__1__lebar="4,5", form__nama="Pasar")

    assert [{"lebar": 4.5}] == kept(portal, case)["tenda"]
    assert "Pasar" == kept(portal, case)["nama"]
    assert "4,5" == of(page).values["form.tenda.0.lebar"]


def test_the_fee_is_shown_as_it_is_filled_in(portal, applicant):
    """What is missing for it, then each line with article and formula; free permits say so in large letters."""
    case = begun(portal)
    page = applicant.open(f"/permohonan/{case}/isian")
    assert "Still needed for that: Area." in page.text
    page = press(page, "stay", form__luas="12,5")

    assert "Rp12.500" in page.text
    assert "Area × 1.000" in page.text
    assert "Perangkat uji perizinan-core" in page.text
    free = portal.office.draft("warung", actor=portal.actor("sekar"))
    assert '<p data-fee="total" class="big">FREE' in applicant.open(f"/permohonan/{free.id}/isian").html


def test_a_permit_that_is_not_needed_is_said_before_it_is_handed_in(portal, applicant):
    """With the exception that applies."""
    case = begun(portal, jenis="musik", luas=5)

    assert re.search(
        r"data-exempt>\s*<h2>You need no permit", applicant.open(f"/permohonan/{case}/isian").html
    )


def _script(visitor, page, **values):
    """Send the form as the script does."""
    form = of(page).fill(**values)
    return visitor.request("POST", form.action, data=form.values, headers={"accept": "application/json"})


def test_a_script_keeps_the_form_and_learns_what_applies_and_what_it_costs(portal, applicant):
    """The same post as the button, with an answer that says when it was kept."""
    case = begun(portal)
    answer = _script(
        applicant, applicant.open(f"/permohonan/{case}/isian"), form__menutup="true", form__luas="2"
    )
    said = answer.json()

    assert {"menutup": True, "luas": 2} == kept(portal, case)
    assert re.fullmatch(r"09:\d\d", said["saved"])
    assert "form.jalur" not in said["absent"]
    assert "form.jalur" in said["required"]
    assert "Rp2.000" == said["fee"]["total"]


def test_the_older_of_two_tabs_is_told_and_overwrites_nothing(portal, applicant):
    """With what was kept meanwhile beside what was typed there; pressed again, it is meant."""
    case = begun(portal)
    one, other = (applicant.open(f"/permohonan/{case}/isian") for _ in range(2))
    press(one, "stay", form__nama="Dari tab pertama")
    told = _script(applicant, other, form__nama="Dari tab kedua")
    assert (409, {"older": True}) == (told.status_code, told.json())
    page = press(other, "stay", form__nama="Dari tab kedua")

    assert 409 == page.status
    assert "Dari tab pertama" == kept(portal, case)["nama"]
    assert "Dari tab pertama" in page.text
    assert "Dari tab kedua" == of(page).values["form.nama"]
    press(page, "stay")
    assert "Dari tab kedua" == kept(portal, case)["nama"]


def test_a_tab_whose_answer_got_lost_is_not_held_against_itself(portal, applicant):
    """On a bad connection the form is kept, and the page does not learn it."""
    case = begun(portal)
    page = applicant.open(f"/permohonan/{case}/isian")
    _script(applicant, page, form__nama="Pasar")
    answer = _script(applicant, page, form__nama="Pasar Malam")

    assert 200 == answer.status_code
    assert "Pasar Malam" == kept(portal, case)["nama"]


def test_a_paper_that_is_uploaded_meanwhile_does_not_make_a_form_older(portal, applicant):
    """Files have their own page, and their own tab."""
    case = begun(portal)
    page = applicant.open(f"/permohonan/{case}/isian")
    portal.office.upload(case, "ktp", actor=portal.actor("sekar"))

    assert "Saved." in press(page, "stay", form__nama="Pasar").text


def test_the_end_of_a_session_in_mid_form_loses_nothing(portal):
    """Log in again: the same page with the same values, without a script; then they are kept."""
    applicant = portal.visitor("sesi")
    case = begun(portal, "sesi")
    page = applicant.open(f"/permohonan/{case}/isian")
    portal.services.store.sessions.end_all(portal.account("sesi").id)
    lost = press(page, "papers", form__nama="Pasar Malam", form__menutup="true")
    assert "Log in" in lost.text
    applicant.cookies.update(portal.visitor("sesi").cookies)
    target = re.search(r'name="isian" value="([^"]+)"', lost.html)[1]
    again = applicant.open(f"/permohonan/{case}/isian?isian={target}")

    assert "Pasar Malam" == of(again).values["form.nama"]
    assert "It is not kept yet" in again.text
    assert {} == kept(portal, case, "sesi")
    press(again, "stay")
    assert {"nama": "Pasar Malam", "menutup": True} == kept(portal, case, "sesi")


def test_a_script_learns_that_the_session_has_ended(portal):
    """It gets the way to the login, and no page that looks like an answer."""
    applicant, case = portal.visitor("usai"), begun(portal, "usai")
    page = applicant.open(f"/permohonan/{case}/isian")
    portal.services.store.sessions.end_all(portal.account("usai").id)
    form = of(page).fill(form__nama="Pasar")
    answer = applicant.request(
        "POST", form.action, data=form.values, headers={"accept": "application/json"}, follow=False
    )

    assert (303, True) == (answer.status_code, answer.headers["location"].startswith("/masuk?"))


def test_a_form_from_before_another_login_is_shown_again_with_what_was_typed(portal):
    """Logged in again in another tab, the old page has an old token: nothing is done, and nothing is lost."""
    applicant, case = portal.visitor("tab"), begun(portal, "tab")
    page = applicant.open(f"/permohonan/{case}/isian")
    applicant.cookies.clear()
    applicant.cookies.update(portal.visitor("tab").cookies)
    again = press(page, "stay", form__nama="Pasar Malam")

    assert "Pasar Malam" == of(again).values["form.nama"]
    assert {} == kept(portal, case, "tab")
    press(again, "stay")
    assert "Pasar Malam" == kept(portal, case, "tab")["nama"]


def test_a_text_that_cannot_be_kept_is_said_at_its_field(portal, applicant):
    """A character that no one sees: the page says where, and shows everything that was typed."""
    case = begun(portal)
    typed = {"form__nama": "Pasar\u202eMalam", "form__uraian": "Tetap ada"}
    page = press(applicant.open(f"/permohonan/{case}/isian"), "stay", **typed)

    assert 422 == page.status
    assert "Tetap ada" == of(page).values["form.uraian"]
    assert 'id="f-form-nama-fault"' in page.html


def test_a_draft_that_was_handed_in_meanwhile_says_so(portal, applicant):
    """The other tab learns it instead of an error."""
    case = portal.office.draft("warung", actor=portal.actor("sekar"))
    page = applicant.open(f"/permohonan/{case.id}/isian")
    portal.office.fill(case.id, actor=portal.actor("sekar"))
    portal.office.hand_in(case.id, actor=portal.actor("sekar"))

    assert 410 == _script(applicant, page, form__lokasi="Jalan Lain").status_code
    assert "was handed in already" in of(page).fill(form__lokasi="Jalan Lain").send().text
