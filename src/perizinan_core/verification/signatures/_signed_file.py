"""
One file on its way through the checks of signatures; see `verifier` for their order.

This is the one place where the signatures of a file are judged: `--signature-only` reports what is found here, permits
and long-term data ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

import attrs

from perizinan_core._pdf._limits import Limits
from perizinan_core._pdf._structure import ends_properly
from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._listing import (
    ListedSignature,
    listed_signatures,
    usage_rights,
)
from perizinan_core.verification._report import CheckName, Reason, Report, TrustUsed, in_one_voice
from perizinan_core.verification._revocation import Evidence, evidence_in, note_revocation
from perizinan_core.verification._signature_report import chain_reason
from perizinan_core.verification._wholeness import ByteRange, Scan, Wholeness, is_whole, scan
from perizinan_core.verification.signatures._chains import ChainJudge
from perizinan_core.verification.signatures._container import digest_of, read_container
from perizinan_core.verification.signatures._history import Engine, History, read_history
from perizinan_core.verification.signatures._judged import Judged, Trusting
from perizinan_core.verification.signatures._structure import Decrypt, ForeignStructure

MUST_PASS = (
    CheckName.READABLE,
    CheckName.SIGNATURE_PRESENT,
    CheckName.COVERAGE,
    CheckName.INTEGRITY,
    CheckName.CHAIN,
    CheckName.CERTIFICATE,
)
_PERMIT_ONLY = frozenset(CheckName) - {*MUST_PASS, CheckName.REVOCATION, CheckName.TRUSTED_TIME}
_COVERAGE = {
    "signature-never-made",
    "byte-range-wrong",
    "revision-broken",
    "bytes-after-signature",
    "later-changes-forbidden",
    "timestamp-broken",
}
_TRUST = {
    "certificate-revoked": CheckName.REVOCATION,
    "root-not-given": CheckName.CHAIN,
    "chain-not-accepted": CheckName.CHAIN,
    "chain-weak": CheckName.CHAIN,
}
"""The check in which a reason not to trust a chain is noted; all others are about the certificate."""

_FORMATS = {"ETSI.CAdES.detached", "adbe.pkcs7.detached", "ETSI.RFC3161"}
_WEAK_FORMATS = {
    "adbe.pkcs7.sha1": "adbe.pkcs7.sha1 (SHA-1)",
    "adbe.x509.rsa_sha1": "adbe.x509.rsa_sha1 (SHA-1)",
}


@attrs.define(kw_only=True)
class SignedFile:
    """Everything about one file."""

    judge: ChainJudge
    at: datetime
    evidence: Evidence
    limits: Limits
    strict: bool = False
    """Leave open what no one asked or renewed, see `Policy`."""

    judgement: Judgement = attrs.field(factory=lambda: Judgement(MUST_PASS))
    signatures: list[Judged] = attrs.field(factory=list)
    history: History = attrs.field(factory=History)
    data: bytes = b""
    found: Scan | None = None

    def examine(self, data: bytes) -> None:
        """
        Make all checks.

        Raises:
            PdfStructureError: when the file cannot be read without repair; `give_up` says what that means.
        """
        self.data, self.found = data, scan(data)
        if not is_whole(data, self.found, self.judgement, self.limits):
            return
        engine = cache(lambda: Engine(data))
        decrypt: Decrypt | None = None
        pdf = ForeignStructure(data, self.limits)
        if pdf.encrypted:
            decrypt = engine().unlock()
            if decrypt is None:
                if self.found.wholeness is not Wholeness.UNSIGNED:
                    self.judgement.refuse(CheckName.READABLE, "password-needed")
                else:
                    self.judgement.passed(CheckName.READABLE, "file-readable")
                    self._is_unsigned()
                return
            pdf = ForeignStructure(data, self.limits, decrypt)
        pdf.unpack_all()
        listed = listed_signatures(pdf)
        self.judgement.passed(CheckName.READABLE, "file-readable")
        if not self._is_signed(pdf, listed):
            return
        self.signatures = [Judged(listed=item, size=len(data)) for item in listed]
        self._judge_containers()
        history = self.history = self._judge_history(pdf, engine, decrypt)
        self.evidence += evidence_in(pdf)
        trusting = Trusting(judge=self.judge, at=self.at, data=data, evidence=self.evidence, history=history)
        trusting.judge_all(self.signatures)
        self._conclude()

    def give_up(self, problem: str) -> None:
        """Note that the file cannot be read without repair."""
        if self.found is None or self.found.wholeness is Wholeness.UNSIGNED:
            code = "file-damaged" if ends_properly(self.data) else "file-cut-off"
            self.judgement.refuse(CheckName.READABLE, code, problem=problem)
        else:
            self.judgement.passed(CheckName.READABLE, "file-readable")
            self.judgement.refuse(CheckName.COVERAGE, "structure-broken", problem=problem)

    def report(self, name: str, sha256: str | None) -> Report:
        """Return what was found out."""
        for check in _PERMIT_ONLY:
            self.judgement.left_out(check, "signatures-only")
        store = self.judge.store
        verdict = self.judgement.verdict()
        ordered = sorted(self.signatures, key=lambda item: item.is_timestamp)
        return Report(
            file=name,
            sha256=sha256,
            checked_at=self.at,
            authority=None,
            verdict=verdict,
            checks=self.judgement.checks(),
            signatures=in_one_voice(verdict, (item.report(strict=self.strict) for item in ordered)),
            trust=TrustUsed(
                name=store.name, version=store.version, roots=tuple(item.sha256 for item in store.anchors)
            ),
        )

    # -- the file ----------------------------------------------------------------------------

    def _is_signed(self, pdf: ForeignStructure, listed: Sequence[ListedSignature]) -> bool:
        judgement = self.judgement
        ranges = {*(item.byte_range for item in listed), usage_rights(pdf)}
        stray = [item for item in (self.found.ranges if self.found else ()) if _frames(self.data, item)]
        # An odd byte range without a field; a format's name alone may stand in a text.
        odd = self.found is not None and self.found.wholeness is Wholeness.INCONSISTENT
        if any(item not in ranges for item in stray) or (not listed and odd):
            # A signature that no reader shows: someone took it out of the form, or copied it in.
            judgement.refuse(CheckName.COVERAGE, "signature-not-in-form")
            return bool(listed)
        count = sum(not item.is_timestamp for item in listed)
        if not count:
            return bool(listed) or self._is_unsigned()
        judgement.passed(CheckName.SIGNATURE_PRESENT, "signature-found", count=count)
        return True

    def _is_unsigned(self) -> bool:
        self.judgement.refuse(CheckName.SIGNATURE_PRESENT, "no-signature")
        return False

    # -- each signature by itself ------------------------------------------------------------

    def _judge_containers(self) -> None:
        for judged in self.signatures:
            listed = judged.listed
            judged.stated = listed.signed_at
            if listed.problem is not None:
                judged.broken = Reason(listed.problem)
            elif listed.sub_filter in _WEAK_FORMATS:
                judged.broken = Reason("signature-weak", {"method": _WEAK_FORMATS[listed.sub_filter]})
            elif listed.sub_filter not in _FORMATS:
                judged.broken = Reason("signature-format-unknown", {"format": listed.sub_filter or "?"})
            else:
                self._judge_container(judged)

    def _judge_container(self, judged: Judged) -> None:
        parts = judged.listed.byte_range.parts(self.data)
        # pyHanko adds kinds of attributes to asn1crypto, which learns no more once it has read one.
        from pyhanko.sign.validation import generic_cms

        del generic_cms
        try:
            kind = "tst_info" if judged.is_timestamp else "data"
            container = judged.container = read_container(judged.listed.contents, kind)
            intact, valid = container.fits(lambda name: digest_of(name, parts))
            judged.stated = container.stated_time or judged.stated
            weakness = container.weakness
        except CmsStructureError as error:
            code = "timestamp-broken" if judged.is_timestamp else "signature-malformed"
            judged.broken = Reason(code, {"problem": error.fault})
            return
        if not intact:
            judged.broken = Reason("content-changed")
        elif not valid:
            judged.broken = Reason("signature-broken")
        elif weakness is not None and not judged.is_timestamp:
            # A weak timestamp is fitting, but proves nothing; `judge_token` says so.
            judged.broken = Reason("signature-weak", {"method": weakness})

    # -- what was added ----------------------------------------------------------------------

    def _judge_history(
        self, pdf: ForeignStructure, engine: Callable[[], Engine], decrypt: Decrypt | None
    ) -> History:
        sound = [item.listed for item in self.signatures if item.listed.problem is None]
        if not sound:
            return History()
        history = read_history(self.data, pdf, sound, engine, self.limits, decrypt)
        for judged in self.signatures:
            if judged.listed.name == history.certifying:
                judged.filled = tuple(dict.fromkeys(history.filled_freely))
            code = history.broken.get(judged.listed.name)
            if code is not None and (judged.broken is None or judged.broken.code == "signature-weak"):
                judged.broken = Reason(code, {"count": history.bytes_behind})
        return history

    # -- the verdict -------------------------------------------------------------------------

    def _conclude(self) -> None:
        judgement = self.judgement
        for judged in self.signatures:
            problem = judged.broken
            if problem is not None and judged.is_timestamp and problem.code not in _COVERAGE:
                judgement.refuse(CheckName.COVERAGE, "timestamp-broken")
            elif problem is not None:
                check = CheckName.COVERAGE if problem.code in _COVERAGE else CheckName.INTEGRITY
                judgement.refuse(check, problem.code, **problem.fields)
            elif judged.trust is not None:
                check = _TRUST.get(judged.trust.code, CheckName.CERTIFICATE)
                judgement.refuse(check, judged.trust.code, **judged.trust.fields)
        regular = [item for item in self.signatures if not item.is_timestamp]
        if not regular:
            if not judgement.failed(CheckName.COVERAGE, CheckName.INTEGRITY):
                self._is_unsigned()
            return
        extended = any(item.extended for item in regular)
        for judged in regular:
            if judged.filled:
                said = judged.filled_reason
                judgement.passed(CheckName.COVERAGE, said.code, **said.fields)
        judgement.passed(CheckName.COVERAGE, "later-changes-allowed" if extended else "covers-everything")
        named = all(item.container is not None and item.container.names_certificate for item in regular)
        judgement.passed(CheckName.INTEGRITY, "content-intact" if named else "certificate-not-named")
        if judgement.failed(CheckName.COVERAGE, CheckName.INTEGRITY):
            return
        self._conclude_trust(regular)

    def _conclude_trust(self, regular: Sequence[Judged]) -> None:
        judgement = self.judgement
        roots = [
            item.chain.anchor.certificate
            for item in regular
            if item.chain is not None and item.chain.anchor is not None
        ]
        if roots:
            leads = chain_reason(*roots)
            judgement.passed(CheckName.CHAIN, leads.code, **leads.fields)
        said = [item.trusted for item in regular if item.trusted is not None]
        if said:
            order = ("root-ended-since", "certificate-ended-since", "certificate-valid-then")
            chosen = min(said, key=lambda item: order.index(item.code) if item.code in order else len(order))
            judgement.passed(CheckName.CERTIFICATE, chosen.code, **chosen.fields)
        note_revocation([item.revocation for item in regular], judgement, strict=self.strict)
        note_time(self.signatures, judgement, strict=self.strict, all_must_prove=False)


def note_time(
    signatures: Sequence[Judged], judgement: Judgement, *, strict: bool, all_must_prove: bool
) -> None:
    """
    Note what proves the time: the same words for every door.

    Args:
        signatures: Signatures and document timestamps of one file, all intact.
        judgement: Where it is noted.
        strict: Leave open what rests on a service that has ended.
        all_must_prove: True where a timestamp that proves nothing leaves the file open.
    """
    regular = [item for item in signatures if not item.is_timestamp]
    proven = [item.trusted_time for item in regular if item.trusted_time is not None]
    ended = next((item.proof for item in regular if item.proof is not None and item.proof.has_ended), None)
    if any(item.altered for item in signatures):
        # The proof holds, but not every byte is as the service made it.
        judgement.doubted(CheckName.TRUSTED_TIME, "timestamp-untrusted")
    elif any(item.doubtful for item in signatures):
        (judgement.doubted if all_must_prove else judgement.wondered)(
            CheckName.TRUSTED_TIME, "timestamp-untrusted"
        )
    elif len(proven) < len(regular):
        judgement.left_out(CheckName.TRUSTED_TIME, "no-trusted-time")
    elif ended is not None:
        note = judgement.doubted if strict else judgement.passed
        note(CheckName.TRUSTED_TIME, ended.reason.code, **ended.reason.fields)
    else:
        judgement.passed(CheckName.TRUSTED_TIME, "trusted-time-proven", day=min(proven).date())


def _frames(data: bytes, covered: ByteRange) -> bool:
    """
    Return True when a byte range frames the ``/Contents`` of this very file.

    Not that of a file inside this one, and not the ``/MAC`` of an encrypted one (ISO/TS 32004).
    """
    gap, before = data[covered.gap_start : covered.gap_end], data[: covered.gap_start][-64:].rstrip()
    framed = gap[:1] == b"<" and gap[-1:] == b">" and covered.gap_end < len(data)
    return framed and before.endswith(b"/Contents")
