"""Errors of the plugin system."""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = ["NothingRegisteredError", "PluginDecisionError", "PluginProblemError"]


@attrs.define(slots=False, eq=False)
class NothingRegisteredError(PerizinanError):
    """No plugin offers what the settings name."""

    code: ClassVar[str] = "nothing-registered"
    sentence: ClassVar[str] = N_(
        'The settings ask for the {kind} "{name}", but no plugin offers it; there are: {offered}. '
        "Install the plugin that brings it, or correct the settings. `perizinan plugins list` shows what is loaded."
    )

    kind: str
    """e.g. ``authority``, ``storage``, ``signer``."""

    name: str
    offered: tuple[str, ...]


@attrs.define(slots=False, eq=False)
class PluginProblemError(PerizinanError):
    """What a plugin offers could not be opened."""

    code: ClassVar[str] = "plugin-problem"
    sentence: ClassVar[str] = N_(
        'The plugin "{plugin}" offers the {kind} "{name}", but opening it failed: {reason}. '
        "Repair or remove the plugin, or choose another {kind} in the settings."
    )

    plugin: str
    kind: str
    name: str
    reason: str


@attrs.define(slots=False, eq=False)
class PluginDecisionError(PerizinanError):
    """A plugin that had to decide something raised instead; the use case stops (fails closed)."""

    code: ClassVar[str] = "plugin-decision"
    sentence: ClassVar[str] = N_(
        'The plugin "{plugin}" could not answer {hook} ({reason}), so nothing was changed. '
        "Try again later, or tell the office's administrator."
    )

    plugin: str
    hook: str
    reason: str
    """Class of the error; its text may hold personal data and stays out."""
