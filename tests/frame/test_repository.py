"""The repository itself: what must not be in it, and what the wheel must carry."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_the_lock_names_no_registry_and_pins_everything_with_hashes():
    """Anybody installs from the index that they use, and gets the same files."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9][\w.-]*)==[^\s\\]+(.*(?:\n    --hash=\S+.*)+)", text, re.MULTILINE)

    assert "://" not in text
    assert len(re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)) == len(pins)
    assert not (ROOT / "uv.lock").exists()


def test_the_lock_covers_what_the_project_needs():
    """Every dependency of the project and its plugins is pinned."""
    import tomllib

    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {
        name.lower().replace("_", "-") for name in re.findall(r"^([A-Za-z0-9][\w.-]*)==", text, re.MULTILINE)
    }
    wanted = set()
    for path in [ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")]:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for item in data["project"].get("dependencies", []):
            wanted.add(re.split(r"[\[<>=!~; ]", item)[0].lower().replace("_", "-"))

    assert set() == wanted - pinned - {"perizinan-core", "perizinan-verify"}


def test_no_path_of_a_developers_machine_is_in_the_repository():
    """Nothing tells where it was written."""
    pattern = re.compile(rb"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/[\w.-]+")
    allowed = {Path("tests/frame/test_repository.py"), Path("src/perizinan_core/testing/_postgres.py")}
    found = []
    for path in tracked():
        if path.suffix in {".pdf", ".png", ".mo", ".ttf", ".otf"} or path.relative_to(ROOT) in allowed:
            continue
        if path.is_file() and pattern.search(path.read_bytes()):
            found.append(str(path.relative_to(ROOT)))

    assert [] == found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


def test_the_wheel_carries_everything_that_runs(wheel):
    """Fonts, templates, migrations, schemas, catalogues and the type marker are in it; tests are not."""
    names = zipfile.ZipFile(wheel).namelist()
    has = lambda part: any(part in name for name in names)  # noqa: E731

    assert all(
        has(part)
        for part in (
            "perizinan_core/py.typed",
            "locale/id/LC_MESSAGES/workflow.mo",
            "locale/en/LC_MESSAGES/cli_help.mo",
            "NotoSerif-Regular.ttf",
            "OFL",
            ".typ",
            "migrations/versions/",
            "schemas/",
            "model/data/",
            "licenses/LICENSE",
        )
    )
    assert not any(name.startswith(("tests/", "docs/", "benchmarks/")) for name in names)


def test_the_wheel_stays_small(wheel):
    """Fonts are its largest part."""
    assert wheel.stat().st_size < 4_000_000


def test_every_test_is_run():
    """Nothing is skipped or expected to fail."""
    pattern = re.compile(r"pytest\.(?:skip|xfail|importorskip)|mark\.(?:skip|skipif|xfail)")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix == ".py"
        and path.name != "test_repository.py"
        and path.is_file()
        and pattern.search(path.read_text(encoding="utf-8"))
    ]

    assert [] == found


def test_no_page_runs_code_that_its_reader_does_not_see():
    """A page that needs hidden set-up stops as printed."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]

    assert len(pages) > 30
    assert [] == [page.name for page in pages if "invisible-code" in page.read_text(encoding="utf-8")]
