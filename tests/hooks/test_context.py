"""What a plugin is given with every call: settings, folder, clock, logger, and the office."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import attrs
import pytest

from perizinan_core import Office, hookimpl
from perizinan_core.bootstrap import load_plugins, migrate_database
from perizinan_core.bootstrap._settings import load_settings
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.hooks import (
    ApplicantCheckResult,
    AuthorityEntry,
    DeliveredEvent,
    DocumentStoreEntry,
    EventConsumerEntry,
    ExpressionsEntry,
    NotificationChannelEntry,
    PluginState,
    RendererEntry,
    Secret,
    SignerEntry,
    TablesEntry,
    UploadScannerEntry,
)
from perizinan_core.hooks._context import safe_name, taken
from perizinan_core.hooks._manager import RECORDS
from perizinan_core.model import ActorKind, EventKind
from perizinan_core.rendering import TypstRenderer
from perizinan_core.testing import (
    APPLICANT,
    MORNING,
    CollectingChannel,
    SettableClock,
    plugin_context,
    sample_applicant,
    sample_pack,
)
from perizinan_core.testing._refusals import raises_code

SLUG = sample_pack().authority.slug


@attrs.frozen(kw_only=True)
class Register:
    token: Secret
    certificates: Path = Path("certificates")


@attrs.frozen
class Bucket:
    region: str


class Plugin:
    """Offers one of each, and keeps the contexts that it was given."""

    perizinan_api = 1
    perizinan_settings = Register

    def __init__(self):
        self.contexts = {}

    def _opens(self, kind, result):
        def run(*, context):
            self.contexts[kind] = context
            return result

        return run

    @hookimpl
    def register_authorities(self, context):
        self.contexts["register"] = context
        return [AuthorityEntry(slug=SLUG, load=self._opens("authority", sample_pack()))]

    @hookimpl
    def register_document_stores(self):
        from perizinan_core.documents import InMemoryDocumentStore

        store = self._opens("store", InMemoryDocumentStore())
        return [DocumentStoreEntry(scheme="bucket", open=store, settings=Bucket)]

    @hookimpl
    def register_notification_channels(self):
        return [NotificationChannelEntry(name="post", open=self._opens("channel", CollectingChannel()))]

    @hookimpl
    def register_upload_scanners(self):
        return [UploadScannerEntry(name="look", open=self._opens("scanner", "a scanner"))]

    @hookimpl
    def register_renderers(self):
        return [RendererEntry(name="paper", open=self._opens("renderer", TypstRenderer()))]

    @hookimpl
    def register_signers(self):
        return [SignerEntry(scheme="token", open=self._opens("signer", "a signer"))]

    @hookimpl
    def register_event_consumers(self):
        kinds = frozenset({EventKind.APPLICATION_STARTED})
        return [EventConsumerEntry(name="listens", open=self._opens("consumer", self), kinds=kinds)]

    @hookimpl
    def decide_applicant_check(self, *, applicant, context):
        self.contexts["decide"] = context
        return ApplicantCheckResult(
            accepted=bool(applicant.name), verified_by=context.settings.token.reveal().decode()
        )

    def consume(self, delivered: DeliveredEvent) -> None:
        context = self.contexts["consumer"]
        case = context.office().applications.get(delivered.case, actor=context.actor)
        self.seen = (case.permit_type, case.applicant.name)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("REGISTER_TOKEN", "a-token")
    path = tmp_path / "perizinan.toml"
    path.write_text(
        f"""
[office]
authority = "{SLUG}"
[storage]
documents = "bucket:permits"
[signing]
development = true
signers = {{ kepala = "token:1" }}
[plugins]
channels = ["post"]
scanners = ["look"]
consumers = ["listens"]
renderer = "paper"
[plugin.mine]
token = "env:REGISTER_TOKEN"
[plugin.bucket]
region = "id-1"
"""
    )
    return load_settings(path)


@pytest.fixture
def mine(settings):
    plugin = Plugin()
    migrate_database(settings, load_plugins(discover=False, extra={"mine": plugin}))
    plugin.contexts.clear()
    return plugin


@pytest.fixture
def office(settings, mine):
    with Office.open(
        settings, plugins={"mine": mine}, discover=False, clock=SettableClock(MORNING)
    ) as opened:
        yield opened


def test_every_hook_and_opener_gets_a_context(office, mine):
    """One kind of context for all, with the plugin's name and that of what is opened."""
    office.signers.signer_for("kepala")
    office.plugins.decide_applicant_check(sample_applicant())
    names = {kind: context.name for kind, context in mine.contexts.items()}

    assert {
        "register": "mine",
        "decide": "mine",
        "authority": SLUG,
        "store": "bucket",
        "channel": "post",
        "scanner": "look",
        "renderer": "paper",
        "consumer": "listens",
        "signer": "token",
    } == names
    assert {"mine"} == {context.plugin for context in mine.contexts.values()}


def test_settings_are_those_of_what_is_offered_or_of_the_plugin_itself(office, mine, tmp_path):
    """Secrets are fetched and paths are absolute in both; without a class there are none."""
    office.plugins.decide_applicant_check(sample_applicant())

    assert Bucket("id-1") == mine.contexts["store"].settings
    assert b"a-token" == mine.contexts["decide"].settings.token.reveal()
    assert tmp_path / "certificates" == mine.contexts["register"].settings.certificates
    assert mine.contexts["channel"].settings is None


