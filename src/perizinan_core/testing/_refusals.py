"""What a test expects to be refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from perizinan_core.errors.base import PerizinanError

__all__ = ["raises_code"]


@contextmanager
def raises_code(code: str, *, match: str | None = None) -> Iterator[pytest.ExceptionInfo[PerizinanError]]:
    """
    Expect the block to raise an error of the library with this code.

    Args:
        code: Its stable code, e.g. ``"lease-lost"``.
        match: A regular expression that its English sentence matches somewhere.
    """
    with pytest.raises(PerizinanError) as caught:
        yield caught
    assert code == caught.value.code, f"expected {code}, received {caught.value.code}: {caught.value}"
    assert match is None or re.search(match, str(caught.value)), str(caught.value)
