"""
Which certificate signs for which position, and when: sealed settings, and an event for each change of one.

A binding is made for a position and a certificate together, so that one person may hold several positions
(definitive, Plt., Plh.) with one certificate. A binding that has signed only ever gets an end, so that what it
signed can still be checked; one that never signed can be withdrawn as if it had not been made.
"""

from __future__ import annotations

import hashlib
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from perizinan_core._pdf._certificates import is_ca
from perizinan_core.errors.services import ServiceError
from perizinan_core.model._actor import Actor
from perizinan_core.model._events import Event, EventKind
from perizinan_core.signing._certificates import check_certificate
from perizinan_core.storage import UnitOfWork

__all__ = ["BINDING", "Bindings", "CertificateBinding", "fingerprint", "history_subject"]

BINDING = "signatory:"
"""Prefix of the settings that hold a binding; position and fingerprint follow (once: the fingerprint alone)."""

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class CertificateBinding:
    """A certificate that signs for a position from a first to a last day."""

    position: str
    """Code of the position."""

    certificate_sha256: str
    """Fingerprint of the certificate, hexadecimal."""

    start: date
    """First local day on which its signatures count."""

    end: date | None = None
    """Last local day, or None: until further notice."""

    withdrawn: bool = False
    """True: it was made by mistake, never signed, and is not published."""

    first_signed: date | None = None
    """First local day on which it was used to sign, or None: never, as far as is on record."""

    last_signed: date | None = None

    certificate_ends: date | None = None
    """Last local day of the certificate itself; None: it was bound before this was kept."""

    chain: tuple[x509.Certificate, ...] = attrs.field(default=(), repr=False)
    """Certificates above it, where only the signatory can open the key."""

    record: str = attrs.field(repr=False)
    """Name of its record."""

    def holds_on(self, day: date) -> bool:
        """Return True when signatures of ``day`` count."""
        return not self.withdrawn and self.start <= day and (self.end is None or day <= self.end)

    def was_used_on(self, day: date) -> bool:
        """Return True when it is on record that it signed on ``day``, or before and after."""
        first, last = self.first_signed, self.last_signed
        return first is not None and last is not None and first <= day <= last

    def overlaps(self, start: date, end: date | None) -> bool:
        """Return True when it shares a day with ``start`` to ``end``."""
        return (
            not self.withdrawn
            and (end is None or self.start <= end)
            and (self.end is None or start <= self.end)
        )


