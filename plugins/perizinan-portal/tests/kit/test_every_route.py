"""What holds on every address of the table: headers, cookies, where a request comes from, limits of tries."""

from __future__ import annotations

import functools

import pytest
from perizinan_portal._kit import Who
from perizinan_portal._table import routes
from perizinan_portal.testing import sample_portal

GIVEN = {
    "code": "warung", "token": "x", "id": "01a22d21-0000-7000-8000-000000000000", "paper": "x", "stage": "periksa",
    "act": "benturan", "page": "1", "number": "1", "slot": "ktp", "officer": "kasir",
}  # fmt: skip
PLACES = (
    "/",
    "/healthz",
    "/readyz",
    "/aset/portal.css",
    "/aset/tema.css",
    "/tidak-ada",
    "/periksa",
    "/.well-known/perizinan.json",
)
VISITORS = (None, "sekar", "loket-1", "kepala", "admin")


def place(route):
    """Return an address of a page; whether there is such a thing does not matter here."""
    path = route.path
    for part in [part for part in path.split("/") if part.startswith("{")]:
        path = path.replace(part, GIVEN.get(part.strip("{}"), "x"))
    return path


@pytest.fixture(scope="module")
def visitors(portal):
    """Someone of each kind."""
    return [portal.stranger() if who is None else portal.visitor(who) for who in VISITORS]


@pytest.fixture(scope="module")
def answers(visitors):
    """What each of them is answered by a page, for each method; asked once."""

    @functools.cache
    def asked(name):
        route = routes()[name]
        return [
            one.request(method, place(route), follow=False) for method in route.methods for one in visitors
        ]

    return asked


@pytest.mark.parametrize("name", sorted(routes()))
def test_every_page_says_what_browsers_may_do_with_it(answers, name):
    """No matter who opens it, and whether it is there for them."""
    for answer in answers(name):
        headers = answer.headers
        policy = headers["content-security-policy"]

        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "max-age=63072000" == headers["strict-transport-security"]
        assert "nosniff" == headers["x-content-type-options"]
        assert "no-referrer" == headers["referrer-policy"]
        assert "same-origin" == headers["cross-origin-resource-policy"]
        assert "server" not in headers
        assert "no-store" in headers["cache-control"] or "private" in headers["cache-control"]


@pytest.mark.parametrize("path", PLACES)
def test_what_is_no_page_of_the_table_is_sent_over_https_and_never_guessed_at(portal, path):
    """Style, health, errors, and the pages of verification."""
    headers = portal.stranger().request("GET", path).headers

    assert "max-age=63072000" == headers["strict-transport-security"]
    assert "nosniff" == headers["x-content-type-options"]


@pytest.mark.parametrize("name", sorted(routes()))
def test_every_cookie_stays_with_this_host_and_away_from_scripts(answers, name):
    """Of every answer that sets one."""
    for answer in answers(name):
        for cookie in answer.headers.get_list("set-cookie"):
            parts = {part.strip().lower() for part in cookie.split(";")}

            assert cookie.startswith("__Host-perizinan_")
            assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
            assert not any(part.startswith("domain") for part in parts)


@pytest.mark.parametrize("name", [name for name, route in sorted(routes().items()) if route.act])
def test_no_post_from_another_site_reaches_a_page(portal, visitors, name):
    """By what the browser says, or by the origin where it says nothing; with the right token too."""
    address = place(routes()[name])
    for who, visitor in zip(VISITORS, visitors, strict=True):
        data = {}
        if who is not None:
            token = visitor.cookies["__Host-perizinan_session"]
            data["_token"] = portal.services.store.sessions.find(token).form_secret
        for hostile in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "", "origin": "https://evil.example"},
        ):
            answer = visitor.request("POST", address, follow=False, data=data, headers=hostile)

            assert 403 == answer.status_code


@pytest.mark.parametrize(
    "name", [name for name, route in sorted(routes().items()) if route.show and route.who is not Who.ANYONE]
)
def test_no_page_of_another_site_loads_what_is_someones_own(visitors, name):
    """As a picture, a script or data; a link from there is followed."""
    address = place(routes()[name])
    loads = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}

    assert {404} == {one.request("GET", address, follow=False, headers=loads).status_code for one in visitors}
    assert 303 == visitors[0].request("GET", address, follow=False, headers=link).status_code


LIMITED = {
    "login", "second-factor", "forgotten", "reset", "register", "registration", "invited", "tracking", "survey",
    "complaint", "complaint-status", "apply", "new-password",
}  # fmt: skip


def test_what_can_be_guessed_or_flooded_is_limited():
    """The login, what resets it, following a case, and everything that takes files."""
    known = routes()
    uploads = {name for name, route in known.items() if route.uploads}

    assert set() == {name for name in LIMITED | uploads if known[name].rate is None}


def test_too_many_tries_are_answered_with_a_page_that_says_from_when_on(portal):
    """With the same moment for programs, and with other limits for others."""
    stranger, answer = portal.stranger(), None
    for _ in range(40):
        answer = stranger.open("/lacak").form("lacak").fill(number="TT/1", secret="SALAH-SALAH-SALAH").send()
        if answer.status == 429:
            break
    seconds = int(answer.headers["retry-after"])
    moment = portal.office.clock.moment

    assert 429 == answer.status
    assert 1 <= seconds <= 60
    assert "You can try again at" in answer.text
    assert any(f"{hour % 24:02d}:" in answer.text for hour in (moment.hour, moment.hour + 1))


def test_a_portal_over_http_asks_no_one_for_https(tmp_path):
    """On the machine of a developer there is none."""
    kit = sample_portal(tmp_path, address="http://127.0.0.1:8000")
    headers = kit.stranger().request("GET", "/").headers
    kit.close()

    assert "strict-transport-security" not in headers
