"""
The office's public pages inside an existing WSGI site.

    perizinan init office --authority kota-blitar --development
    python examples/embed_wsgi.py office/perizinan.toml [PORT]

``/izin`` lists the permits, ``/izin/CODE`` shows one, and ``/.well-known/perizinan.json`` is the authority
document that checkers fetch; every other address stays the site's. Works under any WSGI server.
"""

import sys
from collections.abc import Callable, Iterable
from wsgiref.simple_server import make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from perizinan_core import Office
from perizinan_core.bootstrap import public_app

WsgiApp = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
DOCUMENT = "/.well-known/perizinan.json"


def site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Stand for the site that is there already."""
    del environ
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b'<!doctype html><title>Our site</title><a href="/izin">Permits</a>']


def with_permits(outer: WsgiApp, office: Office) -> WsgiApp:
    """Return ``outer`` with the office's pages at ``/izin``."""
    pages = public_app(office)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in ("/izin", "/izin/"):
            return pages({**environ, "PATH_INFO": "/"}, start_response)
        if path == DOCUMENT or path.startswith("/izin/"):
            return pages(environ, start_response)
        return outer(environ, start_response)

    return app


def main(settings: str, port: int) -> None:
    """Serve until interrupted."""
    with (
        Office.open(settings) as office,
        make_server("127.0.0.1", port, with_permits(site, office)) as server,
    ):
        print(f"http://127.0.0.1:{server.server_port}/izin", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 8000)
