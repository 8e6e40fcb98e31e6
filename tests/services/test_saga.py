"""The issuing saga survives ``kill -9`` at every step: real processes, killed for real."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from perizinan_core.storage import KeyRing

SAGA = Path(__file__).with_name("issuing_saga.py")


class Saga:
    """The process that forks the ones to be killed, and a prepared office to be copied for each death."""

    def __init__(self, folder: Path, new_database) -> None:
        self.folder = folder
        self.new_database = new_database
        self.keys = folder / "keys.json"
        KeyRing.open_or_create(self.keys)
        self.process = subprocess.Popen(
            [sys.executable, str(SAGA)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.count = 0
        self.prepared = folder / "prepared"
        self.template = None
        self.url = new_database(None, "prepared")
        answer = self.order(role="prepare", url=self.url, documents=self.prepared, minute=0)["answer"]
        self.case = answer["case"]
        self.many = self._prepared_for_many()

    def order(self, **given):
        """Give an order and return the answer."""
        line = {
            "keys": str(self.keys),
            **{key: str(value) if isinstance(value, Path) else value for key, value in given.items()},
        }
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def fresh(self, *, service: bool):
        """Return where a new copy of the prepared office lies."""
        self.count += 1
        home = self.folder / f"office-{self.count}"
        home.mkdir()
        shutil.copytree(self.prepared, home / "documents")
        place = {
            "url": self.new_database(self.url, f"office_{self.count}"),
            "documents": home / "documents",
            "case": self.case,
        }
        if service:
            place["service"] = home / "service"
            place["service"].mkdir()
        return place

    def _prepared_for_many(self):
        """Prepare a second office, with a case at the beginning of each use case."""
        place = {
            "url": self.new_database(None, "many"),
            "documents": self.folder / "many",
            "mail": self.folder / "many-mail",
        }
        return {**place, "cases": self.order(role="prepare_for", minute=0, **place)["answer"]}

    def fresh_of_many(self):
        """Return where a new copy of the second office lies."""
        self.count += 1
        home = self.folder / f"office-{self.count}"
        home.mkdir()
        shutil.copytree(self.many["documents"], home / "documents")
        shutil.copytree(self.many["mail"], home / "mail")
        return {
            "url": self.new_database(self.many["url"], f"office_{self.count}"),
            "documents": home / "documents",
            "mail": home / "mail",
            "cases": self.many["cases"],
        }

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture(scope="module")
def sqlite_saga(tmp_path_factory, sqlite_template):
    """Deaths over SQLite."""
    folder = tmp_path_factory.mktemp("saga-sqlite")

    def new_database(source, name):
        path = folder / f"{name}.sqlite3"
        shutil.copy(source.removeprefix("sqlite:///") if source else sqlite_template, path)
        return f"sqlite:///{path}"

    saga = Saga(folder, new_database)
    yield saga
    saga.close()


@pytest.fixture(scope="module")
def postgres_saga(tmp_path_factory, postgres_server, postgres_template):
    """Deaths over PostgreSQL."""
    from sqlalchemy import make_url

    def new_database(source, _name):
        template = str(make_url(source).database) if source else postgres_template
        return postgres_server.create_database(template=template)

    saga = Saga(tmp_path_factory.mktemp("saga-postgres"), new_database)
    yield saga
    saga.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def saga(request):
    """Deaths over each database."""
    name = {"sqlite": "sqlite_saga", "postgresql": "postgres_saga"}[request.param]
    return request.getfixturevalue(name)


def die_everywhere(saga, *, service, roles):
    """
    Kill the issuing process at every boundary, let a new process go on, and yield boundary and outcome.

    The n-th death is followed by the n-th of ``roles`` in turn. What happens inside the document store is the
    same whatever the database and the signer, so it is interrupted over SQLite with a key only; over
    PostgreSQL the process dies around commits and signatures.
    """
    only = ["commit", "sign", "service"]
    if not saga.url.startswith("postgresql"):
        only = [*only, "render", "rehearse", "put", "link"] if service else []
    whole = saga.order(role="issue", minute=60, only=only, **saga.fresh(service=service))["answer"]
    assert "500/001/WR/2026" == whole["number"]
    passed: Counter[str] = Counter()
    for number, label in enumerate(whole["boundaries"], 1):
        passed[label] += 1
        place = saga.fresh(service=service)
        # By its name and not by its number: hashes that share their first digits share a folder, which is one
        # call of the system less, and every number behind it would mean another boundary.
        death = saga.order(role="issue", minute=60, die_on=[label, passed[label]], only=only, **place)
        if not death["killed"]:
            assert "500/001/WR/2026" == death["answer"]["number"]
            continue
        after = saga.order(role=roles[number % len(roles)], minute=70, **place)
        yield f"{number} {(place['documents'].with_name('died')).read_text()}", after["answer"], place


def assert_nothing_lost(where, told, *, service=False):
    """One number, one permit, one signed file, and it verifies; a service was asked for one file, by one name."""
    assert [[1, "500/001/WR/2026"]] == told["book"], where
    assert ("500/001/WR/2026", 1, 1) == (told["number"], told["taken"], told["issued"]), where
    assert "valid" == told["verdict"], where
    named = [sha256 for name, sha256 in told["links"] if name.startswith("signed/")]
    assert named == ([told["signed"]] if service else []), where
    assert [True, True] == told["marked"], where
    assert all(link in told["links"] for link in told["links_before"]), where
    assert [] == told["broken"], where


def test_a_death_at_any_boundary_loses_doubles_and_skips_nothing(saga):
    """With a key of our own: the worker, or the repeated request, goes on to the one permit."""
    seen = Counter()
    for where, told, _ in die_everywhere(saga, service=False, roles=("worker", "again")):
        assert told is not None, where
        assert_nothing_lost(where, told)
        assert [] == told["in_doubt"], where
        seen[where.partition(" ")[2]] += 1

    assert {"before commit", "after commit", "before sign", "after sign"} <= set(seen)
    if not saga.url.startswith("postgresql"):
        assert {"before put", "after put", "before render", "after render"} <= set(seen)
        assert {"before os.fsync", "before os.rename"} <= set(seen)


def test_a_signing_service_is_never_asked_twice_for_one_document(saga):
    """After a death around its answer a person looks the file up; before it, the service is asked once."""
    doubtful = Counter()
    for where, told, place in die_everywhere(saga, service=True, roles=("worker", "again")):
        asked = (place["service"] / "asked").read_text().split()

        assert len(asked) == len(set(asked)), where
        if told["in_doubt"]:
            doubtful[told["handed_in"]] += 1
        if told["handed_in"] or not told["in_doubt"]:
            assert_nothing_lost(where, told, service=True)
            assert 1 == len(asked), where
        else:
            # It was never asked: the number is given up, stays in the book, and the next one is taken.
            assert [[1, "500/001/WR/2026"], [2, "500/002/WR/2026"]] == told["book"], where
            assert ("500/002/WR/2026", "valid") == (told["number"], told["verdict"]), where

    assert doubtful[True] > 0
    assert doubtful[False] > 0


def test_a_resuming_process_may_die_too(sqlite_saga):
    """Killed while it issues, killed again while it goes on, and again: still one permit."""
    place = sqlite_saga.fresh(service=False)
    for minute, (role, die_at) in enumerate(
        (("issue", 7), ("worker", 3), ("again", 9), ("worker", 8)), start=6
    ):
        death = sqlite_saga.order(role=role, minute=minute * 10, die_at=die_at, **place)
        assert death["killed"]
    told = sqlite_saga.order(role="worker", minute=600, **place)["answer"]

    assert_nothing_lost("many deaths", told)


def die_in(saga, step):
    """
    Kill a process at every boundary of a use case, do it again in a new one, and yield where, and what came of it.

    What happens inside the document store is the same whatever the database, so it is interrupted over SQLite
    only; over PostgreSQL the process dies around commits and messages.
    """
    only = ["commit", "send"] if saga.url.startswith("postgresql") else []
    whole = saga.order(role="step", step=step, minute=600, only=only, **saga.fresh_of_many())["answer"]
    passed: Counter[str] = Counter()
    for label in whole["boundaries"]:
        passed[label] += 1
        place = saga.fresh_of_many()
        order = {"step": step, "only": only, "die_on": [label, passed[label]], **place}
        death = saga.order(role="step", minute=600, **order)
        if not death["killed"]:
            # Hashes that share their first digits share a folder: one call of the system less.
            continue
        after = saga.order(role="step_again", step=step, minute=620, **place)
        yield f"{label} {passed[label]}", after["answer"]
    assert passed["before commit"]


def counted(told, kind):
    """Return how often something is in the history of the case."""
    return told["history"].get(kind, 0)


def test_a_death_while_uploading_leaves_a_paper_whole_or_not_at_all(saga):
    """Whoever repeats it has one or two, and every one of them can be read."""
    for where, told in die_in(saga, "upload"):
        assert told["refused"] is None, where
        assert len(told["documents"]) in (1, 2), where
        assert all(told["documents"]), where
        assert len(told["documents"]) == counted(told, "document_added"), where
        assert [] == told["broken"], where
        # Only a death after the commit leaves the first one.
        assert (len(told["documents"]) == 2) == where.startswith("after commit"), where


def test_a_death_while_handing_in_takes_one_number_and_gives_one_receipt(saga):
    """The repeated request gets the same receipt; the book has no gap and no double."""
    for where, told in die_in(saga, "submit"):
        assert told["refused"] is None, where
        assert ("submitted", 1) == (told["state"], counted(told, "application_submitted")), where
        assert list(range(1, len(told["receipts"]) + 1)) == told["receipts"], where
        assert f"TT/{len(told['receipts']):04}/2026" == told["receipt"], where


def test_a_death_while_deciding_decides_once(saga):
    """Who repeats it either decides, or is told that it was decided already; the history has it once."""
    for where, told in die_in(saga, "decide"):
        committed = where.startswith("after commit")
        assert ("decided-by-others" if committed else None) == told["refused"], where
        assert ("in_review", 1) == (told["state"], counted(told, "stage_decided")), where
        assert int(committed) == counted(told, "attempt_refused"), where


def test_a_death_while_revoking_revokes_once(saga):
    """The permit is revoked, with one change on record and one event to be told."""
    for where, told in die_in(saga, "revoke"):
        committed = where.startswith("after commit")
        assert ("permit-status" if committed else None) == told["refused"], where
        assert ("revoked", 1, 1) == (told["status"], told["changes"], counted(told, "permit_revoked")), where


def test_a_death_while_delivering_loses_and_doubles_no_message(saga):
    """What was claimed comes back after its lease, under the same id: each message lies in the folder once."""
    seen = Counter()
    sent = set()
    for where, told in die_in(saga, "deliver"):
        assert 0 == told["waiting"], where
        mails = [tuple(mail) for mail in told["sent"]]
        assert len(set(mails)) == len(mails), where
        assert "Permohonan diterima: TT/0003/2026" in [subject for _, subject, _ in mails], where
        sent.add(tuple(mails))
        seen[where.rpartition(" ")[0]] += 1

    assert 1 == len(sent)
    assert {"before commit", "after commit", "before send", "after send"} <= set(seen)
