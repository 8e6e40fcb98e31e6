"""
Certificate chains at a moment: our own strict search first, pyHanko's validator where that finds no way.

The strict search (`paths`) knows the plain profile: names chain, signatures fit, issuers may issue. pyHanko is asked
for the rest: name constraints, policies, cross-certificates, old methods, and why a chain does not hold. A root is only
a key to it (RFC 5280 section 6.1.1): it does not mind that a root has ended. We do. Results are kept per signer, moment
and spare certificates for the life of the judge, so that ten thousand files of one office build their chain once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core._exchange import run
from perizinan_core._pdf._certificates import MIN_RSA_BITS, extension_of
from perizinan_core.verification._paths import (
    PathProblem,
    find_path,
    is_plain,
    key_problem,
    may_sign,
    unwarned,
    valid_at,
)
from perizinan_core.verification._revocation import Evidence, PathRevocation, path_revocation
from perizinan_core.verification.signatures._roots import Anchor, TrustStore

_KEPT = 4096
_SILENT = logging.NullHandler()
_WEAK = ("md2", "md5")
_SHA1_ENDS = datetime(2017, 1, 1, tzinfo=UTC)
"""
Until then a certificate may have been signed by SHA-1, as every chain of those years was; for a later moment it is weak
(CA/Browser Forum ballot 118 ended its use in 2016, the first collision came in February 2017).
"""


@attrs.frozen(kw_only=True)
class ChainResult:
    """What one chain is worth at one moment."""

    moment: datetime
    problem: str | None = None
    """Reason code, or None when the chain holds."""

    anchor: Anchor | None = None
    """The root that it leads to, also when something else is wrong with it."""

    certificates: tuple[x509.Certificate, ...] = ()
    """Signer first, root last, as far as it is known."""

    revocation: PathRevocation = PathRevocation()

    @property
    def holds(self) -> bool:
        """True when nothing speaks against it."""
        return self.problem is None

    @property
    def revocation_known(self) -> bool:
        """True when it is known of the signer at least whether the certificate was revoked."""
        return self.revocation.known_at(self.moment) != "revocation-data-missing"


class ChainJudge:
    """
    Judges chains by one trust store.

    Args:
        store: Where chains may end.
    """

    def __init__(self, store: TrustStore) -> None:
        self.store = store
        self._kept: dict[tuple[object, ...], ChainResult] = {}
        self._anchors = {item.certificate: item for item in store.anchors}

    def judge(
        self,
        certificate: bytes,
        others: Sequence[bytes],
        moment: datetime,
        evidence: Evidence,
        *,
        at: datetime,
        stamping: bool = False,
    ) -> ChainResult:
        """
        Judge the chain of a certificate (DER) at a moment.

        Args:
            certificate: The signer's.
            others: Certificates from the container, not trusted.
            moment: When it must hold.
            evidence: Revocation data and further certificates.
            at: Moment of the check; a revocation after ``moment`` and until then is reported, too.
            stamping: True for a timestamp service: its certificate must be made for that.
        """
        spare = tuple(dict.fromkeys((*others, *evidence.certificates)))
        key = (certificate, spare, moment, stamping)
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = self._path(certificate, spare, moment, stamping=stamping)
        result = self._kept[key]
        found = path_revocation(result.certificates, evidence, at)
        if found.revoked_at is not None and found.revoked_at <= moment:
            return attrs.evolve(result, problem="certificate-revoked", revocation=found)
        return attrs.evolve(result, revocation=found)

    def spare(self, evidence: Evidence) -> tuple[Any, ...]:
        """Return the certificates (asn1crypto) that lie ready besides those of a container; none is trusted for it."""
        below = (item.public_bytes(Encoding.DER) for item in self.store.intermediates)
        return tuple(_asn1(der) for der in (*below, *(der for der in evidence.certificates if loaded(der))))

    def _path(
        self, certificate: bytes, spare: Sequence[bytes], moment: datetime, *, stamping: bool
    ) -> ChainResult:
        # A root that has ended must not hide another way to one that has not: renewed roots, cross-certificates.
        alive = [
            item
            for item in self.store.anchors
            if item.certificate.not_valid_before_utc <= moment <= item.cut_off
        ]
        known = [*self.store.intermediates, *(item for der in spare if (item := loaded(der)) is not None)]
        own = loaded(certificate)
        if own is None:
            return ChainResult(moment=moment, problem="chain-broken")
        plain = self._plain(own, known, alive, moment, stamping=stamping)
        if plain is not None:
            return plain
        result = ChainResult(moment=moment, problem="root-not-given", certificates=(own,))
        for anchors in (alive, list(self.store.anchors)):
            if result.problem == "root-not-given" and anchors:
                try:
                    result = run(self._asked(anchors, own, known, moment, stamping=stamping))
                except Exception:  # noqa: BLE001 - a foreign library on hostile certificates: whatever it raises means no
                    return ChainResult(moment=moment, problem="chain-broken", certificates=(own,))
            if len(alive) == len(self.store.anchors):
                break
        return _held(result)

    def _plain(
        self,
        own: x509.Certificate,
        known: Sequence[x509.Certificate],
        alive: Sequence[Anchor],
        moment: datetime,
        *,
        stamping: bool,
    ) -> ChainResult | None:
        """Return the chain that the strict search finds, when it holds and has nothing special about it."""
        path = find_path(own, known, [item.certificate for item in alive])
        if path.problem is not None or len(path.certificates) < 2:
            return None
        if any(not valid_at(item, moment) or not is_plain(item) for item in path.certificates):
            return None
        if key_problem(own) or (stamping and not _is_service(own)):
            return None
        return ChainResult(moment=moment, anchor=self._anchors[path.root], certificates=path.certificates)

    async def _asked(
        self,
        anchors: Sequence[Anchor],
        own: x509.Certificate,
        known: Sequence[x509.Certificate],
        moment: datetime,
        *,
        stamping: bool,
    ) -> ChainResult:
        """Return what pyHanko says; revocation is not asked of it."""
        from pyhanko_certvalidator import CertificateValidator, ValidationContext, errors
        from pyhanko_certvalidator.authority import CertTrustAnchor
        from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy

        silence()
        certificate = _asn1(_der(own))
        context = ValidationContext(
            trust_roots=[CertTrustAnchor(_asn1(_der(item.certificate))) for item in anchors],
            other_certs=[_asn1(_der(item)) for item in known],
            moment=moment,
            allow_fetching=False,
            revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
            weak_hash_algos=_WEAK if moment < _SHA1_ENDS else (*_WEAK, "sha1"),
            time_tolerance=timedelta(0),
        )
        validator: Any = CertificateValidator(certificate, validation_context=context)
        try:
            if stamping:
                path = await validator.async_validate_usage(set(), {"time_stamping"})
            else:
                path = await validator.async_validate_path()
        except errors.PathBuildingError:
            return ChainResult(moment=moment, problem="root-not-given", certificates=(own,))
        except errors.ValidationError as error:
            result = self._known(await _any_path(context, certificate), own, moment)
            problem = _problem_of(error)
            strict = find_path(own, known, [item.certificate for item in anchors])
            if result.anchor is None or (
                problem == "chain-broken" and strict.problem is PathProblem.UNKNOWN_ROOT
            ):
                # A certificate that vouches for itself, a chain that ends elsewhere, or in a root's name with
                # another key: that comes before all else.
                problem = "root-not-given"
            elif problem == "chain-broken" and strict.problem is None and not is_plain(own):
                problem = "certificate-malformed"
            return attrs.evolve(result, problem=problem)
        result = self._known(path, own, moment)
        # EN 319 422 section 7, RFC 3161 section 2.3
        return (
            attrs.evolve(result, problem="certificate-usage-unfit")
            if stamping and not may_sign(own)
            else result
        )

    def _known(self, path: Any, own: x509.Certificate, moment: datetime) -> ChainResult:
        certificates = [own]
        if path is not None:
            certificates = [item for one in list(path)[::-1] if (item := loaded(one.dump())) is not None]
            root = loaded(path.first.dump())
            if root is not None and root not in certificates:
                certificates.append(root)
        anchor = next((self._anchors[item] for item in reversed(certificates) if item in self._anchors), None)
        return ChainResult(moment=moment, anchor=anchor, certificates=tuple(certificates))


def silence() -> None:
    """Send pyHanko's warnings to anyone who listens, not to the screen of someone who does not."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logger = logging.getLogger(name)
        if _SILENT not in logger.handlers:
            logger.addHandler(_SILENT)


