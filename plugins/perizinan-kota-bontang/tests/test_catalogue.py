"""The catalogue of the example authority is sound and says of itself what it is."""

from __future__ import annotations

import importlib.metadata
import re

import pytest
from perizinan_kota_bontang import _plugin as plugin

from perizinan_core import Office
from perizinan_core.bootstrap import OfficeSettings, Settings
from perizinan_core.catalogue import service_standard
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.hooks import PluginManager
from perizinan_core.model import DelegationKind

from .conftest import open_types

OPEN = {
    "apotek",
    "bongkar-trotoar",
    "depot-air-minum",
    "izin-gangguan",
    "jasa-konstruksi",
    "jasa-titipan",
    "mineral-bukan-logam",
    "minuman-beralkohol",
    "reklame",
}
TITLES_OF_PEOPLE = re.compile(r"\b(?:NIP|Drs|Dra|S\.(?:E|H|Sos)|M\.(?:Si|M|Kes)|Bapak|Ibu [A-Z])\b")


def test_check_finds_nothing_and_runs_every_example(report):
    """No problem, no warning."""
    assert () == report.problems
    assert () == report.warnings


def test_nine_of_seventeen_types_are_open(report):
    """The others say what the source lacks, in both languages."""
    types = report.catalogue.types()

    assert 17 == len(types)
    assert OPEN == {item.code for item in types if item.complete}
    assert all(item.gaps is not None and item.gaps.en for item in types if not item.complete)


def test_every_type_rests_on_a_source_that_is_marked_as_old(report):
    """Nothing passes for the law of today: each file carries the mark and its note."""
    assert all(item.source.assumed and "2013-2014" in item.source.note for item in report.catalogue.types())


def test_name_and_notice_say_what_it_is_in_both_languages(authority):
    """The name alone stands in places where there is no room for the sentence."""
    assert "contoh 2013-2014" in authority.name.id
    assert "example of 2013-2014" in authority.name.en
    assert authority.example.id.startswith("CONTOH")
    assert authority.example.en.startswith("EXAMPLE")


def test_three_ways_to_hold_the_power_to_sign_are_there(authority):
    """The mayor of his own right, the agency on his behalf, two offices by delegation."""
    assert set(DelegationKind) == {item.kind for item in authority.delegations}
    assert ["WALI KOTA BONTANG"] == [
        item.on_behalf_of.id for item in authority.delegations if item.on_behalf_of is not None
    ]


def test_every_type_counts_its_own_numbers(report):
    """No two types share a register."""
    registers = [item.register for item in open_types()]

    assert len(OPEN) == len(set(registers))


@pytest.mark.parametrize("permit_type", open_types(), ids=lambda item: item.code)
def test_every_open_type_gives_the_fourteen_components(permit_type, authority):
    """In both languages."""
    for language in ("id", "en"):
        components = service_standard(permit_type, authority=authority, language=language)

        assert 14 == len(components)
        assert all(component.lines for component in components)


def test_no_person_is_named():
    """Positions only."""
    for path in plugin.DATA.rglob("*.yaml"):
        assert not TITLES_OF_PEOPLE.search(path.read_text(encoding="utf-8")), path.name


def test_entry_point_names_the_plugin():
    """Installed alone, the plugin is found under the group of perizinan-core, and offers its authority."""
    (entry,) = importlib.metadata.entry_points(group="perizinan_core.plugins", name="kota-bontang")
    manager = PluginManager(builtin=object(), discover=False, extra=[("kota-bontang", entry.load())])
    (found,) = manager.gather("register_authorities")

    assert "kota-bontang" == found.record.slug
    assert "64.74" == str(found.record.load().authority.region)


def test_templates_are_there_under_their_names():
    """Each name stands for a file, and a type uses it."""
    named = {item.letter.template for item in open_types()}

    assert all((folder / f"{name}.typ").is_file() for name, folder in plugin.TEMPLATES.items())
    assert set(plugin.TEMPLATES) <= named


def test_an_office_opens_with_it_in_development_only(tmp_path):
    """Elsewhere the sentence names the way out, and nothing is written."""
    settings = Settings(office=OfficeSettings(authority="kota-bontang"), folder=tmp_path)

    with pytest.raises(BootstrapError) as refusal:
        Office.open(settings, discover=False, plugins={"kota-bontang": plugin})

    assert "example-authority" == refusal.value.code
    assert "development = true" in str(refusal.value)
    assert [] == list(tmp_path.iterdir())
