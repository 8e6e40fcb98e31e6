"""What the permit says: permit.json, printed text and QR code that do not belong together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core._converters import canonical_json
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._qr_claims import claims_of_statement, encode_qr_text
from vector_cases import Case, builder
from vector_cases.setting import Setting

__all__ = ["cases"]

build = builder()


def cases(setting: Setting) -> Iterator[Case]:
    """Yield the cases of this module."""
    for name, data, code, why in (*_embedded(setting), *_printed(setting), *_codes(setting)):
        verdict = "indeterminate" if code.endswith("-yet") else "not_valid"
        yield Case(name=f"data_{name}_fail", data=data, verdict=verdict, codes=(code,), why=why)
    for name, data, why in _harmless(setting):
        yield Case(name=f"good_{name}", data=data, verdict="valid", why=why)


_Rows = Iterator[tuple[str, bytes, str, str]]


def _embedded(setting: Setting) -> _Rows:
    said, world = build.statement(), setting.world

    def signed(**options: Any) -> bytes:
        return bytes(build.sign(build.small_pdf(said, **options), world.head))

    plain = canonical_json(said)
    doubled = plain.replace(b'"holder":', b'"holder":"Orang Lain","holder":')
    yield "missing", signed(embedded=0), "permit-data-missing", "No permit.json."
    yield (
        "doubled",
        signed(embedded=2),
        "permit-data-unreadable",
        "Two embedded files are called permit.json: which one a machine reads is chance.",
    )
    yield "no_json", signed(permit_json=b"{"), "permit-data-unreadable", "permit.json is no JSON."
    yield (
        "key_twice",
        signed(permit_json=doubled),
        "permit-data-unreadable",
        "permit.json names the holder twice: the first and the last reader see another person.",
    )
    yield (
        "not_utf8",
        signed(permit_json=plain.replace(b"Rahayu", b"Raha\xffu")),
        "permit-data-unreadable",
        "permit.json is not UTF-8.",
    )
    yield "incomplete", signed(permit_json=b"{}"), "permit-data-schema", "permit.json lacks everything."
    yield (
        "impossible_date",
        signed(permit_json=plain.replace(b"2026-12-07", b"2026-02-30")),
        "permit-data-schema",
        "The last day is the thirtieth of February.",
    )
    yield (
        "other_office",
        world.permit(authority="kota-lain"),
        "permit-other-authority",
        "The data names another office.",
    )


def _printed(setting: Setting) -> _Rows:
    said = build.statement()
    for name, change, why in (
        ("date", {"valid_until": said.valid_until.replace(year=2036)}, "another last day"),
        ("holder", {"holder": "Orang Lain"}, "another holder"),
        ("holder_homoglyph", None, "the holder's name with a letter that looks alike (1 for i)"),
        ("number", {"number": "500.16.7.2/0043/123.456/2026"}, "another number"),
        ("object", {"object": "Penutupan jalan"}, "another object"),
    ):
        lines = build.printed_lines(said if change is None else attrs.evolve(said, **change))
        if change is None:
            lines = [line.replace("Contohningrum", "Contohn1ngrum") for line in lines]
        data = build.sign(build.small_pdf(said, lines=lines), setting.world.head)
        yield f"printed_{name}", data, "text-disagrees", f"The page prints {why} than permit.json."


def _codes(setting: Setting) -> _Rows:
    said, world = build.statement(), setting.world
    other = build.statement(number="500.16.7.2/0099/410.111/2026", holder="Orang Lain")
    longer = attrs.evolve(said, valid_until=said.valid_until.replace(year=2036))

    def linked(text: str) -> bytes:
        return bytes(build.sign(build.small_pdf(said, link=text), world.head))

    claims = claims_of_statement(json.loads(canonical_json(longer)))
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = encode_qr_text(said.verification_url, claims, sign=signing_callback(stranger), kid=build.QR_KID)
    unknown = encode_qr_text(
        said.verification_url, claims, sign=signing_callback(stranger), kid=b"\x00\x00\x00\x01"
    )
    text = world.qr_text(said)
    flipped = text[:-9] + ("A" if text[-9] != "A" else "B") + text[-8:]
    yield (
        "qr_swapped",
        linked(world.qr_text(other)),
        "qr-disagrees",
        "A genuine QR code of another permit is pasted on this one.",
    )
    yield (
        "qr_same_number",
        linked(world.qr_text(longer)),
        "qr-disagrees",
        "A genuine QR code of an earlier version of this permit, with another last day.",
    )
    yield (
        "qr_forged",
        linked(forged),
        "qr-broken",
        "QR claims under the office's key id, signed by another key.",
    )
    yield (
        "qr_unknown_key",
        linked(unknown),
        "qr-key-unknown-yet",
        "QR claims under a key id that the authority document, which may be too old for it, does not name.",
    )
    yield "qr_flipped", linked(flipped), "qr-broken", "One character of the QR text is another."


def _harmless(setting: Setting) -> Iterator[tuple[str, bytes, str]]:
    said, world = build.statement(), setting.world
    lines = build.printed_lines(said)
    split = [part for line in lines for part in (line[:40].strip(), line[40:].strip()) if part]
    yield (
        "lines_wrapped",
        build.sign(build.small_pdf(said, lines=split), world.head),
        "Printed lines are broken in the middle: words, not lines, are compared.",
    )
    yield (
        "text_besides",
        build.sign(build.small_pdf(said, lines=[*lines, "Catatan: bawa payung."]), world.head),
        "The page prints more than the data says, and nothing that contradicts it.",
    )
    brackets = attrs.evolve(said, object="Bazar (usaha mikro) \\ kecil")
    yield (
        "escaped_text",
        build.sign(build.small_pdf(brackets), world.head),
        "The object holds brackets and a backslash, which PDF writes with escapes.",
    )
