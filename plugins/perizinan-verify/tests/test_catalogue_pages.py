"""The pages of an office: its permits in both languages, and what checkers fetch."""

from __future__ import annotations

import json

import attrs
import pytest
from perizinan_verify import create_app, office_app

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.hooks import AuthorityPack
from perizinan_core.model import Text
from perizinan_core.published import STATUS_LIST_FILE, STATUS_LIST_MEDIA_TYPE, read_authority_document
from perizinan_core.testing import sample_office, sample_pack


@pytest.fixture(scope="session")
def get(call):
    """Return what asks an app for pages."""
    return lambda app: lambda path: call(app, "GET", path)


@pytest.fixture(scope="module")
def shown(tmp_path_factory, get):
    """An office that publishes a list, and its pages."""
    folder = tmp_path_factory.mktemp("public")
    kit = sample_office(publication=PublicationSettings(folder=str(folder)))
    kit.office.status_lists.publish()
    return kit.office, folder, get(office_app(kit.office))


@pytest.mark.parametrize(
    ("language", "title", "open_", "needs"),
    [
        ("id", "Perizinan dan layanan", "dibuka untuk permohonan", "Persyaratan"),
        ("en", "Permits and services", "open for applications", "What you need"),
    ],
)
def test_the_catalogue_leads_to_each_permit_type(shown, language, title, open_, needs):
    """Every type in force, with its requirements, steps and service standard."""
    office, _, client = shown
    index = client(f"/izin?lang={language}").text

    assert f"<h1>{title}</h1>" in index
    assert open_ in index
    for item in office.permit_types():
        page = client(f"/izin/{item.code}?lang={language}")
        assert f'href="/izin/{item.code}?lang={language}"' in index
        assert f"<h1>{item.name.to(language)}</h1>" in page.text
        assert f"<h2>{needs}</h2>" in page.text
        assert all(stage.label.to(language) in page.text for stage in item.stages)
        assert f'href="/izin/{item.code}?lang={"id" if language == "en" else "en"}"' in page.text


def test_checkers_find_the_document_the_list_and_the_page(shown):
    """Under the addresses that letters and codes name."""
    office, folder, client = shown
    document = client("/.well-known/perizinan.json")
    listed = client(f"/{STATUS_LIST_FILE}")

    assert office.authority.slug == read_authority_document(document.content).slug
    assert json.loads(document.content)["signed"]
    assert (STATUS_LIST_MEDIA_TYPE, (folder / STATUS_LIST_FILE).read_bytes()) == (
        listed.headers["content-type"],
        listed.content,
    )
    assert 200 == client("/periksa").status_code


def test_an_office_without_a_list_has_no_such_address(get):
    """It says so, rather than serving an empty file."""
    client = get(office_app(sample_office().office))

    assert 404 == client(f"/{STATUS_LIST_FILE}").status_code


@pytest.mark.parametrize("path", ["/izin/tidak-ada", "/izin/%3Cscript%3E", "/izin/../x"])
def test_what_is_not_there_is_not_found(shown, path):
    """A stranger's path never becomes a part of the page."""
    answer = shown[2](path)

    assert 404 == answer.status_code
    assert "<script>" not in answer.text.replace('<script type="module"', "")


def test_texts_of_a_catalogue_stay_text(get):
    """What a catalogue says is escaped like everything else."""
    pack = sample_pack()
    types = [attrs.evolve(item, name=Text("<b>x</b> & y", "<i>")) for item in pack.catalogue.permit_types]
    catalogue = attrs.evolve(pack.catalogue, permit_types=tuple(types))
    office = sample_office(pack=AuthorityPack(authority=pack.authority, catalogue=catalogue)).office
    page = get(office_app(office))("/izin?lang=id").text

    assert "&lt;b&gt;x&lt;/b&gt; &amp; y" in page
    assert "<b>x</b>" not in page


def test_without_an_office_there_is_no_catalogue(shown, get):
    """The page alone, made from an authority document, checks and nothing else."""
    client = get(create_app(shown[0].publication.authority_json()))

    assert [404, 404] == [client(path).status_code for path in ("/izin", "/izin/warung")]
    assert 'href="/izin' not in client("/").text


def test_pages_of_an_example_say_so(get):
    """At the head of the list and of each permit type."""
    pack = sample_pack()
    example = Text("CONTOH: bukan layanan.", "EXAMPLE: not a service.")
    authority = attrs.evolve(pack.authority, example=example)
    catalogue = attrs.evolve(pack.catalogue, authority=authority)
    kit = sample_office(pack=attrs.evolve(pack, authority=authority, catalogue=catalogue), development=True)
    page = get(office_app(kit.office))

    assert example.id in page("/izin").text
    assert example.en in page("/izin/warung?lang=en").text
    kit.office.close()
