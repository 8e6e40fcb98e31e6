"""Papers of a draft, without a script: put in, looked at, replaced, removed, used again; what is refused says why."""

from __future__ import annotations

import hashlib

import pytest

from perizinan_core.testing import HOST, sample_applicant, small_png


@pytest.fixture
def draft(portal):
    """A draft of the applicant, empty."""
    return new_draft(portal)


def new_draft(portal, who="sekar", kind="warung"):
    form = {"lokasi": "Jalan A", "di_rumah": False} if kind == "warung" else None
    return portal.office.office.applications.start(
        kind, applicant=sample_applicant(), actor=portal.actor(who), form=form
    ).id


def papers(portal, case):
    """Return what lies in the draft."""
    return portal.office.office.applications.get(case, actor=HOST).current_documents()


def page_of(visitor, draft):
    return visitor.open(f"/permohonan/{draft}/berkas")


def put(page, data, name="ktp.png", part="berkas/ktp", kind="image/png"):
    """Send a file by the form of a place."""
    fitting = [one for one in page.forms if part in one.action and "replaces" not in one.values]
    return fitting[0].attach("file", name, data, kind).send()


def test_the_limits_are_shown_before_anything_is_sent(applicant, draft):
    """Formats, size and number: friction 3."""
    text = page_of(applicant, draft).text
    assert "PDF, PNG, at most 10 MB each. At most 2 files." in text


def test_several_files_go_into_their_place_at_once(portal, applicant, draft):
    """Where the requirement has room for them."""
    page = page_of(applicant, draft)
    form = page.form("berkas/ktp")
    files = [("file", (f"{n}.png", small_png(n), "image/png")) for n in (11, 12)]
    answer = applicant.request("POST", form.action, data=form.values, files=files)

    assert 200 == answer.status_code
    assert ["11.png", "12.png"] == [one.file_name for one in papers(portal, draft)]


def test_a_refused_file_says_why_beside_its_place_and_the_others_stay(portal, applicant, draft):
    """Friction 1; friction 4: the maintenance page of a proxy is not a paper, whatever its name is."""
    put(page_of(applicant, draft), small_png(13))
    page = put(page_of(applicant, draft), b"<html>503 Service Unavailable</html>", "ktp2.png")

    assert 422 == page.status
    assert "ktp2.png:" in page.text
    assert ["ktp.png"] == [one.file_name for one in papers(portal, draft)]
    assert "ktp.png" in page.click("Back to the application").text


def test_a_place_without_a_file_asks_for_one(applicant, draft):
    """Pressing the button too early loses nothing."""
    form = page_of(applicant, draft).form("berkas/ktp")
    assert "Choose a file first." in form.send().text


def test_a_second_device_sees_and_replaces_all_files_of_the_draft(portal, applicant, draft):
    """Friction 8."""
    put(page_of(applicant, draft), small_png(14))
    (first,) = papers(portal, draft)
    second_device = portal.visitor("sekar")
    page = page_of(second_device, draft)
    assert "ktp.png" in page.text
    forms = [one for one in page.forms if one.values.get("replaces") == first.id]
    done = forms[0].attach("file", "baru.png", small_png(15), "image/png").send()

    assert "The file is stored." in done.text
    assert ["baru.png"] == [one.file_name for one in papers(portal, draft)]
    assert "ktp.png" not in page_of(applicant, draft).links
    page_of(second_device, draft).form("hapus").send()


def test_a_paper_is_looked_at_as_a_picture_with_its_whole_hash(portal, applicant, draft):
    """Never as the file itself; the file is a download."""
    data = small_png(16)
    put(page_of(applicant, draft), data)
    (paper,) = papers(portal, draft)
    card = page_of(applicant, draft)
    digest = hashlib.sha256(data).hexdigest()
    assert digest[:12] in card.text
    page = card.click("ktp.png")
    picture = applicant.request("GET", f"/permohonan/{draft}/dokumen/{paper.id}/besar/1")
    file = page.click("Download the file")

    assert digest in page.text
    assert (b"\xff\xd8", "image/jpeg") == (picture.content[:2], picture.headers["content-type"])
    assert (data, True) == (file.content, "attachment" in file.headers["content-disposition"])
    assert "sandbox" in file.headers["content-security-policy"]
    for wrong in ("besar/0", "besar/2", "besar/x", "raksasa/1"):
        assert 404 == applicant.open(f"/permohonan/{draft}/dokumen/{paper.id}/{wrong}").status


