"""
The status list: which of an office's permits were revoked, suspended or replaced, in one signed file.

IETF Token Status List (draft-ietf-oauth-status-list, text of June 2026) in its CWT form, media type
``application/statuslist+cwt``: a tagged ``COSE_Sign1`` whose payload holds the address of the list (sub),
when it was made (iat) and ends (exp), how long a copy need not be fetched again (ttl), and a compressed
string with two bits for each place. A permit's place is the ``status_index`` of its data.

Our profile is narrower than the draft: ES256 or EdDSA, key id in the protected header, nothing in the
unprotected one, two bits, exp required, deterministic CBOR outside. Rules: ``docs/reference/status-list.md``.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated, Any, Self

import attrs

from perizinan_core.errors.published import StatusListError
from perizinan_core.i18n import N_
from perizinan_core.published._authority_document import AuthorityDocument, QrKey
from perizinan_core.published._cose import ALG, ALGORITHMS, KID, TYPE, Sign1, dumps, loads, unpacked, whole
from perizinan_core.published._wire import Positive, ProblemsError, Rule, structured, unstructured

STATUS_LIST_MEDIA_TYPE = "application/statuslist+cwt"
"""Media type under which a status list is served (draft-ietf-oauth-status-list)."""

STATUS_LIST_FILE = "status-list.cwt"
"""Name under which the office publishes the list, and which ``perizinan verify`` looks for beside authority.json."""

BITS = 2
DEFAULT_MAX_AGE = 7 * 24 * 3600
"""How old a list may be when the authority document does not say, in seconds: seven days."""

MAX_BYTES = 32 * 1024 * 1024
"""Largest list that is read, in bytes: one hundred million permits in any mixture stay below it."""

_MAX_UNPACKED = 64 * 1024 * 1024
_PER_BYTE = 8 // BITS
_SUB, _EXP, _IAT, _STATUS_LIST, _TTL = 2, 4, 6, 65533, 65534
_VERSIONS = "authority_versions"
"""Private claim (a name, RFC 8392 section 9.1): current and lowest version of the authority document."""

_SIGN1_TAG = 18
_LATEST = 253402300799
"""Last second of the year 9999."""


class ListStatus(IntEnum):
    """The registered status types (section 7.1 of the draft), with what we put into them."""

    VALID = 0
    """In force; whether its dates have passed is for the reader to see in the permit."""
    INVALID = 1
    """Revoked, annulled, or never issued: the number was cancelled."""
    SUSPENDED = 2
    """Suspended, or signed but not yet issued: temporarily without effect."""
    SUPERSEDED = 3
    """Application specific: replaced by a newer permit (renewal, amendment, duplicate)."""


@attrs.frozen(kw_only=True)
class StatusListTerms:
    """What ``authority.json`` says under ``status_list``."""

    uri: str
    """Address of the list; must be the list's own subject."""

    keys: Annotated[tuple[QrKey, ...], Rule(bool, N_("expected at least one key"))]
    """Keys that sign lists, with key ids and the local days (both included) of lists they may sign."""

    max_age: Annotated[Positive, Rule(_LATEST.__gt__, N_("expected a whole number from 1"))] = DEFAULT_MAX_AGE
    """How old a list may be, in seconds, to be relied on."""

    @classmethod
    def of(cls, authority: AuthorityDocument) -> Self | None:
        """
        Return the terms of an authority document, or None when it names no status list.

        Raises:
            StatusListError: what it says under ``status_list`` cannot be used.
        """
        if authority.status_list is None:
            return None
        try:
            return structured(cls, authority.status_list)
        except ProblemsError as error:
            raise StatusListError("status-list-terms") from error

    def to_json(self) -> dict[str, Any]:
        """Return the form for ``authority.json``."""
        return unstructured(self)


@attrs.frozen(kw_only=True)
class StatusList:
    """One list, as signed."""

    uri: str
    issued: datetime
    """What the office knew at this moment."""

    expires: datetime
    """After this moment it says nothing any more."""

    ttl: int | None = None
    """For so many seconds a copy need not be fetched again."""

    versions: tuple[int, int] | None = None
    """Current version of the authority document, and the lowest that may still be used; None: not stated."""

    packed: bytes = attrs.field(repr=False)
    """Two bits for each place, the first place in the lowest bits of the first byte."""

    @property
    def places(self) -> int:
        """Number of places, a multiple of four."""
        return len(self.packed) * _PER_BYTE

    def status(self, index: int) -> ListStatus:
        """
        Return what the list says about one place.

        Raises:
            StatusListError: the list has no such place.
        """
        if not 0 <= index < self.places:
            raise StatusListError("status-list-out-of-range")
        return ListStatus(status_at(self.packed, index))


