"""How the modules of the package hang together, and how much code verification has."""

from __future__ import annotations

import sys
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "perizinan_core"
sys.path.insert(0, str(ROOT / "scripts"))

from code_lines import code_lines  # noqa: E402 - a script, which is not installed

COUNTED = ("verification", "signing", "published", "_pdf", "_exchange.py")
"""The validator, what signs, the formats that both read, and what both have below them."""

AT_MOST = 10_873
"""
Lines of code; 12,280 were there before one validator judged all signatures (commit ac3f506).

Since then judging by many offices, copies and their wording, and versions of the authority document came, and what
makes many permits quick: files given out several at a time, and a short way to read the code of a letter. The older
form of the national signing service has a name of its own among the levels.
What is added beside them has to take the place of something else.
"""


def test_no_module_needs_one_that_needs_it():
    """Imports never lead in a circle, those inside functions included."""
    graph = grimp.build_graph("perizinan_core", exclude_type_checking_imports=True, cache_dir=None)

    order = TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules})
    order.prepare()  # raises CycleError, which names the circle

    assert "perizinan_core.verification._verifier" in graph.modules


def test_verification_and_signing_do_not_grow():
    """Whoever adds a check looks for one that does the same first."""
    counts = {
        name: sum(code_lines(path.read_text(encoding="utf-8")) for path in _modules(PACKAGE / name))
        for name in COUNTED
    }

    assert AT_MOST >= sum(counts.values()), counts


def _modules(place):
    return [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))
