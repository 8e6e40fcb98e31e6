"""Every sentence of the value types has an Indonesian translation with the same placeholders."""

import ast
import string
from pathlib import Path

import pytest

import perizinan_core.errors.model as errors
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import translate

PACKAGE = Path(errors.__file__).parent.parent
SOURCES = [
    PACKAGE / "errors" / "model.py",
    PACKAGE / "errors" / "arguments.py",
    PACKAGE / "errors" / "texts.py",
    PACKAGE / "model" / "_applicant.py",
    PACKAGE / "model" / "_case.py",
    PACKAGE / "model" / "_fees.py",
    PACKAGE / "model" / "_lookalikes.py",
    PACKAGE / "model" / "_permit.py",
    PACKAGE / "model" / "_written.py",
    PACKAGE / "workflow" / "_remarks.py",
    PACKAGE / "model" / "_money.py",
    PACKAGE / "model" / "_numerals.py",
    *sorted((PACKAGE / "model" / "identifiers").glob("*.py")),
    *sorted((PACKAGE / "model" / "calendar").glob("*.py")),
]


def marked_sentences():
    """Yield what stands in ``N_("…")``."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
                yield ast.literal_eval(node.args[0])


def placeholders(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("sentence", sorted(set(marked_sentences())))
def test_every_sentence_is_translated(sentence):
    """Another text with the same placeholders."""
    indonesian = translate(sentence, "id")

    assert indonesian != sentence
    assert placeholders(sentence) == placeholders(indonesian)


def test_every_error_has_its_own_code_and_its_fields_in_the_sentence():
    """Codes are stable names; placeholders are fields or words of the class."""
    found = [
        value
        for name, value in vars(errors).items()
        if name.endswith("Error") and issubclass(value, PerizinanError) and value is not PerizinanError
    ]

    assert {cls.__name__ for cls in found} | {"quoted"} == set(errors.__all__)
    assert len(found) == len({cls.code for cls in found})
    assert len(found) > 10
