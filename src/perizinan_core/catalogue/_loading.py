"""
From a folder of YAML files to a `Catalogue`.

Order: shared tariffs → authority with its calendar → permit types → checks across files. Reading continues
 after a problem, so that all of them are reported at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs

from perizinan_core.catalogue._calendars import read_calendar
from perizinan_core.catalogue._catalogue import Catalogue
from perizinan_core.catalogue._checks import check_files
from perizinan_core.catalogue._checks._plugins import failing_plugins_named
from perizinan_core.catalogue._extensions import bind, extensions_for, fingerprint
from perizinan_core.catalogue._nodes import Node, YamlProblemError, read_yaml
from perizinan_core.catalogue._problems import Problems
from perizinan_core.catalogue._reader import FAILED, AssumedValue, Reader
from perizinan_core.catalogue._remembered import ReadFiles, has_passed, note_passed
from perizinan_core.catalogue._shorthands import HOOKS, SHARED_TARIFFS
from perizinan_core.errors.catalogue import CatalogueProblem, InvalidCatalogueError
from perizinan_core.i18n import N_
from perizinan_core.model._authority import Authority
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._extensions import ExpressionsEntry, Extensions
from perizinan_core.model._fees import TariffTable
from perizinan_core.model._permit_type import PermitType, Scenario

__all__ = [
    "CatalogueReport",
    "LetterCheck",
    "ScenarioRunner",
    "check_catalogue",
    "load_authority",
    "load_catalogue",
]

ScenarioRunner = Callable[[Catalogue, PermitType, Scenario], Iterable[str]]
"""Runs one scenario and yields a sentence for each expectation that fails."""

LetterCheck = Callable[[Catalogue, Iterable[Path]], Iterable[tuple[PermitType, str, str]]]
"""Prints the letters with the templates in some folders; yields permit type, sentence and code of what is wrong."""

TEMPLATES = "templates"
"""Folder of a catalogue in which its letter templates may lie."""


@attrs.frozen(kw_only=True)
class CatalogueReport:
    """What a check found."""

    folder: str
    """Name of the folder or file."""

    problems: tuple[CatalogueProblem, ...]
    warnings: tuple[CatalogueProblem, ...]
    assumed: tuple[AssumedValue, ...]
    """Values that the office must confirm."""

    catalogue: Catalogue | None
    """What could be read; None when not even that."""

    scenarios_run: int = 0

    @property
    def ok(self) -> bool:
        """True when the catalogue can be used."""
        return not self.problems

    def to_dict(self, language: str) -> dict[str, Any]:
        """Return the report as JSON-able data, with sentences in ``language``."""
        return {
            "folder": self.folder,
            "ok": self.ok,
            "permit_types": len(self.catalogue.permit_types) if self.catalogue else 0,
            "scenarios_run": self.scenarios_run,
            "problems": [item.to_dict(language) for item in self.problems],
            "warnings": [item.to_dict(language) for item in self.warnings],
            "assumed": [
                {"file": item.file, "line": item.line, "path": item.path, "note": item.note}
                for item in self.assumed
            ],
        }


def load_catalogue(path: Path, *, expressions: Iterable[ExpressionsEntry] | None = None) -> Catalogue:
    """
    Return the catalogue in a folder (or in one permit file, for examples and tests).

    Args:
        path: The folder or file.
        expressions: Functions and formats that its rules and forms may use. None: those of the plugins of the office
            that is being opened; where there is none, its rules may use none.

    Raises:
        InvalidCatalogueError: carrying every problem.
    """
    files = _Files(Path(path), extensions_for(expressions))
    files.read_all()
    passed = not files.problems.found and has_passed(files.seen)
    if not passed:
        files.check()
    if files.problems.found:
        raise InvalidCatalogueError(folder=files.name, problems=tuple(files.problems.found))
    if not passed:
        note_passed(files.seen)
    return files.catalogue()


def load_authority(path: Path) -> Authority:
    """
    Return the authority in a catalogue folder, without looking at its permit types.

    Raises:
        InvalidCatalogueError: carrying every problem.
    """
    files = _Files(Path(path))
    authority = files.read_authority()
    if authority is None and not files.problems.found:
        files.missing_authority()
    if authority is None or files.problems.found:
        raise InvalidCatalogueError(folder=files.name, problems=tuple(files.problems.found))
    return authority


def check_catalogue(
    path: Path,
    *,
    run_scenarios: ScenarioRunner | None = None,
    check_letters: LetterCheck | None = None,
    templates: Iterable[Path] = (),
    expressions: Iterable[ExpressionsEntry] | None = None,
) -> CatalogueReport:
    """
    Read a catalogue and return everything that is wrong, doubtful or assumed in it. Never raises.

    Args:
        path: A folder, or one permit file.
        run_scenarios: Called for each scenario when the files have no problem; the workflow that
            scenarios need lives in a higher layer, which passes this in.
        check_letters: Called when the files have no problem; printing lives in a higher layer, too.
        templates: Folders with letter templates, besides ``templates`` in the catalogue.
        expressions: As for `load_catalogue`.
    """
    files = _Files(Path(path), extensions_for(expressions))
    files.read_all()
    files.check()
    catalogue = files.catalogue()
    run = 0
    if run_scenarios is not None and not files.problems.found:
        for permit_type, scenario in catalogue.scenarios():
            run += 1
            with failing_plugins_named(files.problems, files.node_of(permit_type)):
                for sentence in run_scenarios(catalogue, permit_type, scenario):
                    files.add_failure(permit_type, scenario, sentence)
    if check_letters is not None and not files.problems.found:
        folders = [item for item in (*templates, Path(path) / TEMPLATES) if item.is_dir()]
        for permit_type, sentence, code in check_letters(catalogue, folders):
            files.add_letter_fault(permit_type, sentence, code)
    return CatalogueReport(
        folder=files.name,
        problems=tuple(files.problems.found),
        warnings=tuple(files.problems.warnings),
        assumed=tuple(files.reader.assumed),
        catalogue=catalogue,
        scenarios_run=run,
    )


def for_release(report: CatalogueReport) -> CatalogueReport:
    """
    Return the report of a catalogue that is to be used as it is: what an office would have to confirm is a problem.

    Every assumed value is one, and every complete permit type that no source calls a service of today.
    """
    problems = Problems(found=list(report.problems))
    for item in report.assumed:
        problems.add(
            Node(None, item.file, item.path, item.line),
            "assumed-value",
            N_("the value is only assumed ({note}); find its source, or leave it out of a release"),
            note=item.note,
        )
    catalogue = report.catalogue or Catalogue(authority=None, permit_types=())
    for permit_type in catalogue.types():
        if permit_type.complete and permit_type.still_offered is None:
            problems.add_file(
                catalogue.files.get((permit_type.code, permit_type.version), permit_type.code),
                "still-offered-missing",
                N_(
                    "no source says that {permit_type} {version} is still a service of the office; "
                    "add `still_offered:` with a day and a source"
                ),
                permit_type=permit_type.code,
                version=permit_type.version,
            )
    return attrs.evolve(report, problems=tuple(problems.found))


class _Files:
    """The files of one catalogue while they are read."""

    def __init__(self, root: Path, extensions: Extensions = Extensions()) -> None:  # noqa: B008 - a frozen value
        self.root = root
        self.extensions = extensions
        self.name = root.name or "catalogue"
        self.problems = Problems()
        self.seen = ReadFiles()
        self.seen.add("extensions", fingerprint(extensions))
        self.reader = Reader(self.problems, HOOKS)
        self.authority: Authority | None = None
        self.authority_node: Node | None = None
        self.permits: list[tuple[PermitType | None, Node]] = []
        self.tariffs: list[tuple[TariffTable, Node]] = []

    def read_all(self) -> None:
        """Read every file."""
        if self.root.is_file():
            self._read_permit(self.root, self.root.name)
        elif self.root.is_dir():
            self._read_tariffs()
            self.authority = self.read_authority()
            for path in self._yaml_files("permits"):
                self._read_permit(path, f"permits/{path.name}")
            if not self.permits and not self.problems.found:
                self.problems.add_file(
                    "permits",
                    "no-permit-types",
                    N_("expected at least one YAML file in the folder permits, but found none; add one"),
                )
        else:
            self.problems.add_file(
                self.name,
                "not-found",
                N_("expected a folder or a YAML file at this place, but there is none; check the path"),
            )

    def check(self) -> None:
        """Check what was read together."""
        check_files(self.problems, self.authority, self.authority_node, self.permits, self.tariffs)

    def read_authority(self) -> Authority | None:
        """Read ``authority.yaml`` and ``calendar/*.yaml``; None when there is none or it has problems."""
        path = self.root / "authority.yaml"
        if not path.is_file():
            return None
        node = self._node(path, "authority.yaml")
        if node is None:
            return None
        self.authority_node = node
        calendar_nodes = [
            found
            for item in self._yaml_files("calendar")
            if (found := self._node(item, f"calendar/{item.name}"))
        ]
        reader = attrs.evolve(
            self.reader,
            hooks={
                **HOOKS,
                WorkingCalendar: lambda reader, child, source: read_calendar(
                    reader, child, source, tuple(calendar_nodes)
                ),
            },
        )
        result = reader.read(Authority, node)
        return None if result is FAILED else result

    def missing_authority(self) -> None:
        """Report that there is no authority file."""
        self.problems.add_file(
            "authority.yaml",
            "not-found",
            N_("expected a folder or a YAML file at this place, but there is none; check the path"),
        )

    def catalogue(self) -> Catalogue:
        """Return what could be read."""
        good = [(item, node) for item, node in self.permits if item is not None]
        good.sort(key=lambda pair: (pair[0].code, str(pair[0].in_force.start or ""), pair[0].version))
        return Catalogue(
            authority=self.authority,
            permit_types=tuple(item for item, _ in good),
            files={(item.code, item.version): node.file for item, node in good},
        )

    def add_failure(self, permit_type: PermitType, scenario: Scenario, sentence: str) -> None:
        """Report an expectation of a scenario that failed."""
        for item, node in self.permits:
            if item is permit_type:
                index = permit_type.scenarios.index(scenario)
                self.problems.add(
                    node.at("tests").at(index),
                    "scenario-failed",
                    N_("the example {name!r} does not hold: {reason}; correct the rule or the example"),
                    name=scenario.name,
                    reason=sentence,
                )

    def node_of(self, permit_type: PermitType) -> Node:
        """Return where a permit type is written."""
        return next(node for item, node in self.permits if item is permit_type)

    def add_letter_fault(self, permit_type: PermitType, reason: str, code: str) -> None:
        """Report a template that cannot print the letter of a permit type."""
        node = self.node_of(permit_type)
        sentence = N_("the letter cannot be issued with this template: {reason}")
        self.problems.add(node.at("letter").at("template"), code, sentence, reason=reason)

    def _read_tariffs(self) -> None:
        shared: dict[str, list[TariffTable]] = {}
        for path in self._yaml_files("tariffs"):
            root = self._node(path, f"tariffs/{path.name}")
            if root is None:
                continue
            for node in root.items if isinstance(root.value, list) else [root]:
                table = self.reader.read(TariffTable, node)
                if isinstance(table, TariffTable):
                    shared.setdefault(table.code, []).append(table)
                    self.tariffs.append((table, node))
        self.reader.context[SHARED_TARIFFS] = shared

    def _read_permit(self, path: Path, name: str) -> None:
        node = self._node(path, name)
        if node is not None:
            result = self.reader.read(PermitType, node)
            self.permits.append((None if result is FAILED else bind(result, self.extensions), node))

    def _yaml_files(self, folder: str) -> list[Path]:
        place = self.root / folder
        if not place.is_dir():
            return []
        for path in sorted(place.iterdir()):
            if path.suffix in {".yml", ".json"}:
                self.problems.add_file(
                    f"{folder}/{path.name}",
                    "file-name",
                    N_("expected files that end in .yaml; rename this one, else it is not read"),
                )
        return sorted(path for path in place.iterdir() if path.suffix == ".yaml" and path.is_file())

    def _node(self, path: Path, name: str) -> Node | None:
        try:
            return read_yaml(path, name, note=self.seen.add)
        except YamlProblemError as error:
            place = Node(None, name, error.path, error.line)
            self.problems.add(place, error.code, error.sentence, **error.fields)
            return None
