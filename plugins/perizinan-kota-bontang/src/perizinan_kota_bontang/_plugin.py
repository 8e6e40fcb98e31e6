"""
The plugin: offers the example authority Kota Bontang to perizinan-core.

Importing it reads nothing; the YAML files under ``data`` are read when an office is opened.
"""

from __future__ import annotations

from pathlib import Path

from perizinan_core.hooks import AuthorityEntry, AuthorityPack, hookimpl

__all__ = ["DATA", "SLUG", "TEMPLATES", "load_pack", "perizinan_api", "register_authorities"]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""

SLUG = "kota-bontang"
"""Short name of the authority in settings, as in ``data/authority.yaml``."""

DATA = Path(__file__).parent / "data"
"""Folder of the catalogue."""

TEMPLATES = {"bontang-izin": DATA / "templates"}
"""Letter templates of the plugin: the name that permit types use, and the folder of ``<name>.typ``."""


def load_pack() -> AuthorityPack:
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
    return AuthorityPack(authority=catalogue.authority, catalogue=catalogue, templates=dict(TEMPLATES))


@hookimpl
def register_authorities() -> list[AuthorityEntry]:
    """Offer the example authority."""
    return [AuthorityEntry(slug=SLUG, load=load_pack)]