def test_what_a_plugin_that_decides_needs_is_known_before_anything_is_decided(settings, mine):
    """A missing table is told when the office opens, and unknown keys are named."""
    for table, told in ((None, "token"), ({"token": "env:REGISTER_TOKEN", "typo": 1}, "typo")):
        tables = {name: value for name, value in settings.plugin.items() if name != "mine"}
        given = attrs.evolve(settings, plugin=tables if table is None else {**tables, "mine": table})
        with pytest.raises(BootstrapError, match=told) as error:
            Office.open(given, plugins={"mine": mine}, discover=False)

        assert "settings" == error.value.code
        assert "[plugin.mine]" in error.value.message("en")


def test_the_folder_is_the_plugins_own_and_made_when_it_asks(office, mine, tmp_path):
    """Closed to other accounts of the machine."""
    expected = tmp_path / "data" / "plugins" / "mine"

    assert not expected.exists()
    assert expected == mine.contexts["channel"].folder
    assert 0o700 == stat.S_IMODE(expected.stat().st_mode)
    assert expected == mine.contexts["store"].folder


@pytest.mark.parametrize("name", ["../../etc", ".", "..", "a/b", "a\\b", "a\nb", "ä"])
def test_no_name_of_a_plugin_leads_out_of_its_folder(name):
    """Nor into another logger."""
    found = safe_name(name)

    assert not set(found) & set("./\\\n")
    assert name.isascii() or found.isascii()


def test_clock_and_logger_are_the_offices_with_the_plugins_name(office, mine, caplog):
    """A clock that tests set is the plugin's as well."""
    context = mine.contexts["channel"]
    with caplog.at_level(logging.INFO):
        context.logger.info("case %s", "018f")

    assert MORNING == context.clock()
    assert [("perizinan_core.plugin.mine", "case 018f")] == [
        (record.name, record.getMessage()) for record in caplog.records
    ]


def test_a_consumer_asks_the_running_office_about_the_case_of_an_event(office, mine):
    """As an actor of the system with the plugin's name; the office is the one that opened it."""
    code = sample_pack().catalogue.permit_types[0].code
    office.applications.start(code, applicant=sample_applicant(), actor=APPLICANT)
    office.worker.run_once()

    assert office is mine.contexts["consumer"].office()
    assert (code, sample_applicant().name) == mine.seen


def test_a_plugin_is_an_actor_of_the_system_and_no_officer(office, mine):
    """It reads; what only people decide it cannot."""
    actor = mine.contexts["channel"].actor
    code = sample_pack().catalogue.permit_types[0].code
    case = office.applications.start(code, applicant=sample_applicant(), actor=APPLICANT)

    assert (ActorKind.SYSTEM, "system:plugin:mine") == (actor.kind, str(actor.account))
    assert case.id == office.applications.get(case.id, actor=actor).id
    with pytest.raises(AccessDeniedError):
        office.applications.submit(case.id, actor=actor)


def test_an_office_that_is_not_open_yet_is_not_handed_out(settings, mine):
    """Asking in the opener is an error with a sentence."""

    class Hasty(Plugin):
        def _opens(self, kind, result):
            def run(*, context):
                return kind and context.office() and result

            return run

    with raises_code("no-office") as told:
        Office.open(settings, plugins={"mine": Hasty()}, discover=False)

    assert "mine" == told.value.plugin


def test_where_there_is_no_office_only_name_clock_and_logger_are_to_be_had():
    """``perizinan --help`` asks plugins for their commands without one."""
    plugin = Plugin()
    load_plugins(discover=False, extra={"mine": plugin}).gather("register_authorities")
    context = plugin.contexts["register"]

    assert context.clock().tzinfo is not None
    assert "perizinan_core.plugin.mine" == context.logger.name
    for ask in (lambda: context.settings, lambda: context.folder, context.office):
        with raises_code("no-office"):
            ask()


def test_a_hook_that_asks_for_what_there_is_not_is_named_with_what_there_is():
    """Also where pluggy does not look: at arguments behind the star."""

    class Strange:
        perizinan_api = 1

        @hookimpl
        def register_signers(self, *, happening):
            return happening

    manager = load_plugins(discover=False, extra={"strange": Strange()})
    (status,) = [item for item in manager.statuses if item.name == "strange"]

    assert PluginState.INCOMPATIBLE is status.state
    assert "asks for happening; it may take, by name: context" in status.reason


def test_an_opener_that_asks_for_what_there_is_not_is_named_with_what_there_is(settings, mine):
    """As plugins of an older interface did, which took the settings alone."""

    class Old(Plugin):
        @hookimpl
        def register_notification_channels(self):
            return [NotificationChannelEntry(name="post", open=lambda settings: settings)]

    with raises_code("plugin-problem", match="asks for settings; it may take, by name: context"):
        Office.open(settings, plugins={"mine": Old()}, discover=False)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda: 0, {}),
        (lambda a: a, {"a": 1}),
        (lambda *, b: b, {"b": 2}),
        (lambda a, c=3: a + c, {"a": 1}),
        (lambda **all_of_them: all_of_them, {"a": 1, "b": 2}),
        (dict, {}),
    ],
)
def test_a_function_gets_what_it_names(function, expected):
    """And nothing else, so that an argument added later breaks no plugin."""
    assert expected == taken(function, {"a": 1, "b": 2})


def test_a_context_for_tests_has_all_its_parts(tmp_path):
    """Nothing is needed but the settings."""
    context = plugin_context(Bucket("id-1"), folder=tmp_path)

    assert (Bucket("id-1"), tmp_path, MORNING) == (context.settings, context.folder, context.clock())
    assert plugin_context(None).folder.is_dir()
    with raises_code("no-office"):
        context.office()


def test_the_records_of_every_hook_may_declare_settings():
    """But for tables and expressions, which nothing opens; a setting would change answers without a new edition."""
    without = [kind for kind in RECORDS.values() if not hasattr(attrs.fields(kind), "settings")]

    assert {ExpressionsEntry, TablesEntry} == set(without)