def _held(result: ChainResult) -> ChainResult:
    """Hold the root to its dates and its cut-off, and all keys to their sizes: pyHanko counts bits in whole bytes."""
    anchor = result.anchor
    if anchor is None:
        return result
    keys = [item.public_key() for item in result.certificates]
    if any(
        isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey) and key.key_size < MIN_RSA_BITS for key in keys
    ):
        return attrs.evolve(result, problem="chain-weak")
    if result.problem in {None, "chain-ended"} and result.moment > anchor.cut_off:
        return attrs.evolve(result, problem="root-ended")
    if result.problem in {None, "chain-ended"} and result.moment < anchor.certificate.not_valid_before_utc:
        return attrs.evolve(result, problem="chain-not-yet")
    return result


def _is_service(certificate: x509.Certificate) -> bool:
    """Return True for a certificate that is for timestamps and nothing else (RFC 3161 section 2.3)."""
    purposes = extension_of(certificate, x509.ExtendedKeyUsage)
    if purposes is None or list(purposes) != [x509.OID_TIME_STAMPING]:
        return False
    return extension_of(certificate, x509.KeyUsage) is not None and may_sign(certificate)


def _problem_of(error: Exception) -> str:
    from pyhanko_certvalidator import errors

    kinds = (
        (errors.ExpiredError, "chain-ended"),
        (errors.NotYetValidError, "chain-not-yet"),
        (errors.DisallowedAlgorithmError, "chain-weak"),
        (errors.InvalidCertificateError, "certificate-usage-unfit"),
    )
    return next((problem for kind, problem in kinds if isinstance(error, kind)), "chain-broken")


async def _any_path(context: Any, certificate: Any) -> Any:
    """Return the first path by names, for the report of a chain that does not hold."""
    from pyhanko_certvalidator.errors import PathBuildingError

    try:
        async for path in context.path_builder.async_build_paths_lazy(certificate):
            return path
    except PathBuildingError:
        return None
    return None


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@lru_cache(maxsize=512)
def _asn1(der: bytes) -> Any:
    from asn1crypto.x509 import Certificate

    return Certificate.load(der)


@lru_cache(maxsize=512)
def loaded(der: bytes) -> x509.Certificate | None:
    """Read a certificate; one that cannot be read whole helps no one."""
    try:
        with unwarned():
            certificate = x509.load_der_x509_certificate(der)
            found = _asn1(der)
            _ = found.subject.native, found.issuer.native, found.public_key.algorithm
            _ = certificate.subject, certificate.issuer, certificate.not_valid_after_utc
    except Exception:  # noqa: BLE001 - two foreign libraries on hostile bytes
        return None
    return certificate
