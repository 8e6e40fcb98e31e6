"""A status list that keeps itself current: from a file, from an address, and from one that hangs."""

from __future__ import annotations

import http.server
import threading
import time
from datetime import timedelta

import pytest

from perizinan_core.bootstrap._settings import PublicationSettings
from perizinan_core.errors.published import StatusListError
from perizinan_core.published import read_authority_document
from perizinan_core.testing._offices import sample_office
from perizinan_core.verification import CurrentStatusList


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office that publishes its list, with one permit."""
    kit = sample_office(publication=PublicationSettings(folder=str(tmp_path_factory.mktemp("list"))))
    permit = kit.permit()
    kit.office.publication.status_lists.publish()
    yield kit, permit, read_authority_document(kit.office.publication.authority_json())
    kit.office.close()


@pytest.fixture
def server(office):
    """Serve the list; `hold` keeps answers back, and `fetched` counts."""
    kit, _permit, _authority = office
    data = kit.office.publication.status_lists.file.read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found.fetched += 1
            found.hold.wait(30)
            self.send_response(found.code)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_words):
            pass

    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.fetched, found.code, found.hold = 0, 200, threading.Event()
    found.hold.set()
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    found.address = f"http://127.0.0.1:{found.server_address[1]}/status-list.cwt"
    yield found
    found.hold.set()
    found.shutdown()
    thread.join(10)
    found.server_close()


def _ask(source, office):
    kit, permit, authority = office
    return source.status_of(permit.number, permit.status_index, authority.local_day(kit.clock()))


def test_a_list_at_an_address_is_fetched_once_for_many_questions(office, server):
    """And handed on as it was signed."""
    kit, _permit, authority = office
    source = CurrentStatusList(server.address, authority=authority, clock=kit.clock, seconds=20)
    answers = {str(_ask(source, office).status) for _ in range(5)}

    assert {"in_force"} == answers
    assert 1 == server.fetched
    assert kit.office.publication.status_lists.file.read_bytes() == source.data()


def test_an_address_that_hangs_costs_one_wait(office, server):
    """The first question waits to the end of its time, the others are answered at once: not known."""
    kit, _permit, authority = office
    server.hold.clear()
    source = CurrentStatusList(server.address, authority=authority, clock=kit.clock, seconds=0.2)
    reasons = []
    for _ in range(3):
        with pytest.raises(StatusListError) as caught:
            _ask(source, office)
        reasons.append(caught.value.reason)
    server.hold.set()
    deadline = time.monotonic() + 20
    while source.data() is None and time.monotonic() < deadline:
        time.sleep(0.01)

    assert ["status-list-unreachable"] * 3 == reasons
    assert 1 == server.fetched
    assert "in_force" == str(_ask(source, office).status)


def test_the_last_good_list_is_used_until_it_is_too_old(office, server):
    """How old it may be is judged at each question."""
    kit, permit, authority = office
    moment = [kit.clock()]
    source = CurrentStatusList(server.address, authority=authority, clock=lambda: moment[0], seconds=20)
    _ask(source, office)
    server.code = 503
    moment[0] += timedelta(days=8)

    with pytest.raises(StatusListError) as caught:
        source.status_of(permit.number, permit.status_index, authority.local_day(moment[0]))

    assert "status-list-too-old" == caught.value.reason


def test_a_file_is_read_again_when_it_changes(office, tmp_path):
    """Missing, there, damaged."""
    kit, _permit, authority = office
    path = tmp_path / "status-list.cwt"
    source = CurrentStatusList(path, authority=authority, clock=kit.clock)
    with pytest.raises(StatusListError) as missing:
        _ask(source, office)
    path.write_bytes(kit.office.publication.status_lists.file.read_bytes())
    there = str(_ask(source, office).status)
    path.write_bytes(b"nonsense")
    with pytest.raises(StatusListError) as damaged:
        _ask(source, office)

    assert "status-list-missing" == missing.value.reason
    assert "in_force" == there
    assert "status-list-malformed" == damaged.value.reason
    assert source.data() is None
