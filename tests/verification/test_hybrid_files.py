"""Cross-reference sections: hybrid ones, and those that contradict themselves; in permits and in any file."""

from __future__ import annotations

import zlib

import pytest

from perizinan_core._pdf._limits import DEFAULT_LIMITS
from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import Ref
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification.signatures._structure import ForeignStructure


def hybrid(*, hidden_place=None):
    """Return a file whose table calls object 3 free and whose stream beside it says where it lies."""
    data, places = bytearray(b"%PDF-1.5\n"), {}
    for number, body in (
        (1, b"<</Type /Catalog /Pages 2 0 R>>"),
        (2, b"<</Kids []>>"),
        (3, b"(tersembunyi)"),
    ):
        places[number] = len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    row = (hidden_place if hidden_place is not None else places[3]).to_bytes(2, "big")
    number = 3 if hidden_place is None else 2
    packed = zlib.compress(b"\1" + row + b"\0")
    beside = len(data)
    data += (
        b"4 0 obj\n<</Type /XRef /Size 5 /W [1 2 1] /Index [%d 1] /Filter /FlateDecode /Length %d>>\nstream\n"
        % (
            number,
            len(packed),
        )
    )
    data += packed + b"\nendstream\nendobj\n"
    table = len(data)
    data += b"xref\n0 4\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n0000000000 00000 f \n" % (
        places[1],
        places[2],
    )
    data += b"trailer\n<</Size 5 /Root 1 0 R /XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (beside, table)
    return bytes(data)


@pytest.fixture(params=[PdfStructure, ForeignStructure])
def read(request):
    return lambda data: request.param(data, DEFAULT_LIMITS)


def test_an_object_that_only_the_stream_beside_a_table_states_is_found(read):
    """New readers show it; so do we."""
    assert b"tersembunyi" == read(hybrid()).resolve(Ref(3, 0))


def test_an_object_that_table_and_stream_state_in_two_ways_is_refused(read):
    """Old and new readers would show different things."""
    with pytest.raises(PdfStructureError, match="in two ways"):
        read(hybrid(hidden_place=9))


def test_a_table_that_names_an_object_twice_is_refused(read):
    """Readers disagree about which of the two counts."""
    data = hybrid().replace(b"xref\n0 4\n", b"xref\n1 1\n0000000009 00000 n \n0 4\n")

    with pytest.raises(PdfStructureError, match="names object 1 twice"):
        read(data.replace(b"0000000009 00000 n \n0 4", b"0000000010 00000 n \n0 4"))
