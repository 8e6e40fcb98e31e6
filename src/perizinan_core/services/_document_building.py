"""What stands in the authority document: signatories, keys, certificates, permit types and its version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from perizinan_core._converters import canonical_json
from perizinan_core.errors.base import PerizinanError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._authority import Authority
from perizinan_core.published import AuthorityDocument, Contact, Signatory
from perizinan_core.published._keys import thumbprint
from perizinan_core.services._bindings import Bindings, fingerprint
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._context_parts import SignerSource
from perizinan_core.services._published_delegations import published_delegations, published_titles
from perizinan_core.services._published_keys import OwnKeys
from perizinan_core.services._published_types import published_types
from perizinan_core.services._status_list import StatusLists
from perizinan_core.signing import DigestSigner
from perizinan_core.storage import UnitOfWork

__all__ = ["LIFETIME", "VERSION", "build_document"]

VERSION = "authority-document"
"""Setting that keeps the version of the document, and what it said."""

LIFETIME = timedelta(days=365)
"""How long a published document may be used to judge; publish it again before."""

_SELF = Actor(id="system", kind=ActorKind.SYSTEM)


def build_document(
    context: OfficeContext,
    roots: tuple[x509.Certificate, ...],
    status_lists: StatusLists,
    now: datetime,
) -> AuthorityDocument:
    """
    Return the document as of now; certificates that sign here for the first time are bound to their positions.

    Args:
        context: The office.
        roots: What the certificates of its signatories end in.
        status_lists: The list that the document names.
        now: Aware moment.
    """
    current = _current(context.signers)
    days = context.local_day
    with context.unit_of_work() as work:
        for position, signer in current:
            Bindings(work, days).bind_at_first_sight(
                position,
                signer.certificate,
                chain=signer.chain if context.signers.asks(position) else (),
                actor=_SELF,
                now=now,
            )
        day = context.local_day(now)
        signatories = _signatories(context, work, day)
        terms = status_lists.terms(work, now)
        present = context.keys.document.public_key()
        listed = OwnKeys(work, "document", days, status_lists.lead).published(present, now)
        coming = [item.key for item in listed if item.start is not None and item.start > day]
        statement = AuthorityDocument(
            slug=context.authority.slug,
            name=context.authority.name.id,
            region=context.authority.region.value[:5],
            contact=_contact(context.authority),
            time_zone=context.calendar.time_zone.value,
            version=1,
            issued=now,
            expires=now + LIFETIME,
            verification_url=context.authority.verification_url,
            roots=roots,
            intermediates=_intermediates(context, roots, work, current),
            signatories=signatories,
            permit_types=published_types(work, context.catalogue),
            qr_keys=OwnKeys(work, "qr", days, status_lists.lead).published(context.keys.qr.public_key(), now),
            keys=tuple({thumbprint(key): key for key in (present, *coming)}.values()),
            status_list=terms.to_json() if terms is not None else None,
        )
        statement = attrs.evolve(statement, version=_next_version(work, statement))
        work.commit()
    return statement


def _contact(authority: Authority) -> Contact | None:
    told = authority.contact
    if told is None:
        return None
    return Contact(address=told.address, phone=told.phone, email=told.email, web=told.web)


def _current(signers: SignerSource) -> tuple[tuple[str, DigestSigner], ...]:
    """Return what signs here now; what only a person can open is there while that person signs."""
    found = []
    for position in signers.positions():
        try:
            signer = signers.signer_for(position)
        except PerizinanError:
            if not signers.asks(position):
                raise
            continue
        if isinstance(signer, DigestSigner):
            found.append((position, signer))
    return tuple(found)


def _intermediates(
    context: OfficeContext,
    roots: Iterable[x509.Certificate],
    work: UnitOfWork,
    current: Iterable[tuple[str, DigestSigner]],
) -> tuple[x509.Certificate, ...]:
    # Of keys that a person opens the chain is on record: the document is the same before and while they sign.
    asks = context.signers.asks
    chains = [signer.chain for position, signer in current if not asks(position)]
    chains += [item.chain for item in Bindings(work, context.local_day).all() if not item.withdrawn]
    known = {fingerprint(root) for root in roots}
    found = {
        certificate.fingerprint(hashes.SHA256()): certificate
        for chain in chains
        for certificate in chain
        if fingerprint(certificate) not in known
    }
    return tuple(found[key] for key in sorted(found))


def _signatories(context: OfficeContext, work: UnitOfWork, day: date) -> tuple[Signatory, ...]:
    # What the plugin no longer names still stood behind the permits of its time.
    delegations = published_delegations(work, context.authority, day)
    titles = published_titles(work, context.authority)
    return tuple(
        Signatory(
            position=item.position,
            title=titles.get(item.position, item.position),
            certificate_sha256=item.certificate_sha256,
            spki_sha256=None,
            start=item.start,
            end=item.end,
            delegations=delegations.get(item.position, ()),
        )
        for item in Bindings(work, context.local_day).all()
        if not item.withdrawn
    )


def _next_version(work: UnitOfWork, document: AuthorityDocument) -> int:
    """Return the version: raised by one whenever anything but the dates of issue changes."""
    content = {
        key: value for key, value in document.to_json().items() if key not in {"version", "issued", "expires"}
    }
    digest = hashlib.sha256(canonical_json(content)).hexdigest()
    # For the office's own checks only: `authority_json` refuses when the version on record is broken.
    on_record = None if work.settings.broken(VERSION) else work.settings.get(VERSION)
    known = on_record or {"version": 0, "sha256": None}
    if known["sha256"] == digest:
        return int(known["version"])
    version = int(known["version"]) + 1
    if work.settings.broken(VERSION):
        return version
    work.settings.put(VERSION, {"version": version, "sha256": digest})
    return version
