"""
What an answer about a code means: a code, a message that one was sent, or a refusal.

No answer of these calls can mean that something was signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_bsre._answers import is_own_refusal, mapping_of, refusal_of, words_of
from perizinan_bsre._errors import BsreError
from perizinan_core.i18n import N_

__all__ = ["OneTimeCode", "read_code", "read_done"]

_SERVER = 500
_MOST = 100
_FLAGS = ("success", "result")


@attrs.frozen
class OneTimeCode:
    """A code that the service gave; use it at once, and keep it nowhere."""

    value: str = attrs.field(repr=False)
    expires: str = ""
    """Until when, in the words of the service; empty where it says nothing."""


def read_code(status: int, content: bytes) -> OneTimeCode:
    """
    Return the code in an answer, nested or not.

    Raises:
        BsreError: ``bsre-activation``: the service refused; ``bsre-no-code``: the answer cannot be understood.
    """
    value = _accepted(status, content, refused="bsre-activation")
    code = value.get("totp", value.get("otp"))
    if isinstance(code, int) and not isinstance(code, bool):
        code = str(code)
    if not isinstance(code, str) or not 0 < len(code.strip()) <= _MOST:
        raise BsreError("bsre-no-code", reason=_UNCLEAR)
    return OneTimeCode(code.strip(), str(value.get("expires") or "")[:_MOST])


def read_done(status: int, content: bytes, *, refused: str) -> None:
    """
    Pass when an answer says that the service did what it was asked.

    Args:
        status: Of HTTP.
        content: Body.
        refused: Code of the error for a refusal without a code of its own.

    Raises:
        BsreError: the service refused; ``bsre-no-code``: the answer cannot be understood.
    """
    value = _accepted(status, content, refused=refused)
    if not any(_flag(value.get(key)) for key in _FLAGS):
        raise BsreError("bsre-no-code", reason=_UNCLEAR)


_UNCLEAR = N_("its answer cannot be understood")


def _accepted(status: int, content: bytes, *, refused: str) -> Mapping[str, Any]:
    """Return what an answer says, nested or not; raise for a refusal."""
    value = mapping_of(content)
    if status >= _SERVER:
        raise BsreError("bsre-no-code", reason=N_("the service answered with an error of its server"))
    if is_own_refusal(value):
        found = refusal_of(value)
        raise BsreError(refused, told=_words(value)) if found.code == "bsre-passphrase" else found
    inner = value.get("data")
    parts = (value, inner) if isinstance(inner, Mapping) else (value,)
    merged = {key: item for part in parts for key, item in part.items()}
    if any(_flag(part.get(key)) is False for part in parts for key in _FLAGS):
        raise BsreError(refused, told=_words(merged))
    return merged


def _flag(value: object) -> bool | None:
    """Return what a truth value says, as such, as text or as number; None where there is none."""
    word = str(value).strip().lower()
    return True if word in {"true", "1"} else False if word in {"false", "0"} else None


def _words(value: Mapping[str, Any]) -> str:
    return words_of(str(value.get("message") or value.get("error") or "")) or "-"
