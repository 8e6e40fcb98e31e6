"""
QR claims: a COSE_Sign1 (RFC 9052) in the fragment of the verification address.

``HTTPS://HOST/PATH#1<BASE32>``: the address in capitals, because the alphanumeric mode of QR codes
knows no small letters; ``1`` is the version of this layout; then base32 (RFC 4648, no padding) of
the COSE array. The fragment never reaches a server. Offline, the authority document's QR keys suffice.

The claims are a CBOR map in deterministic form (RFC 8949 section 4.2):
1 number, 2 permit type, 3 holder, 4 object, 5 dates, 6 status index. Dates are an array: days from
2020-01-01 to the day of issue, days from issue to the first day, days from the first to the last
day or null. The claims hold what the letter prints and never a NIK. Long texts are shortened and
end with "…".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import attrs

from perizinan_core.errors.verification import QrClaimsTooLongError, QrTextError
from perizinan_core.i18n import N_
from perizinan_core.published.authority_document import AuthorityDocument
from perizinan_core.published.cose import ALG, ALGORITHMS, KID, Sign1, dumps, loads

__all__ = [
    "MAX_LENGTH",
    "QrClaims",
    "QrContent",
    "claims_of_statement",
    "decode_qr_text",
    "encode_qr_text",
    "holds_claims",
    "qr_segments",
    "verify_qr",
]

MAX_LENGTH = 358
"""Characters that fit version 11 at level M: 0.49 mm a module at 30 mm, 2.9 pixels at 150 dpi."""

_VERSION = "1"
_DAY_ZERO = date(2020, 1, 1)
_LONGEST_SPAN = 200 * 366
_EXTERNAL_AAD = b"perizinan-qr-1"
_MAX_TEXT = 2048
_BASE32 = re.compile(r"[A-Z2-7]+")
_TO_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")
_SHORTENING = (("object", 12), ("holder", 12), ("object", 1), ("holder", 1))
"""What is shortened, in this order, and to how many characters at least."""

_MARK = "…"


@attrs.frozen(kw_only=True)
class QrClaims:
    """What a QR code says about a permit."""

    number: str
    permit_type: str
    holder: str = attrs.field(repr=False)
    """As printed; ends with "…" when it was shortened."""

    object: str = attrs.field(repr=False)
    """As printed; ends with "…" when it was shortened."""

    issued_on: date
    valid_from: date
    valid_until: date | None = None
    status_index: int = attrs.field(validator=attrs.validators.ge(0))


@attrs.frozen(kw_only=True)
class QrContent:
    """A decoded QR text whose signature nobody has checked yet."""

    claims: QrClaims
    envelope: Sign1 = attrs.field(repr=False)

    @property
    def kid(self) -> bytes:
        """Identifier of the key that it names."""
        kid: bytes = self.envelope.header[KID]
        return kid


def claims_of_statement(permit: Mapping[str, Any]) -> QrClaims:
    """Return the claims of a ``permit.json``, nothing shortened yet."""
    until = permit.get("valid_until")
    return QrClaims(
        number=permit["number"],
        permit_type=permit["permit_type"],
        holder=permit["holder"],
        object=permit["object"],
        issued_on=date.fromisoformat(permit["issued_on"]),
        valid_from=date.fromisoformat(permit["valid_from"]),
        valid_until=date.fromisoformat(until) if until is not None else None,
        status_index=permit["status_index"],
    )


def encode_qr_text(
    base_url: str, claims: QrClaims, *, sign: Callable[[bytes], bytes], kid: bytes, algorithm: str = "ES256"
) -> str:
    """
    Return the text of a permit's QR code, at most `MAX_LENGTH` characters.

    Object and then holder are shortened as far as needed; number, type and dates never are.

    Args:
        base_url: https address of the verification page; must also work in capital letters.
        claims: What the code says.
        sign: Returns the 64-byte signature over its argument; see `keys.signing_callback`.
        kid: Identifier of the key in the authority document, 1 to 8 bytes.
        algorithm: ``"ES256"`` or ``"EdDSA"``.

    Raises:
        QrClaimsTooLongError: when address, number and type alone are too long.
    """
    protected = dumps({ALG: ALGORITHMS[algorithm], KID: kid})
    prefix = f"{base_url.upper()}#{_VERSION}"
    room = (MAX_LENGTH - len(prefix)) * 5 // 8
    payload = _fitted(claims, room - len(dumps(_envelope(protected, b"").parts)) - 2)
    if payload is None:
        length = len(prefix) + len(_text_of(_envelope(protected, _payload(claims))))
        raise QrClaimsTooLongError(length, MAX_LENGTH)
    envelope = _envelope(protected, payload)
    return prefix + _text_of(attrs.evolve(envelope, signature=sign(envelope.signed)))


def qr_segments(text: str) -> list[str]:
    """
    Split a QR text for ``segno.make_qr``, which finds the best mode of every part by itself.

    Address and claims go into alphanumeric mode and ``#`` into byte mode. Given as one string, the
    ``#`` would put everything into byte mode, which needs two or three versions more.
    """
    return [part for part in text.partition("#") if part]


def decode_qr_text(text: str) -> QrContent:
    """
    Read a QR text without judging its signature.

    Raises:
        QrTextError: when it holds no claims of ours.
    """
    _, mark, fragment = text.strip().partition("#")
    if not mark or len(text) > _MAX_TEXT:
        raise QrTextError(N_("there is no fragment with claims in it"))
    if not fragment.startswith(_VERSION):
        raise QrTextError(N_("its claims are of a version that is not known here"))
    try:
        parts = loads(_from_base32(fragment[1:]))
        envelope = Sign1.read(parts, labels=(ALG, KID), aad=_EXTERNAL_AAD)
        claims = _claims(loads(envelope.payload))
        known = loads(envelope.protected)[ALG] in ALGORITHMS.values()
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise QrTextError(N_("its claims cannot be read")) from error
    if not known:
        raise QrTextError(N_("its claims cannot be read"))
    return QrContent(claims=claims, envelope=envelope)


def holds_claims(text: str) -> bool:
    """Return True when a text holds claims of a permit, whoever signed them."""
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
        if mine and content.envelope.is_signed_by(entry.key):
            return content.claims
    raise QrTextError(N_("no key of this office signed it"))


def _fitted(claims: QrClaims, room: int) -> bytes | None:
    """Return the payload of at most ``room`` bytes, or None when shortening does not get there."""
    for name in ("object", "holder"):
        text = getattr(claims, name)
        if len(text) > MAX_LENGTH:
            claims = attrs.evolve(claims, **{name: text[:MAX_LENGTH] + _MARK})
    payload = _payload(claims)
    for name, least in _SHORTENING:
        text = getattr(claims, name).removesuffix(_MARK)
        for length in range(len(text) - 1, least - 1, -1):
            if len(payload) <= room:
                return payload
            claims = attrs.evolve(claims, **{name: text[:length].rstrip() + _MARK})
            payload = _payload(claims)
    return payload if len(payload) <= room else None


def _payload(claims: QrClaims) -> bytes:
    until = claims.valid_until
    dates = [
        (claims.issued_on - _DAY_ZERO).days,
        (claims.valid_from - claims.issued_on).days,
        (until - claims.valid_from).days if until is not None else None,
    ]
    return dumps(
        {
            1: claims.number,
            2: claims.permit_type,
            3: claims.holder,
            4: claims.object,
            5: dates,
            6: claims.status_index,
        }
    )


def _claims(data: Any) -> QrClaims:
    texts = [data[key] for key in (1, 2, 3, 4)]
    issued, begins, lasts = data[5]
    numbers = [issued, begins, 0 if lasts is None else lasts, data[6]]
    if set(data) != {1, 2, 3, 4, 5, 6} or not all(isinstance(item, str) for item in texts):
        raise ValueError("claims of other kinds")
    if not all(isinstance(item, int) and not isinstance(item, bool) for item in numbers):
        raise ValueError("claims of other kinds")
    if max(map(abs, numbers[:3])) > _LONGEST_SPAN:
        raise ValueError("a date out of range")
    issued_on = _DAY_ZERO + timedelta(days=issued)
    valid_from = issued_on + timedelta(days=begins)
    return QrClaims(
        number=texts[0],
        permit_type=texts[1],
        holder=texts[2],
        object=texts[3],
        issued_on=issued_on,
        valid_from=valid_from,
        valid_until=None if lasts is None else valid_from + timedelta(days=lasts),
        status_index=data[6],
    )


def _envelope(protected: bytes, payload: bytes) -> Sign1:
    return Sign1(protected=protected, payload=payload, aad=_EXTERNAL_AAD)


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
