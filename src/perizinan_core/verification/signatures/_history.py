"""
From one signed revision to the next: what was added, and whether it may be, by our own rules and pyHanko's word.

pyHanko also opens encrypted files. Its word can make a file worse and never better. It is asked only after our own
reader has gone through the whole file within the limits, because pyHanko itself unpacks without any.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from perizinan_core._pdf._limits import Limits
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._listing import ListedSignature, listed_signatures
from perizinan_core.verification.signatures._changes import Comparison, compare_content
from perizinan_core.verification.signatures._form_changes import (
    FieldLock,
    FormChanges,
    FormComparison,
    certified_for,
    locks_of,
    permission_of,
)
from perizinan_core.verification.signatures._structure import Decrypt, ForeignStructure


class Engine:
    """
    One file as pyHanko reads it.

    Args:
        data: The file.

    Raises:
        PdfStructureError: when pyHanko cannot read it.
    """

    def __init__(self, data: bytes) -> None:
        from pyhanko.pdf_utils.reader import PdfFileReader

        try:
            self._reader = PdfFileReader(io.BytesIO(data), strict=False)
        except Exception as error:
            raise PdfStructureError("a second reader cannot read it", 0) from error

    def unlock(self) -> Decrypt | None:
        """Open an encrypted file with the empty user password; None when that does not open it."""
        from pyhanko.pdf_utils.crypt import AuthStatus

        try:
            if self._reader.decrypt("").status == AuthStatus.FAILED:
                return None
            handler: Any = self._reader.security_handler
            return Decrypt(_method(handler.get_stream_filter()), _method(handler.get_string_filter()))
        except Exception:  # noqa: BLE001 - certificates instead of passwords, unknown methods, damage: it stays shut
            return None

    def objects_to(self, byte_range: tuple[int, ...]) -> bool:
        """Return True when pyHanko objects to the coverage of a signature, or to what was added after it."""
        from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
        from pyhanko.sign.fields import enumerate_sig_fields
        from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
        from pyhanko.sign.validation.status import SignatureCoverageLevel

        try:
            for name, _, field in enumerate_sig_fields(self._reader, filled_status=True):
                signature: Any = EmbeddedPdfSignature(self._reader, field, name)
                if tuple(int(item) for item in signature.byte_range) != byte_range:
                    continue
                signature.coverage = signature.evaluate_signature_coverage()
                if signature.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
                    return True
                result = signature.evaluate_modifications(_Policy())
                if not isinstance(result, DiffResult):
                    return True
                level, allowed = result.modification_level, signature.docmdp_level
                return level == ModificationLevel.OTHER or (
                    allowed is not None and level.value > allowed.value
                )
        except Exception:  # noqa: BLE001 - a foreign parser on hostile input: whatever it raises means no
            return True
        return True


class _Policy:
    """
    pyHanko's default policy with two differences, in both of which `form_changes` has its own rules.

    1. Locked fields are left to us: pyHanko takes the appearance of a locked field for changed when it is older than
    the signed revision (``_allow_in_place_appearance_update``), and so refuses every later signature of most locked
    forms. 2. It knows no fields whose widgets are objects of their own, such as radio buttons.
    """

    def review_file(
        self,
        reader: Any,
        base_revision: Any,
        field_mdp_spec: Any = None,  # noqa: ARG002 - pyHanko hands it in
        doc_mdp: Any = None,
    ) -> Any:
        from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, FormUpdatingRule, StandardDiffPolicy

        known: Any = DEFAULT_DIFF_POLICY
        rule = FormUpdatingRule(field_rules=[*known.form_rule.field_rules, _Widgets()])  # type: ignore[list-item]
        policy = StandardDiffPolicy(known.global_rules, rule)
        return policy.review_file(reader, base_revision, None, doc_mdp)


class _Widgets:
    """Allow a field that is filled in to change its widgets and to give them new appearances."""

    def apply(self, context: Any) -> Iterator[tuple[Any, Any]]:
        from pyhanko.sign.diff_analysis import FormUpdate, ModificationLevel

        for name, spec in context.field_specs.items():
            if spec.field_type == "/Sig" or spec.old_field_ref is None or spec.new_field_ref is None:
                continue
            before = {item.idnum for item in _kids(spec.old_field)}
            for kid in _kids(spec.new_field):
                widget = kid.get_object()
                if kid.idnum not in before or "/T" in widget:
                    continue
                yield ModificationLevel.FORM_FILLING, FormUpdate(kid.reference, field_name=name)
                if "/AP" in widget:
                    raw = widget.raw_get("/AP")
                    for fresh in context.new.collect_dependencies(raw, context.old.revision + 1):
                        yield ModificationLevel.FORM_FILLING, FormUpdate(fresh, field_name=name)


def _kids(field: Any) -> list[Any]:
    from pyhanko.pdf_utils.generic import IndirectObject

    kids = field.get("/Kids", ())
    found = [kids.raw_get(place) for place in range(len(kids))]
    return [item for item in found if isinstance(item, IndirectObject)]


def _method(crypt_filter: Any) -> Callable[[int, int, bytes], bytes]:
    def decrypt(number: int, generation: int, data: bytes) -> bytes:
        return bytes(crypt_filter.decrypt(crypt_filter.derive_object_key(number, generation), data))

    return decrypt


_NOTHING, _SIGNING = 1, 2


@attrs.define(kw_only=True)
class History:
    """What happened to one file after its first signature."""

    broken: dict[str, str] = attrs.field(factory=dict)
    """Field name → reason code of a signature whose own revision, or what follows it, is not as it must be."""

    filled_by: set[str] = attrs.field(factory=set)
    """Signatures whose revision fills in fields: they must be trusted."""

    certifying: str | None = None
    """The certification that allows filling in, as long as no one else has signed."""

    filled_freely: list[str] = attrs.field(factory=list)
    """Fields that were filled in because it allows it; no one signed them."""

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

    locks: list[FieldLock] = attrs.field(factory=list)
    """Of the signatures that were read so far."""

    allowed: int = 3
    """What the strictest of them allows, see `permission_of`."""

    def follow(self, pair: Comparison, closing: ListedSignature) -> None:
        """Judge what was added up to the next signature."""
        changes = self._changes(pair, closing)
        signs = self.allowed == _NOTHING and not closing.is_timestamp
        if signs or (changes is not None and changes.filled and self.allowed < _SIGNING):
            changes = None
        self._take(pair, changes, closing)

    def end(self, pair: Comparison) -> None:
        """Judge what follows the last signature: an update of the proofs of time, or what a certification allows."""
        try:
            changes = self._changes(pair, None)
            before, after = (pdf.catalog().get("DSS") for pdf in (pair.old, pair.new))
        except PdfStructureError:
            changes = None
        else:
            renewed = after is not None and (before != after or bool(pair.changed))
            if changes is not None and not (renewed or changes.filled):
                changes = None
        self._take(pair, changes, None)

    def _changes(self, pair: Comparison, closing: ListedSignature | None) -> FormChanges | None:
        pages = compare_content(pair)
        if pages is None:
            return None
        free = self.certifying is not None
        return FormComparison(pair=pair, pages=pages, closing=closing, locks=self.locks, free=free).changes()

    def _take(self, pair: Comparison, changes: FormChanges | None, closing: ListedSignature | None) -> None:
        """Note what happened to the form; None is more than may happen."""
        if changes is None:
            for item in listed_signatures(pair.old):
                self.broken.setdefault(item.name, "later-changes-forbidden")
            return
        added = {*changes.signed} - ({closing.name} if closing is not None else set())
        self.added |= added
        if changes.filled or added or (closing is not None and not closing.is_timestamp):
            self.content_from = max(self.content_from, pair.old.size)
        if self.certifying is not None or closing is None:
            self.filled_freely += changes.filled
        elif changes.filled:
            self.filled_by.add(closing.name)


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
    for index, signature in enumerate(signatures):
        # One signature may be the value of several fields: nothing lies between them.
        before = [item for item in signatures[:index] if item.byte_range != signature.byte_range]
        try:
            whole = signature.end == len(data)
            revision = newest if whole else ForeignStructure(data[: signature.end], limits, decrypt)
            _hold_to_revision(history, revision, signature)
            if older is not None and len(before) == index:
                history.follow(Comparison(older, revision), signature)
            history.locks += locks_of(revision, signature)
            history.allowed = min(history.allowed, permission_of(revision, signature) or history.allowed)
            if not signature.is_timestamp:
                first = all(item.is_timestamp for item in before)
                certified = (certified_for(revision, signature) or _NOTHING) if first else _NOTHING
                history.certifying = signature.name if min(certified, history.allowed) >= _SIGNING else None
        except PdfStructureError:
            history.broken[signature.name] = "revision-broken"
            for earlier in signatures[:index]:
                history.broken.setdefault(earlier.name, "later-changes-forbidden")
            return history
        older = revision
        if any(item.name in history.broken for item in signatures[:index]):
            return history
    if older is not None and older is not newest:
        if newest.revisions > older.revisions:
            history.end(Comparison(older, newest))
        else:
            history.bytes_behind = len(data) - signatures[-1].end
            history.broken.update(dict.fromkeys((item.name for item in signatures), "bytes-after-signature"))
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
        if signature.is_timestamp or signature.end > history.content_from:
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
