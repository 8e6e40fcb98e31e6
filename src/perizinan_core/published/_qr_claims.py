"""
QR claims: a COSE_Sign1 (RFC 9052) in the fragment of the verification address.

``HTTPS://HOST/PATH#2<BASE32>``: the address in capitals, because the alphanumeric mode of QR codes
knows no small letters; ``2`` is the layout; then base32 (RFC 4648, no padding) of the COSE array. The
fragment never reaches a server. Offline, the authority document's QR keys suffice.

The claims are a CBOR map in deterministic form (RFC 8949 section 4.2):
1 number, 2 permit type, 3 holder, 4 object, 5 dates, 6 status index, 7 place. The permit type is a number
that the authority document names (`type_number`). Dates are an array: days from 2020-01-01 to the day of
issue, days from issue to the first day, days from the first to the last day or null. The place is left out
where the letter has none. The claims hold what the letter prints and never a NIK.

The payload is that map, or the map compressed by raw DEFLATE (RFC 1951) in one block where this is shorter:
the first byte tells them apart, for a map of six or seven begins with 0xA6 or 0xA7, which no such block does.

The object, then the place, and a holder of far more than a line as the last resort, is shortened where
everything together is longer than `MAX_QR_LENGTH`, and ends with "…"; number, type and dates never are.

Layout ``1``, of codes that were printed before, is read as well: its permit type is a text, it has no place,
and its holder may be shortened too.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import attrs

from perizinan_core.errors.published import QrTextError
from perizinan_core.errors.verification import VerificationError
from perizinan_core.i18n import N_
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._cose import ALG, ALGORITHMS, KID, Sign1, dumps, loads, unpacked, whole
from perizinan_core.published._keys import PublicKey

MAX_QR_LENGTH = 594
"""Characters that fit version 15 at level M: 38.5 mm on paper at half a millimetre a module."""

_LAYOUT, _FIRST_LAYOUT = "2", "1"
_DAY_ZERO = date(2020, 1, 1)
_LONGEST_SPAN = 200 * 366
_AAD = {"1": b"perizinan-qr-1", "2": b"perizinan-qr-2"}
_MAX_TEXT = 2048
_BASE32 = re.compile(r"[A-Z2-7]+")
_TO_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")
_SHORTENING = (("object", 40), ("place", 24), ("object", 1), ("place", 1), ("holder", 60), ("holder", 1))
"""What is shortened, in this order, and to how many characters at least."""

_MARK = "…"
_PLAIN = (b"\xa6", b"\xa7")
_ALWAYS = {1, 2, 3, 4, 5, 6}
_TEXTS = {
    "1": {1: "number", 2: "permit_type", 3: "holder", 4: "object"},
    "2": {1: "number", 3: "holder", 4: "object", 7: "place"},
}
_LAST_TYPE, _LAST_INDEX = 2**32 - 1, 2**64 - 1
_NEWER = re.compile("[3-9][A-Z2-7]{40,}", re.IGNORECASE)
_NO_CLAIMS = N_("there is no fragment with claims in it")


@attrs.frozen(kw_only=True)
class QrClaims:
    """What a QR code says about a permit."""

    number: str
    permit_type: str | None = None
    """Code of the permit type; None where only its number is known (see `AuthorityDocument.permit_types`)."""

    type_number: int | None = None
    """Number of the permit type; None in codes of the first layout."""

    holder: str = attrs.field(repr=False)
    """As printed; ends with "…" when it was shortened."""

    object: str = attrs.field(repr=False)
    """As printed; ends with "…" when it was shortened."""

    place: str | None = attrs.field(default=None, repr=False)
    """As printed; ends with "…" when it was shortened. None where the letter names none, or the code does not."""

    issued_on: date
    valid_from: date
    valid_until: date | None = None
    status_index: int = attrs.field(validator=attrs.validators.ge(0))

    @property
    def shortened(self) -> tuple[str, ...]:
        """Names of the texts that end before what the letter prints."""
        texts = {"holder": self.holder, "object": self.object, "place": self.place or ""}
        return tuple(name for name, text in texts.items() if text.endswith(_MARK))


@attrs.frozen(kw_only=True)
class QrContent:
    """A decoded QR text whose signature no one has checked yet."""

    claims: QrClaims
    _envelope: Sign1 = attrs.field(repr=False)

    @property
    def kid(self) -> bytes:
        """Identifier of the key that it names."""
        kid: bytes = self._envelope.header[KID]
        return kid

    def is_signed_by(self, key: PublicKey) -> bool:
        """Return True when the signature is that of ``key``."""
        return self._envelope.is_signed_by(key)


def type_number(code: str) -> int:
    """
    Return the number that stands for a permit type in QR claims: the first four bytes of its code's SHA-256.

    It follows from the code alone, so that it never changes and no one keeps a register of numbers; two types
    of one office whose numbers are the same are found when the catalogue is checked.
    """
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:4], "big")


def claims_of_statement(permit: Mapping[str, Any]) -> QrClaims:
    """Return the claims of a ``permit.json``, nothing shortened yet."""
    until = permit.get("valid_until")
    return QrClaims(
        number=permit["number"],
        permit_type=permit["permit_type"],
        type_number=type_number(permit["permit_type"]),
        holder=permit["holder"],
        object=permit["object"],
        place=permit.get("place"),
        issued_on=date.fromisoformat(permit["issued_on"]),
        valid_from=date.fromisoformat(permit["valid_from"]),
        valid_until=date.fromisoformat(until) if until is not None else None,
        status_index=permit["status_index"],
    )


def encode_qr_text(
    base_url: str, claims: QrClaims, *, sign: Callable[[bytes], bytes], kid: bytes, algorithm: str = "ES256"
) -> str:
    """
    Return the text of a permit's QR code, at most `MAX_QR_LENGTH` characters.

    Object, place and then holder are shortened as far as needed; number, type and dates never are.

    Args:
        base_url: https address of the verification page; must also work in capital letters.
        claims: What the code says.
        sign: Returns the 64-byte signature over its argument; see `keys.signing_callback`.
        kid: Identifier of the key in the authority document, 1 to 8 bytes.
        algorithm: ``"ES256"`` or ``"EdDSA"``.

    Raises:
        VerificationError: ``qr-claims-too-long``: when address and number alone are too long.
    """
    protected = dumps({ALG: ALGORITHMS[algorithm], KID: kid})
    prefix = f"{base_url.upper()}#{_LAYOUT}"
    room = (MAX_QR_LENGTH - len(prefix)) * 5 // 8
    payload = _fitted(claims, room - len(dumps(_envelope(protected, b"").parts)) - 2)
    if payload is None:
        length = len(prefix) + len(_text_of(_envelope(protected, _payload(claims))))
        raise VerificationError("qr-claims-too-long", length=length, maximum=MAX_QR_LENGTH)
    envelope = _envelope(protected, payload)
    return prefix + _text_of(attrs.evolve(envelope, signature=sign(envelope.signed)))


def decode_qr_text(text: str) -> QrContent:
    """
    Read a QR text without judging its signature.

    Raises:
        QrTextError: when it holds no claims of ours.
    """
    _, mark, fragment = text.strip().partition("#")
    if not mark or len(text) > _MAX_TEXT:
        raise QrTextError(_NO_CLAIMS)
    layout = fragment[:1]
    if layout not in _AAD:
        newer = _NEWER.fullmatch(fragment) is not None
        raise QrTextError(N_("its layout is newer than what is known here") if newer else _NO_CLAIMS)
    try:
        parts = loads(_from_base32(fragment[1:]))
        envelope = Sign1.read(parts, labels=(ALG, KID), aad=_AAD[layout])
        payload = _unpacked(envelope.payload) if layout == _LAYOUT else envelope.payload
        claims = _claims(loads(payload), layout)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise QrTextError(N_("its claims cannot be read")) from error
    return QrContent(claims=claims, envelope=envelope)


def holds_claims(text: str) -> bool:
    """Return True when a text holds claims of a permit, no matter who signed them."""
    try:
        decode_qr_text(text)
    except QrTextError:
        return False
    return True


def verify_qr(text: str, authority: AuthorityDocument) -> QrClaims:
    """
    Return the claims of a QR text that ``authority`` signed.

    Says nothing about the status of the permit, nor about the PDF or paper the code stands on.

    Raises:
        QrTextError: when it holds no claims, or no QR key of that day fits.
    """
    content = decode_qr_text(text)
    for entry in authority.qr_keys:
        mine = entry.kid == content.kid and entry.holds_on(content.claims.issued_on)
        if mine and content.is_signed_by(entry.key):
            return named_claims(content.claims, authority)
    raise QrTextError(N_("no key of this office signed it"))


def named_claims(claims: QrClaims, authority: AuthorityDocument) -> QrClaims:
    """Return the claims with the code of their permit type, where the authority document names it."""
    known = next((item for item in authority.permit_types if item.number == claims.type_number), None)
    return claims if known is None else attrs.evolve(claims, permit_type=known.code)


def _fitted(claims: QrClaims, room: int) -> bytes | None:
    """Return the payload of at most ``room`` bytes, or None when shortening does not get there."""
    for name in ("object", "place", "holder"):
        text = getattr(claims, name) or ""
        if len(text) > MAX_QR_LENGTH:
            claims = _with_text(claims, name, text[:MAX_QR_LENGTH] + _MARK)
    payload = _packed(_payload(claims))
    for name, least in _SHORTENING:
        text = (getattr(claims, name) or "").removesuffix(_MARK)
        for length in range(len(text) - 1, least - 1, -1):
            if len(payload) <= room:
                return payload
            claims = _with_text(claims, name, text[:length].rstrip() + _MARK)
            payload = _packed(_payload(claims))
    return payload if len(payload) <= room else None


def _with_text(claims: QrClaims, name: str, text: str) -> QrClaims:
    changed: dict[str, Any] = {name: text}
    return attrs.evolve(claims, **changed)


def _packed(payload: bytes) -> bytes:
    """Return the shorter of a payload and its compressed form."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    short = engine.compress(payload) + engine.flush()
    return short if len(short) < len(payload) and short[0] & 1 else payload


