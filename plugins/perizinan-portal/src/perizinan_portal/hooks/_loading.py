"""Collecting what extensions offer. One that fails is named, and takes nothing else with it."""

from __future__ import annotations

import gettext
import importlib.metadata
import logging
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs
import pluggy

from perizinan_portal.hooks._specs import PROJECT, PortalHooks
from perizinan_portal.hooks._types import IdentityProvider, Pages, RegistrationStep, Texts, Theme, Widget

__all__ = ["Extensions", "load_extensions"]

GROUP = "perizinan_portal.plugins"
_log = logging.getLogger("perizinan_portal")


@attrs.frozen(kw_only=True)
class Extensions:
    """What all extensions offer together."""

    themes: tuple[Theme, ...] = ()
    texts: tuple[Texts, ...] = ()
    pages: tuple[Pages, ...] = ()
    widgets: Mapping[str, Widget] = attrs.field(factory=dict)
    steps: tuple[RegistrationStep, ...] = ()
    providers: Mapping[str, IdentityProvider] = attrs.field(factory=dict)
    problems: Mapping[str, str] = attrs.field(factory=dict)
    """Names of extensions of which something is missing, with the kind of fault."""

    @property
    def theme(self) -> Theme:
        """The theme in use."""
        return self.themes[-1] if self.themes else Theme()

    def sentences(self, language: str) -> gettext.NullTranslations | None:
        """Return the sentences that extensions say otherwise, the last one's first; None: there are none."""
        if not self.texts:
            return None
        # Read once, not for every sentence of a page.
        return _chain(tuple(texts.folder for texts in self.texts), language)


@lru_cache(maxsize=16)
def _chain(folders: tuple[Path, ...], language: str) -> gettext.NullTranslations | None:
    chain: gettext.NullTranslations | None = None
    for folder in folders:
        for path in sorted((folder / language / "LC_MESSAGES").glob("*.mo")):
            with path.open("rb") as file:
                found = gettext.GNUTranslations(file)
            if chain is not None:
                found.add_fallback(chain)
            chain = found
    return chain


def load_extensions(extra: Iterable[object] = (), *, discover: bool = True) -> Extensions:
    """
    Ask every extension for what it offers.

    Args:
        extra: Extension objects of a host application or a test.
        discover: False leaves the installed ones out.
    """
    manager, problems = pluggy.PluginManager(PROJECT), dict[str, str]()
    manager.add_hookspecs(PortalHooks)
    if discover:
        for point in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda item: item.name):
            try:
                manager.register(point.load(), point.name)
            except Exception as error:  # noqa: BLE001 - someone else's code
                _failed(problems, point.name, error)
    for number, plugin in enumerate(extra):
        manager.register(plugin, getattr(plugin, "__name__", f"extension-{number}"))
    found: dict[str, list[Any]] = {}
    for hook in ("themes", "texts", "pages", "widgets", "registration_steps", "identity_providers"):
        for item in getattr(manager.hook, f"portal_{hook}").get_hookimpls():
            try:
                found.setdefault(hook, []).extend(list(item.function()))
            except Exception as error:  # noqa: BLE001 - someone else's code
                _failed(problems, item.plugin_name, error)
    return Extensions(
        themes=tuple(found.get("themes", ())),
        texts=tuple(found.get("texts", ())),
        pages=tuple(found.get("pages", ())),
        widgets={item.name: item for item in found.get("widgets", ())},
        steps=tuple(found.get("registration_steps", ())),
        providers={item.name: item for item in found.get("identity_providers", ())},
        problems=problems,
    )


def _failed(problems: dict[str, str], name: str, error: Exception) -> None:
    problems[name] = type(error).__name__
    _log.error("extension %s of the portal: %s", name, type(error).__name__)
