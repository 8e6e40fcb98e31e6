"""Assumed values on the administrator's page: two persons, one paper, and the way back."""

from __future__ import annotations

import attrs
import pytest
from perizinan_portal import _plugin
from perizinan_portal.testing import sample_portal

from perizinan_core.catalogue import Catalogue
from perizinan_core.hooks import AuthorityPack
from perizinan_core.model import Officer, Role, Source
from perizinan_core.testing import HOST, sample_office, sample_pack, sample_staff

OPEN = Source("Pengaturan awal", assumed=True, note="jangka waktu harus dikonfirmasi")


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """A portal whose catalogue assumes a time limit, and an office with two administrators."""
    pack = sample_pack()
    types = tuple(
        item
        if item.time_limit is None
        else attrs.evolve(item, time_limit=attrs.evolve(item.time_limit, source=OPEN))
        for item in pack.catalogue.permit_types
    )
    catalogue = Catalogue(authority=pack.authority, permit_types=types)
    second = Officer(
        id="admin-2", name="Admin Dua", roles=frozenset({Role.ADMINISTRATOR}), units=frozenset({"dinas-izin"})
    )
    office = sample_office(
        development=True,
        plugins={"portal": _plugin},
        pack=AuthorityPack(authority=pack.authority, catalogue=catalogue),
        staff=(*sample_staff(), second),
    )
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office)
    yield kit
    kit.close()


def named(portal, who, **paper):
    form = portal.visitor(who).open("/admin/konfirmasi").click("Stall permit").form("konfirmasi/warung")
    form.values["path"] = ["time_limit"]
    del form.values["act"]  # of the other button
    return form.fill(
        **{"name": "Keputusan Kepala Dinas", "number": "188/1/2026", "day": "2026-02-02", **paper}
    ).send()


def test_a_value_holds_once_two_persons_named_the_same_paper(portal):
    """The first one alone is not enough, and not twice."""
    first = named(portal, "admin")
    again = named(portal, "admin")
    second = named(portal, "admin-2")
    (state,) = [
        one
        for one in portal.office.office.confirmations.assumed("warung", actor=HOST)
        if one.part.path == "time_limit"
    ]

    assert "once a second person names the same paper" in first.text
    assert 422 == again.status
    assert "may not confirm it alone" in again.errors[0]
    assert "The values are confirmed." in second.text
    assert "188/1/2026" in second.text
    assert "yes" == state.state.value

    form = portal.visitor("admin").open("/admin/konfirmasi/warung").form("konfirmasi/warung")
    form.values |= {"path": ["time_limit"], "act": "withdraw"}
    asked = form.fill(reason="").send()
    taken = form.fill(reason="Salah dokumen").send()

    assert ["Fill this in"] == asked.errors
    assert "The confirmation is taken back." in taken.text


def test_a_paper_without_its_day_confirms_nothing(portal):
    """Nor a paper for no value."""
    page = named(portal, "admin", day="")
    form = portal.visitor("admin").open("/admin/konfirmasi/warung").form("konfirmasi/warung")
    del form.values["act"]
    nothing = form.fill(name="Keputusan", number="1", day="2026-02-02").send()

    assert ["Fill this in"] == page.errors
    assert ["Choose at least one value"] == nothing.errors
