"""Errors of the plugin system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, translate

__all__ = ["NothingRegisteredError", "PluginDecisionError", "PluginProblemError"]


_NOUNS: Mapping[str, str] = {
    "authority": N_("authority"),
    "storage": N_("record store"),
    "document store": N_("document store"),
    "renderer": N_("renderer"),
    "scanner": N_("upload scanner"),
    "channel": N_("notification channel"),
    "frontend": N_("frontend"),
    "signer": N_("signer"),
}


def _noun(kind: str, language: str) -> str:
    return translate(_NOUNS.get(kind, kind), language)


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

    def wording(self, language: str) -> dict[str, object]:
        """Name the kind in the language."""
        offered = ", ".join(self.offered) or "-"
        return {"kind": _noun(self.kind, language), "name": self.name, "offered": offered}


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

    def wording(self, language: str) -> dict[str, object]:
        """Name the kind in the language."""
        return {**super().wording(language), "kind": _noun(self.kind, language)}


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
