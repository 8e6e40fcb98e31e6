"""Functions and formats of a plugin in one whole case, and when the plugin changes in the middle of it."""

from __future__ import annotations

import shutil
import sys
import time
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest

from perizinan_core import Office
from perizinan_core.bootstrap import Settings, _expressions, load_plugins, migrate_database
from perizinan_core.bootstrap._settings import OfficeSettings, SigningSettings
from perizinan_core.catalogue import facts, freeze_terms, load_catalogue
from perizinan_core.errors.catalogue import InvalidCatalogueError
from perizinan_core.hooks import AuthorityEntry, AuthorityPack, hookimpl
from perizinan_core.model import ApplicationState, Rupiah
from perizinan_core.testing import APPLICANT, sample_office
from perizinan_core.testing._offices import HOST, SAMPLE
from perizinan_core.testing._refusals import raises_code

EXAMPLE = Path(__file__).parents[2] / "examples" / "land-parcels"
if str(EXAMPLE) not in sys.path:
    sys.path.insert(0, str(EXAMPLE))

import land_parcels  # noqa: E402 - an example is not installed

NOP = "32.01.010.001.002-0034.5"
FORM = {"lokasi": "Jalan Melati", "luas": 118, "zona": "K-1", "nop": NOP}
OTHER_EDITION = "2027.1"
DAY = date(2026, 3, 2)


def parcels(edition: str | None = None):
    """Return what the example offers, in its own edition or another one."""
    [entry] = land_parcels.register_expressions()
    return [entry if edition is None else attrs.evolve(entry, edition=edition)]


AREA = "    luas: {title: Luas (m²), type: integer, minimum: 1}\n"
ZONE = "    zona: {title: Zona, enum: [K-1, K-2, R-1, X-9]}\n"
PARCEL = "    nop: {title: NOP, type: string, format: parcels.nop}\n"
CHANGES = (
    (AREA, AREA + ZONE + PARCEL),
    ("formula: form.luas * 1000", "formula: 'parcels.zone_fee(form.zona, form.luas)'"),
)
"""What is changed in the event permit of the sample."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The sample, whose event permit asks for the parcel and costs by the zone."""
    target = tmp_path_factory.mktemp("parcels") / "catalogue"
    shutil.copytree(SAMPLE, target)
    file = target / "permits" / "acara.yaml"
    text = file.read_text("utf-8")
    for old, new in CHANGES:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
    return target


def pack_of(folder, edition: str | None = None) -> AuthorityPack:
    """Load the catalogue with the example's functions."""
    catalogue = load_catalogue(folder, expressions=parcels(edition))
    return AuthorityPack(authority=catalogue.authority, catalogue=catalogue)


@pytest.fixture(scope="module")
def kit(folder):
    """An office with that catalogue."""
    return sample_office(pack=pack_of(folder))


def again(kit, pack: AuthorityPack):
    """Open another office on the same records, papers and clock, as after an upgrade."""
    context = kit.office._context
    return sample_office(
        pack=pack, storage=context.storage, documents=context.documents, clock=kit.clock, staff=()
    )


def test_a_case_goes_its_whole_way_with_functions_of_a_plugin(kit):
    """The fee by the zone, in begun steps of five square metres; what it was submitted under is kept."""
    case = kit.submit("acara", form=FORM)

    assert Rupiah(120 * 2_000) == case.terms.fee.total
    assert ["parcels 2026.1"] == [str(item) for item in case.terms.extensions]
    kit.review(case.id)
    assert kit.issue(case.id).number
    assert ApplicationState.ISSUED is kit.office.applications.get(case.id, actor=HOST).state


def test_the_form_is_refused_with_the_sentence_of_the_plugin(kit):
    """And the schema for portals shows it."""
    case = kit.draft("acara", form={**FORM, "nop": "32.01"})
    kit.fill(case.id)
    with raises_code("submission-refused") as told:
        kit.hand_in(case.id)

    assert "NOP: tuliskan 18 angka NOP seperti pada SPPT PBB" in told.value.message("id")
    field = kit.office.schemas.form("acara")["properties"]["nop"]
    assert ("parcels.nop", "2026.1") == (field["format"], field["x-format-edition"])


