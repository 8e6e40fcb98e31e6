"""Settings, secrets and keys: every problem is named at once, and nothing secret is left readable."""

import shutil
import stat
import threading
from pathlib import Path

import attrs
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from perizinan_core.bootstrap import (
    Office,
    OfficeSettings,
    PluginTable,
    Settings,
    SigningSettings,
    StorageSettings,
    load_plugins,
    load_settings,
    migrate_database,
)
from perizinan_core.bootstrap._keys import open_keys, open_roots
from perizinan_core.bootstrap._opening import database_url
from perizinan_core.bootstrap._settings import read_secret
from perizinan_core.errors.signing import SigningError
from perizinan_core.errors.storage import StorageError
from perizinan_core.hooks import (
    AuthorityEntry,
    DocumentStoreEntry,
    FrontendEntry,
    NotificationChannelEntry,
    SignerEntry,
    StorageEntry,
    UploadScannerEntry,
    hookimpl,
)
from perizinan_core.hooks._notification import MailFolderChannel
from perizinan_core.published import read_authority_document
from perizinan_core.services._delivery import Deliver
from perizinan_core.services._targets import ToChannel
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.testing._fakes import CollectingChannel, SettableClock
from perizinan_core.testing._offices import (
    APPLICANT,
    FORMS,
    HOST,
    MORNING,
    OfficeKit,
    sample_applicant,
    sample_ca,
    sample_pack,
    sample_staff,
)
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit


class Sample:
    """A plugin that brings the made-up local government."""

    perizinan_api = 1

    @hookimpl
    def register_authorities(self):
        return [AuthorityEntry(slug="kabupaten-contoh", load=sample_pack)]


def settings_in(folder, **given):
    """Return settings of the made-up office in a folder."""
    given.setdefault("signing", SigningSettings(development=True))
    return Settings(office=OfficeSettings(authority="kabupaten-contoh"), folder=folder, **given)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A folder with a migrated office."""
    folder = tmp_path_factory.mktemp("office")
    migrate_database(settings_in(folder), load_plugins(discover=False))
    return folder


@pytest.fixture
def folder(migrated, tmp_path):
    """A fresh copy of that folder."""
    shutil.copytree(migrated, tmp_path / "office")
    return tmp_path / "office"


def opened(settings, **plugins):
    return Office.open(
        settings, clock=SettableClock(MORNING), discover=False, plugins={"sample": Sample(), **plugins}
    )


def test_every_wrong_setting_is_named_at_once(tmp_path):
    """Unknown names, wrong types and wrong values, each with its place."""
    path = tmp_path / "perizinan.toml"
    path.write_text(
        """
        folder = "/etc"
        surprise = 1
        [office]
        authority = "kabupaten-contoh"
        language = "jv"
        [storage]
        databse = "sqlite:///x.db"
        [signing]
        development = "yes"
        roots = 5
        [plugins]
        channels = "mail-folder"
        [plugin]
        mail-folder = 5
        """
    )
    with raises_code("settings") as told:
        load_settings(path)
    problems = "\n".join(told.value.problems)

    for word in ("surprise", "language", "databse", "development", "roots", "channels", "mail-folder"):
        assert word in problems, problems
    assert "perizinan init" in told.value.message("en")


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"[office", "end of a table"), (b"\xff\xfe", "utf-8"), (b"", "office"), (b"[office]\n", "authority")],
)
def test_a_file_that_cannot_be_read_is_said_so(tmp_path, content, word):
    """No TOML, no UTF-8, nothing in it."""
    path = tmp_path / "perizinan.toml"
    path.write_bytes(content)
    with raises_code("settings") as told:
        load_settings(path)

    assert word in str(told.value)


def test_a_missing_file_and_a_folder_in_its_place_are_said_so(tmp_path):
    """Not the operating system's own error."""
    for path in (tmp_path / "nothing.toml", tmp_path):
        with raises_code("settings"):
            load_settings(path)


