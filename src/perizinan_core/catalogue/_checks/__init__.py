"""
Checks of what was read: each looks at whole permit types, or at several files together.

``expressions`` compiles every rule · ``forms`` · ``fees`` · ``stages`` · ``references`` between permit types and
the authority · ``codes`` on paper · ``completeness`` · ``versions`` of one code · ``authority`` · ``scenarios``.
"""

from __future__ import annotations

from collections.abc import Sequence

from perizinan_core.catalogue._checks._authority import check_authority
from perizinan_core.catalogue._checks._completeness import check_complete
from perizinan_core.catalogue._checks._expressions import check_expressions
from perizinan_core.catalogue._checks._fees import check_fee, check_shared_tariffs
from perizinan_core.catalogue._checks._forms import check_form
from perizinan_core.catalogue._checks._paper_codes import check_codes
from perizinan_core.catalogue._checks._plugins import failing_plugins_named
from perizinan_core.catalogue._checks._references import check_references
from perizinan_core.catalogue._checks._scenarios import check_scenarios
from perizinan_core.catalogue._checks._stages import check_stages
from perizinan_core.catalogue._checks._versions import check_versions
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems
from perizinan_core.model._authority import Authority
from perizinan_core.model._fees import TariffTable
from perizinan_core.model._permit_type import PermitType

__all__ = ["check_files"]


def check_files(
    problems: Problems,
    authority: Authority | None,
    authority_node: Node | None,
    permits: Sequence[tuple[PermitType | None, Node]],
    tariffs: Sequence[tuple[TariffTable, Node]],
) -> None:
    """Run all checks on what could be read; what could not has its problems already."""
    read = [(permit_type, node) for permit_type, node in permits if permit_type is not None]
    codes = _codes(permits)
    check_shared_tariffs(problems, tariffs)
    for permit_type, node in read:
        form_is_sound = check_form(problems, permit_type, node)
        check_fee(problems, permit_type, node)
        check_stages(problems, permit_type, node)
        if form_is_sound:
            check_expressions(problems, permit_type, node)
            with failing_plugins_named(problems, node):
                check_scenarios(problems, permit_type, node)
        check_complete(problems, permit_type, node)
        check_references(problems, permit_type, node, authority, codes)
    check_versions(problems, read)
    check_codes(problems, read, authority)
    if authority is not None and authority_node is not None:
        check_authority(problems, authority, authority_node, codes)
    elif authority_node is None:
        for _, node in read[:1]:
            problems.warn_no_authority(node)


def _codes(permits: Sequence[tuple[PermitType | None, Node]]) -> set[str]:
    """Return the codes of all permit files, also of those with problems."""
    found: set[str] = set()
    for permit_type, node in permits:
        child = node.get("code")
        if permit_type is not None:
            found.add(permit_type.code)
        elif child is not None and isinstance(child.value, str):
            found.add(child.value)
    return found
