"""Kabupaten Mekar, a regency that does not exist, as a plugin for perizinan-core."""

from pathlib import Path

from perizinan_core.catalogue import load_catalogue
from perizinan_core.hooks import AuthorityEntry, AuthorityPack, hookimpl

__all__ = ["load_pack", "perizinan_api", "register_authorities"]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


def load_pack() -> AuthorityPack:
    """Read the YAML files; raises `InvalidCatalogueError` with every problem in them."""
    catalogue = load_catalogue(Path(__file__).parent / "data")
    if catalogue.authority is None:
        raise ValueError("authority.yaml is missing")
    return AuthorityPack(authority=catalogue.authority, catalogue=catalogue)


@hookimpl
def register_authorities() -> list[AuthorityEntry]:
    """Offer the regency."""
    return [AuthorityEntry(slug="kabupaten-mekar", load=load_pack)]
