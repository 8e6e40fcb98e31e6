"""The door of the inspecting process: from an open file to notes."""

from __future__ import annotations

from typing import BinaryIO

from perizinan_core.documents._content_types import DANGEROUS_TYPES, OFFICE_TYPES, type_for_name
from perizinan_core.documents._inspection._blame import is_damage
from perizinan_core.documents._inspection._observations import Limits, Observations, StopInspectionError
from perizinan_core.documents._inspection._office import inspect_office, inspect_old_office
from perizinan_core.documents._inspection._pdf import inspect_pdf
from perizinan_core.documents._inspection._pictures import inspect_picture
from perizinan_core.documents._inspection._sniffing import HEAD_BYTES, content_type_of

__all__ = ["judge"]


def judge(file: BinaryIO, size: int, ending: str, limits: Limits, notes: Observations) -> None:
    """
    Inspect one file and note what is known of it; a file of an unaccepted kind is not looked into.

    Args:
        file: An ordinary file, open for reading, with at least one byte.
        size: Its bytes.
        ending: What the applicant's name for it ends in, as ``"x.pdf"``; only compared, never opened.
        limits: What is accepted, and how much of everything.
        notes: Where the observations go; what was noted stays when an exception ends the inspection.

    Raises:
        Exception: A fault of ours, or of the machine; whatever a damaged file causes is noted.
    """
    file.seek(0)
    notes.content_type = content_type_of(file, file.read(HEAD_BYTES))
    try:
        _judge_kind(ending, limits, notes)
        if notes.content_type == "application/pdf":
            inspect_pdf(file, size, limits, notes)
        elif notes.content_type in OFFICE_TYPES:
            inspect_office(file, size, limits, notes)
        else:
            inspect_picture(file, size, limits, notes)
    except StopInspectionError:
        pass
    except Exception as error:
        if not is_damage(error):
            raise
        notes.note("damaged")
    if notes.content_type == "application/x-ole-storage":
        inspect_old_office(file, notes)


def _judge_kind(ending: str, limits: Limits, notes: Observations) -> None:
    actual = notes.content_type or ""
    promised = type_for_name(ending)
    if actual in limits.accepted_types:
        if promised is not None and promised != actual:
            notes.note("name-differs", promised=promised, actual=actual)
        return
    code = "dangerous-type" if actual in DANGEROUS_TYPES else "type-not-accepted"
    raise notes.stop(code, type=actual, types=sorted(limits.accepted_types))
