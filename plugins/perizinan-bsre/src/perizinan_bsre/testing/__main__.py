"""
The service for a person who tries the plugin out: ``python -m perizinan_bsre.testing --folder layanan``.

The folder gets what the service would send or an office would have: the root certificate, a letter to sign, and each
code in a file of its own, ``kode-NIK.txt`` or ``kode-SUBSCRIBER.txt``. Everything listens on this machine only.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_bsre.testing._server import EsignServer
from perizinan_core.rendering import TypstRenderer
from perizinan_core.testing import PkiServer, sample_letter


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m perizinan_bsre.testing", description=__doc__.splitlines()[1]
    )
    parser.add_argument("--folder", type=Path, default=Path("layanan"))
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with PkiServer.running() as pki, EsignServer.running(pki, port=options.port) as server:
        (options.folder / "root.pem").write_bytes(pki.roots[0].public_bytes(Encoding.PEM))
        (options.folder / "surat.pdf").write_bytes(TypstRenderer().render(sample_letter()))
        server.mailbox = options.folder
        sys.stdout.write(
            f"{server.address}\nuser {server.user}, password {server.password}\n"
            f"NIK {server.nik}, passphrase {server.passphrase}\nsubscriber {server.subscriber}\n"
        )
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
