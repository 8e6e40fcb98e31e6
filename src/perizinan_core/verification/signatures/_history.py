"""From one signed revision to the next: what was added, and whether it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from perizinan_core._pdf._limits import Limits
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification.signatures._changes import Comparison, compare_content
from perizinan_core.verification.signatures._engine import Engine
from perizinan_core.verification.signatures._form_changes import (
    FieldLock,
    FormChanges,
    certified_for,
    compare_form,
    locks_of,
    permission_of,
)
from perizinan_core.verification.signatures._listing import ListedSignature, listed_signatures
from perizinan_core.verification.signatures._structure import Decrypt, ForeignStructure

__all__ = ["History", "read_history"]

_NOTHING, _SIGNING = 1, 2


@attrs.define(kw_only=True)
class History:
    """What happened to one file after its first signature."""

    broken: dict[str, str] = attrs.field(factory=dict)
    """Field name → reason code of a signature whose own revision, or what follows it, is not as it must be."""

    filled_by: set[str] = attrs.field(factory=set)
    """Signatures whose revision fills in fields: they must be trusted."""

    certifying: str | None = None
    """The certification that allows filling in, as long as nobody else has signed."""

    filled_freely: list[str] = attrs.field(factory=list)
    """Fields that were filled in because it allows it; nobody signed them."""

    added: set[str] = attrs.field(factory=set)
    """Signature fields that were added and not signed by the signature that closes the revision."""

    stored: set[int] = attrs.field(factory=set)
    """Ends of the revisions that carry a document security store."""

    has_store: bool = False
    """True when the newest revision carries one."""

    content_from: int = 0
    """End of the last revision after which more than proofs of time was added; 0: none."""

    bytes_behind: int = 0
    """Bytes behind the last signed revision that are not an update."""

    @property
    def fills(self) -> bool:
        """True when fields were filled in."""
        return bool(self.filled_by or self.filled_freely)

    def take(self, changes: FormChanges, closing: ListedSignature | None, older: int) -> None:
        """Note what happened to the form after the revision that ends at ``older``."""
        signed = {closing.name} if closing is not None else set()
        self.added |= set(changes.signed) - signed
        proofs_only = closing is None or closing.is_timestamp
        if changes.filled or set(changes.signed) - signed or not proofs_only:
            self.content_from = max(self.content_from, older)


def read_history(
    data: bytes,
    newest: ForeignStructure,
    signatures: Sequence[ListedSignature],
    engine: Callable[[], Engine],
    limits: Limits,
    decrypt: Decrypt | None,
) -> History:
    """
    Compare every signed revision with the next, and the last one with the file.

    Args:
        data: The file.
        newest: Its newest view.
        signatures: All that the form lists without a problem, in order of what they cover.
        engine: Gives pyHanko's view, asked for its word where more than proofs of time was added.
        limits: How much it may cost.
        decrypt: For encrypted files.
    """
    history = History(has_store=newest.catalog().get("DSS") is not None)
    older: ForeignStructure | None = None
    locks: list[FieldLock] = []
    allowed = 3
    for index, signature in enumerate(signatures):
        try:
            whole = signature.end == len(data)
            revision = newest if whole else ForeignStructure(data[: signature.end], limits, decrypt)
            _hold_to_revision(history, revision, signature)
            # One signature may be the value of several fields: nothing lies between them.
            again = any(item.byte_range == signature.byte_range for item in signatures[:index])
            if older is not None and not again:
                _step(history, Comparison(older, revision), signature, locks, allowed)
            locks += locks_of(revision, signature)
            allowed = min(allowed, permission_of(revision, signature) or 3)
            if not signature.is_timestamp:
                before = [item for item in signatures[:index] if item.byte_range != signature.byte_range]
                first = all(item.is_timestamp for item in before)
                certified = (certified_for(revision, signature) or _NOTHING) if first else _NOTHING
                history.certifying = signature.name if min(certified, allowed) >= _SIGNING else None
        except PdfStructureError:
            history.broken[signature.name] = "revision-broken"
            for earlier in signatures[:index]:
                history.broken.setdefault(earlier.name, "later-changes-forbidden")
            return history
        older = revision
        if any(item.name in history.broken for item in signatures[:index]):
            return history
    if older is not None and older is not newest:
        _tail(history, data, Comparison(older, newest), signatures, locks)
    _ask_engine(history, engine, signatures)
    return history


def _ask_engine(
    history: History, engine: Callable[[], Engine], signatures: Sequence[ListedSignature]
) -> None:
    """
    Ask pyHanko about signatures after which more than proofs of time was added.

    It does not know document timestamps, and takes renewed long-term data for changes where it cannot follow them.
    """
    for signature in signatures:
        if signature.is_timestamp or signature.byte_range is None or signature.end > history.content_from:
            continue
        if signature.name not in history.broken and engine().objects_to(attrs.astuple(signature.byte_range)):
            history.broken[signature.name] = "later-changes-forbidden"


def _hold_to_revision(history: History, revision: ForeignStructure, signature: ListedSignature) -> None:
    """
    Check that the revision that a signature covers shows this very signature.

    Raises:
        PdfStructureError: when it does not.
    """
    for item in listed_signatures(revision):
        if item.byte_range == signature.byte_range and item.name == signature.name and item.problem is None:
            if item.dictionary != signature.dictionary:
                break
            if revision.catalog().get("DSS") is not None:
                history.stored.add(signature.end)
            return
    raise PdfStructureError("a signed revision does not show its signature", signature.end)


def _step(
    history: History, pair: Comparison, closing: ListedSignature, locks: Sequence[FieldLock], allowed: int
) -> None:
    free = history.certifying is not None
    changes = _changes(pair, closing, locks, free=free)
    if changes is None or _is_forbidden(changes, closing, allowed):
        _object_to_all(history, pair)
        return
    history.take(changes, closing, pair.old.size)
    if free:
        history.filled_freely += changes.filled
    elif changes.filled:
        history.filled_by.add(closing.name)


def _is_forbidden(changes: FormChanges, closing: ListedSignature, allowed: int) -> bool:
    if allowed == _NOTHING:
        return not closing.is_timestamp or bool(changes.filled)
    return bool(changes.filled) and allowed < _SIGNING


def _changes(
    pair: Comparison, closing: ListedSignature | None, locks: Sequence[FieldLock], *, free: bool
) -> FormChanges | None:
    pages = compare_content(pair)
    return compare_form(pair, pages, closing, locks, free=free) if pages is not None else None


def _tail(
    history: History,
    data: bytes,
    pair: Comparison,
    signatures: Sequence[ListedSignature],
    locks: Sequence[FieldLock],
) -> None:
    """Judge what follows the last signature: an update of the proofs of time, or what a certification allows."""
    if pair.new.revisions <= pair.old.revisions:
        history.bytes_behind = len(data) - signatures[-1].end
        history.broken.update(dict.fromkeys((item.name for item in signatures), "bytes-after-signature"))
        return
    try:
        changes = _changes(pair, None, locks, free=history.certifying is not None)
        stores = [pdf.catalog().get("DSS") for pdf in (pair.old, pair.new)]
    except PdfStructureError:
        changes, stores = None, [None, None]
    renewed = stores[1] is not None and (stores[0] != stores[1] or bool(pair.changed))
    if changes is None or not (renewed or changes.filled):
        _object_to_all(history, pair)
    else:
        history.take(changes, None, pair.old.size)
        history.filled_freely += changes.filled


def _object_to_all(history: History, pair: Comparison) -> None:
    for item in listed_signatures(pair.old):
        history.broken.setdefault(item.name, "later-changes-forbidden")
