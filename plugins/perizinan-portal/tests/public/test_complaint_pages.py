"""Complaints: filed and followed without an account, named a holder, answered."""

from __future__ import annotations

import re

import pytest

WORDS = "Berkas saya sudah tiga minggu tidak bergerak."


@pytest.fixture
def filed(stranger):
    """File a complaint, and return its number and code as the page shows them."""
    form = stranger.open("/pengaduan").form("pengaduan")
    page = form.fill(kind="service", message=WORDS, name="Sekar Contohwati").send()
    found = re.findall(r"<code>([^<]+)</code>", page.html)
    assert "/pengaduan" == page.url
    return tuple(found)


def status(visitor, filed):
    return visitor.open("/pengaduan/status").form("status").fill(number=filed[0], secret=filed[1]).send()


def test_a_complaint_is_answered_and_come_back_with(portal, stranger, filed):
    """The supervisor names who handles it, the officer answers, the person comes back with it."""
    supervisor, officer = portal.visitor("supervisor"), portal.visitor("telaah-1")
    case = supervisor.open("/petugas/pengaduan").click(filed[0])
    form = case.form("pengaduan")
    form.values["officer"] = "telaah-1"
    listed = form.send()
    answered = officer.open("/petugas/pengaduan").click(filed[0]).form("pengaduan")
    thanks = answered.fill(message="Maaf, sudah selesai.").send()
    seen = status(stranger, filed)
    again = next(one for one in seen.forms if "message" in one.controls).fill(message="Belum.").send()

    assert "on record who handles" in listed.text
    assert "Your answer is on record" in thanks.text
    assert "Maaf, sudah selesai." in seen.text and WORDS in seen.text
    assert "Belum." in again.text and "handled" in again.text
    assert filed[1] not in seen.url
    assert "Sekar" not in seen.html


def test_what_is_missing_is_said_beside_its_field(stranger):
    """And nothing that was typed is lost."""
    page = stranger.open("/pengaduan").form("pengaduan").fill(message=WORDS).send()

    assert (422, ["Choose an answer"]) == (page.status, page.errors)
    assert WORDS in page.html


def test_a_wrong_code_finds_nothing(stranger, filed):
    """Nor an unknown number."""
    for known in ((filed[0], "SALAH"), ("ADU-2026-XXXXXX", filed[1])):
        page = status(stranger, known)

        assert (422, ["There is no complaint with this number and code"]) == (page.status, page.errors)


def test_a_complaint_is_taken_back(stranger, filed):
    """With one press; then it is over."""
    page = next(one for one in status(stranger, filed).forms if one.values.get("_step") == "withdraw").send()

    assert "Nothing more follows" in page.text


def test_an_officer_who_does_not_handle_it_sees_nothing_of_it(portal, filed):
    """Neither in the list nor by its address."""
    supervisor = portal.visitor("supervisor").open("/petugas/pengaduan")
    address = next(place for text, place in supervisor.links.items() if filed[0] in text)
    clerk = portal.visitor("loket-1")

    assert filed[0] not in clerk.open("/petugas/pengaduan").text
    assert 404 == clerk.open(address).status
    assert portal.stranger().open(address).url.startswith("/masuk")
