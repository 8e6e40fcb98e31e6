"""The administrator's pages: what they show, what they change, and what they keep from the administrator."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

import perizinan_core.testing
from perizinan_core.model import Officer, Role, Text
from perizinan_core.testing import HOST


@pytest.fixture
def admin(portal):
    """The administrator of the sample office."""
    return portal.visitor("admin")


def officer(portal, id_):
    return portal.office.office.reviews.officer(id_, actor=HOST)


def test_times_are_shown_as_a_chart_with_the_table_beside_it(portal, admin):
    """For an auditor too."""
    case = portal.office.submit("warung")
    portal.office.review(case.id)
    page = portal.visitor("auditor").open("/admin/jejak/waktu")
    assert "<svg" in page.html
    assert "Petugas pimpinan" in page.text


def test_the_first_page_lists_findings_with_a_remedy_and_numbers_with_a_link(portal, admin):
    """A finding that asks for nothing can be taken notice of, with a reason."""
    page = admin.open("/admin")
    assert "Officer admin was made the first administrator" in page.text
    finding = page.click("Take notice of it : Officer kepala")
    asked = finding.form("temuan").fill(reason="").send()
    done = finding.form("temuan").fill(reason="Memang begitu").send()

    assert 422 == asked.status
    assert "The finding is known now." in done.text
    assert "Known findings (1)" in done.text
    again = done.click("Open : Officer kepala").form("Show it as new again").send()
    assert "The finding is shown as new again." in again.text


def test_an_officer_is_put_on_record_and_invited_by_mail(portal, admin):
    """The link goes to the officer's address and is shown to no one else; with it they log in."""
    form = admin.open("/admin/petugas").click("Add an officer").form("petugas-baru")
    form.values["roles"] = ["front_office"]
    form.values["units"] = ["dinas-izin"]
    page = form.fill(id="loket-9", name="Petugas Sembilan", email="loket9@dinas.example.org").send()
    link = wait_for_mail(portal, "loket9@dinas.example.org")
    invited = portal.stranger().open(link)

    assert "may work at once" in page.text
    assert "/undangan/" not in page.html
    assert "You log in as loket-9" in invited.text
    assert {"front_office"} == {role.value for role in officer(portal, "loket-9").roles}


def wait_for_mail(portal, address):
    """Return the path of the link in the mail to an address; mails are sent beside the answer."""
    import time

    for _ in range(200):
        for mail in reversed(portal.mails):
            if mail.email == address:
                return next(line for line in mail.body.splitlines() if "/undangan/" in line).partition(
                    ".example"
                )[2]
        time.sleep(0.01)
    raise AssertionError(f"no mail to {address}")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"id": "Loket 8", "name": "x"}, "Use small letters, digits and hyphens, for example loket-1"),
        ({"id": "kasir", "name": "x"}, "There is an officer of this id. Choose another one"),
        ({"id": "loket-8", "name": ""}, "Fill this in"),
    ],
)
def test_a_new_officer_with_a_slip_is_not_put_on_record(portal, admin, given, error):
    """What was typed stays."""
    form = admin.open("/admin/petugas-baru").form("petugas-baru")
    form.values["roles"] = ["cashier"]
    page = form.fill(**given).send()

    assert (422, [error]) == (page.status, page.errors)
    assert "checked" in page.html
    assert officer(portal, "loket-8") is None


def test_an_officer_without_a_role_is_not_put_on_record(portal, admin):
    """A post has at least one."""
    page = admin.open("/admin/petugas-baru").form("petugas-baru").fill(id="loket-7", name="Tujuh").send()
    assert ["Choose at least one role"] == page.errors


