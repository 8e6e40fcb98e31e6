"""What people read: every sentence of every part is translated."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import perizinan_portal
from babel.messages.pofile import read_po

ROOT = Path(perizinan_portal.__file__).parent
LOCALE = ROOT / "locale" / "id" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"\{(\w+)[^}]*\}")
IN_TEMPLATE = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')


def catalogues():
    """Return msgid to msgstr, by catalogue."""
    found = {}
    for path in sorted(LOCALE.glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = {item.id: item.string for item in read_po(file) if item.id}
    return found


def sentences():
    """Yield every literal given to N_() or Fault() in the code, and to _() in the templates, with its file."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"N_", "Fault"}
            ):
                (first, *_) = node.args
                if isinstance(first, ast.Constant):
                    yield path.relative_to(ROOT), first.value
    for path in sorted(ROOT.rglob("*.html")):
        for found in IN_TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT), found[1]


def test_every_sentence_is_translated():
    """No one meets an English sentence because its translation was forgotten."""
    known = {msgid for part in catalogues().values() for msgid in part}

    assert set() == {f"{path}: {text}" for path, text in sentences() if text not in known}


def test_every_translation_keeps_the_placeholders():
    """A translation neither loses a value nor asks for one that is not there."""
    pairs = [pair for part in catalogues().values() for pair in part.items()]
    wrong = [a for a, b in pairs if set(PLACEHOLDER.findall(a)) != set(PLACEHOLDER.findall(b))]

    assert [] == wrong


def test_one_sentence_has_one_translation():
    """Two parts that say the same say it in the same words."""
    words: dict[str, set[str]] = {}
    for part in catalogues().values():
        for msgid, msgstr in part.items():
            words.setdefault(msgid, set()).add(msgstr)

    assert {} == {msgid: found for msgid, found in words.items() if len(found) > 1}


def test_no_translation_is_left_over():
    """What no page says any more is not kept."""
    used = {text for _, text in sentences()}

    assert set() == {msgid for part in catalogues().values() for msgid in part if msgid not in used}
