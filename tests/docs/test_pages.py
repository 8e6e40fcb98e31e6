"""The pages: links lead somewhere, generated pages are current, hooks, commands and targets are documented."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from perizinan_core.cli import cli
from perizinan_core.hooks._specs import HookSpecs

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *ROOT.glob("plugins/*/README.md"),
    ]
)
PLAYED_BY_OTHERS = {"docs/how-to/hari-petugas.md", "docs/how-to/messages-to-phones.md"}
"""
Pages with ``sh`` blocks. Those of the first are together the script beside it, which `test_clerk_day` runs; those of
the second are run by `test_consents_command` in an office that has a channel to phones.
"""

HOOKS = sorted(name for name in vars(HookSpecs) if name.startswith(("register_", "decide_", "on_")))
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_KEPT = re.compile(r"\A\w+=\$\((.*)\)\Z")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _without_code(text: str) -> str:
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", _BLOCK.sub("", text))


def _anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, made as GitHub makes them."""
    found = set()
    for title in re.findall(r"^#+ (.*)$", _BLOCK.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", title.replace("`", "").lower())
        found.add(plain.strip().replace(" ", "-"))
    return found


def _commands(language: str) -> list[tuple[str, str]]:
    """Return (page, line) of every command in blocks of one language."""
    return [
        (str(page.relative_to(ROOT)), _KEPT.sub(r"\1", line.removeprefix("$ ").strip()))
        for page in PAGES
        for name, body in _BLOCK.findall(page.read_text(encoding="utf-8"))
        if name == language
        for line in body.replace("\\\n", " ").splitlines()
        if language != "console" or line.startswith("$ ")
    ]


def _indented() -> list[tuple[str, str]]:
    """Return (page, line) of every command that stands alone, shown with addresses and keys of the reader."""
    return [
        (str(page.relative_to(ROOT)), line)
        for page in PAGES
        for line in re.findall(r"^    (perizinan .*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def _generator() -> object:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    """A dead link is a promise that is not kept."""
    dead = []
    for pair in _LINK.findall(_without_code(page.read_text(encoding="utf-8"))):
        target = pair[0] or pair[1]
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            dead.append(target)
    assert [] == dead


def test_the_generated_pages_say_what_the_code_says() -> None:
    """Run ``python docs/generate.py`` when this fails: the code has changed."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stdout), done.stdout + done.stderr


def test_every_setting_on_the_page_has_a_meaning() -> None:
    """A key without a sentence tells an operator nothing."""
    text = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| ?(.*?) ?\|$", text, re.MULTILINE)
    assert len(rows) > 15
    assert [] == [name for name, _, meaning in rows if not meaning]


def test_a_generated_page_that_was_changed_by_hand_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check compares whole pages."""
    generator = _generator()
    for name, make in generator.PAGES.items():
        (tmp_path / name).write_text(make(), encoding="utf-8")
    monkeypatch.setattr(generator, "REFERENCE", tmp_path)
    assert [] == generator.outdated()
    (tmp_path / "events.md").write_text("# Events\n", encoding="utf-8")
    assert ["events.md"] == generator.outdated()


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_section_that_says_when_how_it_fails_and_since_when(hook: str) -> None:
    """A hook without a section cannot be used by anybody else."""
    text = (ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert hook in sections
    missing = [
        word
        for word in ("```python", "**When:**", "**Failure:**", "**Since:**")
        if word not in sections[hook]
    ]
    assert [] == missing


