"""``perizinan cases`` and ``permits``: what happens at the counter and at the desks, without a line of Python."""

from __future__ import annotations

import hashlib
import json
import socket
import time
import urllib.request

import pytest

from perizinan_core.cli._acting import OPERATOR
from perizinan_core.cli._case_lookup import find_case
from perizinan_core.testing._fakes import small_png

APPLICATION = """
[applicant]
name = "Sekar Contohwati"
nik = "3572015208900000"
birth_date = 1990-08-12
phone = "081200000000"
email = "sekar@surat.example"

[applicant.address]
street = "Jalan Rahasia 7"
village = "Contoh"
district = "Contoh"
regency = "Contoh"

[form]
lokasi = "Jalan Kenanga"
di_rumah = false
"""


@pytest.fixture(scope="module")
def office(folder_of, tmp_path_factory, empty_database):
    """An office with staff; every test brings a case of its own."""
    folder = tmp_path_factory.mktemp("cases")
    made = folder_of(folder / "office")
    made.write_settings(empty_database("sqlite", folder), more='[publication]\nfolder = "public"\n')
    made.run("migrate")
    with made.open() as opened:
        made.kit(opened)
    return made


@pytest.fixture
def papers(tmp_path):
    """A folder as a citizen leaves it at the counter."""
    folder = tmp_path / "permohonan"
    folder.mkdir()
    (folder / "application.toml").write_text(APPLICATION, encoding="utf-8")
    (folder / "ktp.png").write_bytes(small_png(3))
    return folder


def shown(office, case, officer):
    return json.loads(office.run("cases", "show", case, "--json", "--officer", officer))


def taken_in(office, papers):
    return office.run("cases", "take-in", "warung", str(papers), "--quiet").strip()


def until_approved(office, case):
    """Let the officers whom the rule chose judge the case."""
    told = shown(office, case, "auditor")
    desk = next(one["officer"] for one in told["stages"] if one["status"] == "open")
    office.run("cases", "decide", case, "periksa", "positive", "--officer", desk)
    while shown(office, case, "auditor")["state"] == "in_review":
        told = shown(office, case, "auditor")
        open_ = next(one for one in told["stages"] if one["status"] == "open")
        if any("approve" in step for step in shown(office, case, open_["officer"])["possible"]):
            office.run("cases", "approve", case, "--officer", open_["officer"])
        else:
            office.run("cases", "decide", case, open_["code"], "positive", "--officer", open_["officer"])


def test_a_citizens_papers_become_a_permit_that_is_revoked(office, papers, tmp_path):
    """From the folder on the counter to the revocation, as officers do it one after another."""
    case = taken_in(office, papers)
    until_approved(office, case)
    letter, copy = tmp_path / "izin.pdf", tmp_path / "salinan.pdf"
    number = office.run(
        "cases", "issue", case, "--officer", "kepala", "--out", str(letter), "--quiet"
    ).strip()
    office.run("permits", "save", number, str(copy), "--officer", "loket-1")
    law = ("--legal-basis", "Perda Contoh 1/2025 pasal 9", "--officer", "pimpinan")
    paused = office.run("permits", "suspend", number, "--reason", "Ditinjau", *law)
    again = office.run("permits", "reinstate", number, "--reason", "Sudah benar", *law)
    ended = office.run("permits", "revoke", number, "--reason", "Ditutup", *law, language="id")
    listed = json.loads(office.run("permits", "list", number, "--json"))

    assert case.startswith("TT/")
    assert letter.read_bytes() == copy.read_bytes()
    assert f"Permit {number}: suspended" in paused
    assert f"Permit {number}: in force" in again
    assert f"Izin {number}: dicabut" in ended
    assert [("warung", "revoked")] == [(row["permit_type"], row["status"]) for row in listed]
    assert "Ditutup (Perda Contoh 1/2025 pasal 9)" in office.run(
        "permits", "show", number, "--officer", "auditor"
    )


def test_a_permit_on_record_is_not_put_back_twice_and_another_file_not_at_all(office, papers, tmp_path):
    """The file is named, or a document of the store; what is wrong is one sentence."""
    case = taken_in(office, papers)
    until_approved(office, case)
    letter, other = tmp_path / "izin.pdf", tmp_path / "lain.pdf"
    office.run("cases", "issue", case, "--officer", "kepala", "--out", str(letter), "--quiet")
    other.write_bytes(b"%PDF-1.7\n")
    why = ("--reason", "Uji")
    again = office.run("permits", "recover", str(letter), *why, "--officer", "admin")
    stored = office.run(
        "permits", "recover", "--stored", hashlib.sha256(letter.read_bytes()).hexdigest(), *why
    )
    wrong = office.run("permits", "recover", str(other), *why, code=1, language="id")
    missing = office.run("permits", "recover", "--stored", "0" * 64, *why, code=1)
    neither = office.run("permits", "recover", *why, code=2)
    clerk = office.run("permits", "recover", str(letter), *why, "--officer", "loket-1", code=1)

    assert "nothing was changed" in again
    assert "nothing was changed" in stored
    assert "bukan izin sebagaimana ditandatangani instansi ini" in wrong
    assert "Error: " in missing
    assert "--stored" in neither
    assert "Error: " in clerk


