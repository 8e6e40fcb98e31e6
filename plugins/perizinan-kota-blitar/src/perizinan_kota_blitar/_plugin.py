"""
The plugin: offers Kota Blitar to perizinan-core.

Importing it reads nothing; the YAML files under ``data`` are read when an office is opened.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from perizinan_core.hooks import AuthorityEntry, AuthorityPack, PluginContext, hookimpl

__all__ = [
    "DATA",
    "SLUG",
    "TEMPLATES",
    "KotaBlitarSettings",
    "load_pack",
    "perizinan_api",
    "register_authorities",
]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""

SLUG = "kota-blitar"
"""Short name of the authority in settings, as in ``data/authority.yaml``."""

DATA = Path(__file__).parent / "data"
"""Folder of the catalogue."""

TEMPLATES = dict.fromkeys(("blitar-gratis", "blitar-rekomendasi"), DATA / "templates")
"""Letter templates of the plugin: the name that permit types use, and the folder of ``<name>.typ``."""


@attrs.frozen(kw_only=True)
class KotaBlitarSettings:
    """``[plugin.kota-blitar]``: what an office of Kota Blitar has and we may not pass on."""

    logo: Path | None = None
    """Picture of the city's emblem for the letterhead (PNG, JPEG or SVG), or none: letters then show no emblem."""


def load_pack(*, context: PluginContext[KotaBlitarSettings] | None = None) -> AuthorityPack:
    """
    Read the catalogue and return the authority with everything it brings.

    Raises:
        perizinan_core.errors.catalogue.InvalidCatalogueError: when the files were changed and no longer fit
        together.
        ValueError: when the catalogue has no authority.
    """
    from perizinan_core.catalogue import load_catalogue

    catalogue = load_catalogue(DATA)
    if catalogue.authority is None:
        raise ValueError(f"the catalogue in {DATA.name} has no authority.yaml; install the plugin again")
    authority, logo = catalogue.authority, None if context is None else context.settings.logo
    if logo is not None:
        letterhead = attrs.evolve(authority.letterhead, logo=logo.name)
        authority = attrs.evolve(authority, letterhead=letterhead)
        catalogue = attrs.evolve(catalogue, authority=authority)
    return AuthorityPack(
        authority=authority,
        catalogue=catalogue,
        templates=dict(TEMPLATES),
        assets=logo.parent if logo is not None else None,
    )


@hookimpl
def register_authorities() -> list[AuthorityEntry]:
    """Offer Kota Blitar."""
    return [AuthorityEntry(slug=SLUG, load=load_pack, settings=KotaBlitarSettings)]
