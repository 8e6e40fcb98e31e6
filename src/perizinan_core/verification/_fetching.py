"""Fetching a small public file, with bounds on its size and on the time it takes."""

from __future__ import annotations

from urllib.parse import urlsplit

from perizinan_core._exchange import Answer, ExchangeFailedError, exchange
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.i18n import N_, Clause

_REDIRECTS = 3
_SECONDS = 20.0


def is_url(text: str) -> bool:
    """Return True for ``https://…`` and ``http://…``."""
    return text.partition("://")[0].lower() in ("http", "https") and "://" in text


def fetch(
    url: str,
    *,
    max_bytes: int,
    accept: str,
    etag: str | None = None,
    seconds: float = _SECONDS,
    guarded: bool = False,
) -> Answer:
    """
    Fetch a file that is signed by itself: neither server nor way need to be trusted.

    Args:
        url: ``https`` address; ``http`` too, for what is signed anyway.
        max_bytes: Largest file, in bytes.
        accept: Media type to ask for.
        etag: What an earlier answer was called; the server may then say that nothing changed.
        seconds: How long it may take in all.
        guarded: Refuse plain http, but from this very machine: for what is trusted because of where it came from.

    Raises:
        SourceReadError: no answer in time, another answer than the file, or too large a one.
    """
    headers = {"Accept": accept} | ({"If-None-Match": etag} if etag else {})
    try:
        return exchange(
            url,
            headers=headers,
            seconds=seconds,
            max_bytes=max_bytes,
            redirects=_REDIRECTS,
            guarded=guarded,
        )
    except ExchangeFailedError as error:
        # The address may hold a password: only the name of the host is shown.
        host = urlsplit(url).hostname if "[" not in url else None
        kind = "address" if host is None and error.kind == "unreachable" else error.kind
        told = {"status": error.status, "limit": max_bytes, "host": host, "kind": error.detail}
        code = "too-large" if kind == "too-large" else "cannot-open"
        raise SourceReadError(code, Clause(_PROBLEMS[kind], **told)) from error


_PROBLEMS = {
    "address": N_("the address cannot be used ({kind})"),
    "insecure": N_("its address does not begin with https"),
    "packed": N_("the server packed it although it was asked not to"),
    "status": N_("the server answered {status}"),
    "timeout": N_("the server took too long"),
    "too-large": N_("it is larger than {limit} bytes"),
    "unreachable": N_("{host} does not answer ({kind})"),
}
