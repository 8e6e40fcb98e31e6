"""The read-only pages: honest HTML for everybody, and nothing that a catalogue or a stranger can break."""

import io
import re
import threading
import urllib.request
from html.parser import HTMLParser
from wsgiref.simple_server import make_server
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import attrs
import pytest

from perizinan_core.bootstrap import _public_pages as public_pages
from perizinan_core.bootstrap._public_pages import public_app, serve_public_pages
from perizinan_core.hooks._types import AuthorityPack
from perizinan_core.model._text import Text
from perizinan_core.published import read_authority_document
from perizinan_core.testing._offices import sample_office, sample_pack

VOID = {"meta", "br", "hr", "img", "input", "link"}
OPTIONAL = {"html"}


class Reader(HTMLParser):
    """Checks that elements nest, and collects links, scripts and text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.links, self.tags, self.text = [], [], set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name == "href":
                self.links.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag == self.open.pop(), tag

    def handle_data(self, data):
        self.text += data


def get(office, path, *, method="GET", query=""):
    """Ask for a page as a server does, under the checks of the WSGI reference; return status, headers, body."""
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": ""}
    setup_testing_defaults(environ)
    environ["wsgi.input"] = io.BytesIO()
    seen = []

    def start_response(status, headers, exc_info=None):
        seen.extend((status, dict(headers)))
        return lambda _data: None

    result = validator(public_app(office))(environ, start_response)
    body = b"".join(result)
    result.close()
    return seen[0], seen[1], body


def read(body):
    reader = Reader()
    reader.feed(body.decode("utf-8"))
    reader.close()
    assert [] == [tag for tag in reader.open if tag not in OPTIONAL]
    return reader


@pytest.fixture(scope="module")
def office():
    return sample_office().office


@pytest.mark.parametrize("language", ["", "lang=id", "lang=en", "lang=<x>"])
@pytest.mark.parametrize("path", ["/", "/izin/warung", "/izin/acara", "/tidak-ada", "/izin/tidak-ada"])
def test_every_page_is_sound_html_with_security_headers(office, path, language):
    """UTF-8, elements that nest, no script, no foreign address."""
    status, headers, body = get(office, path, query=language)
    page = read(body)

    assert ("404 Not Found" if "tidak-ada" in path else "200 OK") == status
    assert "text/html; charset=utf-8" == headers["Content-Type"]
    assert str(len(body)) == headers["Content-Length"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert ("nosniff", "no-referrer") == (headers["X-Content-Type-Options"], headers["Referrer-Policy"])
    assert "script" not in page.tags
    assert all(link.startswith("/") and not link.startswith("//") for link in page.links)


def test_all_links_of_the_first_page_lead_somewhere(office):
    """And name every permit type."""
    page = read(get(office, "/")[2])
    pages = [link for link in page.links if link.startswith("/izin/")]

    assert {"/izin/acara?lang=id", "/izin/warung?lang=id"} == set(pages)
    for link in pages:
        path, _, query = link.partition("?")
        assert "200 OK" == get(office, path, query=query)[0]


def test_both_languages_say_what_is_needed(office):
    """Requirements, steps and the service standard."""
    indonesian = read(get(office, "/izin/warung")[2]).text
    english = read(get(office, "/izin/warung", query="lang=en")[2]).text

    assert all(word in indonesian for word in ("Persyaratan", "KTP", "Tahapan", "Standar pelayanan"))
    assert all(word in english for word in ("What you need", "Identity card", "Steps", "Service standard"))


NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"


def test_texts_of_a_catalogue_cannot_become_markup():
    """Whatever a plugin writes into names, summaries, help and contacts."""
    pack, nasty = sample_pack(), Text(id=NASTY, en=NASTY)
    types = tuple(
        attrs.evolve(
            item,
            name=nasty,
            summary=nasty,
            complete=False,
            gaps=nasty,
            requirements=tuple(attrs.evolve(one, label=nasty, help=nasty) for one in item.requirements),
            stages=tuple(attrs.evolve(one, label=nasty) for one in item.stages),
        )
        for item in pack.catalogue.permit_types
    )
    authority = attrs.evolve(pack.authority, name=nasty)
    catalogue = attrs.evolve(pack.catalogue, permit_types=types, authority=authority)
    office = sample_office(pack=AuthorityPack(authority=authority, catalogue=catalogue)).office
    for path in ("/", "/izin/warung", "/izin/acara", "/x"):
        page = read(get(office, path)[2])

        assert {"script", "img"}.isdisjoint(page.tags)
        assert NASTY in page.text


@pytest.mark.parametrize(
    "path", ["//elsewhere.example/", '/"><script>alert(1)</script>', "/izin/\xc3\xa9", "/%0d%0aX: 1"]
)
def test_what_a_stranger_writes_into_the_address_comes_back_nowhere(office, path):
    """No link to elsewhere, no markup, no header."""
    status, headers, body = get(office, path)
    page = read(body)

    assert "404 Not Found" == status
    assert {"/?lang=en", "/?lang=id"} == set(page.links)
    assert "script" not in page.tags
    assert "X" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(office, method):
    """With what is allowed."""
    status, headers, _ = get(office, "/", method=method)

    assert ("405 Method Not Allowed", "GET, HEAD") == (status, headers["Allow"])


@pytest.mark.parametrize("path", ["/", "/izin/warung", "/x", "/.well-known/perizinan.json"])
def test_head_says_the_same_without_the_body(office, path):
    """Status and headers of GET."""
    status, headers, body = get(office, path, method="HEAD")
    expected_status, expected_headers, whole = get(office, path)

    assert (expected_status, set(expected_headers)) == (status, set(headers))
    assert (b"", len(whole)) == (body, int(headers["Content-Length"]) or len(whole))


def test_the_authority_document_is_served_at_its_well_known_place(office):
    """Readable by the verifier."""
    status, headers, body = get(office, "/.well-known/perizinan.json")

    assert ("200 OK", "application/json") == (status, headers["Content-Type"])
    assert "kabupaten-contoh" == read_authority_document(body).slug


def test_it_serves_on_a_real_port_and_logs_no_visitor(office, monkeypatch, capfd):
    """The standard library's server; addresses of visitors are personal data."""
    made = []

    def remembered(*arguments, **given):
        made.append(make_server(*arguments, **given))
        return made[-1]

    monkeypatch.setattr(public_pages, "make_server", remembered)
    thread = threading.Thread(target=serve_public_pages, args=(office, "127.0.0.1", 0))
    thread.start()
    while not made:
        pass
    with urllib.request.urlopen(f"http://127.0.0.1:{made[0].server_port}/izin/warung") as answer:
        body = answer.read()
    made[0].shutdown()
    thread.join()

    assert "Izin Warung" in read(body).text
    assert ("", "") == capfd.readouterr()


def test_links_stay_below_the_place_where_the_pages_are_mounted(office):
    """A host application that mounts the pages at /layanan gets no link that leads out of it."""
    environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/layanan", "PATH_INFO": "/", "QUERY_STRING": ""}

    body = b"".join(public_app(office)(environ, lambda _status, _headers: None)).decode()

    links = re.findall(r'href="([^"]+)"', body)
    assert links
    assert [] == [link for link in links if not link.startswith("/layanan/")]
