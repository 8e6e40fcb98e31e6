"""
Compile the message catalogues and say what is not translated yet.

Run by ``make messages``. Every room keeps its own ``locale/<language>/LC_MESSAGES/<room>.po``.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write a ``.mo`` beside every ``.po``; return 1 when sentences lack a translation."""
    missing = 0
    folders = [ROOT / "src", *sorted((ROOT / "plugins").glob("*/src"))]
    for path in sorted(path for folder in folders for path in folder.rglob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file)
        # The same sentences make the same file, whenever it is made.
        catalogue.creation_date = datetime.fromtimestamp(0, UTC)
        for message in catalogue:
            if message.id and not message.string:
                print(f"{path.relative_to(ROOT)}: {message.id!r}")
                missing += 1
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
