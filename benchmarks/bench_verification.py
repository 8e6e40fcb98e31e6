"""
Verifying our permits: beside pyHanko's validator, the whole commands, and the bare RSA check.

1,000 letters are rendered and signed in this run. Ours judges more than its peers do (permit data, printed
text, QR, entitlement, dates); peers judge the signature and the changes after it. All turns are taken one
after the other, so that a busy machine slows all. ``ratio`` is ``peer_ms / ours_ms``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.published import read_authority_document
from perizinan_core.rendering import TypstRenderer
from perizinan_core.testing._letters import sample_letter
from perizinan_core.verification import Verdict, Verifier
from perizinan_core.verification._cms import parse_container
from perizinan_core.verification._listing import sound_signatures
from perizinan_core.verification.bulk import verify_many

PERMITS = 1000
CHECKED_AT = "2026-12-02T09:00:00+07:00"
PEER_SAMPLE = 200
ROUNDS = 9
_BIN = Path(sys.executable).parent
_BUILDER = Path(__file__).parents[1] / "tests" / "vectors" / "builder.py"


def rows() -> Iterator[dict[str, Any]]:
    """Yield every comparison."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build = _builder()
        world = build.World.create("rsa-2048")
        paths = _letters(folder / "letters", world, build)
        (folder / "authority.json").write_bytes(world.authority_json)
        (folder / "root.pem").write_bytes(world.ca.root.certificate.public_bytes(Encoding.PEM))
        by_pyhanko = _pyhanko(folder / "root.pem", datetime.fromisoformat(CHECKED_AT))
        yield from _per_file(paths[:PEER_SAMPLE], world, by_pyhanko)
        yield from _commands(paths[0], folder)
        yield _bulk(folder)


def _builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("perizinan_vector_builder", _BUILDER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["perizinan_vector_builder"] = module
    spec.loader.exec_module(module)
    return module


def _letters(folder: Path, world: Any, build: ModuleType) -> list[Path]:
    """Write letters that differ in number, holder and QR claims, as those of an office do."""
    folder.mkdir()
    renderer, paths = TypstRenderer(), []
    for place in range(PERMITS):
        said = {"number": f"500.11/{place:05}/410.116/2026", "holder": f"Pemegang Contoh {_word(place)}"}
        letter = sample_letter(qr_text=world.qr_text(build.statement(**said)), **said)
        path = folder / f"{place:05}.pdf"
        path.write_bytes(build.sign(renderer.render(letter), world.head))
        paths.append(path)
    return paths


def _word(number: int) -> str:
    letters = "AEIOUKLMNPRSTWY"
    return "".join(letters[number // len(letters) ** power % len(letters)] for power in range(6)).title()


def _pyhanko(root_file: Path, moment: datetime) -> Callable[[Path], None]:
    certificate = load_pem_x509_certificate(root_file.read_bytes())
    root = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))

    def validate(path: Path) -> None:
        context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=moment)
        with path.open("rb") as file:
            status = validate_pdf_signature(PdfFileReader(file).embedded_signatures[0], context)
            assert status.bottom_line

    return validate


def _per_file(paths: list[Path], world: Any, by_pyhanko: Callable[[Path], None]) -> Iterator[dict[str, Any]]:
    verifier = Verifier(world.authority)

    def ours(path: Path) -> None:
        assert verifier.verify(path, at=datetime.fromisoformat(CHECKED_AT)).verdict is Verdict.VALID

    key = world.head.certificate.public_key()
    data = paths[0].read_bytes()
    container = parse_container(sound_signatures(PdfStructure(data), 1)[0].contents)

    def bare(_path: Path) -> None:
        key.verify(container.signature, container.signed_attributes, padding.PKCS1v15(), hashes.SHA256())

    times: dict[str, list[float]] = {"ours": [], "pyhanko": [], "bare": []}
    for path in paths[:3]:
        ours(path), by_pyhanko(path), bare(path)
    for path in paths:
        for name, action in (("ours", ours), ("pyhanko", by_pyhanko), ("bare", bare)):
            times[name].append(_timed(lambda action=action, path=path: action(path)))
    middle = {name: statistics.median(found) for name, found in times.items()}
    yield _row(
        "one permit, one core", middle["ours"], "pyHanko's validator (signature alone)", middle["pyhanko"]
    )
    yield _row("distance to the bare RSA-2048 check", middle["ours"], "RSA verify", middle["bare"])


def _commands(path: Path, folder: Path) -> Iterator[dict[str, Any]]:
    ours = [
        *(str(_BIN / "perizinan"), "verify", str(path), "--authority", str(folder / "authority.json")),
        *("--no-status", "--json", "--at", "2026-12-02"),
    ]
    pyhanko = [
        *(str(_BIN / "pyhanko"), "sign", "validate", "--pretty-print", "--no-revocation-check"),
        *("--trust", str(folder / "root.pem"), str(path)),
    ]
    peers: dict[str, tuple[list[str], float | None]] = {}
    if Path(pyhanko[0]).exists():
        peers["pyhanko sign validate"] = (pyhanko, 2.0)
    if shutil.which("pdfsig"):
        peers["pdfsig"] = (["pdfsig", "-nocert", str(path)], None)
    for peer, (command, bar) in peers.items():
        _command(ours), _command(command)
        pairs = [(_command(ours), _command(command)) for _ in range(ROUNDS)]
        ours_ms, peer_ms = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
        yield _row("whole command, one permit", ours_ms, peer, peer_ms, bar)


def _bulk(folder: Path) -> dict[str, Any]:
    """Take turns, ours between two of the peer's."""
    first, ours_ms, second = (_in_its_own_process(turn, folder) for turn in ("peer", "ours", "peer"))
    return _row(
        f"{PERMITS} permits, all cores, per file",
        ours_ms,
        "pyHanko's validator in a loop",
        (first + second) / 2,
        4.0,
    )


def _in_its_own_process(turn: str, folder: Path) -> float:
    command = [sys.executable, __file__, turn, str(folder)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _many(turn: str, folder: Path) -> float:
    """Return the milliseconds per file of one turn, without the imports."""
    moment = datetime.fromisoformat(CHECKED_AT)
    paths = sorted((folder / "letters").iterdir())
    if turn == "peer":
        validate = _pyhanko(folder / "root.pem", moment)
        validate(paths[0])
        return _timed(lambda: [validate(path) for path in paths[:PEER_SAMPLE]]) / PEER_SAMPLE
    authority = read_authority_document((folder / "authority.json").read_bytes())
    with contextlib.closing(verify_many([folder / "letters"], authority=authority, at=moment)) as found:
        started = time.perf_counter()
        assert {report.verdict for report in found} == {Verdict.VALID}
        return (time.perf_counter() - started) * 1000 / len(paths)


def _row(name: str, ours_ms: float, peer: str, peer_ms: float, bar: float | None = None) -> dict[str, Any]:
    row = {"name": name, "ours_ms": ours_ms, "peer": peer, "peer_ms": peer_ms, "ratio": peer_ms / ours_ms}
    return row if bar is None else {**row, "bar": bar}


def _command(command: list[str]) -> float:
    # As installed programs run: with their bytecode beside them after the first time.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return _timed(lambda: subprocess.run(command, check=False, capture_output=True, env=environment))


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    print(_many(sys.argv[1], Path(sys.argv[2])))
