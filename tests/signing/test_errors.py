"""The errors of this room: the words for what is wrong with a file."""

from __future__ import annotations

from perizinan_core.errors import signing as errors


def test_damage_is_told_with_its_place():
    """The kind of damage is Indonesian as well, and an unknown place is not called byte 0."""
    known = errors.DamagedPdfError("the trailer is missing", 12)
    unknown = errors.DamagedPdfError("a page does not state its size", 0)

    assert "the trailer is missing (byte 12)" in known.message("en")
    assert "place unknown" in unknown.message("en")
    for error in (known, unknown):
        assert error.wording("en")["fault"] != error.wording("id")["fault"]
        assert error.wording("en")["place"] != error.wording("id")["place"]
