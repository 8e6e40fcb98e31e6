"""Model values to the JSON that is stored, and back."""

from __future__ import annotations

from typing import Any, TypeVar

from perizinan_core._converters import from_json, to_json
from perizinan_core.errors.converters import WireFormatError
from perizinan_core.errors.storage import StoredValueError

__all__ = ["decode", "encode"]

T = TypeVar("T")


def encode(value: Any) -> Any:
    """Return the JSON form of a model value."""
    return to_json(value)


def decode(kind: type[T], data: Any, *, name: str, id: str) -> T:
    """
    Return the value that stored JSON describes.

    Args:
        kind: Class of the model.
        data: Parsed JSON.
        name: What it is, for the error: ``"application"`` …
        id: Id of the record, for the error.

    Raises:
        StoredValueError: This version does not know the form.
    """
    try:
        return from_json(kind, data)
    except WireFormatError as error:
        raise StoredValueError(kind=name, id=id, problems=error.problems) from error
