"""A contract for import-linter: anyone who uses the library imports its public packages only."""

from __future__ import annotations

from typing import Any

from importlinter import Contract, ContractCheck, fields, output

__all__ = ["PublicNamesContract", "is_private"]


def is_private(module: str) -> bool:
    """Return True if a part of the dotted name begins with an underscore."""
    return any(part.startswith("_") for part in module.split("."))


class PublicNamesContract(Contract):
    """
    Options: ``importers`` are packages that may import public modules of ``library`` only.

    The test ``tests/frame/test_public_api.py`` looks at names too; this contract sees modules.
    """

    type_name = "public_names"

    importers = fields.ListField(subfield=fields.StringField())
    library = fields.StringField()

    def check(self, graph: Any, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - the base class asks for it
        """Collect direct imports of private modules."""
        private = sorted(
            module for module in graph.modules if module.split(".")[0] == self.library and is_private(module)
        )
        found = [
            (importer, module, line["line_number"])
            for module in private
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if importer.split(".")[0] in self.importers
            for line in graph.get_import_details(importer=importer, imported=module)
        ]
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import."""
        for importer, module, line in check.metadata["found"]:
            output.print_error(f"{importer}:{line} imports {module}, which is private.")
