"""
Measure how many honest files the inspection of uploads refuses, and whether it accepts one with active content.

::

    python scripts/measure_uploads.py --work /tmp/measure FOLDER…
    python scripts/measure_uploads.py --work /tmp/measure --python OTHER/bin/python --source OTHER/src FOLDER…

A folder is a plain one, or a git repository without a work tree, whose files are written to ``--work`` first. What
other programs say of a file is kept there too, so a second run (of an older version, say) is quick. A PDF is
*honest* when pdftoppm and mutool draw its pages and the text that ``qpdf --qdf`` makes of it has nothing active; it
is *clean* when all three have nothing to complain about. Needs Debian's poppler-utils, mupdf-tools and qpdf.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

KINDS = {"pdf", "jpg", "jpeg", "png", "webp", "heic", "docx", "xlsx", "odt", "ods"}
SECONDS = 120
LAST_PAGE = 25
BATCH = 40
# What makes a document more than a picture of paper. Stream data and strings are taken out before the search.
ACTIVE = re.compile(
    rb"/JS\s*(?!null)[\d<(\[]|/S\s*/(?:JavaScript|Launch|SubmitForm|ImportData|GoToR|GoToE|Rendition|Movie|Sound"
    rb"|RichMediaExecute|GoTo3DView)\b|/Type\s*/EmbeddedFile\b|/EF\s*(?!null)[\d<]|/XFA\s*(?!null)[\d\[]"
    rb"|/Subtype\s*/(?:RichMedia|Movie|Sound|Screen|3D|FileAttachment)\b"
)
HARMLESS = {"warning: ICC support is not available"}  # Debian's mutool says so of every picture
STREAM = re.compile(rb"\nstream\n.*?\nendstream\n", re.DOTALL)
STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)", re.DOTALL)


def main() -> int:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("folders", nargs="+", metavar="FOLDER[::BEGINNING OF PATHS]")
    parser.add_argument("--work", type=Path, required=True, help="where extracted files and answers are kept")
    parser.add_argument("--python", default=sys.executable, help="interpreter of the version to measure")
    parser.add_argument("--source", type=Path, help="its src folder, when it is not installed there")
    parser.add_argument("--details", type=Path, help="write one JSON line for each file here")
    given = parser.parse_args()
    files = {}
    for told in given.folders:
        folder, _, beginning = told.partition("::")
        for path in found_files(Path(folder), given.work, beginning):
            files.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    looks = looked_at(files, given.work / "looks.json")
    verdicts = judged(list(files.values()), given.python, given.source)
    rows = [
        {"file": str(path), "sha256": sha256, **looks[sha256], "verdict": verdicts[str(path)]}
        for sha256, path in files.items()
    ]
    if given.details:
        given.details.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return 1 if tell(rows) else 0


def found_files(folder: Path, work: Path, beginning: str) -> Iterator[Path]:
    """Yield the documents of a folder, those of a bare repository from a copy of its newest tree."""
    git = next(
        (place for place in (folder, folder / "repo", folder / ".git") if (place / "objects").is_dir()), None
    )
    if git is not None and git.name != ".git":
        target = work / "files" / (folder.parent.name if folder.name == "repo" else folder.name)
        if not target.is_dir():
            extract(git, target)
        folder = target
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        wanted = path.suffix[1:].lower() in KINDS and name.startswith(
            (beginning, beginning.replace("/", "_"))
        )
        if wanted and path.is_file() and not path.is_symlink() and path.stat().st_size:
            yield path


def extract(git: Path, target: Path) -> None:
    """Write the documents of a repository's newest tree to a folder, under numbers instead of their paths."""
    listing = subprocess.run(
        ["git", "-C", str(git), "ls-tree", "-r", "-z", "HEAD"], capture_output=True, check=True
    ).stdout
    target.mkdir(parents=True)
    for entry in filter(None, listing.split(b"\0")):
        about, _, name = entry.partition(b"\t")
        suffix = os.fsdecode(name).rpartition(".")[2].lower()
        if suffix not in KINDS or about[:6] not in {b"100644", b"100755"}:
            continue
        blob = about.split()[2].decode()
        done = subprocess.run(
            ["git", "-C", str(git), "cat-file", "blob", blob], capture_output=True, check=False
        )
        if done.returncode == 0 and not done.stdout.startswith(b"version https://git-lfs"):
            plain = re.sub(r"[^\w.-]+", "_", os.fsdecode(name))[-120:]
            (target / plain).write_bytes(done.stdout)


def looked_at(files: dict[str, Path], kept: Path) -> dict[str, dict[str, Any]]:
    """Return what other programs say of each file, from an earlier run where it has been asked before."""
    looks = json.loads(kept.read_text()) if kept.exists() else {}
    new = [(sha256, path) for sha256, path in files.items() if sha256 not in looks]
    with ThreadPoolExecutor(2) as pool:
        for count, (sha256, look) in enumerate(pool.map(lambda item: (item[0], look_at(item[1])), new), 1):
            looks[sha256] = look
            if count % 100 == 0 or count == len(new):
                kept.write_text(json.dumps(looks))
                print(f"{count} of {len(new)} files shown to other programs", file=sys.stderr)
    return looks


