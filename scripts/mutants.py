"""
Break the rules of permits one at a time, and see whether a test notices (``make mutants MINUTES=60``).

The changes are those of cosmic-ray, and two of our own: a check that is called and not made (the statement is
left out), and a refusal that is not raised. Places are drawn over all files, so that a short run looks everywhere.
A mutant is tried with the tests that run its line, the quickest first; what survives these is tried with all of
them. Everything happens in a copy of the tree in ``build/mutants``, where ``report.json`` is what was found.
``docs/explanation/mutation-testing.md`` explains the survivors.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
from attrs import asdict, frozen
from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import use_mutation
from cosmic_ray.operators.operator import Operator
from parso.python.tree import Keyword

ROOT = Path(__file__).parents[1]
ROOMS = {
    "workflow": ("silence", "issuing", "people", "assignment", "permits", "duties", "submission"),
    "services": ("issuance", "signing", "reviews", "applications", "handing_in"),
}
FILES = tuple(f"src/perizinan_core/{room}/_{name}.py" for room, names in ROOMS.items() for name in names)
# Processes, random histories and a second database take long and run these lines no other way.
TESTS = ("tests/workflow", "tests/services")
TOO_SLOW = ("test_at_once.py", "test_saga.py", "test_random_staff.py", "test_random_histories.py")
# Both sides are members of an enum, True, False or None wherever these files use `is`.
SAME_ANSWER = re.compile(r"_(Eq_Is|NotEq_IsNot|Is_Eq|IsNot_NotEq)$")
QUICK_SECONDS = 20.0
ALL_SECONDS = 300.0

Place = tuple[tuple[int, int], tuple[int, int]]


class LeaveOut(Operator):
    """Leave out a statement of one kind."""

    kind = ""

    def mutation_positions(self, node: Any) -> Iterator[Place]:
        """Name the statements of the kind."""
        if node.type == "simple_stmt" and node.children[0].type == self.kind:
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ARG002 - a statement is left out in one way
        """Write ``pass`` instead."""
        old = node.children[0]
        new = Keyword("pass", old.start_pos, old.get_first_leaf().prefix)
        new.parent = node
        node.children[0] = new
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        """Return none; cosmic-ray tests its own operators with them."""
        return ()


class LeaveOutCall(LeaveOut):
    """A check that is not made."""

    kind = "atom_expr"


class LeaveOutRaise(LeaveOut):
    """A refusal that is not raised."""

    kind = "raise_stmt"


OUR_OWN = {"leave_out_call": LeaveOutCall, "leave_out_raise": LeaveOutRaise}


@frozen
class Mutant:
    """One change: the file, the operator, which of its places, and where that is."""

    file: str
    operator: str
    occurrence: int
    start: tuple[int, int]
    end: tuple[int, int]


@frozen
class Outcome:
    """What the tests said to one mutant."""

    mutant: Mutant
    survived: bool
    tests: int
    diff: str


def main() -> int:
    """Copy the tree, learn which test runs which line, and try mutants until the time is over."""
    asked = _arguments()
    tree = asked.folder / "tree"
    if not asked.keep:
        shutil.rmtree(asked.folder, ignore_errors=True)
        _copy(tree)
    if not (asked.folder / "seconds.json").exists():
        _measure(tree, asked)
    who = Witnesses(tree, asked.folder)
    mutants = list(_drawn(tree, asked.files or FILES, random.Random(asked.seed)))
    ends = time.monotonic() + 60 * asked.minutes
    outcomes: list[Outcome] = []
    for mutant in mutants:
        if time.monotonic() > ends:
            break
        outcomes.append(_tried(tree, mutant, who, asked))
        _report(asked.folder, mutants, outcomes)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "mutants")
    parser.add_argument("--python", default=str(ROOT / ".venv" / "bin" / "python"), help="runs the tests")
    parser.add_argument("--keep", action="store_true", help="continue in the folder of the last run")
    parser.add_argument("files", nargs="*", help="instead of the files of issue 8; FILE:10-30 for some lines")
    return parser.parse_args()


def _copy(tree: Path) -> None:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, names.split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)


def _environment(tree: Path) -> dict[str, str]:
    sources = [tree / "src", *sorted((tree / "plugins").glob("*/src"))]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, sources)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CI": "1",
    }


def _pytest(asked: argparse.Namespace, *arguments: str) -> list[str]:
    return [asked.python, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *arguments]


def _measure(tree: Path, asked: argparse.Namespace) -> None:
    """Run the tests once, noting which line each runs and how long each takes."""
    settings = asked.folder / "coverage.toml"
    data = asked.folder / "coverage.db"
    settings.write_text(
        "[tool.coverage.run]\n"
        'source_pkgs = ["perizinan_core.workflow", "perizinan_core.services"]\n'
        f"data_file = {json.dumps(str(data))}\n"
    )
    ignored = [f"--ignore-glob=*/{name}" for name in TOO_SLOW]
    done = subprocess.run(
        _pytest(
            asked, *TESTS, *ignored, "-k", "not postgresql", "--cov", f"--cov-config={settings}", "--cov-context=test",
            "--cov-report=", "--durations=0", "--durations-min=0",
        ),
        cwd=tree,
        env=_environment(tree),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(
            f"The tests must pass before anything is broken:\n{done.stdout[-3000:]}{done.stderr[-2000:]}"
        )
    seconds: Counter[str] = Counter()
    for length, test in re.findall(r"^([\d.]+)s (?:call|setup|teardown) +(.+)$", done.stdout, re.MULTILINE):
        seconds[test] += float(length)
    (asked.folder / "seconds.json").write_text(json.dumps(seconds))


class Witnesses:
    """Which tests run a line, and how long they take."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self._data = coverage.CoverageData(str(folder / "coverage.db"))
        self._data.read()
        self._seconds: dict[str, float] = json.loads((folder / "seconds.json").read_text())
        self._tree = tree

    def of(self, mutant: Mutant) -> list[tuple[str, float]]:
        """Return the tests that run the lines of a mutant, the quickest first."""
        contexts = self._data.contexts_by_lineno(str(self._tree / mutant.file))
        lines = range(mutant.start[0], mutant.end[0] + 1)
        tests = (
            _tests(contexts, lines) or _tests(contexts, self._around(mutant)) or _tests(contexts, contexts)
        )
        return sorted(((test, self._seconds.get(test, 0.01)) for test in tests), key=lambda pair: pair[1])

    def _around(self, mutant: Mutant) -> range:
        """Return the lines of the function whose head or decorator was changed."""
        functions = [
            node
            for node in ast.walk(ast.parse((self._tree / mutant.file).read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
            and _first_line(node) <= mutant.start[0] <= (node.end_lineno or 0)
        ]
        if not functions:
            return range(0)
        inner = max(functions, key=_first_line)
        return range(inner.body[0].lineno, (inner.end_lineno or 0) + 1)


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _tests(contexts: dict[int, list[str]], lines: Any) -> set[str]:
    found = {context for line in lines for context in contexts.get(line, ()) if context}
    return {context.rpartition("|")[0] for context in found}


def _drawn(tree: Path, files: Any, chance: random.Random) -> Iterator[Mutant]:
    """Yield the mutants of all files in a random order of places, each place with another change per turn."""
    places: dict[tuple[str, tuple[int, int]], list[Mutant]] = {}
    for named in files:
        file, _, lines = named.partition(":")
        first, _, last = lines.partition("-")
        for mutant in _mutants(tree, file):
            if lines and not int(first) <= mutant.start[0] <= int(last or first):
                continue
            places.setdefault((file, mutant.start), []).append(mutant)
    left = list(places.values())
    for changes in left:
        chance.shuffle(changes)
    chance.shuffle(left)
    while left:
        yield from (changes.pop() for changes in left)
        left = [changes for changes in left if changes]


def _mutants(tree: Path, file: str) -> Iterator[Mutant]:
    parsed = get_ast_from_path(tree / file)
    source = (tree / file).read_text(encoding="utf-8")
    typed = _annotations(source)
    lines = source.splitlines()
    for name in (*plugins.operator_names(), *OUR_OWN):
        if SAME_ANSWER.search(name) or (name not in OUR_OWN and plugins.get_operator(name).arguments()):
            continue
        operator = _operator(name)
        positions = (place for node in ast_nodes(parsed) for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            # The star of a list of parameters multiplies nothing.
            star = lines[start[0] - 1][start[1] :].startswith("*,")
            if not star and not any(first <= start < last for first, last in typed):
                yield Mutant(file, name, occurrence, start, end)


def _operator(name: str) -> Operator:
    made: Operator = OUR_OWN[name]() if name in OUR_OWN else plugins.get_operator(name)()
    return made


def _annotations(source: str) -> list[Place]:
    """Return where annotations stand; nothing runs there."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            found.append(node.returns)
    return [
        ((one.lineno, one.col_offset), (one.end_lineno or 0, one.end_col_offset or 0))
        for one in found
        if one is not None
    ]


def _tried(tree: Path, mutant: Mutant, who: Witnesses, asked: argparse.Namespace) -> Outcome:
    path = tree / mutant.file
    tests = who.of(mutant)
    with use_mutation(path, _operator(mutant.operator), mutant.occurrence) as (before, after):
        survived = all(_pass(tree, part, asked) for part in _parts(tests))
    return Outcome(mutant, survived, len(tests), _changed(before, after or before))


def _parts(tests: list[tuple[str, float]]) -> Iterator[list[str]]:
    """Yield the tests that are quick, then the others while there is time for them."""
    quick, later, spent = [], [], 0.0
    for test, seconds in tests:
        spent += seconds
        if spent < QUICK_SECONDS:
            quick.append(test)
        elif spent < ALL_SECONDS:
            later.append(test)
    yield from filter(None, (quick, later))


def _pass(tree: Path, tests: list[str], asked: argparse.Namespace) -> bool:
    listed = asked.folder / "tests.txt"
    listed.write_text("\n".join(tests))
    process = subprocess.Popen(
        _pytest(asked, "-x", "--no-header", "--no-summary", f"@{listed}"),
        cwd=tree,
        env=_environment(tree),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.wait(timeout=3 * ALL_SECONDS) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False


def _changed(before: str, after: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    pairs = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
    return "\n".join(f"- {a.strip()}\n+ {b.strip()}" for a, b in pairs[:3])


def _report(folder: Path, mutants: list[Mutant], outcomes: list[Outcome]) -> None:
    survived = [outcome for outcome in outcomes if outcome.survived]
    figures = {
        "possible": len(mutants),
        "tried": len(outcomes),
        "killed": len(outcomes) - len(survived),
        "survived": len(survived),
        "per_file": dict(Counter(Path(outcome.mutant.file).name for outcome in outcomes)),
    }
    found = {"figures": figures, "survivors": [asdict(outcome) for outcome in survived]}
    (folder / "report.json").write_text(json.dumps(found, indent=1, ensure_ascii=False))
    last = outcomes[-1]
    state = "SURVIVED" if last.survived else "killed"
    place = f"{last.mutant.file}:{last.mutant.start[0]}"
    print(f"{len(outcomes)} {state} {place} {last.mutant.operator}\n{last.diff}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
