"""Plugins are loaded and asked one by one: a bad one is named with its reason and stops nothing else."""

import os
import signal
import sys
import threading

import attrs
import pytest

from perizinan_core.bootstrap._plugins import load_plugins, pick
from perizinan_core.hooks import (
    ApplicantCheckResult,
    CliCommandEntry,
    NotificationChannelEntry,
    PluginState,
    hookimpl,
)
from perizinan_core.hooks._manager import RECORDS
from perizinan_core.hooks._specs import HookSpecs
from perizinan_core.model._events import Event, EventKind
from perizinan_core.testing._offices import MORNING, sample_applicant
from perizinan_core.testing._refusals import raises_code

OURS = ("mail-folder", "smtp")
"""The built-in channels."""

EVENT = Event(kind=EventKind.FILE_COMPLETE, subject="a", at=MORNING, actor="x")

GOOD = """
    from perizinan_core.hooks import hookimpl, NotificationChannelEntry
    perizinan_api = 1

    @hookimpl
    def register_notification_channels():
        return [NotificationChannelEntry(name="{name}", open=dict)]
"""

BAD = {
    "import-error": ("import not_there_at_all", PluginState.FAILED, "ModuleNotFoundError"),
    "syntax": ("def broken(:", PluginState.FAILED, "SyntaxError"),
    "exits": ("raise SystemExit(4)", PluginState.FAILED, "SystemExit: 4"),
    "raises": ("raise RuntimeError('on import')", PluginState.FAILED, "RuntimeError: on import"),
    "other-version": ("perizinan_api = 99", PluginState.INCOMPATIBLE, "perizinan_api is 99"),
    "no-version": ("", PluginState.INCOMPATIBLE, "perizinan_api is None"),
    "misspelt": (
        """
        from perizinan_core.hooks import hookimpl
        perizinan_api = 1

        @hookimpl
        def register_notification_chanels():
            return []
        """,
        PluginState.INCOMPATIBLE,
        "register_notification_chanels",
    ),
    "wrong-argument": (
        """
        from perizinan_core.hooks import hookimpl
        perizinan_api = 1

        @hookimpl
        def decide_applicant_check(happening):
            pass
        """,
        PluginState.INCOMPATIBLE,
        "happening",
    ),
    "wraps": (
        """
        from perizinan_core.hooks import hookimpl
        perizinan_api = 1

        @hookimpl(wrapper=True)
        def decide_applicant_check(applicant):
            return (yield)
        """,
        PluginState.INCOMPATIBLE,
        "wrappers are not supported",
    ),
}


def status_of(manager, name):
    return {item.name: item for item in manager.statuses}[name]


def test_every_bad_plugin_is_named_with_its_reason_and_the_good_ones_work(install):
    """All at once, before and after them in the alphabet."""
    for name, (source, _, _) in BAD.items():
        install(name, source)
    install("aaa-good", GOOD.replace("{name}", "first"))
    install("zzz-good", GOOD.replace("{name}", "last"))
    manager = load_plugins()
    channels = [item.record.name for item in manager.gather("register_notification_channels")]

    for name, (_, state, reason) in BAD.items():
        status = status_of(manager, name)
        assert (state, f"contoh-{name}", "1.2") == (status.state, status.distribution, status.version)
        assert reason in status.reason
    for name in ("aaa-good", "zzz-good"):
        assert PluginState.LOADED is status_of(manager, name).state
        assert ("register_notification_channels",) == status_of(manager, name).hooks
    assert ["last", "first", *OURS] == [name for name in channels if not name.startswith("apprise-")]


def test_the_statuses_begin_with_the_built_in_plugin(install):
    """Then by name."""
    install("aaa-good", GOOD.replace("{name}", "first"))
    names = [item.name for item in load_plugins().statuses]

    assert "builtin" == names[0]
    assert sorted(names[1:]) == names[1:]


