"""
By which office's document a file is judged, and what there is to say about that choice.

1. The office that the file names: in the data of a permit by its short name, in a code by its address.
2. Else the office that knows the signer's certificate, or the key of the code.
A file whose data name one office and whose signer or key is another's is never that office's.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.errors.verification import CmsStructureError, PermitDataError
from perizinan_core.i18n import Clauses
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._qr_claims import QrContent
from perizinan_core.verification._authorities import AuthoritySet
from perizinan_core.verification._cms import parse_container
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._listing import ListedSignature
from perizinan_core.verification._paths import fingerprints
from perizinan_core.verification._permit_content import read_permit_data
from perizinan_core.verification._report import CheckName

_MAX_SHOWN = 60
_DOCUMENT = CheckName.AUTHORITY_DOCUMENT


def choose_for_file(
    offices: AuthoritySet, pdf: PdfStructure, fields: Sequence[ListedSignature], judgement: Judgement
) -> tuple[AuthorityDocument | None, str | None]:
    """
    Choose by the data of a signed PDF, else by its signers; note what cannot be judged by.

    Returns:
        The document, and what the file calls its office where that is another one than the signer's.
    """
    try:
        named = str(read_permit_data(pdf)["authority"])
    except PermitDataError:
        named = None
    if named is not None:
        try:
            document = offices.of(named)
        except AuthorityDocumentError as error:
            judgement.refuse(
                _DOCUMENT, "authority-document-unusable", office=named, problems=Clauses(error.problems)
            )
            return None, None
        if document is not None:
            return document, None
    for field in fields:
        for document in offices_of_signer(offices, _signer(field)):
            return document, named
    _refuse_unknown(named or "?", offices, judgement)
    return None, None


def choose_for_code(
    offices: AuthoritySet, content: QrContent | None, address: str, judgement: Judgement
) -> AuthorityDocument | None:
    """Choose by the address of a code, else by its key; note when neither is known."""
    mine = [item for item in offices.knowing(address) if item.verification_url.upper() == address.upper()]
    if len(mine) != 1 and content is not None:
        sound = offices_of_key(offices, content)
        # Two offices may happen to have one key id, or one address: the signature tells them apart.
        mine = (
            [item for item in sound if item in mine]
            or mine
            or sound
            or list(offices.knowing(content.kid.hex()))
        )
    if mine:
        return mine[0]
    _refuse_unknown(_host(address), offices, judgement)
    return None


def offices_of_signer(offices: AuthoritySet, identifiers: tuple[str, str] | None) -> list[AuthorityDocument]:
    """Return the offices in whose register a certificate is, by the fingerprints of certificate and key."""
    if identifiers is None:
        return []
    return [
        item
        for item in offices.knowing(*identifiers)
        if any(entry.is_bound_to(*identifiers) for entry in item.signatories)
    ]


def offices_of_key(offices: AuthoritySet, content: QrContent) -> list[AuthorityDocument]:
    """Return the offices one of whose keys signed a code."""
    return [
        item
        for item in offices.knowing(content.kid.hex())
        if any(key.kid == content.kid and content.is_signed_by(key.key) for key in item.qr_keys)
    ]


def _signer(field: ListedSignature) -> tuple[str, str] | None:
    try:
        return fingerprints(parse_container(field.contents, certificate_named=False).certificate)
    except CmsStructureError:
        return None


def _refuse_unknown(named: str, offices: AuthoritySet, judgement: Judgement) -> None:
    shown = named if len(named) <= _MAX_SHOWN else named[:_MAX_SHOWN] + "…"
    judgement.refuse(_DOCUMENT, "office-unknown", office=shown, count=len(offices))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "?"
    except ValueError:
        return "?"
