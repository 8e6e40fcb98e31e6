"""Offices in a folder of their own, as an operator has them: settings, keys, a real database, the command line."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from perizinan_core.bootstrap import Office
from perizinan_core.cli import main
from perizinan_core.hooks import hookimpl
from perizinan_core.hooks._types import AuthorityEntry
from perizinan_core.testing._fakes import CollectingChannel, SettableClock
from perizinan_core.testing._offices import HOST, OfficeKit, sample_pack, sample_staff

SLUG = "kabupaten-contoh"

PLUGIN = """
from perizinan_core.hooks import hookimpl
from perizinan_core.hooks._types import AuthorityEntry
from perizinan_core.testing._offices import sample_pack

perizinan_api = 1


@hookimpl
def register_authorities():
    return [AuthorityEntry(slug="kabupaten-contoh", load=sample_pack)]
"""


class SamplePlugin:
    """The made-up local government, for offices that are opened inside a test."""

    perizinan_api = 1

    @hookimpl
    def register_authorities(self):
        """The sample."""
        return [AuthorityEntry(slug=SLUG, load=sample_pack)]


@attrs.frozen
class OfficeFolder:
    """The folder of an office, and the command line as a process of its own."""

    folder: Path
    plugin: Path

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "perizinan.toml"

    def write_settings(self, url: str, *, more: str = "") -> None:
        """Write the settings file."""
        self.folder.mkdir(exist_ok=True)
        self.settings.write_text(
            f'[office]\nauthority = "{SLUG}"\n[storage]\ndatabase = "{url}"\n'
            f'[signing]\ndevelopment = true\n[plugin.mail-folder]\nfolder = "outbox"\n{more}'
        )

    def start(self, *words: str, language: str = "en") -> subprocess.Popen[str]:
        """Start a command."""
        command = [sys.executable, "-m", "perizinan_core.cli", "--language", language, "--settings"]
        return subprocess.Popen(
            [*command, str(self.settings), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.plugin), "COLUMNS": "200"},
        )

    def run(self, *words: str, language: str = "en", code: int = 0) -> str:
        """Run a command in this process, and return what it said; its exit code must be ``code``."""
        said = io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            patch.syspath_prepend(str(self.plugin))
            patch.setenv("COLUMNS", "200")
            with pytest.raises(SystemExit) as ended:
                main(["--language", language, "--settings", str(self.settings), *words])
        assert code == ended.value.code, said.getvalue()
        return said.getvalue()

    def open(self) -> Office:
        """Open the office inside the test."""
        return Office.open(self.settings, plugins={"sample": SamplePlugin()}, discover=False)

    def kit(self, office: Office, *, staff: bool = True) -> OfficeKit:
        """Return the usual steps on an open office; its clock is that of the machine."""
        made = OfficeKit(office=office, context=office._context, clock=_RealClock(), mail=CollectingChannel())
        if staff:
            for officer in sample_staff():
                made.hire(officer)
            made.confirm_staff()
        return made

    def supervisor(self, office: Office):
        """Return the supervisor as an actor."""
        staff = {item.id: item for item in office.reviews.officers(actor=HOST)}
        return staff["supervisor"].as_actor()


class _RealClock(SettableClock):
    """Cannot be moved."""

    def __init__(self) -> None:
        """Need no beginning."""

    def forward(self, **_: float) -> None:
        """Leave the time as it is."""


@pytest.fixture(scope="session")
def sample_plugin(tmp_path_factory) -> Path:
    """Make a folder with the sample as an installed plugin."""
    site = tmp_path_factory.mktemp("site")
    record = site / "sample_plugin-1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: sample-plugin\nVersion: 1\n")
    (record / "entry_points.txt").write_text("[perizinan_core.plugins]\nsample = sample_plugin\n")
    (site / "sample_plugin.py").write_text(PLUGIN)
    return site


@pytest.fixture(scope="session")
def folder_of(sample_plugin) -> Callable[[Path], OfficeFolder]:
    """Make the folder of an office at a path."""
    return lambda path: OfficeFolder(path, sample_plugin)


@pytest.fixture(scope="session")
def empty_database(request) -> Callable[[str, Path], str]:
    """Make an empty database of a kind, SQLite below a folder, and return its address."""

    def run(kind: str, folder: Path) -> str:
        if kind == "sqlite":
            return f"sqlite:///{folder / f'records-{len(list(folder.iterdir()))}' / 'records.sqlite3'}"
        made: str = request.getfixturevalue("postgres_server").create_database()
        return made

    return run


@pytest.fixture
def new_folder(tmp_path, folder_of) -> Callable[[str], OfficeFolder]:
    """Make the folder of an office."""
    return lambda name: folder_of(tmp_path / name)


@pytest.fixture
def url_of(empty_database, tmp_path) -> Callable[[str], str]:
    """Make the address of an empty database of a kind."""
    return lambda kind: empty_database(kind, tmp_path)
