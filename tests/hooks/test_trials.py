"""Trials: their results are kept where the list of files fixes the code, and what is kept may be damaged."""

import json
import os
import sys

import pytest

from perizinan_core.bootstrap import Settings
from perizinan_core.bootstrap._plugins import load_plugins, pick
from perizinan_core.hooks import PluginState
from perizinan_core.hooks import _trials as trials_module
from perizinan_core.hooks._installed import installed_plugins
from perizinan_core.hooks._trial import Trial
from perizinan_core.hooks._trials import Trials, cache_folder
from perizinan_core.testing._refusals import raises_code

COUNTED = """
import pathlib
with pathlib.Path({file!r}).open("a") as file:
    file.write("x")
perizinan_api = 1
"""

OFFERING = """
from perizinan_core.hooks import NotificationChannelEntry, hookimpl
perizinan_api = 1

@hookimpl
def register_notification_channels():
    return [NotificationChannelEntry(name="{name}", open=dict)]
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache of its own, and a process that has tried nothing yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(trials_module, "_known", {})
    return tmp_path / "cache" / "perizinan-core" / "plugins"


@pytest.fixture
def counted(install, site, tmp_path):
    """A plugin that counts how often it is imported, with a list of files."""
    count = tmp_path / "count"
    install("uji", COUNTED.format(file=str(count)))
    (site / "contoh_uji-1.2.dist-info" / "RECORD").write_text("contoh_uji.py,sha256=a,5\n")

    def run(**how):
        trials_module._known.clear()
        plugin = next(item for item in installed_plugins() if item.name == "uji")
        (trial,) = Trials(seconds=20, **how).of((plugin,))
        assert trial.objection is None
        return len(count.read_text())

    return run


def test_what_a_trial_said_is_kept_by_the_list_of_files(counted, cache, site):
    """A changed list is tried again; so is an installation that fixes nothing."""
    seen = [counted(), counted()]
    (site / "contoh_uji-1.2.dist-info" / "RECORD").write_text("contoh_uji.py,sha256=b,5\n")
    seen += [counted(), counted()]
    (site / "contoh_uji-1.2.dist-info" / "direct_url.json").write_text('{"dir_info": {"editable": true}}')
    seen += [counted(), counted()]

    assert [1, 1, 2, 2, 3, 4] == seen
    assert 2 == len(list(cache.glob("*.json")))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"null", b'{"format": 9}', b"\xff", b"[" * 100_000])
def test_a_damaged_memory_is_tried_again_and_replaced(counted, cache, content):
    """It is only a memory."""
    counted()
    (path,) = cache.glob("*.json")
    whole = json.loads(path.read_bytes())
    path.write_bytes(content)

    assert 2 == counted()
    assert whole == json.loads(path.read_bytes())


def test_a_memory_of_another_version_of_the_library_or_of_python_does_not_count(counted, monkeypatch, cache):
    """What passed there may not pass here."""
    counted()
    monkeypatch.setattr(trials_module, "core_version", lambda: "99")
    assert 2 == counted()
    monkeypatch.setattr(trials_module.platform, "python_version", lambda: "3.99.0")
    assert 3 == counted()


def test_without_a_place_to_remember_plugins_are_tried_each_time(counted, monkeypatch, tmp_path):
    """A folder that cannot be made, and no folder at all."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert [1, 2] == [counted(), counted()]
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() is None
    assert 3 == counted()


def test_what_another_account_left_there_does_not_count(counted, cache, monkeypatch):
    """It could say that a plugin of ours is broken."""
    counted()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert 2 == counted()


def test_a_plugin_that_kills_the_process_which_tries_it_is_named_and_the_others_are_tried(install):
    """What is left is tried in a process each."""
    install("aaa", "perizinan_api = 1")
    install(
        "killer", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(600)"
    )
    install("zzz", "perizinan_api = 1")
    states = {item.name: (item.state, item.code) for item in load_plugins().statuses}

    assert (PluginState.LOADED, "") == states["aaa"] == states["zzz"]
    assert (PluginState.FAILED, "import-exits") == states["killer"]
    assert "contoh_killer" not in sys.modules


def test_a_trial_is_written_and_read_as_it_is():
    """With the reason still in every language."""
    trial = Trial(hooks=("a",), offers={"a": ("x",)}, commands={"x": "help"}, printed=True)

    assert trial == Trial.from_json(json.loads(json.dumps(trial.as_json())))


def test_an_installed_plugin_replaces_what_is_built_in_only_where_the_settings_say_so(install):
    """The built-in channel stays in use without a word."""
    install("mine", OFFERING.format(name="mail-folder"))
    hook = "register_notification_channels"
    unasked = load_plugins()
    asked = load_plugins(replaces={"mail-folder": "mine"})

    assert "builtin" == pick(unasked.gather(hook), "channel", "mail-folder", "name").plugin
    assert "mine" in {item.plugin for item in unasked.claims(hook)}
    assert "mine" == pick(asked.gather(hook), "channel", "mail-folder", "name").plugin


def test_of_two_plugins_that_offer_the_same_none_is_used_until_the_settings_choose(install):
    """Which is loaded first says nothing about whose is wanted."""
    install("aaa", OFFERING.format(name="same"))
    install("zzz", OFFERING.format(name="same"))
    hook = "register_notification_channels"
    with raises_code("offered-twice", match="aaa; zzz|aaa, zzz|aaa"):
        pick(load_plugins().gather(hook), "channel", "same", "name")
    chosen = load_plugins(replaces={"same": "aaa"})

    assert "aaa" == pick(chosen.gather(hook), "channel", "same", "name").plugin


def test_the_settings_choose_whose_is_used():
    """By name or scheme, in a table."""
    from perizinan_core._converters import from_json

    settings = from_json(
        Settings, {"office": {"authority": "x"}, "plugins": {"replaces": {"folder": "my-store"}}}
    )

    assert {"folder": "my-store"} == settings.plugins.replaces


def test_plugins_that_offer_nothing_of_what_is_asked_for_are_not_loaded(install):
    """By their manifest, or else by their trial."""
    install("mine", OFFERING.format(name="x"))
    install("other", "perizinan_api = 1")
    manager = load_plugins(only=("register_notification_channels",))

    assert {"builtin", "mine"} == {item.name for item in manager.statuses} - {"apprise"}
    assert "contoh_other" not in sys.modules
