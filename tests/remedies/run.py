"""
Try the remedy of every refused sample with real programs: ``make test-remedies``.

For each code for which a sentence names a remedy, every sample that is refused with it is treated in every way
of `table.WAYS`, and the result is inspected. A table is printed; the exit code is 1 when a result is refused.
"""

import argparse
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENTS = HERE.parent / "documents"
sys.path[:0] = [str(HERE), str(DOCUMENTS / "samples")]

import more_samples  # noqa: E402
import pillow_heif  # noqa: E402
import sample_office  # noqa: E402
import sample_pdfs  # noqa: E402
import sample_pictures  # noqa: E402
from PIL import Image  # noqa: E402
from programs import Browser, Programs, ink  # noqa: E402
from table import MAY_NOT_OPEN, WAYS  # noqa: E402

from perizinan_core.documents import UploadPolicy, inspect_upload  # noqa: E402
from perizinan_core.documents._content_types import KNOWN_TYPES  # noqa: E402

EVERY_KIND = UploadPolicy(accepted_types={name for name, kind in KNOWN_TYPES.items() if kind.acceptable})
"""Office files too, so that they are refused for what is in them."""

ENDINGS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
}
"""A refused file gets the ending of what it is, so that programs open it."""


SOME_INK = 0.05
"""Percent of dark dots from which a page counts as written on."""


def samples(folder, more):
    """Yield (name, path, codes) of every refused file, given the ending of its kind."""
    for number, (name, content) in enumerate(_contents(folder, more)):
        first = folder / f"{number}.bin"
        first.write_bytes(content)
        report = inspect_upload(first, file_name=name, policy=EVERY_KIND)
        codes = [item.code for item in report.refusals]
        ending = ENDINGS.get(report.content_type or "") or (
            Path(name).suffix if "too-large" in codes else None
        )
        if codes and ending is not None:
            yield name, first.rename(first.with_suffix(ending)), codes


def _contents(folder, more):
    for module in (sample_pdfs, sample_pictures, sample_office):
        for case in module.cases():
            # Our office samples hold no more than the inspection looks at; no program opens them.
            if not case.name.startswith("office:"):
                yield case.name, case.content
    for kept in sorted((DOCUMENTS / "data").glob("*.pdf")):
        yield kept.name, kept.read_bytes()
    yield from more_samples.office_files(folder)
    yield from more_samples.large_files(folder)
    for path in more:
        yield path.name, path.read_bytes()


def attempt(programs, way, source):
    """Treat one file in one way and return what became of it."""
    with tempfile.TemporaryDirectory() as name:
        treated = programs.treat(way, source, Path(name))
        if treated is None:
            return "not opened", ()
        treated = Path(treated)
        if source.suffix == treated.suffix == ".pdf" and _is_lost(source, treated, Path(name)):
            return "refused", ("the page is empty",)
        report = inspect_upload(treated, file_name=treated.name)
        codes = tuple(item.code for item in report.findings if item.severity != "note")
        return ("accepted" if report.accepted else "refused"), codes


def _is_lost(source, treated, folder):
    """Return True when the first page had something on it, and has nothing any more."""
    before, after = ink(source, folder), ink(treated, folder)
    return before is not None and before > SOME_INK and (after is None or after < before / 10)


def main():
    """Print the table; return 1 when a remedy does not work."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("files", nargs="*", type=Path, help="further files to treat")
    parser.add_argument("--only", help="one code")
    given = parser.parse_args()
    pillow_heif.register_heif_opener()
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    counts, failures = Counter(), []
    with tempfile.TemporaryDirectory() as name, Browser(Path(name) / "browser") as browser:
        programs = Programs(browser)
        folder = Path(name) / "files"
        folder.mkdir()
        for sample, path, codes in samples(folder, given.files):
            for code in codes:
                if given.only not in (None, code):
                    continue
                for way in WAYS.get(code, ()):
                    if not programs.is_meant_for(way, path):
                        continue
                    outcome, found = attempt(programs, way, path)
                    counts[code, way, outcome] += 1
                    if outcome == "refused" or (outcome == "not opened" and code not in MAY_NOT_OPEN):
                        failures.append(f"{sample}: {code} by {way}: {outcome} {', '.join(found)}")
                        print("FAILED", failures[-1], flush=True)
    _print_table(counts)
    for code in sorted(set(WAYS) - {code for code, _, _ in counts}):
        if given.only is None:
            failures.append(code)
            print(f"FAILED {code}: no sample was refused with it")
    return 1 if failures else 0


def _print_table(counts):
    print(f"{'code':22} {'way':16} accepted  refused  not opened")
    for code, way in sorted({(code, way) for code, way, _ in counts}):
        row = [counts[code, way, outcome] for outcome in ("accepted", "refused", "not opened")]
        print(f"{code:22} {way:16} {row[0]:8d} {row[1]:8d} {row[2]:11d}")


if __name__ == "__main__":
    sys.exit(main())