@attrs.frozen
class Bindings:
    """The bindings on record; the caller commits."""

    _work: UnitOfWork
    _local_day: Callable[[datetime], date]

    def all(self) -> tuple[CertificateBinding, ...]:
        """Return all bindings, also those that ended or were withdrawn."""
        return tuple(_read(key, entry) for key, entry in sorted(self._work.settings.all(BINDING).items()))

    def of(self, position: str, certificate_sha256: str) -> tuple[CertificateBinding, ...]:
        """Return the bindings of a certificate to a position, oldest first."""
        mine = (position, certificate_sha256)
        found = [item for item in self.all() if (item.position, item.certificate_sha256) == mine]
        return tuple(sorted(found, key=lambda item: item.start))

    def bind_at_first_sight(
        self,
        position: str,
        certificate: x509.Certificate,
        *,
        chain: Sequence[x509.Certificate] = (),
        actor: Actor,
        now: datetime,
    ) -> None:
        """
        Bind what the settings sign with for a position, unless this pair was ever on record.

        One that ended or was withdrawn is not begun again by itself: the operator binds it.
        """
        sha256 = fingerprint(certificate)
        broken = self._work.settings.broken(BINDING)
        if {f"{BINDING}{sha256}", f"{BINDING}{position}:{sha256}"} & set(broken):
            # It may have been ended: it is not begun again because its record is lost.
            _log.error("the binding of certificate %s is not as it was written", sha256)
        elif not self.of(position, sha256):
            first_day = self._local_day(now)
            self._add(position, certificate, first_day, None, actor, now, reason=None, chain=chain)

    def bind(
        self,
        position: str,
        certificate: x509.Certificate,
        *,
        first_day: date,
        last_day: date | None,
        reason: str | None,
        actor: Actor,
        now: datetime,
    ) -> None:
        """
        Bind a certificate to a position for some days; binding the very same days again changes nothing.

        Raises:
            ServiceError: ``binding-days``: the last day lies before the first.
            ServiceError: ``binding-not-a-signer``: it is the certificate of a certificate authority.
            SigningError: ``key-usage``, ``key-weak`` …: it is not one for signing documents.
            ServiceError: ``binding-outside-certificate``: a day lies outside the validity of the certificate.
            ServiceError: ``binding-overlaps``: it is bound to the position on some of these days already.
        """
        _check_order(certificate, first_day, last_day, self._local_day)
        for known in self.of(position, fingerprint(certificate)):
            if not known.withdrawn and (known.start, known.end) == (first_day, last_day):
                return
            if known.overlaps(first_day, last_day):
                raise ServiceError(
                    "binding-overlaps",
                    position=position,
                    certificate=known.certificate_sha256,
                    start=known.start,
                    end=known.end,
                )
        self._add(position, certificate, first_day, last_day, actor, now, reason=reason)

    def unbind(
        self,
        position: str,
        certificate_sha256: str,
        *,
        last_day: date | None,
        reason: str,
        actor: Actor,
        now: datetime,
    ) -> CertificateBinding:
        """
        End a binding, or withdraw one that never signed; return it as it is then.

        Args:
            position: Code of the position.
            certificate_sha256: Fingerprint of the certificate.
            last_day: Last local day on which its signatures count; None: the binding was wrong.
            reason: Why; kept in the history.
            actor: Who does it.
            now: Aware moment.

        Raises:
            ServiceError: ``binding-unknown``: there is no such binding, or it was withdrawn.
            ServiceError: ``binding-has-signed``: what it signed would no longer verify.
            ServiceError: ``binding-days``: the last day lies before the first.
            ServiceError: ``binding-ended``: it ended before that day.
        """
        standing = [item for item in self.of(position, certificate_sha256) if not item.withdrawn]
        if not standing:
            raise ServiceError("binding-unknown", position=position, certificate=certificate_sha256)
        binding = standing[-1]
        signed = binding.last_signed
        if signed is not None and (last_day is None or last_day < signed):
            raise ServiceError(
                "binding-has-signed", position=position, certificate=certificate_sha256, last=signed
            )
        if last_day is None:
            return self._change(binding, attrs.evolve(binding, withdrawn=True), reason, actor, now)
        if last_day < binding.start:
            raise ServiceError("binding-days", first=binding.start, last=last_day)
        if binding.end is not None and binding.end < last_day:
            raise ServiceError("binding-ended", position=position, end=binding.end)
        return self._change(binding, attrs.evolve(binding, end=last_day), reason, actor, now)

    def standing(
        self, position: str, certificate_sha256: str | None, day: date
    ) -> tuple[CertificateBinding, ...]:
        """
        Return the bindings under which a position may sign on ``day``.

        Args:
            position: Code of the position.
            certificate_sha256: The certificate; None: any of the position's, as a signing service chooses.
            day: Local day.
        """
        return tuple(
            item
            for item in self.all()
            if item.position == position
            and certificate_sha256 in (None, item.certificate_sha256)
            and item.holds_on(day)
        )

    def note_use(self, bindings: Iterable[CertificateBinding], day: date) -> None:
        """Put on record that bindings are about to be used on ``day``: from now on they are never withdrawn."""
        for item in bindings:
            if not item.was_used_on(day):
                self._put(_used(item, day))

    def _add(
        self,
        position: str,
        certificate: x509.Certificate,
        first_day: date,
        last_day: date | None,
        actor: Actor,
        now: datetime,
        *,
        reason: str | None,
        chain: Sequence[x509.Certificate] = (),
    ) -> None:
        sha256 = fingerprint(certificate)
        known = {item.record for item in self.of(position, sha256)} | set(self._work.settings.broken(BINDING))
        base, place = f"{BINDING}{position}:{sha256}", 1
        record = base
        while record in known:
            place += 1
            record = f"{base}:{place}"
        made = CertificateBinding(
            position=position,
            certificate_sha256=sha256,
            start=first_day,
            end=last_day,
            certificate_ends=self._local_day(certificate.not_valid_after_utc),
            chain=tuple(chain),
            record=record,
        )
        self._put(made, spki_sha256=_spki(certificate))
        self._note(None, made, reason, actor, now)

    def _change(
        self,
        before: CertificateBinding,
        after: CertificateBinding,
        reason: str,
        actor: Actor,
        now: datetime,
    ) -> CertificateBinding:
        if before != after:
            self._put(after)
            self._note(before, after, reason, actor, now)
        return after

    def _put(self, binding: CertificateBinding, **more: str) -> None:
        kept = self._work.settings.get(binding.record) or {}
        self._work.settings.put(binding.record, {**kept, **more, **_entry(binding)})

    def _note(
        self,
        before: CertificateBinding | None,
        after: CertificateBinding,
        reason: str | None,
        actor: Actor,
        now: datetime,
    ) -> None:
        data: dict[str, Any] = {
            "certificate": after.certificate_sha256,
            "before": _told(before),
            "after": _told(after),
        }
        happened = Event(
            kind=EventKind.BINDING_CHANGED,
            subject=history_subject(after.position),
            at=now,
            actor=str(actor.account),
            data=data if reason is None else {**data, "reason": reason},
        )
        self._work.history.add((happened,))


