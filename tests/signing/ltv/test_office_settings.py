"""The table ``[signing.timestamps]``: off by default, checked when it is read."""

import pytest

from perizinan_core.bootstrap._keys import open_timestamps
from perizinan_core.bootstrap._settings import load_settings
from perizinan_core.signing.ltv import Level, OnFailure
from perizinan_core.testing._refusals import raises_code


@pytest.fixture
def read(tmp_path):
    """Read settings with a table ``[signing.timestamps]`` of these lines."""

    def run(lines):
        path = tmp_path / "perizinan.toml"
        path.write_text(f'[office]\nauthority = "contoh"\n{lines}')
        return load_settings(path)

    return run


def test_without_the_table_there_are_no_timestamps(read):
    """Nobody is asked for anything."""
    assert open_timestamps(read("")) is None


def test_an_address_alone_means_the_highest_level_and_no_compromise(read):
    """B-LTA, and a permit waits when it cannot be reached."""
    policy = open_timestamps(read('[signing.timestamps]\nurl = "https://tsa.example/a"\n'))

    assert (Level.B_LTA, OnFailure.STOP) == (policy.level, policy.on_failure)
    assert 10 == policy.client.timeout == policy.revocation.timeout


def test_the_authorization_comes_from_where_the_settings_say(read, tmp_path):
    """It stands in a file, not in the settings, and in no text about the policy."""
    (tmp_path / "tsa").write_text("Basic abc\n")
    policy = open_timestamps(
        read('[signing.timestamps]\nurl = "https://tsa.example/a"\nauthorization = "file:tsa"\n')
    )

    assert {"Authorization": "Basic abc"} == dict(policy.client.headers)
    assert "abc" not in repr(policy)


@pytest.mark.parametrize(
    "line",
    [
        'url = "tsa.example"',
        'url = "https://me:secret@tsa.example"',
        'url = "https://tsa.example"\nlevel = "B-X"',
        'url = "https://tsa.example"\ntimeout = 0',
        'url = "https://tsa.example"\non_failure = "hope"',
    ],
)
def test_wrong_values_are_refused_when_read(read, line):
    """At once, and not when the first permit is signed."""
    with raises_code("settings", match="timestamps"):
        read(f"[signing.timestamps]\n{line}\n")
