"""A unit of work that changes nothing takes no lock for writing, and one that writes commits."""

import ast
from pathlib import Path

import pytest

import perizinan_core.services

ROOM = Path(perizinan_core.services.__file__).parent


def units():
    """Yield the place of each unit of work, whether it only reads, and whether its block commits."""
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for item in node.items if isinstance(node, ast.With) else ():
                call = item.context_expr
                if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                    continue
                if call.func.attr not in {"unit_of_work", "work_for"}:
                    continue
                said = {word.arg: ast.unparse(word.value) for word in call.keywords}.get("read_only", "False")
                if said in {"True", "False"}:
                    commits = any(".commit()" in ast.unparse(step) for step in node.body)
                    yield pytest.param(said == "True", commits, id=f"{path.stem}:{node.lineno}")


@pytest.mark.parametrize(("reads", "commits"), [*units()])
def test_a_unit_either_only_reads_or_commits(reads, commits):
    """Who looks keeps nobody from writing; what is written and not committed would be lost without a word."""
    assert reads is not commits


def test_every_use_case_opens_its_units_on_the_calendar_of_the_moment():
    """The context looks for new days off first; a unit of the store itself would not. Marks of numbers need none."""
    found = [
        f"{path.name}:{number}"
        for path in sorted(ROOM.glob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "storage.unit_of_work(" in line and path.name not in {"_context.py", "_used_numbers.py"}
    ]

    assert [] == found