def test_a_function_that_fails_leaves_the_draft(kit):
    """A zone that is not in the table is neither free nor refused."""
    case = kit.draft("acara", form={**FORM, "zona": "X-9"})
    kit.fill(case.id)
    with raises_code("plugin-expression", match="parcels.zone_fee"):
        kit.hand_in(case.id)

    assert ApplicationState.DRAFT is kit.office.applications.get(case.id, actor=APPLICANT).state


def test_a_case_of_another_edition_is_not_decided(kit, folder):
    """It can be read; nothing about it is computed; a new one goes its way; the old edition finishes it."""
    case = kit.submit("acara", form=FORM)
    kit.review(case.id)
    upgraded = again(kit, pack_of(folder, OTHER_EDITION))

    assert ApplicationState.APPROVED is upgraded.office.applications.get(case.id, actor=HOST).state
    with raises_code("expressions-changed", match="parcels 2026.1; now there are: parcels 2027.1"):
        upgraded.issue(case.id)
    new = upgraded.submit("acara", form=FORM)
    assert ["parcels 2027.1"] == [str(item) for item in new.terms.extensions]
    assert kit.issue(case.id).number


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (True, NOP),
        (True, "320101000100200345"),
        (False, "32010100010020034"),
        (False, "3201.01000100200345"),
        (False, "32.01.010.001.002-0034.x"),
        (False, "００２１０１０００１００２００３４５"),
    ],
)
def test_the_number_of_a_parcel_is_read_as_the_tax_letter_writes_it(expected, text):
    """With points or bare; digits are ours."""
    assert expected == land_parcels.is_nop(text)


def test_a_begun_step_counts_whole():
    """118 m² are 120."""
    assert [10_000, 10_000, 20_000] == [
        land_parcels.zone_fee("K-1", Fraction(area)) for area in ("0.5", 5, "5.01")
    ]


@pytest.fixture
def open_with(tmp_path, folder):
    """Open an office from settings, whose authority is a plugin that reads the folder."""

    class Authority:
        perizinan_api = 1

        @hookimpl
        def register_authorities(self):
            return [AuthorityEntry(slug="kabupaten-contoh", load=self.load)]

        def load(self):
            catalogue = load_catalogue(folder)
            return AuthorityPack(authority=catalogue.authority, catalogue=catalogue)

    def run(**plugins):
        settings = Settings(
            office=OfficeSettings(authority="kabupaten-contoh"),
            signing=SigningSettings(development=True),
            folder=tmp_path,
        )
        given = {"here": Authority(), **plugins}
        migrate_database(settings, load_plugins(discover=False, extra=given))
        return Office.open(settings, plugins=given, discover=False)

    return run


def test_an_office_gives_its_catalogue_what_other_plugins_offer(open_with):
    """The authority's plugin and the one with the functions know nothing of each other; without it, none opens."""
    with open_with(parcels=land_parcels) as office:
        kind = office.catalogue.versions("acara")[0]
        assert ["parcels 2026.1"] == [str(item) for item in kind.extensions.used]
    with pytest.raises(InvalidCatalogueError) as told:
        open_with()

    found = [(item.code, item.line is not None, item.message("en")) for item in told.value.problems]
    assert {("expression", True), ("unknown-format", True)} == {(code, line) for code, line, _ in found}
    assert all("no plugin that is installed offers parcels." in sentence for _, _, sentence in found)


def test_a_function_that_hangs_is_given_up(open_with, monkeypatch):
    """Someone waits; the plugin is named."""
    monkeypatch.setattr(_expressions, "SECONDS", 0.2)
    [entry] = parcels()
    slow = attrs.evolve(entry.functions[0], compute=lambda *_: time.sleep(2))
    plugin = SimpleNamespace(
        perizinan_api=1,
        register_expressions=hookimpl(lambda: [attrs.evolve(entry, functions=(slow,))]),
    )
    with open_with(slow=plugin) as office:
        kind = office.catalogue.versions("acara")[0]
        with raises_code("plugin-expression", match="time-limit"):
            freeze_terms(kind, facts(form=FORM), DAY)
