"""``perizinan catalogue assumed|confirm|withdraw`` and ``check --release``, on the catalogue of Kota Blitar."""

from __future__ import annotations

import json

import pytest
from perizinan_kota_blitar._plugin import DATA

from perizinan_core.bootstrap import Office

PAPER = ("--document", "Keputusan Kepala Dinas", "--number", "188/12/2026", "--date", "2026-02-02")


@pytest.fixture(scope="module")
def office(folder_of, tmp_path_factory):
    """A real office of Kota Blitar, outside development, with one administrator."""
    made = folder_of(tmp_path_factory.mktemp("blitar"))
    made.settings.write_text('[office]\nauthority = "kota-blitar"\n')
    made.run("migrate")
    made.run("officers", "add", "admin-1", "--name", "Admin Contoh", "--role", "administrator")
    return made


def test_a_real_office_of_kota_blitar_opens_nothing_and_the_doctor_counts_why(office):
    """No assumed value reaches an applicant before the office has said that it is right."""
    told = json.loads(office.run("doctor", "--quick", "--json", code=1))
    found = {item["code"]: item for item in told["findings"]}
    listed = json.loads(office.run("catalogue", "assumed", "--json", code=1))

    assert "problem" == found["value-unconfirmed"]["level"]
    assert f"{len(listed)} of {len(listed)} values" in found["value-unconfirmed"]["message"]
    assert 70 < len(listed)
    with Office.open(office.settings) as opened:
        assert () == opened.permit_types(only_open=True)


@pytest.fixture(scope="module")
def confirmed(office):
    """What was said while the operator and the administrator named one paper for everything."""
    return (
        office.run("catalogue", "confirm", "reklame", *PAPER),
        office.run("catalogue", "confirm", "reklame", "time_limit", *PAPER, code=1),
        office.run("catalogue", "confirm", "reklame", *PAPER, "--officer", "admin-1"),
        office.run("catalogue", "assumed", "reklame"),
    )


def test_two_persons_confirm_on_a_paper_and_the_type_opens(office, confirmed):
    """The operator names it, the administrator names the same; everyone sees who, when and which paper."""
    first, again, second, shown = confirmed

    assert "0 confirmed, 29 wait for a second person, 0 not confirmed" in first
    assert "it needs a second person" in again
    assert "29 confirmed, 0 wait" in second
    assert (
        "Keputusan Kepala Dinas number 188/12/2026 of 2 February 2026; host:operator, officer:admin-1"
        in shown
    )
    with Office.open(office.settings) as opened:
        assert {"reklame"} <= {item.code for item in opened.permit_types(only_open=True)}


def test_a_confirmation_is_taken_back_and_the_type_closes(office, confirmed):
    """At once, with the reason; the list names the value again."""
    assert confirmed
    office.run("catalogue", "withdraw", "reklame", "fee", "--reason", "angka keliru", "--officer", "admin-1")
    left = office.run("catalogue", "assumed", "reklame", "--open", code=1)

    assert "reklame fee/components/jaminan-bongkar" in left
    assert "reklame time_limit" not in left
    with Office.open(office.settings) as opened:
        assert "reklame" not in {item.code for item in opened.permit_types(only_open=True)}


def test_an_unknown_path_and_officer_are_said_in_indonesian(office):
    """One sentence each, with what to do."""
    path = office.run("catalogue", "confirm", "reklame", "waktu", *PAPER, code=1, language="id")
    person = office.run("catalogue", "assumed", "--officer", "tak-ada", code=1, language="id")

    assert "tidak mempunyai nilai anggapan pada waktu" in path
    assert 'Tidak ada petugas "tak-ada"' in person


def test_a_document_without_a_name_or_with_endless_number_is_a_sentence(office):
    """No traceback, and nothing is confirmed."""
    for document, number, said in (("", "1", "Nama dokumen"), ("SK", "9" * 121, "Nomor dokumen")):
        paper = ("--document", document, "--number", number, "--date", "2026-02-02")
        told = office.run("catalogue", "confirm", "apotek", *paper, code=1, language="id")
        assert said in told


def test_a_release_of_a_catalogue_fails_on_each_assumed_value(office):
    """What is passed on must stand on sources; each value is named with its line."""
    plain = office.run("catalogue", "check", str(DATA))
    told = json.loads(office.run("catalogue", "check", "--release", "--json", str(DATA), code=1))
    codes = [item["code"] for item in told["problems"]]

    assert "0 problems" in plain
    assert len(told["assumed"]) == codes.count("assumed-value")
    assert {"assumed-value", "still-offered-missing"} == set(codes)
    assert all(item["line"] for item in told["problems"] if "assumed-value" == item["code"])
