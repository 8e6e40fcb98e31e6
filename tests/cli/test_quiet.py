"""What a command silences speaks again afterwards: hosts and tests call the command line in their own process."""

import logging

import pytest
from click.testing import CliRunner

from perizinan_core.cli import main
from perizinan_core.cli._quiet import quiet
from perizinan_core.cli._verify import verify_command
from perizinan_core.testing._offices import SAMPLE

SILENCED = ("perizinan_core", "pyhanko", "pyhanko_certvalidator")


@pytest.fixture
def levels():
    """Own levels of the loggers that commands silence, told apart from every other level."""
    before = {name: logging.getLogger(name).level for name in SILENCED}
    given = {name: logging.DEBUG + place for place, name in enumerate(SILENCED, 1)}
    for name, level in given.items():
        logging.getLogger(name).setLevel(level)
    yield given
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def now():
    """Return the levels as they are."""
    return {name: logging.getLogger(name).level for name in SILENCED}


def test_a_check_of_a_catalogue_leaves_the_loggers_as_they_were(levels, capsys):
    """Its examples and letters are played without the log of the office that is thrown away."""
    with pytest.raises(SystemExit) as ended:
        main(["catalogue", "check", str(SAMPLE)])
    capsys.readouterr()

    assert 0 == ended.value.code
    assert levels == now()


def test_a_verification_leaves_the_loggers_as_they_were(levels, tmp_path):
    """Also one that ends with an error."""
    file = tmp_path / "bukan.pdf"
    file.write_text("bukan")

    assert 0 != CliRunner().invoke(verify_command, ["--signature-only", str(file)], obj={}).exit_code
    assert levels == now()


def test_loggers_are_quiet_only_inside_and_also_after_an_error(levels):
    """The level is that of the block."""

    def work():
        with quiet(*SILENCED, level=logging.ERROR):
            inside.update(now())
            raise ValueError("halfway")

    inside: dict[str, int] = {}
    with pytest.raises(ValueError, match="halfway"):
        work()

    assert dict.fromkeys(SILENCED, logging.ERROR) == inside
    assert levels == now()
