"""
Receipts (tanda terima): what was handed in, when, with the SHA-256 of every file, signed by the office.

An applicant who keeps the receipt can prove later what the office received. The text is made once, in the
unit of work that takes the submission, and kept with the case.
"""

from __future__ import annotations

import json

from perizinan_core._converters import from_json, to_json
from perizinan_core.errors.services import NotFoundError
from perizinan_core.model._application import Application
from perizinan_core.model._receipt import Receipt, ReceivedFile
from perizinan_core.published._envelope import sign_statement
from perizinan_core.published._keys import signing_callback
from perizinan_core.services._context import OfficeContext

__all__ = ["Receipt", "ReceivedFile", "given_receipt", "read_receipt", "sign_receipt"]


def sign_receipt(context: OfficeContext, receipt: Receipt) -> str:
    """Return the receipt as canonical JSON (RFC 8785) in the envelope that ``authority.json`` uses too."""
    key = context.keys.document
    return sign_statement(to_json(receipt), key=key.public_key(), sign=signing_callback(key)).decode()


def given_receipt(application: Application, submission: int | None) -> str:
    """
    Return the text of the receipt that was given for a submission; None means the latest.

    Raises:
        NotFoundError: there was no such submission.
    """
    number = application.submission if submission is None else submission
    if not 1 <= number <= len(application.receipts):
        raise NotFoundError(kind="receipt", key=application.id)
    return application.receipts[number - 1]


def read_receipt(text: str) -> Receipt:
    """Return what the text of a receipt says."""
    return from_json(Receipt, json.loads(text)["signed"])
