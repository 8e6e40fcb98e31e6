"""
Compile the message catalogues and say what is not translated yet.

Run by ``make messages``. Every room keeps its own ``locale/<language>/LC_MESSAGES/<room>.po``. A sentence of the
source has to stand in a catalogue of its own package or, for a plugin, of the core.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "src" / "perizinan_core"

MARKS = ("N_", "Clause", "Fault", "translate")
"""Functions whose first argument is a sentence."""

IN_TEMPLATE = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')


def main() -> int:
    """Write a ``.mo`` beside every ``.po``; return 1 when sentences lack a translation."""
    plugins = sorted(path for path in (ROOT / "plugins").glob("*/src/*") if path.is_dir())
    core = compiled(CORE)
    missing = [*untranslated(CORE, core)]
    for plugin in plugins:
        missing += untranslated(plugin, core | compiled(plugin))
    for line in missing:
        print(line)
    return 1 if missing else 0


def compiled(package: Path) -> dict[str, str]:
    """Compile the catalogues of a package; return its sentences with their translations, empty ones included."""
    known = dict[str, str]()
    for path in sorted(package.rglob("*.po")):
        catalogue = read(path)
        known |= {str(message.id): str(message.string) for message in catalogue if message.id}
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
    return known


def read(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    # The same sentences make the same file, whenever it is made.
    catalogue.creation_date = datetime.fromtimestamp(0, UTC)
    return catalogue


def untranslated(package: Path, known: Mapping[str, str], top: Path = ROOT) -> Iterator[str]:
    """Yield a line for each sentence of a package that no catalogue has, or has without a translation."""
    for path in sorted(package.rglob("*.po")):
        for message in read(path):
            if message.id and not message.string:
                yield f"{path.relative_to(top)}: {message.id!r}"
    for path, sentence in marked_sentences(package):
        if sentence and sentence not in known:
            yield f"{path.relative_to(top)}: in no catalogue: {sentence!r}"


def marked_sentences(package: Path) -> Iterator[tuple[Path, str]]:
    """Yield the sentences that the code, the templates and the tables of a package show to people, with their file."""
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if any(f"{mark}(" in text for mark in (*MARKS, ".problem")):
            yield from ((path, sentence) for sentence in in_code(text))
    for path in sorted(package.rglob("*.html")):
        for found in IN_TEMPLATE.finditer(path.read_text(encoding="utf-8")):
            yield path, found[1]
    for path in sorted(package.glob("verification/*.json")):
        yield from ((path, sentence) for sentence in in_table(path))


def in_code(text: str) -> Iterator[str]:
    """Yield every literal given to one of `MARKS`, or as a problem of a catalogue's file."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if isinstance(node.func, ast.Name) and node.func.id in MARKS:
            given = node.args[0]
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "problem" and len(node.args) == 2:
            given = node.args[1]
        else:
            continue
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            yield given.value


def in_table(path: Path) -> Iterator[str]:
    """Yield the sentences of the reasons, and the words and meanings of the headlines, of a report."""
    table = json.loads(path.read_text(encoding="utf-8"))
    if path.stem == "reasons":
        yield from (entry["sentence"] for entry in table.values())
    elif path.stem == "headlines":
        for rows in table.values():
            for entry in rows.values():
                yield from (entry["word"], entry["meaning"])


if __name__ == "__main__":
    sys.exit(main())