def history_subject(position: str) -> str:
    """Return under which subject the history of a position's certificates stands."""
    return f"position:{position}"


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate in hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _spki(certificate: x509.Certificate) -> str:
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(spki).hexdigest()


def _check_order(
    certificate: x509.Certificate,
    first_day: date,
    last_day: date | None,
    local_day: Callable[[datetime], date],
) -> None:
    if last_day is not None and last_day < first_day:
        raise ServiceError("binding-days", first=first_day, last=last_day)
    if is_ca(certificate):
        raise ServiceError("binding-not-a-signer", certificate=fingerprint(certificate))
    check_certificate(certificate)
    start, end = local_day(certificate.not_valid_before_utc), local_day(certificate.not_valid_after_utc)
    for day in (first_day, last_day or first_day):
        if not start <= day <= end:
            raise ServiceError("binding-outside-certificate", day=day, start=start, end=end)


def _used(binding: CertificateBinding, day: date) -> CertificateBinding:
    return attrs.evolve(
        binding,
        first_signed=min(binding.first_signed or day, day),
        last_signed=max(binding.last_signed or day, day),
    )


def _read(key: str, entry: dict[str, Any]) -> CertificateBinding:
    parts = key.removeprefix(BINDING).split(":")
    start, end = date.fromisoformat(entry["from"]), _day(entry["to"])
    # A record of before does not say whether it signed: it counts as if it had, all the time.
    signed = entry.get("signed", [entry["from"], entry["to"] or entry["from"]])
    return CertificateBinding(
        position=entry["position"],
        certificate_sha256=parts[0] if len(parts) == 1 else parts[1],
        start=start,
        end=end,
        withdrawn=bool(entry.get("withdrawn")),
        first_signed=_day(signed[0]) if signed else None,
        last_signed=_day(signed[1]) if signed else None,
        certificate_ends=_day(entry.get("certificate_ends")),
        chain=tuple(x509.load_der_x509_certificate(b64decode(item)) for item in entry.get("chain", ())),
        record=key,
    )


def _entry(binding: CertificateBinding) -> dict[str, Any]:
    signed = None
    if binding.first_signed is not None and binding.last_signed is not None:
        signed = [binding.first_signed.isoformat(), binding.last_signed.isoformat()]
    return {
        "position": binding.position,
        "from": binding.start.isoformat(),
        "to": binding.end.isoformat() if binding.end is not None else None,
        "withdrawn": binding.withdrawn,
        "signed": signed,
        "certificate_ends": None
        if binding.certificate_ends is None
        else binding.certificate_ends.isoformat(),
        "chain": [
            b64encode(item.public_bytes(serialization.Encoding.DER)).decode() for item in binding.chain
        ],
    }


def _told(binding: CertificateBinding | None) -> dict[str, Any] | None:
    if binding is None:
        return None
    entry = _entry(binding)
    told = {name: entry[name] for name in ("position", "from", "to")}
    return {**told, "withdrawn": True} if binding.withdrawn else told


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None
