"""
The judgement of the signatures of any PDF, in this order.

1. Is the file whole, a PDF, and readable without repair? 2. What does its form list as signatures, and does
each cover what it should? (`listing`) 3. Does every container fit the bytes, by a method that is strong
enough? (`container`) 4. What was added after each signature, and may it be? (`history`) 5. What time do
timestamps prove? (`judged`) 6. Does every chain lead to a given root, at that time? (`chains`) Every
signature is judged by itself; the verdict is that of the worst.

Nothing is fetched and no clock is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509

from perizinan_core._pdf._limits import DEFAULT_LIMITS, Limits
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.verification import SignaturesNotAcceptedError
from perizinan_core.verification._file_verifier import Countdown, FileVerifier, Policy
from perizinan_core.verification._report import CheckName, Report, Verdict
from perizinan_core.verification._revocation import sorted_evidence
from perizinan_core.verification._sources import Source, read_source
from perizinan_core.verification.signatures._chains import ChainJudge
from perizinan_core.verification.signatures._roots import Anchor, TrustStore
from perizinan_core.verification.signatures._signed_file import SignedFile

Roots = TrustStore | Iterable[x509.Certificate]


class Examiner:
    """
    Finds out everything about the signatures of files; permits and long-term data ask what is found.

    Args:
        roots: See `SignatureVerifier`, as for the others.
        revocation: What the caller has besides what is in the files.
        limits: How much a file may cost.
        strict: Whether more must be proven.
    """

    def __init__(
        self,
        roots: Roots,
        *,
        revocation: Iterable[bytes] = (),
        limits: Limits = DEFAULT_LIMITS,
        strict: bool = False,
    ) -> None:
        self._judge = ChainJudge(roots if isinstance(roots, TrustStore) else store_of(roots))
        self._evidence = sorted_evidence(tuple(revocation))
        self._limits = limits
        self._strict = strict

    def examine(self, data: bytes, *, at: datetime) -> SignedFile:
        """Examine one file."""
        file = self.file(at)
        try:
            file.examine(data)
        except PdfStructureError as error:
            file.give_up(error.fault)
        except RecursionError:
            file.give_up("it is nested too deep")
        return file

    def file(self, at: datetime) -> SignedFile:
        """Return a file of which nothing is known yet."""
        return SignedFile(
            judge=self._judge, at=at, evidence=self._evidence, limits=self._limits, strict=self._strict
        )


class SignatureVerifier(FileVerifier):
    """
    Judges the signatures of many files by the same roots; chains and roots are kept between files.

    Args:
        roots: Where chains may end: a store (`load_roots`, `indonesian_roots`) or certificates.
        revocation: OCSP answers and CRLs (DER) that the caller has besides those in the files.
        limits: How much a file may cost.
        policy: How much must be proven.
    """

    def __init__(
        self,
        roots: Roots,
        *,
        revocation: Iterable[bytes] = (),
        limits: Limits = DEFAULT_LIMITS,
        policy: Policy = Policy.STANDARD,
    ) -> None:
        super().__init__(limits, policy)
        self._examiner = Examiner(roots, revocation=revocation, limits=limits, strict=self.strict)

    def _report(self, source: Source, name: str, at: datetime, countdown: Countdown) -> Report:
        def judged() -> Report:
            data = read_source(source, self.limits.max_bytes)
            return self._examiner.examine(data, at=at).report(name, hashlib.sha256(data).hexdigest())

        return countdown.run(judged)

    def unreadable(self, name: str, code: str, *, at: datetime, **fields: object) -> Report:
        """Return the report of a file that could not even be read, e.g. with code ``time-limit``."""
        file = self._examiner.file(at)
        file.judgement.refuse(CheckName.READABLE, code, **fields)
        return file.report(name, None)


def verify_signatures(
    source: Source,
    *,
    roots: Roots,
    at: datetime,
    revocation: Iterable[bytes] = (),
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    policy: Policy = Policy.STANDARD,
) -> Report:
    """
    Judge the signatures of one PDF, no matter who made it; no permit is expected.

    Args:
        source: The file: its bytes, its path, or an open binary file.
        roots: Where chains may end: a store (`load_roots`, `indonesian_roots`) or certificates.
        at: Moment for which the answer shall hold, with time zone; usually now.
        revocation: OCSP answers and CRLs (DER) that the caller has besides those in the file.
        name: Name of the file in the report; default: the last part of its path, or ``"-"``.
        limits: How much a file may cost.
        policy: How much must be proven.

    Returns:
        A report for every input. ``valid``: every signature is sound, covers what is shown, and its chain
        led to a given root at the proven time, else at ``at``. ``indeterminate``: sound, but the root is
        not given, or the certificate has ended and nothing proves the time.

    Raises:
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
    """
    verifier = SignatureVerifier(roots, revocation=revocation, limits=limits, policy=policy)
    return verifier.verify(source, at=at, name=name)


def require_valid_signatures(
    source: Source,
    *,
    roots: Roots,
    at: datetime,
    revocation: Iterable[bytes] = (),
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    policy: Policy = Policy.STANDARD,
) -> Report:
    """
    Return the report of a file whose signatures are all valid; the arguments are those of `verify_signatures`.

    Raises:
        SignaturesNotAcceptedError: on every other verdict; it carries the report.
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
    """
    report = verify_signatures(
        source, roots=roots, at=at, revocation=revocation, name=name, limits=limits, policy=policy
    )
    if report.verdict is not Verdict.VALID:
        raise SignaturesNotAcceptedError(verdict=report.verdict.value, report=report)
    return report


def store_of(
    certificates: Iterable[x509.Certificate], intermediates: Iterable[x509.Certificate] = ()
) -> TrustStore:
    """Return a store of certificates, each believed until it ends."""
    anchors = tuple(Anchor.until_its_end(item, "given") for item in dict.fromkeys(certificates))
    return TrustStore(anchors=anchors, intermediates=tuple(intermediates))
