"""Help is what people ask first; it must not load what only an office needs."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from perizinan_core.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
heavy = ("sqlalchemy", "typst", "pyhanko", "alembic", "pypdf", "cryptography", "perizinan_core.bootstrap")
print("loaded:", [name for name in heavy if name in sys.modules])
"""


def test_help_loads_none_of_the_heavy_libraries_and_lists_the_commands_of_plugins():
    """Plugins are asked for their commands; what the commands need is loaded when one is run."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)

    assert "loaded: []" == done.stdout.splitlines()[-1]
    assert "verify-serve" in done.stdout
