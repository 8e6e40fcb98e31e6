"""Manifests: a plugin is known and judged without running any of its code."""

import sys
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.bootstrap._plugins import load_plugins
from perizinan_core.cli._new._writing import KINDS, NewPlugin
from perizinan_core.hooks import PluginState
from perizinan_core.hooks._installed import installed_plugins
from perizinan_core.hooks._manifest import ManifestError, manifest_places, read_manifest

WHOLE = """
manifest = 1
later = "passed over"

[plugin.uji]
api = [1, 2]
minimum-core = "0.1"

[plugin.uji.offers]
register_authorities = ["kota-uji"]
register_cli_commands = { pajak = "Menghitung pajak." }
decide_applicant_check = true
"""
RAISES = "raise RuntimeError('run')"


def found(name):
    return {item.name: item for item in installed_plugins()}[name]


def status(name):
    return {item.name: item for item in load_plugins().statuses}[name]


def test_a_manifest_says_what_a_plugin_works_with_and_what_it_offers():
    """Names by hook, commands with their help; unknown keys are of a later version."""
    manifest = read_manifest(WHOLE.encode(), "uji")

    assert ((1, 2), "0.1") == (manifest.api, manifest.minimum_core)
    assert {
        "register_authorities": ("kota-uji",),
        "register_cli_commands": ("pajak",),
        "decide_applicant_check": (),
    } == manifest.offers
    assert {"pajak": "Menghitung pajak."} == manifest.commands
    assert [True, True, True, False] == [manifest.works_with_api(number) for number in range(1, 5)]
    assert [False, True, True] == [manifest.works_with_core(text) for text in ("0.1.dev1", "0.1.0", "3")]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("manifest = 1", "", "manifest: expected 1, received -"),
        ("manifest = 1", "manifest = 2", "manifest: expected 1, received 2"),
        ("plugin.uji", "plugin.lain", "no table [plugin.uji]"),
        ("api = [1, 2]", "", "api: expected [1, 1], received -"),
        ("api = [1, 2]", "api = [2, 1]", "api: expected"),
        ("api = [1, 2]", "api = 1", "api: expected"),
        ("api = [1, 2]", "api = [true, 2]", "api: expected"),
        ('minimum-core = "0.1"', "", "minimum-core: expected"),
        ('minimum-core = "0.1"', 'minimum-core = "new"', "minimum-core: expected"),
        ('minimum-core = "0.1"', "minimum-core = 0.1", "minimum-core: expected"),
        ("decide_applicant_check = true", "decide_applicant_check = 5", "offers.decide_applicant_check"),
        ('["kota-uji"]', "[5]", "offers.register_authorities"),
        ('"Menghitung pajak."', "5", "offers.register_cli_commands"),
        ("later", "=", "not a TOML file"),
        ("later", "#" * 70_000, "larger than"),
    ],
)
def test_what_is_wrong_in_a_manifest_is_named(old, new, key):
    """With what was expected and what was received."""
    with pytest.raises(ManifestError) as told:
        read_manifest(WHOLE.replace(old, new).encode(), "uji")

    assert key in str(told.value)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"manifest = 1\n{text}".encode()))
def test_no_content_makes_reading_raise_anything_else(content):
    """A manifest is a stranger's file."""
    with pytest.raises(ManifestError):
        read_manifest(content, "uji")


def test_a_manifest_lies_beside_the_module_of_the_entry_point():
    """In the package, or with the module's name before it."""
    assert "a/b/perizinan_plugin.toml" in manifest_places("a.b")
    assert "a/perizinan_plugin.toml" in manifest_places("a.b")
    assert "a.perizinan_plugin.toml" in manifest_places("a")


def test_a_manifest_is_read_without_running_the_plugin(install):
    """Its name, version and offers are known."""
    install("uji", RAISES, manifest=WHOLE)
    plugin = found("uji")

    assert ("contoh-uji", "1.2") == (plugin.distribution, plugin.version)
    assert ("kota-uji",) == plugin.manifest.offers["register_authorities"]
    assert "contoh_uji" not in sys.modules


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("[1, 2]", "[2, 3]", "versions 2 to 3 of the plugin interface, this is 1"),
        ('"0.1"', '"99.0"', "needs perizinan-core 99.0 or later"),
        ("manifest = 1", "manifest = 9", "perizinan_plugin.toml cannot be used: manifest: expected 1"),
    ],
)
def test_a_plugin_for_another_core_is_not_even_imported(install, old, new, reason):
    """The manifest is enough to tell."""
    install("uji", RAISES, manifest=WHOLE.replace(old, new))

    assert PluginState.INCOMPATIBLE is status("uji").state
    assert reason in status("uji").reason
    assert "contoh_uji" not in sys.modules