def look_at(path: Path) -> dict[str, Any]:
    """Say whether a file is honest, clean and active."""
    if path.suffix.lower() != ".pdf":
        drawn = said(["mutool", "draw", "-q", "-F", "ppm", "-o", "/dev/null", str(path)])
        honest = path.suffix.lower() in {".jpg", ".jpeg", ".png"} and drawn == (0, "")
        return {"kind": "other", "honest": honest, "clean": honest, "active": []}
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "page"
        poppler = said(["pdftoppm", "-r", "15", "-l", str(LAST_PAGE), str(path), str(pages)])
        drawn = bool(list(Path(folder).glob("page*")))
        mupdf = said(
            ["mutool", "draw", "-q", "-r", "15", "-F", "ppm", "-o", "/dev/null", str(path), f"1-{LAST_PAGE}"]
        )
        plain = Path(folder) / "plain"
        qpdf = said(
            [
                "qpdf",
                "--qdf",
                "--decrypt",
                "--object-streams=disable",
                "--preserve-unreferenced",
                str(path),
                str(plain),
            ]
        )
        text = plain.read_bytes() if plain.exists() else None
    active = (
        sorted({item.decode() for item in ACTIVE.findall(STRING.sub(b"()", STREAM.sub(b"\n", text)))})
        if text
        else []
    )
    shown = drawn and poppler[0] == 0 and mupdf[0] == 0
    return {
        "kind": "pdf",
        "honest": shown and text is not None and not active,
        "clean": shown and text is not None and not poppler[1] and not mupdf[1] and qpdf[0] == 0,
        "active": active,
    }


def said(command: list[str]) -> tuple[int, str]:
    """Return the exit code and the complaints of a program."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return -1, "time"
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    return done.returncode, "\n".join(line for line in lines if line not in HARMLESS)[:2000].strip()


def judged(paths: list[Path], python: str, source: Path | None) -> dict[str, dict[str, Any]]:
    """Return our verdict on each file, as ``perizinan documents check --json`` gives it."""
    everything = [f"--accept={kind}" for kind in accepted_kinds(python, source)]
    verdicts = {}
    for start in range(0, len(paths), BATCH):
        batch = [str(path) for path in paths[start : start + BATCH]]
        command = [python, "-m", "perizinan_core.cli", "documents", "check", "--json", "--language", "en"]
        done = subprocess.run(
            [*command, "--max-bytes", "100000000", *everything, *batch],
            capture_output=True,
            env=environment(source),
            check=False,
        )
        lines = done.stdout.decode().splitlines()
        if len(lines) != len(batch):
            raise SystemExit(done.stderr.decode())
        verdicts |= dict(zip(batch, map(json.loads, lines), strict=True))
    return verdicts


def accepted_kinds(python: str, source: Path | None) -> list[str]:
    """Return every kind that the measured version can inspect."""
    program = (
        "from perizinan_core.documents import DEFAULT_ACCEPTED as d, OFFICE_TYPES as o; print(*sorted(d | o))"
    )
    done = subprocess.run([python, "-c", program], capture_output=True, env=environment(source), check=True)
    return done.stdout.decode().split()


def environment(source: Path | None) -> dict[str, str]:
    """Return the environment in which the measured version is found."""
    return {**os.environ, **({"PYTHONPATH": str(source)} if source else {})}


def tell(rows: list[dict[str, Any]]) -> bool:
    """Print the tables; return whether a rule is broken."""
    broken = False
    for kind, words in (("pdf", "PDF files"), ("other", "JPEG and PNG pictures")):
        honest = [row for row in rows if row["kind"] == kind and row["honest"]]
        refused = [row for row in honest if not row["verdict"]["accepted"]]
        share = 100 * len(refused) / len(honest) if honest else 0.0
        print(f"Honest {words}: {len(honest)}; not accepted: {len(refused)} ({share:.1f} %)")
        for code, count in collections.Counter(reason(row) for row in refused).most_common():
            print(f"  {code:<40} {count:>5}")
        damaged = [row["file"] for row in refused if row["clean"] and "damaged" in reason(row)]
        print(f"  reported as damaged though poppler, mupdf and qpdf find them clean: {len(damaged)}")
        broken = broken or bool(damaged) or share >= 2
    active = [row for row in rows if row["active"]]
    accepted = [row["file"] for row in active if row["verdict"]["accepted"]]
    print(f"Files with active content: {len(active)}; accepted: {len(accepted)}")
    for path in accepted:
        print(f"  {path}")
    print(f"Files in all: {len(rows)}; accepted: {sum(row['verdict']['accepted'] for row in rows)}")
    return broken or bool(accepted)


def reason(row: dict[str, Any]) -> str:
    """Return the codes that keep a file from being accepted."""
    return ", ".join(
        sorted(found["code"] for found in row["verdict"]["findings"] if found["severity"] != "note")
    )


if __name__ == "__main__":
    sys.exit(main())
