"""
Count lines of code, without docstrings, comments and blank lines: ``python scripts/code_lines.py FOLDER ...``.

With ``--files`` every file is listed. A text that stands alone as a statement is a docstring, wherever it stands.
"""

import ast
import io
import sys
import tokenize
from pathlib import Path

_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}


def code_lines(source: str) -> int:
    """Return how many lines of a module hold code."""
    told = set()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            told |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - told)


def main(arguments: list[str]) -> int:
    """Print the count of every folder, and the sum."""
    total = 0
    for folder in [item for item in arguments if item != "--files"]:
        counts = {
            path: code_lines(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).rglob("*.py"))
        }
        if "--files" in arguments:
            for path, count in counts.items():
                print(f"{count:6} {path}")
        print(f"{sum(counts.values()):6} {folder}")
        total += sum(counts.values())
    print(f"{total:6} all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