def status_at(packed: bytes | bytearray, index: int) -> int:
    """Return the two bits of one place."""
    return packed[index // _PER_BYTE] >> BITS * (index % _PER_BYTE) & 3


def pack_statuses(size: int, marks: Iterable[tuple[int, int]]) -> bytes:
    """
    Return the bit string of a list.

    Args:
        size: Number of places; those of the last byte beyond it are filled as never issued.
        marks: Places that are not `ListStatus.VALID`, with their status; a later one counts.

    Raises:
        ValueError: a place or status out of range.
    """
    packed = bytearray(-(-size // _PER_BYTE))
    for index in range(size, len(packed) * _PER_BYTE):
        packed[-1] |= ListStatus.INVALID << BITS * (index % _PER_BYTE)
    for index, status in marks:
        if not 0 <= index < size or not 0 <= status <= 3:
            raise ValueError(f"expected a place below {size} and a status from 0 to 3, got {index}: {status}")
        shift = BITS * (index % _PER_BYTE)
        place = index // _PER_BYTE
        packed[place] = packed[place] & ~(3 << shift) | status << shift
    return bytes(packed)


def sign_status_list(
    made: StatusList,
    *,
    sign: Callable[[bytes], bytes],
    kid: bytes,
    algorithm: str = "ES256",
) -> bytes:
    """
    Return the file ``status-list.cwt``.

    Args:
        made: What to state; moments are cut to whole seconds.
        sign: Returns the 64-byte signature over its argument; see `keys.signing_callback`.
        kid: Identifier of the key in the authority document.
        algorithm: ``"ES256"`` or ``"EdDSA"``.
    """
    import cbor2

    claims: dict[int | str, Any] = {
        _SUB: made.uri,
        _EXP: int(made.expires.timestamp()),
        _IAT: int(made.issued.timestamp()),
        _STATUS_LIST: {"bits": BITS, "lst": zlib.compress(made.packed, 9)},
    }
    if made.ttl is not None:
        claims[_TTL] = made.ttl
    if made.versions is not None:
        claims[_VERSIONS] = list(made.versions)
    protected = dumps({ALG: ALGORITHMS[algorithm], KID: kid, TYPE: STATUS_LIST_MEDIA_TYPE})
    envelope = Sign1(protected=protected, payload=dumps(claims))
    return dumps(cbor2.CBORTag(_SIGN1_TAG, attrs.evolve(envelope, signature=sign(envelope.signed)).parts))


def read_status_list(data: bytes, authority: AuthorityDocument) -> StatusList:
    """
    Read a list and check that it is this authority's: form, signature, subject. Its age is the caller's matter.

    Raises:
        StatusListError: with the reason code.
    """
    terms = StatusListTerms.of(authority)
    if terms is None:
        raise StatusListError("status-list-terms")
    made, envelope = _read(data)
    day = authority.local_day(made.issued)
    known = [item for item in terms.keys if item.kid == envelope.header[KID]]
    if not known and day > authority.local_day(authority.issued):
        # The document cannot know a key that came after it.
        raise StatusListError("status-list-key-unknown")
    keys = [item.key for item in known if item.holds_on(day)]
    if not any(envelope.is_signed_by(key) for key in keys):
        raise StatusListError("status-list-wrong-signature")
    if made.uri != terms.uri:
        raise StatusListError("status-list-wrong-subject")
    return made


def peek_status_list(data: bytes) -> StatusList:
    """
    Read a list without asking who signed it, e.g. the office's own file before it is replaced.

    Raises:
        StatusListError: it is not a status list.
    """
    return _read(data)[0]


def _read(data: bytes) -> tuple[StatusList, Sign1]:
    try:
        envelope = _envelope(data)
        return _list_of(loads(envelope.payload, any_form=True)), envelope
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        raise StatusListError("status-list-malformed") from error


def _envelope(data: bytes) -> Sign1:
    if len(data) > MAX_BYTES:
        raise ValueError("too large")
    token = loads(data)
    if token.tag != _SIGN1_TAG:
        raise ValueError("not a COSE_Sign1")
    envelope = Sign1.read(token.value, labels=(ALG, KID, TYPE))
    if envelope.header[TYPE] != STATUS_LIST_MEDIA_TYPE:
        raise ValueError("header of another kind")
    return envelope


def _list_of(claims: dict[int | str, Any]) -> StatusList:
    """Return the list that the claims state; further claims are left aside, as the draft allows them."""
    body, uri, ttl, versions = claims[_STATUS_LIST], claims[_SUB], claims.get(_TTL), claims.get(_VERSIONS)
    issued, expires = (whole(claims[label], 1, _LATEST) for label in (_IAT, _EXP))
    if versions is not None:
        current, lowest = versions
        versions = (current, whole(lowest, 1, whole(current, 1, _LATEST)))
    if whole(body["bits"], 1, 8) != BITS or not isinstance(uri, str) or expires <= issued:
        raise ValueError("claims of another kind")
    return StatusList(
        uri=uri,
        issued=datetime.fromtimestamp(issued, UTC),
        expires=datetime.fromtimestamp(expires, UTC),
        ttl=None if ttl is None else whole(ttl, 1, _LATEST),
        versions=versions,
        packed=unpacked(body["lst"], _MAX_UNPACKED),
    )
