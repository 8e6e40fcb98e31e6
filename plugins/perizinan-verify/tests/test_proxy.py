"""Through the documented nginx."""

from __future__ import annotations

import importlib.util
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from perizinan_verify import PageSettings

_spec = importlib.util.spec_from_file_location("documented_proxy", Path(__file__).with_name("proxy.py"))
proxy = importlib.util.module_from_spec(_spec)
sys.modules["documented_proxy"] = proxy
_spec.loader.exec_module(proxy)


@pytest.fixture
def behind(make_app, served, tmp_path):
    """The page behind the proxy of the guide, as a visitor reaches it."""
    app = make_app(settings=PageSettings(workers=1))
    with served(app, "/periksa") as upstream, proxy.documented_proxy(upstream, tmp_path) as address:
        yield address


def _visit(address: str, pdf: bytes) -> list[int]:
    """Load the page with all that it needs, and have a file checked."""
    with httpx.Client(base_url=address, timeout=60) as client:
        page = client.get("/PERIKSA")
        parts = re.findall(r'(?:src|href)="(/periksa/static/[^"]+)"', page.text)
        codes = [page.status_code, *(client.get(part).status_code for part in parts)]
        answer = client.post("/periksa/", files={"file": ("izin.pdf", pdf, "application/pdf")})
        return [*codes, answer.status_code, "SAH" in answer.text]


def test_eight_visitors_behind_one_address_are_all_served(behind, pdf):
    """An office has one address for all its people."""
    with ThreadPoolExecutor(8) as pool:
        visits = list(pool.map(lambda _: _visit(behind, pdf), range(8)))

    assert [[200] * len(visits[0][:-1]) + [True]] * 8 == visits


@pytest.mark.parametrize("path", ["/periksa", "/PERIKSA", "/periksa/", "/PERIKSA/", "/Periksa"])
def test_every_spelling_of_the_address_leads_to_the_page(behind, path):
    """As it is printed on letters, and as codes hold it."""
    answer = httpx.get(behind + path)

    assert 200 == answer.status_code
    assert "Periksa berkas" in answer.text


def test_published_files_are_reached(behind):
    """The authority document, and the refusal of a list that this office does not publish."""
    assert 200 == httpx.get(behind + "/.well-known/perizinan.json").status_code
    assert 404 == httpx.get(behind + "/status-list.cwt").status_code


def test_a_flood_from_one_address_is_told_to_slow_down(behind):
    """More posts than a crowd sends: 429, and pages are served all the same."""
    with ThreadPoolExecutor(16) as pool:
        post = lambda _: httpx.post(f"{behind}/periksa/api/status", json={}, timeout=60).status_code  # noqa: E731
        codes = set(pool.map(post, range(150)))

    assert 429 in codes
    assert 200 == httpx.get(behind + "/periksa").status_code