def test_a_full_disk_does_not_hide_that_the_permit_is_issued(office, papers):
    """The number is said before the file is written, and the file can be saved later."""
    case = taken_in(office, papers)
    until_approved(office, case)
    said = office.run("cases", "issue", case, "--officer", "kepala", "--out", "/dev/full", code=1)

    assert "is issued and signed" in said
    assert "Error: a file: No space left on device" in said
    assert "issued" == shown(office, case, "auditor")["state"]


@pytest.mark.parametrize(
    "words",
    [
        ("outbox", "retry", "9" * 30),
        ("outbox", "drop", "9" * 30),
        ("permits", "list", "--limit", "9" * 30),
        ("cases", "list", "--limit", "9" * 30),
    ],
)
def test_numbers_that_no_database_holds_are_a_wrong_use(office, words):
    """One sentence, and no trace of the program."""
    said = office.run(*words, code=2)

    assert "is not in the range" in said
    assert "Traceback" not in said


def test_a_correction_is_asked_for_and_answered_at_the_counter(office, papers, tmp_path):
    """The old file stays on record, the new one takes its place, and a second receipt is given."""
    case = taken_in(office, papers)
    desk = shown(office, case, "auditor")["stages"][0]["officer"]
    asked = office.run(
        "cases", "correct", case, "periksa", "--item", "ktp=Foto buram", "--officer", desk, language="id"
    )
    sharper = tmp_path / "ktp-tajam.png"
    sharper.write_bytes(small_png(77))
    office.run("cases", "upload", case, "ktp", str(sharper), "--replaces", "ktp.png")
    receipt = tmp_path / "tanda-terima.json"
    answered = office.run("cases", "submit", case, "--receipt", str(receipt))

    assert f"{case}: menunggu perbaikan" in asked
    assert case in answered
    assert {"ktp": ["ktp-tajam.png"]} == {
        name: files for name, files in shown(office, case, "auditor")["papers"].items() if files
    }
    assert receipt.stat().st_size > 500


def test_the_clerk_of_the_counter_stands_in_the_history_and_in_no_ones_way(office, papers):
    """Who took it in may judge it; an officer of another desk takes in nothing."""
    case = office.run("cases", "take-in", "warung", str(papers), "--quiet", "--officer", "loket-1").strip()
    other = office.run("cases", "take-in", "warung", str(papers), "--officer", "auditor", code=1)
    until_approved(office, case)
    with office.open() as opened:
        found = find_case(opened, case, OPERATOR)
        history = opened.applications.history(found.id, actor=OPERATOR)

    assert "front office" in other
    assert ["host:loket-1"] * 3 == [
        event.actor
        for event in history
        if event.kind.value in {"application_started", "document_added", "application_submitted"}
    ]


def test_the_counter_records_how_an_applicant_was_notified_whom_no_message_reached(office, papers):
    """The case stands in a list until then; by another clerk than the one who asked."""
    case = taken_in(office, papers)
    desk = shown(office, case, "auditor")["stages"][0]["officer"]
    other = "loket-2" if desk == "loket-1" else "loket-1"
    office.run("cases", "correct", case, "periksa", "--item", "ktp=Foto buram", "--officer", desk)
    listed = office.run("cases", "unnotified", "--officer", other)
    told = json.loads(office.run("cases", "unnotified", "--json"))
    asker = office.run("cases", "notified", case, "--remark", "Ditelepon", "--officer", desk, code=1)
    done = office.run("cases", "notified", case, "--remark", "Ditelepon", "--officer", other, language="id")
    again = office.run("cases", "notified", case, "--remark", "Ditelepon", "--officer", other, code=1)

    assert f"{case}: a correction is asked for, since" in listed
    assert [["correction-1"]] == [one["of"] for one in told if one["receipt_number"] == case]
    assert [True] == [one["since"].endswith("+07:00") for one in told if one["receipt_number"] == case]
    assert "Error: " in asker
    assert "dijawab paling lambat: " in done
    assert "Error: " in again
    assert case not in office.run("cases", "unnotified")


def test_a_case_shows_what_became_of_its_messages(office, papers):
    """Waiting, then written down by the mail folder for a person to bring."""
    case = taken_in(office, papers)
    before = office.run("cases", "show", case, "--officer", "auditor")
    office.run("worker", "--once")
    after = office.run("cases", "show", case, "--officer", "auditor")

    assert "message application_submitted to -: waiting" in before
    assert "message application_submitted to the applicant (mail-folder): written down" in after


