"""nginx, Caddy, systemd and the container, with the very texts that the page prints."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from perizinan_portal._serving import configuration

PAGE = (Path(__file__).parents[4] / "docs/how-to/run-the-portal.md").read_text(encoding="utf-8")
UPSTREAM = "127.0.0.1:8000"
PATIENCE = 30


def block(language, having=""):
    """Return the block of the page in a language that has some text."""
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if having in text]
    assert 1 == len(found)
    return found[0]


def _port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _until(reached):
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def upstream(portal):
    """The portal behind a port, as it is run."""
    server = uvicorn.Server(configuration(portal.app, "127.0.0.1", 0))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _until(lambda: server.started)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE)


@contextlib.contextmanager
def running(*command, port, **options):
    """Run a server until the end of the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        _until(lambda: _listens(port))
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def nginx(upstream, tmp_path_factory):
    """The documented nginx before the portal, with a certificate of its own."""
    folder, port = tmp_path_factory.mktemp("nginx"), _port()
    _certificate(folder)
    printed = block("nginx").replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    printed = printed.replace("/etc/ssl/", f"{folder}/").replace(UPSTREAM, upstream)
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Workers of a root nginx give up their rights, and could not write into the test's folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(
        f"{user}pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\ndaemon off;\n"
        f"events {{}}\nhttp {{\n{places}{printed}\n}}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with running(program, "-e", str(folder / "error.log"), "-c", str(conf), port=port):
        yield f"https://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def caddy(upstream, tmp_path_factory):
    """The documented Caddy before the portal; without a name there is no certificate to fetch."""
    folder, port = tmp_path_factory.mktemp("caddy"), _port()
    printed = block("text", "reverse_proxy").replace("izin.kota-contoh.go.id", f"http://127.0.0.1:{port}")
    conf = folder / "Caddyfile"
    conf.write_text("{\n    admin off\n}\n" + printed.replace(UPSTREAM, upstream))
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    with running("caddy", "run", "--config", str(conf), port=port, env=environment):
        yield f"http://127.0.0.1:{port}"


def _certificate(folder):
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1)).sign(
        key, hashes.SHA256()
    )
    (folder / "izin.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "izin.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@pytest.fixture(params=["nginx", "caddy"])
def visitor(request):
    """Someone before one of the two."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with httpx.Client(
        base_url=request.getfixturevalue(request.param), verify=trusting, timeout=PATIENCE
    ) as client:
        yield client


def test_pages_come_through_with_their_headers_and_cookies(visitor):
    """Nothing is added, lost or kept on the way."""
    answer = visitor.get("/lacak")

    assert 200 == answer.status_code
    assert "max-age=63072000" == answer.headers["strict-transport-security"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "__Host-perizinan_form=" in answer.headers["set-cookie"]
    assert "no-store" == answer.headers["cache-control"]


def test_a_form_is_posted_through_and_one_that_is_too_large_is_answered_with_a_page(visitor):
    """By the portal, which says what to do; the proxy lets so much through."""
    page = visitor.get("/lacak")
    token = re.search(r'name="_token" value="([^"]+)"', page.text)[1]
    cookie = {"cookie": page.headers["set-cookie"].partition(";")[0]}
    form = {"_token": token, "number": "TT/1", "secret": "SALAH-SALAH-SALAH"}
    sent = visitor.post("/lacak", data=form, headers=cookie)
    large = visitor.post("/lacak", data={**form, "secret": "x" * 600_000}, headers=cookie)

    assert (422, True) == (sent.status_code, "<h1>" in sent.text)
    assert (413, True) == (large.status_code, "<h1>" in large.text)


def test_no_one_gets_more_tries_by_saying_to_be_someone_else(visitor, portal):
    """Whose request it is says the proxy, and not the sender."""
    portal.services.limiter._limiter.storage.reset()
    page = visitor.get("/lacak")
    token = re.search(r'name="_token" value="([^"]+)"', page.text)[1]
    form = {"_token": token, "number": "TT/1", "secret": "SALAH-SALAH-SALAH"}
    said = [
        visitor.post(
            "/lacak",
            data=form,
            headers={
                "cookie": page.headers["set-cookie"].partition(";")[0],
                "x-forwarded-for": f"203.0.113.{number}",
            },
        ).status_code
        for number in range(32)
    ]
    portal.services.limiter._limiter.storage.reset()

    assert [422] * 30 + [429] * 2 == said


def test_caddy_reads_the_printed_file_as_it_stands(tmp_path):
    """With the name of the office."""
    (tmp_path / "Caddyfile").write_text(block("text", "reverse_proxy"))
    done = subprocess.run(
        ["caddy", "adapt", "--config", "Caddyfile"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (0, True) == (done.returncode, '"izin.kota-contoh.go.id"' in done.stdout)


@pytest.mark.parametrize("name", ["perizinan-portal", "perizinan-worker"])
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path, name):
    """Every line is known, and every command starts with options that there are."""
    printed = block("ini", f"/{name}.service")
    program = Path(sys.executable).with_name("perizinan")
    unit = tmp_path / f"{name}.service"
    unit.write_text(printed.replace("/srv/perizinan/venv/bin/perizinan", str(program)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    command = re.search(r"ExecStart=\S+ (.*)", printed)[1].split()
    options = subprocess.run(
        [str(program), command[2], "--help"], capture_output=True, text=True, check=True
    ).stdout

    assert [] == [line for line in done.stderr.splitlines() if name in line]
    assert [] == [word for word in command[3:] if word.startswith("--") and word not in options]


def test_the_container_is_healthy_when_the_portal_is_ready(upstream):
    """The command of the container file, as it is printed."""
    command = re.search(r"HEALTHCHECK CMD python -c \"(.*)\"", block("dockerfile"))[1]
    run = [sys.executable, "-c", command.replace(UPSTREAM, upstream)]
    missing = [sys.executable, "-c", command.replace(UPSTREAM, f"127.0.0.1:{_port()}")]

    assert 0 == subprocess.run(run, check=False).returncode
    assert 0 != subprocess.run(missing, check=False, stderr=subprocess.DEVNULL).returncode
