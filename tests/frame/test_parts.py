"""What a verifier installs is enough to verify, and what an office lacks is said in one sentence."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from perizinan_core._parts import EXTRA, missing_office_parts, office_part
from perizinan_core.errors import PerizinanError
from perizinan_core.errors.bootstrap import OfficePartMissingError

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"
# None in sys.modules is how Python itself marks a module that cannot be imported.
WITHOUT = "import sys; sys.modules.update(dict.fromkeys({modules!r})); "
PARTS = ["typst", "cel_expr_python", "pillow_heif", "alembic", "yaml"]


def run_without_parts(statement, *arguments):
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(modules=PARTS) + statement, *map(str, arguments)],
        capture_output=True, text=True, check=False, env={"PERIZINAN_LANGUAGE": "en", "COLUMNS": "200"},
    )  # fmt: skip


def command(*arguments):
    return run_without_parts("from perizinan_core.cli import main; main(sys.argv[1:])", *arguments)


def test_the_extra_in_the_project_file_is_what_the_code_calls_the_office_parts():
    """One list: the requirement named in the sentence comes from there."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    done = run_without_parts("from perizinan_core._parts import *; print(*missing_office_parts(), sep='\\n')")

    assert sorted(extras[EXTRA]) == sorted(done.stdout.split())


def test_no_other_module_imports_an_office_part_by_itself():
    """Everything imports in a base install; only use raises."""
    source = ROOT / "src" / "perizinan_core"
    lines = [
        (path.relative_to(source), line)
        for path in source.rglob("*.py")
        if "_migrations" not in path.parts
        for line in path.read_text().splitlines()
        if line.startswith(tuple(f"{word} {part}" for word in ("import", "from") for part in PARTS))
    ]

    assert [] == lines


@pytest.mark.parametrize(
    "room",
    [
        "verification",
        "documents",
        "catalogue",
        "rendering",
        "signing",
        "storage",
        "hooks",
        "services",
        "bootstrap",
    ],
)
def test_every_room_imports_without_the_office_parts(room):
    """A plugin that needs the hooks alone runs in a base install."""
    done = run_without_parts(f"import perizinan_core.{room}")

    assert (0, "") == (done.returncode, done.stderr)


def test_a_permit_is_verified_without_the_office_parts():
    """The whole command: the verdict and its exit code."""
    authority = VECTORS / "authority" / "office.json"
    moment = ("--at", "2026-12-02T09:00:00+07:00")
    done = command("verify", VECTORS / "good_plain" / "permit.pdf", "--authority", authority, *moment)

    assert (0, "") == (done.returncode, done.stderr)


def test_opening_an_office_without_its_parts_names_them_all_in_one_sentence(tmp_path):
    """Before a setting is read or a file is made."""
    done = run_without_parts(
        "from perizinan_core import Office\n"
        "try: Office.open(sys.argv[1])\n"
        "except Exception as error: print(type(error).__name__, error)",
        tmp_path / "perizinan.toml",
    )

    assert done.stdout.startswith("OfficePartMissingError ")
    assert all(
        name in done.stdout for name in ("typst", "cel-expr-python", "pillow-heif", "pyyaml", "alembic")
    )


@pytest.mark.parametrize(
    "words",
    [
        ("init", "office", "--authority", "kota-blitar"),
        ("demo", "--no-serve"),
        ("migrate",),
        ("worker", "--once"),
    ],
)
def test_an_office_command_without_the_parts_is_one_sentence_with_the_command_to_run(words, tmp_path):
    """No traceback reaches a user."""
    folder = ("--settings", tmp_path / "perizinan.toml")
    done = command(*folder, *words)

    assert 1 == done.returncode
    assert "Traceback" not in done.stderr
    assert "pip install" in done.stderr


def test_help_is_given_without_the_office_parts():
    """Plugins that need them do not stop it."""
    assert 0 == command("--help").returncode


def test_another_missing_module_is_not_taken_for_an_office_part():
    """The library's own mistakes stay what they are."""
    with pytest.raises(ModuleNotFoundError, match="of_nobody"):
        office_part("of_nobody")


def test_the_error_is_one_of_ours_and_an_import_error():
    """So that callers may catch either."""
    assert issubclass(OfficePartMissingError, PerizinanError)
    assert issubclass(OfficePartMissingError, ImportError)
    assert () == missing_office_parts()
