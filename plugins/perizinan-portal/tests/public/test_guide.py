"""Which permit do I need: needed, not needed, elsewhere, or for others; without a script."""

from __future__ import annotations

import attrs
import pytest
from perizinan_portal import _plugin
from perizinan_portal.testing import sample_portal

from perizinan_core.catalogue import Catalogue
from perizinan_core.hooks import AuthorityPack
from perizinan_core.model import ApplicantKind, OwningSystem, Text
from perizinan_core.testing import sample_office, sample_pack


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """A portal whose office also lists a permit of OSS, and one that only organisers get."""
    pack = sample_pack()
    stall, event = (pack.catalogue.versions(code)[0] for code in ("warung", "acara"))
    more = (
        attrs.evolve(
            stall, code="usaha", name=Text("Izin Usaha", "Trade permit"), owning_system=OwningSystem.OSS
        ),
        attrs.evolve(
            event,
            code="pawai",
            name=Text("Izin Pawai", "Parade permit"),
            applicant_kinds=frozenset({ApplicantKind.ORGANISER}),
        ),
    )
    catalogue = Catalogue(
        authority=pack.authority,
        permit_types=tuple(sorted((*pack.catalogue.permit_types, *more), key=lambda item: item.code)),
    )
    office = sample_office(
        development=True,
        plugins={"portal": _plugin},
        pack=AuthorityPack(authority=pack.authority, catalogue=catalogue),
    )
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office)
    yield kit
    kit.close()


def test_the_guide_asks_what_decides_and_says_what_is_not_needed(stranger):
    """With the exception and the law that it stands in."""
    page = stranger.open("/panduan?untuk=person&jenis=warung")
    assert "Di dalam rumah" in page.text
    page = page.form("panduan").fill(warung__di_rumah="true").send()

    assert "You need none" in page.text
    assert "Stalls inside a home" in page.text
    assert "Peraturan Daerah Kabupaten Contoh Nomor 1 Tahun 2025" in page.text
    assert "Apply now" not in page.text


def test_the_guide_says_what_is_needed_and_leads_there(stranger):
    """Answers can be changed on the same page; the way to apply is one click."""
    page = stranger.open("/panduan?untuk=person&jenis=warung").form("panduan")
    page = page.fill(warung__di_rumah="false").send()

    assert "You need this" in page.text
    assert "Who applies?" in page.click("Apply now").text
    assert "You need none" in page.form("panduan").fill(warung__di_rumah="true").send().text


def test_the_guide_sends_on_what_another_system_gives_and_says_who_may_apply(stranger):
    """With the steps there; and for whom a permit is that is not for this applicant."""
    page = stranger.open("/panduan?untuk=person&jenis=usaha&jenis=pawai&jenis=acara")

    assert "Apply at OSS (oss.go.id)" in page.text
    assert "Open oss.go.id, make an account" in page.text
    assert "It is given to: the organiser of an event" in page.text
    assert "You need this" in page.text


def test_the_guide_begins_with_who_and_what(stranger):
    """And says when one of both is missing."""
    page = stranger.open("/").click("Which permit do I need?")
    missing = page.form("panduan").send()

    assert "What do you plan?" in page.text
    assert "Choose who applies" in missing.text
    assert "You need this" in page.form("panduan").fill(untuk="person", jenis="acara").send().text
