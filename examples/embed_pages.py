"""
The office's public pages inside an existing site.

    perizinan init office --authority kota-blitar --development
    python examples/embed_pages.py office/perizinan.toml [PORT]

``/izin`` lists the permits and ``/izin/CODE`` shows one, ``/periksa`` checks one, and
``/.well-known/perizinan.json`` is the authority document that checkers fetch; ``/`` stays the site's. The pages
come from the plugin ``perizinan-verify``, an ASGI application that works under any ASGI server.
"""

import socket
import sys

import uvicorn
from perizinan_verify import office_app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from perizinan_core import Office


async def home(request: Request) -> Response:
    """Stand for the site that is there already."""
    del request
    return HTMLResponse('<!doctype html><title>Our site</title><a href="/izin">Permits</a>')


def with_permits(office: Office) -> Starlette:
    """Return the site with the office's pages below its own."""
    pages = office_app(office)
    # The pages start processes that judge files; the lifespan ends them with the site.
    return Starlette(
        routes=[Route("/", home), Mount("/", app=pages)],
        lifespan=lambda _site: pages.router.lifespan_context(pages),
    )


def main(settings: str, port: int) -> None:
    """Serve until interrupted."""
    with Office.open(settings) as office, socket.create_server(("127.0.0.1", port)) as door:
        print(f"http://127.0.0.1:{door.getsockname()[1]}/izin", flush=True)
        config = uvicorn.Config(with_permits(office), log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 8000)