def test_a_disabled_plugin_is_not_even_imported(install):
    """Its code does not run."""
    install("exits", "raise SystemExit(4)")
    manager = load_plugins(disabled=["exits", "given"], extra={"given": Plugin()})

    assert PluginState.DISABLED is status_of(manager, "exits").state
    assert PluginState.DISABLED is status_of(manager, "given").state
    assert "contoh_exits" not in sys.modules


def test_without_discovery_nothing_installed_is_loaded(install):
    """For tests and ``--no-plugins``."""
    install("raises", "raise RuntimeError")

    assert ["builtin"] == [item.name for item in load_plugins(discover=False).statuses]


def test_ctrl_c_while_plugins_are_tried_still_stops_the_program(install):
    """Only what a plugin does wrong is caught."""
    install("slow", "import time\ntime.sleep(600)")
    # Programs that were started in the background ignore the signal; here it is one in a terminal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    pressed = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    pressed.start()
    with pytest.raises(KeyboardInterrupt):
        load_plugins()
    pressed.join()
    signal.signal(signal.SIGINT, before)


class Plugin:
    """A plugin that does nothing."""

    perizinan_api = 1


def channel(name):
    return NotificationChannelEntry(name=name, open=dict)


def offering(result):
    """Return a plugin whose channel hook returns something, or raises it."""

    class Offers(Plugin):
        @hookimpl
        def register_notification_channels(self):
            if isinstance(result, BaseException):
                raise result
            return result

    return Offers()


def yielding_then_raising():
    yield channel("half")
    raise RuntimeError("in the middle")


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (RuntimeError("broken"), "RuntimeError: broken"),
        (SystemExit(1), "SystemExit: 1"),
        (5, "got int"),
        ("channels", "got str"),
        (channel("alone"), "got NotificationChannelEntry"),
        ([channel("one"), "two"], "got str"),
        ([CliCommandEntry(name="x", help="", load=dict)], "got CliCommandEntry"),
        (yielding_then_raising(), "in the middle"),
    ],
)
def test_a_plugin_that_registers_nonsense_is_set_aside_with_all_that_it_offers(result, reason):
    """The other plugins' records are returned, none of its own."""
    manager = load_plugins(
        discover=False, extra={"bad": offering(result), "good": offering([channel("good")])}
    )
    found = [item.record.name for item in manager.gather("register_notification_channels")]
    status = status_of(manager, "bad")

    assert ["good", *OURS] == found
    assert PluginState.FAILED is status.state
    assert "register_notification_channels" in status.reason
    assert reason in status.reason
    assert found == [item.record.name for item in manager.gather("register_notification_channels")]


def test_a_hook_may_yield_and_may_return_nothing():
    """Lists, generators and None are all right."""
    manager = load_plugins(
        discover=False, extra={"none": offering(None), "yields": offering(iter([channel("yielded")]))}
    )
    names = [item.record.name for item in manager.gather("register_notification_channels")]

    assert ["yielded", *OURS] == names
    assert PluginState.LOADED is status_of(manager, "none").state


def test_every_register_hook_says_what_it_returns():
    """A new hook must name its record."""
    hooks = {name for name in vars(HookSpecs) if name.startswith("register_")}

    assert hooks == set(RECORDS)


def test_two_plugins_of_one_name_do_not_hide_each_other():
    """The first stays; the second is shown as failed."""
    manager = load_plugins(discover=False, extra={"same": offering([channel("first")])})
    manager.register("same", offering([channel("second")]))
    names = [item.record.name for item in manager.gather("register_notification_channels")]
    statuses = [item for item in manager.statuses if item.name == "same"]

    assert ["first", *OURS] == names
    assert {PluginState.LOADED, PluginState.FAILED} == {item.state for item in statuses}


def test_no_plugin_takes_the_place_of_the_built_in_one():
    """Its name is taken."""
    manager = load_plugins(discover=False, extra={"builtin": offering([channel("evil")])})

    assert [*OURS] == [item.record.name for item in manager.gather("register_notification_channels")]


