"""An office whose event permit has a form with every kind of field, and a browser before it."""

from __future__ import annotations

import importlib.resources
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from perizinan_portal import _plugin
from perizinan_portal.testing import PortalKit, sample_portal

from perizinan_core.catalogue import load_catalogue
from perizinan_core.hooks import AuthorityPack
from perizinan_core.testing import sample_office

SAMPLE = Path(str(importlib.resources.files("perizinan_core.testing"))) / "sample_authority"
FORM = Path(__file__).parent / "rich-form.yaml"


@pytest.fixture(scope="session")
def rich_pack(tmp_path_factory) -> AuthorityPack:
    """The sample authority with that form."""
    folder = tmp_path_factory.mktemp("catalogue") / "sample"
    shutil.copytree(SAMPLE, folder)
    path = folder / "permits" / "acara.yaml"
    text = path.read_text("utf-8")
    begin, end = text.index("form_schema:"), text.index("requirements:\n")
    text = text[:begin] + FORM.read_text("utf-8") + text[end:]
    text = text.replace("place: form.lokasi", "place: form.tempat.jalan")
    path.write_text(text, "utf-8")
    catalogue = load_catalogue(folder)
    return AuthorityPack(authority=catalogue.authority, catalogue=catalogue)


@pytest.fixture(scope="module")
def rich(tmp_path_factory, rich_pack) -> Iterator[PortalKit]:
    """A portal over that office, in memory."""
    office = sample_office(development=True, plugins={"portal": _plugin}, pack=rich_pack)
    kit = sample_portal(tmp_path_factory.mktemp("portal"), office=office)
    yield kit
    kit.close()
