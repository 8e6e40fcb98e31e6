"""
What pyHanko is asked for: opening encrypted files, and its word about later changes.

Its word can make a file worse and never better. It is asked only after our own reader has gone through
the whole file within the limits, because pyHanko itself unpacks without any.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification.signatures._structure import Decrypt

__all__ = ["Engine"]


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
