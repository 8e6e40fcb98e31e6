# ruff: noqa: E501 - sentences for people, each in one line as it is printed
"""What the README of a case says: what was done, the right answer, and why it is right."""

from __future__ import annotations

import re

from perizinan_core.verification import EXIT_CODES, Verdict
from perizinan_core.verification._reasons import REASONS
from vector_cases import Case

__all__ = ["readme"]

_VERDICTS = {
    "valid": "genuine, issued by someone entitled, and in force at the moment of the check",
    "not_valid": "changed, forged or broken; no one may rely on it",
    "unsigned": "it can be read, but no one signed it, and anyone could have written it",
    "wrong_issuer": "the signature is sound, but the office's register does not entitle the person who made it",
    "not_in_force": "genuine, but without effect at the moment of the check",
    "indeterminate": "it cannot be determined from what is there, and a guess in either direction would be wrong",
    "unreadable": "no whole PDF arrived; it must be asked for again, and not be called a forgery",
}
_SIGNATURES_ONLY = "every signature is sound and leads to the root that was given"

_BECAUSE = (
    ("shadow_", "All bytes that were signed are still there and unchanged; what people see is not what was signed."),
    ("annotation_|layers_|page_|action_|form_|field_", "After signing, nothing may be added but proofs of time and further signatures: everything else can change what is shown."),
    ("replaced_|timestamped_page", "The content of a page must not change after signing, no matter who signs or stamps the file afterwards."),
    ("update_|signature_name", "Anyone who accepts additions because they look harmless today has no line to hold tomorrow: only named additions are allowed."),
    ("any_evil|any_replaced", "What is shown was changed by an update after signing, and the signature covers no update."),
    ("any_certified", "The certification forbids any later change, even a signature."),
    ("any_changed", "The signature covers this byte."),
    ("any_sha1|any_md5|any_rsa_1024", "Someone with means can make a second document that fits this signature, or the signature itself."),
    ("any_revoked_before", "A revoked certificate signs nothing, whatever time its holder states."),
    ("any_revoked_after", "The stated time is the signer's own word: anyone who has the revoked key can state any."),
    ("any_table", "Readers disagree about which of two places counts, so that they show different things."),
    ("usf_", "A signature dictionary without what makes a signature proves nothing; and it must be called broken, not passed over as if it were not there."),
    ("range_", "A byte range must begin at 0, leave out the signature's value and nothing else, and end with the file, in two pairs of plain numbers: whatever else it says leaves room that no one signed."),
    ("wrapped_", "The bytes that were signed are somewhere in the file, but not where they are read."),
    ("never_", "There is a place for a signature, and none was ever made."),
    ("appended_|any_appended", "What stands behind the end is covered by no signature, and a reader that repairs files may show it."),
    ("prepended_", "A signature counts bytes from the first one: what stands in front moves all of them."),
    ("crlf_|cr_|utf8_", "A transfer in text mode changed bytes that the signature covers."),
    ("flipped_|zeroed_|archive_timestamp", "A permit has one form, byte for byte: one bit of it is enough for a refusal, and never for an answer in favour."),
    ("cut_|any_cut|archive_cut", "A file cut at its end must not be judged by an older revision that a repairing reader finds in it."),
    ("table_", "Two readers may find two documents in such a file; no one can say which of them was signed."),
    ("forged_|lookalike_", "A name proves nothing: key and certificate decide, and the register of the office."),
    ("any_password", "What cannot be opened cannot be judged."),
    ("certificate_ended_before", "The signer's own word proves neither that the signature was late nor that it was in time."),
    ("certificate_ended_timestamp", "The timestamp does not reach back to the time at which the certificate held."),
    ("any_stranger|any_second", "Without the root no one knows who signed; that is not proof of a forgery either."),
    ("status_", "A permit may have been ended since it was issued: only a current list of the office's own can say that it was not."),
    ("data_qr_", "A genuine code can be copied from another permit: it must say what the signed data says."),
    ("data_", "People read the page and programs the data: where the two differ, or the data is not one clear statement, one of them is deceived."),
    ("container_", "The signature is genuine, and belongs to another file."),
)  # fmt: skip


def readme(case: Case) -> str:
    """Return the README of a case."""
    meaning = _VERDICTS[case.verdict]
    if case.roots is not None and case.verdict == "valid":
        meaning = _SIGNATURES_ONLY
    code = EXIT_CODES[Verdict(case.verdict)]
    parts = [f"# {case.name}", case.why, f"Right answer: `{case.verdict}` (exit code {code}): {meaning}."]
    if case.verdict != "valid":
        parts += [sentence for names, sentence in _BECAUSE if re.match(names, case.name)][:1]
    if case.codes:
        reasons = (f"- `{name}`: {_sentence(name)}" for name in case.codes)
        parts.append("\n".join(("The report must give:\n", *reasons)))
    return "\n\n".join(parts) + "\n"


def _sentence(code: str) -> str:
    """Return the sentence of a reason; what it says of the single file is left open."""
    return re.sub(r"{\w+}", "…", REASONS[code].sentence)
