"""``make demo-large``: one permit through PostgreSQL, S3, SMTP, the signing service, workers and the portal."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "demo_large.py"


def run(out, **environment):
    command = [sys.executable, str(SCRIPT), "--no-serve", "--port", "0", "--out", str(out)]
    return subprocess.run(
        command,
        env={**os.environ, "PERIZINAN_LANGUAGE": "en", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demonstration_with_real_parts_ends_by_itself_with_a_permit_that_verifies(tmp_path):
    """One run; it checks the result of every part itself."""
    out = tmp_path / "demo"
    done = run(out)

    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert "The portal answers from 2 processes" in done.stdout
    assert "perizinan verify: exit code 0" in done.stdout
    settings = (out / "perizinan.toml").read_text()
    assert "postgresql" in settings
    assert 's3:dokumen/kota"' in settings
    assert "kata-sandi" not in settings


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    """Nothing is started, and the sentence says what to do."""
    (tmp_path / "mine.txt").write_text("mine")
    done = run(tmp_path)

    assert 1 == done.returncode
    assert "Choose an empty folder with --out" in done.stdout
    assert "mine" == (tmp_path / "mine.txt").read_text()