def test_the_page_of_hooks_describes_no_hook_that_is_gone() -> None:
    """The sections are exactly the hooks."""
    text = (ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
    assert HOOKS == sorted(re.findall(r"^## (\w+)$", text, re.MULTILINE))


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_used_by_a_real_or_example_plugin_and_by_a_test(hook: str) -> None:
    """A hook that nobody uses is a guess: the plugins and examples of this project use each, and a test does."""
    use = re.compile(rf"hookimpl.*?\n\s*def {hook}\(")
    plugins = [*ROOT.glob("plugins/*/src/**/*.py"), *ROOT.glob("examples/**/*.py")]
    tests = [file for file in (ROOT / "tests").rglob("*.py") if file != Path(__file__)]

    assert [file for file in plugins if use.search(file.read_text(encoding="utf-8"))]
    assert [file for file in tests if hook in file.read_text(encoding="utf-8")]


def test_every_make_target_on_the_pages_exists() -> None:
    """A newcomer types what the pages say."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:`|^)make ([a-z][\w-]*)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "test"} <= named
    assert set() == named - targets


def test_every_command_on_the_pages_exists_with_its_options() -> None:
    """Blocks that do not run are held to the names of commands and options."""
    wrong = []
    for page, line in [*_commands("sh"), *_commands("console"), *_indented()]:
        words = shlex.split(line, comments=True)
        if words and words[0].endswith("perizinan"):
            wrong += [f"{page}: {line}: {problem}" for problem in _unknown(words[1:])]
    assert [] == wrong


def test_every_page_is_played_as_printed() -> None:
    """A block that a reader would type runs; what cannot run in a test is a sentence and no block."""
    held = {
        str(page.relative_to(ROOT))
        for page in PAGES
        if any(
            name in {"sh", "shell", "bash"} for name, _ in _BLOCK.findall(page.read_text(encoding="utf-8"))
        )
    }
    bare = [f"{page}: {body.splitlines()[0]}" for page, body in _unprompted() if not body.startswith("$ ")]

    assert PLAYED_BY_OTHERS == held
    assert [] == bare


def _unprompted() -> list[tuple[str, str]]:
    return [
        (str(page.relative_to(ROOT)), body)
        for page in PAGES
        for name, body in _BLOCK.findall(page.read_text(encoding="utf-8"))
        if name == "console"
    ]


def _unknown(words: list[str]) -> list[str]:
    command: click.Command = cli
    context = click.Context(cli, info_name="perizinan")
    options = {name for item in cli.params for name in item.opts}
    for word in words:
        name = word.partition("=")[0]
        inner = command.get_command(context, word) if isinstance(command, click.Group) else None
        if inner is not None:
            command = inner
            options = {name for item in inner.params for name in (*item.opts, *item.secondary_opts)}
        elif name.startswith("--") and name not in options:
            return [f"no option {name}"]
    return ["no command"] if isinstance(command, click.Group) else []


def test_the_tutorial_builds_the_example_plugin_byte_for_byte() -> None:
    """`examples/kabupaten-mekar` is what the tutorial's reader ends up with."""
    text = (ROOT / "docs" / "tutorials" / "first-authority-plugin.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"<!-- file: (\S+) -->\n\n```\w+\n(.*?)```", text, re.DOTALL))
    example = ROOT / "examples" / "kabupaten-mekar"
    files = {
        f"kabupaten-mekar/{file.relative_to(example)}": file.read_text(encoding="utf-8")
        for file in example.rglob("*")
        if file.suffix in {".py", ".toml", ".yaml"}
    }
    assert files == blocks


def test_the_guide_shows_the_sample_plugin_as_it_is() -> None:
    """The guide's listing is the example's file."""
    text = (ROOT / "docs" / "how-to" / "write-a-notification-plugin.md").read_text(encoding="utf-8")
    source = (ROOT / "examples" / "notify-by-print" / "notify_by_print.py").read_text(encoding="utf-8")
    assert f"```python\n{source}```" in text


def test_the_guide_shows_the_sample_consumer_as_it_is() -> None:
    """The guide's listing is the example's file."""
    text = (ROOT / "docs" / "how-to" / "write-an-event-consumer.md").read_text(encoding="utf-8")
    source = (ROOT / "examples" / "statistics-csv" / "statistics_csv.py").read_text(encoding="utf-8")
    assert f"```python\n{source}```" in text


def test_the_guide_shows_the_sample_with_tables_as_it_is() -> None:
    """The guide's listings are the example's files."""
    text = (ROOT / "docs" / "how-to" / "keep-own-tables.md").read_text(encoding="utf-8")
    example = ROOT / "examples" / "guest-book"
    for name in ("guest_book/__init__.py", "guest_book/migrations/0001_visits.py"):
        source = (example / name).read_text(encoding="utf-8")
        assert f"<!-- file: {name} -->\n\n```python\n{source}```" in text
    manifest = (example / "guest_book" / "perizinan_plugin.toml").read_text(encoding="utf-8")
    assert f"```toml\n{manifest}```" in text


def test_the_index_of_decisions_lists_every_decision_with_its_title() -> None:
    """No decision is hidden, and no number is used twice."""
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(folder.glob("[0-9]*.md"))
    lines = [
        f"- [{page.name[:4]}]({page.name}): {page.read_text(encoding='utf-8').splitlines()[0].removeprefix('# ')}"
        for page in pages
    ]
    assert lines == [line for line in index.splitlines() if line.startswith("- ")]
    assert len(pages) == len({page.name[:4] for page in pages})


def test_the_picture_of_the_permit_is_small_enough_for_a_readme() -> None:
    """At most 250 KB."""
    picture = (ROOT / "docs" / "images" / "permit.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert 250_000 >= len(picture)


@pytest.mark.parametrize(
    "picture", sorted((ROOT / "docs" / "images").glob("*.webp")), ids=lambda path: path.stem
)
def test_a_picture_of_the_portal_is_small_enough_for_a_readme(picture) -> None:
    """At most 60 KB, and a page shows it: ``PERIZINAN_DOC_PICTURES=1 make screens`` draws them again."""
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert 60_000 >= picture.stat().st_size
    assert f"images/{picture.name}" in shown


def test_the_exit_codes_in_the_readme_are_those_of_the_command() -> None:
    """The table is compared with the code."""
    from perizinan_core.verification import EXIT_CODES

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = {verdict: int(code) for code, verdict in re.findall(r"^\| (\d+) \| `(\w+)`", text, re.MULTILINE)}
    assert {verdict.value: code for verdict, code in EXIT_CODES.items()} == rows


def test_the_contents_name_every_page():
    """Nobody finds what is not there."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    decisions = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    named = {link for link, _ in _LINK.findall(index)} | {
        f"decisions/{link}" for link, _ in _LINK.findall(decisions)
    }
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")} - {"README.md"}

    assert set() == pages - named
