"""Fetching a list over HTTP on loopback: bounds, ETag, saved copies, and no way back to an older list."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core._saved_file import replace_file
from perizinan_core.errors.published import StatusListError
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.published import QrKey
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._status_list import (
    STATUS_LIST_MEDIA_TYPE,
    StatusList,
    StatusListTerms,
    pack_statuses,
    sign_status_list,
)
from perizinan_core.verification import Verdict
from perizinan_core.verification._fetching import fetch, is_url
from perizinan_core.verification._status_source import StatusListSource, fetch_status_list

URI = "https://izin.kotacontoh.example/status-list.cwt"
MADE = datetime(2026, 12, 2, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def listed(made=MADE, *, ttl=600, marks=(), key=KEY):
    content = StatusList(
        uri=URI, issued=made, expires=made + timedelta(days=7), ttl=ttl, packed=pack_statuses(64, marks)
    )
    return sign_status_list(content, sign=signing_callback(key), kid=b"stat")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        server = self.server
        server.asked.append((self.path, self.headers.get("If-None-Match"), self.headers.get("Accept")))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/list")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/gzip":
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path in ("/drip", "/slow-head"):
            self.close_connection = True
            if self.path == "/drip":
                self.send_response(200)
                self.send_header("Connection", "close")
                self.end_headers()
            for _ in range(200):
                if server.stopping.is_set():
                    return
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return
                time.sleep(0.02)
            return
        status, body = server.answer
        if self.headers.get("If-None-Match") == server.etag and status == 200:
            status, body = 304, b""
        self.send_response(status)
        if server.etag:
            self.send_header("ETag", server.etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as made:
        made.asked, made.answer, made.etag = [], (200, listed()), '"1"'
        made.stopping = threading.Event()
        made.url = f"http://127.0.0.1:{made.server_port}"
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield made
        made.stopping.set()
        made.shutdown()
        thread.join()


@pytest.fixture
def authority(world):
    terms = StatusListTerms(uri=URI, keys=(QrKey(kid=b"stat", key=KEY.public_key()),), max_age=86400)
    return attrs.evolve(world.authority, status_list=terms.to_json())


@pytest.fixture
def get(server, authority, tmp_path):
    def run(at=MADE + timedelta(minutes=1), *, path="/list", saved="copy.cwt"):
        return fetch_status_list(
            server.url + path, authority=authority, at=at, saved=tmp_path / saved if saved else None
        )

    return run


class TestFetch:
    """Bounds on what a server may do to the checker."""

    def test_a_file_is_fetched_with_its_media_type(self, server):
        """The request says what is wanted, and nothing about the permit."""
        got = fetch(f"{server.url}/list", max_bytes=10_000, accept=STATUS_LIST_MEDIA_TYPE)

        assert (listed()[:60], '"1"') == (got.data[:60], got.etag)
        assert [("/list", None, STATUS_LIST_MEDIA_TYPE)] == server.asked

    def test_redirects_are_followed_a_few_times(self, server):
        """Content delivery networks redirect; loops end."""
        assert fetch(f"{server.url}/away", max_bytes=10_000, accept=STATUS_LIST_MEDIA_TYPE).data
        with pytest.raises(SourceReadError, match="TooManyRedirects"):
            fetch(f"{server.url}/loop", max_bytes=10_000, accept=STATUS_LIST_MEDIA_TYPE)

    def test_a_large_answer_is_refused(self, server):
        """Not read to its end."""
        server.answer = (200, bytes(100_000))
        with pytest.raises(SourceReadError, match="larger than 99999 bytes"):
            fetch(f"{server.url}/list", max_bytes=99_999, accept=STATUS_LIST_MEDIA_TYPE)

    def test_a_dripping_answer_ends_with_the_time(self, server):
        """One byte now and then would else hold the checker for hours."""
        started = time.monotonic()
        with pytest.raises(SourceReadError, match="took too long"):
            fetch(f"{server.url}/drip", max_bytes=10_000, accept=STATUS_LIST_MEDIA_TYPE, seconds=0.2)

        assert time.monotonic() - started < 3

    def test_dripping_headers_end_with_the_time_too(self, server):
        """Before there is any status."""
        started = time.monotonic()
        with pytest.raises(SourceReadError, match="took too long"):
            fetch(f"{server.url}/slow-head", max_bytes=10_000, accept=STATUS_LIST_MEDIA_TYPE, seconds=0.2)

        assert time.monotonic() - started < 3

    def test_a_running_loop_is_no_obstacle(self, server):
        """Portals call it from asynchronous code."""

        async def inside():
            return fetch(f"{server.url}/list", max_bytes=10_000, accept=STATUS_LIST_MEDIA_TYPE)

        assert asyncio.run(inside()).data

    def test_a_packed_answer_is_refused(self, server):
        """Unpacking is where bombs hide."""
        with pytest.raises(SourceReadError, match="packed"):
            fetch(f"{server.url}/gzip", max_bytes=10_000, accept=STATUS_LIST_MEDIA_TYPE)

    @pytest.mark.parametrize("status", [404, 500, 304])
    def test_other_answers_are_refused(self, server, status):
        """An unasked 304 too."""
        server.answer = (status, b"")
        with pytest.raises(SourceReadError, match=str(status)):
            fetch(f"{server.url}/list", max_bytes=10_000, accept=STATUS_LIST_MEDIA_TYPE)

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:1/x", "http://user:geheim@127.0.0.1:1/", "http://[::1/"]
    )
    def test_a_place_without_a_server_is_an_error_without_passwords(self, url):
        """Whatever the library says is wrapped."""
        with pytest.raises(SourceReadError) as caught:
            fetch(url, max_bytes=10, accept=STATUS_LIST_MEDIA_TYPE, seconds=2)

        assert "geheim" not in str(caught.value)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("https://a/b", True),
            ("HTTP://a", True),
            ("status-list.cwt", False),
            ("ftp://a", False),
            ("http:", False),
        ],
    )
    def test_addresses_are_told_from_paths(self, text, expected):
        """By the scheme."""
        assert expected is is_url(text)


class TestSavedCopy:
    """A copy spares the network, serves when it is down, and never goes back."""

    def test_without_a_copy_the_list_comes_from_the_network(self, get):
        """Nothing is kept."""
        assert get(saved=None)[:60] == listed()[:60]

    def test_a_young_copy_is_used_without_asking(self, server, get):
        """Ttl says for how long."""
        first = get()
        again = get(MADE + timedelta(seconds=599))

        assert first == again
        assert 1 == len(server.asked)

    def test_an_older_copy_is_asked_for_by_its_etag(self, server, get):
        """304: the copy is the current one."""
        first = get()
        again = get(MADE + timedelta(seconds=600))

        assert first == again
        assert [None, '"1"'] == [etag for _, etag, _ in server.asked]

    def test_a_newer_list_replaces_the_copy(self, server, get, tmp_path):
        """And its ETag."""
        get()
        server.answer, server.etag = (200, listed(MADE + timedelta(hours=1))), '"2"'
        newer = get(MADE + timedelta(hours=1))

        assert newer == (tmp_path / "copy.cwt").read_bytes() == server.answer[1]
        assert '"2"' == json.loads((tmp_path / "copy.cwt.json").read_text())["etag"]

    def test_an_older_list_never_replaces_the_copy(self, server, get, tmp_path):
        """Somebody plays back a list from before a revocation."""
        kept = get()
        server.answer, server.etag = (200, listed(MADE - timedelta(hours=1))), '"0"'

        assert kept == get(MADE + timedelta(hours=1)) == (tmp_path / "copy.cwt").read_bytes()

    @pytest.mark.parametrize(
        "answer", [(503, b""), (200, b"<html>"), (200, listed(key=ec.generate_private_key(ec.SECP256R1())))]
    )
    def test_the_copy_serves_when_the_address_does_not(self, server, get, answer):
        """Out of order, a page for people, a list of somebody else."""
        kept = get()
        server.answer, server.etag = answer, '"x"'

        assert kept == get(MADE + timedelta(hours=1))

    def test_without_a_copy_a_strange_answer_is_judged_like_any_list(self, server, get, tmp_path):
        """It is not kept."""
        server.answer = (200, b"<html>")

        assert b"<html>" == get()
        assert not (tmp_path / "copy.cwt").exists()

    def test_a_damaged_copy_counts_for_nothing(self, server, get, tmp_path):
        """Nor does a damaged note of the ETag."""
        get()
        (tmp_path / "copy.cwt").write_bytes(b"junk")
        (tmp_path / "copy.cwt.json").write_text("{")
        get()
        (tmp_path / "copy.cwt.json").write_text('{"url": 7}')
        get(MADE + timedelta(hours=1))

        assert [None, None, None] == [etag for _, etag, _ in server.asked]

    def test_without_answer_and_copy_it_is_an_error(self, server, get):
        """Told as what it is."""
        server.answer = (503, b"")
        with pytest.raises(SourceReadError):
            get()

    def test_a_write_that_fails_leaves_the_old_file(self, tmp_path):
        """And nothing beside it."""
        folder = tmp_path / "target"
        folder.mkdir()
        (folder / "inner").mkdir()
        with pytest.raises(OSError, match="directory"):
            replace_file(folder / "inner", b"new")

        assert ["inner"] == [item.name for item in folder.iterdir()]


class TestSource:
    """The same through the status source."""

    @pytest.mark.parametrize(
        ("status", "at", "code"),
        [
            (200, MADE + timedelta(hours=1), None),
            (503, MADE + timedelta(hours=1), "status-list-unreachable"),
            (200, MADE + timedelta(days=2), "status-list-too-old"),
        ],
    )
    def test_the_network_decides_only_whether_there_is_a_list(
        self, server, authority, judge, permit, status, at, code
    ):
        """Too old is too old, wherever it comes from."""
        server.answer = (status, server.answer[1])
        source = StatusListSource.fetch(f"{server.url}/list", authority=authority, at=at)
        report = judge(permit, authority=authority, at=at, status=source)

        assert (Verdict.INDETERMINATE if code else Verdict.VALID) is report.verdict
        assert code is None or code == report.reasons[0].code

    def test_what_is_far_too_large_is_no_list(self, authority):
        """It is there, so it is not missing; no more of it is read than a list may have."""
        source = StatusListSource.read(Path("/dev/zero"), authority=authority, at=MADE)
        with pytest.raises(StatusListError) as caught:
            source.status_of("1", 3, authority.local_day(MADE))

        assert "status-list-malformed" == caught.value.reason

    def test_a_file_that_is_a_folder_is_missing(self, authority, tmp_path):
        """Nothing is raised before a permit is asked about."""
        source = StatusListSource.read(tmp_path, authority=authority, at=MADE)
        with pytest.raises(StatusListError) as caught:
            source.status_of("1", 1, authority.local_day(MADE))

        assert "status-list-missing" == caught.value.reason
