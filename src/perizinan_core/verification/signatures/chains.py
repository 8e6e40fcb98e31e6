"""
Certificate chains at a moment: pyHanko's validator builds and checks them, the root's own dates and cut-off are ours.

A root is only a key to pyHanko (RFC 5280 section 6.1.1): it does not mind that a root has ended. We do.
Results are kept per signer, moment and evidence, certificates and roots for the life of the judge, so that
ten thousand files of one office build their chain once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import warnings
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from perizinan_core.verification.signatures.evidence import Evidence, revoked_since
from perizinan_core.verification.signatures.roots import Anchor, TrustStore

__all__ = ["ChainJudge", "ChainResult"]

T = TypeVar("T")

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

    revocation: str = "missing"
    """``"good"`` for every certificate, ``"signer"`` for the signer's only, ``"missing"``, or ``"revoked"``."""

    revoked_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """True when nothing speaks against it."""
        return self.problem is None


class ChainJudge:
    """
    Judges chains by one trust store.

    Args:
        store: Where chains may end.
    """

    def __init__(self, store: TrustStore) -> None:
        from asn1crypto.x509 import Certificate
        from pyhanko_certvalidator.authority import CertTrustAnchor

        self.store = store
        self._kept: dict[tuple[bytes, ...], ChainResult] = {}
        ders = [item.certificate.public_bytes(Encoding.DER) for item in store.anchors]
        self._by_der = dict(zip(ders, store.anchors, strict=True))
        self._roots = [CertTrustAnchor(Certificate.load(der)) for der in ders]
        self._below = [Certificate.load(item.public_bytes(Encoding.DER)) for item in store.intermediates]
        for name in ("pyhanko", "pyhanko_certvalidator"):
            # Its warnings go to whoever listens, not to the screen of somebody who does not.
            logger = logging.getLogger(name)
            if _SILENT not in logger.handlers:
                logger.addHandler(_SILENT)

    def judge(
        self,
        certificate: Any,
        others: Sequence[Any],
        moment: datetime,
        evidence: Evidence,
        *,
        stamping: bool = False,
    ) -> ChainResult:
        """
        Judge the chain of a certificate (asn1crypto) at a moment.

        Args:
            certificate: The signer's.
            others: Certificates from the container, not trusted.
            moment: When it must hold.
            evidence: Revocation data and further certificates.
            stamping: True for a timestamp service: its certificate must be made for that.
        """
        own = certificate.dump()
        spare = hashlib.sha256(b"".join(item.dump() for item in others)).digest()
        key = (
            hashlib.sha256(own).digest(),
            spare,
            moment.isoformat().encode(),
            evidence.key,
            bytes([stamping]),
        )
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = self._judge(certificate, others, moment, evidence, stamping=stamping)
        return self._kept[key]

    def spare(self, evidence: Evidence) -> tuple[Any, ...]:
        """Return the certificates (asn1crypto) that lie ready besides those of a container; none is trusted for it."""
        return (*self._below, *_loaded(evidence.certificates))

    def _judge(
        self, certificate: Any, others: Sequence[Any], moment: datetime, evidence: Evidence, *, stamping: bool
    ) -> ChainResult:
        # A root that has ended must not hide another way to one that has not: renewed roots, cross-certificates.
        alive = [
            root
            for root, anchor in zip(self._roots, self.store.anchors, strict=True)
            if anchor.certificate.not_valid_before_utc <= moment <= anchor.cut_off
        ]
        result = ChainResult(moment=moment, problem="root-not-given")
        for roots in (alive, self._roots):
            if result.problem == "root-not-given" and roots:
                try:
                    asked = self._ask(roots, certificate, others, moment, evidence, stamping=stamping)
                    result = _run(asked)
                except Exception:  # noqa: BLE001 - a foreign library on hostile certificates: whatever it raises means no
                    return ChainResult(moment=moment, problem="chain-broken")
            if len(alive) == len(self._roots):
                break
        return _with_root(self._with_revocation(result, evidence))

    async def _ask(
        self,
        roots: Sequence[Any],
        certificate: Any,
        others: Sequence[Any],
        moment: datetime,
        evidence: Evidence,
        *,
        stamping: bool,
    ) -> ChainResult:
        modes = ("all", "signer", "none") if evidence.has_revocation else ("none",)
        spare = [*self._below, *others, *_loaded(evidence.certificates)]
        result = ChainResult(moment=moment, problem="chain-broken")
        for mode in modes:
            result = await self._once(roots, certificate, spare, moment, evidence, mode, stamping=stamping)
            if result.problem != "chain-broken":
                break  # only missing or old revocation data is worth asking again with less
        return result

    async def _once(
        self,
        roots: Sequence[Any],
        certificate: Any,
        spare: Sequence[Any],
        moment: datetime,
        evidence: Evidence,
        mode: str,
        *,
        stamping: bool,
    ) -> ChainResult:
        from pyhanko_certvalidator import CertificateValidator, ValidationContext, errors

        context = ValidationContext(
            trust_roots=roots,
            other_certs=spare,
            moment=moment,
            allow_fetching=False,
            crls=_readable(evidence.lists, "crl") if mode != "none" else [],
            ocsps=_readable(evidence.answers, "ocsp") if mode != "none" else [],
            revinfo_policy=_policy(mode),
            weak_hash_algos=_WEAK if moment < _SHA1_ENDS else (*_WEAK, "sha1"),
            time_tolerance=timedelta(0),
        )
        validator: Any = CertificateValidator(certificate, validation_context=context)
        try:
            if stamping:
                path = await validator.async_validate_usage(set(), {"time_stamping"})
                _expect_stamping(certificate)
            else:
                path = await validator.async_validate_path()
        except errors.RevokedError as error:
            known = self._path_of(await _any_path(context, certificate), certificate)
            return attrs.evolve(
                known,
                moment=moment,
                problem="certificate-revoked",
                revocation="revoked",
                revoked_at=error.revocation_dt,
            )
        except errors.PathBuildingError:
            return ChainResult(moment=moment, problem="root-not-given")
        except errors.ValidationError as error:
            return await self._failed(context, certificate, moment, _problem_of(error))
        known = self._path_of(path, certificate)
        return attrs.evolve(
            known, moment=moment, revocation={"all": "good", "none": "missing"}.get(mode, mode)
        )

    async def _failed(self, context: Any, certificate: Any, moment: datetime, problem: str) -> ChainResult:
        known = self._path_of(await _any_path(context, certificate), certificate)
        # A certificate that vouches for itself, or a chain that ends elsewhere: that comes before all else.
        return attrs.evolve(
            known, moment=moment, problem=problem if known.anchor is not None else "root-not-given"
        )

    def _path_of(self, path: Any, certificate: Any) -> ChainResult:
        ders = [certificate.dump()]
        if path is not None:
            ders = [item.dump() for item in list(path)][::-1] or ders
            root = path.first.dump()
            if root not in ders:
                ders.append(root)
        with warnings.catch_warnings():
            # A certificate that the library only warns about has been judged by then.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            certificates = tuple(x509.load_der_x509_certificate(der) for der in ders)
        anchor = next((self._by_der[der] for der in reversed(ders) if der in self._by_der), None)
        return ChainResult(
            moment=datetime.min,  # noqa: DTZ901 - replaced by every caller
            anchor=anchor,
            certificates=certificates,
        )

    def _with_revocation(self, result: ChainResult, evidence: Evidence) -> ChainResult:
        """Let any list that names a certificate of the chain as revoked count, however old it is."""
        if result.revocation == "revoked" or not evidence.has_revocation:
            return result
        for certificate, issuer in zip(result.certificates, result.certificates[1:], strict=False):
            since = revoked_since(certificate, issuer, evidence)
            if since is not None and since <= result.moment:
                return attrs.evolve(
                    result, problem="certificate-revoked", revocation="revoked", revoked_at=since
                )
        return result


