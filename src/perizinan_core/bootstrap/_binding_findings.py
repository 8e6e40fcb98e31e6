"""Bindings of certificates that are odd: missing, left over, for a position that is gone, two posts for one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from perizinan_core.bootstrap._findings import FindingLevel, OfficeFinding
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model._authority import ActingKind, Authority
from perizinan_core.services import CertificateBinding
from perizinan_core.services._bindings import fingerprint
from perizinan_core.signing import DigestSigner

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["bindings"]

_SERVICE = ""
"""In the place of a fingerprint: the position signs by a service, whose certificate is not known here."""


def bindings(office: Office) -> Iterator[OfficeFinding]:
    """Hold the bindings against the settings, the authority's positions and its delegations."""
    today = office.authority.calendar.time_zone.local(office.now()).date()
    standing = [item for item in office.publication.bindings() if item.holds_on(today)]
    used = _in_use(office)
    yield from _missing(office, standing, used)
    yield from _left_over(office.authority, standing, used)
    yield from _two_posts(office.authority, standing, today)


def _in_use(office: Office) -> dict[str, str]:
    """Return what signs for each position by the settings, as far as it can be opened."""
    found = {}
    for position in office.signers.positions():
        try:
            signer = office.signers.signer_for(position)
        except PerizinanError:
            continue  # named by another check
        found[position] = fingerprint(signer.certificate) if isinstance(signer, DigestSigner) else _SERVICE
    return found


def _missing(
    office: Office, standing: Iterable[CertificateBinding], used: Mapping[str, str]
) -> Iterator[OfficeFinding]:
    bound = {(item.position, item.certificate_sha256) for item in standing}
    served = {position for position, _ in bound}
    known = {(item.position, item.certificate_sha256) for item in office.publication.bindings()}
    for position, certificate in sorted(used.items()):
        # One that was never seen is bound when it is first used.
        lost = (position, certificate) in known - bound
        if position not in served if certificate == _SERVICE else lost:
            yield OfficeFinding(
                code="binding-missing",
                sentence=N_(
                    "What signs for the position {position} is not bound to it today ({certificate})."
                ),
                remedy=N_(
                    "Correct [signing.signers], or run: perizinan keys bind {position} FILE --from DAY"
                ),
                fields={"position": position, "certificate": certificate or "-"},
            )


def _left_over(
    authority: Authority, standing: Iterable[CertificateBinding], used: Mapping[str, str]
) -> Iterator[OfficeFinding]:
    positions = {item.code for item in authority.positions}
    for item in standing:
        fields = {"position": item.position, "certificate": item.certificate_sha256}
        if item.position not in positions:
            yield OfficeFinding(
                code="binding-position-gone",
                sentence=N_(
                    "A certificate is bound to {position}, which is not a position of the authority."
                ),
                remedy=_END,
                fields=fields,
            )
        elif used.get(item.position, _SERVICE) not in (_SERVICE, item.certificate_sha256):
            yield OfficeFinding(
                code="binding-left-over",
                sentence=N_("A certificate that no longer signs for {position} is still bound to it."),
                remedy=_END,
                fields=fields,
            )


def _two_posts(
    authority: Authority, standing: Iterable[CertificateBinding], today: date
) -> Iterator[OfficeFinding]:
    held: dict[str, set[str]] = {}
    for item in standing:
        if any(
            delegation.position == item.position
            and delegation.acting is ActingKind.DEFINITIVE
            and today in delegation.valid
            for delegation in authority.delegations
        ):
            held.setdefault(item.certificate_sha256, set()).add(item.position)
    for certificate, positions in sorted(held.items()):
        if len(positions) > 1:
            yield OfficeFinding(
                code="binding-two-posts",
                level=FindingLevel.NOTICE,
                sentence=N_(
                    "One certificate signs as the definitive holder of several positions: {positions}."
                ),
                remedy=N_(
                    "One person holds one position and stands in for others (Plt., Plh.): look at the delegations, or "
                    "run: perizinan keys unbind POSITION {certificate} --reason REASON"
                ),
                fields={"positions": ", ".join(sorted(positions)), "certificate": certificate},
            )


_END = N_(
    "When the officer has left, run: perizinan keys unbind {position} {certificate} --last-day DAY --reason REASON"
)