def test_a_plugin_whose_attributes_raise_is_set_aside():
    """Looking at it runs its code."""

    class Trap(Plugin):
        @property
        def something(self):
            raise RuntimeError("do not look")

        @hookimpl
        def register_frontends(self):
            return []

    class Worse:
        @property
        def perizinan_api(self):
            raise SystemExit(2)

    manager = load_plugins(discover=False, extra={"trap": Trap(), "worse": Worse()})

    assert PluginState.INCOMPATIBLE is status_of(manager, "worse").state
    assert status_of(manager, "trap").state in (PluginState.LOADED, PluginState.INCOMPATIBLE)


def test_a_plugin_can_be_taken_out_again():
    """Unknown names do nothing."""
    manager = load_plugins(discover=False, extra={"given": offering([channel("given")])})
    manager.unregister("given")
    manager.unregister("given")

    assert ["builtin"] == [item.name for item in manager.statuses]
    assert [*OURS] == [item.record.name for item in manager.gather("register_notification_channels")]


def answering(result):
    """Return a plugin whose applicant check gives an answer, or raises it."""

    class Answers(Plugin):
        asked = 0

        @hookimpl
        def decide_applicant_check(self, applicant):
            assert applicant is not None
            self.asked += 1
            if isinstance(result, BaseException):
                raise result
            return result

    return Answers()


def test_the_first_answer_wins_and_the_rest_is_not_asked():
    """Latest registered first."""
    first = answering(ApplicantCheckResult(accepted=True, verified_by="one"))
    second = answering(ApplicantCheckResult(accepted=False, verified_by="two"))
    silent = answering(None)
    manager = load_plugins(discover=False, extra={"first": first, "second": second, "silent": silent})
    answer = manager.decide_applicant_check(sample_applicant())

    assert "two" == answer.verified_by
    assert [0, 1, 1] == [first.asked, second.asked, silent.asked]


@pytest.mark.parametrize("result", [RuntimeError(sample_applicant().email), SystemExit(), "yes", True])
def test_a_decision_that_fails_is_an_error_without_the_texts_of_the_plugin(result):
    """Fails closed, naming plugin and class only."""
    manager = load_plugins(discover=False, extra={"bad": answering(result)})
    with raises_code("plugin-decision") as told:
        manager.decide_applicant_check(sample_applicant())

    assert ("bad", "decide_applicant_check") == (told.value.plugin, told.value.hook)
    assert sample_applicant().email not in str(told.value)


def test_without_an_answer_there_is_none():
    """Only when even the built-in plugin is switched off."""
    manager = load_plugins(discover=False, disabled=["builtin"])

    assert manager.decide_applicant_check(sample_applicant()) is None


def test_a_plugin_overrides_what_is_built_in():
    """Later ones win: a channel, a document store, a database scheme."""
    mine = offering([channel("mail-folder")])
    manager = load_plugins(discover=False, extra={"mine": mine})
    found = pick(manager.gather("register_notification_channels"), "channel", "mail-folder", "name")

    assert "mine" == found.plugin


def test_what_nobody_offers_is_told_with_what_there_is():
    """In the language of the reader."""
    records = load_plugins(discover=False).gather("register_storages")
    with raises_code("nothing-registered") as told:
        pick(records, "storage", "oracle", "schemes")

    assert "builtin" == pick(records, "storage", "postgresql", "schemes").plugin
    assert ("postgres", "postgresql", "postgresql+psycopg", "sqlite", "sqlite+pysqlite") == told.value.offered
    assert "penyimpanan data" in told.value.message("id")
    with raises_code("nothing-registered", match="there are: -"):
        pick((), "storage", "oracle", "schemes")


def test_records_are_frozen():
    """What a plugin returned cannot be changed by another."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        channel("x").name = "y"
