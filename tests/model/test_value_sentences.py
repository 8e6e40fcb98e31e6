"""Every sentence of the value types has an Indonesian translation with the same placeholders."""

import ast
import string
from pathlib import Path

import pytest

import perizinan_core.errors.model as errors
from perizinan_core.i18n import translate

PACKAGE = Path(errors.__file__).parent.parent
SOURCES = [
    PACKAGE / "errors" / "model.py",
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

SAME = {"emoji"}
"""Words that are the same in both languages."""


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

    assert (indonesian == sentence) is (sentence in SAME)
    assert placeholders(sentence) == placeholders(indonesian)