def test_paths_are_relative_to_the_settings(tmp_path):
    """Wherever the program was started."""
    path = tmp_path / "perizinan.toml"
    path.write_text('[office]\nauthority = "kabupaten-contoh"\n')
    settings = load_settings(path)

    assert tmp_path == settings.folder
    assert tmp_path / "data" / "x" == settings.path("data/x")
    assert f"sqlite:///{tmp_path}/data/perizinan.db" == database_url(settings)


def test_secrets_come_from_the_environment_or_a_file(tmp_path):
    """The final line break of a file is no part of it."""
    (tmp_path / "secret").write_bytes(b"a b\r\n")

    assert b"a b" == read_secret("file:secret", folder=tmp_path, environment={})
    assert b"x" == read_secret("env:KEY", folder=tmp_path, environment={"KEY": "x"})
    for address in ("file:nothing", "env:KEY", "secret", "", "vault:x"):
        with raises_code("secret-missing") as told:
            read_secret(address, folder=tmp_path, environment={})
        assert address == told.value.address


def test_the_password_of_the_database_is_put_into_the_address(tmp_path, monkeypatch):
    """It stands in no settings file, and odd characters in it harm nothing."""
    monkeypatch.setenv("DB_PASSWORD", "p@ss/word:1")
    storage = StorageSettings(
        database="postgresql+psycopg://izin@db.example/izin", database_password="env:DB_PASSWORD"
    )
    address = database_url(settings_in(tmp_path, storage=storage))

    assert "postgresql+psycopg://izin:p%40ss%2Fword%3A1@db.example/izin" == address


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"office": OfficeSettings(authority="kota-hilang")}, "kabupaten-contoh"),
        ({"storage": StorageSettings(database="oracle://x")}, "sqlite"),
        ({"storage": StorageSettings(documents="s3:bucket")}, "folder"),
        ({"plugins": PluginTable(channels=("whatsapp",))}, "mail-folder"),
        ({"plugins": PluginTable(renderer="docx")}, "typst"),
        ({"plugins": PluginTable(scanners=("clamav",))}, "-"),
    ],
)
def test_what_no_plugin_offers_is_told_with_what_there_is(folder, given, word):
    """The office is not opened, and its database is let go of."""
    with raises_code("nothing-registered") as told:
        opened(attrs.evolve(settings_in(folder), **given))

    assert word in told.value.message("en")


def test_a_database_that_was_not_migrated_is_said_so(tmp_path):
    """Not a missing table."""
    with pytest.raises(StorageError, match="perizinan migrate"):
        opened(settings_in(tmp_path))


def test_the_whole_way_with_a_development_ca_on_disk(folder):
    """Opened twice: keys and certificates stay, the permit verifies, the mails lie in the outbox."""
    with opened(settings_in(folder)) as office:
        permit, pdf, document = played(office)
    with opened(settings_in(folder)) as office:
        again = office.publication.authority_json()
        report = verify_permit(
            pdf,
            authority=read_authority_document(document),
            at=MORNING.replace(hour=20),
            status=office.status,
        )

    assert Verdict.VALID is report.verdict
    assert permit.number == report.permit.number
    assert read_authority_document(document).version == read_authority_document(again).version
    assert read_authority_document(document).signatories == read_authority_document(again).signatories
    assert list((folder / "outbox").glob("*.eml"))
    assert b"\0" not in document


def played(office):
    """Play a permit and return it with its file and the authority document."""
    kit = OfficeKit(
        office=office, context=office._context, clock=office._context.clock, mail=CollectingChannel()
    )
    for officer in sample_staff():
        office.reviews.add_officer(officer, actor=HOST)
    permit = kit.permit()
    office.worker.run_once()
    with office.permits.open_pdf(permit.id, actor=APPLICANT) as file:
        return permit, file.read(), office.publication.authority_json()


def test_keys_are_made_once_readable_by_the_owner_only(tmp_path):
    """Mode 0600, and the second opening finds the same keys."""
    settings = settings_in(tmp_path)
    first, second = open_keys(settings), open_keys(settings)
    files = [path for path in (tmp_path / "keys").rglob("*") if path.is_file()]

    assert first.qr.private_numbers() == second.qr.private_numbers()
    assert first.document.private_numbers() != first.qr.private_numbers()
    assert {"qr.pem", "authority-document.pem"} <= {path.name for path in files}
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in files}
    assert 0o700 == stat.S_IMODE((tmp_path / "keys").stat().st_mode)