def test_a_refused_paper_leaves_a_draft_that_can_be_continued(office, papers):
    """The clerk reads what is wrong with the file, and how the case continues."""
    (papers / "ktp.png").write_bytes(b"<html>bukan gambar</html>")
    said = office.run("cases", "take-in", "warung", str(papers), code=1, language="id")
    case = said.partition("Konsep ")[2].partition(" ")[0]
    (papers / "ktp.png").write_bytes(small_png(5))
    office.run("cases", "upload", case, "ktp", str(papers / "ktp.png"))
    done = office.run("cases", "submit", case)

    assert "Kesalahan: Berkas ini tidak dapat diterima" in said
    assert "Receipt TT/" in done


def test_each_officer_may_do_only_what_the_post_allows(office, papers):
    """The command line does not lead around the rules: the clerk cannot approve, a stranger cannot act."""
    case = taken_in(office, papers)
    desk = shown(office, case, "auditor")["stages"][0]["officer"]
    approve = office.run("cases", "approve", case, "--officer", desk, code=1)
    stranger = office.run("cases", "show", case, "--officer", "tamu", code=1)
    lost = office.run("cases", "show", "TT/9999/1999", "--officer", desk, code=1)

    assert "Error: " in approve
    assert 'no officer "tamu"' in stranger
    assert 'no application "TT/9999/1999"' in lost


def test_what_a_form_lacks_is_named_before_anything_is_kept(office, papers):
    """A wrong NIK or an unknown key is said with its name."""
    text = APPLICATION.replace('nik = "3572015208900000"', 'nik = "123"').replace("[form]", "[formulir]")
    (papers / "application.toml").write_text(text, encoding="utf-8")
    said = office.run("cases", "take-in", "warung", str(papers), code=1)

    assert "formulir" in said


def test_a_key_with_a_passphrase_signs_and_publishes_with_the_file_that_holds_it(
    new_folder, url_of, papers, tmp_path
):
    """Nothing in the settings says where the passphrase is; without it nothing is signed, and the case waits."""
    office = new_folder("locked")
    office.write_settings(url_of("sqlite"))
    settings = office.settings.read_text(encoding="utf-8").replace(
        "development = true",
        'roots = ["keys/kepala-root.pem"]\n[signing.signers]\nkepala = "file:keys/kepala.p12"',
    )
    office.settings.write_text(settings, encoding="utf-8")
    office.run("migrate")
    made = office.run("keys", "trial", "kepala")
    again = office.run("keys", "trial", "kepala", code=2)
    with office.open() as opened:
        office.kit(opened)
    case = taken_in(office, papers)
    until_approved(office, case)
    locked = office.run("cases", "issue", case, "--officer", "kepala", code=1)
    word = ("--passphrase-file", str(office.folder / "keys" / "kepala.passphrase"))
    issued = office.run("cases", "issue", case, "--officer", "kepala", *word)
    office.run("authority", "publish", str(tmp_path / "public"), *word)

    assert 3 == made.count("Written: ")
    assert "exists and stays as it is" in again
    assert "passphrase" in locked
    assert "Permit 500/001/WR/" in issued
    assert 0 == (office.folder / "keys" / "kepala.p12").stat().st_mode & 0o077
    assert (tmp_path / "public" / "authority.json").exists()


def test_the_public_pages_are_served_with_document_and_list(office):
    """``perizinan serve``: what checkers fetch, and the page behind the QR code."""
    office.run("authority", "publish")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = office.start("serve", "--port", str(port))
    try:
        answers = {path: _fetched(port, path) for path in (
            "/.well-known/perizinan.json", "/status-list.cwt", "/periksa", "/izin",
        )}  # fmt: skip
    finally:
        server.terminate()
        server.communicate(timeout=30)

    assert all(200 == status for status, _body in answers.values())
    assert b"Kabupaten Contoh" in answers["/.well-known/perizinan.json"][1]
    assert b"warung" in answers["/izin"][1]


def _fetched(port: int, path: str) -> tuple[int, bytes]:
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read()
        except ConnectionError:
            time.sleep(0.2)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.2)
    raise AssertionError(path)


def test_answers_and_money_from_outside_are_written_down_by_those_who_may(office, papers):
    """Each command reaches its use case, whose refusal is one sentence."""
    case = taken_in(office, papers)
    why = ("--remark", "Surat 12/2026", "--officer", "pimpinan")
    settled = office.run("cases", "answer-check", case, "tata-ruang", "--accepted", *why, code=1)
    unpaid = office.run("cases", "bill", case, code=1)
    owed = office.run(
        "cases", "refund", case, "TRX-1", "--reference", "BALIK-1", "--officer", "kasir", code=1
    )

    assert "tata-ruang" in settled
    assert "Traceback" not in settled + unpaid + owed
    assert all((settled, unpaid, owed))
