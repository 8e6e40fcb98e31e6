"""The examples: each does, in a process of its own, what its head says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from perizinan_core.bootstrap import load_plugins
from perizinan_core.bootstrap._settings import PublicationSettings
from perizinan_core.hooks import PluginState
from perizinan_core.testing._offices import HOST, SettableClock, sample_office

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SAMPLE = EXAMPLES / "notify-by-print"


def _run(*words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *words],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that ``issue_and_verify.py`` filled."""
    folder = tmp_path_factory.mktemp("issued")
    done = _run(str(EXAMPLES / "issue_and_verify.py"), str(folder))
    assert (0, "") == (done.returncode, done.stderr)
    (folder / "said.txt").write_text(done.stdout)
    return folder


def test_issue_and_verify_leaves_a_valid_permit_and_its_authority_document(issued: Path) -> None:
    """The whole way in one program."""
    said = (issued / "said.txt").read_text()
    assert ["received", "issued", "verified"] == [line.split()[0] for line in said.splitlines()]
    assert "valid:" in said
    assert (issued / "permit.pdf").read_bytes().startswith(b"%PDF-")


def test_verify_folder_says_valid_of_a_permit_and_gives_the_code_of_the_worst(
    issued: Path, tmp_path: Path
) -> None:
    """A good folder exits 0, one with a file that was cut exits 15, one judged by another key 2."""
    document = issued / "authority.json"
    key = json.loads(document.read_bytes())["signatures"][0]["keyid"]
    permit = (issued / "permit.pdf").read_bytes()
    (tmp_path / "good.pdf").write_bytes(permit)
    program = str(EXAMPLES / "verify_folder.py")

    good = _run(program, str(tmp_path), str(document), key)
    assert (0, "good.pdf", "valid") == (good.returncode, *good.stdout.split()[:2])

    (tmp_path / "cut.pdf").write_bytes(permit[:-200])
    bad = _run(program, str(tmp_path), str(document), key)
    assert (15, ["cut.pdf", "unreadable"]) == (bad.returncode, bad.stdout.splitlines()[0].split()[:2])

    strange = _run(program, str(tmp_path), str(document), "A" * 43)
    assert (2, "") == (strange.returncode, strange.stdout)


def test_verify_folder_accepts_no_permit_whose_status_it_does_not_know(tmp_path: Path) -> None:
    """Of an office with a status list: without the list undecided, with it valid, and after a revocation not."""
    office, folder = tmp_path / "office", tmp_path / "permits"
    folder.mkdir()
    kit = sample_office(
        clock=SettableClock(datetime.now(UTC) - timedelta(hours=6)),
        publication=PublicationSettings(folder=str(office)),
    )
    permit = kit.permit()
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        (folder / "permit.pdf").write_bytes(file.read())
    document = tmp_path / "authority.json"
    document.write_bytes(kit.office.publication.authority_json())
    key = json.loads(document.read_bytes())["signatures"][0]["keyid"]
    words = [str(EXAMPLES / "verify_folder.py"), str(folder), str(document), key]

    without = _run(*words)
    kit.clock.moment = datetime.now(UTC)
    kit.office.status_lists.publish()
    listed = _run(*words, str(office / "status-list.cwt"))
    head = kit.officer("pimpinan")
    kit.office.permits.revoke(permit.id, reason="Alasan", legal_basis="Perda 1/2026", actor=head)
    kit.office.status_lists.publish(folder=tmp_path)
    revoked = _run(*words)
    kit.office.close()

    assert [14, 0, 13] == [done.returncode for done in (without, listed, revoked)]
    assert ["indeterminate", "valid", "not_in_force"] == [
        done.stdout.split()[1] for done in (without, listed, revoked)
    ]


