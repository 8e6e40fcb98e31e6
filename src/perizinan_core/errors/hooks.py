"""Plugins that are missing, or that do not do what they should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.i18n import N_

__all__ = ["HookError"]

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


class HookError(CodedError):
    """
    A plugin is missing or failed.

    Values of its codes:

    - ``kind``: e.g. ``authority``, ``storage``, ``signer``
    - ``reason``: class of the error; its text may hold personal data and stays out
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.OFFICE: "nothing-registered plugin-problem",
            Category.OUTSIDE: "plugin-decision",
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "nothing-registered": Code(
            N_(
                'The settings ask for the {kind} "{name}", but no plugin offers it; there are: {offered}. '
                "Install the plugin that brings it, or correct the settings. `perizinan plugins list` shows "
                "what is loaded."
            ),
            labels={"kind": _NOUNS},
            absent={"offered": "-"},
        ),
        "plugin-problem": Code(
            N_(
                'The plugin "{plugin}" offers the {kind} "{name}", but opening it failed: {reason}. Repair '
                "or remove the plugin, or choose another {kind} in the settings."
            ),
            labels={"kind": _NOUNS},
        ),
        # A plugin that had to decide something raised instead; the use case stops (fails closed).
        "plugin-decision": Code(
            N_(
                'The plugin "{plugin}" could not answer {hook} ({reason}), so nothing was changed. Try again '
                "later, or tell the office's administrator."
            )
        ),
    }
