"""The authority's colour."""

from __future__ import annotations

import re
from pathlib import Path

import perizinan_portal
import pytest
from perizinan_portal import PortalSettings, portal_app
from perizinan_portal._errors import PortalError
from perizinan_portal._theme import contrast
from perizinan_portal.testing import sample_portal

CSS = (Path(perizinan_portal.__file__).parent / "_kit/static/portal.css").read_text(encoding="utf-8")


def test_a_colour_on_which_white_cannot_be_read_is_refused_at_the_start(portal):
    """With the contrast that was found."""
    with pytest.raises(PortalError, match=r"1\.07 to 1"):
        portal_app(portal.office.office, settings=PortalSettings(brand="#ffff00"))


def test_the_second_factor_is_switched_off_in_development_only(tmp_path):
    """A sentence says what to do."""
    with pytest.raises(PortalError) as refused:
        sample_portal(tmp_path, second_factor=False)
    assert "portal-second-factor" == refused.value.code


@pytest.mark.parametrize("palette", [0, 1], ids=["light", "dark"])
def test_text_is_readable_on_its_ground(palette):
    """Every pair that the style sheet uses, in both palettes (WCAG 2.2, 1.4.3)."""
    found = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    ]
    colours = {**found[0], **found[palette]}
    pairs = [("ink", "ground"), ("ink", "paper"), ("soft", "ground"), ("soft", "paper"), ("link", "ground")]
    pairs += [("link", "paper"), ("on-act", "act"), ("bad", "paper"), ("bad", "ground")]
    pairs += [(tone, f"{tone}-soft") for tone in ("good", "bad", "warn", "calm")]
    pairs += [("ink", f"{tone}-soft") for tone in ("good", "bad", "warn", "calm")]
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}

    assert {} == {pair: ratio for pair, ratio in weak.items() if ratio < 4.5}


def test_the_style_sheet_has_no_class_that_no_page_uses():
    """What is drawn no more is taken out, so that phones load little."""
    package = Path(perizinan_portal.__file__).parent
    pages = [*package.rglob("*.html"), *(package / "_kit/static").glob("*.js"), *package.rglob("_*.py")]
    words = set(re.findall(r"[a-zA-Z][\w-]*", "".join(page.read_text(encoding="utf-8") for page in pages)))
    styled = set(re.findall(r"\.([a-z][\w-]*)(?=[^{}]*\{)", CSS))

    assert 40 < len(styled)
    assert set() == styled - words
