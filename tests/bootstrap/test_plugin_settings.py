"""Tables ``[plugin.NAME]``: structured as declared, wrong ones named, nobody sees another one's."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from perizinan_core import Office, hookimpl
from perizinan_core.bootstrap import load_plugins, migrate_database
from perizinan_core.bootstrap._settings import load_settings
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.hooks import (
    AuthorityEntry,
    FrontendEntry,
    NotificationChannelEntry,
    Secret,
    UploadScannerEntry,
)
from perizinan_core.testing import CollectingChannel, check_plugin_settings, sample_pack

SLUG = sample_pack().authority.slug
OFFERED = ("door", "mail-folder", "post", "smtp")


@attrs.frozen(kw_only=True)
class Server:
    host: str
    certificates: Path = Path("certificates")


@attrs.frozen(kw_only=True)
class Post:
    folder: Path = Path("queue")
    copies: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    more: tuple[Path, ...] = ()
    password: Secret | None = None
    server: Server | None = None


@attrs.frozen
class Door:
    title: str = "Loket"


class Plugin:
    perizinan_api = 1

    def __init__(self):
        self.got = {}

    @hookimpl
    def register_authorities(self):
        return [AuthorityEntry(slug=SLUG, load=sample_pack)]

    @hookimpl
    def register_notification_channels(self):
        return [NotificationChannelEntry(name="post", open=self._channel, settings=Post)]

    @hookimpl
    def register_upload_scanners(self):
        return [UploadScannerEntry(name="plain", open=lambda: "a scanner")]

    @hookimpl
    def register_frontends(self):
        return [FrontendEntry(name="door", serve=self._serve, settings=Door)]

    def _channel(self, *, context):
        self.got["post"] = context.settings
        return CollectingChannel()

    def _serve(self, *, context):
        self.got["door"] = context.settings


@pytest.fixture
def open_with(tmp_path):
    def run(tables):
        path = tmp_path / "perizinan.toml"
        path.write_text(
            f"""
[office]
authority = "{SLUG}"
[signing]
development = true
[plugins]
channels = ["post"]
scanners = ["plain"]
frontend = "door"
{tables}
"""
        )
        mine = Plugin()
        settings = load_settings(path)
        migrate_database(settings, load_plugins(discover=False, extra={"mine": mine}))
        with Office.open(settings, plugins={"mine": mine}, discover=False) as office:
            office.serve()
        return mine.got

    return run


def problems(call, *arguments, **given):
    with pytest.raises(BootstrapError) as told:
        call(*arguments, **given)

    assert "settings" == told.value.code
    return told.value.details()["problems"]


def test_a_table_becomes_the_class_that_its_owner_declares(open_with, tmp_path, monkeypatch):
    """Paths count from the settings file, defaults too; a secret is what was found where the file says."""
    monkeypatch.setenv("POST_PASSWORD", "rahasia")
    got = open_with(
        """
[plugin.post]
copies = 3
more = ["a", "/b"]
password = "env:POST_PASSWORD"
server = {host = "surat.example"}
[plugin.door]
title = "Pintu"
"""
    )

    assert (tmp_path / "queue", 3, (tmp_path / "a", Path("/b"))) == (
        got["post"].folder,
        got["post"].copies,
        got["post"].more,
    )
    assert Server(host="surat.example", certificates=tmp_path / "certificates") == got["post"].server
    assert b"rahasia" == got["post"].password.reveal()
    assert "rahasia" not in repr(got["post"])
    assert Door("Pintu") == got["door"]


def test_without_a_table_the_defaults_hold(open_with, tmp_path):
    """An office that says nothing gets what the class says."""
    assert {"post": Post(folder=tmp_path / "queue"), "door": Door()} == open_with("")


def test_unknown_and_wrong_keys_are_named_all_at_once(open_with):
    """With the table, and with what was expected: also those of what is not chosen."""
    told = problems(
        open_with,
        """
[plugin.post]
coppies = 2
copies = "many"
[plugin.mail-folder]
ordner = "x"
[plugin.plain]
depth = 1
[plugin.poost]
copies = 1
""",
    )

    assert {
        "[plugin.post] invalid value (TypeError) @ $.copies; expected int",
        "[plugin.post] unknown fields 'coppies' @ $; its keys are: folder, copies, more, password, server",
        "[plugin.mail-folder] unknown fields 'ordner' @ $; its keys are: folder, sender, forwarded",
        "[plugin.plain] unknown fields 'depth' @ $; its keys are: none",
        "[plugin.poost] belongs to no plugin that is loaded; expected one of: " + ", ".join(OFFERED),
    } == set(told)


def test_a_secret_that_is_not_there_is_said_by_its_address(tmp_path):
    """The address is shown, never a value."""
    with pytest.raises(BootstrapError) as told:
        check_plugin_settings(Post, {"password": "file:missing"}, folder=tmp_path)

    assert ("secret-missing", "file:missing") == (told.value.code, told.value.details()["address"])


def test_the_kit_reads_a_table_as_an_office_would(tmp_path):
    """For the tests of plugins."""
    assert Post(folder=tmp_path / "x", copies=2) == check_plugin_settings(
        Post, {"folder": "x", "copies": 2}, folder=tmp_path
    )
    assert 1 == len(problems(check_plugin_settings, Post, {"copies": 0}, folder=tmp_path))
