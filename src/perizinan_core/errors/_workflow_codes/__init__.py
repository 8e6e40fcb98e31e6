"""What the workflow refuses, by code: one module for each subject."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from perizinan_core.errors._workflow_codes import _money, _papers, _people, _permits, _stages, _time
from perizinan_core.errors.base import Code

__all__ = ["WORKFLOW_CODES"]

WORKFLOW_CODES: Mapping[str, Code] = MappingProxyType(
    {
        **_people.CODES,
        **_papers.CODES,
        **_stages.CODES,
        **_money.CODES,
        **_time.CODES,
        **_permits.CODES,
    }
)
