"""How the modules of the package hang together."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_no_module_needs_one_that_needs_it():
    """Imports never lead in a circle, those inside functions included."""
    graph = grimp.build_graph("perizinan_core", exclude_type_checking_imports=True, cache_dir=None)

    order = TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules})
    order.prepare()  # raises CycleError, which names the circle

    assert "perizinan_core.verification._verifier" in graph.modules
