"""The quick way and the full engine say the same; 10,000 mutants: ``scripts/verification_agreement.py``."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core._pdf import _syntax as syntax
from perizinan_core.verification._acceptor import build_acceptor
from perizinan_core.verification._permit_data import _acceptor, _validator, load_schema

_SCRIPT = Path(__file__).parents[2] / "scripts" / "verification_agreement.py"


def test_quick_and_full_agree_on_vectors_and_mutants():
    """And nothing but the good file is valid."""
    spec = importlib.util.spec_from_file_location("verification_agreement", _SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert [] == module.disagreements(300, seed=20261125)


@given(
    st.binary(max_size=40)
    | st.text("\\()01234567nrtbfx\r\n8", max_size=30).map(lambda t: t.encode("latin-1"))
)
@settings(max_examples=500)
def test_escapes_are_read_as_by_the_slow_way(body):
    """Octal, named, unknown, line ends, and a backslash at the end."""
    assert syntax._ESCAPE.sub(syntax._replacement, body) == syntax.unescape(body)


_GOOD = {
    "statement_version": "1", "authority": "a", "authority_name": "a", "permit_type": "a",
    "permit_type_version": "1", "title": "t", "number": "n", "receipt_number": "r", "holder": "h", "object": "o",
    "fields": [["a", "b"]], "issued_on": "2026-11-25", "valid_from": "2026-11-25",
    "signatory": {"position": "p", "title": "t", "delegation": "d", "legal_basis": ""},
    "status_index": 0, "verification_url": "https://x",
}  # fmt: skip
_ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.0,
        "",
        "x",
        "1",
        1,
        "2026-02-30",
        "2026-11-25\n",
        "A b",
        [],
        [["a"]],
        [["a", 1]],
        {},
        "http://x",
    ]
)


@given(
    st.dictionaries(st.sampled_from([*_GOOD, "place", "valid_until", "other"]), _ODD, max_size=3),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_what_the_acceptor_accepts_jsonschema_accepts(changes, drop):
    """One-sided on purpose; and for ordinary values it says yes."""
    data = {**_GOOD, **changes}
    if drop and changes:
        del data[next(iter(changes))]
    accepted = _acceptor()(data)

    assert not accepted or not list(_validator().iter_errors(data))
    assert _acceptor()(_GOOD)


def test_a_keyword_that_the_acceptor_does_not_know_is_refused_at_build_time():
    """A schema that grows must not be half checked."""
    with pytest.raises(ValueError, match="not"):
        build_acceptor({"not": {}}, {})
    assert build_acceptor(load_schema("permit"), {"date": lambda v: bool(re.match("....-", v)) and date})


@pytest.mark.parametrize("count", [21, 29, 45, 200])
def test_a_repeated_end_of_the_file_is_bytes_behind_it(judge, permit, count, code_of):
    """Found by mutation: it ends as a PDF ends, but is no update; pyHanko calls it valid."""
    report = judge(permit + permit[-count:])

    assert ("not_valid", "bytes-after-signature") == (report.verdict.value, code_of(report))