def test_a_signatory_waits_for_a_second_person(portal, admin):
    """The administrator who proposed the post does not find a button to confirm it, and a post of it is refused."""
    form = admin.open("/admin/petugas/kasi").form("petugas/kasi")
    form.values |= {"roles": ["signatory", "section_head"], "units": ["dinas-izin"], "position": "kepala"}
    page = form.send()
    tried = page.form("petugas/kasi")
    tried.values["act"] = "confirm"
    refused = tried.send()

    assert "waits for a second person" in page.text
    assert "Confirm as second person" not in page.text
    assert 404 == refused.status
    assert {"section_head"} == {role.value for role in officer(portal, "kasi").roles}
    portal.office.office.reviews.add_officer(officer(portal, "kasi"), actor=HOST)


def test_no_administrator_changes_or_invites_themselves(portal, admin):
    """Neither by a form, which is not there, nor by a post without one."""
    page = admin.open("/admin/petugas/admin")
    assert "No one changes the own record" in page.text
    assert [] == [form for form in page.forms if "/admin/petugas/admin" in form.action]
    other = admin.open("/admin/petugas/kasir").form("petugas/kasir")
    other.action = "/admin/petugas/admin"
    other.values["roles"] = ["administrator", "signatory"]
    other.send()
    other.action = "/admin/petugas/admin/undangan"
    other.values["email"] = "saya@surat.example.org"
    assert 404 == other.send().status
    assert {"administrator"} == {role.value for role in officer(portal, "admin").roles}


def test_an_address_on_record_is_not_exchanged_by_the_administrator(portal, admin):
    """Else they could have the link for another one's rights sent to themselves."""
    page = admin.open("/admin/petugas/telaah-1")
    page.form("undangan").fill(email="telaah@dinas.example.org").send()
    wait_for_mail(portal, "telaah@dinas.example.org")
    form = admin.open("/admin/petugas/telaah-1").form("undangan")
    form.values["email"] = "saya@surat.example.org"
    form.send()

    assert "telaah@dinas.example.org" == portal.services.store.accounts.of_officer("telaah-1").email
    assert "saya@surat.example.org" not in {mail.email for mail in portal.mails}


def test_an_officer_whose_work_ends_is_logged_out_and_holds_nothing_new(portal, admin):
    """At once; and can be let work again."""
    session = portal.visitor("telaah-2")
    assert 200 == session.open("/petugas").status
    page = admin.open("/admin/petugas/telaah-2").form("End the work").send()
    assert "not active" in page.text
    assert not officer(portal, "telaah-2").active
    assert session.open("/petugas").url.startswith("/masuk")
    page.form("Let this officer work again").send()
    assert officer(portal, "telaah-2").active


def test_delegations_are_listed_with_their_days(admin):
    """And who holds the position."""
    page = admin.open("/admin/delegasi")
    assert "in force" in page.text
    assert "Petugas kepala" in page.text


def test_deliveries_are_searched_and_show_no_address(portal, admin):
    """By receipt number; the page holds no name and no address of the applicant."""
    case = portal.office.submit("warung")
    portal.office.office.worker.deliver()
    page = admin.open(f"/admin/pengiriman?nomor={case.receipt_number}")
    detail = page.click("mail")

    assert case.receipt_number in page.text
    for shown in (page, detail):
        assert "surat.example" not in shown.html
        assert case.applicant.name not in shown.html


def test_messages_stand_with_their_channels_those_given_up_first_and_are_tried_again(portal):
    """One line for a message, one press for its lost deliveries; another for all that were given up."""
    office = portal.office
    office.office.worker.deliver()
    lost = office.submit("warung")
    office.mail.failing = frozenset(
        event.kind.value for event in office.office.applications.history(lost.id, actor=HOST)
    )
    for _ in range(130):
        office.office.worker.deliver()
        office.clock.forward(minutes=95)
    office.mail.failing = frozenset()
    fine = office.submit("warung")
    page = portal.visitor("admin").open("/admin/pengiriman")
    rows = page.html.partition("<tbody>")[2].split("<tr>")[1:]
    sent = next(one for one in page.forms if "message" in one.values).send()
    office.office.worker.deliver()

    assert lost.receipt_number in rows[0]
    assert "given up" in rows[0]
    assert fine.receipt_number in page.text
    assert page.text.index(lost.receipt_number) < page.text.index(fine.receipt_number)
    assert "They will be tried again within a minute." in sent.text
    assert not office.office.worker.failures()