def test_threads_that_make_the_keys_at_once_agree_on_one(tmp_path):
    """Whoever comes second uses the first one's."""
    settings = settings_in(tmp_path)
    start, found = threading.Barrier(8), []

    def run():
        start.wait()
        found.append(open_keys(settings).qr.private_numbers().private_value)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(set(found)) == len(found) // 8
    assert {".pem"} == {path.suffix for path in (tmp_path / "keys").iterdir()}


def pem(key, password=None):
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize(
    "content",
    [
        b"no key",
        pem(rsa.generate_private_key(65537, 2048)),
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(ec.generate_private_key(ec.SECP256R1()), b"secret"),
    ],
)
def test_a_wrong_key_file_is_named_and_never_replaced(tmp_path, content):
    """A new key would invalidate what the old one signed."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "qr.pem").write_bytes(content)
    with raises_code("office-key-file") as told:
        open_keys(settings_in(tmp_path))

    assert "qr.pem" == told.value.path
    assert content == (tmp_path / "keys" / "qr.pem").read_bytes()


def test_an_ed25519_key_is_taken(tmp_path):
    """Both kinds that the documents allow."""
    key = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "qr.pem").write_bytes(pem(key))

    assert isinstance(open_keys(settings_in(tmp_path)).qr, ed25519.Ed25519PrivateKey)


def test_storage_keys_come_from_a_file_or_the_environment(folder, monkeypatch):
    """And the keys of another store are refused."""
    text = (folder / "keys" / "storage.json").read_text() if (folder / "keys").exists() else None
    with opened(settings_in(folder)):
        text = text or (folder / "keys" / "storage.json").read_text()
    monkeypatch.setenv("STORAGE_KEYS", text)
    opened(settings_in(folder, storage=StorageSettings(keys="env:STORAGE_KEYS"))).close()
    with pytest.raises(StorageError):
        opened(settings_in(folder, storage=StorageSettings(keys="file:keys/others.json")))


def test_a_signer_of_the_settings_signs_with_its_secret(folder, monkeypatch):
    """PEM key and certificate of a position; roots from a file; the secret from the settings or the host."""
    issued = sample_ca().issue("kepala", now=MORNING, kind="p-256")
    key = issued.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"rahasia"),
    )
    chain = b"".join(
        item.public_bytes(serialization.Encoding.PEM) for item in (issued.certificate, *issued.chain)
    )
    (folder / "kepala.pem").write_bytes(key + chain)
    (folder / "root.pem").write_bytes(sample_ca().root.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("KEPALA", "rahasia")
    signing = SigningSettings(
        signers={"kepala": "file:kepala.pem"}, secrets={"kepala": "env:KEPALA"}, roots=("root.pem",)
    )
    with opened(settings_in(folder, signing=signing)) as office:
        _, pdf, document = played(office)
    report = verify_permit(pdf, authority=read_authority_document(document), at=MORNING.replace(hour=20))
    without = SigningSettings(signers={"kepala": "kepala.pem"}, roots=("root.pem",))
    with opened(settings_in(folder, signing=without)) as office, pytest.raises(SigningError):
        office.signers.signer_for("kepala")
    asked = []
    with Office.open(
        settings_in(folder, signing=without),
        clock=SettableClock(MORNING),
        discover=False,
        plugins={"sample": Sample()},
        secrets=lambda position: asked.append(position) or "rahasia",
    ) as office:
        signer = office.signers.signer_for("kepala")

    assert Verdict.VALID is report.verdict
    assert ["kepala"] == asked
    assert issued.certificate == signer.certificate


def test_a_key_that_its_signatory_opens_signs_within_the_call_and_no_longer(folder, caplog):
    """The office opens and publishes without the passphrase; a wrong one is tried once, and none is kept."""
    issued = sample_ca().issue("kepala", now=MORNING, kind="p-256")
    (folder / "kepala.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"x",
            issued.key,
            issued.certificate,
            issued.chain,
            serialization.BestAvailableEncryption(b"rahasia"),
        )
    )
    (folder / "root.pem").write_bytes(sample_ca().root.certificate.public_bytes(serialization.Encoding.PEM))
    signing = SigningSettings(signers={"kepala": "file:kepala.p12"}, roots=("root.pem",))
    with opened(settings_in(folder, signing=signing)) as office:
        kit = OfficeKit(
            office=office, context=office._context, clock=office._context.clock, mail=CollectingChannel()
        )
        for officer in sample_staff():
            office.reviews.add_officer(officer, actor=HOST)
        cases = [kit.submit("warung").id for _ in range(2)]
        for case in cases:
            kit.review(case)
        kepala, asked = kit.officer("kepala"), []

        def wrong(position):
            asked.append(position)
            return "salah"

        assert office.permits.asks_secret(actor=kepala)
        assert not read_authority_document(office.publication.authority_json()).signatories
        with raises_code("passphrase-needed"):
            office.permits.issue(cases[0], actor=kepala)
        failed = office.permits.issue_many(tuple(cases), actor=kepala, secret=wrong)
        permit = office.permits.issue(cases[0], actor=kepala, secret=lambda _position: "rahasia")
        while_open = office.publication.authority_json()
        with raises_code("passphrase-needed"):
            office.permits.issue(cases[1], actor=kepala)
        with office.permits.open_pdf(permit.id, actor=APPLICANT) as file:
            pdf = file.read()
    with opened(settings_in(folder, signing=signing)) as office:
        document = office.publication.authority_json()

    assert (["passphrase-wrong"] * 2, ["kepala"]) == ([one.error.code for one in failed], asked)
    assert (
        Verdict.VALID
        is verify_permit(
            pdf, authority=read_authority_document(document), at=MORNING.replace(hour=20)
        ).verdict
    )
    assert read_authority_document(while_open).version == read_authority_document(document).version, (
        "the document does not depend on whether the key is open"
    )
    assert "rahasia" not in caplog.text


def test_a_position_without_a_signer_is_told(folder):
    """What to write where."""
    with opened(settings_in(folder, signing=SigningSettings())) as office:
        with raises_code("signer-not-configured", match=r"signing\.signers"):
            office.signers.signer_for("kepala")
        assert () == office.signers.positions()


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_root_that_is_missing_or_wrong_is_told(tmp_path, content):
    """By the name in the settings."""
    if content is not None:
        (tmp_path / "root.pem").write_bytes(content)
    with raises_code("office-key-file", match=r"root\.pem"):
        open_roots(settings_in(tmp_path, signing=SigningSettings(roots=("root.pem",))), MORNING)


@attrs.frozen
class Mail:
    folder: Path = Path("outbox")


@attrs.frozen
class Clam:
    socket: str


class Stamp:
    """A signer of whole files, which leaves its mark at their end."""

    def sign_document(self, pdf, request):
        return pdf + b" signed for " + request.encode()


class Others:
    """A plugin that brings a database, a store, a channel, a signer, a scanner and a frontend of its own."""

    perizinan_api = 1

    def __init__(self, *, broken=()):
        self.broken = broken
        self.opened = []
        self.storage = MemoryStorage(zone=MORNING.tzinfo)

    def _open(self, kind, result):
        def run(**arguments):
            self.opened.append((kind, arguments))
            if kind in self.broken:
                raise RuntimeError(f"{kind} is down")
            return result

        return run

    @hookimpl
    def register_storages(self):
        return [
            StorageEntry(
                schemes=("sqlite",),
                open=self._open("storage", self.storage),
                migrate=self._open("migrate", None),
            )
        ]

    @hookimpl
    def register_document_stores(self):
        from perizinan_core.documents import InMemoryDocumentStore

        return [DocumentStoreEntry(scheme="memory", open=self._open("documents", InMemoryDocumentStore()))]

    @hookimpl
    def register_notification_channels(self):
        return [
            NotificationChannelEntry(
                name="mail-folder", open=self._open("channel", CollectingChannel()), settings=Mail
            )
        ]

    @hookimpl
    def register_signers(self):
        return [SignerEntry(scheme="token", open=self._open("signer", Stamp()))]

    @hookimpl
    def register_upload_scanners(self):
        return [UploadScannerEntry(name="clam", open=self._open("scanner", "a scanner"), settings=Clam)]

    @hookimpl
    def register_frontends(self):
        return [FrontendEntry(name="portal", serve=self._open("frontend", None))]


def other_settings(folder):
    return settings_in(
        folder,
        storage=StorageSettings(documents="memory:"),
        plugins=PluginTable(scanners=("clam",), frontend="portal"),
        signing=SigningSettings(signers={"kepala": "token:slot-1"}),
        plugin={"mail-folder": {"folder": "surat"}, "clam": {"socket": "/run/clam"}},
    )


def test_a_plugin_takes_the_place_of_what_is_built_in(tmp_path):
    """Database scheme, document store, channel, signer, scanner and frontend, each with its own settings."""
    plugin = Others()
    migrate_database(other_settings(tmp_path), load_plugins(discover=False, extra={"others": plugin}))
    with opened(other_settings(tmp_path), others=plugin) as office:
        office.serve("127.0.0.1", 1)
        signed = office.signers.signer_for("kepala").sign_document(b"letter", "kepala")
        storage = office.storage
    calls = dict(plugin.opened)

    assert plugin.storage is storage
    assert b"letter signed for kepala" == signed
    assert "token:slot-1" == calls["signer"]["address"]
    assert Mail(folder=tmp_path / "surat") == calls["channel"]["context"].settings
    assert Clam(socket="/run/clam") == calls["scanner"]["context"].settings
    assert (office, "127.0.0.1", 1) == tuple(calls["frontend"][name] for name in ("office", "host", "port"))
    assert {"migrate", "storage", "documents", "channel", "scanner", "frontend", "signer"} == set(calls)


@pytest.mark.parametrize("kind", ["storage", "documents", "channel", "scanner"])
def test_what_a_plugin_cannot_open_is_told_with_its_name(tmp_path, kind):
    """Its own error is the cause; the database is let go of."""
    plugin = Others(broken={kind})
    with raises_code("plugin-problem") as told:
        opened(other_settings(tmp_path), others=plugin)

    assert "others" == told.value.plugin
    assert f"{kind} is down" in told.value.message("id")


def test_a_plugin_that_cannot_migrate_or_load_its_authority_is_told(tmp_path):
    """Not a traceback of somebody else's code."""

    class Broken(Sample):
        @hookimpl
        def register_authorities(self):
            return [AuthorityEntry(slug="kabupaten-contoh", load=lambda: 1 // 0)]

    with raises_code("plugin-problem", match="ZeroDivisionError"):
        Office.open(settings_in(tmp_path), discover=False, plugins={"broken": Broken()})
    with raises_code("plugin-problem", match="migrate is down"):
        migrate_database(
            other_settings(tmp_path), load_plugins(discover=False, extra={"x": Others(broken={"migrate"})})
        )


def test_an_office_opens_by_the_path_of_its_settings(folder):
    """The system's clock and source of draws are used when nothing else is given."""
    (folder / "perizinan.toml").write_text(
        '[office]\nauthority = "kabupaten-contoh"\n[signing]\ndevelopment = true\n'
    )
    with Office.open(folder / "perizinan.toml", discover=False, plugins={"sample": Sample()}) as office:
        case = office.applications.start(
            "warung", applicant=sample_applicant(), actor=APPLICANT, form=FORMS["warung"]
        )
        types = [item.code for item in office.permit_types(only_open=True)]

    assert "kabupaten-contoh" == office.authority.slug == case.authority
    assert ["acara", "warung"] == types
    (targets,) = [job._targets for job in office.worker.jobs if isinstance(job, Deliver)]
    (channel,) = [target._channel for target in targets if isinstance(target, ToChannel)]
    assert isinstance(channel, MailFolderChannel)
    assert Path(folder / "outbox") == channel.folder
