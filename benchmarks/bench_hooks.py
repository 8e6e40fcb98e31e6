"""
A hook call of ours beside pluggy's own, with no plugin and with three; no bar.

The hook is ``decide_applicant_check``: the built-in plugin answers, and plugins before it leave the answer to it. Ours
calls each plugin by itself, in a thread that it can give up, with the context that the plugin is due, and judges what
comes back; bare pluggy calls them one after the other. ``gather`` asks a ``register_…`` hook of every plugin.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pluggy

from perizinan_core.bootstrap import load_plugins
from perizinan_core.hooks import NotificationChannelEntry, hookimpl
from perizinan_core.hooks._specs import PROJECT, HookSpecs
from perizinan_core.testing import sample_applicant

PLUGINS, PAIRS, CALLS = 3, 15, 200


class _Plugin:
    """Offers a channel, and knows nobody."""

    perizinan_api = 1

    def __init__(self, number: int) -> None:
        self._number = number

    @hookimpl
    def register_notification_channels(self) -> list[NotificationChannelEntry]:
        return [NotificationChannelEntry(name=f"channel-{self._number}", open=lambda _settings: None)]

    @hookimpl
    def decide_applicant_check(self) -> None:
        return None


def rows() -> Iterator[dict[str, Any]]:
    """Yield one row for each hook and number of plugins."""
    applicant = sample_applicant()
    for count in (0, PLUGINS):
        given = {f"plugin-{number}": _Plugin(number) for number in range(count)}
        manager = load_plugins(discover=False, extra=given)
        bare = _bare(manager, given)
        told = f"{count or 'no'} plugins"
        yield _row(
            f"decide_applicant_check, {told}",
            lambda manager=manager: manager.decide_applicant_check(applicant),
            lambda bare=bare: bare.hook.decide_applicant_check(applicant=applicant, context=None),
        )
        yield _row(
            f"gather register_notification_channels, {told}",
            lambda manager=manager: manager.gather("register_notification_channels"),
            lambda bare=bare: bare.hook.register_notification_channels(context=None),
        )


def _bare(manager: Any, given: dict[str, _Plugin]) -> pluggy.PluginManager:
    """Return a manager of pluggy's with the same plugins."""
    made = pluggy.PluginManager(PROJECT)
    made.add_hookspecs(HookSpecs)
    made.register(manager._pm.get_plugin("builtin"))  # noqa: SLF001 - nothing else gives it
    for name, plugin in given.items():
        made.register(plugin, name)
    return made


def _row(name: str, ours: Callable[[], object], bare: Callable[[], object]) -> dict[str, Any]:
    _of_many(ours), _of_many(bare)
    pairs = [(_of_many(ours), _of_many(bare)) for _ in range(PAIRS)]
    ours_ms, peer_ms = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    return {
        "name": name,
        "ours_ms": ours_ms,
        "peer": "bare pluggy",
        "peer_ms": peer_ms,
        "ratio": peer_ms / ours_ms,
    }


def _of_many(call: Callable[[], object]) -> float:
    """Return how long one of many calls takes, in milliseconds."""
    started = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - started) * 1000 / CALLS


if __name__ == "__main__":
    for measured in rows():
        print(
            f"{measured['name']:50} {measured['ours_ms']:7.4f} ms, {measured['peer']} {measured['peer_ms']:.4f} ms"
        )
