"""The plugin interface only grows within its number, and knows the names of the one before."""

from __future__ import annotations

import copy
import json
import sys
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from perizinan_core.bootstrap._builtin import Builtin
from perizinan_core.hooks import API_VERSION, NotificationChannelEntry, PluginManager, PluginState, hookimpl
from perizinan_core.hooks._interface import INTERFACE, Interface, OldName, old_names

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from plugin_interface import breaks, interface, record_of

NEXT = Interface(
    number=2, renamed_hooks={"register_messengers": OldName("register_notification_channels", 2)}
)
"""The interface after this one, in which a hook has another name."""


@pytest.fixture(scope="module")
def recorded():
    """What is recorded of the interface."""
    return json.loads(record_of(API_VERSION).read_text(encoding="utf-8"))


def offers(context):
    """Offer a channel."""
    del context
    return [NotificationChannelEntry(name="post", open=dict)]


def plugin(hook: str, api: object, **more: object) -> SimpleNamespace:
    """Return a plugin with one hook under a name."""
    return SimpleNamespace(**{"perizinan_api": api, hook: hookimpl(offers), **more})


def manager(interface: Interface, **plugins: object) -> PluginManager:
    """Load plugins by an interface, with the built-in one, which is always of this version."""
    builtin = SimpleNamespace(perizinan_api=interface.number)
    return PluginManager(builtin=builtin, discover=False, extra=tuple(plugins.items()), interface=interface)


def test_nothing_went_from_the_interface_since_it_was_recorded(recorded):
    """A hook, an argument, a field, a word, and what functions are called with: what went breaks a plugin."""
    assert [] == list(breaks(recorded, interface()))


def test_what_came_to_the_interface_is_recorded(recorded):
    """Or it could go again unseen. Run: python scripts/plugin_interface.py."""
    assert interface() == recorded


BREAKS = {
    "a hook goes": (lambda shape: shape["hooks"].pop("register_signers"), "hook register_signers: gone"),
    "an argument has another name": (
        lambda shape: shape["hooks"]["decide_applicant_check"].update(arguments=["person", "context"]),
        "decide_applicant_check: argument applicant: gone",
    ),
    "a hook returns another record": (
        lambda shape: shape["hooks"]["register_signers"].update(returns="Signer"),
        "register_signers: returns changed",
    ),
    "a record goes": (lambda shape: shape["records"].pop("SignerEntry"), "record SignerEntry: gone"),
    "a field goes": (
        lambda shape: shape["records"]["SignerEntry"]["fields"].pop("footer"),
        "SignerEntry.footer: gone",
    ),
    "a field that is new has to be given": (
        lambda shape: shape["records"]["SignerEntry"]["fields"].update(level=False),
        "SignerEntry.level: has no default",
    ),
    "a field has to be given from now on": (
        lambda shape: shape["records"]["SignerEntry"]["fields"].update(footer=False),
        "SignerEntry.footer: has no default",
    ),
    "a context has something less to read": (
        lambda shape: shape["records"]["PluginContext"]["reads"].remove("folder"),
        "PluginContext.folder: gone",
    ),
    "a function is called with less": (
        lambda shape: shape["records"]["StorageEntry"]["calls"]["open"].remove("zone"),
        "StorageEntry.open: argument zone: gone",
    ),
    "a word goes": (lambda shape: shape["members"]["SendOutcome"].remove("kept"), "SendOutcome.kept: gone"),
    "a method of a port is called with less": (
        lambda shape: shape["ports"]["perizinan_core.documents.UploadScanner"].update(scan=["path"]),
        "port perizinan_core.documents.UploadScanner.scan: arguments changed",
    ),
    "a method of a port goes": (
        lambda shape: shape["ports"]["perizinan_core.hooks.EventConsumer"].pop("consume"),
        "port perizinan_core.hooks.EventConsumer.consume: gone",
    ),
    "a port has a method more": (
        lambda shape: shape["ports"]["perizinan_core.hooks.EventConsumer"].update(flush=[]),
        "port perizinan_core.hooks.EventConsumer.flush: a method more",
    ),
}


@pytest.mark.parametrize("change", BREAKS)
def test_what_would_break_a_plugin_is_named(recorded, change):
    """And nothing else is."""
    alter, named = BREAKS[change]
    shape = copy.deepcopy(recorded)
    alter(shape)

    assert [named] == list(breaks(recorded, shape))


