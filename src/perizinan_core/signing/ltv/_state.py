"""
How long-lasting a signed file is, read quickly and without judging it: for lists, and to find what is due.

Nothing is believed here: who relies on a file verifies it, and `extend` examines it again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from perizinan_core._pdf._limits import DEFAULT_LIMITS
from perizinan_core._pdf._structure import FREE
from perizinan_core._pdf._syntax import Ref
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.signing import LongTermError
from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.signing.ltv._policy import Level
from perizinan_core.verification._listing import ListedSignature, listed_signatures
from perizinan_core.verification.signatures._container import Container, read_container
from perizinan_core.verification.signatures._structure import ForeignStructure


@attrs.frozen(kw_only=True)
class StampInfo:
    """What a timestamp says about itself."""

    time: datetime
    """The time it states."""

    certificate_ends: datetime
    """Last moment of the timestamp service's certificate."""

    hash_name: str
    """Hash function of what was timestamped."""

    is_weak: bool
    """True when its hash function or key is below today's minimum, as in verification."""


@attrs.frozen(kw_only=True)
class LongTermState:
    """What is in a file."""

    level: Level
    signer_ends: datetime | None
    """Last moment of the signer's certificate that ends first; None when no container could be read."""

    newest: StampInfo | None
    """The newest document timestamp, or None."""

    def is_due(self, now: datetime, within: timedelta) -> bool:
        """Return True when the archive timestamp ends within a span, or is weak by today's measure."""
        return self.newest is not None and (
            self.newest.is_weak or self.newest.certificate_ends <= now + within
        )


def read_state(pdf: bytes) -> LongTermState:
    """
    Read a signed file's state; about two milliseconds.

    Raises:
        LongTermError: ``not-extendable``: it is not a whole PDF, or holds no signature.
    """
    try:
        file = ForeignStructure(pdf, DEFAULT_LIMITS)
        if file.encrypted:
            raise LongTermError("not-extendable", reason="encrypted")
        found = [(item, _container(item)) for item in listed_signatures(file)]
        stamps = [(item, container) for item, container in found if item.is_timestamp]
        signatures = [(item, container) for item, container in found if not item.is_timestamp]
        if not signatures:
            raise LongTermError("not-extendable", reason="no-signature")
        last = stamps[-1][0].end if stamps else 0
        timed = all(last >= item.end or (own is not None and own.tokens()) for item, own in signatures)
        ends = [container.certificate.not_valid_after for _, container in signatures if container is not None]
        return LongTermState(
            level=_level(file, last) if timed else Level.B_B,
            signer_ends=min(ends, default=None),
            newest=_described(stamps[-1][1]) if stamps else None,
        )
    except PdfStructureError as error:
        raise LongTermError("not-extendable", reason="unreadable") from error


def _container(item: ListedSignature) -> Container | None:
    try:
        return read_container(item.contents)
    except CmsStructureError:
        return None


def _level(file: ForeignStructure, last: int) -> Level:
    """Return the level of a file whose signatures are all timed; the newest timestamp ends at ``last``."""
    store = file.catalog().get("DSS")
    content = file.dictionary(store, {})
    if not (file.array(content.get("OCSPs")) or file.array(content.get("CRLs"))):
        return Level.B_T
    # The store's newest version must lie below the newest timestamp to be protected by it.
    kind, where, _ = file.entry(store.number) if isinstance(store, Ref) else FREE
    return Level.B_LTA if kind == 1 and where < last else Level.B_LT


def _described(container: Container | None) -> StampInfo | None:
    if container is None or container.content_type != "tst_info":
        return None
    return StampInfo(
        time=container.stamped_at,
        certificate_ends=container.certificate.not_valid_after,
        hash_name=container.imprint[0],
        is_weak=container.weakness is not None,
    )
