"""
Runs the documentation: every page is one test.

Sybil finds the code blocks of a page; they run in order, in one namespace, in an empty folder. How a block is
used depends on its language and on the comment in front of it:

- ``python`` runs; a ``text`` block after it is what it printed, "…" standing for anything;
- ``console`` runs each line that begins with ``$`` and compares what follows: ``perizinan`` commands (in English
  unless the page exports ``PERIZINAN_LANGUAGE``), ``python FILE.py``, ``cp``, ``mkdir``, ``rm``, ``export``,
  ``echo $?``, ``"$(date +%F)"``, and ``name=$(perizinan …)`` with ``"$name"`` in later lines; ``pip install FOLDER``
  makes a project of the checkout known to this page only, and needs no network; ``perizinan … &`` (or another program
  of the environment) runs in a process of its own until the page ends, and ``curl -s ADDRESS`` asks it once it listens;
- a block after ``<!-- file: NAME -->`` is written into that file instead; the page names the file above it;
- every other language is left alone.

Pages call the checkout ``~/perizinan-core``. Nothing runs that a reader does not see.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import gc
import importlib
import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from _pytest._code.code import TerminalRepr
from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.example import SybilFailure
from sybil.parsers.markdown import CodeBlockParser

ROOT = Path(__file__).parent

# No example is too slow on a busy machine. Continuous integration repeats one and the same run; anybody else's
# run looks at new examples each time.
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")

_FILE = re.compile(r"<!-- file: (\S+) -->\s*\Z")
_LANGUAGES = ("python", "text", "console", "yaml", "toml", "typst")
_SECONDS = 60
_ZONE = ZoneInfo("Asia/Jakarta")
"""Of the made-up regency: its days are meant where a page says today."""


_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - only a folder with a name of its own is made there
_ROOM = 6 << 30
"""Bytes that have to be free there and in memory before temporary files are kept there."""


def pytest_configure(config: pytest.Config) -> None:
    """
    Keep temporary files in memory where there is room: tests kill programs, not the machine, and wait for no disk.

    Programs that tests start find the same folder by ``TMPDIR``. Folders of runs that were killed are removed.
    """
    if hasattr(config, "workerinput") or "TMPDIR" in os.environ or not _has_room():
        return
    for left in _IN_MEMORY.glob("pz-*"):
        if not Path("/proc", left.name[3:]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = _IN_MEMORY / f"pz-{os.getpid()}"
    folder.mkdir(mode=0o700)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are cores: many tests wait for a server, a browser, or a time limit."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Begin with the files that have few tests: they start servers, browsers and programs, and take longest.

    At the end the many short ones keep all cores busy, where one long file would keep one.
    """
    tests = collections.Counter(item.path for item in items)
    items.sort(key=lambda item: tests[item.path])


def pytest_collection_finish() -> None:
    """Leave what was collected out of later garbage collections: half a million objects that stay to the end."""
    gc.collect()
    gc.freeze()


def _has_room() -> bool:
    """Tell whether programs can be kept and started there, and memory is not needed for something else."""
    try:
        place = os.statvfs(_IN_MEMORY)
        memory = re.search(r"MemAvailable: +(\d+)", Path("/proc/meminfo").read_text("ascii"))
    except OSError:
        return False
    if memory is None or place.f_flag & os.ST_NOEXEC:
        return False
    return min(place.f_bavail * place.f_frsize, int(memory[1]) << 10) >= _ROOM


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take up the Markdown pages: those of ``docs``, and every README, those of plugins too."""
    parts = file_path.relative_to(ROOT).parts
    inside = (
        parts[0] in {"docs", "examples"} or len(parts) == 1 or (parts[0] == "plugins" and len(parts) == 3)
    )
    if file_path.suffix == ".md" and inside:
        page: pytest.Collector = _Page.from_parent(parent, path=file_path)
        return page
    return None


class _Page(pytest.File):
    def collect(self) -> Iterable[pytest.Item]:
        document = _sybil().parse(self.path)
        if any(True for _ in document.examples()):
            yield _PageTest.from_parent(self, name="code blocks")


class _PageTest(pytest.Item):
    def runtest(self) -> None:
        document = _sybil().parse(self.path)
        with _workplace() as install, _servers() as start:
            document.namespace.update(install=install, start=start, __name__="page")
            for example in document.examples():
                example.evaluate()

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> str | TerminalRepr:
        if isinstance(excinfo.value, SybilFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        return self.path, 0, f"the code on {self.path.relative_to(ROOT)} does what the page says"


@functools.cache
def _sybil() -> Sybil:
    """Return what finds the blocks of a page; it looks at its caller, which takes longer than to read a page."""
    return Sybil(parsers=[CodeBlockParser(language, _evaluate) for language in _LANGUAGES], path=str(ROOT))


def _evaluate(example: Example) -> str | None:
    """Use one block; return what is wrong, or None."""
    source = str(example.parsed)
    place = _FILE.search(example.document.text[: example.start])
    if place is not None:
        path = Path(place[1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        return None
    language = str(example.region.lexemes["arguments"]).strip()
    if language == "python":
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            PythonEvaluator()(example)
        example.namespace["_printed"] = printed.getvalue()
        return None
    if language == "text" and "_printed" in example.namespace:
        return _difference(source, str(example.namespace.pop("_printed")))
    if language == "console":
        return _converse(source, example.namespace["install"], example.namespace["start"])
    return None


CHECKOUT = "~/perizinan-core"
_KEPT = re.compile(r"(?P<name>[a-z]+)=\$\((?P<command>.*)\)")
_PROGRAMS = ("perizinan", "python", "cp", "mkdir", "rm", "sed", "curl")
_TODAY = "$(date +%F)"


def _converse(
    source: str, install: Callable[[Path | str], None], start: Callable[[list[str]], None]
) -> str | None:
    """Run the commands of a ``console`` block; return the first difference."""
    code = 0
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", source, re.MULTILINE):
        kept = _KEPT.fullmatch(command)
        line = kept["command"] if kept else command
        line = line.replace(_TODAY, datetime.now(tz=_ZONE).date().isoformat())
        words = [
            os.path.expandvars(word.replace(CHECKOUT, str(ROOT))) for word in shlex.split(line, comments=True)
        ]
        if words[-1] == "&":
            start(words[:-1])
            continue
        if words == ["echo", "$?"]:
            printed = f"{code}\n"
        elif words[0] == "export":
            name, _, value = words[1].partition("=")
            os.environ[name] = value
            continue
        elif words[:2] == ["pip", "install"]:
            for project in (word for word in words[2:] if not word.startswith("-")):
                install(project)
            continue
        elif words[0] in _PROGRAMS:
            done = _run(words)
            printed, code = done.stdout + done.stderr, done.returncode
            if kept and code == 0:
                os.environ[kept["name"]], printed = done.stdout.strip(), ""
        else:
            known = ", ".join((*_PROGRAMS, "pip install", "export", "echo $?", "perizinan … &"))
            return f"a console block may hold {known} only, not {command!r}"
        if (wrong := _difference(expected, printed)) is not None:
            return f"$ {command}\n{wrong}"
    return None


def _run(words: list[str]) -> subprocess.CompletedProcess[str]:
    if words[0] == "perizinan" or (words[0] == "python" and words[1].startswith(str(ROOT / "examples"))):
        return _called(words)
    if words[0] == "curl":
        return _asked(words)
    return subprocess.run(  # noqa: S603 - commands of our own pages
        [*([sys.executable, "-W", "error"] if words[0] == "python" else [words[0]]), *words[1:]],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def _asked(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Ask a server that was started on this page; it may need a moment before it listens."""
    until = time.monotonic() + _SECONDS
    while True:
        try:
            with urllib.request.urlopen(words[-1], timeout=_SECONDS) as answer:  # noqa: S310 - of our own pages
                return subprocess.CompletedProcess(words, 0, answer.read().decode(), "")
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > until:
                return subprocess.CompletedProcess(words, 22, "", str(error))
        time.sleep(0.1)


