"""The demo ends with the pages of the office, where the plugin that has them is installed."""

from __future__ import annotations

import pytest
from perizinan_verify import _plugin as verify

from perizinan_core.cli import _demo
from perizinan_core.i18n import translate
from perizinan_core.testing import sample_office


@pytest.mark.parametrize(("plugins", "has_pages"), [({}, False), ({"perizinan-verify": verify}, True)])
def test_the_demo_knows_whether_there_are_pages_to_show(plugins, has_pages):
    """The core has none of its own."""
    assert has_pages is _demo._has_pages(sample_office(plugins=plugins).office)


def test_the_demo_says_which_plugin_is_missing():
    """In both languages, with what to do."""
    for language in ("id", "en"):
        assert "perizinan-verify" in translate(_demo._NO_PAGES, language)
    assert translate(_demo._NO_PAGES, "id") != _demo._NO_PAGES
