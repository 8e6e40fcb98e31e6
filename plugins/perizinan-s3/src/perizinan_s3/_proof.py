"""
What a bucket does with a second put of a key, shown on the bucket itself.

Services promise conditional puts and keep other rules behind proxies and gateways; some take the header and ignore it.
So the bucket is asked at each start, with keys that no one else has.
"""

from __future__ import annotations

import secrets
from contextlib import suppress

from perizinan_s3._bucket import Bucket, TakenError
from perizinan_s3._errors import S3UnfitError

__all__ = ["refuses_to_overwrite"]


def refuses_to_overwrite(bucket: Bucket) -> bool:
    """
    Return whether a second put of a key is refused; else, see that a listing tells at once what was put and removed.

    Raises:
        S3UnfitError: ``s3-unfit``: neither.
        S3UnavailableError: the service does not answer, or refuses the key.
    """
    folder = f"proof/{secrets.token_hex(16)}"
    key = f"{folder}/one"
    try:
        bucket.put(key, b"first", action="prove")
        refused = False
        try:
            bucket.put(key, b"second", once=True, action="prove")
        except TakenError:
            refused = True
        if refused and bucket.get(key, action="prove") == b"first" and _takes_new(bucket, f"{folder}/two"):
            return True
        if [key] != [entry.key for entry in bucket.listed(folder, action="prove") if entry.key == key]:
            raise S3UnfitError("s3-unfit", bucket=bucket.name)
        bucket.delete(key, action="prove")
        if any(entry.key == key for entry in bucket.listed(folder, action="prove")):
            raise S3UnfitError("s3-unfit", bucket=bucket.name)
        return False
    finally:
        for name in (key, f"{folder}/two"):
            with suppress(Exception):
                bucket.delete(name, action="prove")


def _takes_new(bucket: Bucket, key: str) -> bool:
    """Return whether a conditional put of a new key is carried out; some services refuse the header altogether."""
    try:
        bucket.put(key, b"new", once=True, action="prove")
    except TakenError:
        return False
    return bucket.get(key, action="prove") == b"new"
