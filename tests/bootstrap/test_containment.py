"""What a plugin does after it was loaded: what hangs or ends its process is given up, named, and stops nothing else."""

from __future__ import annotations

import io
import os
import sys
import textwrap
import threading
from datetime import UTC

import attrs
import pytest

from perizinan_core.bootstrap import OfficeSettings, PluginTable, Settings
from perizinan_core.bootstrap._bounded import bounded_signer, bounded_store
from perizinan_core.bootstrap._contexts import Contexts
from perizinan_core.bootstrap._opening import open_consumer
from perizinan_core.bootstrap._plugin_process import PluginProcesses
from perizinan_core.bootstrap._plugins import load_plugins
from perizinan_core.documents import DocumentStore, FolderDocumentStore, InMemoryDocumentStore, SpoolingStore
from perizinan_core.errors.base import Category
from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.errors.hooks import DeliveryError
from perizinan_core.hooks import DeliveredEvent, hookimpl
from perizinan_core.hooks import _manager as manager_module
from perizinan_core.hooks._timed_calls import EndedError, RaisedError, TimeLimitError
from perizinan_core.model import Event, EventKind
from perizinan_core.signing import DigestSigner, DocumentSigner
from perizinan_core.testing import SettableClock, sample_applicant
from perizinan_core.testing._fakes import FakeSigningService
from perizinan_core.testing._offices import HOST, MORNING, sample_office, sample_signer
from perizinan_core.testing._refusals import raises_code

SOURCE = """
import os, pathlib, time
import attrs
from perizinan_core.errors.hooks import DeliveryError
from perizinan_core.hooks import ApplicantCheckResult, EventConsumerEntry, SubmissionCheckResult, hookimpl
from perizinan_core.model import EventKind

perizinan_api = 1

@attrs.frozen
class Own:
    greeting: str = "hello"

perizinan_settings = Own

def act(how):
    pathlib.Path(os.environ["CONTAINED"]).open("a").write(f"{os.getpid()} {how}\\n")
    if how == "hangs":
        time.sleep(600)
    if how == "exits":
        os._exit(3)
    if how == "raises":
        raise LookupError("someone@example.org")
    if how == "refuses":
        raise DeliveryError("message-refused", answer="550")
    if how == "coroutine":
        return later()

async def later():
    pass

@hookimpl
def decide_applicant_check(applicant, context):
    print("asked")
    answer = act(applicant.phone.rpartition(" ")[2] if applicant.phone else "")
    if answer is not None:
        return answer
    by = f"{context.settings.greeting} {context.clock():%Y-%m-%d %H}"
    return ApplicantCheckResult(accepted=True, verified_by=by)

@hookimpl
def decide_submission_check(application, permit_type):
    act(application.form.get("act", ""))
    return SubmissionCheckResult(accepted=True, source="uji", answer=f"{permit_type.code} {os.getpid()}")

class Consumer:
    def __init__(self, context):
        self.context = context
        self.seen = 0

    def consume(self, delivered):
        self.seen += 1
        act(delivered.case)
        pathlib.Path(os.environ["CONTAINED"]).open("a").write(f"seen {self.seen}\\n")

@hookimpl
def register_event_consumers(context):
    kinds = frozenset({EventKind.PERMIT_ISSUED})
    return [EventConsumerEntry(name="uji", open=Consumer, kinds=kinds, time_limit=1.0)]
"""

SETTINGS = Settings(
    office=OfficeSettings(authority="kabupaten-contoh"),
    plugins=PluginTable(consumers=("uji",)),
    plugin={"uji": {}},
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The plugin, installed; the office's processes, which are kept through all tests."""
    site = tmp_path_factory.mktemp("site")
    (site / "contained.py").write_text(textwrap.dedent(SOURCE))
    info = site / "contained-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: contained\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[perizinan_core.plugins]\nuji = contained\n")
    log = tmp_path_factory.mktemp("log") / "log.txt"
    log.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        patch.setenv("CONTAINED", str(log))
        patch.setattr(manager_module, "DECIDE_SECONDS", 1.5)
        clock = SettableClock(MORNING)
        manager = load_plugins()
        manager.contexts = Contexts(attrs.evolve(SETTINGS, plugin={}), clock)
        manager.processes = PluginProcesses(attrs.evolve(SETTINGS, plugin={}), clock)
        yield manager, log
        manager.processes.close()
    sys.modules.pop("contained", None)


def applicant(how):
    return sample_applicant(phone=f"0812 {how}")


def pids(log, how):
    return [line.split()[0] for line in log.read_text().splitlines() if line.endswith(f" {how}")]


