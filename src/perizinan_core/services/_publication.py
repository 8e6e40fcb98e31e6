"""
What the office states about itself to those who check its permits: ``authority.json`` and QR codes.

A signatory's certificate is bound to its position the first time it is seen there, and the binding stays in the
document after the certificate was replaced, so that older permits can still be checked. When an officer
leaves, the binding is ended (`Publication.unbind`). Delegations stay in the same way after the plugin drops
them, see `published_delegations`.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

import attrs
from cryptography import x509

from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._letter import PermitStatement
from perizinan_core.model._permit import Permit
from perizinan_core.published import (
    AuthorityDocument,
    sign_authority_document,
)
from perizinan_core.published._envelope import countersign
from perizinan_core.published._keys import PublicKey, signing_callback
from perizinan_core.services._access import require_role
from perizinan_core.services._administration import require_reason
from perizinan_core.services._arguments import checked
from perizinan_core.services._bindings import (
    BINDING,
    Bindings,
    CertificateBinding,
    fingerprint,
    history_subject,
)
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._document_building import VERSION, build_document
from perizinan_core.services._published_delegations import (
    DELEGATIONS,
    TITLES,
)
from perizinan_core.services._published_keys import PUBLISHED_KEYS, KeyPurpose, OwnKey, OwnKeys, key_id
from perizinan_core.services._published_types import TYPES
from perizinan_core.services._published_versions import PUBLISHED, note_published, require_version, withdraw
from perizinan_core.services._stand_in import qr_text_with
from perizinan_core.services._status_list import StatusLists
from perizinan_core.signing import DigestSigner, Signer
from perizinan_core.storage import UnitOfWork

__all__ = ["Publication", "key_id"]

_PURPOSES = ("document", "qr", "status")
_VOUCHED = (BINDING, PUBLISHED_KEYS, DELEGATIONS, TITLES, TYPES, VERSION, PUBLISHED)
"""Settings that the document is made from."""

_log = logging.getLogger(__name__)

_FRESH = timedelta(minutes=10)


@checked
@attrs.define
class Publication:
    """Makes and signs the authority document; makes the text of QR codes."""

    _context: OfficeContext
    _roots: tuple[x509.Certificate, ...]
    _cached: tuple[datetime, AuthorityDocument] | None = None
    _lock: Any = attrs.field(factory=Lock, repr=False)
    _status_lists: StatusLists | None = None

    @property
    def status_lists(self) -> StatusLists:
        """The office's status list, which the document names when it is published."""
        return self._status_lists or StatusLists(self._context)

    def authority_json(self, *, now: datetime | None = None) -> bytes:
        """
        Return the signed ``authority.json`` as of now, to be served at ``/.well-known/perizinan.json``.

        Raises:
            ServiceError: ``publication-broken``: records of keys and bindings were changed or removed
                outside the library; ``key-not-usable-yet``: the key in place was not announced long enough ago.
        """
        keys, moment = self._context.keys, self._context.moment(now)
        self._require_sound()
        document = self._built(moment)
        with self._context.unit_of_work(read_only=True) as work:
            self._keys(work, "document").require_usable(keys.document.public_key(), moment)
        signed = sign_authority_document(
            document,
            key=keys.document.public_key(),
            sign=signing_callback(keys.document),
        )
        for former in keys.former_documents:
            signed = countersign(signed, key=former.public_key(), sign=signing_callback(former))
        with self._context.unit_of_work() as work:
            if note_published(work, document):
                work.commit()
        return signed

    def document(self, now: datetime, *, renew: bool = False) -> AuthorityDocument:
        """
        Return what `authority_json` says, for the office's own checks; made again every ten minutes.

        Args:
            now: Aware moment.
            renew: True: make it again at once, as another process may have changed what it is made from.
        """
        with self._lock:
            if renew or self._cached is None or not self._cached[0] <= now < self._cached[0] + _FRESH:
                self._cached = (now, self._built(now))
            return self._cached[1]

    def qr_text(self, statement: PermitStatement) -> str:
        """
        Return the text of a permit's QR code: the verification address and the signed claims.

        Raises:
            VerificationError: ``qr-claims-too-long``: number and type alone are too long for a code that a
                phone reads.
        """
        return qr_text_with(self._context, statement, self._context.keys.qr)

    def bind(
        self,
        position: str,
        certificate: x509.Certificate,
        *,
        first_day: date,
        last_day: date | None = None,
        reason: str | None = None,
        actor: Actor,
        now: datetime | None = None,
    ) -> None:
        """
        Bind a certificate to a position from a first to a last day.

        Needed for a signing service, whose certificate the office cannot see by itself, and to begin again what
        was ended or withdrawn. A key of our own is bound when it is first seen for a position. One certificate
        may be bound to several positions (definitive, Plt., Plh.). Binding the same days again changes nothing.

        Args:
            position: Code of the position.
            certificate: What signs for this position.
            first_day: First local day on which a signature of this certificate counts.
            last_day: Last local day, e.g. of a Plt.; None: until further notice.
            reason: Why; kept in the history.
            actor: The host application: the operator on the machine. A binding says whose signatures the
                office vouches for, so no officer makes one alone, an administrator included.
            now: Aware moment; None asks the clock.

        Raises:
            ServiceError: ``unknown-post``: the authority has no such position.
            ServiceError: ``reason-needed``: the reason says nothing.
            ServiceError: ``binding-days``: the last day lies before the first.
            ServiceError: ``binding-not-a-signer``: it is the certificate of a certificate authority.
            ServiceError: ``binding-outside-certificate``: a day lies outside the validity of the certificate.
            ServiceError: ``binding-overlaps``: it is bound to the position on some of these days already.
            AccessDeniedError: for others.
        """
        with self._context.work_for(actor) as work:
            _require_operator(actor, "bind-certificate")
            why = None if reason is None else require_reason(reason)
            known = tuple(sorted(item.code for item in self._context.authority.positions))
            if position not in known:
                raise ServiceError("unknown-post", kind="position", received=position, known=known)
            self._bindings(work).bind(
                position,
                certificate,
                first_day=first_day,
                last_day=last_day,
                reason=why,
                actor=actor,
                now=self._context.moment(now),
            )
            work.commit()
        self._forget()

    def unbind(
        self,
        position: str,
        certificate_sha256: str,
        *,
        last_day: date | None = None,
        reason: str,
        actor: Actor,
        now: datetime | None = None,
    ) -> CertificateBinding:
        """
        End the binding of a certificate to a position, e.g. when the officer leaves; or withdraw a wrong one.

        What was signed under it stays verifiable: a binding that has signed gets an end, on the day of its last
        signature or later. One that never signed is withdrawn, and the document no longer names it.

        Args:
            position: Code of the position.
            certificate_sha256: Hexadecimal fingerprint, as `bindings` and ``perizinan keys bindings`` show it.
            last_day: Last local day on which a signature of this certificate counts for the position; None: the
                binding was wrong from the beginning.
            reason: Why; kept in the history.
            actor: The host application: the operator on the machine.
            now: Aware moment; None asks the clock.

        Returns:
            The binding as it is now.

        Raises:
            ServiceError: ``reason-needed``: the reason says nothing.
            ServiceError: ``binding-unknown``: there is no such binding, or it was withdrawn.
            ServiceError: ``binding-has-signed``: what it signed would no longer verify.
            ServiceError: ``binding-days``: the last day lies before the first.
            ServiceError: ``binding-ended``: it ended before that day.
            AccessDeniedError: for others.
        """
        with self._context.work_for(actor) as work:
            _require_operator(actor, "end-binding")
            done = self._bindings(work).unbind(
                position,
                certificate_sha256,
                last_day=last_day,
                reason=require_reason(reason),
                actor=actor,
                now=self._context.moment(now),
            )
            work.commit()
        self._forget()
        return done

    def bindings(self) -> tuple[CertificateBinding, ...]:
        """Return all bindings of certificates to positions, also those that ended or were withdrawn."""
        with self._context.unit_of_work(read_only=True) as work:
            return self._bindings(work).all()

    def note_use(self, permit: Permit, signer: Signer, now: datetime) -> None:
        """
        Put on record, before a signer is asked, that its binding is used: it is never withdrawn from then on.

        Raises:
            ServiceError: ``signer-not-entitled``: the binding was ended or withdrawn since the number was taken.
        """
        certificate = fingerprint(signer.certificate) if isinstance(signer, DigestSigner) else None
        day = self._context.local_day(now)
        with self._context.unit_of_work(read_only=True) as work:
            standing = self._bindings(work).standing(permit.position, certificate, day)
        if not standing:
            raise ServiceError(
                "signer-not-entitled",
                position=permit.position,
                certificate=certificate,
                permit_type=permit.permit_type,
                day=day,
            )
        if not all(item.was_used_on(day) for item in standing):
            with self._context.unit_of_work() as work:
                bindings = self._bindings(work)
                bindings.note_use(bindings.standing(permit.position, certificate, day), day)
                work.commit()

    def binding_history(self, position: str, *, actor: Actor) -> tuple[Event, ...]:
        """
        Return which certificates were bound to a position and when each of them ended, oldest first.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host application.
        """
        with self._context.work_for(actor, read_only=True) as work:
            if actor.kind is not ActorKind.HOST:
                require_role(actor, "binding-history", Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)
            return work.history.of(history_subject(position))

    def announce_key(
        self, purpose: KeyPurpose, key: PublicKey, *, actor: Actor, now: datetime | None = None
    ) -> datetime:
        """
        Announce a key of the office in the authority document; return from when it may be used.

        Args:
            purpose: ``"document"``, ``"qr"`` or ``"status"``.
            key: Its public half.
            actor: The host application: the operator on the machine.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor) as work:
            _require_operator(actor, "announce-key")
            usable = self._keys(work, purpose).announce(key, actor=actor, now=moment)
            work.commit()
        self._forget()
        return usable

    def replace_key(
        self, purpose: KeyPurpose, *, actor: Actor, last_day: date | None = None, now: datetime | None = None
    ) -> None:
        """
        Use the key in place at once, because the former one was stolen or lost.

        The former one ends, and the next version of the authority document becomes the lowest that may be used: who
        holds an older one is told to update it.

        Args:
            purpose: ``"document"``, ``"qr"`` or ``"status"``.
            actor: The host application: the operator on the machine.
            last_day: Last local day on which the former key was the office's alone; None: today.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        moment = self._context.moment(now)
        keys = {
            "document": self._context.keys.document,
            "qr": self._context.keys.qr,
            "status": self._context.keys.status,
        }
        key = keys[purpose]
        with self._context.work_for(actor) as work:
            _require_operator(actor, "replace-key")
            if key is None:
                raise NotFoundError(kind="key", key=purpose)
            day = last_day if last_day is not None else self._context.local_day(moment)
            self._keys(work, purpose).replace(key.public_key(), last_day=day, actor=actor, now=moment)
            withdraw(work, f"key:{purpose}")
            work.commit()
        self._forget()

    def own_keys(self) -> tuple[OwnKey, ...]:
        """Return the office's own keys as they are published, with those that are announced."""
        with self._context.unit_of_work(read_only=True) as work:
            return tuple(item for purpose in _PURPOSES for item in self._keys(work, purpose).listed())

    def require_version(
        self, version: int | None = None, *, reason: str, actor: Actor, now: datetime | None = None
    ) -> int:
        """
        Raise the lowest version of the authority document that may be used; the status list names it.

        Args:
            version: A version that was published; None: the current one. A lower one than now changes nothing.
            reason: Why; kept in the history.
            actor: The host application: the operator on the machine.
            now: Aware moment; None asks the clock.

        Returns:
            The lowest version that may be used from now on.

        Raises:
            NotFoundError: no such version was published.
            ServiceError: ``reason-needed``: the reason says nothing.
            AccessDeniedError: for others.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor) as work:
            _require_operator(actor, "require-version")
            why = require_reason(reason)
            lowest = require_version(work, version)
            happened = Event(
                kind=EventKind.VERSION_REQUIRED,
                subject="authority-document",
                at=moment,
                actor=str(actor.account),
                data={"lowest": lowest, "reason": why},
            )
            work.history.add((happened,))
            work.commit()
        return lowest

    def _bindings(self, work: UnitOfWork) -> Bindings:
        return Bindings(work, self._context.local_day)

    def _keys(self, work: UnitOfWork, purpose: str) -> OwnKeys:
        return OwnKeys(work, purpose, self._context.local_day, self.status_lists.lead)

    def _require_sound(self) -> None:
        """Refuse to publish without what was published before; what others added is passed over anyway."""
        with self._context.unit_of_work(read_only=True) as work:
            broken = tuple(key for prefix in _VOUCHED for key in work.settings.broken(prefix))
        if broken:
            raise ServiceError("publication-broken", records=broken)

    def _built(self, now: datetime) -> AuthorityDocument:
        return build_document(self._context, self._roots, self.status_lists, now)

    def _forget(self) -> None:
        with self._lock:
            self._cached = None


def _require_operator(actor: Actor, action: str) -> None:
    if actor.kind is not ActorKind.HOST:
        raise AccessDeniedError(
            "access-denied", actor=actor.id, action=action, allowed=(ActorKind.HOST.value,)
        )
