"""
Write the sample files in ``data/`` that we make ourselves, and any other sample on request.

Run it in this folder: ``python make_samples.py`` writes the two kept files anew; ``python make_samples.py DIR``
writes every sample of ``samples/`` to ``DIR``, to be tried with other programs.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "samples"))

import sample_office  # noqa: E402
import sample_pdfs  # noqa: E402
import sample_pictures  # noqa: E402


def write_kept(folder):
    """Write the files that are kept in the repository."""
    (folder / "made-attachment.pdf").write_bytes(sample_pdfs.with_attachment())
    (folder / "made-loops.pdf").write_bytes(sample_pdfs.with_loops())


def write_all(folder):
    """Write every sample, named after what it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    for module in (sample_pdfs, sample_pictures, sample_office):
        for case in module.cases():
            ending = case.file_name.rpartition(".")[2]
            name = re.sub(r"[^a-z0-9]+", "-", case.name.lower())
            (folder / f"{name}.{ending or 'bin'}").write_bytes(case.content)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_all(Path(sys.argv[1]))
    else:
        write_kept(HERE / "data")
