"""
Write `data/records-0001.json`: the rows of a small office as the first revision of the tables held them.

Run with the library of that time, commit 5fed88a: unpack it into a folder and set ``PYTHONPATH`` to its ``src``.
The tests load the rows into both databases and migrate them.
"""

import base64
import json
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.storage._sql._tables import metadata
from perizinan_core.testing._offices import MORNING, sample_office


def written(value):
    """Return a value of a column as JSON."""
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value


def main() -> None:
    """Make the office, play some cases and write what the database holds."""
    keys = KeyRing.generate()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/records.sqlite3"
        migrate(url)
        storage = open_storage(url, keys, zone=MORNING.tzinfo)
        kit = sample_office(storage=storage)
        kit.draft()
        waiting = kit.submit("warung", idempotency_key="kunci-1")
        paid = kit.permit("acara")
        ended = kit.permit("warung")
        kit.office.permits.revoke(
            ended.id, reason="contoh", legal_basis="contoh", actor=kit.officer("kepala")
        )
        kit.office.publication.authority_json()
        kit.office.worker.run_once()
        with storage.unit_of_work(read_only=True) as work:
            rows = {
                table.name: [
                    {name: written(value) for name, value in row._mapping.items()}
                    for row in work.session.read(sa.select(table))
                ]
                for table in metadata.sorted_tables
            }
        storage.close()
    told = {"waiting": waiting.id, "paid": paid.id, "ended": ended.id}
    text = json.dumps({"keys": keys.to_json(), "told": told, "rows": rows}, indent=0) + "\n"
    (Path(__file__).parent / "data" / "records-0001.json").write_text(text)


if __name__ == "__main__":
    sys.exit(main())
