"""Choosing how often one is written to."""

from __future__ import annotations


def test_an_applicant_chooses_one_message_a_day(portal):
    """Without script; the mornings of the office are offered to officers alone."""
    page = portal.visitor("sekar").open("/akun").click("Choose at once or together")
    saved = page.form("kiriman").fill(pace="daily").send()

    assert "What waited is on its way" in saved.text
    assert "Each morning on which the office works" not in page.text
    assert "daily" == saved.form("kiriman").values["pace"]
