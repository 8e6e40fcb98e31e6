"""
Adding long-term data and a document timestamp to a file, as one incremental update.

Written with this library's own writer and not pyHanko's: that one writes the document information and
the XMP metadata again with every update, which a PDF/A letter of an office must keep as they are.
"""

from __future__ import annotations

from datetime import datetime

from perizinan_core.signing._form import free_name, signable_fields
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._pdf_file import PdfFile, refusing_damage
from perizinan_core.signing._pdf_syntax import RawDictionary
from perizinan_core.signing._placing import add_field, reserved
from perizinan_core.signing._request import SigningRequest
from perizinan_core.signing._reserved_space import ReservedRoom, empty_room
from perizinan_core.verification._revocation import Evidence

_NAME = "StempelWaktu"
_DESCRIPTION = "Stempel waktu dokumen"


@refusing_damage()
def with_store(pdf: bytes, data: Evidence) -> bytes:
    """Return the file with DER objects added to its document security store (EN 319 142-1 section 5.4)."""
    update = IncrementalUpdate(PdfFile(pdf))
    catalog = update.edit(update.pdf.root.number)
    _fill_store(update, catalog, data)
    tail, _ = update.write()
    return pdf + tail


@refusing_damage()
def reserve_stamp(pdf: bytes, *, room: int, now: datetime, data: Evidence) -> ReservedRoom:
    """
    Return the file with an empty document timestamp over everything, the added objects included.

    Args:
        pdf: The file.
        room: Bytes to keep for the timestamp.
        now: Present moment.
        data: What is added to the document security store.
    """
    source = PdfFile(pdf)
    update = IncrementalUpdate(source)
    catalog = update.edit(source.root.number)
    _fill_store(update, catalog, data)
    name = free_name(signable_fields(source), _NAME)
    stamp = update.allocate()
    request = SigningRequest(signed_at=now, description=_DESCRIPTION)
    # Not tagged: later changes of the structure tree count against earlier signatures.
    add_field(update, catalog, request, name, stamp, tagged=False)
    # EN 319 142-1 section 5.4.3; the time stands in the token.
    entries = b"/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161"
    return reserved(update, catalog, stamp, b"<<%b\n%b\n>>" % (entries, empty_room(room)))


def _fill_store(update: IncrementalUpdate, catalog: RawDictionary, data: Evidence) -> None:
    if not data:
        return
    # No VRI dictionary: EN 319 142-1 section 5.4.2.2 leaves it to the writer, and readers go without.
    store = update.own_child(catalog, "DSS")
    for key, objects in (("Certs", data.certificates), ("OCSPs", data.answers), ("CRLs", data.lists)):
        for der in objects:
            body = b"<</Length %d>>\nstream\n%b\nendstream" % (len(der), der)
            update.append(store, key, update.add(body))