def _expect_stamping(certificate: Any) -> None:
    """Hold a timestamp service to one of the two usages that sign (EN 319 422 section 7, RFC 3161 section 2.3)."""
    from pyhanko_certvalidator.errors import InvalidCertificateError

    usage = certificate.key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        raise InvalidCertificateError("the key of the service may not sign")


def _problem_of(error: Exception) -> str:
    from pyhanko_certvalidator import errors

    kinds = (
        (errors.ExpiredError, "chain-ended"),
        (errors.NotYetValidError, "chain-not-yet"),
        (errors.DisallowedAlgorithmError, "chain-weak"),
        (errors.InvalidCertificateError, "certificate-usage-unfit"),
    )
    return next((problem for kind, problem in kinds if isinstance(error, kind)), "chain-broken")


def _policy(mode: str) -> Any:
    """
    Ask for revocation data for all certificates, for the signer's, or for none.

    None is the last resort: data that is missing or old does not make a chain false, it leaves a question
    open that the report names. What says "revoked" is looked for apart, by `revoked_since`.
    """
    from pyhanko_certvalidator.policy_decl import (
        CertRevTrustPolicy,
        RevocationCheckingPolicy,
        RevocationCheckingRule,
    )

    needed, soft = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.NO_CHECK
    rules = RevocationCheckingPolicy(
        ee_certificate_rule=soft if mode == "none" else needed,
        intermediate_ca_cert_rule=needed if mode == "all" else soft,
    )
    # Data that was fetched after the moment counts: it was collected to prove just that moment.
    return CertRevTrustPolicy(rules, retroactive_revinfo=True)


def _with_root(result: ChainResult) -> ChainResult:
    """Hold the root to its dates and its cut-off."""
    anchor = result.anchor
    if anchor is None or result.problem not in {None, "chain-ended"}:
        return result
    if result.moment > anchor.cut_off:
        return attrs.evolve(result, problem="root-ended")
    if result.moment < anchor.certificate.not_valid_before_utc:
        return attrs.evolve(result, problem="chain-not-yet")
    return result


async def _any_path(context: Any, certificate: Any) -> Any:
    """Return the first path by names, for the report of a chain that does not hold."""
    from pyhanko_certvalidator.errors import PathBuildingError

    try:
        async for path in context.path_builder.async_build_paths_lazy(certificate):
            return path
    except PathBuildingError:
        return None
    return None


def _loaded(ders: Sequence[bytes]) -> list[Any]:
    from asn1crypto.x509 import Certificate

    found = []
    for der in ders:
        try:
            certificate = Certificate.load(der, strict=True)
            _ = certificate.subject.native, certificate.issuer.native, certificate.public_key.algorithm
        except Exception:  # noqa: BLE001, S112 - a spare certificate that cannot be read helps nobody
            continue
        found.append(certificate)
    return found


def _readable(ders: Sequence[bytes], kind: str) -> Sequence[bytes]:
    """Leave out what cannot be read: it proves nothing, and must not spoil the rest."""
    from asn1crypto.crl import CertificateList
    from asn1crypto.ocsp import OCSPResponse

    found = []
    for der in ders:
        try:
            if kind == "crl":
                _ = CertificateList.load(der, strict=True).native
            else:
                answer = OCSPResponse.load(der, strict=True)
                if answer["response_status"].native != "successful":
                    continue
                _ = answer.native
        except Exception:  # noqa: BLE001, S112 - as above
            continue
        found.append(der)
    return found


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as pool:  # the caller's own loop is running in this thread
        return pool.submit(asyncio.run, work).result()
