"""
What every frontend (``register_frontends``) must do, tried from outside as a browser would.

::

    class TestMyPortal(FrontendSuite):
        plugin = "my_portal.plugin"
        frontend = "portal"
"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

__all__ = ["FrontendSuite"]

_PATIENCE = 120.0
_THREADS = 8
_HOSTILE = [
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%00",
    "/" + "a" * 6000,
    "/?lang=%F0%28%8C%28",
    "/?" + "&".join(f"a{number}=1" for number in range(2000)),
    "/<script>alert(1)</script>",
]
_SERVE = """
import importlib, json, signal, sys
from pathlib import Path
from perizinan_core.hooks import PluginManager
from perizinan_core.hooks._context import taken
from perizinan_core.testing import check_plugin_settings, plugin_context, sample_office
signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal, also where a whole run ignores it
plugin, name, port, table, folder = sys.argv[1:]
plugins = PluginManager(builtin=object(), discover=False, extra=[("tried", importlib.import_module(plugin))])
entries = {item.record.name: item.record for item in plugins.gather("register_frontends")}
entry, table = entries[name], json.loads(table)
own = None if entry.settings is None else check_plugin_settings(entry.settings, table, folder=Path(folder))
office = sample_office(plugins={"tried": importlib.import_module(plugin)}).office
given = {
    "office": office, "host": "127.0.0.1", "port": int(port),
    "context": plugin_context(own, name=name, folder=Path(folder), office=office),
}
try:
    entry.serve(**taken(entry.serve, given))
except KeyboardInterrupt:
    pass
"""


class FrontendSuite:
    """Subclass it, and name the plugin's module and its frontend."""

    plugin: ClassVar[str]
    """Module of the plugin, as its entry point names it."""

    frontend: ClassVar[str]
    """Name of the frontend, as its entry says."""

    settings: ClassVar[Mapping[str, Any]] = {}
    """Its own table of settings."""

    @pytest.fixture(scope="class")
    @classmethod
    def served(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Any, Path]]:
        """Serve a sample office in a process of its own; the client, the process, and what it wrote."""
        folder = tmp_path_factory.mktemp("frontend")
        port = _free_port()
        output = folder / "output.txt"
        with output.open("wb") as written:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [
                    *(sys.executable, "-c", _SERVE, cls.plugin, cls.frontend, str(port)),
                    *(json.dumps(dict(cls.settings)), str(folder)),
                ],
                stdout=written,
                stderr=written,
            )
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE)
        try:
            _wait_for(client, process, output)
            yield client, process, output
        finally:
            client.close()
            process.kill()
            process.wait()

    def test_the_first_page_is_there_in_indonesian(self, served: Any) -> None:
        """Bahasa Indonesia first."""
        client, _, _ = served
        answer = client.get("/", follow_redirects=True)

        assert answer.status_code == httpx.codes.OK
        assert answer.headers["content-type"].startswith("text/html")
        assert re.search(r"""<html[^>]*\blang=["']?id\b""", answer.text)
        assert "<title>" in answer.text

    def test_pages_are_protected_by_their_headers(self, served: Any) -> None:
        """No script of a stranger, no frame, no guessing of types, no address passed on."""
        client, _, _ = served
        headers = client.get("/", follow_redirects=True).headers
        policy = headers.get("content-security-policy", "")
        scripts = next(
            (item for item in policy.split(";") if item.strip().startswith(("script-src", "default-src"))), ""
        )

        assert scripts
        assert "unsafe-inline" not in scripts
        assert headers.get("x-content-type-options") == "nosniff"
        assert "frame-ancestors" in policy or "x-frame-options" in headers
        assert headers.get("referrer-policy") in {"no-referrer", "same-origin", "strict-origin"}

    def test_pages_load_nothing_from_other_hosts(self, served: Any) -> None:
        """Who looks at a page is no one else's affair."""
        client, _, _ = served
        text = client.get("/", follow_redirects=True).text
        loaded = re.findall(r"""<(?:script|img|iframe|source|video)[^>]*\bsrc=["']([^"']+)""", text)
        loaded += re.findall(r"""<link[^>]*\bhref=["']([^"']+)""", text)

        assert not [address for address in loaded if re.match(r"(https?:)?//", address)]

    @pytest.mark.parametrize("path", _HOSTILE, ids=range(len(_HOSTILE)))
    def test_hostile_addresses_get_a_plain_answer(self, served: Any, path: str) -> None:
        """Never a file, never a traceback, never the end of the server."""
        client, process, _ = served
        answer = client.get(path, follow_redirects=True)

        assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR
        assert "Traceback" not in answer.text
        assert "root:" not in answer.text
        assert "<script>alert" not in answer.text
        assert process.poll() is None

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_junk_is_refused_and_survived(self, served: Any, method: str) -> None:
        """Whatever is sent to the first page."""
        client, process, _ = served
        answer = client.request(
            method, "/", content=b"\x00\xff" * 50_000, headers={"content-type": "multipart/form-data"}
        )

        assert httpx.codes.BAD_REQUEST <= answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR
        assert "Traceback" not in answer.text
        assert process.poll() is None

    def test_an_unknown_page_is_not_found(self, served: Any) -> None:
        """With a page, and not with a trace of the program."""
        client, _, _ = served
        answer = client.get("/tidak-ada-halaman-ini")

        assert answer.status_code == httpx.codes.NOT_FOUND
        assert "Traceback" not in answer.text

    def test_several_visitors_are_served_at_once(self, served: Any) -> None:
        """Each gets the whole page."""
        client, _, _ = served
        with ThreadPoolExecutor(_THREADS) as pool:
            answers = list(pool.map(lambda _: client.get("/", follow_redirects=True), range(_THREADS * 3)))

        assert {httpx.codes.OK} == {answer.status_code for answer in answers}
        assert len({len(answer.content) for answer in answers}) == 1

    def test_what_it_writes_holds_no_address_of_a_visitor_and_no_traceback(self, served: Any) -> None:
        """What stands behind the question mark is a visitor's, and may be personal."""
        client, _, output = served
        client.get("/?nama=SekarRahasia", follow_redirects=True)
        time.sleep(0.2)
        text = output.read_text(encoding="utf-8", errors="replace")

        assert "SekarRahasia" not in text
        assert "Traceback" not in text

    def test_zz_an_interrupt_ends_it(self, served: Any) -> None:
        """In a few seconds, without a traceback; the last of the tests."""
        _, process, output = served
        process.send_signal(signal.SIGINT)

        process.wait(_PATIENCE)
        assert "Traceback" not in output.read_text(encoding="utf-8", errors="replace")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(client: httpx.Client, process: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            client.get("/")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the frontend does not answer: {output.read_text(encoding='utf-8', errors='replace')}")
