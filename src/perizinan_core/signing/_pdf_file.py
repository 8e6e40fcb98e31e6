"""
The PDF that is signed, read exactly as its own cross-reference data describes it.

Readers for people repair what is broken, each in its own way; a signature over a file that two
readers repair differently would be signed twice over with two meanings. So the strict reader of
`perizinan_core._pdf` reads it, and more is asked here than where a file is only read:

1. nothing but blanks stands after the end mark, nothing before the header;
2. every object in use begins where the newest section says, also those that signing does not need;
3. no revision is encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from perizinan_core._pdf._filters import ASCII_FILTERS
from perizinan_core._pdf._structure import PdfStructure, ends_properly
from perizinan_core._pdf._syntax import BLANKS, BlankParser, Ref
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.signing import DamagedPdfError, EncryptedPdfError, UnsignablePdfError

_HEADER_WITHIN = 1024
_LARGEST_GENERATION = 65535


@contextmanager
def refusing_damage() -> Iterator[None]:
    """
    Turn what the reader says about a damaged file into the refusal of the signature.

    Raises:
        DamagedPdfError: The file is damaged.
    """
    try:
        yield
    except PdfStructureError as error:
        raise DamagedPdfError(error.fault, error.offset) from error


class PdfFile(PdfStructure):
    """
    One PDF as bytes, with the means to look up its objects.

    Raises:
        UnsignablePdfError: One of its kinds says why the file is not taken.
        PdfStructureError: It is damaged; see `refusing_damage`.
    """

    parser = BlankParser
    other_filters = ASCII_FILTERS

    def __init__(self, data: bytes) -> None:
        header = data.find(b"%PDF-", 0, _HEADER_WITHIN)
        if header < 0:
            raise UnsignablePdfError("pdf-not")
        if header > 0:
            raise UnsignablePdfError("pdf-junk-before", offset=header)
        whole = data if ends_properly(data) else data.rstrip(BLANKS)
        if not ends_properly(whole):
            raise UnsignablePdfError("pdf-cut")
        super().__init__(whole)
        self.data = data
        self._check_entries()

    @property
    def has_table(self) -> bool:
        """Whether the newest section is a table (also in hybrid files) and not a stream."""
        return self.data.startswith(b"xref", self.startxref)

    @property
    def next_number(self) -> int:
        """The first object number that is not taken."""
        size = self.trailer.get("Size")
        if not isinstance(size, int):
            raise PdfStructureError("the trailer does not state its size", self.startxref)
        return size

    @property
    def root(self) -> Ref:
        """The document catalogue."""
        return self.target(self.trailer.get("Root"))

    def generation(self, number: int) -> int:
        """Return the generation of an object; 0 for those in object streams."""
        kind, _, generation = self.entry(number)
        return generation if kind == 1 else 0

    def target(self, value: Any) -> Ref:
        """Return the reference that ``value`` must be, to something that is there."""
        if not isinstance(value, Ref) or self.resolve(value) is None:
            raise PdfStructureError("an object is missing to which another refers", 0)
        return value

    def _read_section(self, offset: int, seen: set[int]) -> dict[str, Any]:
        trailer = super()._read_section(offset, seen)
        if trailer.get("Encrypt") is not None:
            raise EncryptedPdfError
        return trailer

    def _check_entries(self) -> None:
        size = self.next_number
        for number in self.numbers():
            kind, where, rest = self.entry(number)
            if kind == 1:
                # The usual spelling first: this runs once for every object of the file.
                usual = b"%d %d obj" % (number, rest)
                if not self.data.startswith(usual, where) and self._parser.named(where) != (number, rest):
                    raise PdfStructureError("another object lies where the table says", where)
                if rest > _LARGEST_GENERATION:
                    raise PdfStructureError("the cross-reference table is damaged", where)
            elif kind == 2 and self.entry(where)[0] != 1:
                raise PdfStructureError("an object stream is missing", 0)
            # An object at or above /Size does not exist for readers; raising /Size would reveal it.
            if kind in (1, 2) and number >= size:
                raise PdfStructureError("the trailer does not state its size", self.startxref)
