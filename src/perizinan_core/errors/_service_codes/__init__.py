"""What the use cases refuse, by code: one module for each subject."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from perizinan_core.errors._service_codes import (
    _batches,
    _cases,
    _confirmations,
    _issuing,
    _numbers,
    _office,
    _people,
)
from perizinan_core.errors.base import Code

__all__ = ["SERVICE_CODES"]

SERVICE_CODES: Mapping[str, Code] = MappingProxyType(
    {
        **_cases.CODES,
        **_people.CODES,
        **_office.CODES,
        **_confirmations.CODES,
        **_numbers.CODES,
        **_issuing.CODES,
        **_batches.CODES,
    }
)