def test_a_paper_on_file_is_used_again(portal):
    """With its age; it is not offered twice in one place."""
    visitor = portal.visitor("lama")
    first = new_draft(portal, "lama")
    put(page_of(visitor, first), small_png(17), "lama.png")
    second = new_draft(portal, "lama")
    page = page_of(visitor, second)
    assert "uploaded today" in page.text
    done = page.form("pakai").send()

    assert "The file is used again." in done.text
    assert ["lama.png"] == [one.file_name for one in papers(portal, second)]
    assert [] == [one for one in done.forms if one.action.endswith("/pakai")]


def test_someone_elses_papers_are_not_offered_and_not_shown(portal, applicant, draft):
    """Neither by their address."""
    put(page_of(applicant, draft), small_png(18))
    (paper,) = papers(portal, draft)
    other = portal.visitor("ratih")
    for place in ("", "/lihat", "/kecil/1"):
        assert 404 == other.open(f"/permohonan/{draft}/dokumen/{paper.id}{place}").status
    mine = new_draft(portal, "ratih")
    form = page_of(other, mine).form("berkas/ktp")
    answer = other.request(
        "POST", f"/permohonan/{mine}/berkas/ktp/pakai", data={**form.values, "paper": paper.id}
    )

    assert 422 == answer.status_code
    assert () == papers(portal, mine)


def test_a_file_under_way_is_shown_and_can_be_given_up(portal, applicant, draft):
    """Begun on another device; friction 2: the page says that it is waited for."""
    office = portal.office.office
    begun = office.incoming.begin(
        draft, "ktp", size=2000, file_name="setengah.png", actor=portal.actor("sekar")
    )
    office.incoming.receive(draft, begun.id, actor=portal.actor("sekar")).append(0, bytes(1000))
    page = page_of(applicant, draft)
    assert "1 KB of 2 KB have arrived" in page.text
    checked = page.click("Check and hand in")
    assert any("1 file for" in one for one in checked.errors)
    page.form("batal").send()

    assert "setengah.png" not in page_of(applicant, draft).text


def test_a_file_without_a_verdict_is_explained(portal, applicant, draft):
    """Kept, not lost; it can be given up."""
    office = portal.office
    context = office._context
    whole, kept = context.inspect, []

    def failing(source, **given):
        kept.append(1)
        report = whole(source, **given)
        from attrs import evolve

        from perizinan_core.documents import finding

        return evolve(report, findings=(finding("inspection-failed"),))

    object.__setattr__(context, "inspect", failing)
    try:
        page = put(page_of(applicant, draft), small_png(19), "ragu.png")
    finally:
        object.__setattr__(context, "inspect", whole)
    page = page_of(applicant, draft)
    assert "The file is being checked again" in page.text
    assert "ragu.png" in page.text
    page.form("tertahan").send()

    assert kept
    assert "ragu.png" not in page_of(applicant, draft).text


def test_the_receipt_names_every_stored_file_with_size_and_whole_hash(portal, applicant, draft):
    """Friction 4; and it stays as it was given."""
    data = [small_png(81), small_png(82)]
    for number, one in enumerate(data):
        put(page_of(applicant, draft), one, f"ktp-{number}.png")
    receipt = applicant.open(f"/permohonan/{draft}/kirim").form("kirim").send()
    again = applicant.open(f"/permohonan/{draft}/tanda-terima")

    for page in (receipt, again):
        assert f"Files: 2, together {sum(map(len, data))} B." in page.text
        for number, one in enumerate(data):
            assert f"ktp-{number}.png {len(one)} B {hashlib.sha256(one).hexdigest()}" in page.text


def test_what_is_too_large_without_a_script_leads_back_to_its_place(portal, applicant):
    """The page of the problem has a way back to where the file was chosen."""
    case = portal.office.draft("warung", actor=portal.actor("sekar")).id
    form = applicant.open(f"/permohonan/{case}/berkas").form("berkas/ktp")
    large = b"x" * (portal.services.settings.max_upload_bytes + 1)
    page = form.attach("file", "besar.jpg", large, "image/jpeg").send()

    assert 413 == page.status
    assert f"/permohonan/{case}/berkas/ktp" == page.links["Back"]
