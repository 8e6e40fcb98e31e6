"""Posts from elsewhere, headers, cookies."""

from __future__ import annotations

import pytest


def test_a_form_without_its_token_is_refused(applicant):
    """No matter who sends it."""
    answer = applicant.request("POST", "/izin/warung/ajukan", data={"name": "x"})

    assert 404 != answer.status_code
    assert 403 == answer.status_code


def test_a_post_from_another_site_is_refused_even_with_the_token(portal, applicant):
    """The browser says where it comes from."""
    form = applicant.open("/izin/warung/ajukan").form("ajukan")
    answer = applicant.request(
        "POST", form.action, data=form.values, headers={"sec-fetch-site": "cross-site"}
    )

    assert 403 == answer.status_code


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_an_old_browser_is_held_against_its_origin(applicant, origin):
    """Where it does not send Fetch metadata."""
    form = applicant.open("/izin/warung/ajukan").form("ajukan")
    answer = applicant.request(
        "POST", form.action, data=form.values, headers={"sec-fetch-site": "", "origin": origin}
    )

    assert 403 == answer.status_code


def test_pages_are_not_kept_framed_or_extended(stranger):
    """The policy allows own script and style alone."""
    headers = stranger.open("/").headers

    assert "script-src 'self';" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "max-age=63072000" == headers["strict-transport-security"]
    assert "no-store" == headers["cache-control"]
    assert "no-referrer" == headers["referrer-policy"]


def test_cookies_go_over_https_to_this_host_and_to_no_script(portal, stranger):
    """Those of the session and of the forms."""
    answer = stranger.request("GET", "/masuk")
    (cookie,) = answer.headers.get_list("set-cookie")

    assert cookie.startswith("__Host-perizinan_form=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= {
        part.strip().lower() for part in cookie.split(";")
    }


def test_a_body_that_is_too_large_is_answered_with_a_page(applicant):
    """And not with a cut connection."""
    answer = applicant.request(
        "POST",
        "/izin/warung/ajukan",
        content=b"x" * 600_000,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert 413 == answer.status_code
    assert "<h1>" in answer.text


def test_an_unknown_address_is_a_page_in_both_languages(portal):
    """With a way on."""
    assert "Halaman tidak ditemukan" in portal.stranger("id").open("/tidak-ada").text
    page = portal.stranger("en").open("/tidak-ada")
    assert 404 == page.status
    assert "What permit do you need?" in page.click("Go to the first page").text


def test_the_pages_of_verification_are_part_of_the_portal(stranger):
    """At the addresses that letters, QR codes and verifiers name."""
    assert 200 == stranger.open("/periksa").status
    assert 200 == stranger.open("/V").status
    assert b'"signed"' in stranger.open("/.well-known/perizinan.json").content


def test_health_and_readiness(stranger):
    """For those who watch the portal."""
    assert (200, b"ok\n") == (stranger.open("/healthz").status, stranger.open("/healthz").content)
    assert b'{"ready":true}' == stranger.open("/readyz").content
