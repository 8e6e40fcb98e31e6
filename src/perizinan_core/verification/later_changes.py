"""
What pyHanko is asked for: changes after a signature, timestamps, document timestamps.

Only files that have such things come here, and only after our own checks passed for every
signature. pyHanko's word can make a file worse and never better; where it is lenient
(form fields, bytes at the end, partial byte ranges) our own checks have decided already.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import attrs
from cryptography.hazmat.primitives import serialization

from perizinan_core.published.authority_document import AuthorityDocument
from perizinan_core.verification.pdf.structure import PdfStructure

__all__ = ["LaterChanges", "examine", "only_signature_fields"]

T = TypeVar("T")

_SILENT = logging.NullHandler()


@attrs.frozen(kw_only=True)
class LaterChanges:
    """What was found about one file."""

    problem: str | None = None
    """Reason code, or None when all later changes are allowed."""

    detail: str = ""
    """For the developer: what pyHanko could not read."""

    untrusted: bool = False
    """True when a sound timestamp leads to none of the authority's roots."""

    times: dict[str, datetime] = attrs.field(factory=dict)
    """Field name → earliest time that a trusted timestamp proves."""


def only_signature_fields(pdf: PdfStructure) -> bool:
    """Return True when the form has no fields but signatures: then filling in a form can only be signing."""
    form = pdf.resolve(pdf.catalog().get("AcroForm"))
    fields = pdf.array(pdf.dictionary(form).get("Fields")) if form is not None else []
    return all(
        pdf.resolve(pdf.dictionary(item).get("FT")) == "Sig" and "Kids" not in pdf.dictionary(item)
        for item in fields
    )


def examine(
    data: bytes, authority: AuthorityDocument, at: datetime, *, signing_allowed: bool
) -> LaterChanges:
    """
    Judge what was added to ``data`` after each signature, and read the timestamps.

    Args:
        data: The file.
        authority: Its roots are the ones in which timestamp chains may end too.
        at: Moment for which the answer holds.
        signing_allowed: True when further signatures may have been added.
    """
    for name in ("pyhanko", "pyhanko_certvalidator"):
        # Its warnings go to whoever listens, and not as tracebacks to the screen of somebody who does not.
        logging.getLogger(name).addHandler(_SILENT)
    try:
        return _run(_examine(data, authority, at, signing_allowed=signing_allowed))
    except Exception as error:  # noqa: BLE001 - a foreign parser on hostile input: whatever it raises means no
        return LaterChanges(problem="later-changes-forbidden", detail=type(error).__name__)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:  # the caller's own loop is running in this thread
        return pool.submit(asyncio.run, work).result()


async def _examine(
    data: bytes, authority: AuthorityDocument, at: datetime, *, signing_allowed: bool
) -> LaterChanges:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import ModificationLevel

    reader = PdfFileReader(io.BytesIO(data), strict=True)
    signatures: Sequence[Any] = reader.embedded_regular_signatures
    stamps: Sequence[Any] = reader.embedded_timestamp_signatures
    proven: list[tuple[int, datetime]] = []
    untrusted = False
    # From the newest to the oldest: each timestamp proves that those below it existed, so these need to be
    # good at its time and not today, when their certificates may have ended (EN 319 102-1, past validation).
    moment = at
    for stamp in sorted(stamps, key=lambda item: item.signed_revision, reverse=True):
        status = await _stamp_status(stamp, authority, moment)
        if not (status.intact and status.valid):
            return LaterChanges(problem="timestamp-broken")
        untrusted = untrusted or not status.trusted
        if status.trusted:
            moment = min(moment, status.timestamp)
            proven.append((stamp.signed_revision, status.timestamp))
    times: dict[str, datetime] = {}
    last = max((item.signed_revision for item in signatures), default=0)
    for signature in signatures:
        covering = [when for revision, when in proven if revision >= signature.signed_revision]
        status = await _signature_status(signature, authority, at, min([*covering, at]))
        level = status.modification_level
        is_last = signature.signed_revision == last
        most = (
            ModificationLevel.FORM_FILLING
            if signing_allowed and not is_last
            else ModificationLevel.LTA_UPDATES
        )
        if not (status.intact and status.valid) or level is None or level > most or not status.docmdp_ok:
            return LaterChanges(problem="later-changes-forbidden")
        stamp = status.timestamp_validity
        if stamp is not None and not (stamp.intact and stamp.valid):
            return LaterChanges(problem="timestamp-broken")
        untrusted = untrusted or (stamp is not None and not stamp.trusted)
        moments = list(covering)
        if stamp is not None and stamp.trusted:
            moments.append(stamp.timestamp)
        if moments:
            times[signature.field_name] = min(moments)
    return LaterChanges(untrusted=untrusted, times=times)


async def _stamp_status(stamp: Any, authority: AuthorityDocument, at: datetime) -> Any:
    from pyhanko.sign.validation import async_validate_pdf_timestamp

    return await async_validate_pdf_timestamp(stamp, _context(authority, at))


async def _signature_status(
    signature: Any, authority: AuthorityDocument, at: datetime, stamped_at: datetime
) -> Any:
    from pyhanko.sign.validation import async_validate_pdf_signature

    return await async_validate_pdf_signature(
        signature,
        signer_validation_context=_context(authority, at),
        ts_validation_context=_context(authority, stamped_at),
    )


def _context(authority: AuthorityDocument, at: datetime) -> Any:
    from asn1crypto.x509 import Certificate
    from pyhanko_certvalidator import ValidationContext

    roots, others = (
        [Certificate.load(item.public_bytes(serialization.Encoding.DER)) for item in group]
        for group in (authority.roots, authority.intermediates)
    )
    return ValidationContext(
        trust_roots=roots, other_certs=others, moment=at, allow_fetching=False, revocation_mode="soft-fail"
    )
