"""Every sentence of this room exists in Indonesian, and keeps its placeholders."""

import ast
import re
from pathlib import Path

import pytest

import perizinan_core.documents
import perizinan_core.errors.documents as errors
from perizinan_core.i18n import translate

ROOM = Path(perizinan_core.documents.__file__).parent
SOURCES = [Path(errors.__file__), *sorted(ROOM.rglob("*.py")), ROOM.parent / "cli" / "_documents.py"]
SAME = {"video", "program"}
"""Words that are the same in both languages."""


def sentences():
    found = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            is_marked = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_"
            if is_marked and isinstance(node.args[0], ast.Constant):
                found[node.args[0].value] = None
    return list(found)


@pytest.mark.parametrize("sentence", sentences())
def test_a_sentence_is_translated(sentence):
    """Nobody reads English by accident."""
    translated = translate(sentence, "id")

    assert (sentence == translated) is (sentence in SAME)
    assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", translated))


def test_errors_of_the_store_are_worded_whole():
    """Action and reason inside a sentence are in its language too."""
    error = errors.DocumentStoreUnavailableError(
        "document-store-unavailable", action="open", reason="the folder is writable by other accounts"
    )

    assert "tidak dapat dibuka: folder dapat ditulisi oleh akun lain." in error.message("id")
    assert "could not be opened: the folder is writable by other accounts." in error.message("en")
