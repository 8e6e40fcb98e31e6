"""What the plugin offers: a document store for addresses such as ``s3:bucket/prefix``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from perizinan_core.hooks import DocumentStoreEntry, PluginContext, hookimpl
from perizinan_s3._errors import S3UnfitError
from perizinan_s3._settings import S3Settings

if TYPE_CHECKING:
    from perizinan_s3._store import S3DocumentStore

__all__ = ["open_store", "perizinan_api", "register_document_stores"]

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""

_ADDRESS = re.compile(
    r"s3:(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[A-Za-z0-9._/-]{1,200}))?"
)
_HERE = {"localhost", "127.0.0.1", "::1"}


@hookimpl
def register_document_stores() -> list[DocumentStoreEntry]:
    """Offer the store; ``documents = "s3:bucket"`` under ``[storage]`` chooses it."""
    return [DocumentStoreEntry(scheme="s3", open=open_store, settings=S3Settings)]


def open_store(*, address: str, context: PluginContext[S3Settings]) -> S3DocumentStore:
    """
    Open a bucket, and see how it writes.

    Raises:
        S3UnfitError: ``s3-address``, ``s3-keys``, ``s3-unfit``.
        S3UnavailableError: the service does not answer, or refuses the key.
    """
    from perizinan_s3._bucket import opened
    from perizinan_s3._proof import refuses_to_overwrite
    from perizinan_s3._store import S3DocumentStore

    chosen = context.settings
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise S3UnfitError("s3-address", address=address)
    _check_endpoint(chosen)
    if (chosen.access_key is None) != (chosen.secret_key is None):
        raise S3UnfitError("s3-keys")
    keys = None
    if chosen.access_key is not None and chosen.secret_key is not None:
        keys = (chosen.access_key.reveal().decode(), chosen.secret_key.reveal().decode())
    bucket = opened(
        found["bucket"],
        (found["prefix"] or "").strip("/"),
        endpoint=chosen.endpoint,
        region=chosen.region,
        keys=keys,
        part_bytes=chosen.part_bytes,
        seconds=chosen.seconds,
        retries=chosen.retries,
    )
    return S3DocumentStore(bucket, refuses_to_overwrite(bucket))


def _check_endpoint(chosen: S3Settings) -> None:
    if not chosen.endpoint:
        return
    parts = urlsplit(chosen.endpoint)
    is_safe = parts.scheme == "https" or parts.hostname in _HERE or chosen.unencrypted
    if parts.scheme not in {"https", "http"} or not parts.hostname or not is_safe:
        raise S3UnfitError("s3-address", address=chosen.endpoint)
