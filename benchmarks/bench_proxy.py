"""
The verification page through the nginx of the guide, beside the page alone: one visitor, and eight at once.

A visit is the page with everything that it loads, and one permit that is checked. Pairs alternate; medians.
"""

from __future__ import annotations

import importlib.util
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from perizinan_verify import create_app
from perizinan_verify._serving import configuration

from perizinan_core.testing._offices import HOST, sample_office

PAIRS = 7
AT_MOST = {"at_most": 2.0}
_PROXY = Path(__file__).parents[1] / "plugins/perizinan-verify/tests/proxy.py"


def rows() -> Iterator[dict[str, Any]]:
    """Yield one row for each number of visitors; the peer is the page without nginx."""
    spec = importlib.util.spec_from_file_location("documented_proxy", _PROXY)
    assert spec is not None
    assert spec.loader is not None
    proxy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(proxy)
    kit = sample_office()
    with kit.office.permits.open_pdf(kit.permit().id, actor=HOST) as file:
        pdf = file.read()
    app = create_app(kit.office.publication.authority_json(), status=kit.office.status, clock=kit.clock)
    with (
        tempfile.TemporaryDirectory() as folder,
        _served(app) as alone,
        _served(app, "/periksa") as upstream,
        proxy.documented_proxy(upstream, Path(folder)) as behind,
    ):
        for visitors in (1, 8):
            pairs = [(_visits(behind, pdf, visitors), _visits(alone, pdf, visitors)) for _ in range(PAIRS)]
            ours, peer = (statistics.median(times) for times in zip(*pairs, strict=True))
            yield {
                "name": f"{visitors} visitors through the documented nginx",
                "ours_ms": ours,
                "peer": "the page without nginx",
                "peer_ms": peer,
                "ratio": peer / ours,
                "bar": AT_MOST,
            }
    app.state.service.pool.close()
    kit.office.close()


def _visits(address: str, pdf: bytes, visitors: int) -> float:
    """Return how long so many visits at once take, in milliseconds."""
    started = time.perf_counter()
    with ThreadPoolExecutor(visitors) as pool:
        for codes in pool.map(lambda _: _visit(address, pdf), range(visitors)):
            if set(codes) != {200}:
                raise RuntimeError(f"expected 200 for everything, got {codes} from {address}")
    return 1000 * (time.perf_counter() - started)


def _visit(address: str, pdf: bytes) -> list[int]:
    with httpx.Client(base_url=address, timeout=60) as client:
        page = client.get("/periksa")
        codes = [
            client.get(part).status_code
            for part in re.findall(r'(?:src|href)="(/[^"]*static/[^"]+)"', page.text)
        ]
        checked = client.post(
            "/periksa/" if "/periksa/static" in page.text else "/", files={"file": ("izin.pdf", pdf)}
        )
    return [page.status_code, *codes, checked.status_code]


@contextmanager
def _served(app: Any, root_path: str = "") -> Iterator[str]:
    server = uvicorn.Server(configuration(app, "127.0.0.1", 0, root_path=root_path))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