def test_what_only_adds_breaks_nothing(recorded):
    """A hook, an argument, a field with a default, a word."""
    shape = copy.deepcopy(recorded)
    shape["hooks"]["register_printers"] = shape["hooks"]["register_signers"]
    shape["hooks"]["decide_applicant_check"]["arguments"].append("case")
    shape["records"]["SignerEntry"]["fields"]["level"] = True
    shape["members"]["SendOutcome"].append("later")

    assert [] == list(breaks(recorded, shape))


def test_a_hook_under_its_old_name_works_for_one_number_with_a_warning():
    """The plugin of the number before is asked as if it had the new name."""
    with pytest.warns(
        DeprecationWarning, match="register_messengers is now register_notification_channels"
    ) as told:
        made = manager(NEXT, old=plugin("register_messengers", 1, __name__="surat"))

    assert ["post"] == [item.record.name for item in made.gather("register_notification_channels")]
    assert [PluginState.LOADED] == [item.state for item in made.statuses if item.name == "old"]
    assert "goes with version 3" in str(told[0].message)
    assert "surat.register_messengers" in str(told[0].message)


def test_an_old_name_that_was_given_with_specname_works_too():
    """Pluggy's own way of naming a hook."""
    own = SimpleNamespace(
        perizinan_api=1, channels=hookimpl(specname="register_messengers")(lambda: offers(None))
    )
    with pytest.warns(DeprecationWarning, match="register_messengers"):
        made = manager(NEXT, old=own)

    assert 1 == len(made.gather("register_notification_channels"))


def test_an_old_name_is_unknown_once_it_went():
    """It fails as a name that never was: nobody is left in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = manager(Interface(number=3), old=plugin("register_messengers", 2))

    (status,) = (item for item in made.statuses if item.name == "old")
    assert PluginState.INCOMPATIBLE is status.state
    assert "register_messengers" in status.reason


@pytest.mark.parametrize(
    ("number", "stated", "loaded"),
    [
        (1, 1, True),
        (2, 1, True),
        (3, 1, False),
        (1, 2, False),
        (2, 2, True),
        (2, (1, 1), True),
        (3, (1, 2), True),
        (1, (1, 2), True),
        (4, (1, 2), False),
        (1, (2, 3), False),
        (1, (2, 1), False),
        (1, None, False),
        (1, True, False),
        (1, "1", False),
        (1, 1.0, False),
    ],
)
def test_a_plugin_works_with_the_interface_that_it_states_and_with_the_one_after(number, stated, loaded):
    """One number or a range; a plugin of a later one is not loaded."""
    made = manager(Interface(number=number), one=plugin("register_notification_channels", stated))

    (status,) = (item for item in made.statuses if item.name == "one")
    assert loaded is (status.state is PluginState.LOADED)
    assert loaded or f"this version has {number}" in str(status.reason)


def test_no_old_name_outlives_its_number():
    """Those of hooks; those of modules stand in their own lists, which are looked through here too."""
    assert all(item.api == INTERFACE.number for item in INTERFACE.renamed_hooks.values())


def test_an_old_name_of_a_module_is_the_new_thing_with_a_warning(monkeypatch):
    """Imports written for the name of before go on working."""
    module = ModuleType("perizinan_uji")
    names = {"Channel": OldName("perizinan_core.hooks.NotificationChannelEntry", 2)}
    monkeypatch.setattr(module, "__getattr__", old_names("perizinan_uji", names), raising=False)
    monkeypatch.setitem(sys.modules, "perizinan_uji", module)
    with pytest.warns(DeprecationWarning, match="perizinan_uji.Channel is now") as told:
        from perizinan_uji import Channel

    assert NotificationChannelEntry is Channel
    assert __file__ == told[0].filename
    with pytest.raises(ImportError, match="Kanal"):
        from perizinan_uji import Kanal  # noqa: F401
    with pytest.raises(AttributeError, match="module 'perizinan_uji' has no attribute 'Kanal'"):
        _ = module.Kanal


def test_our_own_plugin_states_the_number_of_the_interface():
    """The built-in one is loaded like any other."""
    assert API_VERSION == Builtin.perizinan_api == INTERFACE.number
