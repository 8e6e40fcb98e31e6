"""
The tests against the built wheels, on each Python that is there, without the source tree.

For each interpreter: a fresh environment from ``requirements.lock``, the wheels of the core and of our
plugins, and a copy of everything under version control but ``src`` folders; the suite runs in that copy.
What is about the source tree itself (`ABOUT_SOURCES`) has nothing to look at there and is left out by name.
Before that, the base install is made with pip and weighed; after it, one plugin of each kind and an authority are made
with ``perizinan new``, built, installed and tested.

    python scripts/test_wheels.py [PYTHON …] [-- PYTEST ARGUMENTS]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from perizinan_core.cli._new._writing import KINDS

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
ABOUT_SOURCES = tuple(
    f"tests/frame/test_{name}.py"
    for name in ("errors", "i18n", "import_graph", "parts", "plain_english", "plain_indonesian", "repository")
)
MOST_BASE_BYTES = 160 * 1024 * 1024


def main(arguments: Sequence[str]) -> int:
    """Weigh the base install, then run the suite on each Python; return an exit code."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    pythons = list(arguments[:cut]) or find_pythons()
    with tempfile.TemporaryDirectory(prefix="wheels-") as name:
        folder = Path(name)
        wheels = build_wheels(folder / "wheels")
        results = {"base install": weigh_base(folder, wheels)}
        tree = copy_tree(folder / "tree")
        for python in pythons:
            results[python] = run_suite(folder, tree, wheels, python, arguments[cut + 1 :])
    for what, fault in results.items():
        print(f"{what}: {fault or 'passed'}")
    return int(any(results.values()))


def find_pythons() -> list[str]:
    """Return an interpreter of each supported version that starts here."""
    found = []
    for version in VERSIONS:
        for name in (
            f"python{version}",
            *sorted(map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))),
        ):
            path = shutil.which(name)
            if path and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
                found.append(path)
                break
    return found


def build_wheels(folder: Path) -> list[Path]:
    """Build the core and every plugin."""
    for project in (ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))):
        command = [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(folder),
            str(project),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return sorted(folder.glob("*.whl"))


def weigh_base(folder: Path, wheels: Sequence[Path]) -> str:
    """Install what a verifier installs, without pip; return what is wrong with its size, or nothing."""
    core = next(wheel for wheel in wheels if wheel.name.startswith("perizinan_core-"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]
    subprocess.run([*command, str(folder / "base"), str(core)], check=True)
    size = sum(path.stat().st_size for path in (folder / "base").rglob("*") if path.is_file())
    print(f"base install: {size / 1024**2:.0f} MiB (at most {MOST_BASE_BYTES / 1024**2:.0f})")
    return "" if size <= MOST_BASE_BYTES else f"{size} bytes, more than {MOST_BASE_BYTES}"


def copy_tree(folder: Path) -> Path:
    """Copy what is under version control, without the source."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in done.stdout.decode().split("\0"):
        parts = Path(name).parts
        if not name or parts[0] == "src" or (parts[0] == "plugins" and "src" in parts):
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


def run_suite(folder: Path, tree: Path, wheels: Sequence[Path], python: str, arguments: Sequence[str]) -> str:
    """Make the environment and run the tests in it; return what is wrong, or nothing."""
    venv = folder / f"venv-{abs(hash(python))}"
    uv = str(Path(sys.executable).with_name("uv"))
    inside = str(venv / "bin" / "python")
    install = [uv, "pip", "install", "--quiet", "--python", inside]
    for command in (
        [uv, "venv", "--quiet", "--python", python, str(venv)],
        [*install, "--require-hashes", "-r", str(ROOT / "requirements.lock")],
        [*install, "--no-deps", *map(str, wheels)],
    ):
        if subprocess.run(command, check=False).returncode:
            return f"{' '.join(command[1:3])} failed"
    left_out = [f"--ignore={name}" for name in ABOUT_SOURCES]
    command = [inside, "-m", "pytest", "-n", "auto", "--dist", "loadfile", "-q", *left_out, *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    print(f"{python}: {' '.join(command[1:])}", flush=True)
    done = subprocess.run(command, cwd=tree, env=environment, check=False)
    if done.returncode:
        return f"pytest exited with {done.returncode}"
    return try_new(folder / f"new-{venv.name}", venv, install)


def try_new(folder: Path, venv: Path, install: Sequence[str]) -> str:
    """Make one of each kind, build and install it, run its tests against what is installed; return what is wrong."""
    perizinan, inside = str(venv / "bin" / "perizinan"), str(venv / "bin" / "python")
    region = ("--name", "Pemerintah Kota Baru", "--region", "35.72")
    kinds = {f"uji-{kind}": ("plugin", kind, f"uji-{kind}") for kind in KINDS}
    for slug, words in {"kota-baru": ("authority", "kota-baru", *region), **kinds}.items():
        project, wheels = folder / slug, folder / "wheels" / slug
        build = [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(wheels),
            str(project),
        ]
        for command in ([perizinan, "new", *words, "--folder", str(project)], build):
            if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
                return f"{slug} was not made: {command[-1]}"
        (wheel,) = wheels.glob("*.whl")
        subprocess.run([*install, "--no-deps", str(wheel)], check=True)
        tests = [
            inside,
            "-m",
            "pytest",
            "-q",
            "-c",
            os.devnull,
            "--import-mode=importlib",
            str(project / "tests"),
        ]
        if subprocess.run(tests, cwd=project / "tests", stdout=subprocess.DEVNULL, check=False).returncode:
            return f"the tests of {slug} failed"
    listed = subprocess.run([perizinan, "plugins", "list", "--json"], capture_output=True, check=True)
    states = {item["name"]: item["state"] for item in json.loads(listed.stdout)}
    missing = [slug for slug in ("kota-baru", *kinds) if states.get(slug) != "loaded"]
    return f"not loaded: {', '.join(missing)}" if missing else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
