"""Sentences for people, in two languages."""

from __future__ import annotations

import ast
import errno
import inspect
import os
import pickle
import pkgutil
import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import perizinan_core.errors as errors_package
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import Clause, said, translate

SOURCE = Path(errors_package.__file__).parents[1]
LOCALE = SOURCE / "locale" / "id" / "LC_MESSAGES"
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from messages import untranslated  # noqa: E402 - a script, which is not installed

PLACEHOLDER = re.compile(r"\{(\w+)[^}]*\}")


def catalogues():
    """Return msgid to msgstr of every room's Indonesian catalogue."""
    entries = {}
    for path in sorted(LOCALE.glob("*.po")):
        with path.open("rb") as file:
            entries |= {
                item.id: item.string for item in read_po(file) if item.id and isinstance(item.id, str)
            }
    return entries


def clauses():
    """Return every literal clause given to an error that puts one into its sentence."""
    kinds = {
        kind.__name__
        for kind in all_errors()
        if {"fault", "problems"} & {*inspect.get_annotations(kind), *_values(kind)}
    }
    kinds.add("_expect")  # raises one of them with the clause
    for path in sorted(file for room in ("_pdf", "verification") for file in (SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                given += [item for value in given if isinstance(value, ast.Tuple) for item in value.elts]
                for value in given:
                    if isinstance(value, ast.JoinedStr) and " " in ast.unparse(value):
                        yield path.relative_to(SOURCE), ast.unparse(value)
                    elif (
                        isinstance(value, ast.Constant)
                        and isinstance(value.value, str)
                        and " " in value.value
                    ):
                        yield path.relative_to(SOURCE), value.value


def _values(kind):
    return {name for code in vars(kind).get("codes", {}).values() for name in code.fields}


def all_errors(kind=PerizinanError):
    for module in pkgutil.iter_modules(errors_package.__path__, errors_package.__name__ + "."):
        __import__(module.name)
    for child in kind.__subclasses__():
        yield child
        yield from all_errors(child)


def test_every_sentence_of_the_source_is_translated():
    """No user meets an English sentence because its translation was forgotten."""
    assert [] == list(untranslated(SOURCE, catalogues()))


def test_the_script_names_sentences_that_no_catalogue_has(tmp_path):
    """Whatever marks them: a function, a template, or a table."""
    package = tmp_path / "package"
    (package / "verification").mkdir(parents=True)
    (package / "code.py").write_text(
        'N_("a")\ntranslate("b")\nClause("c")\nplace.problem("p", "d")\ntell("e")', encoding="utf-8"
    )
    (package / "page.html").write_text('{{ _("f") }} g', encoding="utf-8")
    (package / "verification" / "reasons.json").write_text('{"code": {"sentence": "h"}}', encoding="utf-8")

    assert ["'b'", "'c'", "'d'", "'f'", "'h'"] == [
        line.rpartition(" ")[2] for line in untranslated(package, {"a": "x"}, top=tmp_path)
    ]


def test_every_clause_that_goes_into_a_sentence_is_translated():
    """An Indonesian sentence with an English clause in it helps nobody; a `Clause` keeps its values apart."""
    known = catalogues()
    found = list(clauses())

    assert len(found) > 100
    assert set() == {f"{path}: {text}" for path, text in found if not known.get(text)}


def test_a_clause_is_english_text_that_can_be_said_in_another_language():
    """Also after a worker process sent it."""
    clause = pickle.loads(pickle.dumps(Clause("it is larger than {limit} bytes", limit=7)))

    assert "it is larger than 7 bytes" == clause
    assert "ukurannya lebih dari 7 byte" == said(clause, "id")
    assert "ukurannya lebih dari 7 byte; data itu tidak ada" == said((clause, "it is not there"), "id")
    assert "data itu tidak ada; {x} y" == said("it is not there; {x} y", "id")
    assert 3 == said(3, "id")


def test_what_the_operating_system_says_is_said_in_indonesian(tmp_path):
    """Of the errors that users meet."""
    for number in (errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOSPC, errno.EROFS):
        assert os.strerror(number) != said(os.strerror(number), "id")


def test_every_translation_keeps_the_placeholders():
    """A translation neither loses a value nor asks for one that is not there."""
    wrong = {
        msgid: msgstr
        for msgid, msgstr in catalogues().items()
        if not isinstance(msgstr, tuple)
        and set(PLACEHOLDER.findall(msgid)) != set(PLACEHOLDER.findall(msgstr))
    }

    assert {} == wrong


def test_compiled_catalogues_are_those_of_the_sources():
    """The .mo files that the wheel ships say what the .po files say."""
    import gettext

    for path in LOCALE.glob("*.po"):
        with path.open("rb") as source, path.with_suffix(".mo").open("rb") as compiled:
            expected = {
                item.id: item.string for item in read_po(source) if item.id and isinstance(item.id, str)
            }
            mo = gettext.GNUTranslations(compiled)

            assert expected == {msgid: mo.gettext(msgid) for msgid in expected}, path.name


def test_a_placeholder_without_a_value_is_shown_and_raises_nothing():
    """A sentence is never lost because a value is missing."""
    assert "a {b}" == translate("a {b}", "en", c=1)


def test_an_unknown_language_gives_english():
    """English stands in for languages that have no catalogue."""
    assert "Stopped." == translate("Stopped.", "xx")


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_error_speaks_both_languages(language):
    """The same error is read in the language of its reader."""
    from perizinan_core.errors.converters import WireFormatError

    sentence = WireFormatError(kind="Permit", problems=("a @ $.x", "b @ $.y")).message(language)

    assert "a @ $.x; b @ $.y" in sentence