def _unpacked(payload: bytes) -> bytes:
    """
    Return the map of a payload.

    Raises:
        ValueError: it is neither a map nor one block of DEFLATE that unpacks to a map of ordinary size.
    """
    if payload[:1] in _PLAIN:
        return payload
    if not payload[0] & 1:
        raise ValueError("not one block of DEFLATE")
    return unpacked(payload, _MAX_TEXT, -zlib.MAX_WBITS)


def _payload(claims: QrClaims) -> bytes:
    until = claims.valid_until
    dates = [
        (claims.issued_on - _DAY_ZERO).days,
        (claims.valid_from - claims.issued_on).days,
        (until - claims.valid_from).days if until is not None else None,
    ]
    number = claims.type_number if claims.type_number is not None else type_number(claims.permit_type or "")
    place = {7: claims.place} if claims.place else {}
    claimed = {1: claims.number, 2: number, 3: claims.holder, 4: claims.object, 5: dates}
    return dumps({**claimed, 6: claims.status_index, **place})


def _claims(data: Any, layout: str) -> QrClaims:
    named = _TEXTS[layout]
    texts = {name: data[key] for key, name in named.items() if key in data}
    if not _ALWAYS <= set(data) <= _ALWAYS | set(named) or texts.get("place") == "":
        raise ValueError("claims of other kinds")
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("claims of other kinds")
    issued, begins, lasts = data[5]
    issued_on = _DAY_ZERO + _days(issued)
    valid_from = issued_on + _days(begins)
    return QrClaims(
        **texts,
        type_number=whole(data[2], 0, _LAST_TYPE) if layout == _LAYOUT else None,
        issued_on=issued_on,
        valid_from=valid_from,
        valid_until=None if lasts is None else valid_from + _days(lasts),
        status_index=whole(data[6], 0, _LAST_INDEX),
    )


def _days(value: Any) -> timedelta:
    return timedelta(days=whole(value, -_LONGEST_SPAN, _LONGEST_SPAN))


def _envelope(protected: bytes, payload: bytes) -> Sign1:
    return Sign1(protected=protected, payload=payload, aad=_AAD[_LAYOUT])


def _text_of(envelope: Sign1) -> str:
    return base64.b32encode(dumps(envelope.parts)).rstrip(b"=").decode("ascii")


def _from_base32(text: str) -> bytes:
    """Read base32 as one number: the standard library's reading takes four times as long."""
    digits = text.upper()
    if not text.isascii() or _BASE32.fullmatch(digits) is None:
        raise ValueError("no base32")
    size, spare = divmod(5 * len(digits), 8)
    number = int(digits.translate(_TO_DIGITS), 32)
    if spare > 4 or number & ((1 << spare) - 1):
        raise ValueError("bits left over")
    return (number >> spare).to_bytes(size, "big")
