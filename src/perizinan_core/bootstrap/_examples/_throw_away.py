"""The office in which an example is played."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import BinaryIO

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.bootstrap._office import Office
from perizinan_core.bootstrap._plugins import load_plugins
from perizinan_core.bootstrap._settings import OfficeSettings, Settings
from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.catalogue import Catalogue
from perizinan_core.documents import InMemoryDocumentStore, Spool, UploadPolicy, UploadReport
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.model._authority import Authority
from perizinan_core.model._letter import Letter
from perizinan_core.model._text import Text
from perizinan_core.rendering import Renderer, TypstRenderer
from perizinan_core.services import Publication
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._context_parts import OfficeKeys
from perizinan_core.signing import SecretCallback, Signer
from perizinan_core.storage.memory import MemoryStorage

__all__ = ["ExampleClock", "open_throw_away"]

_CORE_TEMPLATE = "letter"


def open_throw_away(
    catalogue: Catalogue, authority: Authority, clock: ExampleClock, renderer: Renderer | None = None
) -> tuple[Office, OfficeContext]:
    """
    Open an office in memory; its certificates are those of the year that the clock shows.

    Args:
        catalogue: Its permit types.
        authority: Whose office it is.
        clock: Gives the moment of the step that is played.
        renderer: Prints the letters; the core's templates in place of all others by default.
    """
    manager = load_plugins(discover=False)
    signers = {position.code: _signer(clock().year, position.code) for position in authority.positions}
    context = OfficeContext(
        authority=authority,
        catalogue=catalogue,
        storage=MemoryStorage(zone=authority.calendar.time_zone.zone),
        documents=InMemoryDocumentStore(),
        renderer=renderer or _renderer(),
        signers=_Signers(signers),
        checks=manager,
        keys=OfficeKeys(document=_key("document"), qr=_key("qr")),
        clock=clock,
        random=Random(1),  # noqa: S311 - the same draws each time
        inspect=_accept,
        development=True,  # examples try rules that may still have to be confirmed
    )
    office = Office(
        context,
        publication=Publication(context, (_root(clock().year),)),
        plugins=manager,
        settings=Settings(office=OfficeSettings(authority=authority.slug)),
    )
    return office, context


@attrs.define
class ExampleClock:
    """Shows the moment of the step that is played."""

    moment: datetime

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment


@attrs.frozen
class _Signers:
    """Signers by position (`services.SignerSource`)."""

    signers: Mapping[str, Signer]

    def positions(self) -> tuple[str, ...]:
        """Return the positions that have a signer."""
        return tuple(sorted(self.signers))

    def signer_for(self, position: str) -> Signer:
        """Return the signer of a position."""
        if position not in self.signers:
            raise BootstrapError("signer-not-configured", position=position)
        return self.signers[position]

    def asks(self, position: str) -> bool:
        """Return False: these keys are open."""
        del position
        return False

    def unlocked(self, secret: SecretCallback) -> AbstractContextManager[None]:
        """Do nothing."""
        del secret
        return nullcontext()

    def footer_for(self, position: str) -> Text | None:
        """Return None: the sentence is the authority's own."""
        del position
        return None


@attrs.frozen
class _CoreLetters:
    """Prints every letter with the core's template, without a logo."""

    core: TypstRenderer

    def render(self, letter: Letter) -> bytes:
        """See `Renderer.render`."""
        return self.core.render(_plain(letter))

    def rehearse(self, letter: Letter) -> bytes:
        """See `Renderer.rehearse`."""
        return self.core.rehearse(_plain(letter))


def _plain(letter: Letter) -> Letter:
    return attrs.evolve(letter, template=_CORE_TEMPLATE, logo=None)


def _accept(
    source: Path | str | BinaryIO | Spool, *, file_name: str, policy: UploadPolicy, **_: object
) -> UploadReport:
    """Accept a made-up paper as a file of a kind that its slot takes (`services.InspectUpload`)."""
    assert isinstance(source, Spool)  # noqa: S101 - nothing else is handed in by the use cases that are played
    return UploadReport(
        file_name=file_name,
        content_type=min(policy.accepted_types),
        sha256=source.sha256,
        size=source.size,
        findings=(),
        pages=1,
        looked_through=True,
    )


@lru_cache(maxsize=1)
def _renderer() -> _CoreLetters:
    return _CoreLetters(TypstRenderer())


@lru_cache(maxsize=8)
def _key(purpose: str) -> ec.EllipticCurvePrivateKey:
    del purpose
    return ec.generate_private_key(ec.SECP256R1())


@lru_cache(maxsize=64)
def _authority_of(year: int) -> SyntheticCA:
    return SyntheticCA.create(datetime(year - 1, 1, 1, tzinfo=UTC), name="Contoh", unit="CONTOH / SAMPLE")


def _root(year: int) -> x509.Certificate:
    return _authority_of(year).root.certificate


@lru_cache(maxsize=256)
def _signer(year: int, position: str) -> Signer:
    valid = (datetime(year - 1, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC))
    return _authority_of(year).issue(position, now=valid[0], kind="p-256", valid=valid).signer()
