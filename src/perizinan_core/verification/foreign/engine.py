"""
What pyHanko is asked for: opening encrypted files, and its word about later changes.

Its word can make a file worse and never better. It is asked only after our own reader has gone through
the whole file within the limits, because pyHanko itself unpacks without any.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from perizinan_core.errors.verification import PdfStructureError
from perizinan_core.verification.foreign.structure import Decrypt

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
        from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
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
                result = signature.evaluate_modifications(DEFAULT_DIFF_POLICY)
                if not isinstance(result, DiffResult):
                    return True
                level, allowed = result.modification_level, signature.docmdp_level
                return level == ModificationLevel.OTHER or (
                    allowed is not None and level.value > allowed.value
                )
        except Exception:  # noqa: BLE001 - a foreign parser on hostile input: whatever it raises means no
            return True
        return True


def _method(crypt_filter: Any) -> Callable[[int, int, bytes], bytes]:
    def decrypt(number: int, generation: int, data: bytes) -> bytes:
        return bytes(crypt_filter.decrypt(crypt_filter.derive_object_key(number, generation), data))

    return decrypt
