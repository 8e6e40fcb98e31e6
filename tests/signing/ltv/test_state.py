"""Reading quickly what a file has, from good files and from any bytes."""

import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perizinan_core.errors.signing import LongTermError
from perizinan_core.signing.ltv import Level, extend, read_state
from perizinan_core.signing.ltv._state import LongTermState, StampInfo
from perizinan_core.testing._refusals import raises_code


@pytest.fixture
def archived(timestamped, client, pki, clock, revocation):
    clock.forward(minutes=1)
    return extend(
        timestamped, level=Level.B_LTA, tsa=client, roots=pki.roots, now=clock(), revocation=revocation
    )


class TestState:
    def test_it_knows_the_newest_timestamp(self, archived, pki, clock):
        """Its time, its hash function, and when the certificate of the service ends."""
        state = read_state(archived)

        assert Level.B_LTA is state.level
        assert (clock(), "sha256", False) == (state.newest.time, state.newest.hash_name, state.newest.is_weak)
        assert pki.tsa.certificate.not_valid_after_utc == state.newest.certificate_ends

    def test_a_fresh_process_reads_it_as_well(self, archived, tmp_path):
        """Without pyHanko in memory, and without loading it."""
        (tmp_path / "permit.pdf").write_bytes(archived)
        code = (
            "import sys, pathlib; from perizinan_core.signing.ltv import read_state; "
            "state = read_state(pathlib.Path(sys.argv[1]).read_bytes()); "
            "print(state.level, state.newest is not None, 'pyhanko' in sys.modules)"
        )
        said = subprocess.run(
            [sys.executable, "-c", code, tmp_path / "permit.pdf"], capture_output=True, text=True, check=True
        )

        assert "B-LTA True False" == said.stdout.strip()

    def test_without_archive_the_signer_ends_it(self, signed, officer):
        """B-B: provable as long as the signer's certificate is valid."""
        state = read_state(signed)

        assert officer.certificate.not_valid_after_utc == state.signer_ends
        assert state.newest is None

    def test_an_unsigned_file_has_no_state(self, letter):
        """Nothing to say about it."""
        with raises_code("not-extendable"):
            read_state(letter)

    @pytest.mark.parametrize(("days", "due"), [(89, False), (90, True), (91, True)])
    def test_it_is_due_from_the_given_day_on(self, clock, days, due):
        """On the very moment it is due."""
        ends = clock() + timedelta(days=90)
        newest = StampInfo(time=clock(), certificate_ends=ends, hash_name="sha256", is_weak=False)
        state = LongTermState(level=Level.B_LTA, signer_ends=None, newest=newest)

        assert due is state.is_due(clock(), timedelta(days=days))

    def test_a_weak_timestamp_is_always_due(self, clock):
        """Long before its certificate ends."""
        ends = clock() + timedelta(days=900)
        newest = StampInfo(time=clock(), certificate_ends=ends, hash_name="sha1", is_weak=True)

        assert LongTermState(level=Level.B_LTA, signer_ends=None, newest=newest).is_due(clock(), timedelta(0))

    def test_a_file_without_archive_timestamp_is_never_due(self, signed, clock):
        """There is nothing to renew."""
        assert not read_state(signed).is_due(clock(), timedelta(days=9999))


class TestAnyBytes:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_damaged_files_are_refused_or_read_and_never_anything_else(self, archived, data):
        """A few bytes changed, anywhere: a state or `LongTermError` with the code ``not-extendable``."""
        damaged = bytearray(archived)
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(damaged) - 1))
            damaged[at] = data.draw(st.integers(0, 255))
        try:
            state = read_state(bytes(damaged))
        except LongTermError as error:
            if "not-extendable" != error.code:
                raise
            return

        assert isinstance(state.level, Level)

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(at=st.integers(0, 20000), bit=st.integers(0, 7))
    def test_no_changed_letter_is_ever_extended(self, signed, client, pki, clock, at, bit):
        """One bit of the signed bytes turned over: the file is refused before anybody is asked."""
        damaged = bytearray(signed)
        damaged[at] ^= 1 << bit
        pki.requests.clear()

        with raises_code("not-extendable"):
            extend(bytes(damaged), level=Level.B_T, tsa=client, roots=pki.roots, now=clock())
        assert [] == pki.requests
