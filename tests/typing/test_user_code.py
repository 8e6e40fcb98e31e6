"""The public API as its users' type checkers see it: `portal.py` is checked, run, and every public type has a name."""

from __future__ import annotations

import importlib
import importlib.resources
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perizinan_core.cli._new._writing import KINDS, NewPlugin, write_all
from perizinan_core.testing import small_png

PORTAL = Path(__file__).with_name("portal.py")
LIST = Path(__file__).parents[2] / "docs" / "reference" / "python-api.txt"
EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*.py"))
BASES = {
    "Dated",
    "DraftCases",
    "ExceptionalSteps",
    "FinishingSteps",
    "FileVerifier",
    "HandOver",
    "Inspections",
    "NumberSteps",
    "Papers",
    "SignedDocument",
    "SigningSteps",
    "Staff",
    "Steps",
    "SuiteBase",
    "_SignerSuite",
    *(f"{name}Suite" for name in ("Agenda", "Applications", "Batches", "Concurrency", "Contacts", "Events")),
    *(f"{name}Suite" for name in ("Numbers", "Permits", "Requests", "Units")),
}
"""Private classes that public ones are made of: nobody needs their names, what they do is inherited."""


def run(folder, *command):
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder of somebody else, with the programs."""
    folder = tmp_path_factory.mktemp("desk")
    for path in (PORTAL, *EXAMPLES):
        shutil.copy(path, folder)
    return folder


def test_mypy_accepts_what_a_user_writes(desk):
    """At its strictest, without any setting of ours."""
    done = run(desk, "mypy", "--strict", "--config-file=", "--cache-dir", str(desk / "cache"), "portal.py")

    assert "Success: no issues found in 1 source file\n" == done.stdout, done.stdout + done.stderr


def test_mypy_accepts_what_perizinan_new_makes(desk):
    """Each kind of plugin, at its strictest: its author begins without a complaint."""
    for kind in KINDS:
        write_all(NewPlugin(slug=f"uji-{kind}", kind=kind), desk / "new" / kind)
    sources = [f"new/{kind}/src" for kind in KINDS]
    done = run(desk, "mypy", "--strict", "--config-file=", "--cache-dir", str(desk / "cache"), *sources)

    assert done.stdout.startswith("Success: "), done.stdout + done.stderr


def test_pyright_accepts_what_a_user_writes(desk):
    """In strict mode: nothing that a user touches is of an unknown type."""
    (desk / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "include": ["portal.py"]})
    )
    done = run(desk, "pyright", "--pythonpath", sys.executable)

    assert "0 errors, 0 warnings, 0 informations" == done.stdout.strip().splitlines()[-1], (
        done.stdout + done.stderr
    )


@pytest.mark.parametrize(
    "wrong", ["office.applications.submit(7)", "office.permitz", "verify_permit(office)"]
)
def test_the_checkers_see_a_wrong_use(desk, wrong):
    """A checker that took everything for Any would pass every program."""
    source = (
        f"from perizinan_core import Office, verify_permit\n\ndef use(office: Office) -> None:\n    {wrong}\n"
    )
    (desk / "wrong.py").write_text(source)
    checked = run(desk, "mypy", "--strict", "--config-file=", "--cache-dir", str(desk / "cache"), "wrong.py")

    assert "wrong.py:4: error: " in checked.stdout, checked.stdout


def test_the_program_does_what_it_says(tmp_path):
    """Types alone prove little: a permit is applied for, decided, issued, verified."""
    (tmp_path / "scan.png").write_bytes(small_png(size=200))
    (tmp_path / "office").mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", str(PORTAL), str(tmp_path / "office"), str(tmp_path / "scan.png")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "valid" == done.stdout.strip().splitlines()[-1], done.stdout + done.stderr


@pytest.mark.parametrize("package", ["perizinan_core", "perizinan_verify", "perizinan_kota_blitar"])
def test_the_packages_say_that_they_are_typed(package):
    """PEP 561: without the marker, checkers ignore our annotations."""
    assert importlib.resources.files(package).joinpath("py.typed").is_file()


@pytest.fixture(scope="module")
def surface(desk):
    """What pyright finds when it walks everything that can be reached from public names."""
    done = run(desk, "pyright", "--verifytypes", "perizinan_core", "--ignoreexternal", "--outputjson")
    found = json.loads(done.stdout)["typeCompleteness"]["symbols"]

    assert len(found) > 2000
    return found


def test_every_type_in_a_public_signature_can_be_named(surface):
    """Who gets a value from us can write down its type, and finds it in the list."""
    public = set()
    for entry in LIST.read_text(encoding="utf-8").split():
        path, _, name = entry.rpartition(".")
        value = getattr(importlib.import_module(path), name)
        public.add(f"{getattr(value, '__module__', path)}.{getattr(value, '__qualname__', name)}")
    hidden = {
        item["name"]
        for item in surface
        if item["category"] == "class"
        and not item["isExported"]
        and item["name"] not in public
        and not item["name"].startswith("perizinan_core.errors.")
        and "__converterDescriptor" not in item["name"]
        and item["name"].rpartition(".")[2] not in BASES
    }

    assert set() == hidden


def test_no_public_type_is_unknown_or_left_to_be_guessed(surface):
    """Every public function, method and attribute says its types."""
    guessed = [
        (item["name"], [problem["message"] for problem in item["diagnostics"]][:1])
        for item in surface
        if not item["isTypeKnown"]
        or any("missing type annotation" in problem["message"] for problem in item["diagnostics"])
    ]

    assert [] == guessed
