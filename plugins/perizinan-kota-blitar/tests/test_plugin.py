"""The plugin as perizinan-core sees it: found by its entry point, light until it is asked."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

from perizinan_kota_blitar import KotaBlitarSettings
from perizinan_kota_blitar import _plugin as plugin

from perizinan_core.hooks import PluginManager
from perizinan_core.testing import check_plugin_settings, plugin_context

IMPORT_AND_WATCH = """
import sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
import perizinan_kota_blitar._plugin as plugin
plugin.register_authorities()
print([name for name in opened if str(plugin.DATA) in name or name.endswith((".yaml", ".typ"))])
"""


def test_entry_point_names_the_plugin():
    """Installed alone, the plugin is found under the group of perizinan-core."""
    (entry,) = importlib.metadata.entry_points(group="perizinan_core.plugins", name="kota-blitar")

    assert plugin is entry.load()
    assert 1 == plugin.perizinan_api


def test_importing_and_registering_read_no_data():
    """YAML and templates are read when the office opens, not before."""
    result = subprocess.run(
        [sys.executable, "-c", IMPORT_AND_WATCH], capture_output=True, text=True, check=True
    )

    assert "[]" == result.stdout.strip()


def test_manager_gathers_the_authority():
    """The hook gives one entry; loading it gives authority, catalogue and templates."""
    manager = PluginManager(builtin=object(), discover=False, extra=[("kota-blitar", plugin)])
    (found,) = manager.gather("register_authorities")
    pack = found.record.load()

    assert ("kota-blitar", "kota-blitar") == (found.plugin, found.record.slug)
    assert "35.72" == str(pack.authority.region)
    assert pack.authority is pack.catalogue.authority


def test_templates_are_there_under_their_names():
    """Each name stands for a file in its folder, and every permit type names a known one."""
    pack = plugin.load_pack()
    named = {item.letter.template for item in pack.catalogue.permit_types if item.letter}

    assert all((folder / f"{name}.typ").is_file() for name, folder in pack.templates.items())
    assert named <= {"letter", *pack.templates}
    assert set(pack.templates) <= named


def test_an_office_may_name_the_emblem_for_its_letterhead(tmp_path):
    """We may not pass it on; a path in the settings counts from their folder."""
    settings = check_plugin_settings(KotaBlitarSettings, {"logo": "lambang.png"}, folder=tmp_path)
    pack = plugin.load_pack(context=plugin_context(settings))

    assert ("lambang.png", tmp_path) == (pack.authority.letterhead.logo, pack.assets)
    assert (None, None) == (plugin.load_pack().authority.letterhead.logo, plugin.load_pack().assets)
