"""
Making the authority document from what the office's plugin says about itself.

The signing room knows the certificates, the plugin knows positions and delegations; here they are
brought together. `authority_document.sign_authority_document` then signs the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from cryptography import x509

from perizinan_core.model.authority import Authority
from perizinan_core.verification.authority_document import (
    AuthorityDocument,
    QrKey,
    RegisteredDelegation,
    Signatory,
)
from perizinan_core.verification.keys import PublicKey
from perizinan_core.verification.paths import fingerprints

__all__ = ["describe_authority"]


def describe_authority(
    authority: Authority,
    *,
    certificates: Mapping[str, Sequence[x509.Certificate]],
    roots: Sequence[x509.Certificate],
    keys: Sequence[PublicKey],
    version: int,
    issued: datetime,
    expires: datetime,
    intermediates: Sequence[x509.Certificate] = (),
    qr_keys: Iterable[QrKey] = (),
) -> AuthorityDocument:
    """
    Return the document that states who may sign for ``authority``.

    Every certificate becomes a signatory with all delegations of its position; from and to of the
    binding are the certificate's own first and last day on the authority's calendar.

    Args:
        authority: Positions, delegations, time zone and verification address.
        certificates: Code of a position → the certificates of its holders.
        roots: Certificates in which chains may end.
        keys: Keys that will sign the document.
        version: Version of the document, from 1; rises with every change.
        issued: When it is made, with time zone.
        expires: When checkers must stop using it, with time zone.
        intermediates: Certificates between signers and roots.
        qr_keys: Keys of QR claims.

    Raises:
        KeyError: when ``certificates`` names a position that the authority does not have.
    """
    signatories = tuple(
        _signatory(authority, code, certificate)
        for code, held in certificates.items()
        for certificate in held
    )
    return AuthorityDocument(
        slug=authority.slug,
        name=str(authority.name),
        time_zone=authority.calendar.time_zone.value,
        version=version,
        issued=issued,
        expires=expires,
        verification_url=authority.verification_url,
        roots=tuple(roots),
        intermediates=tuple(intermediates),
        signatories=signatories,
        qr_keys=tuple(qr_keys),
        keys=tuple(keys),
    )


def _signatory(authority: Authority, code: str, certificate: x509.Certificate) -> Signatory:
    zone = authority.calendar.time_zone
    return Signatory(
        position=code,
        title=str(authority.position(code).title),
        certificate_sha256=fingerprints(certificate)[0],
        start=zone.local(certificate.not_valid_before_utc).date(),
        end=zone.local(certificate.not_valid_after_utc).date(),
        delegations=tuple(
            RegisteredDelegation(
                code=item.code,
                permit_types=item.permit_types,
                start=item.valid.start,
                end=item.valid.end,
                acting=item.acting.value,
            )
            for item in authority.delegations
            if item.position == code
        ),
    )