def _called(words: list[str]) -> subprocess.CompletedProcess[str]:
    """
    Run a command or an example of the library in this process, where it is loaded already.

    The page's own modules are not.
    """
    from perizinan_core.cli import main

    _forget_modules(str(Path.cwd()))
    told, wrong = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code = 0
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(wrong):
        try:
            if words[0] == "perizinan":
                main(words[1:])
            else:
                _run_program(words[1:])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    texts = [stream.buffer.getvalue().decode() for stream in (told, wrong)]
    return subprocess.CompletedProcess(words, code, *texts)


def _run_program(words: list[str]) -> None:
    """Run a file as a program of its own."""
    argv, path = sys.argv, list(sys.path)
    sys.argv, sys.path[:0] = words, [str(Path(words[0]).parent)]
    try:
        runpy.run_path(words[0], run_name="__main__")
    finally:
        sys.argv, sys.path[:] = argv, path


def _forget_modules(*folders: str) -> None:
    for name in set(sys.modules):
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(folders):
            del sys.modules[name]


def _difference(expected: str, printed: str) -> str | None:
    """Return None when ``printed`` is what the page shows; "…" stands for anything."""
    wanted, got = (
        "\n".join(line.rstrip() for line in text.strip().splitlines()) for text in (expected, printed)
    )
    pattern = ".*?".join(re.escape(part) for part in wanted.split("…"))
    if re.fullmatch(pattern, got, re.DOTALL):
        return None
    return f"the page says:\n{wanted}\nbut this came:\n{got}"


@contextlib.contextmanager
def _servers() -> Iterator[Callable[[list[str]], None]]:
    """Yield the function that starts a command in the background; what was started ends with the page."""
    with contextlib.ExitStack() as stack:

        def start(words: list[str]) -> None:
            program = [sys.executable, "-W", "error", "-m", "perizinan_core.cli", *words[1:]]
            if words[0] != "perizinan":  # a service that comes with a wheel, beside the interpreter
                program = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
            done = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - as above
            stack.callback(done.wait, _SECONDS)
            stack.callback(done.terminate)

        yield start


@contextlib.contextmanager
def _workplace() -> Iterator[Callable[[Path | str], None]]:
    """Go into an empty folder; yield the function that installs a plugin project there."""
    before, path = Path.cwd(), list(sys.path)
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as site:

        def install(project: Path | str) -> None:
            _install(Path(project), Path(site))

        os.chdir(folder)
        os.environ.update(PERIZINAN_LANGUAGE="en", COLUMNS="100", NO_COLOR="1")
        sys.path.insert(0, folder)  # as for a program that is started there
        try:
            yield install
        finally:
            os.chdir(before)
            sys.path[:] = path
            os.environ.clear()
            os.environ.update(environment)
            _forget_modules(folder, str(ROOT / "examples"))


def _install(project: Path, site: Path) -> None:
    """Make a project importable and its entry points known, here and in commands that are started."""
    project = project.resolve() if project.exists() else ROOT / project
    about = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    record = site / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n"
    )
    (record / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items())
            for group, entries in about.get("entry-points", {}).items()
        )
    )
    source = project / "src" if (project / "src").is_dir() else project
    sys.path[:0] = [str(site), str(source)]
    os.environ["PYTHONPATH"] = os.pathsep.join((str(site), str(source), os.environ.get("PYTHONPATH", "")))
    importlib.invalidate_caches()
