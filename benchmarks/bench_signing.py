"""
Signing a letter: ours against pyHanko and against the raw RSA operation.

Bars: at least 50 times faster than pyHanko 0.38 with an RSA-2048 key, and at most 5 times the raw
signature. All is measured in one run, the competitors in turn, so that a busy machine slows all.
``ratio`` is ``peer_ms / ours_ms``: above 1 we are faster.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import typst
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from perizinan_core.bootstrap._synthetic_ca import Issued, SyntheticCA
from perizinan_core.signing import SigningRequest, sign_pdf

_BARS: dict[str, float | dict[str, float]] = {
    "sign-rsa-2048 against pyHanko": 50.0,
    "sign-rsa-2048 against the raw signature": {"at_most": 5.0},
}

_LETTER = b"""
#set document(title: "Izin Penggunaan Jalan", date: datetime(year: 2026, month: 11, day: 25))
#set text(lang: "id", size: 11pt)
#set page(paper: "a4", margin: 2.5cm)
#pdf.attach("permit.json", bytes("{}"), relationship: "data", mime-type: "application/json", description: "data")
= PEMERINTAH KOTA CONTOH
== Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu
Nomor: 503/001/410.116/2026
#table(columns: 2, [Nama], [Contoh], [Alamat], [Jl. Contoh 1], [Lokasi], [Jl. Contoh 2])
#lorem(150)

#emph[Ditetapkan di Kota Contoh,] *Kepala Dinas*
"""


def letter() -> bytes:
    """Return a one-page PDF/A-3a and PDF/UA-1 letter."""
    made = typst.Compiler(_LETTER, ignore_system_fonts=True).compile(
        format="pdf", pdf_standards=["a-3a", "ua-1"]
    )
    assert isinstance(made, bytes)
    return made


def pyhanko_signing(issued: Issued) -> Callable[[bytes], object]:
    """Return pyHanko signing with the same key and the same format; its signer is made once."""
    archive = pkcs12.serialize_key_and_certificates(
        None, issued.key, issued.certificate, issued.chain, NoEncryption()
    )
    signer = signers.SimpleSigner.load_pkcs12_data(archive, other_certs=[])
    meta = signers.PdfSignatureMetadata(
        field_name="Signature1",
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason="Penerbitan izin",
    )
    return lambda pdf: signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer=signer)


def by_pyhanko(pdf: bytes, issued: Issued) -> Callable[[], object]:
    """Return pyHanko signing ``pdf``."""
    sign = pyhanko_signing(issued)
    return lambda: sign(pdf)


def medians(actions: dict[str, tuple[Callable[[], object], int]], rounds: int = 15) -> dict[str, float]:
    """
    Return the median time of each action in milliseconds.

    Args:
        actions: Name to action and how often it runs in one round.
        rounds: How many rounds; in each, every action has its turn.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    for action, _ in actions.values():
        action()
    for _ in range(rounds):
        for name, (action, repeats) in actions.items():
            for _ in range(repeats):
                start = time.perf_counter()
                action()
                times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def _row(name: str, ours: float, peer: str, peers: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": name,
        "ours_ms": ours,
        "peer": peer,
        "peer_ms": peers,
        "ratio": peers / ours,
    }
    return row | ({"bar": _BARS[name]} if name in _BARS else {})


def rows() -> list[dict[str, Any]]:
    """Measure and return one row for each comparison."""
    now = datetime.now(UTC)
    ca = SyntheticCA.create(now, kind="rsa-2048")
    pdf = letter()
    request = SigningRequest(signed_at=now, reason="Penerbitan izin")
    actions: dict[str, tuple[Callable[[], object], int]] = {}
    for kind in ("rsa-2048", "p-256"):
        issued = ca.issue("Kepala Dinas", now=now, kind=kind)
        signer = issued.signer()
        actions[f"{kind} raw"] = (lambda signer=signer: signer.sign(bytes(200)), 20)
        actions[f"{kind} ours"] = (lambda signer=signer: sign_pdf(pdf, signer, request), 20)
        actions[f"{kind} pyHanko"] = (by_pyhanko(pdf, issued), 1)
    found = medians(actions)
    return [
        row
        for kind in ("rsa-2048", "p-256")
        for row in (
            _row(f"sign-{kind} against pyHanko", found[f"{kind} ours"], "pyHanko", found[f"{kind} pyHanko"]),
            _row(
                f"sign-{kind} against the raw signature",
                found[f"{kind} ours"],
                f"raw {kind} signature",
                found[f"{kind} raw"],
            ),
        )
    ]


if __name__ == "__main__":
    for measured in rows():
        print(
            f"{measured['name']:42} {measured['ours_ms']:7.3f} ms, {measured['peer']} {measured['peer_ms']:.3f} ms, "
            f"ratio {measured['ratio']:.2f}"
        )
