"""An extension that uses every hook, as it stands among the examples."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import FieldView, Page, PageRoute
from perizinan_portal.hooks import Pages, hookimpl, load_extensions
from perizinan_portal.testing import sample_portal

EXAMPLE = Path(__file__).parents[4] / "examples/portal-extension/portal_extension"


@pytest.fixture(scope="module")
def example():
    """The example's module."""
    spec = importlib.util.spec_from_file_location("portal_extension", EXAMPLE / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["portal_extension"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["portal_extension"]


@pytest.fixture(scope="module")
def extended(example, tmp_path_factory):
    """A portal with the extension."""
    kit = sample_portal(tmp_path_factory.mktemp("portal"), extensions=[example])
    yield kit
    kit.close()


def test_the_theme_gives_colour_logo_and_style(extended):
    """And the logo does nothing when it is opened as a page."""
    visitor = extended.stranger()
    page = visitor.open("/")

    assert "#5b1a4a" in visitor.open("/aset/tema.css").content.decode()
    assert 'src="/aset/logo"' in page.html
    assert "sandbox" in visitor.open("/aset/logo").headers["content-security-policy"]
    assert b"border-radius" in visitor.open("/aset/tema-tambahan.css").content


def test_texts_are_said_otherwise_where_the_extension_says_them(extended):
    """The rest stays as it is."""
    page = extended.stranger().open("/")

    assert "Welcome! What are you planning?" in page.text
    assert "Check a permit" in page.text


def test_a_page_has_its_entry_in_the_menu(extended):
    """And goes through the same door as every page."""
    page = extended.stranger().open("/").click("Jam buka loket")

    assert "Senin sampai Jumat" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_a_step_of_registration_comes_before_the_rest(extended):
    """Until it is done; then the account works."""
    visitor = extended.visitor("sekar")
    page = visitor.open("/permohonan")
    assert "/loket/tata-tertib" == page.url
    page = page.form("tata-tertib").fill(agreed="1").send()

    assert "/permohonan" == page.url


def test_a_widget_draws_the_field_and_brings_its_script(extended):
    """A field without one is drawn by its kind."""
    source = '{% import "kit/fields.html" as f with context %}{{ f.field(view) }}'
    template = extended.services.templates.from_string(source)
    drawn = template.render(
        view=FieldView(name="form.lokasi", label="Lokasi", widget="place"),
        visit=type("V", (), {"services": extended.services}),
        say=str, base="", _=str,
    )  # fmt: skip

    assert "data-place" in drawn
    assert 'src="/aset/loket/place.js"' in drawn
    assert 200 == extended.stranger().open("/aset/loket/place.js").status


def test_an_extension_that_fails_is_named_and_takes_nothing_with_it(example):
    """The portal starts."""

    class Broken:
        __name__ = "broken"

        @hookimpl
        def portal_themes(self):
            raise OSError

    found = load_extensions([Broken(), example], discover=False)

    assert {"broken": "OSError"} == found.problems
    assert "#5b1a4a" == found.theme.brand


def test_pages_stay_within_their_prefix(tmp_path):
    """No extension takes the place of a page of the portal."""

    class Greedy:
        @hookimpl
        def portal_pages(self):
            route = PageRoute(path="/masuk", name="loket-login", show=lambda _visit: Page("loket/x.html"))
            return [Pages(prefix="loket", routes=(route,), templates=tmp_path)]

    with pytest.raises(ValueError, match="leaves the prefix"):
        sample_portal(tmp_path, extensions=[Greedy()])


def test_templates_of_an_office_that_no_longer_fit_are_named_at_start(tmp_path):
    """All of them, each with what is wrong."""
    own = tmp_path / "own"
    (own / "public").mkdir(parents=True)
    (own / "public/home.html").write_text("{{ count }} {{ gone }}")
    (own / "public/catalogue.html").write_text("{% if %}")
    (own / "public/never.html").write_text("x")
    with pytest.raises(PortalError) as refused:
        sample_portal(tmp_path, templates=own)

    expected = ("public/catalogue.html:1", "public/home.html: gone", "public/never.html: -")
    assert expected == refused.value.details()["templates"]


def test_a_template_of_the_office_takes_the_place_of_the_portals(tmp_path):
    """By its name."""
    own = tmp_path / "own"
    (own / "public").mkdir(parents=True)
    (own / "public/home.html").write_text("<h1>{{ authority.name.to(language) }}: {{ count }}</h1>")
    kit = sample_portal(tmp_path, templates=own)
    assert "Regency of Contoh: 2" in kit.stranger().open("/").html
    kit.close()
