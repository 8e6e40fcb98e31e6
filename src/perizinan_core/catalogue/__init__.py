"""
Permit types as data.

For plugin authors: the files are described in ``docs/reference/catalogue-format.md``, and
`check_catalogue` says everything that is wrong with them at once. For services: `load_catalogue` gives a
`Catalogue`.
"""

from perizinan_core.catalogue.catalogue import Catalogue
from perizinan_core.catalogue.loading import (
    CatalogueReport,
    ScenarioRunner,
    check_catalogue,
    load_authority,
    load_catalogue,
)

__all__ = [
    "Catalogue",
    "CatalogueReport",
    "ScenarioRunner",
    "check_catalogue",
    "load_authority",
    "load_catalogue",
]
