"""Random days of an office hold what `OfficeMachine` says must hold."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.testing._offices import MORNING, OfficeKit, sample_office
from perizinan_core.testing.strategies._office_machine import OfficeMachine

# Shrinking a day of an office takes minutes; a failure prints its steps as they are.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@lru_cache(maxsize=1)
def template() -> tuple[Path, KeyRing]:
    """Return a migrated SQLite file, to be copied, and the keys of its records."""
    path = Path(tempfile.mkdtemp(prefix="random-offices-")) / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    return path, KeyRing.generate()


class SealedOfficeMachine(OfficeMachine):
    """The same on SQLite, where a row can be tampered with."""

    def open_office(self) -> OfficeKit:
        """Open an office on a file of its own."""
        source, keys = template()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "records.sqlite3"
        shutil.copy(source, self.path)
        self.storage = open_storage(f"sqlite:///{self.path}", keys, zone=MORNING.tzinfo)
        return sample_office(storage=self.storage)

    def tamper(self, application_id: str) -> Callable[[], None] | None:
        """Say in the table that the case is another applicant's."""
        with closing(sqlite3.connect(self.path)) as rows:
            change = "UPDATE perizinan_applications SET owner = ? WHERE id = ?"
            query = "SELECT owner FROM perizinan_applications WHERE id = ?"
            (before,) = rows.execute(query, (application_id,)).fetchone()
            rows.execute(change, ("public:penyusup", application_id))
            rows.commit()

        def undo() -> None:
            with closing(sqlite3.connect(self.path)) as rows:
                rows.execute(change, (before, application_id))
                rows.commit()

        return undo

    def teardown(self) -> None:
        """Bring the cases to their ends, and remove the file."""
        try:
            super().teardown()
        finally:
            if hasattr(self, "storage"):
                self.storage.close()
                self.folder.cleanup()


def settled(examples: int) -> settings:
    """Return the settings of a run of some examples."""
    return settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )


TestRandomOffices = OfficeMachine.TestCase
TestRandomOffices.settings = settled(8)
TestRandomSealedOffices = SealedOfficeMachine.TestCase
TestRandomSealedOffices.settings = settled(3)
