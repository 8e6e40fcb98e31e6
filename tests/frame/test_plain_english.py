"""Docs, docstrings, comments and sentences are written as a native engineer writes."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("src", "plugins", "examples", "docs", "changelog.d", "README.md", "CONTRIBUTING.md", "SECURITY.md")

TICS = (
    (
        r"(?<!there )\b(is|are|was|were|be|been) no (?!(longer|more|later|earlier|older|larger|smaller|one|way to)\b)",
        '"is not a …" or "is not …"',
    ),
    (r"(?<!there )\b(is|are|was|were) (?-i:none)\b", '"is not one of them", or say what it is not'),
    (r"\banew\b", '"again"'),
    (r"\b(goes|go|went|going|gone) on\b(?! (the|a)\b)", '"continues", "keeps …ing" or "happens"'),
    (r"\bwho(m)?ever\b", '"anyone who", "the person who", "no matter who" or "if you"'),
    (r"\bwhat came\b(?! (of|back|in|before|after|meanwhile|from))", '"what was received"'),
    (
        r"\b(is|are|was|were|be|been|not) told\b(?! (who|whom|by|how|what|which|that|why|when|apart|to)\b)",
        '"is notified", "is shown", "receives" or "learns"',
    ),
    (r"\bcannot be told\b", '"cannot be determined" or "cannot be distinguished"'),
    (r"\b(is|are|was|were|be) heard\b", '"is received" or "is read"'),
    (r"(?<![`/=])\bnobody\b(?![`\"'](?!s))", '"no one", or the role that is meant'),
    (r"(?<![`/=])\bsomebody\b(?![`\"'](?!s))", '"someone", or the role that is meant'),
    (r"(?<![`/=])\banybody\b", '"anyone"'),
    (r"(?<![`/=])\beverybody\b", '"everyone"'),
)
"""What our English was full of in 2026, and what to write instead."""

ALLOWED: dict[str, tuple[str, ...]] = {}
"""By file: phrases that stand there for a reason, in their own words."""


_SKIPPED = {".venv", "build", "dist", "__pycache__"}


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a file that people read, each with its line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # A sentence is one line of Markdown, and may be several lines of a message catalogue.
        yield from enumerate(text.split("\n"), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, " ".join(node.value.split())


def tics_in(path: Path) -> Iterator[str]:
    """Yield a sentence for each tic of a file."""
    name = str(path.relative_to(ROOT))
    for line, text in prose(path):
        shown = text
        for phrase in ALLOWED.get(name, ()):
            shown = shown.replace(phrase, "")
        for pattern, instead in TICS:
            for found in re.finditer(pattern, shown, re.IGNORECASE):
                around = shown[max(0, found.start() - 30) : found.end() + 30].strip()
                yield f"{name}:{line}: “{found[0].strip()}” in “… {around} …”; write {instead}"


def files() -> Iterator[Path]:
    """Yield every file that is held to the list."""
    for place in PLACES:
        path = ROOT / place
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (
            item
            for item in found
            if (item.suffix in {".py", ".md"} or item.name in {"reasons.json", "headlines.json"})
            and not _SKIPPED & set(item.parts[len(ROOT.parts) :])
        )


@pytest.mark.parametrize("place", PLACES)
def test_texts_are_plain_english(place: str) -> None:
    """The failure names the place and what to write there."""
    found = [tic for path in files() if path.relative_to(ROOT).parts[0] == place for tic in tics_in(path)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "It is no PDF.",
        "Begin anew.",
        "Whoever signs",
        "the run goes on",
        "it cannot be told",
        "nobody may",
        "is none of them",
    ],
)
def test_a_tic_is_found(text: str) -> None:
    """The list matches what it is meant for."""
    assert any(re.search(pattern, text, re.IGNORECASE) for pattern, _ in TICS)


@pytest.mark.parametrize(
    "text",
    [
        "There is no PDF.",
        "it is no longer valid",
        "go on the list",
        "told apart",
        "is told who was first",
        "the user `nobody`",
    ],
)
def test_plain_words_pass(text: str) -> None:
    """The list leaves what is good English."""
    assert not any(re.search(pattern, text, re.IGNORECASE) for pattern, _ in TICS)