def test_an_announcement_stands_on_every_page_until_it_is_taken_down(portal, admin):
    """In the language of the reader."""
    today = portal.office.office.today()
    page = (
        admin.open("/admin/pengumuman")
        .form("pengumuman")
        .fill(indonesian="SIMBG sedang mati", english="SIMBG is down", system="SIMBG", last=str(today))
        .send()
    )
    assert "The announcement is up" in page.text
    assert "SIMBG is down" in portal.stranger().open("/").text
    assert "SIMBG sedang mati" in portal.stranger("id").open("/izin").text
    page.form("Take down now").send()
    assert "SIMBG is down" not in portal.stranger().open("/").text


def test_an_announcement_about_one_permit_stands_where_it_is_dealt_with(portal, admin):
    """And nowhere else."""
    office = portal.office.office
    made = office.banners.put_up(
        Text("Peta mati", "The map is down"),
        ends=office.now() + timedelta(hours=1),
        permit_types=("acara",),
        actor=HOST,
    )
    shown = [
        "The map is down" in portal.stranger().open(path).text
        for path in ("/", "/izin/warung", "/izin/acara")
    ]
    office.banners.take_down(made.id, actor=HOST)

    assert [False, False, True] == shown


def test_an_announcement_without_its_end_is_not_put_up(admin):
    """Nor one whose end lies behind."""
    form = admin.open("/admin/pengumuman").form("pengumuman")
    page = form.fill(indonesian="Libur", english="Closed").send()
    assert ["Fill this in"] == page.errors
    page = page.form("pengumuman").fill(last="2020-01-01").send()
    assert 422 == page.status
    assert "must lie ahead" in page.errors[0]


def test_what_was_done_is_searched_and_taken_out(portal, admin):
    """Nothing of the applicant in either; that it was taken out is found next."""
    case = portal.office.submit("warung")
    page = admin.open(f"/admin/jejak?nomor={case.receipt_number}")
    day = portal.office.office.today()
    table = admin.open(f"/admin/jejak/ekspor/kejadian.csv?dari={day}&sampai={day}")
    steps = admin.open(f"/admin/jejak/ekspor/tahapan.jsonl?dari={day}&sampai={day}")

    assert "The application was handed in" in page.text
    assert table.content.startswith(b"event,at,kind,case")
    for secret in (case.applicant.name, case.receipt_number, case.id):
        assert secret.encode() not in table.content + steps.content
    assert case.applicant.name not in page.html
    assert "Events were exported" in admin.open("/admin/jejak").text
    assert 404 == admin.open("/admin/jejak/ekspor/rahasia.csv").status


def test_settings_are_shown_and_secrets_are_not(admin):
    """With every plugin and its state."""
    page = admin.open("/admin/plugin")
    assert "[office]" in page.text
    assert "loaded" in page.text


def test_a_catalogue_is_checked_and_compared_without_changing_anything(portal, admin):
    """One that is not an archive is refused with a sentence."""
    from perizinan_core.testing import sample_pack

    page = admin.open("/admin/katalog")
    refused = page.form("katalog").attach("archive", "a.zip", b"x", "application/zip").send()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("authority.yaml", "slug: x\n")
    wrong = page.form("katalog").attach("archive", "a.zip", archive.getvalue(), "application/zip").send()

    assert "This is not a ZIP file" in refused.errors[0]
    assert "It cannot be used" in wrong.text
    assert sample_pack().catalogue.codes() == portal.office.catalogue.codes()


def _archive(change=lambda text: text):
    folder = next(Path(perizinan_core.testing.__file__).parent.rglob("authority.yaml")).parent
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for path in sorted(folder.rglob("*.yaml")):
            opened.writestr(path.relative_to(folder).as_posix(), change(path.read_text(encoding="utf-8")))
    return archive.getvalue()


