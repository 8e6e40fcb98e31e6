"""
The kit that plugin authors import: offices in memory, fakes, a certificate authority and conformance suites.

`sample_office` opens a whole office in memory; `DocumentStoreSuite` holds a document store to what is
promised, `perizinan_core.testing.storage` a record store, and `perizinan_core.testing.strategies` makes
values for hypothesis. With pytest, the fixtures ``perizinan_office``, ``perizinan_clock`` and
``perizinan_pki`` are there without an import. Names are looked up on first use.
"""

import typing as _typing

from perizinan_core._exports import lazily as _lazily

if _typing.TYPE_CHECKING:
    from perizinan_core.testing._names import *  # noqa: F403 - one list of names, and type checkers see it
    from perizinan_core.testing._names import __all__ as __all__

_look_up, _exported = _lazily(
    __name__,
    {  # without pytest
        "OlderFormSigner": "perizinan_core.testing._older_form",
        "PkiServer": "perizinan_core.testing._pki_server",
        "sample_letter": "perizinan_core.testing._letters",
    },
    "perizinan_core.testing._names",
)


def __getattr__(name: str) -> _typing.Any:
    return _look_up(name)


def __dir__() -> list[str]:
    return _exported()
