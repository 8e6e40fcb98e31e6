"""What plugins offer under the younger hooks is opened when the settings name it, and what is wrong is named then."""

from __future__ import annotations

import attrs
import pytest

from perizinan_core import Office, hookimpl
from perizinan_core.bootstrap import (
    OfficeSettings,
    PluginTable,
    Settings,
    SigningSettings,
    load_plugins,
    migrate_database,
)
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.hooks import (
    AuthorityEntry,
    MessageText,
    MessageTextsEntry,
    NumberSourceEntry,
    PaymentProviderEntry,
    RetentionEntry,
    Rounds,
    WorkQueueEntry,
)
from perizinan_core.model import EventKind
from perizinan_core.testing import sample_pack
from perizinan_core.testing._refusals import raises_code

SLUG = sample_pack().authority.slug


class Plugin:
    perizinan_api = 1

    def __init__(self, body="Nomor {receipt}"):
        self.contexts = {}
        self.body = body

    def _opens(self, name, result):
        def run(*, context):
            self.contexts[name] = context
            return result

        return run

    @hookimpl
    def register_authorities(self):
        return [AuthorityEntry(slug=SLUG, load=sample_pack)]

    @hookimpl
    def register_message_texts(self):
        text = MessageText(
            kind=EventKind.APPLICATION_SUBMITTED, language="id", subject="{receipt}", body=self.body
        )
        return [MessageTextsEntry(name="texts", open=self._opens("texts", [text]))]

    @hookimpl
    def register_number_sources(self):
        return [NumberSourceEntry(name="numbers", open=self._opens("numbers", "a source"))]

    @hookimpl
    def register_payment_providers(self):
        return [PaymentProviderEntry(name="bank", open=self._opens("bank", "a bank"))]

    @hookimpl
    def register_retention(self):
        return [RetentionEntry(name="archive", open=self._opens("archive", self))]

    @hookimpl
    def register_work_queues(self):
        return [WorkQueueEntry(name="my-queue", open=self._opens("my-queue", Rounds()))]


@pytest.fixture
def open_with(tmp_path):
    def run(plugin, **table):
        settings = Settings(
            office=OfficeSettings(authority=SLUG),
            signing=SigningSettings(development=True),
            plugins=PluginTable(**table),
            folder=tmp_path,
        )
        plugins = {"mine": plugin}
        migrate_database(attrs.evolve(settings), load_plugins(discover=False, extra=plugins))
        return Office.open(settings, plugins=plugins, discover=False)

    return run


def test_what_the_settings_name_is_opened_with_a_context(open_with):
    """And nothing else."""
    plugin = Plugin()
    given = {
        "message_texts": ("texts",),
        "number_sources": {"izin": "numbers"},
        "payment_providers": ("bank",),
        "retention": ("archive",),
        "work_queue": "my-queue",
    }
    with open_with(plugin, **given) as office:
        assert ("bank",) == office.billing.providers()
        assert {"texts", "numbers", "bank", "archive", "my-queue"} == set(plugin.contexts)
        assert all(context.office() is office for context in plugin.contexts.values())
    bare = Plugin()
    with open_with(bare):
        assert {} == bare.contexts


def test_a_text_that_cannot_be_used_keeps_the_office_from_opening(open_with):
    """With the message, and what is wrong with it."""
    with raises_code("message-texts", match="there is not a placeholder {nomor}"):
        open_with(Plugin(body="{nomor}"), message_texts=("texts",))


def test_a_register_that_the_authority_does_not_have_is_named(open_with):
    """A typing error would give numbers to nobody."""
    with pytest.raises(BootstrapError, match="is not a register"):
        open_with(Plugin(), number_sources={"izzin": "numbers"})


@pytest.mark.parametrize(
    "table",
    [
        {"message_texts": ("none",)},
        {"number_sources": {"izin": "none"}},
        {"payment_providers": ("none",)},
        {"retention": ("none",)},
    ],
)
def test_what_no_plugin_offers_is_named(open_with, table):
    """With what there is."""
    with raises_code("nothing-registered"):
        open_with(Plugin(), **table)