def test_the_page_says_whether_a_catalogue_may_be_put_in_place_and_who_does_it(portal, admin):
    """A version that a case keeps must be in the new one too; what can be put in place comes with the steps."""
    portal.office.submit("warung")

    def compared(old, new):
        packed = _archive(lambda text: text.replace(old, new))
        form = admin.open("/admin/katalog").form("katalog")
        return form.attach("archive", "a.whl", packed, "application/zip").send()

    good, lost = compared("KTP, en", "KTP elektronik, en"), compared('"2026.1"', '"2026.2"')

    assert "change under the same name" in good.text or "has the same name" in good.text
    assert "must not be put in place" in good.text
    assert "Versions that cases keep are missing" in lost.text
    assert "warung 2026.1" in lost.text
    assert "The operator opens the office again" in admin.open("/admin/katalog").text


def test_versions_are_compared_and_letters_shown_with_invented_data(admin):
    """Page by page as pictures, and as a PDF marked as a draft."""
    assert "There is no difference." in admin.open("/admin/katalog/warung").text
    page = admin.open("/admin/katalog/warung/surat")
    picture = admin.open("/admin/katalog/warung/surat/1")
    file = admin.open("/admin/katalog/warung/konsep.pdf")

    assert "Page 1 of the draft" in page.html
    assert picture.content.startswith(b"\xff\xd8")
    assert file.content.startswith(b"%PDF")


def test_an_administrator_sees_no_case(portal, admin):
    """Neither its page nor its papers; the queue is empty."""
    case = portal.office.submit("warung")
    assert 404 == admin.open(f"/petugas/berkas/{case.id}").status
    assert case.receipt_number not in admin.open("/petugas").text


def test_an_auditor_sees_the_findings_and_agrees_about_numbers_as_second_person(portal, admin):
    """And finds no way to pages of the administrator."""
    with portal.office.office.storage.unit_of_work() as work:
        work.settings.put("number-source/luar/tidak-ada", {"given": 0, "number": "L-7"})
        work.commit()
    label = "Take notice of it : The registry outside gave the number L-7"
    first = admin.open("/admin?lagi=1").click(label).form("temuan").fill(reason="Dilaporkan").send()
    auditor = portal.visitor("auditor")
    second = auditor.open("/admin").click(label).form("temuan")
    second.values.pop("withdraw", None)
    done = second.fill(reason="Sudah dilihat").send()

    assert "A second person has to agree" in first.text
    assert "The finding is known now." in done.text
    assert "Officers" not in done.links


def test_days_off_are_shown_before_they_are_recorded(portal, admin):
    """Which open cases would end later is named by receipt number; recorded, they wait for a second person."""
    form = admin.open("/admin/kalender").click("Change the days off 2026").form("kalender/2026")
    form.values.pop("act", None)
    day = portal.office.office.authority.calendar.next_working_day(portal.office.office.today())
    wrong = form.fill(days="besok libur").send()
    shown = wrong.form("kalender/2026")
    shown.values.pop("act", None)
    preview = shown.fill(decree="SKB Contoh", days=f"{day} c Cuti bersama").send()
    recorded = preview.form("kalender/2026").send()

    assert "This line is not a day, a letter and a name" in wrong.errors[0]
    assert "What it would change" in preview.text
    assert "Cuti bersama" in preview.text
    assert "hold once a second person has confirmed them" in recorded.text
    assert "Confirm as second person" not in recorded.text
    other = portal.office.appoint(
        Officer(
            id="admin-3",
            name="Admin Tiga",
            roles=frozenset({Role.ADMINISTRATOR}),
            units=frozenset({"dinas-izin"}),
        )
    )
    waiting = portal.visitor(other.id).open("/admin/kalender")
    proposed = waiting.text.partition("New days off")[2].partition("Until then")[0]
    done = waiting.form("kalender/2026").send()

    assert "Cuti bersama" in proposed
    assert portal.office.office.authority.calendar.is_working_day(day) is False
    assert "count from now on" in done.text
    assert "Until then the days off of before count" not in done.text
