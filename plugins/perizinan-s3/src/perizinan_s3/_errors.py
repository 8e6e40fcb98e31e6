"""What can go wrong between an office and its bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from perizinan_core.errors.base import OWN_WORDS, Category, Code, CodedError
from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.i18n import N_

__all__ = ["S3UnavailableError", "S3UnfitError"]

_ACTIONS: Mapping[str, str] = {
    "put": N_("store the file"),
    "read": N_("read the file"),
    "delete": N_("delete the file"),
    "link": N_("write the name"),
    "list": N_("list the files"),
    "look up": N_("look the file up"),
    "prove": N_("show how it writes"),
}


class S3UnavailableError(DocumentStoreUnavailableError):
    """The service did not answer, or refused."""

    codes: ClassVar[Mapping[str, Code]] = {
        "document-store-unavailable": Code(
            N_(
                "The bucket {bucket} could not {action}: {reason}. Nothing was changed. See whether the service "
                "answers, and whether the key of the office may read, write, list and delete there; then try again."
            ),
            labels={"action": _ACTIONS, "reason": OWN_WORDS},
        ),
    }


class S3UnfitError(CodedError):
    """
    A bucket that an office must not use, or settings that cannot be meant.

    Values of its codes:

    - ``address``: what the settings name
    - ``bucket``: its name
    """

    categories: ClassVar[Mapping[str, Category]] = {
        "s3-address": Category.OFFICE,
        "s3-keys": Category.OFFICE,
        "s3-unfit": Category.OFFICE,
    }
    codes: ClassVar[Mapping[str, Code]] = {
        "s3-address": Code(
            N_(
                "Expected s3:BUCKET or s3:BUCKET/PREFIX in [storage] documents, and https:// (or http:// on this "
                "machine) in [plugin.s3] endpoint; received {address}. For http:// to another machine, in a network "
                "that you trust, add unencrypted = true."
            )
        ),
        "s3-keys": Code(
            N_(
                "[plugin.s3] has one of access_key and secret_key. Give both, or none to use those of the machine."
            )
        ),
        "s3-unfit": Code(
            N_(
                "The bucket {bucket} neither refuses to overwrite a key (If-None-Match) nor lists at once what was "
                "written. Names could be written twice there. Use a service that does one of the two."
            )
        ),
    }