METADATA = b"Metadata-Version: 2.1\nName: contoh-uji\nVersion: 1.2\n"
ENTRY = b"[perizinan_core.plugins]\nuji = contoh_uji\n"


@pytest.mark.parametrize(
    ("metadata", "entry", "name", "reason"),
    [
        (b"Name: contoh-\xff\nVersion: 1\n", ENTRY, "uji", "cannot be read (METADATA)"),
        (b"Name: contoh-uji\n", ENTRY, "uji", "no usable version"),
        (b"Name: contoh-uji\nVersion: new\n", ENTRY, "uji", "no usable version"),
        (b"Version: 1\n", ENTRY, "uji", "no usable name"),
        (b"Name: contoh\x1b[31m\nVersion: 1\n", ENTRY, "uji", "no usable name"),
        (METADATA, ENTRY + b"# \xff", "contoh_uji", "entry_points.txt"),
        (METADATA, ENTRY + b"no assignment", "contoh_uji", "entry_points.txt"),
        (METADATA, b"[perizinan_core.plugins]\n\x1b[31mred = x\n", "\\x1b[31mred", "other characters"),
        (METADATA, b"[perizinan_core.plugins]\nuji = ../../x\n", "uji", "does not name a module"),
    ],
)
def test_damaged_metadata_names_the_plugin_and_spoils_no_other(install, metadata, entry, name, reason):
    """Neither is its code run, nor does what is printed hold a control character."""
    install("uji", RAISES, metadata=metadata, entry=entry)
    install("baik", "perizinan_api = 1")
    told = status(name)

    assert PluginState.INCOMPATIBLE is told.state
    assert reason in told.reason
    assert (told.name + told.distribution + told.version + told.reason).isprintable()
    assert "contoh_uji" not in sys.modules
    assert PluginState.LOADED is status("baik").state


def test_metadata_of_others_that_cannot_be_read_is_none_of_our_business(install):
    """A damaged distribution without plugins is not named."""
    install("uji", RAISES, entry=b"[console_scripts]\nx = \xff\n")

    assert "contoh_uji" not in {item.name for item in installed_plugins()}


def test_the_list_of_files_tells_one_installation_from_another(install, site):
    """Only where it fixes the code: not for an editable installation, and not where it does not list the module."""
    install("uji", RAISES)
    info = site / "contoh_uji-1.2.dist-info"
    seen = []
    for record, origin in [
        ("", "{}"),
        ("contoh_uji.py,sha256=a,5\n", "{}"),
        ("contoh_uji.py,sha256=b,5\n", "{}"),
        ("contoh_uji.py,sha256=b,5\n", '{"dir_info": {"editable": true}}'),
        ("contoh_uji.py,sha256=b,5\n", "no json"),
        ("contoh_uji.pth,sha256=b,5\n", "{}"),
    ]:
        (info / "RECORD").write_text(record)
        (info / "direct_url.json").write_text(origin)
        seen.append(found("uji").record)

    assert [False, True, True, False, False, False] == [item is not None for item in seen]
    assert seen[1] != seen[2]


def test_our_own_plugins_have_manifests():
    """Also where they are installed as editable."""
    ours = {item.name: item.manifest for item in installed_plugins()}

    assert ("kota-blitar",) == ours["kota-blitar"].offers["register_authorities"]
    assert ("verify-serve",) == ours["verify"].offers["register_cli_commands"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_has_a_manifest(kind):
    """It is in the package, and says what the plugin offers."""
    files = dict(NewPlugin(slug="uji", kind=kind).files())
    manifest = read_manifest(files["src/perizinan_uji/perizinan_plugin.toml"].encode(), "uji")

    assert 1 == len(manifest.offers)
    assert 1 == tomllib.loads(files["src/perizinan_uji/perizinan_plugin.toml"])["manifest"]