def test_an_installed_plugin_decides_in_a_process_of_its_own(installed, capfd):
    """With its settings and the office's clock; it is kept for the next question, and what it prints is not heard."""
    manager, log = installed
    answers = [manager.decide_applicant_check(applicant("answers")) for _ in range(2)]
    (first, second) = pids(log, "answers")

    assert {f"hello {MORNING.astimezone(UTC):%Y-%m-%d %H}"} == {item.verified_by for item in answers}
    assert first == second
    assert "asked" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("hangs", "time-limit"),
        ("exits", "process-ended"),
        ("raises", "LookupError"),
        ("coroutine", "TypeError"),
    ],
)
def test_a_decision_without_an_answer_names_the_plugin_and_the_next_one_is_made(installed, how, reason):
    """Fails closed; the text of the plugin's error stays out."""
    manager, _log = installed
    with raises_code("plugin-decision") as told:
        manager.decide_applicant_check(applicant(how))

    assert ("uji", reason) == (told.value.plugin, told.value.reason)
    assert "example.org" not in str(told.value)
    assert manager.decide_applicant_check(applicant("answers")).accepted


def test_a_check_of_submissions_runs_in_the_process_of_its_plugin(installed):
    """Cases and their permit types travel there as they are; one that hangs is given up."""
    manager, _log = installed
    kit = sample_office()
    case = kit.submit()
    application = kit.office.applications.get(case.id, actor=HOST)
    permit_type = kit._context.permit_type_of(application)
    checks = dict(manager.submission_checks())
    answer = checks["uji"](application=application, permit_type=permit_type)
    hanging = attrs.evolve(application, form={"act": "hangs"})
    with pytest.raises(TimeLimitError):
        checks["uji"](application=hanging, permit_type=permit_type)

    assert [permit_type.code, False] == [answer.answer.split()[0], answer.answer.endswith(f" {os.getpid()}")]


def delivered(case):
    event = Event(kind=EventKind.PERMIT_ISSUED, subject="p", at=MORNING, actor="x")
    return DeliveredEvent(id="e", event=event, case=case)


def test_a_consumer_of_an_installed_plugin_is_stopped_when_its_time_is_over(installed):
    """Whatever it does, the next event is delivered; the code of what it raised is what is kept."""
    manager, log = installed
    opened = open_consumer(manager, "uji", attrs.evolve(SETTINGS, plugin={}))
    consume = opened.consumer.consume

    assert opened.apart
    consume(delivered("first"))
    consume(delivered("second"))
    assert "seen 2" in log.read_text()
    with pytest.raises(TimeLimitError):
        consume(delivered("hangs"))
    with pytest.raises(EndedError):
        consume(delivered("exits"))
    with pytest.raises(RaisedError) as told:
        consume(delivered("raises"))
    with pytest.raises(DeliveryError) as refused:
        consume(delivered("refuses"))
    consume(delivered("third"))

    assert "LookupError" == told.value.code
    assert refused.value.is_final
    assert pids(log, "first") != pids(log, "third")


def test_a_plugin_of_the_host_decides_in_a_thread_that_is_given_up(monkeypatch):
    """It is an object of this process: it cannot be stopped, but the office continues and names it."""
    monkeypatch.setattr(manager_module, "DECIDE_SECONDS", 0.05)
    release = threading.Event()

    class Hangs:
        perizinan_api = 1

        @hookimpl
        def decide_applicant_check(self):
            release.wait(60)

    manager = load_plugins(discover=False, extra={"host": Hangs()})
    with raises_code("plugin-decision") as told:
        manager.decide_applicant_check(sample_applicant())
    release.set()

    assert ("host", "time-limit") == (told.value.plugin, told.value.reason)


@pytest.fixture
def release():
    """What hangs ends with the test."""
    event = threading.Event()
    yield event
    event.set()


@attrs.define
class HangingKey:
    """A key whose token does not answer; its certificate is known."""

    inner: DigestSigner
    release: threading.Event

    @property
    def certificate(self):
        return self.inner.certificate

    @property
    def chain(self):
        return self.inner.chain

    @property
    def algorithm(self):
        return self.inner.algorithm

    def sign(self, data):
        self.release.wait(60)
        return self.inner.sign(data)


@attrs.define
class HangingService:
    """A service that takes the file and does not answer."""

    release: threading.Event
    asked: int = 0

    def sign_document(self, pdf, request):
        del request
        self.asked += 1
        self.release.wait(60)
        return pdf


def approved(signer):
    """Return an office with a case to be issued; the position's certificate is bound to it before."""
    kit = sample_office()
    case = kit.submit()
    kit.review(case.id)
    kit.office.publication.authority_json()
    kit._context.signers.signers["kepala"] = signer
    return kit, case


