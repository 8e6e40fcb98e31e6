"""
What an answer to a signing call means.

Only three things say that nothing was signed: no request was sent, the PDF came back without a new signature, or the
service itself says so in JSON with ``error`` or ``status_code``. A signed file is a signed file however it comes.
Everything else leaves it open, an error page of the server before the service included.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_bsre._errors import BsreError, BsreInDoubtError
from perizinan_core.i18n import N_

__all__ = ["Kept", "is_own_refusal", "mapping_of", "read_signed", "refusal_of", "words_of"]

_AT_THE_END = re.compile(r"(\d{4})\s*$")
_ABOUT_A_SECRET = re.compile(r"passphrase|\bt?otp\b", re.IGNORECASE)
_NUMBERS = re.compile(r"\d{5,}")
_UNAUTHORISED = 401
_SERVER = 500


@attrs.frozen
class Kept:
    """The service keeps the signed file, and gives it once."""

    id: str


def read_signed(status: int, headers: Mapping[str, str], content: bytes, unsigned: bytes) -> bytes | Kept:
    """
    Return the signed file, or where it is.

    Raises:
        BsreError: nothing was signed.
        BsreInDoubtError: ``bsre-in-doubt``.
    """
    id_ = headers.get("id_dokumen") or headers.get("id-dokumen") or ""
    if content.startswith(b"%PDF-"):
        return _signed(content, unsigned, id_)
    if value := mapping_of(content):
        if (kept := str(value.get("id_dokumen") or "")) and "error" not in value:
            return Kept(kept)
        if (file := _file_of(value)) is not None:
            return _signed(file, unsigned, id_)
        if is_own_refusal(value) and status < _SERVER:
            raise refusal_of(value)
    if status == _UNAUTHORISED and not id_:
        raise BsreError("bsre-login", address="")
    raise BsreInDoubtError("bsre-in-doubt", reason=_reason(status, content), id=id_ or "-")


def is_own_refusal(value: Mapping[str, Any]) -> bool:
    """Return whether the service itself speaks: the error page of its server states a path, and no code."""
    return ("error" in value or "status_code" in value) and "path" not in value and "timestamp" not in value


def refusal_of(value: Mapping[str, Any]) -> BsreError:
    """Return the error for what the service said; its code stands apart, or at the end of its sentence."""
    told = str(value.get("error") or value.get("message") or "")
    code = _code(value, told)
    if code == "2031" or _ABOUT_A_SECRET.search(told):
        return BsreError("bsre-passphrase")
    if code == "2011":
        return BsreError("bsre-unknown-signer")
    if "InvalidPdfException" in told or "com.itextpdf" in told:
        return BsreError("bsre-document")
    return BsreError("bsre-refused", told=words_of(told) or code or "-")


def words_of(told: str) -> str:
    """Return what a service said as it may be shown and logged: one line, without numbers of people."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in told).split())
    hidden = _NUMBERS.sub("…", line)[:200]
    return hidden if not hidden or hidden.endswith((".", "!", "?", "…")) else f"{hidden}."


def mapping_of(content: bytes) -> Mapping[str, Any]:
    """Return the JSON object of an answer; an empty one where it is another thing."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, Mapping) else {}


def _code(value: Mapping[str, Any], told: str) -> str:
    stated = str(value.get("status_code") or "")
    found = _AT_THE_END.search(told)
    # A whole HTTP status in the place of the code says nothing; then the sentence may end with it.
    return stated if re.fullmatch(r"\d{4}", stated) else found[1] if found else ""


def _signed(content: bytes, unsigned: bytes, id_: str) -> bytes:
    if content.count(b"/ByteRange") > unsigned.count(b"/ByteRange"):
        if not content.rstrip().endswith(b"%%EOF"):
            raise BsreInDoubtError(
                "bsre-in-doubt", reason=N_("the signed file was cut on the way"), id=id_ or "-"
            )
        return content
    if content.rstrip().endswith(b"%%EOF"):
        raise BsreError("bsre-unsigned")
    raise BsreInDoubtError("bsre-in-doubt", reason=N_("the answer was cut on the way"), id=id_ or "-")


def _file_of(value: Mapping[str, Any]) -> bytes | None:
    """Return the first file of an answer in base64; a single one may stand alone."""
    found = value.get("file", value.get("base64_signed_file"))
    if isinstance(found, list):
        found = found[0] if len(found) == 1 else None
    if not isinstance(found, str):
        return None
    try:
        content = base64.b64decode(found, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if content.startswith(b"%PDF-") else None


def _reason(status: int, content: bytes) -> str:
    if status >= _SERVER:
        return N_("the service answered with an error of its server")
    return N_("its answer is neither a signed file nor a refusal") if content else N_("its answer is empty")