def test_embed_pages_serves_the_site_the_catalogue_and_the_authority_document(issued: Path) -> None:
    """The office's pages live beside the pages that were there before."""
    settings = issued / "perizinan.toml"
    settings.write_text('[office]\nauthority = "kabupaten-mekar"\n[signing]\ndevelopment = true\n')
    site = issued / "site"
    _entry_point(site, "kabupaten-mekar", "kabupaten_mekar")
    paths = os.pathsep.join((str(site), str(EXAMPLES / "kabupaten-mekar" / "src")))
    with subprocess.Popen(
        [sys.executable, str(EXAMPLES / "embed_pages.py"), str(settings), "0"],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip().removesuffix("/izin")
            assert address.startswith("http://127.0.0.1:")
            assert "Our site" in _get(f"{address}/")
            assert "Izin Warung" in _get(f"{address}/izin")
            assert "KTP" in _get(f"{address}/izin/warung")
            assert "Periksa izin" in _get(f"{address}/periksa")
            signed = json.loads(_get(f"{address}/.well-known/perizinan.json"))["signed"]
            assert "kabupaten-mekar" in json.dumps(signed)
        finally:
            server.terminate()


def test_the_sample_plugin_has_some_forty_lines() -> None:
    """A channel is a small thing to write, also one that several threads may use."""
    lines = (SAMPLE / "notify_by_print.py").read_text(encoding="utf-8").splitlines()
    assert 42 >= len(lines)


def test_the_sample_plugin_is_found_by_its_entry_point(tmp_path: Path) -> None:
    """Installed, it is loaded by itself, and switched off by name."""
    _entry_point(tmp_path, "notify-by-print", "notify_by_print")
    paths = os.pathsep.join((str(tmp_path), str(SAMPLE)))
    done = _run("-m", "perizinan_core.cli", "plugins", "list", "--json", environment={"PYTHONPATH": paths})
    found = {item["name"]: item for item in json.loads(done.stdout)}
    assert "loaded" == found["notify-by-print"]["state"]
    assert ["register_notification_channels"] == found["notify-by-print"]["hooks"]


def test_the_sample_plugin_works_as_an_object_and_prints_each_message_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given to `load_plugins`, as `Office.open` does with ``plugins``, it offers a channel that keeps its promise."""
    from datetime import UTC, datetime

    from perizinan_core.hooks import Notification
    from perizinan_core.testing import check_plugin_settings, plugin_context

    monkeypatch.syspath_prepend(str(SAMPLE))
    import notify_by_print

    manager = load_plugins(discover=False, extra={"notify-by-print": notify_by_print})
    states = {item.name: item.state for item in manager.statuses}
    assert PluginState.LOADED is states["notify-by-print"]
    entries = [item.record for item in manager.gather("register_notification_channels")]
    assert ["mail-folder", "print", "smtp"] == sorted(entry.name for entry in entries)

    entry = next(entry for entry in entries if entry.name == "print")
    channel = entry.open(context=plugin_context(check_plugin_settings(entry.settings, {"width": 40})))
    message = Notification(
        id="1",
        kind="permit_issued",
        recipient_name="Dewi",
        email="dewi@contoh.example",
        phone=None,
        language="id",
        subject="Izin Anda sudah terbit",
        body="…",
        created_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    channel.send(message)
    channel.send(message)
    assert "[permit_issued] dewi@contoh.example: Izi\n" == capsys.readouterr().out


def _entry_point(site: Path, name: str, module: str) -> None:
    record = site / f"{name.replace('-', '_')}-0.1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: perizinan-{name}\nVersion: 0.1.0\n")
    (record / "entry_points.txt").write_text(f"[perizinan_core.plugins]\n{name} = {module}\n")


def _get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return str(answer.read().decode())


def test_the_sample_consumer_is_found_by_its_entry_point(tmp_path: Path) -> None:
    """Installed, it is loaded by itself."""
    _entry_point(tmp_path, "statistics-csv", "statistics_csv")
    paths = os.pathsep.join((str(tmp_path), str(EXAMPLES / "statistics-csv")))
    done = _run("-m", "perizinan_core.cli", "plugins", "list", "--json", environment={"PYTHONPATH": paths})
    found = {item["name"]: item for item in json.loads(done.stdout)}
    assert ("loaded", ["register_event_consumers"]) == (
        found["statistics-csv"]["state"],
        found["statistics-csv"]["hooks"],
    )


def test_the_sample_consumer_writes_each_event_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when another process continues its file, and when the past is replayed."""
    import csv

    from perizinan_core.testing import check_plugin_settings, plugin_context
    from perizinan_core.testing._offices import HOST, sample_office

    monkeypatch.syspath_prepend(str(EXAMPLES / "statistics-csv"))
    import statistics_csv

    (entry,) = statistics_csv.register_event_consumers()

    def consumer() -> object:
        settings = check_plugin_settings(entry.settings, {"file": "s.csv"}, folder=tmp_path)
        return entry.open(context=plugin_context(settings))

    kit = sample_office(consumers=[(entry, consumer())])
    case = kit.submit()
    kit.office.worker.run_once()
    again = sample_office(storage=kit._context.storage, clock=kit.clock, consumers=[(entry, consumer())])
    again.office.consumers.replay(entry.name, since=case.created_at, actor=HOST)
    again.submit()
    again.office.worker.run_once()

    rows = list(csv.DictReader((tmp_path / "s.csv").read_text(encoding="utf-8").splitlines()))
    assert [case.id, "application_submitted"] == [rows[0]["case"], rows[0]["kind"]]
    assert (2, 2) == (len(rows), len({row["id"] for row in rows}))