def test_a_key_that_hangs_issues_nothing_and_signs_when_it_answers_again(release):
    """The permit waits with its number; the next try with a key that works issues it under the same number."""
    kit, case = approved(bounded_signer(HangingKey(sample_signer("kepala"), release), "hsm", "hsm", 0.05))
    with raises_code("plugin-hangs") as told:
        kit.issue(case.id)
    kit._context.signers.signers["kepala"] = bounded_signer(sample_signer("kepala"), "hsm", "hsm")
    permit = kit.issue(case.id)

    assert ("hsm", "signer") == (told.value.plugin, told.value.kind)
    assert Category.UNAVAILABLE is told.value.category
    assert permit.signed_sha256 is not None


def test_a_service_that_hangs_leaves_the_permit_in_doubt_and_is_not_asked_again(release):
    """It may have signed: a person looks it up there, as after a crash."""
    service = HangingService(release=release)
    kit, case = approved(bounded_signer(service, "bsre", "bsre", 0.05))
    for _ in range(2):
        with raises_code("signing-in-doubt") as told:
            kit.issue(case.id)

    assert 1 == service.asked
    assert told.value.reason


@pytest.mark.parametrize(
    ("patience", "seconds"),
    [(None, 60.0), (30.0, 60.0), (90.0, 95.0), (110.0, 115.0), (900.0, 115.0), ("x", 60.0)],
)
def test_a_service_is_waited_for_as_long_as_it_says_and_never_beyond_the_lease(patience, seconds):
    """What it answers in that time is kept; nothing is asked of it after its letter may be taken over."""
    service = FakeSigningService(key=sample_signer("kepala"))
    patient = type("Patient", (), {"sign_document": service.sign_document, "patience": patience})()
    bounded = bounded_signer(service if patience is None else patient, "bsre", "bsre")

    assert seconds == bounded._bounds.seconds


def test_a_bounded_signer_is_of_its_kind_and_signs():
    """What asks for a kind of signer finds it."""
    key, service = sample_signer("kepala"), FakeSigningService(key=sample_signer("kepala"))

    assert isinstance(bounded_signer(key, "x", "x"), DigestSigner)
    assert isinstance(bounded_signer(service, "x", "x"), DocumentSigner)
    kit, case = approved(bounded_signer(service, "x", "x"))
    assert kit.issue(case.id).signed_sha256


class HangingStore(InMemoryDocumentStore):
    """A store whose service does not answer while it is held."""

    def __init__(self, release):
        super().__init__()
        self.held, self.release = False, release

    def __getattribute__(self, name):
        value = super().__getattribute__(name)
        if name in {"held", "release"} or name.startswith("_") or not callable(value):
            return value

        def call(*arguments, **named):
            if self.held:
                self.release.wait(60)
            return value(*arguments, **named)

        return call


ACTIONS = {
    "put": lambda store, _sha: store.put(io.BytesIO(b"x")),
    "open": lambda store, sha: store.open(sha),
    "read": lambda store, sha: store.read(sha, 10),
    "exists": lambda store, sha: store.exists(sha),
    "size": lambda store, sha: store.size(sha),
    "delete": lambda store, sha: store.delete(sha),
    "link": lambda store, sha: store.link("a/b", sha),
    "resolve": lambda store, _sha: store.resolve("a/b"),
    "documents": lambda store, _sha: list(store.documents()),
    "links": lambda store, _sha: list(store.links()),
    "verify": lambda store, _sha: list(store.verify()),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_store_that_hangs_is_unavailable(release, action):
    """Whatever is asked of it; afterwards it works again."""
    inner = HangingStore(release)
    store = bounded_store(inner, "s3", "s3", 0.05)
    sha = store.put(io.BytesIO(b"content")).sha256
    inner.held = True
    with pytest.raises(DocumentStoreUnavailableError) as told:
        ACTIONS[action](store, sha)
    inner.held = False

    assert Category.UNAVAILABLE is told.value.category
    assert "tidak menjawab" in told.value.message("id")
    assert b"content" == store.read(sha, 10)


def test_a_reader_that_hangs_in_the_middle_is_given_up(release):
    """A file is read in pieces, and each has its time."""

    class Stuck(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                release.wait(60)
            return super().read(min(size, 4))

    class Store(InMemoryDocumentStore):
        def open(self, _sha256):
            return Stuck(b"12345678")

    reader = bounded_store(Store(), "s3", "s3", 0.05).open("0" * 64)
    with pytest.raises(DocumentStoreUnavailableError):
        reader.read()


def test_a_bounded_store_is_of_its_kind_and_hands_out_what_was_put(tmp_path):
    """In pieces and as a whole."""
    store = bounded_store(FolderDocumentStore(tmp_path), "x", "x")
    content = bytes(range(256)) * 1000
    sha = store.put(io.BytesIO(content)).sha256
    with store.open(sha) as reader:
        assert content[:10] == reader.read(10)
        reader.seek(100)
        assert content[100:] == reader.read()

    assert isinstance(store, SpoolingStore)
    assert isinstance(bounded_store(InMemoryDocumentStore(), "x", "x"), DocumentStore)
    assert content == store.read(sha, len(content))
