"""The errors of this room: sentences in two languages, pickling, and personal data."""

from __future__ import annotations

import pickle

import attrs
import pytest

from perizinan_core.errors import signing as errors


def instances():
    """One error of every class that has a sentence."""
    for name in errors.__all__:
        cls = getattr(errors, name)
        if cls.sentence:
            sample = {"int": 7, "float": 7.5, "tuple[str, ...]": ("a", "b"), "int | None": 7}
            fields = {field.name: sample.get(field.type, "x") for field in attrs.fields(cls)}
            yield cls(**fields)


ALL = list(instances())


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.code)
def test_every_sentence_exists_in_both_languages(error):
    """The Indonesian sentence is a translation, and no placeholder is left in either."""
    english, indonesian = error.message("en"), error.message("id")

    assert english != indonesian
    assert "{" not in english + indonesian


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.code)
def test_errors_cross_process_borders(error):
    """A worker's error arrives as it was."""
    copy = pickle.loads(pickle.dumps(error))

    assert (type(error), error.args) == (type(copy), copy.args)


def test_codes_are_unique():
    """A program tells errors apart by their code."""
    codes = [getattr(errors, name).code for name in errors.__all__]

    assert len(codes) == len(set(codes))


def test_damage_is_told_with_its_place():
    """The kind of damage is Indonesian as well, and an unknown place is not called byte 0."""
    known = errors.DamagedPdfError("the trailer is missing", 12)
    unknown = errors.DamagedPdfError("a page does not state its size", 0)

    assert "the trailer is missing (byte 12)" in known.message("en")
    assert "place unknown" in unknown.message("en")
    for error in (known, unknown):
        assert error.wording("en")["problem"] != error.wording("id")["problem"]
        assert error.wording("en")["place"] != error.wording("id")["place"]
