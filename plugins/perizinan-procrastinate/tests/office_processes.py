"""
What runs in processes of its own, for `test_four_processes.py`: offices that do one thing to a case, and real workers.

They are started by a fork server that has loaded the library, so that one that was killed is followed at once.
"""

from __future__ import annotations

import multiprocessing
import sys
from io import BytesIO

from perizinan_procrastinate import _plugin

from perizinan_core import Office, PerizinanError
from perizinan_core.cli import main
from perizinan_core.hooks import AuthorityEntry, hookimpl
from perizinan_core.model import StageOutcome
from perizinan_core.testing import APPLICANT, HOST, sample_pack, small_png

SLUG = "kabupaten-contoh"

PLUGIN = """
from perizinan_core.hooks import AuthorityEntry, hookimpl
from perizinan_core.testing import sample_pack

perizinan_api = 1


@hookimpl
def register_authorities():
    return [AuthorityEntry(slug="kabupaten-contoh", load=sample_pack)]
"""
"""The sample as an installed plugin, which the command line finds."""


class Sample:
    """The made-up local government."""

    perizinan_api = 1

    @hookimpl
    def register_authorities(self):
        """The sample."""
        return [AuthorityEntry(slug=SLUG, load=sample_pack)]


def processes():
    """Return how processes are started."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [
            "office_processes",
            "perizinan_core.bootstrap._office",
            "perizinan_core.cli._worker",
            "perizinan_core.storage._sql._store",
            "perizinan_procrastinate._queue",
            "perizinan_procrastinate._working",
            "psycopg",
            "typst",
        ]
    )
    return context


def opened(settings):
    """Open the office at a settings file, with the queue."""
    return Office.open(settings, plugins={"sample": Sample(), "procrastinate": _plugin}, discover=False)


def work(settings, site):
    """``perizinan worker``."""
    sys.path.insert(0, site)
    main(["--language", "en", "--settings", settings, "worker", "--interval", "2", "--concurrency", "2"])


def _upload(office, case, seed, **given):
    office.applications.upload(
        case, "ktp", BytesIO(small_png(seed)), file_name=f"{seed}.png", actor=APPLICANT, **given
    )


TASKS = {
    "approve": lambda office, case, **_: office.reviews.approve(case, actor=_of(office, "pimpinan")),
    "refuse": lambda office, case, **_: office.reviews.refuse(
        case, reasons=("Tidak",), actor=_of(office, "pimpinan")
    ),
    "submit": lambda office, case, **given: office.applications.submit(case, actor=APPLICANT, **given),
    "upload": _upload,
    "withdraw": lambda office, case, **_: office.applications.withdraw(case, actor=APPLICANT),
    "decide": lambda office, case, by, **_: office.reviews.decide(
        case, "periksa", StageOutcome.POSITIVE, actor=_of(office, by)
    ),
    "hand-over": lambda office, _case, by, **_: office.reviews.hand_over(
        by, reason="Sakit", actor=_of(office, "supervisor")
    ),
    "issue": lambda office, case, **given: office.permits.issue(case, actor=_of(office, "kepala"), **given),
    "revoke": lambda office, case, **_: office.permits.revoke(
        case, reason="Dicabut", legal_basis="Perda", actor=_of(office, "pimpinan")
    ),
    "suspend": lambda office, case, **_: office.permits.suspend(
        case, reason="Periksa", legal_basis="Perda", actor=_of(office, "pimpinan")
    ),
}


def _of(office, officer):
    return next(item for item in office.reviews.officers(actor=HOST) if item.id == officer).as_actor()


def act(settings, pipe):
    """Open the office, then do what is ordered to each case, and report each result: "done", or a code."""
    with opened(settings) as office:
        pipe.send("ready")
        while (order := pipe.recv()) is not None:
            task, case, given = order
            try:
                TASKS[task](office, case, **given)
            except PerizinanError as error:
                pipe.send(error.code)
            else:
                pipe.send("done")
